"""Years of daily bars as a market: one bar a day, and orders are taken from close to close."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from connectors.feeds.bar_flow import (
    BARS_NOTE,
    INDEX_NOTE,
    bar_begins,
    bar_house,
    bar_over,
    instrument_of,
)
from connectors.feeds.bar_rows import TimedBar, lean_days, nse_days
from connectors.feeds.flow import FlowSink
from connectors.feeds.lobster_lines import Place
from connectors.feeds.lobster_names import RecordingError
from connectors.feeds.lobster_silence import Silence
from connectors.feeds.sessions import NSE, US, Hours, Session, session_of
from engine.domain.quotes import Phase, Source
from engine.exchange.quoted.bars import BarAssumptions
from engine.instruments import Instrument
from engine.values import Nanos, Price, Quantity

_CURSOR_BYTES_MAX = 32
STEPS_BEFORE_TRADING = 2


class DailyFlow:
    """One symbol. A step is an open or a close; the cursor counts them.

    The first day is played before anybody trades, so that there is a price to go by.
    The day's DAY orders end with its close; from then on orders are taken for the next day's bar.
    """

    source = Source.REPLAY

    def __init__(
        self,
        symbol: str,
        bars: Sequence[TimedBar],
        hours: Hours,
        assumptions: BarAssumptions | None = None,
    ) -> None:
        self._bars = bars
        self._hours = hours
        self._steps = 0
        self.assumptions = assumptions or BarAssumptions()
        instrument = instrument_of(symbol, bars, hours)
        self._symbol = symbol
        self.instruments: tuple[Instrument, ...] = (instrument,)
        self.trade_date = bars[0].at
        first, last = _iso(bars[0].at), _iso(bars[-1].at)
        self.description = f"{symbol} {first} to {last} (daily bars)"
        self.note = BARS_NOTE
        if instrument.asset_class == "index":
            self.note += f"; {symbol}: {INDEX_NOTE}"

    def open(self, sink: FlowSink, cursor: bytes) -> Nanos:
        steps = self._steps_of(cursor)
        self._steps, self.trade_date = 0, self._bars[0].at
        silent = Silence(sink)
        # A bar that began while the symbol traded reaches orders, also after a restart.
        sink.exchange.entered(self._symbol, is_open=True)
        at = Nanos(self._session(0).opens_at - 1)
        while self._steps < steps:
            at = sink.exchange.now = silent.now = self._at(self._steps)
            self.step(silent)
        sink.touched(self._symbol)
        sink.entered_phase(self._symbol, Phase.OPEN if self.next_at() else Phase.CLOSED)
        return at

    def next_at(self) -> Nanos | None:
        return self._at(self._steps) if self._steps < 2 * len(self._bars) else None

    def step(self, sink: FlowSink) -> None:
        day, is_close = divmod(self._steps, 2)
        bar, at = self._bars[day].bar, self._at(self._steps)
        quote, house = sink.market.quotes[self._symbol], bar_house(sink)
        self._steps += 1
        if not is_close:
            quote.previous_close, quote.open = quote.last, Price(0)
            quote.high, quote.low, quote.volume = Price(0), Price(0), Quantity(0)
            quote.is_bar = True
            bar_begins(quote, bar, at)
            sink.took_place(house.opened(self._symbol, bar))
            return
        sink.took_place(house.closed(self._symbol))
        bar_over(quote, bar, at)
        sink.entered_phase(self._symbol, Phase.CLOSED)
        if day + 1 < len(self._bars):
            self.trade_date = self._bars[day + 1].at
            sink.entered_phase(self._symbol, Phase.OPEN)

    def cursor(self) -> bytes:
        return b"%d" % self._steps

    def _at(self, step: int) -> Nanos:
        session = self._session(step // 2)
        return session.closes_at if step % 2 else session.opens_at

    def _session(self, index: int) -> Session:
        day = self._bars[index].at
        return session_of(self._hours, date(day // 10_000, day // 100 % 100, day % 100))

    def _steps_of(self, cursor: bytes) -> int:
        if not cursor:
            return STEPS_BEFORE_TRADING
        if len(cursor) > _CURSOR_BYTES_MAX or not cursor.isdigit():
            raise RecordingError("the place in the recording that was kept cannot be read")
        steps = int(cursor)
        if steps > 2 * len(self._bars):
            raise RecordingError("the place that was kept lies beyond the end of this recording")
        return steps


def daily_market(path: Path) -> DailyFlow | None:
    """LEAN's `aapl.zip` with `aapl.csv`, or a csv(.gz) with timestamp, open, high, low, close.

    None where the file is neither. Raises RecordingError where it is one and cannot be right.
    """
    if path.suffix.lower() == ".zip":
        from zipfile import BadZipFile, ZipFile

        try:
            with ZipFile(path) as archive:
                names = archive.namelist()
        except (BadZipFile, OSError):
            return None
        if names != [f"{path.stem}.csv"]:
            return None
        return _flow(path.stem, Place(path, names[0]), lean_days, US)
    if not path.name.endswith((".csv", ".csv.gz")):
        return None
    place = Place(path)
    with place.lines() as lines:
        heading = lines.take(1)
    if not heading or not heading[0].startswith(b"timestamp,open,high,low,close,volume"):
        return None
    return _flow(path.name.partition(".")[0], place, nse_days, NSE)


def _flow(
    name: str, place: Place, read: Callable[[Place], list[TimedBar]], hours: Hours
) -> DailyFlow:
    return DailyFlow(name.upper(), read(place), hours)


def _iso(day: int) -> str:
    return f"{day // 10_000:04d}-{day // 100 % 100:02d}-{day % 100:02d}"
