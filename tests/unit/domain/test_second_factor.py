"""What raises risk wants the second factor where one is enrolled; a pass counts for one thing."""

import msgspec
import pytest

from engine.domain import events as ev
from engine.domain.commands import Halt, Kill, LoosenLimit, Origin, Resume, TightenLimit
from engine.domain.factor_facts import FactorVerdict, SecondFactorChecked, SecondFactorKnown
from engine.domain.reasons import Refusal
from engine.domain.reports import SessionOpened, TimerFired
from engine.domain.risk.limits import Limits, digest
from engine.domain.state import loosening_timer
from engine.values import NANOS_PER_SECOND, Nanos
from tests.harness import DeskBench
from tests.unit.runtime.desk import say

KEY = "risk.order_quantity_max"


def passed(step: int, *, enrolment: str = "abc", by_recovery: bool = False) -> SecondFactorChecked:
    verdict = FactorVerdict.PASSED
    return SecondFactorChecked(verdict, "resume", enrolment, step, by_recovery)


@pytest.fixture
def desk() -> DeskBench:
    return DeskBench()


@pytest.fixture
def guarded(desk: DeskBench) -> DeskBench:
    """With a second factor enrolled."""
    desk.submit(SecondFactorKnown("abc"))
    return desk


def refusals(happened: list[ev.Event]) -> list[Refusal]:
    return [event.refusal for event in happened if isinstance(event, ev.CommandRefused)]


def test_a_killed_desk_is_armed_again_by_reason_alone_until_a_factor_is_enrolled(
    desk: DeskBench,
) -> None:
    desk.submit(Kill("PAPER"))
    assert refusals(desk.submit(Resume("PAPER", ""))) == [Refusal.KILLED]
    assert refusals(desk.submit(Resume("PAPER", "calm again"))) == []


@pytest.mark.parametrize("stop", [Kill("PAPER"), Halt("PAPER", "news")])
def test_resuming_takes_reason_and_second_factor_in_one_step(
    guarded: DeskBench, stop: Kill | Halt
) -> None:
    guarded.submit(stop)
    resume = Resume("PAPER", "calm again")
    assert refusals(guarded.submit(resume)) == [Refusal.SECOND_FACTOR_WANTED]
    assert refusals(guarded.submit(passed(7), resume)) == []
    assert guarded.state.accounts["PAPER"].trading.state is ev.TradingState.ACTIVE


def test_a_pass_counts_for_what_is_asked_right_behind_it_and_no_later(guarded: DeskBench) -> None:
    guarded.submit(Kill("PAPER"))
    guarded.submit(passed(7), Halt("PAPER", "again"))
    assert refusals(guarded.submit(Resume("PAPER", "why"))) == [Refusal.SECOND_FACTOR_WANTED]


def test_a_pass_is_used_up_by_a_refusal(guarded: DeskBench) -> None:
    guarded.submit(Kill("PAPER"))
    resume, without = Resume("PAPER", "why"), Resume("PAPER", "")
    happened = guarded.submit(passed(7), without, resume)
    assert refusals(happened) == [Refusal.KILLED, Refusal.SECOND_FACTOR_WANTED]


@pytest.mark.parametrize("step", [0, 6, 7])
def test_a_step_that_passed_before_is_refused_by_the_desk_itself(
    guarded: DeskBench, step: int
) -> None:
    guarded.submit(passed(7))
    (failed,) = guarded.submit(passed(step))
    assert isinstance(failed, ev.SecondFactorFailed)
    assert failed.verdict is FactorVerdict.USED


def test_a_recovery_code_has_no_step_and_passes(guarded: DeskBench) -> None:
    guarded.submit(passed(7))
    (event,) = guarded.submit(passed(0, by_recovery=True))
    assert isinstance(event, ev.SecondFactorPassed)
    (after,) = guarded.submit(passed(7))
    assert isinstance(after, ev.SecondFactorFailed)


def test_a_pass_of_another_enrolment_is_none(guarded: DeskBench) -> None:
    (event,) = guarded.submit(passed(9, enrolment="other"))
    assert isinstance(event, ev.SecondFactorFailed)
    assert event.verdict is FactorVerdict.NOT_ENROLLED


@pytest.mark.parametrize("verdict", [v for v in FactorVerdict if v is not FactorVerdict.PASSED])
def test_any_other_verdict_lets_nothing_pass(guarded: DeskBench, verdict: FactorVerdict) -> None:
    guarded.submit(Kill("PAPER"))
    report = SecondFactorChecked(verdict, "resume", "abc", 7)
    happened = guarded.submit(report, Resume("PAPER", "why"))
    assert refusals(happened) == [Refusal.SECOND_FACTOR_WANTED]


