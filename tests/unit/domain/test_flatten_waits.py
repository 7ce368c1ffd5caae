"""A flatten of what cannot be closed now: entries go, exits stay, and it goes on by itself."""

from typing import Any

import msgspec
import pytest

from engine.domain import events as ev
from engine.domain.apply import state_hash
from engine.domain.commands import ExitsOnKill, Flatten, Kill, Origin, Reconcile, Reverse
from engine.domain.events import FlattenStep
from engine.domain.quotes import Phase
from engine.domain.reasons import Refusal
from engine.domain.records import Record
from engine.domain.reports import LinkChanged, LinkState
from engine.domain.views import Severity
from engine.ports import Notice
from engine.runtime.interrupts import Interrupts
from engine.values import Nanos, OrderType, Side
from tests.harness import DeskBench
from tests.unit.runtime.desk import say

BID, ASK = 1_899_900, 1_900_100
NO_TRADING = (Phase.HALTED, Phase.QUOTATION, Phase.AUCTION, Phase.CLOSED)


def bench(**settings: Any) -> DeskBench:
    """100 AAPL with both exits, and an entry that works."""
    desk = DeskBench(**settings)
    desk.quotes("AAPL", BID, ASK)
    say(desk, "buy 100 AAPL 190.01 gtc tp 200.00 sl 180.00")
    say(desk, "buy 10 AAPL 185.00 gtc")
    desk.pass_time(1)
    assert stops(desk) == 100
    return desk


def stops(desk: DeskBench) -> int:
    """Shares that a working stop would close, of which nobody has asked that it goes."""
    orders = [desk.state.orders[i] for i in desk.state.live_by_symbol.get("AAPL", ())]
    stops = [order for order in orders if order.order.type is OrderType.STOP]
    return sum(order.leaves for order in stops if not order.is_cancelling)


def step(desk: DeskBench) -> FlattenStep | None:
    run = desk.state.flattening.get("PAPER/AAPL")
    return run.step if run is not None else None


def reopens(desk: DeskBench) -> None:
    desk.enters("AAPL", Phase.OPEN)
    desk.quotes("AAPL", BID, ASK)
    desk.pass_time(5)


def kinds(events: list[ev.Event]) -> list[str]:
    return [type(event).__name__ for event in events]


@pytest.mark.parametrize("has_oca", [True, False], ids=["groups", "no groups"])
@pytest.mark.parametrize("phase", NO_TRADING, ids=lambda phase: phase.name.lower())
def test_a_flatten_that_cannot_close_leaves_the_stop_where_it_is(
    phase: Phase, has_oca: bool
) -> None:
    """The stop had gone before anybody asked whether it could close: naked at the reopening."""
    desk = bench(has_oca=has_oca)
    desk.enters("AAPL", phase)
    told = say(desk, "flatten AAPL")
    (moved,) = [event for event in told if isinstance(event, ev.FlattenMoved)]
    assert moved.step is FlattenStep.WAITING and "AAPL" in moved.text
    assert moved.text.startswith("exits stay until it can be closed: ")
    assert desk.order(2).status.name == "CANCELLED", "what would open goes at once"
    desk.pass_time(60)
    assert (step(desk), stops(desk), desk.position("AAPL")) == (FlattenStep.WAITING, 100, 100)
    reopens(desk)
    assert (step(desk), desk.position("AAPL")) == (None, 0)
    assert not desk.state.live_by_symbol.get("AAPL")
    assert desk.replayed_hash() == state_hash(desk.state)


def test_while_a_flatten_waits_a_hand_may_close_and_may_not_open() -> None:
    desk = bench()
    desk.enters("AAPL", Phase.QUOTATION)
    say(desk, "flatten AAPL")
    (denied,) = say(desk, "buy 10 AAPL 189.00")
    assert isinstance(denied, ev.OrderDenied)
    assert denied.findings[0].sentence == (
        "AAPL is to be flattened as soon as it can be closed: only exits leave until then"
        " (D03 flatten_running)."
    )
    assert "ReplaceRequested" in kinds(say(desk, "replace 1.2 price 181.00"))
    say(desk, "cancel AAPL exits")
    assert "OrderReleased" in kinds(say(desk, "sell 100 AAPL 189.00"))
    assert step(desk) is FlattenStep.WAITING


