"""What a looser limit and the second factor say on stdout, in fields and in words."""

from typing import Any

from engine.domain import events as ev
from engine.runtime.market_time import iso_utc

Fields = dict[str, Any]
GuardEvent = (
    ev.LimitLooseningAsked
    | ev.LimitLooseningDropped
    | ev.LimitLoosened
    | ev.SecondFactorChanged
    | ev.SecondFactorPassed
    | ev.SecondFactorFailed
    | ev.LiveArmed
    | ev.ArmingSuspended
    | ev.LiveDisarmed
    | ev.StrategyDisabled
    | ev.StrategyEnabled
)


def guard_fields(event: GuardEvent) -> Fields:
    """Who changed what, and whether a code was right; never the code."""
    match event:
        case ev.LimitLooseningAsked():
            return {"event": "limit_loosening", **_limit(event), "due": iso_utc(event.due)}
        case ev.LimitLoosened():
            return {"event": "limit_loosened", **_limit(event)}
        case ev.LimitLooseningDropped():
            return {"event": "limit_not_loosened", "key": event.key, "text": event.text}
        case ev.SecondFactorChanged():
            return {"event": "second_factor", "enrolled": bool(event.after)}
        case ev.SecondFactorPassed():
            way = "recovery_code" if event.by_recovery else "code"
            return {"event": "second_factor_passed", "for": event.purpose, "by": way}
        case ev.LiveArmed():
            return {**_arming(event), "until": iso_utc(event.until), "returned": event.returned}
        case ev.ArmingSuspended() | ev.LiveDisarmed():
            return _arming(event)
        case ev.StrategyDisabled() | ev.StrategyEnabled():
            word = "disabled" if isinstance(event, ev.StrategyDisabled) else "enabled"
            fields = {"event": f"strategy_{word}", "account": event.account}
            return {**fields, "strategy": event.strategy, "reason": event.reason}
        case ev.SecondFactorFailed():
            return {
                "event": "second_factor_failed",
                "for": event.purpose,
                "verdict": event.verdict.name.lower(),
                "text": event.text,
            }


def _arming(event: ev.LiveArmed | ev.ArmingSuspended | ev.LiveDisarmed) -> Fields:
    word = {ev.ArmingSuspended: "arming_suspended", ev.LiveDisarmed: "live_disarmed"}
    fields = {"event": word.get(type(event), "live_armed"), "account": event.account}
    return {**fields, "reason": event.reason}


def _limit(event: ev.LimitLooseningAsked | ev.LimitLoosened) -> Fields:
    return {
        "key": event.key,
        "before": event.before,
        "after": event.after,
        "reason": event.reason,
        "origin": event.origin.name.lower(),
    }


def guard_words(fields: Fields) -> str:
    """The same for people."""
    match fields["event"]:
        case "limit_loosening":
            change = f"{fields['key']} from {fields['before']} to {fields['after']}"
            return f"{change} in a minute ({fields['reason']}); a tighter `set` takes it back"
        case "limit_loosened":
            change = f"{fields['key']} from {fields['before']} to {fields['after']}"
            return f"{change} ({fields['reason']})"
        case "limit_not_loosened":
            return f"{fields['key']} stays: {fields['text']}"
        case "second_factor":
            return (
                "a second factor is enrolled" if fields["enrolled"] else "no second factor is left"
            )
        case "live_armed":
            again = " again, after the line dropped" if fields["returned"] else ""
            return f"{fields['account']} is ARMED{again}: {fields['reason']}"
        case "arming_suspended" | "live_disarmed" as event:
            word = "not sending" if event == "arming_suspended" else "DISARMED"
            return f"{fields['account']} is {word}: {fields['reason']}"
        case "strategy_disabled":
            return (
                f"{fields['strategy']} is DISABLED ({fields['reason']}): its entries are cancelled,"
                ' its exits still leave; a person lets it again: resume "reason"'
            )
        case "strategy_enabled":
            return f"{fields['strategy']} may send again: {fields['reason']}"
        case "second_factor_passed":
            return f"second factor given: {fields['for']}"
        case _:
            return f"second factor refused ({fields['for']}): {fields['text']}"


GUARD_EVENTS = frozenset(
    {
        *("limit_loosening", "limit_loosened", "limit_not_loosened"),
        *("second_factor", "second_factor_passed", "second_factor_failed"),
        *("live_armed", "arming_suspended", "live_disarmed"),
        *("strategy_disabled", "strategy_enabled"),
    }
)
