"""Where the desk asks its venue for symbols that it does not list, and for whom."""

from collections.abc import Callable

from engine.domain.views import Severity, SymbolMatch
from engine.lookup import (
    DropSymbol,
    FindSymbols,
    ListSymbol,
    LookupRequest,
    SeeSymbols,
    SymbolListed,
    SymbolsFound,
)
from engine.ports import DeskAnswer, Notice
from engine.runtime.factor_door import Back
from engine.runtime.host import Host

ALL_LISTED = "this market says by itself all that is traded: nothing is added to it"
NEVER_LEAVES = "the watchlist is all that this market trades"
STAYS = "{} stays: {}"
IN_USE = "something is held in it, or an order works"


class SymbolDoor:
    """The engine's thread never waits for an answer of the venue: it comes back as a call."""

    def __init__(
        self,
        host: Host,
        answer: Callable[[DeskAnswer], None],
        way_back: Callable[[], Back],
    ) -> None:
        self._host, self._answer, self._way_back = host, answer, way_back

    def serve(self, request: LookupRequest) -> None:
        match request:
            case FindSymbols():
                self._find(request)
            case ListSymbol():
                self._list(request.match)
            case DropSymbol():
                self._drop(request.symbol)
            case SeeSymbols():
                live = self._host.venue.live
                if live is not None:
                    live.seen(request.symbols)

    def _find(self, request: FindSymbols) -> None:
        live = self._host.venue.live
        if live is None or live.directory is None:
            self._answer(SymbolsFound(request.request))
            return
        back = self._way_back()

        def told(matches: tuple[SymbolMatch, ...], trouble: str) -> None:
            back(lambda: self._answer(SymbolsFound(request.request, matches, trouble)))

        live.directory.find(request.text, told)

    def _list(self, match: SymbolMatch) -> None:
        live = self._host.venue.live
        if live is None or live.directory is None:
            self._answer(SymbolListed(match.symbol, ALL_LISTED))
            return
        back = self._way_back()

        def told(listed: SymbolListed) -> None:
            back(lambda: self._answer(listed))

        live.directory.enlist(match, told)

    def _drop(self, symbol: str) -> None:
        live = self._host.venue.live
        if live is None or live.directory is None:
            why = NEVER_LEAVES
        elif self._is_in_use(symbol):
            why = IN_USE
        else:
            why = live.directory.drop(symbol)
        words = STAYS.format(symbol, why) if why else f"{symbol} has left the watchlist"
        severity = Severity.ATTENTION if why else Severity.OK
        self._answer(Notice(severity, "watchlist", words))

    def _is_in_use(self, symbol: str) -> bool:
        state = self._host.session.state
        positions = (a.positions.get(symbol) for a in state.accounts.values())
        is_held = any(position is not None and position.quantity for position in positions)
        return is_held or bool(state.live_by_symbol.get(symbol))
