"""F27, F28: clocks that are set and machines that sleep, told by clocks that a test moves."""

import pytest

from engine.domain import events as ev
from engine.domain.apply import state_hash
from engine.domain.events import TradingState
from engine.domain.lifecycle import Status
from engine.domain.quotes import Quote, Source
from engine.domain.reports import MachineSlept
from engine.domain.requests import NewOrderRequest, StatusRequest
from engine.domain.risk.limits import Limits
from engine.domain.risk.reference import is_fresh
from engine.ports import Act, DoAct, EngineStopped, LineAnswered, Notice, SendLine
from engine.runtime.clock_watch import ClockWatch, Reading, machine_clocks, waking_nanos
from engine.runtime.history import OrderHistory
from engine.runtime.live import LiveDesk
from engine.runtime.view import ViewBuilder
from engine.values import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, Nanos
from tests.harness import DeskBench
from tests.unit.runtime.desk import say
from tests.unit.runtime.test_live_desk import Listener

HOUR = 3_600 * NANOS_PER_SECOND
NOON_2026 = 1_772_000_000 * NANOS_PER_SECOND


class Clocks:
    """The machine's three clocks, moved by hand."""

    def __init__(self) -> None:
        self.now = Reading(NOON_2026, 5 * HOUR, 6 * HOUR)

    def __call__(self) -> Reading:
        return self.now

    def pass_time(self, nanos: int) -> None:
        wall, steady, waking, doubt = self.now
        self.now = Reading(wall + nanos, steady + nanos, waking + nanos, doubt)

    def set_wall(self, wall: int) -> None:
        self.now = self.now._replace(wall=wall)

    def sleep(self, nanos: int) -> None:
        wall, steady, waking, _ = self.now
        self.now = Reading(wall + nanos, steady, waking + nanos)


class Machine:
    """A desk and its clocks; `look` is a round of the engine a moment later."""

    def __init__(self) -> None:
        self.bench = DeskBench()
        self.bench.quotes("AAPL", 1_900_000, 1_900_200)
        self.clocks = Clocks()
        self.watch = ClockWatch(self.bench.host, self.clocks)

    def look(self) -> list[ev.Event]:
        before = len(self.bench.journal.events())
        self.clocks.pass_time(20 * NANOS_PER_MILLISECOND)
        self.watch.look()
        return self.bench.journal.events()[before:]

    def conditions(self) -> list[str]:
        views = ViewBuilder(self.bench.session, self.bench.venue, "PAPER")
        found = views.build(speed="×1", updates_per_second=0).conditions
        return [one.text for one in found if one.code in ("clock", "woke")]

    def goes_live(self) -> None:
        """As the first venue that is no simulation will have it."""
        self.bench.state.mode = "LIVE"


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_clocks_that_run_as_they_should_say_nothing(machine: Machine) -> None:
    for nanos in (0, 1, 500 * NANOS_PER_MILLISECOND, 1_900 * NANOS_PER_MILLISECOND):
        machine.clocks.pass_time(nanos)
        assert machine.look() == []
    assert machine.conditions() == []


@pytest.mark.parametrize("step", [HOUR, -HOUR, 150 * NANOS_PER_MILLISECOND, -NOON_2026])
def test_a_wall_clock_that_is_set_is_journaled_shown_and_moves_nothing(
    machine: Machine, step: int
) -> None:
    say(machine.bench, "buy 10 AAPL 189")
    now = machine.bench.host.now
    machine.clocks.set_wall(machine.clocks.now.wall + step)
    (moved,) = machine.look()
    assert isinstance(moved, ev.ClockMoved) and moved.by == step
    assert machine.look() == []
    assert machine.bench.host.now == now
    assert machine.bench.order(1).status is Status.WORKING
    (shown,) = machine.conditions()
    if abs(step) == HOUR:
        assert shown.startswith(f"clock {step // NANOS_PER_SECOND:+,} s: ")
    assert shown.endswith(f"{'ahead of' if step > 0 else 'behind'} where it was")
    assert machine.bench.replayed_hash() == state_hash(machine.bench.state)


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_no_timer_fires_for_it_and_none_is_late(machine: Machine, step: int) -> None:
    bench = machine.bench
    due = {f"flatten:PAPER/{name}": bench.host.now + NANOS_PER_SECOND for name in ("AAPL", "GOOG")}
    bench.state.timers.update(due)  # type: ignore[arg-type]
    machine.clocks.set_wall(machine.clocks.now.wall + step)
    assert [type(event) for event in machine.look()] == [ev.ClockMoved]
    bench.pass_time(0.9)
    assert bench.state.timers == due
    bench.pass_time(0.2)
    assert bench.state.timers == {}


