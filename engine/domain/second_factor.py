"""The second factor in the core: what is enrolled, and whether what is asked now has passed it."""

from engine.domain import events as ev
from engine.domain.factor_facts import FactorVerdict, SecondFactorChecked, SecondFactorKnown
from engine.domain.quotes import Market
from engine.domain.state import State
from engine.values import Nanos

STEP_SPENT = "its code was accepted before"


def wants_factor(state: State) -> bool:
    """Whether a second factor is enrolled and did not pass right before this was asked."""
    return bool(state.factor.enrolment) and not has_passed(state)


def has_passed(state: State) -> bool:
    """Whether nothing has become true since the second factor passed: it counts for one thing."""
    return state.factor.passed_at == state.events


def know_factor(
    state: State, report: SecondFactorKnown, market: Market, now: Nanos
) -> list[ev.Event]:
    """What this home has enrolled, where that is news."""
    before = state.factor.enrolment
    if report.enrolment == before:
        return []
    return [ev.SecondFactorChanged(now, before, report.enrolment)]


def check_factor(
    state: State, report: SecondFactorChecked, market: Market, now: Nanos
) -> list[ev.Event]:
    """Believes a verdict of the known enrolment; a step that passed before is refused again here.

    Whoever checks codes keeps the last step too: both have to fail before one passes twice (I-48).
    """
    factor, verdict = state.factor, report.verdict
    is_known = bool(factor.enrolment) and report.enrolment == factor.enrolment
    if verdict is FactorVerdict.PASSED and is_known:
        if report.by_recovery or report.step > factor.last_step:
            return [
                ev.SecondFactorPassed(
                    now, report.purpose, report.enrolment, report.step, report.by_recovery
                )
            ]
        return [ev.SecondFactorFailed(now, report.purpose, FactorVerdict.USED, STEP_SPENT)]
    if verdict is FactorVerdict.PASSED:
        verdict = FactorVerdict.NOT_ENROLLED
    return [ev.SecondFactorFailed(now, report.purpose, verdict, report.text)]
