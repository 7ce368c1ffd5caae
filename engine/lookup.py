"""What is asked of a venue beyond what is listed: symbols found by name, traded from then on."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from engine.domain.views import SymbolMatch


class FindSymbols(msgspec.Struct, frozen=True, tag="find_symbols"):
    """What the venue trades under a name like this; a SymbolsFound answers, later."""

    text: str
    request: int
    """Comes back in the answer; only the newest answer matters."""


class ListSymbol(msgspec.Struct, frozen=True, tag="list_symbol"):
    """Traded here from now on, and after a restart; a SymbolListed answers, later."""

    match: SymbolMatch
    """As it was found: its `key` says which of several is meant."""


class DropSymbol(msgspec.Struct, frozen=True, tag="drop_symbol"):
    """Traded here no more, unless something is held or works in it."""

    symbol: str


class SeeSymbols(msgspec.Struct, frozen=True, tag="see_symbols"):
    """Somebody has these rows of the watchlist before them: where not all can be quoted, these
    are."""

    symbols: tuple[str, ...]


class SymbolsFound(msgspec.Struct, frozen=True, tag="symbols_found"):
    """The likeliest first; nothing where nobody can be asked."""

    request: int
    matches: tuple[SymbolMatch, ...] = ()
    trouble: str = ""
    """Why the venue could not say, as a sentence."""


class SymbolListed(msgspec.Struct, frozen=True, tag="symbol_listed"):
    """What came of it; `symbol`: what it is called here."""

    symbol: str
    trouble: str = ""
    """Why it is not traded here, as a sentence; empty where it is."""


LookupRequest = FindSymbols | ListSymbol | DropSymbol | SeeSymbols
LookupAnswer = SymbolsFound | SymbolListed


class Directory(Protocol):
    """Whom a venue asks for more symbols. Never waits: `told` is called later, in the thread that
    lets its time pass, and exactly once."""

    def find(self, text: str, told: Callable[[tuple[SymbolMatch, ...], str], None]) -> None:
        """(what was found, why nothing could be)."""

    def enlist(self, match: SymbolMatch, told: Callable[[SymbolListed], None]) -> None:
        """From now on, and kept over a restart."""

    def drop(self, symbol: str) -> str:
        """Why it stays; empty where it is listed no more."""