def test_flatten_all_closes_what_trades_and_waits_for_what_is_halted() -> None:
    desk = bench()
    desk.quotes("MSFT", 3_000_000, 3_000_200)
    say(desk, "buy 50 MSFT mkt")
    desk.enters("AAPL", Phase.HALTED)
    say(desk, "flatten *")
    assert (desk.position("MSFT"), desk.position("AAPL"), stops(desk)) == (0, 100, 100)
    refused = say(desk, "flatten AAPL")
    assert kinds(refused) == ["CommandRefused"], "it is on its way already"
    reopens(desk)
    assert desk.position("AAPL") == 0 and not desk.state.flattening


def test_a_reverse_that_cannot_close_waits_and_then_opens_the_other_side() -> None:
    desk = bench()
    desk.enters("AAPL", Phase.HALTED)
    say(desk, "reverse AAPL")
    assert (step(desk), stops(desk)) == (FlattenStep.WAITING, 100)
    reopens(desk)
    assert desk.position("AAPL") == -100


@pytest.mark.parametrize("act", [Flatten, Reverse])
def test_a_symbol_that_nobody_knows_is_not_told_as_being_flat(act: type) -> None:
    desk = bench()
    for symbol, refusal in (("AAPLY", Refusal.UNKNOWN_SYMBOL), ("MSFT", Refusal.NO_POSITION)):
        (refused,) = desk.submit(act("PAPER", symbol))
        assert refused.refusal is refusal


def test_a_flatten_is_the_last_word_over_a_reverse_that_waits() -> None:
    desk = bench()
    desk.enters("AAPL", Phase.HALTED)
    say(desk, "reverse AAPL")
    say(desk, "flatten AAPL")
    assert (step(desk), stops(desk)) == (FlattenStep.WAITING, 100)
    reopens(desk)
    assert desk.position("AAPL") == 0


def test_a_kill_that_flattens_keeps_exits_until_it_can_close() -> None:
    desk = bench()
    desk.enters("AAPL", Phase.HALTED)
    desk.submit(Kill("PAPER", ExitsOnKill.FLATTEN, "enough"))
    assert (step(desk), stops(desk)) == (FlattenStep.WAITING, 100)
    assert desk.order(2).status.name == "CANCELLED"
    reopens(desk)
    assert desk.position("AAPL") == 0 and not desk.state.live


def test_over_a_line_that_is_down_exits_stay_until_books_are_compared() -> None:
    desk = bench()
    desk.submit(LinkChanged("paper", LinkState.DOWN, "lost"))
    say(desk, "flatten AAPL")
    desk.pass_time(30)
    assert (step(desk), stops(desk)) == (FlattenStep.WAITING, 100)
    desk.submit(LinkChanged("paper", LinkState.UP, "back"))
    desk.pass_time(10)
    assert (step(desk), desk.position("AAPL")) == (None, 0)


def differs(desk: DeskBench, there: int) -> None:
    """The venue's books have another position than ours, which nobody can explain."""
    desk.paper.tally.begin({("PAPER", "AAPL"): there - desk.position("AAPL")}, {})
    desk.submit(Reconcile("PAPER"))
    desk.pass_time(1)
    assert "position/AAPL" in desk.state.recon.breaks


def test_what_would_cross_zero_at_the_venue_waits_for_a_person_and_keeps_its_stop() -> None:
    desk = bench()
    differs(desk, 60)
    say(desk, "flatten AAPL")
    desk.pass_time(30)
    assert (step(desk), stops(desk), desk.position("AAPL")) == (FlattenStep.WAITING, 100, 100)
    say(desk, "cancel *")
    say(desk, 'adopt position AAPL "they lent 40 of it"')
    desk.pass_time(5)
    assert (step(desk), desk.position("AAPL"), desk.state.recon.breaks) == (None, 0, {})


