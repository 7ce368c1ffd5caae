"""The P&L pane: what the day would be if other assumptions were booked."""

import msgspec

from engine.domain.luck import Luck
from engine.domain.margin_view import MarginRow, Unsettled
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


async def margin_line(margin: MarginRow, word: str, size: tuple[int, int] = (120, 40)) -> str:
    desk = FakeDesk()
    desk.margin = margin
    async with sitting(size, desk=desk) as here:
        await here.press("7")
        await here.frames(2)
        (line,) = [line for line in here.text.splitlines() if word in line]
    (cell,) = [cell for cell in line.split("│") if word in cell]
    return " ".join(cell.split())


async def test_a_cash_account_shows_what_is_settled_and_what_comes_when():
    coming = (Unsettled(20260106, Money(-66 * DOLLAR)),)
    told = await margin_line(MarginRow("cash", Money(1_000 * DOLLAR), coming), "settled")
    assert told == "cash settled 1,000.00 01-06 −66.00"


async def test_a_margin_account_shows_how_far_it_is_from_maintenance():
    row = MarginRow("day_trade", maintenance=Money(2_500 * DOLLAR), excess_share=5_000)
    row = msgspec.structs.replace(row, day_trades=2)
    told = await margin_line(row, "maintenance", (200, 60))
    assert told == "day trade day trades 2 in 5 days maintenance 2,500.00 above it 50.00 %"
