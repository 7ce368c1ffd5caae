"""A screen before an engine of its own process: leaving, watching, and an engine that is away."""

import msgspec
import pytest

from commands.engine_shell import working
from engine.attachment import (
    Missed,
    SinceYouLeft,
    Standing,
    StandingChanged,
    StopEngine,
    TakeControl,
)
from engine.domain.residence import Residence, order_in_words, residence_of
from engine.domain.views import Severity
from engine.instruments import Instrument
from engine.ports import EngineStopped, Notice, PreviewLine, SendLine
from engine.values import Money, OrderType, Price, Quantity
from tests.tui.desk_screen import sitting
from tests.tui.fake_desk import FakeDesk
from tui.missed import since_you_left

APART = Standing(is_separate=True)


def a_desk(orders: int = 0, **standing) -> FakeDesk:
    """A desk whose engine is a process of its own, with orders that rest."""
    desk = FakeDesk()
    for number in range(orders):
        desk.send(SendLine(f"b 100 AAPL {100 + number}", f"t{number}"))
    desk.requests.clear()
    told = StandingChanged(msgspec.structs.replace(APART, **standing))
    listen = desk.listen

    def listen_and_tell(listener) -> None:
        listen(listener)
        listener(told)

    desk.listen = listen_and_tell
    return desk


def stops(here) -> list[StopEngine]:
    return [request for request in here.desk.requests if isinstance(request, StopEngine)]


async def test_leaving_with_orders_says_where_each_lives_and_enter_leaves_them():
    async with sitting(desk=a_desk(2)) as here:
        await here.press("ctrl+q")
        assert "leaving: 2 orders work" in here.text
        assert "#1 BUY 100 AAPL LMT 100.00" in here.text
        assert here.text.count("only here: at the paper exchange in the engine") == 2
        assert "then stands in its place" in here.text
        await here.press("enter")
        assert stops(here) == []
    assert here.app.return_code == 0


async def test_leaving_and_the_shell_name_legs_in_their_order():
    desk = a_desk()
    desk.send(SendLine("b 100 AAPL 99", "t0"))
    desk.send(SendLine("b 100 AAPL mkt tp +1 sl -1", "t1"))
    assert [row.label for row in working(desk.latest())] == [
        "1",
        "2.1",
        "2.2",
    ]
    async with sitting(desk=desk) as here:
        await here.press("ctrl+q")
        assert here.text.index("#2.1 SELL") < here.text.index("#2.2 SELL")


async def test_stopping_wants_the_key_that_sends_and_the_engine_s_word_ends_the_screen():
    async with sitting(desk=a_desk(1)) as here:
        await here.press("ctrl+q", "down", "enter", "enter")
        assert stops(here) == []
        assert "^T does it: stop the engine" in here.text
        await here.press("ctrl+t")
        assert stops(here) == [StopEngine()]
        assert here.app.is_running
        here.desk.tell(EngineStopped("the engine was stopped; 1 order stays in this home"))
        await here.pilot.pause()
    assert here.app.return_code == 0


async def test_cancelling_first_is_a_choice_and_esc_goes_back():
    async with sitting(desk=a_desk(3)) as here:
        for back in (("escape",), ("down", "down", "down", "enter")):
            await here.press("ctrl+q", *back)
            assert "leaving" not in here.text and here.app.is_running
        await here.press("ctrl+q", "down", "down", "ctrl+t")
        assert stops(here) == [StopEngine(cancel=True)]


async def test_a_watcher_can_only_leave():
    async with sitting(desk=a_desk(1, has_control=False)) as here:
        assert "WATCHING" in here.row(0)
        await here.press("ctrl+q")
        assert "stop the engine" not in here.text
        await here.press("ctrl+t")
        assert stops(here) == []


@pytest.mark.parametrize(
    ("standing", "words", "stops_it"),
    [
        ({}, "the engine stops too", True),
        ({"keeps_running": True}, "the engine runs on", False),
        ({"others": 1}, "the engine runs on", False),
        ({"has_control": False}, "the engine runs on", False),
        ({"alarm": "ENGINE GONE"}, "engine gone", False),
    ],
)
async def test_with_nothing_working_a_paper_engine_that_nobody_else_uses_stops_too(
    standing, words, stops_it
):
    async with sitting(desk=a_desk(**standing)) as here:
        await here.press("ctrl+q")
        assert words in here.text
        await here.press("y")
        assert bool(stops(here)) is stops_it
    assert here.app.return_code == (None if stops_it else 0)


