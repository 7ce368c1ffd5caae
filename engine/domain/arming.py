"""S06: live orders leave only while a person has armed the account; how that ends and returns."""

from engine.domain import commands as cmd
from engine.domain import events as ev
from engine.domain.arming_facts import AccountReconciled
from engine.domain.modes import is_live
from engine.domain.quotes import Market, Phase
from engine.domain.reasons import Refusal
from engine.domain.second_factor import wants_factor
from engine.domain.state import Arming, State, arming_timer
from engine.values import NANOS_PER_SECOND, Nanos

ARMING_TIMER = "arming:"
ARMED_MAX = 8 * 3_600 * NANOS_PER_SECOND
"""A session of a market is shorter; who trades longer says so again."""
TO_THE_CLOSE = Nanos(0)
"""No time of its own: the session's close ends it, ARMED_MAX at the latest."""
EVERY_SYMBOL = "*"
RETURNS_WITHIN = 300 * NANOS_PER_SECOND


def is_armed(state: State, account: str, now: Nanos) -> bool:
    """Whether orders of the account may leave; no line down, and its time not over."""
    arming = state.arming.get(account)
    return arming is not None and not arming.suspended_at and now < arming.until


def arm(state: State, command: cmd.ArmLive, market: Market, now: Nanos) -> list[ev.Event]:
    """Live alone; for a reason, with the second factor, and up to the session's close at most."""
    refusal = _objection(state, command, now)
    if refusal is not None:
        return [ev.CommandRefused(now, "arm", refusal, command.account)]
    until = Nanos(min(command.until or now + ARMED_MAX, now + ARMED_MAX))
    digest = state.limits_digest
    return [
        ev.LiveArmed(now, command.account, until, digest, command.reason),
        ev.TimerSet(now, arming_timer(command.account), until),
    ]


def _objection(state: State, command: cmd.ArmLive, now: Nanos) -> Refusal | None:
    if not is_live(state.mode):
        return Refusal.NOT_LIVE
    if state.accounts[command.account].trading.latched:
        return Refusal.KILLED
    if is_session_over(state) or 0 < command.until <= now:
        return Refusal.SESSION_OVER
    if not command.reason:
        return Refusal.REASON_MISSING
    if not state.factor.enrolment:
        return Refusal.NOT_ENROLLED
    return Refusal.SECOND_FACTOR_WANTED if wants_factor(state) else None


def is_session_over(state: State) -> bool:
    """Whether the venue has said of every symbol that its session is closed."""
    return bool(state.phases) and all(phase is Phase.CLOSED for phase in state.phases.values())


def after_phase(state: State, symbol: str, phase: Phase, now: Nanos) -> list[ev.Event]:
    """An arming lasts to the session's close: with the last symbol that closes it is over.

    A venue that takes orders for tomorrow as soon as today is over tells no closed market: there a
    symbol that traded closes as it goes back to before its opening.
    """
    is_tomorrow = phase is Phase.PRE_OPEN and state.phases.get(symbol) is Phase.OPEN
    if not state.arming or not (phase is Phase.CLOSED or is_tomorrow):
        return []
    over = (Phase.CLOSED, Phase.PRE_OPEN) if is_tomorrow else (Phase.CLOSED,)
    others = (known for name, known in state.phases.items() if symbol not in (name, EVERY_SYMBOL))
    if any(known not in over for known in others):
        return []
    return all_disarmed(state, "the venue's session is closed", now)


def disarm(state: State, command: cmd.DisarmLive, market: Market, now: Nanos) -> list[ev.Event]:
    """Always, at once."""
    if command.account not in state.arming:
        return [ev.CommandRefused(now, "disarm", Refusal.NOT_LOWERING, command.account)]
    return disarmed(state, command.account, command.reason or "by hand", now)


def disarmed(state: State, account: str, reason: str, now: Nanos) -> list[ev.Event]:
    """What follows from the end of an arming; nothing where there is none."""
    if account not in state.arming:
        return []
    return [
        ev.LiveDisarmed(now, account, reason),
        ev.TimerCleared(now, arming_timer(account)),
    ]


def all_disarmed(state: State, reason: str, now: Nanos) -> list[ev.Event]:
    """A new run is no drop: whoever starts it looks first."""
    return [event for account in state.arming for event in disarmed(state, account, reason, now)]


def suspended(state: State, reason: str, now: Nanos) -> list[ev.Event]:
    """The line is down: every arming waits for a clean reconcile."""
    return [
        ev.ArmingSuspended(now, account, reason)
        for account, arming in state.arming.items()
        if not arming.suspended_at
    ]


def reconciled(
    state: State, report: AccountReconciled, market: Market, now: Nanos
) -> list[ev.Event]:
    """Returns within five minutes, clean and under the same limits; else a person arms."""
    arming = state.arming.get(report.account)
    if arming is None or not arming.suspended_at:
        return []
    if not report.clean:
        return disarmed(state, report.account, f"not reconciled: {report.text}", now)
    if now >= arming.until:
        return disarmed(state, report.account, "its session is over", now)
    if now - arming.suspended_at > RETURNS_WITHIN:
        return disarmed(state, report.account, "the line was away for more than 5 min", now)
    if state.limits_digest != arming.limits_digest:
        return disarmed(state, report.account, "the limits are others than it was armed with", now)
    digest, reason = arming.limits_digest, arming.reason
    return [ev.LiveArmed(now, report.account, arming.until, digest, reason, returned=True)]


def arming_changed(state: State, event: ev.LiveArmed) -> None:
    """Armed, by a person or again."""
    state.arming[event.account] = Arming(event.until, event.limits_digest, event.reason)


def arming_suspended(state: State, event: ev.ArmingSuspended) -> None:
    """It waits from here."""
    arming = state.arming[event.account]
    state.arming[event.account] = Arming(
        arming.until, arming.limits_digest, arming.reason, event.at
    )


def arming_ended(state: State, event: ev.LiveDisarmed) -> None:
    """Nothing of the account leaves any more but what the exit lane lets through."""
    state.arming.pop(event.account, None)
