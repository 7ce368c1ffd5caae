"""A test's hand on the market: quotes, trades, books, bars, rights and floods of ticks."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from tests.connectors.ib.gateway import (
    depth_requests,
    history_requests,
    matching,
    quote_requests,
    tick_requests,
)
from tests.connectors.ib.gateway.flood import Flood
from tests.connectors.ib.gateway.hub import GatewayHub
from tests.connectors.ib.gateway.market import Bar, Quote, Right, Row, Trade

Number = Decimal | int | str
SideNames = {"bid": depth_requests.BID, "ask": depth_requests.ASK}


def rows_of(rows: Sequence[tuple[Any, ...]]) -> list[Row]:
    """`("190.1", 3)` or `("190.1", 3, "NSDQ")`, the best first."""
    return [
        (Decimal(str(price)), Decimal(str(size)), maker[0] if maker else "")
        for price, size, *maker in rows
    ]


class MarketControls:
    """A mixin of Gateway; contracts are named by symbol or local symbol."""

    hub: GatewayHub
    do: Callable[..., Any]

    def con_id(self, symbol: str) -> int:
        return self.hub.broker.reference.by_symbol(symbol).con_id

    def quote(self, symbol: str, **values: Any) -> Quote:
        """Change some of a contract's values (`bid="190.1", bid_size=3`, `halted=1`) and say so.

        `bid=None` takes a price away (-1 on the wire). Where the house matches, what the change
        made marketable is filled.
        """

        def act() -> Quote:
            con_id = self.con_id(symbol)
            before = self.hub.market.quote(con_id)
            quote = before.but(**values)
            self.hub.market.quotes[con_id] = quote
            for session in list(self.hub.sessions):
                quote_requests.changed(session, con_id)
                if (before.bid, before.ask) != (quote.bid, quote.ask):
                    tick_requests.quoted(session, con_id, quote)
            matching.match(self.hub.broker, self.hub.market, con_id)
            return quote

        return self.do(act)

    def market_of(self, symbol: str) -> Quote:
        """What the market of a contract shows now."""
        return self.do(lambda: self.hub.market.quote(self.con_id(symbol)))

    def trade(self, symbol: str, price: Number, size: Number, *, unreported: bool = False) -> None:
        """A print: the last price, tick-by-tick, and history."""

        def act() -> None:
            con_id = self.con_id(symbol)
            now = self.hub.house.clock()
            trade = Trade(Decimal(price), Decimal(size), now, unreported=unreported)
            self.hub.market.trades.setdefault(con_id, []).append(trade)
            for session in list(self.hub.sessions):
                tick_requests.traded(session, con_id, trade)
            volume = (self.hub.market.quote(con_id).volume or 0) + trade.size
            self.quote(symbol, last=price, last_size=size, volume=volume)

        self.do(act)

    def entitle(self, symbol: str, right: Right) -> None:
        """What the user may see of a contract from the next request on."""
        self.do(lambda: self.hub.market.rights.update({self.con_id(symbol): right}))

    def show_type(self, number: int) -> None:
        """2 frozen, 4 delayed-frozen, 0 as asked: told to every line at once."""

        def act() -> None:
            self.hub.market.shown_type = number
            for session in self.hub.sessions:
                for line in quote_requests.lines(session).values():
                    session.say("marketDataType", 1, line.request_id, number or 1)

        self.do(act)

    def line_error(self, symbol: str, code: int, text: str, *, ends: bool = False) -> None:
        """An error on the id of every line of a contract, which may end with it (354, 10090 …)."""

        def act() -> None:
            con_id = self.con_id(symbol)
            for session in self.hub.sessions:
                open_lines = quote_requests.lines(session)
                for line in [one for one in open_lines.values() if one.listing.con_id == con_id]:
                    session.error(line.request_id, code, text, ref=line.listing.symbol)
                    if ends:
                        del open_lines[line.request_id]

        self.do(act)

    def compete(self) -> None:
        """The same user logs in elsewhere: every line ends with 10197, and no new one is given."""

        def act() -> None:
            self.hub.house.competing_session = True
            taken = quote_requests.COMPETING
            for symbol in set(self.lines()):
                self.line_error(symbol, taken.code, taken.text, ends=True)

        self.do(act)

    def lines(self) -> list[str]:
        """The symbols of all market data lines that are open now."""
        return self.do(
            lambda: [
                line.listing.named()
                for session in self.hub.sessions
                for line in quote_requests.lines(session).values()
            ]
        )

    def flood(self, rate: int) -> Flood:
        """So many ticks a second to the lines that are open now, until `stop`; counts what it sent.

        The ticks are made beforehand and pass no scripted fault: what a flood costs this process
        is one write to each socket every hundredth of a second.
        """
        return self.do(Flood, self.do, self.hub, rate)

    # ── depth ──────────────────────────────────────────────────────────────────────────────────

    def book(
        self,
        symbol: str,
        *,
        bids: Sequence[tuple[Any, ...]] | None = None,
        asks: Sequence[tuple[Any, ...]] | None = None,
    ) -> None:
        """Put new rows in the place of a side's, and tell subscribers in the house's style."""

        def act() -> None:
            con_id = self.con_id(symbol)
            book = self.hub.market.book(con_id)
            book.bids = rows_of(bids) if bids is not None else book.bids
            book.asks = rows_of(asks) if asks is not None else book.asks
            for session in self.hub.sessions:
                depth_requests.changed(session, con_id)

        self.do(act)

    def depth_row(
        self, symbol: str, side: str, operation: int, position: int, row: tuple[Any, ...]
    ) -> None:
        """One raw operation that the book knows nothing of: a stream out of step."""

        def act() -> None:
            con_id = self.con_id(symbol)
            for session in self.hub.sessions:
                for one in depth_requests.subscriptions(session).values():
                    if one.listing.con_id == con_id:
                        said = (operation, position, rows_of([row])[0])
                        depth_requests.say(session, one, SideNames[side], said)

        self.do(act)

    def reset_depth(self, symbol: str) -> None:
        """317, and the book told anew."""
        con_id = self.con_id(symbol)
        self.do(lambda: [depth_requests.reset(one, con_id) for one in self.hub.sessions])

    def no_depth(self, symbol: str) -> None:
        """Depth of this contract is refused from now on: 10092."""
        self.do(lambda: self.hub.market.shallow.add(self.con_id(symbol)))

    # ── bars ───────────────────────────────────────────────────────────────────────────────────

    def bars(self, symbol: str, size: str, bars: Sequence[Bar]) -> None:
        """What requests for bars of a size (`1 min`) are answered with; without any: 162."""
        self.do(lambda: self.hub.market.bars.update({(self.con_id(symbol), size): list(bars)}))

    def bar(self, symbol: str, size: str, bar: Bar) -> None:
        """The newest bar changes, or a new one begins: told to who keeps up to date."""

        def act() -> None:
            con_id = self.con_id(symbol)
            bars = self.hub.market.bars.setdefault((con_id, size), [])
            if bars and bars[-1].at == bar.at:
                bars.pop()
            bars.append(bar)
            for session in self.hub.sessions:
                history_requests.bar_changed(session, con_id, size, bar)

        self.do(act)

    def five_seconds(self, symbol: str, bar: Bar) -> None:
        """A real-time bar."""
        con_id = self.con_id(symbol)
        sessions = self.hub.sessions
        self.do(lambda: [history_requests.say_real_time_bar(one, con_id, bar) for one in sessions])

    # ── contracts ──────────────────────────────────────────────────────────────────────────────

    def change_listing(self, symbol: str, /, **what: Any) -> None:
        """Change what IB's database says of a contract, its con_id included."""
        self.do(self.hub.broker.reference.change, symbol, **what)

    def delist(self, symbol: str) -> None:
        """The contract is gone: 200, for its con_id too."""
        self.do(self.hub.broker.reference.delist, symbol)