def test_a_clock_that_is_set_back_again_is_right_again(machine: Machine) -> None:
    for step in (HOUR, -HOUR):
        machine.clocks.set_wall(machine.clocks.now.wall + step)
        assert [type(event) for event in machine.look()] == [ev.ClockMoved]
    assert machine.conditions() == []


def test_slewing_and_a_reading_that_took_long_are_no_step(machine: Machine) -> None:
    machine.clocks.set_wall(machine.clocks.now.wall + 100 * NANOS_PER_MILLISECOND)
    assert machine.look() == []
    wall, steady, waking, _ = machine.clocks.now
    late = 300 * NANOS_PER_MILLISECOND
    machine.clocks.now = Reading(wall + late, steady, waking, doubt=late)
    assert machine.look() == []


def test_a_sleep_is_no_step_of_the_clock_and_is_told(machine: Machine) -> None:
    machine.clocks.sleep(2 * HOUR)
    (woke,) = machine.look()
    assert isinstance(woke, ev.MachineWoke) and woke.is_suspend
    assert machine.conditions() == [
        "asleep 7,200 s: the machine was suspended; look before you send"
    ]
    assert machine.look() == []
    machine.bench.pass_time(61)
    assert machine.conditions() == []


def test_a_stopped_engine_wakes_up_the_same_way(machine: Machine) -> None:
    machine.clocks.pass_time(5 * NANOS_PER_SECOND)
    (woke,) = machine.look()
    assert isinstance(woke, ev.MachineWoke) and not woke.is_suspend
    assert machine.conditions()[0].startswith("stopped 5 s: the engine stood still")


def test_a_simulated_market_slept_too_so_the_desk_stays_armed(machine: Machine) -> None:
    machine.clocks.sleep(HOUR)
    machine.look()
    assert machine.bench.state.accounts["PAPER"].trading.state is TradingState.ACTIVE


def test_at_a_venue_a_sleep_disarms_until_a_person_resumes(machine: Machine) -> None:
    machine.goes_live()
    machine.clocks.sleep(HOUR)
    happened = [type(event) for event in machine.look()]
    assert happened[:2] == [ev.MachineWoke, ev.TradingStateChanged]
    assert ev.ReconcileStarted in happened, "the books are compared before anybody trades again"
    trading = machine.bench.state.accounts["PAPER"].trading
    assert trading.state is TradingState.DISARMED
    assert trading.reason == "asleep 3,600 s: the machine was suspended"
    say(machine.bench, "buy 10 AAPL 189")
    assert machine.bench.order(1).status is Status.DENIED
    machine.clocks.sleep(HOUR)
    assert ev.TradingStateChanged not in [type(event) for event in machine.look()]


def test_a_killed_desk_stays_killed(machine: Machine) -> None:
    machine.goes_live()
    say(machine.bench, "kill")
    machine.clocks.sleep(HOUR)
    machine.look()
    trading = machine.bench.state.accounts["PAPER"].trading
    assert (trading.state, trading.latched) == (TradingState.KILLED, True)


def test_quotes_from_before_the_sleep_are_old_until_they_are_heard_again(machine: Machine) -> None:
    bench = machine.bench
    views = ViewBuilder(bench.session, bench.venue, "PAPER")

    def shown_as_old() -> dict[str, bool]:
        rows = views.build(speed="×1", updates_per_second=0).quotes
        return {row.symbol: row.is_stale for row in rows}

    assert not any(shown_as_old().values())
    machine.clocks.sleep(HOUR)
    machine.look()
    assert all(shown_as_old().values())
    bench.pass_time(1)
    bench.quotes("AAPL", 1_900_000, 1_900_200)
    assert not shown_as_old()["AAPL"] and shown_as_old()["GOOG"]


