"""Runs the synthetic market alone and says in figures what it looks like."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from math import log, sqrt
from statistics import fmean, median, pstdev

import msgspec

from connectors.feeds.flow import OWN_ORDER_IDS_FROM, OWN_OWNER
from connectors.feeds.recorded.frames import OwnFact
from connectors.feeds.synthetic.calendar import SESSION_SECONDS
from connectors.feeds.synthetic.flow import SyntheticFlow
from connectors.feeds.synthetic.symbols import TICK
from engine.domain.phases import CROSSES
from engine.domain.quotes import Market, Phase, Quote
from engine.exchange.auctions import Cross, uncross
from engine.exchange.exchange import Exchange
from engine.exchange.messages import CancelOrder, Event, NewOrder, Operation, Traded
from engine.instruments import Instrument
from engine.values import NANOS_PER_SECOND, Nanos, OrderType, Price, Quantity, Side

RETURN_SECONDS = 10
"""Returns are taken over this time for kurtosis and clustering."""
LEVELS_COUNTED = 30
"""Deeper ones are not counted."""
JOIN_EVERY_SECONDS = 45
JOIN_PATIENCE_SECONDS = 120
"""An order that is not filled by then counts as not filled and is cancelled."""


class LoneExchange:
    """A flow's sink without a venue: books, auctions, last values and whoever listens."""

    def __init__(self, instruments: Sequence[Instrument]) -> None:
        self.exchange = Exchange()
        self.market = Market()
        for instrument in instruments:
            self.exchange.list_symbol(instrument.symbol)
            self.market.quotes[instrument.symbol] = Quote(instrument.symbol)
        self.now = Nanos(0)
        self.operations = 0
        self.phases: list[tuple[str, Phase]] = []
        self.crosses: list[tuple[str, Cross]] = []
        self.listeners: list[Callable[[Sequence[Operation], list[Event]], None]] = []

    def submit(self, operations: Sequence[Operation]) -> list[Event]:
        events = self.exchange.submit(operations)
        self.operations += len(operations)
        for event in events:
            if type(event) is Traded:
                quote = self.market.quotes[event.symbol]
                quote.record_trade(event.price, event.quantity, self.now)
        for listener in self.listeners:
            listener(operations, events)
        return events

    def took_place(self, events: Sequence[Event]) -> None:
        raise AssertionError("the synthetic market has no replay room")

    def touched(self, symbol: str) -> None:
        raise AssertionError("the synthetic market has no replay room")

    def printed_hidden(
        self, symbol: str, price: Price, quantity: Quantity, aggressor: Side
    ) -> None:
        raise AssertionError("the synthetic market hides nothing")

    def entered_phase(self, symbol: str, phase: Phase, text: str = "") -> None:
        self.phases.append((symbol, phase))
        quote, book = self.market.quotes[symbol], self.exchange.book(symbol)
        if quote.phase in CROSSES and phase not in CROSSES:
            reference = quote.last or quote.previous_close
            cross, _ = uncross(book, CROSSES[quote.phase][1], reference, TICK)
            if cross is not None:
                self.crosses.append((symbol, cross))
                quote.record_trade(cross.price, cross.quantity, self.now)
        self.exchange.call(symbol, phase in CROSSES)
        quote.phase = phase

    def own_fact(self, fact: OwnFact) -> None:
        raise AssertionError("the synthetic market remembers nobody")


def run_until(flow: SyntheticFlow, sink: LoneExchange, until: int) -> int:
    """Lets the flow go on before `until`; returns the number of steps."""
    steps = 0
    while (at := flow.next_at()) is not None and at < until:
        sink.now = at
        flow.step(sink)
        steps += 1
    return steps


class Facts(msgspec.Struct, frozen=True):
    """What one symbol looked like; sampled once a second."""

    symbol: str
    spread_ticks: float
    """Median."""
    spread_ticks_mean: float
    spread_one_to_three: float
    """Share of the time."""
    queue: float
    """Median quantity at the best prices."""
    levels_min: int
    resting_max: int
    trades_per_minute: float
    prints_at_touch: float
    """Share of trades at the first price that the taker met."""
    sign_memory: tuple[float, float, float]
    """Autocorrelation of takers' signs at lags 1, 5 and 20."""
    day_volatility: float
    """Standard deviation of ten-second returns, scaled to a session."""
    kurtosis: float
    """Of ten-second returns; 3 is the bell curve."""
    clustering: float
    """Mean autocorrelation of absolute ten-second returns over lags 1 to 6."""
    joined: int
    """Orders of 100 that joined the bid, one at a time."""
    fill_seconds: tuple[float, float, float]
    """10 %, 50 % and 90 % of their times to fill; those not filled count as the patience."""
    filled: float
    """Share filled within the patience."""
    ahead: float
    """Median quantity ahead of them when they joined."""


