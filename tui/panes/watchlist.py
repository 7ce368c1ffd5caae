"""Symbols and their last values, one row each, in an order that never jumps."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from rich.style import Style
from textual import events
from textual.strip import Strip

from engine.domain.quotes import Phase, Source
from engine.domain.views import DeskView, QuoteRow
from engine.instruments import Instrument
from engine.values import NANOS_PER_SECOND
from tui.clock import age_text
from tui.columns import Column, choose, heading
from tui.host import Host
from tui.layout import PaneName
from tui.paint import (
    MISSING,
    Line,
    arrow,
    clean,
    compact_quantity,
    distance_text,
    joined,
    money_text,
    move_style,
    percent_text,
    price_text,
    quantity_text,
    signed_style,
)
from tui.panes.base import Cursor, FramedPane
from tui.themes import Palette

STALE_AFTER = 10 * NANOS_PER_SECOND
"""A quote that has not changed for so long shows its age."""
FLASH_FRAMES = 2
"""At ten frames a second: 200 ms."""
RANGE_CELLS = 10

PRICE_CELLS_MIN = 8
SYMBOL_CELLS_MIN, SYMBOL_CELLS_MAX = 6, 9
"""Longer names are cut; most have up to five letters."""
COLUMNS = (
    Column("symbol", SYMBOL_CELLS_MIN, 0, right=False, gap=0),
    Column("last", 8, 1),
    Column("move", 1, 2, title=""),
    Column("chg%", 7, 3, gap=0),
    Column("change", 8, 12, title="chg"),
    Column("bid size", 6, 8, title="size"),
    Column("bid", 8, 4),
    Column("ask", 8, 5),
    Column("ask size", 6, 9, title="size", right=False),
    Column("spread", 7, 13),
    Column("position", 6, 6, title="pos"),
    Column("working", 4, 10, title="wrk"),
    Column("volume", 7, 11, title="vol"),
    Column("low", 8, 15),
    Column("range", RANGE_CELLS, 14, right=False),
    Column("high", 8, 16, right=False),
    Column("age", 4, 7),
)
_WAITING = {
    Phase.PRE_OPEN: "pre-open",
    Phase.AUCTION: "auction",
    Phase.HALTED: "halted",
    Phase.QUOTATION: "quoting",
}
"""Phases in which a symbol has neither bid nor ask; seven letters fit everywhere."""
_LATE = {
    Source.DELAYED: ("D", "15m"),
    Source.FROZEN: ("F", "froz"),
    Source.MISSING: ("N", "none"),
}
"""Beside the last price, and in place of its age."""
NO_DATA = "no data"
SIZE_COLUMNS = ("bid size", "ask size")
"""Shown together or not at all: one side's size alone reads as if it were the market's."""
PRICE_COLUMNS = ("last", "bid", "ask", "low", "high")


class Watchlist(FramedPane):
    """The cursor's symbol is the symbol on the screen."""

    NAME = PaneName.WATCHLIST

    def __init__(self, host: Host, *, flash: bool) -> None:
        super().__init__(host)
        self.cursor = Cursor()
        self.seen: tuple[str, ...] = ()
        """Symbols of the rows that are on the screen."""
        self._columns: tuple[Column, ...] = ()
        self._columns_for = (-1, -1, -1)
        self._flashes = flash
        self._lasts: dict[str, int] = {}
        self._flash: dict[str, tuple[int, int]] = {}
        """(until this frame, direction) of symbols whose last price just moved."""

    def concerns(self, old: DeskView, new: DeskView) -> bool:
        return old.quotes != new.quotes or bool(self._flash)

    def title(self, width: int) -> Line:
        style = self.ink.title_focus if self.is_focused else self.ink.title
        return Line().add("watchlist", style)

    def draw_inside(self, width: int, height: int) -> list[Strip]:
        view, ink = self.host.view, self.ink
        self._choose_columns(width)
        rows = height - (2 if height >= 10 else 1)
        keys: list[object] = [row.symbol for row in view.quotes]
        self.cursor.key = self.host.symbol or self.cursor.key
        place = self.cursor.settle(keys, rows)
        first = self.cursor.first
        self.seen = tuple(row.symbol for row in view.quotes[first : first + rows])
        key = (self._columns, self.is_focused)
        strips = [
            self.slot(0, key, lambda: self.inside(heading(self._columns, ink.quiet, margin=1)))
        ]
        for offset, row in enumerate(view.quotes[first : first + rows]):
            strips.append(self._row_strip(offset + 1, row, is_cursor=first + offset == place))
        if rows < height - 1:
            strips += [self.blank(width + 2)] * (height - 1 - len(strips))
            strips.append(self._summary(height, width))
        return strips

    def _choose_columns(self, width: int) -> None:
        """Price columns are as wide as the longest price of the list."""
        dearest = max(self.host.view.quotes, key=lambda row: row.high, default=None)
        longest = PRICE_CELLS_MIN
        if dearest is not None:
            instrument = self.host.instrument(dearest.symbol)
            longest = max(longest, len(price_text(instrument, dearest.high)) + 1)
        named = max((len(row.symbol) for row in self.host.view.quotes), default=0)
        named = min(max(named, SYMBOL_CELLS_MIN), SYMBOL_CELLS_MAX)
        if (width, longest, named) != self._columns_for:
            self._columns_for = (width, longest, named)
            widths = dict.fromkeys(PRICE_COLUMNS, longest) | {"symbol": named}
            wide = tuple(
                column._replace(width=widths.get(column.name, column.width)) for column in COLUMNS
            )
            columns = choose(wide, width - 1)
            if sum(column.name in SIZE_COLUMNS for column in columns) == 1:
                unsized = tuple(column for column in wide if column.name not in SIZE_COLUMNS)
                columns = choose(unsized, width - 1)
            self._columns = columns

    def _row_strip(self, place: int, row: QuoteRow, *, is_cursor: bool) -> Strip:
        age = self.host.view.market_at - row.at
        is_old = row.at and (age >= STALE_AFTER or row.is_stale)
        age_shown = ("old" if row.is_stale else age_text(age)) if is_old else ""
        age_shown = _LATE.get(row.source, ("", age_shown))[1]
        flash = self._flash_of(row)
        key = (row, is_cursor, self.is_focused, age_shown, flash)
        build = partial(self._build, row, is_cursor=is_cursor, age=age_shown, flash=flash)
        return self.slot(place, key, build)

    def _flash_of(self, row: QuoteRow) -> int:
        """+1 or −1 while the last price is freshly up or down."""
        if not self._flashes:
            return 0
        before, frame = self._lasts.get(row.symbol), self.host.frame_count
        if before != row.last:
            self._lasts[row.symbol] = row.last
            if before:
                self._flash[row.symbol] = (frame + FLASH_FRAMES, 1 if row.last > before else -1)
        until, direction = self._flash.get(row.symbol, (0, 0))
        if frame < until:
            return direction
        self._flash.pop(row.symbol, None)
        return 0

    def _build(self, row: QuoteRow, *, is_cursor: bool, age: str, flash: int) -> Strip:
        ink = self.ink
        text = ink.quiet if age else ink.text
        shown = _Shown(row, self.host.instrument(row.symbol), ink, age, flash, is_cursor, text)
        line = Line().add("▌" if is_cursor else " ", ink.frame_focus)
        for column in self._columns:
            words, style = _CELLS[column.name](shown)
            if column.right:
                line.cell(words, column.width + column.gap, style, right=True)
            else:
                line.add(" " * column.gap, style).cell(words, column.width, style)
        line.pad(self.cells - 2, ink.text)
        return self.inside(line.over(ink.cursor_background) if is_cursor else line)

    def _summary(self, place: int, width: int) -> Strip:
        view, ink = self.host.view, self.ink
        account = view.account
        key = (len(view.quotes), account.day, self.is_focused)

        def build() -> Strip:
            count = len(view.quotes)
            line = Line().add(f" {count} symbol{'s' if count != 1 else ''}", ink.quiet)
            day = money_text(account.day, signed=True)
            line.pad(width - len(day) - 5, ink.quiet).add("day ", ink.quiet)
            return self.inside(line.add(day, signed_style(ink, account.day)))

        return self.slot(place, key, build)

    # ---- keys

    def _keys(self) -> list[object]:
        return [row.symbol for row in self.host.view.quotes]

    def _move(self, step: int) -> None:
        self.cursor.move(self._keys(), step)
        if isinstance(self.cursor.key, str):
            self.host.look_at(self.cursor.key)

    def do_up(self) -> None:
        self._move(-1)

    def do_down(self) -> None:
        self._move(1)

    def do_page_up(self) -> None:
        self._move(3 - self.lines)

    def do_page_down(self) -> None:
        self._move(self.lines - 3)

    def do_first(self) -> None:
        self._move(-len(self.host.view.quotes))

    def do_last(self) -> None:
        self._move(len(self.host.view.quotes))

    def copied(self) -> str:
        row = quote_of(self.host.view.quotes, self.host.symbol)
        if row is None:
            return ""
        instrument = self.host.instrument(row.symbol)
        figures = (price_text(instrument, price) for price in (row.last, row.bid, row.ask))
        return "\t".join((row.symbol, *figures))

    def on_click(self, event: events.Click) -> None:
        place = self.cursor.first + event.y - 2
        if event.y - 2 >= 0 and place < len(self.host.view.quotes):
            self.host.look_at(self.host.view.quotes[place].symbol)


