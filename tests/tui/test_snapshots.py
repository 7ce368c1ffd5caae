"""The screen as text at three sizes; TRADER_UPDATE_SNAPSHOTS=1 writes the files anew."""

import os
from pathlib import Path

import pytest

from tests.tui.desk_screen import Sitting, sitting
from tests.tui.fake_desk import FakeDesk
from tests.tui.fake_limits import LimitedDesk

SNAPSHOTS = Path(__file__).with_name("snapshots")
SIZES = {"80x24": (80, 24), "120x40": (120, 40), "200x60": (200, 60)}


async def first(here: Sitting) -> None:
    await here.frames(3)


async def review(here: Sitting) -> None:
    await here.press("colon")
    await here.type("b 100 AAPL bid")
    await here.press("enter")


async def denied(here: Sitting) -> None:
    await here.press("colon")
    await here.type("b 5000 AAPL mkt")


async def blotter(here: Sitting) -> None:
    for text in ("b 100 AAPL bid", "b 300 MSFT mkt", "s 40 GOOG ask gtc"):
        await here.press("colon")
        await here.type(text)
        await here.press("enter", "ctrl+t")
        await here.frames(3)


async def bracket(here: Sitting) -> None:
    """An entry with its exits: the tree of the blotter, the badge, and one more under review."""
    await here.press("colon")
    await here.type("b 100 AAPL mkt tp +1 sl -1")
    await here.press("enter", "ctrl+t")
    await here.frames(3)
    await here.press("colon")
    await here.type("b 200 AAPL mkt tp +1 sl -1")
    await here.frames(1)


async def ticket(here: Sitting) -> None:
    await here.press("b", "tab", "tab", "up")


async def danger(here: Sitting) -> None:
    await blotter(here)
    await here.press("ctrl+x", "k")


async def help_page(here: Sitting) -> None:
    await here.press("question_mark")


async def chart(here: Sitting) -> None:
    """Candles, the figures of the bar under the cursor, an own order at the axis."""
    await here.press("colon")
    await here.type("b 100 AAPL 189.10")
    await here.press("enter", "ctrl+t", "4")
    await here.frames(2)
    await here.press("left", "left")


async def limits_page(here: Sitting) -> None:
    """Every limit, one of them loosened and on its way."""
    await here.press("l")
    await here.press("down")


SCENES = (first, review, denied, blotter, bracket, ticket, danger, help_page, chart, limits_page)


def _desk(scene) -> FakeDesk:
    if scene is not limits_page:
        return FakeDesk()
    desk = LimitedDesk()
    desk.loosens("risk.order_quantity_max", "20000", seconds_ago=17)
    return desk


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
async def test_the_screen_looks_as_it_did(scene, size):
    file = SNAPSHOTS / f"{scene.__name__}_{size}.txt"
    async with sitting(SIZES[size], desk=_desk(scene)) as here:
        await scene(here)
        text = here.text
    if os.environ.get("TRADER_UPDATE_SNAPSHOTS") == "1":
        SNAPSHOTS.mkdir(exist_ok=True)
        file.write_text(text)
    assert text == file.read_text()


@pytest.mark.parametrize("size", SIZES)
async def test_every_row_is_as_wide_as_the_terminal(size):
    async with sitting(SIZES[size]) as here:
        await blotter(here)
        strips = here.app.screen._compositor.render_strips()
        assert {strip.cell_length for strip in strips} == {SIZES[size][0]}
        assert len(strips) == SIZES[size][1]
