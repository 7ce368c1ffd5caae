"""A day of minute bars as a market: each bar is told when it begins and when it is over."""

from collections.abc import Sequence

from connectors.feeds.bar_rows import QuoteBar, TimedBar, minute_bars, minute_quotes
from connectors.feeds.flow import FlowSink
from connectors.feeds.lean_names import DayFiles
from connectors.feeds.lobster_lines import Place
from connectors.feeds.lobster_names import RecordingError
from connectors.feeds.quote_day import QuoteDay
from connectors.feeds.sessions import NSE, US, Hours, Session, session_of, start_of
from engine.domain.quotes import Quote
from engine.exchange.quoted.bar_house import BarExchange
from engine.exchange.quoted.bars import Bar, BarAssumptions
from engine.instruments import Instrument, TickBand
from engine.values import NANOS_PER_MILLISECOND, Nanos, Price

MINUTE_MS = 60_000
NSE_BEGINS_MS = (32_400_000, 33_300_000)
"""The first bar of an Indian day starts in its pre-open, 09:00 to 09:15 of its own wall."""
NSE_ENDS_MS = 57_600_000
NSE_TICKS = (TickBand(Price(0), Price(500)),)
"""NSE equities trade in steps of 0.05."""
BARS_NOTE = "bars: orders meet the next open, or a bar that trades through their price"
INDEX_NOTE = "it is an index without volume, which nobody can trade"


class BarTape:
    """The minutes of one symbol; what the quote was at the end of each, where that is known."""

    __slots__ = ("_bars", "_is_open", "_midnight", "_next", "_quotes", "_session", "instrument")

    def __init__(
        self,
        instrument: Instrument,
        bars: Sequence[TimedBar],
        quotes: Sequence[QuoteBar],
        session: Session,
    ) -> None:
        self.instrument = instrument
        self._bars = bars
        self._quotes = {quote.at: quote for quote in quotes}
        self._session = session
        self._midnight = session.midnight
        self.rewind()

    def rewind(self) -> None:
        self._next, self._is_open = 0, False

    def next_at(self) -> Nanos | None:
        if self._is_open:
            return self._ends_at(self._next)
        return self._starts_at(self._next) if self._next < len(self._bars) else None

    def step(self, sink: FlowSink) -> None:
        """The bar that is over, then the one that begins."""
        at = self.next_at()
        assert at is not None, "there is another bar"
        house = bar_house(sink)
        symbol = self.instrument.symbol
        if self._is_open:
            timed = self._bars[self._next]
            sink.took_place(house.closed(symbol))
            bar_over(sink.market.quotes[symbol], timed.bar, at)
            sink.market.quotes[symbol].is_bar = not self._quotes
            self._tell_quote(timed.at, house)
            self._next, self._is_open = self._next + 1, False
        if self.next_at() == at and at < self._session.closes_at:
            timed = self._bars[self._next]
            quote = sink.market.quotes[symbol]
            if at == self._session.opens_at:
                # The last bar before the open has printed at this very time.
                quote.open = quote.high = quote.low = Price(0)
            bar_begins(quote, timed.bar, at)
            self._is_open = True
            sink.took_place(house.opened(symbol, timed.bar))

    def _tell_quote(self, at_ms: int, house: BarExchange) -> None:
        quote = self._quotes.get(at_ms)
        if quote is None:
            return
        bid = (quote.bid, quote.bid_size) if quote.bid and quote.bid_size else None
        ask = (quote.ask, quote.ask_size) if quote.ask and quote.ask_size else None
        house.shown(self.instrument.symbol, bid, ask)

    def _starts_at(self, index: int) -> Nanos:
        return Nanos(self._midnight + self._bars[index].at * NANOS_PER_MILLISECOND)

    def _ends_at(self, index: int) -> Nanos:
        ends = Nanos(self._midnight + (self._bars[index].at + MINUTE_MS) * NANOS_PER_MILLISECOND)
        if index + 1 < len(self._bars):
            return min(ends, self._starts_at(index + 1))
        return ends


def bar_begins(quote: Quote, bar: Bar, at: Nanos) -> None:
    """A new bar's open is the last price."""
    quote.last_direction = (bar.open > quote.last) - (bar.open < quote.last) if quote.last else 0
    quote.last, quote.at = Price(bar.open), at
    quote.open = quote.open or Price(bar.open)
    quote.updates += 1


def bar_over(quote: Quote, bar: Bar, at: Nanos) -> None:
    """Its close is the last price, its extremes are the day's where they are wider."""
    quote.last, quote.at = Price(bar.close), at
    quote.high = max(quote.high, Price(bar.high))
    quote.low = min(quote.low or Price(bar.low), Price(bar.low))
    quote.updates += 1


def bar_house(sink: FlowSink) -> BarExchange:
    """The sink's exchange, which is one of bars."""
    house = sink.exchange
    assert isinstance(house, BarExchange), "bars are played in a house of bars"
    return house


def bar_day(
    days: Sequence[DayFiles], *, start: str | None = None, assumptions: BarAssumptions | None = None
) -> QuoteDay:
    """The market of these files of minutes, all of one day. Raises RecordingError."""
    read = [(files, minute_bars(_trades_of(files))) for files in days]
    hours = _hours_of([bars for _, bars in read])
    session = session_of(hours, days[0].day)
    tapes, notes = [], {BARS_NOTE}
    for files, bars in read:
        instrument = instrument_of(files.symbol, bars, hours)
        if instrument.asset_class == "index":
            notes.add(f"{files.symbol}: {INDEX_NOTE}")
        quotes = [] if files.quotes is None else minute_quotes(files.quotes)
        tapes.append(BarTape(instrument, bars, quotes, session))
    symbols = ", ".join(files.symbol for files in days)
    return QuoteDay(
        tapes,
        session,
        description=f"{symbols} {days[0].day.isoformat()} (minute bars)",
        assumptions=assumptions or BarAssumptions(),
        note="; ".join(sorted(notes)),
        starts_at=start_of(hours, session, start),
    )


def instrument_of(symbol: str, bars: Sequence[TimedBar], hours: Hours) -> Instrument:
    """An index has prices and no volume at all."""
    kind = "equity" if any(timed.bar.volume for timed in bars) else "index"
    if hours is NSE:
        return Instrument(
            symbol,
            name=symbol,
            mic="XNSE",
            currency="INR",
            asset_class=kind,
            tick_bands=NSE_TICKS,
        )
    return Instrument(symbol, name=symbol, asset_class=kind)


def _hours_of(files: Sequence[Sequence[TimedBar]]) -> Hours:
    """Times are of the market's own wall, so where a day begins and ends says which it is."""
    first, last = min(bars[0].at for bars in files), max(bars[-1].at for bars in files)
    begins, ends = NSE_BEGINS_MS
    return NSE if begins <= first <= ends and last <= NSE_ENDS_MS else US


def _trades_of(files: DayFiles) -> Place:
    if files.trades is None:
        raise RecordingError(f"{files.symbol}: quotes alone are no bars; put its trades beside")
    return files.trades