class Observer:
    """Watches one symbol of a lone exchange; joins its bid now and then when asked to."""

    def __init__(self, sink: LoneExchange, symbol: str, *, joins: bool) -> None:
        self.sink, self.symbol, self.joins = sink, symbol, joins
        self.book = sink.exchange.book(symbol)
        self.spreads: list[int] = []
        self.queues: list[int] = []
        self.levels_min = self.resting_max = len(self.book.orders)
        self.mids: list[float] = []
        self.signs: list[int] = []
        self.at_touch = self.trades = 0
        self.kinds: Counter[str] = Counter()
        self.fill_seconds: list[float] = []
        self.aheads: list[int] = []
        self._own_id = OWN_ORDER_IDS_FROM
        self._joined_at: Nanos | None = None
        sink.listeners.append(self._listen)

    def sample(self) -> None:
        """Once a second: the state of the book, and the next order that joins the bid."""
        book = self.book
        bids, asks = book.depth(LEVELS_COUNTED)
        (bid, bid_size, _), (ask, ask_size, _) = bids[0], asks[0]
        self.spreads.append((ask - bid) // TICK)
        self.queues += [bid_size, ask_size]
        self.mids.append((bid + ask) / 2)
        self.levels_min = min(self.levels_min, len(bids), len(asks))
        self.resting_max = max(self.resting_max, len(book.orders))
        if self.joins:
            self._join_bid(Price(bid), bid_size)

    def facts(self) -> Facts:
        seconds = len(self.mids)
        returns = _returns(self.mids[::RETURN_SECONDS])
        fills = sorted(self.fill_seconds) or [0.0]
        return Facts(
            symbol=self.symbol,
            spread_ticks=median(self.spreads),
            spread_ticks_mean=fmean(self.spreads),
            spread_one_to_three=fmean(spread <= 3 for spread in self.spreads),
            queue=median(self.queues),
            levels_min=self.levels_min,
            resting_max=self.resting_max,
            trades_per_minute=self.trades / seconds * 60,
            prints_at_touch=self.at_touch / max(1, self.trades),
            sign_memory=(
                correlation(self.signs, 1),
                correlation(self.signs, 5),
                correlation(self.signs, 20),
            ),
            day_volatility=pstdev(returns) * sqrt(SESSION_SECONDS / RETURN_SECONDS),
            kurtosis=_kurtosis(returns),
            clustering=fmean(
                correlation([abs(each) for each in returns], lag) for lag in range(1, 7)
            ),
            joined=len(self.aheads),
            fill_seconds=(_part(fills, 0.1), _part(fills, 0.5), _part(fills, 0.9)),
            filled=fmean(each < JOIN_PATIENCE_SECONDS for each in fills),
            ahead=median(self.aheads or [0]),
        )

    def _listen(self, operations: Sequence[Operation], events: list[Event]) -> None:
        if operations[0].symbol != self.symbol:
            return
        self.kinds.update(type(operation).__name__ for operation in operations)
        taker, first_price = 0, 0
        for event in events:
            if type(event) is not Traded:
                continue
            if event.taker_id != taker:
                taker, first_price = event.taker_id, event.price
                self.signs.append(int(event.taker_side))
            self.trades += 1
            self.at_touch += event.price == first_price
            if event.maker_id == self._own_id and not event.maker_leaves:
                self._leave_queue()

    def _join_bid(self, bid: Price, size: int) -> None:
        now = self.sink.now
        if self._joined_at is None:
            if len(self.mids) % JOIN_EVERY_SECONDS:
                return
            self._own_id += 1
            self._joined_at = now
            self.aheads.append(size)
            kind, hundred = OrderType.LIMIT, Quantity(100)
            order = NewOrder(
                self._own_id, self.symbol, Side.BUY, kind, hundred, bid, owner=OWN_OWNER
            )
            self.sink.submit([order])
        elif now - self._joined_at >= JOIN_PATIENCE_SECONDS * NANOS_PER_SECOND:
            self.sink.submit([CancelOrder(self._own_id, self.symbol)])
            self._leave_queue()

    def _leave_queue(self) -> None:
        assert self._joined_at is not None, "who is filled has joined"
        waited = (self.sink.now - self._joined_at) / NANOS_PER_SECOND
        self.fill_seconds.append(min(waited, float(JOIN_PATIENCE_SECONDS)))
        self._joined_at = None


def measure(
    *, seed: int, seconds: int, symbols: Sequence[str] | None = None, join: str = "AAPL"
) -> dict[str, Facts]:
    """Facts by symbol over so many seconds from the open; orders of 100 join the bid of `join`."""
    flow = SyntheticFlow(seed, symbols)
    sink = LoneExchange(flow.instruments)
    opened = flow.open(sink)
    observers = [
        Observer(sink, listing.symbol, joins=listing.symbol == join) for listing in flow.listings
    ]
    for second in range(1, seconds + 1):
        run_until(flow, sink, opened + second * NANOS_PER_SECOND)
        for observer in observers:
            observer.sample()
    return {observer.symbol: observer.facts() for observer in observers}


def correlation(values: Sequence[float], lag: int) -> float:
    """Autocorrelation at one lag; 0 where nothing varies."""
    if len(values) <= lag + 1:
        return 0.0
    mean = fmean(values)
    spread = sum((value - mean) ** 2 for value in values)
    if spread == 0:
        return 0.0
    pairs = zip(values, values[lag:], strict=False)
    return sum((one - mean) * (other - mean) for one, other in pairs) / spread


def _part(ordered: Sequence[float], share: float) -> float:
    return ordered[int(len(ordered) * share)]


def _returns(prices: Sequence[float]) -> list[float]:
    return [log(after / before) for before, after in pairwise(prices)]


def _kurtosis(values: Sequence[float]) -> float:
    mean = fmean(values)
    variance = fmean([(value - mean) ** 2 for value in values])
    return fmean([(value - mean) ** 4 for value in values]) / variance**2 if variance else 0.0