def test_a_break_that_is_found_between_cancel_and_close_is_waited_for_as_well() -> None:
    desk = bench(latency=lambda request: Nanos(100_000_000))
    desk.pass_time(1)
    say(desk, "flatten AAPL")
    differs(desk, -100)
    assert (step(desk), desk.position("AAPL")) == (FlattenStep.WAITING, 100)


def test_where_the_venue_has_more_what_is_counted_here_is_closed() -> None:
    desk = bench()
    differs(desk, 150)
    say(desk, "flatten AAPL")
    desk.pass_time(5)
    assert (step(desk), desk.position("AAPL")) == (None, 0)


def test_a_halt_between_cancel_and_close_is_waited_for_and_not_asked_about() -> None:
    desk = bench(latency=lambda request: Nanos(100_000_000))
    say(desk, "flatten AAPL")
    desk.enters("AAPL", Phase.HALTED)
    desk.pass_time(10)
    assert (step(desk), desk.position("AAPL")) == (FlattenStep.WAITING, 100)
    reopens(desk)
    assert (step(desk), desk.position("AAPL")) == (None, 0)


def test_a_stop_that_fills_at_the_reopening_has_closed_it_and_nothing_crosses_zero() -> None:
    desk = bench()
    desk.enters("AAPL", Phase.HALTED)
    say(desk, "flatten AAPL")
    desk.others_leave("AAPL")
    desk.enters("AAPL", Phase.QUOTATION)
    desk.quotes("AAPL", 1_700_000, 1_710_000)
    desk.other(Side.BUY, 200, "AAPL", 1_705_000)
    desk.other(Side.SELL, 200, "AAPL", 1_705_000)
    desk.enters("AAPL", Phase.OPEN)
    desk.pass_time(5)
    assert (step(desk), desk.position("AAPL")) == (None, 0)
    assert not desk.state.live_by_symbol.get("AAPL")


def test_nothing_trades_by_itself_after_a_start_and_exits_are_still_there() -> None:
    desk = bench()
    desk.enters("AAPL", Phase.HALTED)
    say(desk, "flatten AAPL")
    desk.restart()
    assert (step(desk), stops(desk)) == (FlattenStep.ASKING, 100)
    assert desk.replayed_hash() == state_hash(desk.state)


def test_what_an_older_desk_wrote_of_a_flatten_reads_as_one_that_did_not_wait() -> None:
    """The journal of before has no word about waiting: seven fields with the tag, and not eight."""
    started = ev.FlattenStarted(Nanos(0), "PAPER", "AAPL", Origin.TICKET, -100, "why")
    row = msgspec.to_builtins(started)
    assert row.pop() is False and len(row) == 7
    assert msgspec.convert(row, ev.FlattenStarted) == started


def test_what_is_not_held_is_cancelled_also_where_nothing_trades() -> None:
    desk = DeskBench()
    desk.quotes("AAPL", BID, ASK)
    say(desk, "buy 10 AAPL 185.00")
    desk.enters("AAPL", Phase.HALTED)
    say(desk, "flatten AAPL")
    assert step(desk) is None and not desk.state.live


def listened(desk: DeskBench) -> list[Notice]:
    """What whoever sits at the desk is told from now on."""
    interrupts, told = Interrupts(desk.state, "PAPER"), list[Notice]()

    def hear(record: Record) -> None:
        notice = interrupts.notice_of(record)
        if notice is not None:
            told.append(notice)

    desk.session.listen(hear)
    return told


def test_whoever_sits_there_is_told_that_nothing_closes_now() -> None:
    desk = bench()
    desk.enters("AAPL", Phase.HALTED)
    told = listened(desk)
    say(desk, "flatten AAPL")
    (waiting,) = [each for each in told if "exits stay" in each.text]
    assert waiting.severity is Severity.ATTENTION


@pytest.mark.parametrize(("line", "is_alarm"), [("flatten AAPL", False), ("cancel 1.2", True)])
def test_a_stop_that_goes_is_an_alarm_unless_a_flatten_takes_it(line: str, is_alarm: bool) -> None:
    desk = bench()
    told = listened(desk)
    say(desk, line)
    desk.pass_time(5)
    assert any("without a stop" in each.text for each in told) is is_alarm, told
