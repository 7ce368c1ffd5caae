"""F43: a pane that breaks says so in its own place; the others live, and keys go on working."""

import pytest

from tests.tui.desk_screen import sitting
from tui.layout import PaneName


def broken(*_: object) -> None:
    secret = 1
    raise ZeroDivisionError(f"canary {secret}")


@pytest.mark.parametrize("name", list(PaneName))
async def test_a_pane_that_cannot_draw_says_where_and_the_others_show_the_market(name) -> None:
    async with sitting((200, 60)) as at:
        at.app.panes[name].draw_inside = broken  # type: ignore[method-assign]
        await at.frames(2)
        await at.press("question_mark")
        await at.press("escape")
        await at.frames(1)
        assert "this pane failed" in at.text and "ZeroDivisionError" in at.text
        assert "canary" not in at.text
        assert at.text.count("this pane failed") == 1
        other = PaneName.WATCHLIST if name is not PaneName.WATCHLIST else PaneName.ORDERS
        assert f" {'watchlist' if other is PaneName.WATCHLIST else 'orders'} " in at.text


async def test_orders_are_sent_beside_a_broken_pane_and_it_comes_back_by_itself() -> None:
    async with sitting((200, 60)) as at:
        pane = at.app.panes[PaneName.DEPTH]
        pane.draw_inside, pane.concerns = broken, broken  # type: ignore[method-assign]
        await at.frames(1)
        await at.type(":b 100 AAPL bid")
        await at.press("enter")
        await at.frames(1)
        await at.press("ctrl+t")
        await at.frames(2)
        assert "working 1" in at.text and "this pane failed" in at.text
        del pane.draw_inside, pane.concerns
        await at.frames(1)
        assert "this pane failed" not in at.text
