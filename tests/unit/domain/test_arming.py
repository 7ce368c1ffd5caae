"""Live arming (S06, R42): who arms, what ends it, and when it returns by itself."""

import msgspec
import pytest

from engine.domain import events as ev
from engine.domain.arming import ARMED_MAX, RETURNS_WITHIN, TO_THE_CLOSE, is_armed
from engine.domain.arming_facts import AccountReconciled
from engine.domain.commands import ArmLive, DisarmLive, Kill, TightenLimit
from engine.domain.factor_facts import FactorVerdict, SecondFactorChecked, SecondFactorKnown
from engine.domain.quotes import Phase
from engine.domain.reasons import Refusal
from engine.domain.reports import LinkChanged, LinkState, MachineSlept, PhaseChanged
from engine.values import NANOS_PER_SECOND, Nanos
from tests.harness import DeskBench
from tests.unit.runtime.desk import say

HOUR = 3_600 * NANOS_PER_SECOND
DOWN = LinkChanged("paper", LinkState.DOWN, "the line broke")
UP = LinkChanged("paper", LinkState.UP)
CLEAN = AccountReconciled("PAPER", True)


class LiveDesk:
    """The core in live mode with a second factor; the venue behind it answers nothing by itself.

    What its own statements make of an arming is told in test_reconcile.
    """

    def __init__(self, *, answers: bool = False) -> None:
        self.bench = DeskBench() if answers else DeskBench(latency=lambda request: Nanos(10**18))
        self.bench.submit(
            msgspec.structs.replace(self.bench.opening(), mode="LIVE"), SecondFactorKnown("abc")
        )
        self.bench.quotes("AAPL", 1_899_000, 1_900_000)
        self.step = 0

    @property
    def now(self) -> Nanos:
        return self.bench.session.now

    def passed(self) -> SecondFactorChecked:
        self.step += 1
        return SecondFactorChecked(FactorVerdict.PASSED, "arm", "abc", self.step)

    def arm(self, hours: int = 6, reason: str = "morning") -> list[ev.Event]:
        until = Nanos(self.now + hours * HOUR)
        return self.bench.submit(self.passed(), ArmLive("PAPER", until, reason))

    def wait(self, seconds: int) -> list[ev.Event]:
        self.bench.session.now = Nanos(self.now + seconds * NANOS_PER_SECOND)
        return self.bench.host.settle()

    @property
    def is_armed(self) -> bool:
        return is_armed(self.bench.state, "PAPER", self.now)

    def denials(self) -> set[str]:
        events = say(self.bench, "buy 5 AAPL 189.95")
        return {f.rule for e in events if isinstance(e, ev.OrderDenied) for f in e.findings}


@pytest.fixture
def live() -> LiveDesk:
    return LiveDesk()


def refusal(happened: list[ev.Event]) -> Refusal | None:
    return next((e.refusal for e in happened if isinstance(e, ev.CommandRefused)), None)


def test_nothing_live_leaves_before_a_person_has_armed_it(live: LiveDesk) -> None:
    assert "R42" in live.denials()
    live.arm()
    assert "R42" not in live.denials()


def test_paper_has_nothing_to_arm(live: LiveDesk) -> None:
    paper = DeskBench()
    asked = ArmLive("PAPER", Nanos(paper.session.now + HOUR), "why")
    assert refusal(paper.submit(asked)) is Refusal.NOT_LIVE
    paper.quotes("AAPL", 1_899_000, 1_900_000)
    assert any(isinstance(e, ev.OrderReleased) for e in say(paper, "buy 5 AAPL 189.95"))


def test_arming_takes_reason_second_factor_and_a_session_that_is_not_over(live: LiveDesk) -> None:
    until = Nanos(live.now + HOUR)
    assert refusal(live.arm(reason="")) is Refusal.REASON_MISSING
    assert refusal(live.arm(hours=0)) is Refusal.SESSION_OVER
    asked = ArmLive("PAPER", until, "why")
    assert refusal(live.bench.submit(asked)) is Refusal.SECOND_FACTOR_WANTED
    live.bench.submit(SecondFactorKnown(""))
    assert refusal(live.bench.submit(asked)) is Refusal.NOT_ENROLLED
    live.bench.submit(SecondFactorKnown("abc"), Kill("PAPER"))
    assert refusal(live.arm()) is Refusal.KILLED
    assert not live.is_armed


