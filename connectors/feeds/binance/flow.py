"""A recorded spot pair of Binance as a market for the paper venue."""

import re
from collections.abc import Iterator
from pathlib import Path

from connectors.feeds.binance.lines import PairLines, Said, Snapshot, Ticker, Trade, Update
from connectors.feeds.binance.survey import Listener, date_of, survey
from connectors.feeds.flow import FlowSink
from connectors.feeds.lobster_lines import Place
from connectors.feeds.lobster_names import RecordingError
from connectors.feeds.lobster_silence import Silence
from connectors.feeds.quote_day import quoted_house
from engine.domain.quotes import Phase, Quote, Source
from engine.exchange.quoted.assumptions import Assumptions
from engine.instruments import Instrument
from engine.values import NANOS_PER_SECOND, Nanos, Price, Quantity, Side

STALE_AFTER = 5 * NANOS_PER_SECOND
"""The touch of a pair that is traded is told many times a second, its levels ten times."""
LEVELS_KNOWN = 1_000
"""More than one: nothing beyond what is on show is assumed."""
UNKNOWN_LEVELS = "only the best bid and ask are known until a snapshot comes"
_FIRST_LINE = re.compile(rb"\d{18,19} \{")
_CURSOR_BYTES_MAX = 32
_SNIFFED_LINES = 1


def is_pair_recording(path: Path) -> bool:
    """Whether the file's first line is a time in nanoseconds and then JSON."""
    try:
        with Place(path).lines() as lines:
            first = lines.take(_SNIFFED_LINES)
    except RecordingError:
        return False
    return bool(first) and _FIRST_LINE.match(first[0]) is not None


class PairFlow:
    """One recording, line by line at the time when each was received.

    What comes before the levels are known makes the first quotes; then the market is open, for the
    exchange never closes. A trade date is a day in UTC, and DAY orders end with it. One nanosecond
    after the last line the recording is over and closes. The cursor counts lines.
    """

    source = Source.REPLAY

    def __init__(self, path: Path) -> None:
        """Reads the file once from end to end. Raises RecordingError (exit 2)."""
        self._place = Place(path)
        found = survey(self._place)
        self.pair = found.pair
        self.instruments: tuple[Instrument, ...] = (found.pair,)
        self.trade_date = found.trade_date
        day = str(found.trade_date)
        self.description = f"{found.pair.symbol} {day[:4]}-{day[4:6]}-{day[6:]} (Binance depth)"
        self.assumptions = Assumptions(stale_after=STALE_AFTER, levels=LEVELS_KNOWN)
        self.span = (found.first_at, found.last_at)
        self._amiss = found.words
        self._known_from = found.known_from
        self._begin()

    def _begin(self) -> None:
        self._listener = Listener()
        self._said = self._read()
        self._next: Said | None = next(self._said, None)
        self._next_at = self._next.at if self._next is not None else self.span[0]
        self._done = 0
        self._at = self.span[0]
        self._is_closed = False
        self.trade_date = date_of(self.span[0])
        self._say_what_is_known()

    def _read(self) -> Iterator[Said]:
        return PairLines(self._place).read()

    def _say_what_is_known(self) -> None:
        """The note follows the lines: the book as it is now, then what is amiss with the file."""
        book = self._listener.book
        now = ""
        if book.gap is not None:
            now = f"{book.gap.words}: {UNKNOWN_LEVELS}"
        elif not book.knows_levels:
            now = UNKNOWN_LEVELS
        self.note = "; ".join(part for part in (now, self._amiss) if part)

    # --- the contract

    def open(self, sink: FlowSink, cursor: bytes) -> Nanos:
        wanted, is_closed = _read_cursor(cursor) if cursor else (self._known_from, False)
        self._begin()
        silent = Silence(sink)
        while self._done < wanted and self._next is not None:
            self._at = silent.now = silent.exchange.now = self._next_at
            self._play(silent)
        if self._done < wanted:
            raise RecordingError(
                f"the session stood after line {wanted:,}, but the recording has {self._done:,}:"
                " it is not the same one"
            )
        self._is_closed = is_closed
        sink.exchange.now = self._at
        sink.touched(self.pair.symbol)
        sink.entered_phase(self.pair.symbol, Phase.CLOSED if is_closed else Phase.OPEN)
        return self._at

    def next_at(self) -> Nanos | None:
        if self._next is not None:
            return self._next_at
        return None if self._is_closed else Nanos(self._at + 1)

    def step(self, sink: FlowSink) -> None:
        symbol = self.pair.symbol
        if self._next is None:
            self._at = sink.exchange.now = Nanos(self._at + 1)
            self._is_closed = True
            sink.entered_phase(symbol, Phase.CLOSED)
            return
        self._at = sink.exchange.now = self._next_at
        if date_of(self._at) != self.trade_date:
            self._turn_day(sink)
        while self._next is not None and self._next_at == self._at:
            self._play(sink)
        sink.touched(symbol)

    def cursor(self) -> bytes:
        """Lines played, and whether the recording is over."""
        return b"%d%s" % (self._done, b" closed" if self._is_closed else b"")

    # --- inside

    def _play(self, sink: FlowSink) -> None:
        said = self._next
        assert said is not None, "there is a line to play"
        self._done = said.line
        if date_of(self._at) != self.trade_date:
            self._new_day(sink.market.quotes[self.pair.symbol])
        self._carry_out(said, sink)
        self._next = next(self._said, None)
        if self._next is not None:
            self._next_at = self._listener.time_of(self._next)

    def _carry_out(self, said: Said, sink: FlowSink) -> None:
        house, symbol, book = quoted_house(sink), self.pair.symbol, self._listener.book
        stale = book.stale
        match said.message:
            case Trade() as trade:
                if self._listener.is_new_trade(trade):
                    aggressor = Side.SELL if trade.is_buyer_maker else Side.BUY
                    sink.took_place(house.traded(symbol, trade.price, trade.size, aggressor))
                return
            case Ticker() as ticker:
                changes = book.ticker(ticker)
            case Update() as update:
                changes = book.update(update)
            case Snapshot() as snapshot:
                changes = None if book.snapshot(snapshot) else []
        if book.stale != stale and changes == []:
            return  # what is older than what was known says nothing of now
        if changes is None:
            self._say_what_is_known()
            events = house.shown(symbol, *book.levels())
        else:
            events = house.shown_levels(symbol, changes)
        if events:
            sink.took_place(events)

    def _turn_day(self, sink: FlowSink) -> None:
        """Midnight in UTC: DAY orders end, and what was traded before is of the day before."""
        symbol = self.pair.symbol
        sink.entered_phase(symbol, Phase.CLOSED)
        self._new_day(sink.market.quotes[symbol])
        sink.entered_phase(symbol, Phase.OPEN)

    def _new_day(self, quote: Quote) -> None:
        self.trade_date = date_of(self._at)
        quote.previous_close = quote.last
        quote.open = quote.high = quote.low = Price(0)
        quote.volume, quote.trades = Quantity(0), 0


def _read_cursor(cursor: bytes) -> tuple[int, bool]:
    digits = cursor.removesuffix(b" closed")
    if len(cursor) > _CURSOR_BYTES_MAX or not digits.isdigit():
        raise RecordingError("the place in the recording that was kept cannot be read")
    return int(digits), cursor.endswith(b" closed")