def quote_of(quotes: Sequence[QuoteRow], symbol: str) -> QuoteRow | None:
    return next((row for row in quotes if row.symbol == symbol), None)


def data_text(row: QuoteRow) -> str:
    """What is wrong with what is shown of a symbol; empty of live data, and of a market of ours."""
    words = {
        Source.DELAYED: "delayed, by 15 minutes as a rule",
        Source.FROZEN: "frozen: the last that there was",
        Source.MISSING: "no data",
    }.get(row.source, "")
    return joined((words, row.source_text))


# ---- cells


class _Shown(NamedTuple):
    """What the cells of one row are made of."""

    row: QuoteRow
    instrument: Instrument
    ink: Palette
    age: str
    flash: int
    is_cursor: bool
    text: Style


def _symbol(shown: _Shown) -> tuple[str, Style]:
    return clean(shown.row.symbol), shown.ink.strong if shown.is_cursor else shown.text


def _last(shown: _Shown) -> tuple[str, Style]:
    ink = shown.ink
    style = ink.quiet if shown.age else ink.strong
    if shown.flash:
        style = ink.flash_up if shown.flash > 0 else ink.flash_down
    return price_text(shown.instrument, shown.row.last), style


def _move(shown: _Shown) -> tuple[str, Style]:
    """Up or down; where the price is no price of now, a letter says which it is."""
    badge = _LATE.get(shown.row.source)
    if badge is not None:
        return badge[0], shown.ink.caution
    direction = shown.row.last_direction
    return arrow(direction), move_style(shown.ink, direction)


