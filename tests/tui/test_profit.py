"""The P&L pane: what the day would be if other assumptions were booked."""

from engine.domain.luck import Luck
from engine.values import Money
from tests.tui.desk_screen import sitting
from tests.tui.fake_desk import FakeDesk

SAME, DOLLAR = Money(0), 1_000_000
BARS = (
    ("bar_pessimistic", SAME),
    ("bar_optimistic", Money(150 * DOLLAR)),
    ("low_first", SAME),
    ("high_first", Money(-20 * DOLLAR)),
)


async def strip_of(luck: Luck, size: tuple[int, int]) -> str:
    desk = FakeDesk()
    desk.luck = luck
    async with sitting(size, desk=desk) as here:
        await here.press("7")
        await here.frames(2)
        (line,) = [line for line in here.text.splitlines() if "orders differ" in line]
    return " ".join(line.split("│")[-2].split())


async def test_readings_that_would_have_changed_the_day_come_first_and_the_count_always_fits():
    told = await strip_of(Luck("worst_first", 11, 3, BARS), (80, 24))
    assert told == "if bar_optimistic +2,329.80 if high_first +2,159.80 3 of 11 orders differ"


async def test_with_room_every_reading_is_told():
    told = await strip_of(Luck("worst_first", 11, 3, BARS), (330, 60))
    assert told.count("if ") == 4 and told.endswith("3 of 11 orders differ")