def test_a_new_enrolment_begins_with_its_own_steps(guarded: DeskBench) -> None:
    guarded.submit(passed(900))
    guarded.submit(SecondFactorKnown("new"))
    (event,) = guarded.submit(passed(7, enrolment="new"))
    assert isinstance(event, ev.SecondFactorPassed)


def test_a_script_takes_back_its_own_halt_without_one(guarded: DeskBench) -> None:
    guarded.submit(Halt("PAPER", "", Origin.SCRIPT))
    assert refusals(guarded.submit(Resume("PAPER", "", Origin.SCRIPT))) == []


class TestLoosening:
    """R45: reason, second factor, a minute; tightening at once."""

    def loosen(self, value: str = "20000", reason: str = "bigger account") -> LoosenLimit:
        return LoosenLimit("PAPER", "order_quantity_max", value, reason)

    def pass_a_minute(self, desk: DeskBench, seconds: int = 60) -> list[ev.Event]:
        desk.session.now = Nanos(desk.session.now + seconds * NANOS_PER_SECOND)
        return desk.host.settle()

    def test_it_wants_a_reason_then_an_enrolment_then_the_factor(self, desk: DeskBench) -> None:
        assert refusals(desk.submit(self.loosen(reason=""))) == [Refusal.LOOSENING_WITHOUT_REASON]
        assert refusals(desk.submit(self.loosen())) == [Refusal.NOT_ENROLLED]
        desk.submit(SecondFactorKnown("abc"))
        assert refusals(desk.submit(self.loosen())) == [Refusal.SECOND_FACTOR_WANTED]
        assert desk.state.limits.order_quantity_max == 10_000

    def test_it_counts_a_minute_later_with_who_when_why_before_and_after(
        self, guarded: DeskBench
    ) -> None:
        asked = guarded.session.now
        guarded.submit(passed(7), self.loosen())
        assert self.pass_a_minute(guarded, 59) == []
        assert guarded.state.limits.order_quantity_max == 10_000
        happened = self.pass_a_minute(guarded, 1)
        (loosened,) = [e for e in happened if isinstance(e, ev.LimitLoosened)]
        assert (loosened.key, loosened.before, loosened.after) == (KEY, "10000", "20000")
        assert (loosened.reason, loosened.origin) == ("bigger account", Origin.TICKET)
        assert loosened.asked_at == asked
        assert loosened.at == asked + 60 * NANOS_PER_SECOND
        assert guarded.state.limits.order_quantity_max == 20_000
        assert guarded.state.limits_digest == loosened.limits_digest

    def test_a_tighter_limit_takes_it_back(self, guarded: DeskBench) -> None:
        guarded.submit(passed(7), self.loosen())
        guarded.submit(TightenLimit("PAPER", "order_quantity_max", "5000"))
        assert guarded.state.loosening == {}
        assert loosening_timer(KEY) not in guarded.state.timers
        assert self.pass_a_minute(guarded) == []
        assert guarded.state.limits.order_quantity_max == 5_000

    def test_the_value_in_force_takes_it_back_before_it_counts(self, guarded: DeskBench) -> None:
        guarded.submit(passed(7), self.loosen())
        self.pass_a_minute(guarded, 59)
        (event,) = guarded.submit(TightenLimit("PAPER", "order_quantity_max", "10000"))
        assert isinstance(event, ev.LimitLooseningDropped)
        assert guarded.state.loosening == {}
        assert loosening_timer(KEY) not in guarded.state.timers
        assert self.pass_a_minute(guarded) == []
        assert guarded.state.limits.order_quantity_max == 10_000

    def test_the_value_in_force_is_refused_where_nothing_waits(self, guarded: DeskBench) -> None:
        same = TightenLimit("PAPER", "order_quantity_max", "10000")
        assert refusals(guarded.submit(same)) == [Refusal.NOT_TIGHTER]
        other = TightenLimit("PAPER", "position_max", "60")
        guarded.submit(passed(7), self.loosen())
        assert refusals(guarded.submit(other)) == [Refusal.NOT_TIGHTER]
        assert KEY in guarded.state.loosening

    def test_the_state_knows_who_changed_a_limit_when_and_why_until_the_next_session(
        self, guarded: DeskBench
    ) -> None:
        guarded.submit(passed(7), self.loosen())
        self.pass_a_minute(guarded)
        changed = guarded.state.limit_changes[KEY]
        assert (changed.before, changed.after, changed.is_looser) == ("10000", "20000", True)
        assert (changed.reason, changed.origin) == ("bigger account", Origin.TICKET)
        guarded.submit(TightenLimit("PAPER", "order_quantity_max", "7", Origin.LINE))
        changed = guarded.state.limit_changes[KEY]
        assert (changed.before, changed.after, changed.is_looser) == ("20000", "7", False)
        assert changed.origin is Origin.LINE

    def test_a_tightening_of_an_old_journal_is_the_desks_own(self) -> None:
        told = ev.LimitTightened(Nanos(5), "PAPER", KEY, "10000", "7", "digest", Origin.LINE)
        old = msgspec.json.decode(msgspec.json.encode(told))
        assert old.pop() == Origin.LINE
        read = msgspec.json.decode(msgspec.json.encode(old), type=ev.LimitTightened)
        assert read.origin is Origin.DESK

    def test_a_timer_without_a_question_loosens_nothing(self, guarded: DeskBench) -> None:
        assert guarded.submit(TimerFired(loosening_timer(KEY))) == []

    @pytest.mark.parametrize(
        ("value", "refusal"),
        [
            ("10000", Refusal.NOT_LOOSER),
            ("9999", Refusal.NOT_LOOSER),
            ("much", Refusal.BAD_LIMIT),
            ("-1", Refusal.BAD_LIMIT),
        ],
    )
    def test_what_is_not_looser_is_refused(
        self, guarded: DeskBench, value: str, refusal: Refusal
    ) -> None:
        assert refusals(guarded.submit(passed(7), self.loosen(value))) == [refusal]


