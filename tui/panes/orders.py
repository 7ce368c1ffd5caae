"""The blotter: working orders and all of them, fills, positions and denials."""

from collections.abc import Sequence
from enum import StrEnum
from functools import partial

from textual import events
from textual.strip import Strip

from engine.domain.attention import AttentionRow
from engine.domain.views import (
    DeskView,
    FillRow,
    GhostFillRow,
    GhostRow,
    OrderRow,
    PositionRow,
    Severity,
)
from engine.ports import CancelById
from engine.values import Instruction, OrderId
from tui.columns import Column, choose, heading
from tui.host import Host
from tui.layout import PaneName
from tui.paint import Line, clean
from tui.panes.attention import ATTENTION_COLUMNS
from tui.panes.base import Cursor, FramedPane
from tui.panes.blotter_cells import (
    DENIED_STATES,
    FILL_COLUMNS,
    ORDER_COLUMNS,
    POSITION_COLUMNS,
    BlotterCells,
    Listed,
    columns_of,
    indented,
    is_under_its_entry,
    key_of,
)
from tui.panes.ghosts import GHOST_COLUMNS, ghost_cell, ghosts_of

_ALWAYS_WIDE = 1_000
_MARGINS = {
    (False, False): " ",
    (True, False): "▌",
    (False, True): "•",
    (True, True): "▸",
}
"""(cursor, mark): each can be told without colour."""


class Tab(StrEnum):
    WORKING = "working"
    ALL = "all"
    FILLS = "fills"
    POSITIONS = "positions"
    DENIED = "denied"
    ATTENTION = "attention"
    GHOST = "ghost"


_COLUMNS = {
    Tab.WORKING: ORDER_COLUMNS,
    Tab.ALL: ORDER_COLUMNS,
    Tab.DENIED: ORDER_COLUMNS,
    Tab.FILLS: FILL_COLUMNS,
    Tab.POSITIONS: POSITION_COLUMNS,
    Tab.ATTENTION: ATTENTION_COLUMNS,
    Tab.GHOST: GHOST_COLUMNS,
}
_EMPTY = {
    Tab.WORKING: "no working orders",
    Tab.ALL: "no orders today",
    Tab.FILLS: "no fills today",
    Tab.POSITIONS: "no positions",
    Tab.DENIED: "nothing was denied",
    Tab.ATTENTION: "nothing needs attention",
    Tab.GHOST: "you had done nothing yet in the recorded session",
}