def test_no_price_of_a_live_feed_from_before_the_sleep_justifies_an_order(machine: Machine) -> None:
    market, now = machine.bench.session.market, machine.bench.host.now
    quote = Quote("AAPL", source=Source.LIVE)
    market.feed_heard_at = now
    assert is_fresh(quote, market, Limits(), now)
    machine.clocks.sleep(HOUR)
    machine.look()
    assert not is_fresh(quote, market, Limits(), now)
    market.feed_heard_at = Nanos(now + 1)
    assert not is_fresh(quote, market, Limits(), Nanos(now + 1))  # it was another symbol's
    quote.at = Nanos(now + 1)
    assert is_fresh(quote, market, Limits(), Nanos(now + 1))


def test_what_has_no_answer_is_asked_about_and_not_sent_again() -> None:
    machine = Machine()
    machine.bench = DeskBench(latency=lambda request: Nanos(NANOS_PER_SECOND))
    machine.bench.quotes("AAPL", 1_900_000, 1_900_200)
    machine.watch = ClockWatch(machine.bench.host, machine.clocks)
    say(machine.bench, "buy 10 AAPL 189")
    sent = list(machine.bench.paper.heard)
    machine.clocks.sleep(HOUR)
    machine.look()
    asked = machine.bench.paper.heard[len(sent) :]
    kinds = [type(request) for request in asked]
    assert kinds.count(StatusRequest) == 1
    assert NewOrderRequest not in kinds
    machine.bench.pass_time(10)
    assert machine.bench.order(1).status is Status.WORKING


def test_the_live_desk_looks_before_it_serves_what_waited_through_the_sleep() -> None:
    bench, clocks = DeskBench(), Clocks()
    bench.quotes("AAPL", 1_900_000, 1_900_200)
    bench.state.mode = "LIVE"
    views = ViewBuilder(bench.session, bench.venue, "PAPER")
    history = OrderHistory(bench.journal.blocks)
    desk = LiveDesk(bench.host, views, history, account="PAPER", speed=0, clocks=clocks)
    listener = Listener()
    desk.listen(listener)
    desk.send(SendLine("buy 5 AAPL 190.02", "k1"))
    clocks.sleep(HOUR)
    desk.start()
    answer = listener.first(LineAnswered)
    desk.close()
    assert isinstance(answer, LineAnswered) and not answer.ok
    assert "DISARMED" in answer.text
    notices = [one for one in listener.heard if isinstance(one, Notice)]
    assert (
        notices[0].code == "woke" and "asleep 3,600 s: the machine was suspended" in notices[0].text
    )
    assert not any(isinstance(one, EngineStopped) for one in listener.heard)


def test_a_kill_that_waited_through_the_sleep_still_kills() -> None:
    bench, clocks = DeskBench(), Clocks()
    views = ViewBuilder(bench.session, bench.venue, "PAPER")
    history = OrderHistory(bench.journal.blocks)
    desk = LiveDesk(bench.host, views, history, account="PAPER", speed=0, clocks=clocks)
    listener = Listener()
    desk.listen(listener)
    desk.send(DoAct(Act.KILL, ticket="k1", reason="asleep"))
    clocks.sleep(HOUR)
    desk.start()
    listener.first(LineAnswered)
    desk.close()
    assert bench.state.accounts["PAPER"].trading.latched


def test_the_next_run_does_not_speak_of_a_sleep_of_this_one(machine: Machine) -> None:
    machine.bench.submit(MachineSlept(Nanos(HOUR), is_suspend=True))
    assert machine.bench.replayed_hash() == state_hash(machine.bench.state)
    machine.bench.restart()
    assert machine.conditions() == []


def test_the_clocks_of_this_machine_can_be_read() -> None:
    first, second = machine_clocks(), machine_clocks()
    assert first.steady <= second.steady and first.waking <= second.waking
    assert first.waking <= waking_nanos() and first.doubt >= 0
