"""The page of limits: what it tells, what tightens at once, and what takes a looser one back."""

import pytest

from engine.domain.commands import Origin
from engine.domain.events import TradingState
from engine.domain.state import Trading
from engine.limits_told import TellLimits
from tests.tui.desk_screen import Sitting, sitting
from tests.tui.fake_limits import LimitedDesk
from tui.screens.limit_rows import gauge

SIZES = [(80, 24), (120, 40), (200, 60)]


def row_of(here: Sitting, name: str) -> str:
    return next(row for row in here.text.splitlines() if name in row)


def under_cursor(here: Sitting) -> str:
    """Of the page: the list behind it has a cursor of its own in its first cells."""
    return next(row for row in here.text.splitlines() if "▌" in row[2:])


def lines(here: Sitting) -> list[str]:
    return [one.text for one in here.desk.sent()]


@pytest.mark.parametrize("size", SIZES)
async def test_a_key_shows_state_room_and_limits(size: tuple[int, int]) -> None:
    async with sitting(size, desk=LimitedDesk()) as here:
        await here.press("l")
        assert "account PAPER ACTIVE" in here.text
        assert "AAPL buy 594 more, R11 concentration stops you first" in here.text
        assert "AAPL sell 4,000 more, R26 short_sale stops you first" in here.text
        assert "order_quantity_max" in here.text
        assert "10,000 shares" in here.text
        assert "^T tightens to 5000 at once" in here.text


async def test_what_is_typed_finds_a_limit_and_its_gauge_tells_used_and_room() -> None:
    async with sitting((200, 60), desk=LimitedDesk()) as here:
        await here.press("l")
        await here.type("position")
        row = row_of(here, "position_max")
        # 5,000 at 100.00 against 60 % of 1,400,000
        assert "60 % of NLV" in row
        assert "500,000.00" in row
        assert "340,000.00 more" in row
        assert "██████····" in row
        assert "config.toml" in here.text
        await here.press("ctrl+u")
        await here.type("off available")
        assert "R10 leverage" in here.text
        assert "order_quantity_max" not in here.text


async def test_the_key_that_sends_tightens_what_is_under_the_cursor_and_shows_who() -> None:
    async with sitting(desk=LimitedDesk()) as here:
        await here.press("l")
        await here.press("ctrl+t")
        assert lines(here) == ["set order_quantity_max 5000"]
        await here.frames()
        assert "5,000 shares" in row_of(here, "order_quantity_max")
        assert "tightened from 10000 by hand" in here.text


async def test_enter_that_is_held_sends_nothing() -> None:
    async with sitting(desk=LimitedDesk()) as here:
        await here.press("l")
        await here.press(*["enter"] * 5, gap=0.03)
        assert lines(here) == []


async def test_enter_opens_the_line_for_another_value() -> None:
    async with sitting(desk=LimitedDesk()) as here:
        await here.press("l")
        await here.press("enter")
        assert here.app.room.command.editor.text == "set order_quantity_max "
        await here.type("700")
        await here.press("enter")
        assert lines(here) == ["set order_quantity_max 700"]
        await here.frames(2)
        assert "700 shares" in row_of(here, "order_quantity_max"), "the page is there again"


async def test_a_line_that_is_left_does_not_come_back_to_the_limits() -> None:
    async with sitting(desk=LimitedDesk()) as here:
        await here.press("l")
        await here.press("enter", "escape", "colon")
        here.app.room.command.editor.put("set order_quantity_max 700")
        here.app.room.line_changed()
        await here.press("enter")
        await here.frames(2)
        assert lines(here) == ["set order_quantity_max 700"]
        assert "order_quantity_max" not in here.text


async def test_a_looser_value_counts_down_and_the_key_takes_it_back() -> None:
    desk = LimitedDesk()
    desk.loosens("risk.order_quantity_max", "20000", seconds_ago=17)
    async with sitting(desk=desk) as here:
        await here.press("l")
        assert "→ 20,000 shares in 43 s" in row_of(here, "order_quantity_max")
        assert "^T takes 20,000 shares back" in here.text
        assert "asked for by hand: bigger account" in here.text
        await here.press("ctrl+t")
        assert lines(here) == ["set order_quantity_max 10000"]
        await here.frames()
        assert "→" not in row_of(here, "order_quantity_max")
        assert desk.risk.state.loosening == {}


async def test_what_has_nothing_to_set_says_so() -> None:
    async with sitting(desk=LimitedDesk()) as here:
        await here.press("l")
        await here.type("ticket replay")
        await here.press("ctrl+t")
        assert "nothing on this row can be set" in here.text
        await here.press("enter")
        assert "R16 ticket_replay has nothing to set" in here.text
        assert lines(here) == []


