"""Where each pane stands, by the size of the terminal alone."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

COLUMNS_MIN = 80
ROWS_MIN = 24
WIDE_COLUMNS = 118
WIDE_ROWS = 34
HUGE_COLUMNS = 176
HUGE_ROWS = 46
BOTTOM_ROWS = 3
"""Message, `:` line, footer."""


class PaneName(StrEnum):
    """The panes of the desk; the number is the key that leads to one."""

    WATCHLIST = "watchlist"
    DEPTH = "depth"
    TICKET = "ticket"
    CHART = "chart"
    TAPE = "tape"
    ORDERS = "orders"
    PROFIT = "profit"


NUMBERS: Mapping[PaneName, int] = {
    PaneName.WATCHLIST: 1,
    PaneName.DEPTH: 2,
    PaneName.TICKET: 3,
    PaneName.CHART: 4,
    PaneName.TAPE: 5,
    PaneName.ORDERS: 6,
    PaneName.PROFIT: 7,
}


TURNS = (
    *(PaneName.WATCHLIST, PaneName.DEPTH, PaneName.TICKET, PaneName.CHART),
    *(PaneName.TAPE, PaneName.PROFIT, PaneName.ORDERS),
)
"""The way round the desk, pane after pane."""


class Slot(StrEnum):
    """The three places of a small terminal."""

    LEFT = "left"
    RIGHT = "right"
    BELOW = "below"


HOME_SLOT: Mapping[PaneName, Slot] = {
    PaneName.WATCHLIST: Slot.LEFT,
    PaneName.DEPTH: Slot.LEFT,
    PaneName.TICKET: Slot.RIGHT,
    PaneName.CHART: Slot.LEFT,
    PaneName.ORDERS: Slot.BELOW,
    PaneName.TAPE: Slot.BELOW,
    PaneName.PROFIT: Slot.BELOW,
}
SHOWN_FIRST: Mapping[Slot, PaneName] = {
    Slot.LEFT: PaneName.WATCHLIST,
    Slot.RIGHT: PaneName.TICKET,
    Slot.BELOW: PaneName.ORDERS,
}


class Box(NamedTuple):
    """Cells from the top left corner of the desk's middle, between status and bottom lines."""

    x: int
    y: int
    width: int
    height: int


def is_too_small(width: int, height: int) -> bool:
    return width < COLUMNS_MIN or height < ROWS_MIN


def is_compact(width: int, height: int) -> bool:
    """Whether panes share slots."""
    return width < WIDE_COLUMNS or height < WIDE_ROWS


def arrange(
    width: int, height: int, *, slots: Mapping[Slot, PaneName], zoomed: PaneName | None
) -> dict[PaneName, Box]:
    """The visible panes on a terminal of this size; the middle is all rows but four."""
    rows = height - 1 - BOTTOM_ROWS
    if zoomed is not None:
        return {zoomed: Box(0, 0, width, rows)}
    if is_compact(width, height):
        return _compact(width, rows, slots)
    if width < HUGE_COLUMNS or height < HUGE_ROWS:
        return _wide(width, rows, slots)
    return _huge(width, rows)


def _compact(width: int, rows: int, slots: Mapping[Slot, PaneName]) -> dict[PaneName, Box]:
    below = max(rows * 2 // 5, 8)
    above = rows - below
    right = 34 + max(width - COLUMNS_MIN, 0) // 3
    return {
        slots[Slot.LEFT]: Box(0, 0, width - right, above),
        slots[Slot.RIGHT]: Box(width - right, 0, right, above),
        slots[Slot.BELOW]: Box(0, above, width, below),
    }


def _wide(width: int, rows: int, slots: Mapping[Slot, PaneName]) -> dict[PaneName, Box]:
    """All panes but one: a chart takes the watchlist's place."""
    is_charted = slots[Slot.LEFT] is PaneName.CHART
    left = PaneName.CHART if is_charted else PaneName.WATCHLIST
    ticket, depth = 34, 34 + (width - 120) // 8
    watchlist = width - ticket - depth
    below = max(rows * 3 // 10, 9)
    middle = max(rows // 4, 9)
    above = rows - below - middle
    tape = width * 2 // 5
    return {
        left: Box(0, 0, watchlist, above),
        PaneName.DEPTH: Box(watchlist, 0, depth, above),
        PaneName.TICKET: Box(watchlist + depth, 0, ticket, above),
        PaneName.PROFIT: Box(0, above, width - tape, middle),
        PaneName.TAPE: Box(width - tape, above, tape, middle),
        PaneName.ORDERS: Box(0, above + middle, width, below),
    }


def _huge(width: int, rows: int) -> dict[PaneName, Box]:
    ticket, depth, tape = 44, 44, 44
    watchlist = width - ticket - depth - tape
    below = max(rows * 2 // 5, 14)
    above = rows - below
    profit, listed = width * 2 // 5, above // 2
    return {
        PaneName.WATCHLIST: Box(0, 0, watchlist, listed),
        PaneName.CHART: Box(0, listed, watchlist, above - listed),
        PaneName.DEPTH: Box(watchlist, 0, depth, above),
        PaneName.TAPE: Box(watchlist + depth, 0, tape, above),
        PaneName.TICKET: Box(watchlist + depth + tape, 0, ticket, above),
        PaneName.ORDERS: Box(0, above, width - profit, below),
        PaneName.PROFIT: Box(width - profit, above, profit, below),
    }
