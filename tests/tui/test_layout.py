"""Panes tile the terminal: nothing overlaps, nothing is left over, whatever the size."""

from hypothesis import given
from hypothesis import strategies as st

from tui.layout import (
    BOTTOM_ROWS,
    COLUMNS_MIN,
    NUMBERS,
    ROWS_MIN,
    SHOWN_FIRST,
    PaneName,
    Slot,
    arrange,
    is_too_small,
)

WIDTHS = st.integers(COLUMNS_MIN, 320)
HEIGHTS = st.integers(ROWS_MIN, 120)


@given(WIDTHS, HEIGHTS)
def test_every_cell_of_the_middle_belongs_to_one_pane(width, height):
    boxes = arrange(width, height, slots=SHOWN_FIRST, zoomed=None)
    rows = height - 1 - BOTTOM_ROWS
    covered = sum(box.width * box.height for box in boxes.values())
    assert covered == width * rows
    for box in boxes.values():
        assert box.x >= 0 and box.y >= 0
        assert box.x + box.width <= width and box.y + box.height <= rows


@given(WIDTHS, HEIGHTS)
def test_no_pane_is_too_small_to_be_read(width, height):
    for name, box in arrange(width, height, slots=SHOWN_FIRST, zoomed=None).items():
        assert box.width >= 32, name
        assert box.height >= 8, name


@given(WIDTHS, HEIGHTS, st.sampled_from(list(PaneName)))
def test_a_zoomed_pane_has_the_middle_to_itself(width, height, pane):
    boxes = arrange(width, height, slots=SHOWN_FIRST, zoomed=pane)
    assert boxes == {pane: (0, 0, width, height - 1 - BOTTOM_ROWS)}


def test_a_large_terminal_shows_every_pane_at_once():
    assert set(arrange(200, 60, slots=SHOWN_FIRST, zoomed=None)) == set(PaneName)


def test_on_a_wide_terminal_the_chart_takes_the_watchlists_place():
    without = arrange(120, 40, slots=SHOWN_FIRST, zoomed=None)
    assert set(without) == set(PaneName) - {PaneName.CHART}
    charted = {**SHOWN_FIRST, Slot.LEFT: PaneName.CHART}
    shown = arrange(120, 40, slots=charted, zoomed=None)
    assert set(shown) == set(PaneName) - {PaneName.WATCHLIST}
    assert shown[PaneName.CHART] == without[PaneName.WATCHLIST]


def test_a_small_terminal_shows_watchlist_ticket_and_orders():
    shown = arrange(80, 24, slots=SHOWN_FIRST, zoomed=None)
    assert set(shown) == {PaneName.WATCHLIST, PaneName.TICKET, PaneName.ORDERS}


def test_every_pane_has_a_number_of_its_own():
    assert len(set(NUMBERS.values())) == len(PaneName)


def test_one_row_less_than_the_least_is_too_small():
    assert is_too_small(COLUMNS_MIN, ROWS_MIN - 1)
    assert not is_too_small(COLUMNS_MIN, ROWS_MIN)
