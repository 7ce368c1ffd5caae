"""Looks at every symbol's price for what runs within five minutes, Rule 201 and the index."""

from collections import deque
from collections.abc import Iterator

from engine.domain.breaker_facts import IndexSeen, PriceFell, PriceRan
from engine.domain.breakers import has_fallen, knows_rule_201
from engine.domain.market_wide import level_reached, table_of
from engine.domain.quotes import Market, Phase, Quote
from engine.domain.state import State
from engine.runtime.market_time import second_of_day
from engine.values import NANOS_PER_SECOND, Nanos, Price

LOOK_EVERY = NANOS_PER_SECOND
BUCKET = 10 * NANOS_PER_SECOND
BUCKETS = 30
"""Five minutes."""
LOOKS_TO_HOLD = 3
"""So many looks in a row have to show the move."""
SPREAD_PERCENT_MAX = 1
"""A wider quote says too little about the price."""
BPS = 10_000
_OPEN = Phase.OPEN

Seen = PriceRan | PriceFell | IndexSeen
_Bucket = tuple[Nanos, Price, Price]
"""(when it began, lowest, highest)."""


class _Run:
    """Five minutes of one symbol's price."""

    __slots__ = ("beyond", "buckets", "high", "high_at", "low", "low_at", "since")

    def __init__(self) -> None:
        self.buckets: deque[_Bucket] = deque(maxlen=BUCKETS)
        self.forget()

    def forget(self) -> None:
        """After a halt, a close or a report the five minutes begin anew."""
        self.buckets.clear()
        self.low = self.high = Price(0)
        self.low_at = self.high_at = self.since = Nanos(0)
        self.beyond = 0

    def note(self, price: Price, now: Nanos) -> None:
        """The extremes that the price is compared with, the present bucket included."""
        if not self.since or now - self.since >= BUCKET or now < self.since:
            self._turn(price, now)
        if price < self.low:
            self.low, self.low_at = price, now
        if price > self.high:
            self.high, self.high_at = price, now
        at, low, high = self.buckets[-1]
        if not low <= price <= high:
            self.buckets[-1] = (at, min(low, price), max(high, price))

    def _turn(self, price: Price, now: Nanos) -> None:
        buckets = self.buckets
        if self.since and not 0 <= now - self.since <= BUCKET * BUCKETS:
            buckets.clear()
        buckets.append((now, price, price))
        while now - buckets[0][0] > BUCKET * BUCKETS:
            buckets.popleft()
        self.since = now
        self.low_at, self.low, _ = min(buckets, key=lambda bucket: bucket[1])
        self.high_at, _, self.high = max(buckets, key=lambda bucket: bucket[2])


class SymbolWatch:
    """Every second of market time; what it remembers is no longer than five minutes."""

    def __init__(self) -> None:
        self._runs: dict[str, _Run] = {}
        self._look_at = Nanos(0)

    def look(self, state: State, market: Market, now: Nanos) -> list[Seen]:
        """What is news for the desk; empty between two looks."""
        if now < self._look_at <= now + LOOK_EVERY:
            return []
        self._look_at = Nanos(now + LOOK_EVERY)
        found: list[Seen] = []
        limit = state.limits.symbol_move_max
        for symbol, quote in market.quotes.items():
            run = self._runs.get(symbol)
            if quote.phase is not _OPEN:
                if run is not None and run.since:
                    run.forget()
                continue
            if run is None:
                run = self._runs[symbol] = _Run()
            last, close = quote.last, quote.previous_close
            if last * 10 <= close * 9 and last:
                found += _of_rule_201(state, quote)
            if price := price_of(quote):
                run.note(price, now)
                if (price - run.low) * BPS > limit * run.low or (
                    run.high - price
                ) * BPS > limit * run.high:
                    found += _of_a_run(symbol, run, price)
                else:
                    run.beyond = 0
        if state.index:
            found += _of_the_index(state, market, now)
        return found


def price_of(quote: Quote) -> Price:
    """The mid of a narrow quote; of bars the last price; 0 where neither says much."""
    bid, ask = quote.bid, quote.ask
    if 0 < bid <= ask and (ask - bid) * 100 <= bid * SPREAD_PERCENT_MAX:
        return Price((bid + ask) // 2)
    return quote.last if quote.is_bar else Price(0)


def _of_a_run(symbol: str, run: _Run, price: Price) -> Iterator[PriceRan]:
    """Told once it has held; then the five minutes begin anew."""
    run.beyond += 1
    if run.beyond < LOOKS_TO_HOLD:
        return
    rose = (price - run.low) * run.high > (run.high - price) * run.low
    before, at = (run.low, run.low_at) if rose else (run.high, run.high_at)
    run.forget()
    yield PriceRan(symbol, before, at, price)


def _of_rule_201(state: State, quote: Quote) -> Iterator[PriceFell]:
    known = state.instruments.get(quote.symbol)
    if known is None or not knows_rule_201(known) or not state.limits.short_sale_restriction:
        return
    found = state.breakers.restricted.get(quote.symbol)
    if found is not None and found.trade_date == state.trade_date:
        return
    if has_fallen(quote.last, quote.previous_close):
        yield PriceFell(quote.symbol, quote.last, quote.previous_close)


def _of_the_index(state: State, market: Market, now: Nanos) -> Iterator[IndexSeen]:
    quote, known = market.quotes.get(state.index), state.instruments.get(state.index)
    if quote is None or known is None or quote.phase is not _OPEN or not state.limits.market_wide:
        return
    table = table_of(known.mic, state.trade_date)
    if table is None:
        return
    level = level_reached(table, quote.last, quote.previous_close)
    breakers = state.breakers
    passed = breakers.levels if breakers.levels_on == state.trade_date else []
    if level and level not in passed:
        day_second = second_of_day(now)
        yield IndexSeen(state.index, quote.last, quote.previous_close, day_second)