def test_it_says_account_time_and_limits_and_lasts_eight_hours_at_most(live: LiveDesk) -> None:
    (armed,) = [e for e in live.arm(hours=24) if isinstance(e, ev.LiveArmed)]
    assert (armed.account, armed.reason, armed.returned) == ("PAPER", "morning", False)
    assert armed.until == live.now + ARMED_MAX
    assert armed.limits_digest == live.bench.state.limits_digest


def test_it_ends_with_the_session_of_the_venue(live: LiveDesk) -> None:
    live.arm(hours=1)
    live.wait(3_599)
    assert live.is_armed
    happened = live.wait(1)
    assert [type(e) for e in happened if isinstance(e, ev.LiveDisarmed)] == [ev.LiveDisarmed]
    assert "R42" in live.denials()


@pytest.mark.parametrize("command", [DisarmLive("PAPER"), Kill("PAPER")])
def test_a_hand_and_a_kill_end_it_at_once(live: LiveDesk, command: DisarmLive | Kill) -> None:
    live.arm()
    live.bench.submit(command)
    assert live.bench.state.arming == {}
    assert "arming:PAPER" not in live.bench.state.timers


def test_a_new_run_is_no_drop_and_disarms(live: LiveDesk) -> None:
    live.arm()
    live.bench.submit(msgspec.structs.replace(live.bench.opening(), mode="LIVE"))
    assert live.bench.state.arming == {}


