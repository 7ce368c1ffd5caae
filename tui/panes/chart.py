"""Candles of the symbol on the screen, with what is held and what works of it at the axis."""

import re

from textual.geometry import Region
from textual.strip import Strip

from engine.domain.bars import DAY_SECONDS, INTERVALS, Bar
from engine.domain.views import ChartView, DeskView, Severity
from engine.values import Nanos
from tui.candles import COLUMNS_MIN, ROWS_MIN, Mark, direction, draw, fitting
from tui.clock import date_text, seconds_text
from tui.host import Host
from tui.layout import PaneName
from tui.paint import Line, clean, compact_quantity, move_style, price_text, wrap
from tui.panes.base import FramedPane

USUAL = 60
"""Seconds of a bar, until a person wants others."""
NAMES = {5: "5 s", 60: "1 min", 300: "5 min", 900: "15 min", 3_600: "1 h", DAY_SECONDS: "1 day"}
NO_CURSOR = -1
_LENGTH = re.compile(r"\b(\d{1,4}) ?(s|min|m|h|day|d)$", re.IGNORECASE)
_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3_600, "d": DAY_SECONDS, "day": DAY_SECONDS}


class Chart(FramedPane):
    """Asks for bars while it is on the screen, and only then."""

    NAME = PaneName.CHART

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._seconds = USUAL
        self._cursor: Nanos | None = None
        """When the bar under the cursor begins; None follows the newest."""

    def place(self, region: Region | None) -> None:
        super().place(region)
        self._want(self._seconds if region is not None else 0)

    def _want(self, seconds: int) -> None:
        if self.host.bar_seconds != seconds:
            self.host.bar_seconds = seconds
            self.host.look_again()

    def concerns(self, old: DeskView, new: DeskView) -> bool:
        same = old.chart == new.chart and old.positions == new.positions
        return not same or old.orders != new.orders

    @property
    def _told(self) -> ChartView | None:
        """Of the symbol and the length that are wanted: answers to others are on their way out."""
        told, host = self.host.view.chart, self.host
        is_it = told is not None and (told.symbol, told.seconds) == (host.symbol, self._seconds)
        return told if is_it else None

    def title(self, width: int) -> Line:
        style = self.ink.title_focus if self.is_focused else self.ink.title
        name = f"{clean(self.host.symbol, limit=16)} · {NAMES[self._seconds]}"
        title, told = Line().add(name, style), self._told
        if told is None or not told.bars:
            return title
        shown = self._shown(told)
        bar = shown[self._place(shown)]
        when = () if self._cursor is None else (self._when(bar),)
        for text in (*when, *self._figures(bar)):
            if title.used + len(text) + 2 > width:
                break
            title.add(f"  {text}", move_style(self.ink, direction(bar)))
        return title

    def _when(self, bar: Bar) -> str:
        """It began then: a time of day at its market, or the date of a whole day."""
        if self._seconds >= DAY_SECONDS:
            return date_text(bar.begin)
        return seconds_text(bar.begin, self.host.zone)

    def _figures(self, bar: Bar) -> tuple[str, ...]:
        """Of one bar; a narrow pane leaves out the last ones."""
        instrument = self.host.instrument(self.host.symbol)
        named = zip("OHLC", (bar.open, bar.high, bar.low, bar.close), strict=True)
        prices = (f"{name} {price_text(instrument, price)}" for name, price in named)
        return *prices, compact_quantity(instrument, bar.volume)

    def draw_inside(self, width: int, height: int) -> list[Strip]:
        told = self._told
        if told is None or not told.bars:
            return self._words(self._why_empty(told), width)
        if height < ROWS_MIN or width < COLUMNS_MIN:
            return self._words("too small for candles: z gives it the whole desk", width)
        bars, instrument = self._shown(told), self.host.instrument(told.symbol)
        note = self._note(told, width)
        rows = draw(
            bars,
            instrument,
            self.ink,
            width,
            height - len(note),
            seconds=self._seconds,
            zone=self.host.zone,
            marks=self._marks(bars),
            cursor=NO_CURSOR if self._cursor is None else self._place(bars),
        )
        return [self._kept(place, line) for place, line in enumerate((*note, *rows))]

    def _kept(self, place: int, line: Line) -> Strip:
        return self.slot(place, (line.key, self.is_focused), lambda: self.inside(line))

    def _words(self, text: str, width: int) -> list[Strip]:
        lines = (Line().add(f" {row}", self.ink.quiet) for row in wrap(text, width - 1))
        return [self._kept(place, line) for place, line in enumerate(lines)]

    def _note(self, told: ChartView, width: int) -> list[Line]:
        """Why the chart begins where it does; nothing once it reaches the left edge."""
        if len(self._shown(told)) < len(told.bars) or not told.note:
            return []
        return [Line().add(f" {clean(told.note, limit=width - 1)}", self.ink.quiet)]

    def _why_empty(self, told: ChartView | None) -> str:
        symbol = clean(self.host.symbol, limit=16)
        if told is None:
            return f"asking for bars of {symbol}"
        return clean(told.note) or f"{symbol} has not traded since this engine began to listen"

    def _shown(self, told: ChartView) -> list[Bar]:
        return list(fitting(told.bars, self.cells - 2, self.host.instrument(told.symbol)))

    def _place(self, bars: list[Bar]) -> int:
        """Of the bar under the cursor; of the newest where it has left the chart."""
        begins = [bar.begin for bar in bars]
        return begins.index(self._cursor) if self._cursor in begins else len(bars) - 1

    def _marks(self, bars: list[Bar]) -> list[Mark]:
        """The last price before own orders before the average of what is held."""
        ink, symbol, view = self.ink, self.host.symbol, self.host.view
        last = bars[-1]
        marks = [Mark(last.close, "▸", move_style(ink, direction(last)) + ink.strong)]
        for order in view.orders:
            if order.symbol == symbol and not order.is_done and order.price:
                side = ink.buy if order.instruction.side > 0 else ink.sell
                marks.append(Mark(order.price, "◂", side))
        held = (row for row in view.positions if row.symbol == symbol and row.quantity)
        marks += [Mark(row.average_cost, "ø", ink.own) for row in held if row.average_cost]
        return marks

    # ---- keys

    def do_show(self, text: str = "") -> None:
        """Brings the chart up; `text` names a symbol, a length of its bars, or both."""
        known = _LENGTH.search(text)
        symbol = (text[: known.start()] if known else text).strip().upper()
        if symbol and symbol not in {row.symbol for row in self.host.view.quotes}:
            self.host.say(f"{symbol} is not on the watchlist: / finds it", Severity.ATTENTION)
            return
        seconds = int(known[1]) * _UNITS[known[2].lower()] if known else self._seconds
        if seconds not in INTERVALS:
            told = ", ".join(NAMES.values())
            self.host.say(f"bars are of {told}", Severity.ATTENTION)
            return
        self._seconds, self._cursor = seconds, None
        if symbol:
            self.host.look_at(symbol)
        self.host.focus_on(self.NAME)
        self._want(seconds)

    def do_interval(self) -> None:
        """The next length of a bar; the shortest behind the longest."""
        place = INTERVALS.index(self._seconds)
        self.show_bars(INTERVALS[(place + 1) % len(INTERVALS)])

    def do_shorter(self) -> None:
        place = INTERVALS.index(self._seconds)
        self.show_bars(INTERVALS[place - 1])

    def show_bars(self, seconds: int) -> None:
        self._seconds, self._cursor = seconds, None
        self._want(seconds)
        self.redraw()

    def _move(self, step: int) -> None:
        told = self._told
        if told is None or not told.bars:
            return
        bars = self._shown(told)
        place = max(self._place(bars) + step, 0)
        self._cursor = bars[place].begin if place < len(bars) - 1 else None
        self.redraw()

    def do_left(self) -> None:
        self._move(-1)

    def do_right(self) -> None:
        self._move(1)

    def do_newest(self) -> None:
        self._cursor = None
        self.redraw()

    def copied(self) -> str:
        """The bar under the cursor, or the newest: its time and figures."""
        told = self._told
        if told is None or not told.bars:
            return ""
        shown = self._shown(told)
        bar = shown[self._place(shown)]
        return " ".join((told.symbol, self._when(bar), *self._figures(bar)))
