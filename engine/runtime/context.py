"""What the words of a line are resolved against: who asks, from where, on which desk."""

from collections.abc import Callable

import msgspec

from engine.domain import commands as cmd
from engine.domain.commands import Origin
from engine.domain.quotes import Market
from engine.domain.state import State
from engine.instruments import Instrument
from engine.language import syntax as syn
from engine.values import OrderId

UNKNOWN_INSTRUMENT = Instrument(symbol="?")
"""Scale for a symbol that nobody knows: its order is then denied by R39, with a row of its own."""


class UnresolvedError(ValueError):
    """The line reads well but means nothing here and now; the message says why and what to do."""


class Context(msgspec.Struct, frozen=True):
    """Who asks, from where, and what words like `.`, `3` or `max` mean there."""

    state: State
    market: Market
    account: str
    origin: Origin
    symbol: str
    """What `.` means; empty where no symbol is on a screen."""
    number: Callable[[syn.OrderNumber], OrderId | None]
    room: Callable[[cmd.SubmitOrder], int]
    """Largest quantity that every rule allows for such an order (`max`)."""

    def held(self, symbol: str) -> int:
        position = self.state.accounts[self.account].positions.get(symbol)
        return position.quantity if position else 0


def symbol_of(text: str, context: Context) -> str:
    """The symbol that a word means: `.` is the one on the screen, a `MIC:` has to be its own.

    Raises UnresolvedError: what another exchange calls so is another thing.
    """
    if text != syn.DOT:
        mic, _, symbol = text.rpartition(":")
        known = context.state.instruments.get(symbol)
        if mic and known is not None and known.mic != mic:
            raise UnresolvedError(f"{symbol} is traded at {known.mic} here, not at {mic}")
        return symbol
    if not context.symbol:
        raise UnresolvedError("there is no symbol on a screen here; write it instead of '.'")
    return context.symbol


def instrument_of(symbol: str, context: Context) -> Instrument:
    """The symbol's, or the stand-in for one that nobody knows."""
    return context.state.instruments.get(symbol, UNKNOWN_INSTRUMENT)


def nobody_knows(symbol: str) -> str:
    """Why a line about this symbol means nothing here."""
    return f"nobody knows {symbol}: `/` searches the symbols of this market"