async def test_an_order_that_came_to_work_meanwhile_is_not_stopped_unseen():
    async with sitting(desk=a_desk()) as here:
        await here.press("ctrl+q")
        here.desk.send(SendLine("b 100 AAPL 100", "t1"))
        await here.press("y")
        assert stops(here) == []
        assert "leaving: 1 order works" in here.text


async def test_control_is_taken_by_a_key_and_the_mark_goes():
    async with sitting(desk=a_desk(has_control=False)) as here:
        await here.press("ctrl+g")
        assert here.desk.requests[-1] == TakeControl()
        here.desk.tell(StandingChanged(APART))
        await here.pilot.pause()
        assert "WATCHING" not in here.row(0)
        await here.press("ctrl+g")
        assert "this terminal has control" in here.text


async def test_an_engine_that_is_away_stays_on_the_screen_until_it_is_back():
    async with sitting(desk=a_desk()) as here:
        away = msgspec.structs.replace(APART, alarm="ENGINE STALLED")
        here.desk.tell(StandingChanged(away))
        here.desk.tell(Notice(Severity.UNAVAILABLE, "engine_stalled", "has said nothing"))
        await here.pilot.pause()
        assert "ENGINE STALLED" in here.row(0) and "has said nothing" in here.text
        here.desk.tell(StandingChanged(APART))
        await here.pilot.pause()
        assert "ENGINE STALLED" not in here.row(0) and "has said nothing" not in here.text


async def test_an_open_draft_asks_nothing_of_an_engine_that_is_gone():
    async with sitting(desk=a_desk()) as here:
        await here.press("b")
        await here.frames(2)
        before = len(here.desk.requests)
        here.desk.tell(StandingChanged(msgspec.structs.replace(APART, alarm="ENGINE GONE")))
        await here.frames(20)
        assert here.desk.requests[before:] == []
        here.desk.tell(StandingChanged(APART))
        await here.frames(20)
        assert any(isinstance(one, PreviewLine) for one in here.desk.requests[before:])


async def test_each_of_the_last_words_stands_on_a_line_of_its_own(capsys):
    async with sitting(desk=a_desk()) as here:
        here.app.leave(0, "trader: the engine runs on\ntrader: realism: 2 fills\x1b[2J")
    assert capsys.readouterr().err.splitlines() == [
        "trader: the engine runs on",
        "trader: realism: 2 fills[2J",
    ]


async def test_what_was_missed_is_summed_up_and_listed():
    told = SinceYouLeft(
        seconds=900,
        equity=Money(1_000_000_000_000),
        missed=(
            Missed(Severity.OK, "order_filled", "#7 filled"),
            Missed(Severity.ATTENTION, "trading_state", "trading is HALTED"),
        ),
    )
    async with sitting(desk=a_desk()) as here:
        here.desk.tell(told)
        await here.pilot.pause()
        assert "since you left 15 min ago: 1 fill, 1 alarm, account +2,179.80" in here.text
        await here.press("full_stop")
        assert "#7 filled" in here.text and "trading is HALTED" in here.text


def test_the_sum_of_what_was_missed_counts_each_kind():
    missed = tuple(
        Missed(Severity.ATTENTION, code, "")
        for code in ("order_filled", "order_filled", "order_cancelled", "order_denied", "link")
    )
    told = SinceYouLeft(seconds=7_300, equity=None, missed=missed, forgotten=1_200)
    assert since_you_left(told, Money(5)) == (
        "since you left 2 h ago: 2 fills, 1 cancel, 1 denial, 1,200 more are in the journal"
    )
    nothing = SinceYouLeft(seconds=5, equity=Money(0), missed=())
    assert since_you_left(nothing, Money(0)).startswith("since you left 5 s ago: no order changed")


def test_an_order_in_words_names_its_stop_and_what_is_open_of_it():
    row = msgspec.structs.replace(
        a_desk(1).latest().orders[0],
        type=OrderType.STOP_LIMIT,
        stop=Price(990_000),
        cumulative=Quantity(60),
        leaves=Quantity(40),
    )
    assert order_in_words(row, Instrument("AAPL")) == (
        f"#1 BUY 40/100 AAPL {OrderType.STOP_LIMIT.code} 99.00 100.00 DAY working"
    )


def test_where_an_order_lives_follows_from_mode_and_state():
    desk = a_desk(1)
    row = desk.latest().orders[0]
    assert residence_of(row, "PAPER") is residence_of(row, "REPLAY") is Residence.PAPER
    assert residence_of(row, "LIVE") is Residence.VENUE
    held = msgspec.structs.replace(row, state="held")
    assert residence_of(held, "LIVE") is Residence.DESK
