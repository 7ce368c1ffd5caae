"""Symbols found at IB by letters of their name, as fast as IB may be asked and no faster."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from connectors.ib.contracts import Contracts
from connectors.ib.listing import STOCK, mic_of
from connectors.ib.speaker import Speaker
from connectors.ib.turnstile import Lane
from engine.domain.views import SymbolMatch
from engine.lookup import SymbolListed
from engine.values import NANOS_PER_SECOND, Nanos

ASKED_EVERY = NANOS_PER_SECOND
"""IB answers one search a second; what is typed meanwhile waits, and only the newest of it."""
ANSWERS_WITHIN = Nanos(5 * NANOS_PER_SECOND)
TEXTS_KEPT_MAX = 200
"""Searches whose answers are remembered: who rubs out a letter asks nobody."""
CONTRACTS_KEPT_MAX = 5_000
TEXT_CHARACTERS_MAX = 40
SILENT = "the gateway does not answer the search: what is listed here is all that is shown"
NOT_FOUND = "{} was not found in this session: look it up first"
DOWN = "nothing can be looked up at IB: {}"
Found = Callable[[tuple[SymbolMatch, ...], str], None]


class _Search(msgspec.Struct):
    """What somebody typed, and who wants to know."""

    text: str
    told: list[Found]
    question: int = 0
    asked_at: Nanos = Nanos(0)


class Directory:
    """An `engine.lookup.Directory`; `why_not`: why nothing can be asked now, empty where it can."""

    def __init__(
        self,
        speaker: Speaker,
        contracts: Contracts,
        why_not: Callable[[], str],
    ) -> None:
        self._speaker, self._contracts, self._why_not = speaker, contracts, why_not
        self._known: dict[str, tuple[Any, ...]] = {}
        self._seen: dict[int, Any] = {}
        """Contracts by conId that were found in this run."""
        self._under_way: _Search | None = None
        self._waiting: _Search | None = None
        self._asked_at = Nanos(-ASKED_EVERY)

    # What is asked.

    def find(self, text: str, told: Found) -> None:
        wanted = text.strip().upper()[:TEXT_CHARACTERS_MAX]
        if not wanted:
            told((), "")
        elif wanted in self._known:
            told(self._matches(self._known[wanted]), "")
        elif why := self._why_not():
            told((), DOWN.format(why))
        elif self._under_way is not None and self._under_way.text == wanted:
            self._under_way.told.append(told)
        elif self._waiting is not None and self._waiting.text == wanted:
            self._waiting.told.append(told)
        else:
            # Whoever waited typed on: nobody wants that answer any more.
            overtaken, self._waiting = self._waiting, _Search(wanted, [told])
            _tell(overtaken, (), "")

    def enlist(self, match: SymbolMatch, told: Callable[[SymbolListed], None]) -> None:
        found = self._seen.get(int(match.key)) if match.key.isdigit() else None
        if found is None:
            told(SymbolListed(match.symbol, NOT_FOUND.format(match.symbol)))
        elif why := self._why_not():
            told(SymbolListed(match.symbol, DOWN.format(why)))
        else:
            # What was free when it was found may be another contract's name by now.
            name = self._contracts.symbol_of(found)
            self._contracts.choose(
                name, int(found.conId), lambda trouble: told(SymbolListed(name, trouble))
            )

    def drop(self, symbol: str) -> str:
        if symbol not in self._contracts and symbol not in self._contracts.chosen:
            return "it is not listed here"
        self._contracts.drop(symbol)
        return ""

    # What is heard.

    def look(self, now: Nanos) -> None:
        """`now`: monotonic. Asks what waits, once it may, and gives up what takes too long."""
        under_way = self._under_way
        if under_way is not None and now - under_way.asked_at >= ANSWERS_WITHIN:
            self._over((), SILENT)
        if self._under_way is not None or self._waiting is None:
            return
        if why := self._why_not():
            waiting, self._waiting = self._waiting, None
            _tell(waiting, (), DOWN.format(why))
        elif now - self._asked_at >= ASKED_EVERY:
            search, self._waiting = self._waiting, None
            search.question, search.asked_at = self._speaker.new_id(self._refused), now
            self._under_way, self._asked_at = search, now
            self._speaker.ask(Lane.MARKET, "reqMatchingSymbols", search.question, search.text)

    def samples(self, question: int, descriptions: Sequence[Any]) -> None:
        """symbolSamples: contracts without their details."""
        search = self._under_way
        if search is None or question != search.question:
            return
        found = tuple(each.contract for each in descriptions)
        self._known[search.text] = found
        self._seen.update({int(each.conId): each for each in found})
        _forget_oldest(self._known, TEXTS_KEPT_MAX)
        _forget_oldest(self._seen, CONTRACTS_KEPT_MAX)
        self._over(self._matches(self._known[search.text]), "")

    def lost(self, why: str) -> None:
        """The line is gone: nobody waits for an answer."""
        if self._under_way is not None:
            self._over((), DOWN.format(why))

    def _refused(self, question: int, code: int, text: str) -> None:
        if self._under_way is not None and self._under_way.question == question:
            self._over((), f"IB does not search: {text} ({code})")

    def _over(self, matches: tuple[SymbolMatch, ...], trouble: str) -> None:
        search, self._under_way = self._under_way, None
        if search is not None:
            self._speaker.forget(search.question)
            _tell(search, matches, trouble)

    def _matches(self, contracts: Sequence[Any]) -> tuple[SymbolMatch, ...]:
        """Stocks and funds: nothing else is sent to IB's own routing from here. One that is listed
        already stands under the name that it has here."""
        return tuple(self._match(each) for each in contracts if each.secType == STOCK)

    def _match(self, contract: Any) -> SymbolMatch:
        symbol = self._contracts.symbol_of(contract)
        listed = self._contracts.get(symbol)
        is_here = listed is not None and listed.con_id == int(contract.conId)
        name = listed.instrument.name if is_here and listed is not None else ""
        return SymbolMatch(
            symbol,
            name or str(getattr(contract, "description", "")),
            mic_of(str(contract.primaryExchange)),
            str(contract.currency),
            key="" if is_here else str(contract.conId),
        )


def _tell(search: _Search | None, matches: tuple[SymbolMatch, ...], trouble: str) -> None:
    for told in search.told if search is not None else ():
        told(matches, trouble)


def _forget_oldest(kept: dict[Any, Any], most: int) -> None:
    while len(kept) > most:
        del kept[next(iter(kept))]
