"""Marked orders: a mark sticks to its order, Enter only asks, Ctrl+T acts once."""

from engine.ports import CancelById, CancelMarked
from tests.tui.desk_screen import sitting


async def _with_orders(here, *lines: str) -> None:
    for line in lines:
        await here.press("colon")
        await here.type(line)
        await here.press("enter", "ctrl+t")
    await here.press("6")


def _cancels(here) -> list:
    return [r for r in here.desk.requests if isinstance(r, (CancelMarked, CancelById))]


async def test_enter_on_marked_orders_counts_them_and_ctrl_t_cancels_them_once():
    async with sitting((100, 30)) as here:
        await _with_orders(here, "b 100 AAPL bid", "b 200 MSFT bid", "s 100 IBM ask")
        await here.press("home", "space", "space", "space", "enter")
        assert "3 marked orders" in here.text
        assert "cancel 3 orders: 2 buys, 1 sell, 400 shares" in here.text
        assert "cancel 2 orders: 2 buys, 300 shares" in here.text
        await here.press("ctrl+t", "ctrl+t")
        (sent,) = _cancels(here)
        assert sorted(sent.order_ids) == [1, 2, 3]


async def test_a_held_enter_does_no_more_than_open_the_question():
    async with sitting((100, 30)) as here:
        await _with_orders(here, "b 100 AAPL bid", "b 200 MSFT bid")
        await here.press("home", "space", "space")
        await here.press(*["enter"] * 30, gap=0.03)
        assert _cancels(here) == []
        assert "^T does it: cancel 2 orders" in here.text


async def test_one_side_of_the_marked_orders_can_be_cancelled_alone():
    async with sitting((100, 30)) as here:
        await _with_orders(here, "b 100 AAPL bid", "s 100 IBM ask")
        await here.press("home", "space", "space", "enter")
        await here.press("down", "down", "ctrl+t")
        (sent,) = _cancels(here)
        assert sent.order_ids == (2,)


async def test_a_mark_sticks_to_its_order_when_rows_come_and_goes_with_the_order():
    async with sitting((100, 30)) as here:
        await _with_orders(here, "b 100 AAPL bid")
        await here.press("space")
        await _with_orders(here, "b 200 MSFT bid")
        assert here.app.room.marks.rows(here.app.room.view)[0].symbol == "AAPL"
        assert "marked 1" in here.text
        await here.frames(40)  # the queue of both has gone: they are filled
        assert "marked 1" not in here.text
        await here.press("enter")
        assert here.app.room.page is None


async def test_a_done_order_takes_no_mark_and_escape_takes_the_marks_away():
    async with sitting((100, 30)) as here:
        await _with_orders(here, "b 100 AAPL mkt")
        await here.press("space")
        assert "only a working order can be marked" in here.text
        await _with_orders(here, "b 100 AAPL bid")
        await here.press("home", "space")
        assert here.app.room.marks
        await here.press("escape")
        assert not here.app.room.marks and not _cancels(here)


async def test_c_with_marks_asks_about_the_marked_orders_and_not_the_row():
    async with sitting((100, 30)) as here:
        await _with_orders(here, "b 100 AAPL bid", "b 200 MSFT bid")
        await here.press("home", "space", "c")
        assert _cancels(here) == []
        assert "cancel 1 order: 1 buy, 200 shares" in here.text