class Orders(FramedPane):
    """The cursor sticks to its order, whatever happens above it."""

    NAME = PaneName.ORDERS

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.tab = Tab.ALL
        self.texts = BlotterCells(host)
        self._cursors = {tab: Cursor() for tab in Tab}
        self._listed: DeskView | None = None
        self._lists: dict[Tab, Sequence[Listed]] = {}
        self._columns: dict[Tab, tuple[Column, ...]] = {}
        """What each list holds of `_listed`: found once a view, not once a draw."""

    def concerns(self, old: DeskView, new: DeskView) -> bool:
        return (
            old.orders != new.orders
            or old.fills != new.fills
            or old.positions != new.positions
            or old.attentions != new.attentions
            or old.ghosts != new.ghosts
            or old.ghost_fills != new.ghost_fills
            or old.market_at // 1_000_000_000 != new.market_at // 1_000_000_000
        )

    # ---- what stands where

    def rows(self, tab: Tab) -> Sequence[Listed]:
        view = self.host.view
        if view is not self._listed:
            self._listed = view
            self._lists.clear()
        if tab not in self._lists:
            found = self._lists[tab] = self._find(tab, view)
            self._columns[tab] = columns_of(_COLUMNS[tab], found, view.trade_date)
        return self._lists[tab]

    def _find(self, tab: Tab, view: DeskView) -> Sequence[Listed]:
        match tab:
            case Tab.WORKING:
                return [row for row in view.orders if not row.is_done]
            case Tab.ALL:
                return view.orders
            case Tab.FILLS:
                return view.fills[::-1] if _is_oldest_first(view.fills) else view.fills
            case Tab.POSITIONS:
                return [row for row in view.positions if row.quantity]
            case Tab.DENIED:
                return [row for row in view.orders if row.state in DENIED_STATES]
            case Tab.ATTENTION:
                return view.attentions
            case Tab.GHOST:
                return ghosts_of(view)

    def _keys(self, rows: Sequence[Listed]) -> list[object]:
        return [key_of(row) for row in rows]

    def title(self, width: int) -> Line:
        ink, view = self.ink, self.host.view
        style = ink.title_focus if self.is_focused else ink.title
        counts = {
            Tab.WORKING: len(self.rows(Tab.WORKING)),
            Tab.ALL: len(view.orders),
            Tab.FILLS: len(view.fills),
            Tab.POSITIONS: len(self.rows(Tab.POSITIONS)),
            Tab.DENIED: view.denied,
        }
        if view.attention or self.tab is Tab.ATTENTION:
            counts[Tab.ATTENTION] = view.attention
        if Tab.GHOST in self._tabs():
            counts[Tab.GHOST] = len(self.rows(Tab.GHOST))
        line = Line().add("orders ", style)
        for tab, count in counts.items():
            words = f"{tab.value} {count}"
            is_here, plain = tab is self.tab, ink.caution if tab is Tab.ATTENTION else style
            line.add(f"[{words}]" if is_here else f" {words} ", ink.strong if is_here else plain)
        marked = len(self.host.marks.rows(view))
        if marked:
            line.add(f" marked {marked}", ink.own)
        return line

    def draw_inside(self, width: int, height: int) -> list[Strip]:
        ink, rows = self.ink, self.rows(self.tab)
        columns = choose(self._columns[self.tab], width - 2)
        strips = [
            self.slot(
                0,
                (columns, self.is_focused),
                lambda: self.inside(heading(columns, ink.quiet, margin=1)),
            )
        ]
        place = self.cursor.settle(self._keys(rows), height - 1)
        if not rows:
            empty = (self.tab, self.is_focused)
            words = Line().add(f" {_EMPTY[self.tab]}", ink.quiet)
            return [*strips, self.slot(1, empty, lambda: self.inside(words))]
        first = self.cursor.first
        second, is_focused = self.host.view.market_at // 1_000_000_000, self.is_focused
        for offset, row in enumerate(rows[first : first + height - 1]):
            is_cursor = first + offset == place
            moment = second if isinstance(row, OrderRow) and not row.is_done else 0
            is_under = is_under_its_entry(rows, first + offset)
            look = (columns, width, is_cursor, is_focused, is_under)
            build = partial(self._build, row, columns, is_cursor=is_cursor, is_under=is_under)
            strips.append(self.slot(offset + 1, (row, look, moment, self._is_marked(row)), build))
        return strips

    @property
    def cursor(self) -> Cursor:
        return self._cursors[self.tab]

    def _build(
        self,
        row: Listed,
        columns: tuple[Column, ...],
        *,
        is_cursor: bool,
        is_under: bool,
    ) -> Strip:
        width = self.cells - 2
        has_cursor = is_cursor and self.is_focused
        margin = _MARGINS[has_cursor, self._is_marked(row)]
        line = Line().add(margin, self.ink.frame_focus if has_cursor else self.ink.own)
        for column in columns:
            shown, style = self.texts.cell(row, column.name)
            if is_under and column.name == "number":
                shown = indented(shown)
            room = column.width
            if column is columns[-1] and not column.right:
                room = max(width - line.used - column.gap, 0)
            line.add(" " * column.gap, self.ink.text).cell(shown, room, style, right=column.right)
        self._append_text(line, row, columns, width)
        line.pad(width, self.ink.text)
        if is_cursor and self.is_focused:
            line.over(self.ink.cursor_background)
        return self.inside(line)

    def _append_text(
        self,
        line: Line,
        row: Listed,
        columns: tuple[Column, ...],
        width: int,
    ) -> None:
        """Where the text has no column, a refusal still says why in the room that is left."""
        if isinstance(row, OrderRow) and row.text and columns[-1].name != "text":
            room = width - line.used - 2
            if room >= 8:
                line.add("  ", self.ink.text).cell(clean(row.text), room, self.ink.caution)

    # ---- keys

    def selected(self) -> Listed | None:
        return next((row for row in self.rows(self.tab) if key_of(row) == self.cursor.key), None)

    def selected_order(self) -> OrderId | None:
        row = self.selected()
        has_order = isinstance(row, OrderRow | FillRow | AttentionRow)
        return (row.order_id or None) if has_order else None  # type: ignore[union-attr]

    def select(self, order_id: OrderId) -> None:
        """Puts the cursor on an order, in a list that shows it."""
        if self.tab not in (Tab.WORKING, Tab.ALL):
            self.tab = Tab.ALL
        self.cursor.want(("order", order_id))
        self.redraw()

    def _move(self, step: int) -> None:
        self.cursor.move(self._keys(self.rows(self.tab)), step)
        self.redraw()

    def do_up(self) -> None:
        self._move(-1)

    def do_down(self) -> None:
        self._move(1)

    def do_page_up(self) -> None:
        self._move(4 - self.lines)

    def do_page_down(self) -> None:
        self._move(self.lines - 4)

    def do_first(self) -> None:
        self._move(-_ALWAYS_WIDE)

    def do_last(self) -> None:
        self._move(_ALWAYS_WIDE)

    def _tabs(self) -> list[Tab]:
        """Ghosts have a list where there are any; a session of today has none."""
        has_ghosts = bool(self.host.view.ghosts or self.host.view.ghost_fills)
        return [tab for tab in Tab if tab is not Tab.GHOST or has_ghosts or self.tab is tab]

    def _turn(self, step: int) -> None:
        tabs = self._tabs()
        self.tab = tabs[(tabs.index(self.tab) + step) % len(tabs)]
        self.redraw()

    def do_next_tab(self) -> None:
        self._turn(1)

    def do_previous_tab(self) -> None:
        self._turn(-1)

    def _is_marked(self, row: Listed) -> bool:
        return isinstance(row, OrderRow) and row.order_id in self.host.marks

    def do_mark(self) -> None:
        row = self.selected()
        if not isinstance(row, OrderRow) or row.is_done:
            self.host.say("only a working order can be marked", Severity.ATTENTION)
            return
        self.host.marks.toggle(row.order_id)
        self._move(1)

    def do_marked(self) -> None:
        if not self.host.marks.rows(self.host.view):
            mark = self.host.key("orders.mark")
            self.host.say(f"{mark} marks working orders; Enter then acts on all that are marked")
            return
        self.host.open_marked()

    def do_cancel(self) -> None:
        if self.host.marks.rows(self.host.view):
            self.host.open_marked()
            return
        row = self.selected()
        if not isinstance(row, OrderRow):
            self.host.say("no order here to cancel", Severity.ATTENTION)
        elif row.is_done:
            self.host.say(
                f"order {self.texts.number(row)} is already {row.state}", Severity.ATTENTION
            )
        elif self.host.ask(CancelById(row.order_id)):
            self.host.say(f"cancel of order {self.texts.number(row)} asked for")

    def do_replace(self) -> None:
        row = self.selected()
        if not isinstance(row, OrderRow) or row.is_done:
            self.host.say("no working order here to replace", Severity.ATTENTION)
            return
        text = f"replace {self.texts.number(row)} "
        if price := row.price or row.stop:
            text += f"price {self.host.instrument(row.symbol).format_price(price)}"
        self.host.open_line(text)

    def do_resolve(self) -> None:
        row = self.selected()
        if isinstance(row, AttentionRow):
            self.host.open_line(row.line)
            return
        self.host.say("the list `attention` holds what can be settled", Severity.ATTENTION)

    def do_why(self) -> None:
        order_id, row = self.selected_order(), self.selected()
        if isinstance(row, GhostRow | GhostFillRow):
            self.host.say(f"of the recorded session: {self._in_words(row)}")
            return
        if order_id is None:
            self.host.say("no order here to explain", Severity.ATTENTION)
            return
        self.host.explain(order_id)

    def _in_words(self, row: GhostRow | GhostFillRow) -> str:
        cells = (ghost_cell(self.host, row, column.name)[0] for column in GHOST_COLUMNS)
        return " ".join(cell for cell in cells if cell)

    def _position(self) -> PositionRow | None:
        row = self.selected()
        if row is None:
            return None
        return next(
            (
                held
                for held in self.host.view.positions
                if held.symbol == row.symbol and held.quantity
            ),
            None,
        )

    def do_close(self) -> None:
        held = self._position()
        if held is None:
            self.host.say("no position here to close", Severity.ATTENTION)
            return
        instruction = Instruction.SELL if held.quantity > 0 else Instruction.COVER
        size = self.host.instrument(held.symbol).plain_quantity(abs(held.quantity))
        self.host.open_ticket(instruction, held.symbol, quantity=size)

    def do_reverse(self) -> None:
        held = self._position()
        if held is None:
            self.host.say("no position here to reverse", Severity.ATTENTION)
            return
        self.host.open_line(f"reverse {clean(held.symbol, limit=32)}")

    def copied(self) -> str:
        row, columns = self.selected(), [c for c in _COLUMNS[self.tab] if c.title != ""]
        if row is None:
            return ""
        return "\t".join(self.texts.cell(row, column.name)[0] for column in columns)

    def do_copy(self) -> None:
        self.host.copy(self.copied())

    def on_click(self, event: events.Click) -> None:
        rows, place = self.rows(self.tab), self.cursor.first + event.y - 2
        if event.y >= 2 and place < len(rows):
            self.cursor.key = key_of(rows[place])
            self.redraw()


def _is_oldest_first(fills: Sequence[FillRow]) -> bool:
    return len(fills) > 1 and fills[0].at < fills[-1].at