class TestSettings:
    """S18: what is written into a file is no way around the second factor."""

    def opening(self, desk: DeskBench, **limits: str) -> SessionOpened:
        changed = {f"risk.{name}": text for name, text in limits.items()}
        report = desk.opening()
        pairs = tuple((key, changed.get(key, text)) for key, text in report.limits)
        return msgspec.structs.replace(report, limits=pairs)

    def test_a_looser_setting_counts_where_no_factor_is_enrolled(self, desk: DeskBench) -> None:
        desk.submit(self.opening(desk, order_quantity_max="20000"))
        assert desk.state.limits.order_quantity_max == 20_000

    def test_it_stays_as_it_was_and_says_so_where_one_is(self, guarded: DeskBench) -> None:
        opening = self.opening(guarded, order_quantity_max="20000", position_max="10")
        happened = guarded.submit(opening)
        (held,) = [e for e in happened if isinstance(e, ev.LimitLooseningDropped)]
        assert (held.key, '20000 "why"' in held.text) == (KEY, True)
        assert guarded.state.limits.order_quantity_max == 10_000
        assert guarded.state.limits.position_max == 1_000, "tighter counts at once"

    def test_what_the_factor_loosened_counts_in_the_settings_from_then_on(
        self, guarded: DeskBench
    ) -> None:
        command = LoosenLimit("PAPER", "order_quantity_max", "20000", "bigger account")
        guarded.submit(passed(7), command)
        guarded.pass_time(61)
        guarded.submit(self.opening(guarded, order_quantity_max="20000"))
        assert guarded.state.limits.order_quantity_max == 20_000

    def test_a_tightening_of_yesterday_holds_nothing_back(self, guarded: DeskBench) -> None:
        guarded.submit(TightenLimit("PAPER", "order_quantity_max", "5"))
        guarded.submit(self.opening(guarded))
        assert guarded.state.limits.order_quantity_max == 10_000


class TestAskingForTheSecondFactor:
    """R02 up to twice its limit: a reason on paper, until a second factor is enrolled."""

    def order(self, desk: DeskBench) -> list[ev.Event]:
        desk.quotes("AAPL", 1_899_000, 1_900_000)
        return say(desk, 'buy 1400 AAPL 190.00 override "known size"')

    def test_a_reason_is_enough_until_one_is_enrolled(self, desk: DeskBench) -> None:
        assert any(isinstance(event, ev.OrderReleased) for event in self.order(desk))

    def test_then_the_reason_alone_is_denied(self, guarded: DeskBench) -> None:
        assert any(isinstance(event, ev.OrderDenied) for event in self.order(guarded))


def test_the_journal_has_the_limits_that_count_from_the_start_through_every_change(
    guarded: DeskBench,
) -> None:
    """S18: a digest of all limits at each start, and a new one with each change of any."""
    (started, *_) = [e for e in guarded.journal.events() if isinstance(e, (ev.SessionStarted))]
    assert started.limits_digest == digest(Limits.from_pairs(started.limits))
    guarded.submit(TightenLimit("PAPER", "order_quantity_max", "700"))
    (tightened,) = [e for e in guarded.journal.events() if isinstance(e, ev.LimitTightened)]
    assert tightened.limits_digest == digest(guarded.state.limits) != started.limits_digest
    assert guarded.state.limits_digest == tightened.limits_digest
