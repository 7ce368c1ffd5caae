"""R45: a limit is loosened for a reason, with the second factor, and a minute later."""

from engine.domain import commands as cmd
from engine.domain import events as ev
from engine.domain.quotes import Market
from engine.domain.reasons import Refusal
from engine.domain.risk.limits import (
    KEY_PREFIX,
    Limits,
    digest,
    find_spec,
    loosen,
    reads_as,
    tighten,
)
from engine.domain.second_factor import wants_factor
from engine.domain.state import State
from engine.values import NANOS_PER_SECOND, Nanos

LOOSENING_TIMER = "loosen:"
TAKEN_BACK = "the looser value was taken back before it counted"
LOOSENING_DELAY = 60 * NANOS_PER_SECOND
"""Of market time: long enough for a second thought, and for whoever watches to see it coming."""


def loosen_limit(
    state: State, command: cmd.LoosenLimit, market: Market, now: Nanos
) -> list[ev.Event]:
    """Reason first, then the second factor, which there has to be; then the minute begins."""
    changed = loosen(state.limits, command.name, command.value)
    spec = find_spec(command.name)
    if isinstance(changed, Refusal) or spec is None:
        refusal = changed if isinstance(changed, Refusal) else Refusal.UNKNOWN_LIMIT
        return [_refused(now, refusal, command)]
    if not command.reason:
        return [_refused(now, Refusal.LOOSENING_WITHOUT_REASON, command)]
    if not state.factor.enrolment:
        return [_refused(now, Refusal.NOT_ENROLLED, command)]
    if wants_factor(state):
        return [_refused(now, Refusal.SECOND_FACTOR_WANTED, command)]
    key = spec.key
    return [
        ev.LimitLooseningAsked(
            now,
            command.account,
            key,
            state.limits.text(key),
            changed.text(key),
            command.reason,
            command.origin,
            Nanos(now + LOOSENING_DELAY),
        )
    ]


def _refused(now: Nanos, refusal: Refusal, command: cmd.LoosenLimit) -> ev.CommandRefused:
    return ev.CommandRefused(now, "set", refusal, f"{command.name} {command.value}")


def taken_back(state: State, command: cmd.TightenLimit, now: Nanos) -> list[ev.Event]:
    """`set NAME` with the value in force, while a looser one waits: a second thought."""
    spec = find_spec(command.name)
    if spec is None or spec.key not in state.loosening:
        return []
    if reads_as(spec, command.value) != state.limits.text(spec.key):
        return []
    return [ev.LimitLooseningDropped(now, command.account, spec.key, TAKEN_BACK)]


def loosened(state: State, key: str, now: Nanos) -> list[ev.Event]:
    """The minute is over: who, when, why, and what it was before."""
    asked = state.loosening.get(key)
    if asked is None:
        return []
    changed = loosen(state.limits, key, asked.after)
    if isinstance(changed, Refusal):
        text = "the limit is as loose as that already"
        return [ev.LimitLooseningDropped(now, asked.account, key, text)]
    return [
        ev.LimitLoosened(
            now,
            asked.account,
            key,
            state.limits.text(key),
            asked.after,
            digest(changed),
            asked.reason,
            asked.origin,
            asked.asked_at,
        )
    ]


def held_limits(
    state: State, asked: Limits, now: Nanos, account: str
) -> tuple[Limits, list[ev.Event]]:
    """S18: settings that became looser since the last run do not count by being written down.

    Where a second factor is enrolled each such limit stays as the home last had it in its
    settings; `set`, which asks for the factor, makes the new value count, now and from then on.
    """
    if not state.factor.enrolment or not state.configured:
        return asked, []
    kept, told = asked, list[ev.Event]()
    for key, before in state.configured:
        if not is_looser(Limits.from_pairs(state.configured), key, asked.text(key)):
            continue
        kept = Limits.from_pairs([(k, before if k == key else v) for k, v in kept.pairs()])
        name = key.removeprefix(KEY_PREFIX)
        text = (
            f"the settings say {asked.text(key)} and a looser limit wants the second factor:"
            f' set {name} {asked.text(key)} "why"'
        )
        told.append(ev.LimitLooseningDropped(now, account, key, text))
    return kept, told


def is_looser(limits: Limits, name: str, value: str) -> bool:
    """Whether `set NAME VALUE` would loosen; False for what is no limit or no value of it."""
    return tighten(limits, name, value) is Refusal.NOT_TIGHTER and not isinstance(
        loosen(limits, name, value), Refusal
    )