def _percent(shown: _Shown) -> tuple[str, Style]:
    row = shown.row
    return percent_text(row.change, row.change_reference), signed_style(shown.ink, row.change)


def _change(shown: _Shown) -> tuple[str, Style]:
    row = shown.row
    if not row.change_reference:
        return MISSING, shown.ink.quiet
    text = distance_text(shown.instrument, row.change, near=row.last, signed=True)
    return text, signed_style(shown.ink, row.change)


def _bid(shown: _Shown) -> tuple[str, Style]:
    """The price; while nothing trades, in its place, why not."""
    row = shown.row
    if row.source is Source.MISSING:
        return NO_DATA, shown.ink.caution
    if not row.bid and not row.ask and row.phase in _WAITING:
        return _WAITING[row.phase], shown.ink.caution
    return price_text(shown.instrument, shown.row.bid), shown.text


def _ask(shown: _Shown) -> tuple[str, Style]:
    return price_text(shown.instrument, shown.row.ask), shown.text


def _bid_size(shown: _Shown) -> tuple[str, Style]:
    return compact_quantity(
        shown.instrument, shown.row.bid_size
    ) if shown.row.bid else "", shown.text


def _ask_size(shown: _Shown) -> tuple[str, Style]:
    return compact_quantity(
        shown.instrument, shown.row.ask_size
    ) if shown.row.ask else "", shown.text


def _spread(shown: _Shown) -> tuple[str, Style]:
    row = shown.row
    if not (row.bid and row.ask):
        return MISSING, shown.text
    return distance_text(shown.instrument, row.ask - row.bid, near=row.ask), shown.text


def _position(shown: _Shown) -> tuple[str, Style]:
    held = shown.row.position
    if not held:
        return "", shown.text
    text = quantity_text(shown.instrument, held, signed=True)
    if len(text) > 6:
        text = text[0] + compact_quantity(shown.instrument, abs(held))
    return text, shown.ink.buy if held > 0 else shown.ink.sell


def _working(shown: _Shown) -> tuple[str, Style]:
    return str(shown.row.working) if shown.row.working else "", shown.ink.own


def _volume(shown: _Shown) -> tuple[str, Style]:
    return compact_quantity(shown.instrument, shown.row.volume), shown.ink.quiet


def _low(shown: _Shown) -> tuple[str, Style]:
    return price_text(shown.instrument, shown.row.low), shown.ink.quiet


def _high(shown: _Shown) -> tuple[str, Style]:
    return price_text(shown.instrument, shown.row.high), shown.ink.quiet


def _range(shown: _Shown) -> tuple[str, Style]:
    """Where the last price stands between the day's low and high."""
    row = shown.row
    if not row.last or row.high <= row.low:
        return "", shown.ink.quiet
    place = (row.last - row.low) * (RANGE_CELLS - 1) // (row.high - row.low)
    place = min(max(place, 0), RANGE_CELLS - 1)
    return "─" * place + "●" + "─" * (RANGE_CELLS - 1 - place), shown.ink.quiet


def _age(shown: _Shown) -> tuple[str, Style]:
    return shown.age, shown.ink.caution


_CELLS: Mapping[str, Callable[[_Shown], tuple[str, Style]]] = {
    "symbol": _symbol,
    "last": _last,
    "move": _move,
    "chg%": _percent,
    "change": _change,
    "bid": _bid,
    "ask": _ask,
    "bid size": _bid_size,
    "ask size": _ask_size,
    "spread": _spread,
    "position": _position,
    "working": _working,
    "volume": _volume,
    "low": _low,
    "high": _high,
    "range": _range,
    "age": _age,
}