async def test_a_state_is_told_with_who_when_and_why() -> None:
    desk = LimitedDesk()
    desk.halts()
    async with sitting(desk=desk) as here:
        await here.press("l")
        assert "account PAPER HALTED since 09:30:25 by hand: news" in here.text
        assert "AAPL buy none: D01 trading_state stops you" in here.text
        assert "AAPL sell 4,000 more" in here.text, "no state keeps a trader from closing"


@pytest.mark.parametrize("size", SIZES)
async def test_breakers_stand_below_the_limits_and_above_them_once_they_have_tripped(
    size: tuple[int, int],
) -> None:
    desk = LimitedDesk()
    desk.trips()
    async with sitting(size, desk=desk) as here:
        await here.press("l")
        told = "volatility of AAPL tripped since 09:30:30 by the desk, 4:59 left"
        assert told in here.text
        assert "moved 10.4 % in 5 minutes" in here.text
        await here.type("breaker")
        await here.press("end")
        assert any("10 %" in row and "tripped, 4:59 left" in row for row in here.text.splitlines())
        assert "ready at 0 %" in row_of(here, "reject rate")
        assert "off: no index" in row_of(here, "another index")
        await here.press("ctrl+t")
        assert "nothing on this row can be set" in here.text
        assert lines(here) == []


async def test_more_than_there_is_room_for_is_counted() -> None:
    desk = LimitedDesk()
    for number in range(7):
        desk.risk.state.halts[f"S0{number}"] = "news"
    desk.step()
    async with sitting(desk=desk) as here:
        await here.press("l")
        assert "S00 halted: news" in here.text
        assert "+4 more" in here.text
        assert "S03 halted" not in here.text
        assert "order_quantity_max" in here.text


@pytest.mark.parametrize("size", SIZES)
async def test_no_money_and_no_account_stands_there_while_others_look(
    size: tuple[int, int],
) -> None:
    desk = LimitedDesk()
    state, why = TradingState.REDUCING, "down 31,200.55 today"
    desk.risk.account.trading = Trading(state, False, why, desk.risk.now, Origin.DESK)
    desk.risk.named("U1234567")
    desk.risk.limit(accounts_allowed=("U1234567",))
    desk.account = "U1234567"
    desk.step()
    async with sitting(size, desk=desk) as here:
        await here.press("l")
        await here.type("position")
        assert "440,000.00 more" in here.text
        assert "31,200.55" in here.text
        assert "account …4567 REDUCING" in here.text, "an account number is masked at any time"
        assert "1234567" not in here.text
        here.app.room.set_privacy(is_on=True)
        try:
            await here.frames(2)
            for told in ("440,000.00", "400,000.00", "31,200.55", "account …"):
                assert told not in here.text, told
            assert "60 % of NLV" in here.text, "a limit is no secret"
            await here.press("ctrl+u")
            await here.type("accounts")
            assert "•••" in row_of(here, "accounts_allowed")
            assert "1234567" not in here.text
        finally:
            here.app.room.set_privacy(is_on=False)


async def test_the_figures_are_asked_for_only_while_the_page_is_up() -> None:
    async with sitting(desk=LimitedDesk()) as here:
        asked = lambda: sum(isinstance(one, TellLimits) for one in here.desk.requests)  # noqa: E731
        await here.frames(20)
        assert asked() == 0
        await here.press("l")
        first = asked()
        await here.frames(20)
        assert first + 3 <= asked() <= first + 5
        await here.press("escape")
        closed = asked()
        await here.frames(20)
        assert asked() == closed


async def test_the_cursor_stays_on_its_limit_while_the_list_changes() -> None:
    async with sitting(desk=LimitedDesk()) as here:
        await here.press("l")
        await here.press(*["down"] * 5)
        assert "price_collar_middle" in under_cursor(here)
        await here.type("collar")
        await here.press("down", "down")
        before = under_cursor(here)
        assert "price_collar_low" in before
        await here.press("backspace")
        assert "price_collar_low" in under_cursor(here)


async def test_an_answer_that_comes_late_opens_nothing() -> None:
    async with sitting(desk=LimitedDesk()) as here:
        await here.press("l")
        await here.press("escape")
        here.desk.send(TellLimits("AAPL"))
        await here.frames(2)
        assert "order_quantity_max" not in here.text


def test_a_gauge_is_full_only_at_the_limit_and_empty_only_at_nothing() -> None:
    drawn = {share: gauge(share, 10).count("█") for share in (0, 1, 500, 999, 1000, 5000)}
    assert drawn == {0: 0, 1: 1, 500: 5, 999: 9, 1000: 10, 5000: 10}
