"""Bars as candles in cells: each row is two levels of price, each column a bar; no terminal here.

A bar that fell is filled, one that rose is a line, so that the two differ without colours too.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rich.style import Style

from engine.domain.bars import DAY_SECONDS, Bar
from engine.instruments import Instrument
from engine.values import NANOS_PER_SECOND, Price
from tui.clock import date_text, seconds_text
from tui.paint import Line, compact_quantity
from tui.themes import Palette

ROWS_MIN, COLUMNS_MIN = 6, 24
"""Cells of the least that can be read."""
VOLUME_ROWS_SHARE = 5
"""A fifth of the rows is for volume."""
AIRY_COLUMNS = 60
"""From here on bars stand apart, however many there are."""
LABEL_EVERY_ROWS = 3
LABEL_CELLS = 5
"""`10:42` and `06-30`."""
LABEL_APART = 5
EIGHTHS = " ▁▂▃▄▅▆▇█"
_NONE, _WICK, _BODY = 0, 1, 2
ROSE: Mapping[tuple[int, int], str] = {
    (_NONE, _NONE): " ",
    (_WICK, _NONE): "╵",
    (_NONE, _WICK): "╷",
    (_WICK, _WICK): "│",
    (_BODY, _NONE): "╹",
    (_NONE, _BODY): "╻",
    (_BODY, _BODY): "┃",
    (_WICK, _BODY): "╽",
    (_BODY, _WICK): "╿",
}
"""By what is in the upper and in the lower half of a cell."""
FELL: Mapping[tuple[int, int], str] = {
    **ROSE,
    (_BODY, _NONE): "▀",
    (_NONE, _BODY): "▄",
    (_BODY, _BODY): "█",
    (_WICK, _BODY): "▄",
    (_BODY, _WICK): "▀",
}


class Mark(NamedTuple):
    """A price that stands out at the axis: the last one, an own order, an average."""

    price: Price
    text: str
    """Two cells before its price."""
    style: Style


class Frame(NamedTuple):
    """How much of a pane is for what, and which prices it spans."""

    columns: int
    pitch: int
    """Cells from one bar to the next: with room for it, there is air between them."""
    rows: int
    """Of prices."""
    volume_rows: int
    high: int
    low: int

    def level(self, price: int) -> int:
        """Half rows from the top; outside the span it is beyond its ends."""
        levels = 2 * self.rows - 1
        span = self.high - self.low
        return levels // 2 if not span else round((self.high - price) * levels / span)

    def price_of(self, row: int) -> Price:
        """In the middle of a row."""
        span, levels = self.high - self.low, 2 * self.rows - 1
        return Price(round(self.high - (2 * row + 0.5) * span / levels))


def fitting(bars: Sequence[Bar], width: int, instrument: Instrument) -> Sequence[Bar]:
    """The newest bars that a pane of this width has columns for."""
    columns = max(width - axis_cells(bars, instrument), 1)
    return bars[-(columns // _pitch(len(bars), columns)) :]


def _pitch(count: int, columns: int) -> int:
    return 2 if columns >= AIRY_COLUMNS or 2 * count <= columns else 1


def axis_cells(bars: Sequence[Bar], instrument: Instrument) -> int:
    """The axis at the right: two cells of a mark and the longest price."""
    highest = max((bar.high for bar in bars), default=Price(1))
    return len(instrument.format_price(Price(highest))) + 3


def draw(
    bars: Sequence[Bar],
    instrument: Instrument,
    ink: Palette,
    width: int,
    height: int,
    *,
    seconds: int,
    zone: str,
    marks: Sequence[Mark] = (),
    cursor: int = -1,
) -> list[Line]:
    """`height` rows of `width` cells at most. `bars` are not empty, and as many as `fitting` gives;
    `cursor` is a place in them, −1 for none; of marks at one row the first is shown."""
    frame = _frame(bars, width - axis_cells(bars, instrument), height)
    lines = [_prices(row, frame, bars, ink, cursor) for row in range(frame.rows)]
    _axis(lines, frame, instrument, ink, marks)
    most = max(bar.volume for bar in bars) or 1
    for row in range(frame.volume_rows):
        line = _volumes(row, frame, bars, ink, most)
        if not row:
            line.add(f"  {compact_quantity(instrument, most)}", ink.quiet)
        lines.append(line)
    lines.append(_times(bars, ink, frame, seconds, zone))
    return lines


def _frame(bars: Sequence[Bar], columns: int, height: int) -> Frame:
    volume_rows = max(height // VOLUME_ROWS_SHARE, 1)
    rows = max(height - volume_rows - 1, 1)
    high, low = max(bar.high for bar in bars), min(bar.low for bar in bars)
    return Frame(columns, _pitch(len(bars), columns), rows, volume_rows, high, low)


def direction(bar: Bar) -> int:
    """1 of a bar that rose, −1 of one that fell, else 0."""
    return (bar.close > bar.open) - (bar.close < bar.open)


def _style(bar: Bar, ink: Palette) -> Style:
    return (ink.text, ink.up, ink.down)[direction(bar)]


def _prices(row: int, frame: Frame, bars: Sequence[Bar], ink: Palette, cursor: int) -> Line:
    line = Line()
    for place, bar in enumerate(bars):
        halves = (_half(bar, frame, 2 * row), _half(bar, frame, 2 * row + 1))
        shape = (FELL if direction(bar) < 0 else ROSE)[halves]
        style = _style(bar, ink)
        if place == cursor:
            style += ink.cursor_background
        line.add(shape, style).add(" " * (frame.pitch - 1), ink.text)
    return line.pad(frame.columns, ink.text)


def _half(bar: Bar, frame: Frame, level: int) -> int:
    top, bottom = sorted((frame.level(bar.open), frame.level(bar.close)))
    if top <= level <= bottom:
        return _BODY
    return _WICK if frame.level(bar.high) <= level <= frame.level(bar.low) else _NONE


def _axis(
    lines: list[Line],
    frame: Frame,
    instrument: Instrument,
    ink: Palette,
    marks: Sequence[Mark],
) -> None:
    marked: dict[int, Mark] = {}
    for mark in marks:
        level = frame.level(mark.price)
        if 0 <= level < 2 * frame.rows:
            marked.setdefault(level // 2, mark)
    for row, line in enumerate(lines):
        if (found := marked.get(row)) is not None:
            line.add(f"{found.text:>2} {instrument.format_price(found.price)}", found.style)
        elif not row % LABEL_EVERY_ROWS and row - 1 not in marked and row + 1 not in marked:
            price = _on_tick(frame.price_of(row), instrument)
            line.add(f"   {instrument.format_price(price)}", ink.quiet)


def _on_tick(price: Price, instrument: Instrument) -> Price:
    return instrument.round_to_tick(Price(max(price, 1)), up=False) or price


def _volumes(row: int, frame: Frame, bars: Sequence[Bar], ink: Palette, most: int) -> Line:
    """`row` 0 is the uppermost; what traded at all is seen."""
    line, levels = Line(), 8 * frame.volume_rows
    below = 8 * (frame.volume_rows - 1 - row)
    for bar in bars:
        level = max(-(-bar.volume * levels // most), 1) if bar.volume else 0
        line.add(EIGHTHS[max(0, min(8, level - below))], ink.quiet)
        line.add(" " * (frame.pitch - 1), ink.quiet)
    return line.pad(frame.columns, ink.text)


def _times(bars: Sequence[Bar], ink: Palette, frame: Frame, seconds: int, zone: str) -> Line:
    """The begin of a bar under its column, as often as there is room."""
    line, free_from = Line(), 0
    for number, bar in enumerate(bars):
        place, text = number * frame.pitch, _label(bar, seconds, zone)
        is_round = _is_round(bar, seconds, number)
        if place < free_from or not is_round or place + len(text) > frame.columns:
            continue
        line.add(" " * (place - line.used), ink.quiet).add(text, ink.quiet)
        free_from = place + len(text) + LABEL_APART
    return line.pad(frame.columns, ink.quiet)


def _is_round(bar: Bar, seconds: int, place: int) -> bool:
    """At every fifth bar by the clock; a first label stands wherever the chart begins."""
    return not place or not (bar.begin // (seconds * NANOS_PER_SECOND)) % 5


def _label(bar: Bar, seconds: int, zone: str) -> str:
    if seconds >= DAY_SECONDS:
        return date_text(bar.begin)
    text = seconds_text(bar.begin, zone)
    return text if seconds < 60 else text[:LABEL_CELLS]