class TestReturn:
    """After a drop: five minutes, clean, same account, same limits."""

    def test_nothing_leaves_while_the_line_is_down_nor_before_it_is_reconciled(
        self, live: LiveDesk
    ) -> None:
        live.arm()
        live.bench.submit(DOWN)
        assert not live.is_armed
        live.bench.submit(UP)
        assert "R42" in live.denials()

    def test_it_returns_by_itself_after_a_clean_reconcile(self, live: LiveDesk) -> None:
        live.arm()
        until = live.bench.state.arming["PAPER"].until
        live.bench.submit(DOWN, UP)
        live.wait(RETURNS_WITHIN // NANOS_PER_SECOND)
        (armed,) = live.bench.submit(CLEAN)
        assert isinstance(armed, ev.LiveArmed)
        assert (armed.returned, armed.until) == (True, until)
        assert live.is_armed

    @pytest.mark.parametrize("why", ["late", "not clean", "limits", "over"])
    def test_otherwise_a_person_arms(self, live: LiveDesk, why: str) -> None:
        live.arm(hours=1)
        live.bench.submit(DOWN, UP)
        report = CLEAN
        if why == "late":
            live.wait(RETURNS_WITHIN // NANOS_PER_SECOND + 1)
        elif why == "not clean":
            report = AccountReconciled("PAPER", False, "100 AAPL there, none here")
        elif why == "limits":
            live.bench.submit(TightenLimit("PAPER", "order_quantity_max", "5"))
        else:
            live.wait(3_600)
        live.bench.submit(report)
        assert not live.is_armed
        assert live.bench.state.arming == {}

    def test_a_reconcile_of_another_account_or_without_a_drop_changes_nothing(
        self, live: LiveDesk
    ) -> None:
        live.arm()
        assert live.bench.submit(CLEAN) == []
        live.bench.submit(DOWN)
        assert live.bench.submit(AccountReconciled("OTHER", True)) == []
        assert not live.is_armed

    def test_a_line_that_keeps_quiet_suspends_nothing_and_one_that_is_away_does(
        self, live: LiveDesk
    ) -> None:
        live.arm()
        live.bench.submit(LinkChanged("paper", LinkState.QUIET, "quiet: it restarts at 23:45"))
        assert live.is_armed and "R41" in live.denials() and "R42" not in live.denials()
        live.bench.submit(UP)
        assert live.is_armed and live.bench.state.recon.run is None
        live.bench.submit(LinkChanged("paper", LinkState.AWAY, "away: it restarts"))
        assert not live.is_armed
        live.bench.submit(UP, CLEAN)
        assert live.is_armed

    def test_the_five_minutes_count_from_the_first_drop(self, live: LiveDesk) -> None:
        live.arm()
        live.bench.submit(DOWN, UP)
        live.wait(200)
        live.bench.submit(DOWN, UP)
        live.wait(101)
        live.bench.submit(CLEAN)
        assert not live.is_armed


def test_an_arming_comes_back_from_the_journal_as_it_was(live: LiveDesk) -> None:
    from engine.domain.apply import state_hash

    live.arm()
    live.bench.submit(DOWN, UP, CLEAN)
    assert live.bench.replayed_hash() == state_hash(live.bench.state)


def test_a_venue_whose_books_agree_brings_the_arming_back_and_the_journal_has_it() -> None:
    from engine.domain.apply import state_hash

    live = LiveDesk(answers=True)
    live.arm()
    happened = [*live.bench.submit(DOWN), *live.bench.submit(UP)]
    kinds = [type(e) for e in happened if isinstance(e, ev.ArmingSuspended | ev.LiveArmed)]
    assert kinds == [ev.ArmingSuspended, ev.LiveArmed]
    assert live.is_armed
    assert live.bench.replayed_hash() == state_hash(live.bench.state)


def test_a_machine_that_slept_wakes_disarmed_and_no_reconcile_arms_it_again(live: LiveDesk) -> None:
    live.arm()
    happened = live.bench.submit(MachineSlept(Nanos(HOUR), True))
    assert ev.LiveDisarmed in [type(event) for event in happened]
    live.bench.submit(CLEAN)
    assert not live.is_armed


class TestToTheClose:
    """An arming lasts to the session's close of the venue, and eight hours at most."""

    @pytest.fixture
    def two(self, live: LiveDesk) -> LiveDesk:
        live.bench.submit(PhaseChanged("IBM", Phase.OPEN), PhaseChanged("AAPL", Phase.OPEN))
        live.bench.submit(live.passed(), ArmLive("PAPER", TO_THE_CLOSE, "morning"))
        assert live.is_armed
        return live

    def test_the_last_symbol_that_closes_ends_it(self, two: LiveDesk) -> None:
        for symbol in list(two.bench.state.phases):
            if symbol != "AAPL":
                two.bench.submit(PhaseChanged(symbol, Phase.CLOSED))
        assert two.is_armed
        happened = two.bench.submit(PhaseChanged("AAPL", Phase.CLOSED))
        (ended,) = [e for e in happened if isinstance(e, ev.LiveDisarmed)]
        assert "session is closed" in ended.reason
        assert "arming:PAPER" not in two.bench.state.timers

    def test_a_word_about_every_symbol_ends_it(self, two: LiveDesk) -> None:
        two.bench.submit(PhaseChanged("*", Phase.CLOSED))
        assert not two.is_armed

    def test_a_market_that_lines_up_for_tomorrow_is_over_with_its_last_symbol(
        self, two: LiveDesk
    ) -> None:
        """Interactive Brokers takes orders for the next opening and tells no closed market."""
        symbols = list(two.bench.state.phases)
        for symbol in symbols[:-1]:
            two.bench.submit(PhaseChanged(symbol, Phase.PRE_OPEN))
            assert two.is_armed, symbol
        two.bench.submit(PhaseChanged(symbols[-1], Phase.PRE_OPEN))
        assert not two.is_armed
        assert refusal(two.arm()) is None, "armed for tomorrow"
        two.bench.submit(*(PhaseChanged(symbol, Phase.OPEN) for symbol in symbols))
        assert two.is_armed

    def test_a_halt_of_all_is_no_close(self, two: LiveDesk) -> None:
        two.bench.submit(PhaseChanged("*", Phase.HALTED))
        assert two.is_armed

    def test_nothing_is_armed_for_a_session_that_is_closed(self, live: LiveDesk) -> None:
        live.bench.submit(PhaseChanged("*", Phase.CLOSED))
        assert refusal(live.arm()) is Refusal.SESSION_OVER

    def test_no_close_in_sight_ends_after_eight_hours(self, two: LiveDesk) -> None:
        assert two.bench.state.arming["PAPER"].until == two.now + ARMED_MAX
