"""The first five minutes, and how they end."""

from tests.tui.desk_screen import sitting
from tui.coach import Step
from tui.settings import ScreenSettings

SETTINGS = ScreenSettings(frames_per_second=1)


async def test_following_the_coach_leads_to_a_fill_its_reason_a_denial_and_a_flat_account():
    async with sitting(settings=SETTINGS) as here:
        coach = here.app.room.coach
        await here.frames(2)
        assert "b 100 AAPL bid" in here.row(21)
        await here.press("colon")
        assert "b 100 AAPL bid" in here.row(22)
        await here.type("b 100 AAPL bid")
        await here.press("enter")
        await here.frames(1)
        assert coach.step is Step.SEND
        await here.press("ctrl+t")
        await here.frames(1)
        assert coach.step is Step.QUEUE
        await here.frames(40)
        assert coach.step is Step.WHY
        await here.press("e")
        assert coach.step is Step.TOO_MUCH
        await here.press("escape", "colon")
        await here.type("b 5000 AAPL mkt")
        await here.frames(1)
        assert coach.step is Step.RESIZE
        await here.press("ctrl+r")
        await here.frames(1)
        assert coach.step is Step.BRACKET
        await here.press("ctrl+u")
        await here.type(coach.ghost(""))
        await here.press("enter", "ctrl+t")
        await here.frames(12)
        assert coach.step is Step.DANGER
        assert "100/100 protected" in coach.text(here.app.room.view)
        await here.press("escape", "ctrl+x")
        assert coach.step is Step.FLATTEN


async def test_going_ones_own_way_dismisses_the_coach_for_good_and_says_so_once():
    told = []
    async with sitting(settings=SETTINGS, coach_done=lambda: told.append(1)) as here:
        await here.press("z", "d")
        await here.frames(3)
        assert here.app.room.coach.is_over
        assert told == [1]
        assert "real money" not in here.text


async def test_looking_around_is_not_going_ones_own_way():
    async with sitting(settings=SETTINGS) as here:
        await here.press("down", "down", "tab", "question_mark", "escape", "6")
        assert not here.app.room.coach.is_over


async def test_a_coach_that_is_off_says_nothing():
    async with sitting() as here:
        await here.frames(2)
        assert here.row(21).strip() == ""


async def test_the_ghost_shows_what_is_left_to_type():
    async with sitting(settings=SETTINGS) as here:
        await here.press("colon")
        await here.type("b 100")
        assert here.row(22).startswith(" :b 100 AAPL bid")
        await here.type(" M")
        assert "bid" not in here.row(22)
