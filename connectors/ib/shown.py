"""What a desk at IB shows of the market, of the account and of its line, without asking anybody."""

from collections.abc import Callable, Sequence

from connectors.ib import record
from connectors.ib.directory import Directory
from connectors.ib.line import Line
from connectors.ib.line_words import LOOKS_ALONE, VIEW_ONLY, line_told
from connectors.ib.parts import Parts
from connectors.ib.places import place_of
from connectors.ib.quiet import Quiet
from connectors.ib.terms import IbTerms
from connectors.ib.wire import Wire
from connectors.untold import Untold, open_by_price
from engine.domain.views import DepthRow, TradePrint
from engine.hosted import LineTold, OrderPlace, VenueFigure
from engine.instruments import Instrument
from engine.values import Nanos, Quantity, Side


class Shown(Untold):
    """Those parts of an `engine.hosted.HostedVenue` that only look."""

    parts: Parts
    terms: IbTerms
    now: Nanos
    _line: Line
    _wire: Wire
    _quiet: Quiet
    _wall: Callable[[Nanos], str]

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """Before IB has said anything: what the desk knew when it was there last."""
        contracts = self.parts.contracts
        return tuple(listed.instrument for listed in contracts.every()) or contracts.remembered

    @property
    def note(self) -> str:
        return VIEW_ONLY if self.is_view_only else ""

    @property
    def is_view_only(self) -> bool:
        return self.parts.rounds.is_read_only

    def seen(self, symbols: Sequence[str]) -> None:
        for symbol in symbols:
            self.parts.feed.lines.look_at(symbol)

    @property
    def directory(self) -> Directory:
        return self.parts.directory

    @property
    def may_come_yet(self) -> bool:
        """The gateway is not there, and is dialled on; else a person has to look first."""
        return self._line.may_come_yet

    @property
    def may_wait(self) -> str:
        """Whether it is the weekly login that a gateway which is not there waits for; or empty."""
        return self._quiet.may_wait(self.now)

    def line(self) -> LineTold:
        """Its state, IB's farms, and how much of the rate that IB takes is used."""
        used, waiting = self._wire.used()
        rate = self.terms.messages_a_second
        line, health, data = self._line, self.parts.health, self.parts.feed.lines.trouble
        wrong = [data] if data else []
        if self.is_view_only:
            wrong.append(LOOKS_ALONE)
        return line_told(line, health, wrong, used=used, waiting=waiting, rate=rate)

    def figures(self) -> tuple[VenueFigure, ...]:
        """The account as IB counts it."""
        trades = self.parts.trades
        return self.parts.values.figures(len(trades.every()), trades.commissions.values(), self.now)

    def messages(self, label: Callable[[str], str]) -> tuple[str, ...]:
        ear = self._wire.ear
        return record.lines(ear.raw, label, self._wall) if ear is not None else ()

    def depth(self, symbol: str, levels: int) -> tuple[tuple[DepthRow, ...], tuple[DepthRow, ...]]:
        if levels > 1:
            self.parts.feed.lines.look_deep(symbol)
        return self.parts.feed.depth(symbol, levels)

    def tape(self, symbol: str, prints: int) -> tuple[TradePrint, ...]:
        return self.parts.feed.tape(symbol, prints)

    def would_fill(
        self, symbol: str, side: Side, price: int, quantity: int
    ) -> list[tuple[int, int]]:
        return self.parts.feed.taken_by(symbol, side, price, quantity)

    def place(self, client_order_id: str) -> OrderPlace | None:
        order = self.parts.roll.get(client_order_id)
        return None if order is None or order.is_done else place_of(order)

    def _own_at(self, symbol: str) -> dict[int, int]:
        orders = (order for order in self.parts.roll.open() if order.symbol == symbol)
        return open_by_price((o.price, Quantity(o.quantity - o.filled)) for o in orders)
