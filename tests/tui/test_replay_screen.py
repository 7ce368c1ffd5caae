"""The screen on a recorded session: the banner, the keys for its time, and the ghosts."""

import os
from pathlib import Path

import pytest

from engine.domain.views import DeskView, GhostFillRow, GhostRow
from engine.ports import SendLine
from engine.values import Instruction, Liquidity, Nanos, OrderType, Price, Quantity, TimeInForce
from tests.tui.desk_screen import sitting
from tests.tui.fake_desk import FakeDesk
from tui.layout import PaneName

SNAPSHOT = Path(__file__).with_name("snapshots") / "replay_80x24.txt"
KEYS = {
    "p": "replay pause",
    "greater_than_sign": "replay step",
    "right_curly_bracket": "replay step trade",
    "f": "replay jump fill",
}


class ReplayDesk(FakeDesk):
    """A recorded session with one order of then."""

    def __init__(self, **options) -> None:
        self.speed = "×1"
        super().__init__(mode="REPLAY", **options)

    def _build(self) -> DeskView:
        view = super()._build()
        at = Nanos(view.market_at - 1_234_567)
        order = GhostRow(
            at=at, changed_at=at, number=3, symbol="AAPL", instruction=Instruction.SELL,
            quantity=Quantity(100), type=OrderType.LIMIT, time_in_force=TimeInForce.DAY,
            price=Price(1_901_200), stop=Price(0), filled=Quantity(40), state="partial",
        )  # fmt: skip
        fill = GhostFillRow(
            at=at, number=3, symbol="AAPL", instruction=Instruction.SELL, quantity=Quantity(40),
            price=Price(1_901_200), liquidity=Liquidity.MAKER, explanation="a buyer met you first",
        )  # fmt: skip
        return type(view)(
            **{
                **{name: getattr(view, name) for name in view.__struct_fields__},
                "market": "synthetic 2026-01-05 (recorded, c0ffee)",
                "speed": self.speed,
                "progress": 371,
                "ghosts": (order,),
                "ghost_fills": (fill,),
            }
        )


def lines_of(desk: FakeDesk) -> list[str]:
    return [request.text for request in desk.requests if isinstance(request, SendLine)]


@pytest.mark.parametrize(("key", "line"), KEYS.items())
async def test_each_key_says_what_the_language_says(key, line):
    async with sitting(desk=ReplayDesk()) as here:
        await here.press(key)
        assert lines_of(here.desk) == [line]


async def test_the_same_key_pauses_and_plays():
    desk = ReplayDesk()
    desk.speed = "paused"
    async with sitting(desk=desk) as here:
        await here.frames(2)
        await here.press("p")
        assert lines_of(here.desk) == ["replay play"]


async def test_a_jump_is_typed_behind_its_word():
    async with sitting(desk=ReplayDesk()) as here:
        await here.press("j")
        await here.type("10:30")
        await here.press("enter")
        assert lines_of(here.desk) == ["replay jump 10:30"]


@pytest.mark.parametrize("text", ["restart", "replay restart"])
async def test_beginning_anew_asks_once(text):
    async with sitting(desk=ReplayDesk()) as here:
        await here.press("colon")
        await here.type(text)
        await here.press("enter")
        assert "Begin the recorded day anew?" in here.text and not lines_of(here.desk)
        await here.press("y")
        assert lines_of(here.desk) == ["replay restart"]


async def test_the_banner_the_ticket_and_the_review_say_replay_in_magenta():
    async with sitting(desk=ReplayDesk()) as here:
        await here.press("b", "enter")
        assert here.text.count("REPLAY") >= 3
        assert "PAPER " not in here.text.replace("P&L · PAPER", "")
        banner = here.app.query_one("#status")._strips[0]
        styles = {segment.style for segment in banner if "REPLAY" in segment.text}
        assert styles == {here.app.room.ink.replay}
        assert here.app.room.ink.replay.bgcolor.name == "#9a4cb0"


async def test_the_top_line_tells_clock_speed_and_progress_at_80_columns():
    async with sitting(desk=ReplayDesk()) as here:
        assert "×1" in here.row(0) and "37%" in here.row(0) and "REPLAY" in here.row(0)


async def test_ghosts_have_a_list_with_their_microsecond():
    async with sitting((160, 40), desk=ReplayDesk()) as here:
        pane = here.app.panes[PaneName.ORDERS]
        await here.press("6", "left")
        while pane.tab.value != "ghost":
            await here.press("left")
        row = next(line for line in here.text.splitlines() if "a buyer met you first" in line)
        assert ".998765" in row and "fill" in row and "maker" in row
        await here.press("e")
        assert "of the recorded session" in here.text
        await here.press("c")
        assert "no order here to cancel" in here.text


async def test_the_replay_looks_as_it_did():
    async with sitting(desk=ReplayDesk()) as here:
        await here.press("6")
        await here.frames(3)
        text = here.text + "\n"
        if os.environ.get("TRADER_UPDATE_SNAPSHOTS"):
            SNAPSHOT.write_text(text, encoding="utf-8")
        assert text == SNAPSHOT.read_text(encoding="utf-8")
