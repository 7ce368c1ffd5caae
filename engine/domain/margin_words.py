"""What margin calls and good-faith violations say on stdout and to whoever sits at the desk."""

from typing import Any

from engine.domain.margin_facts import (
    GoodFaithViolated,
    MarginCalled,
    MarginCallLate,
    MarginCallMet,
    MarginEvent,
    MarginLevel,
    MarginMoved,
)
from engine.domain.margin_kept import CallKind
from engine.domain.risk.findings import percent
from engine.domain.settling import VIOLATIONS_MAX
from engine.instruments import format_money, format_money_rounded

Fields = dict[str, Any]
MARGIN_TEXT_SAYS_IT = frozenset(
    {"margin_level", "margin_call", "margin_call_met", "margin_call_late", "good_faith"}
)
"""Events whose text is the whole sentence."""
_CALLS = {
    CallKind.MAINTENANCE: "maintenance margin call",
    CallKind.INTRADAY: "intraday margin call",
    CallKind.OVERNIGHT: "Reg T call for what stayed over the night",
}


def call_words(kind: CallKind) -> str:
    """'maintenance margin call'."""
    return _CALLS[kind]


def date_words(date: int) -> str:
    """20261130 → '2026-11-30'."""
    return f"{date // 10_000:04d}-{date // 100 % 100:02d}-{date % 100:02d}"


def margin_fields(event: MarginEvent) -> Fields:
    """The figures that were judged, and the sentence."""
    text = {"text": margin_in_words(event), "account": event.account}
    match event:
        case MarginMoved():
            figures = {
                "level": event.level.name.lower(),
                "equity": format_money(event.equity),
                "maintenance": format_money(event.maintenance),
            }
            return {"event": "margin_level", **figures, **text}
        case MarginCalled():
            amount, due = format_money(event.amount), date_words(event.due_date)
            called = {"call": event.call.word, "amount": amount, "due": due}
            return {"event": "margin_call", **called, **text}
        case MarginCallMet():
            return {"event": "margin_call_met", "call": event.call.word, **text}
        case MarginCallLate():
            late = {"call": event.call.word, "amount": format_money(event.amount)}
            return {"event": "margin_call_late", "symbol": event.symbol, **late, **text}
        case GoodFaithViolated():
            counted = {"symbol": event.symbol, "violations": event.violations}
            return {"event": "good_faith", **counted, **text}


def margin_in_words(event: MarginEvent) -> str:
    """One sentence, with what to do."""
    match event:
        case MarginMoved():
            share = percent(event.share)
            if event.level is MarginLevel.AMPLE:
                return f"margin is ample again: {share} of equity above maintenance"
            need = format_money_rounded(event.maintenance)
            have = format_money_rounded(event.equity)
            return (
                f"{share} of equity above maintenance ({have} against {need}): close something or"
                " pay in (R32 maintenance_margin)"
            )
        case MarginCalled():
            amount = format_money_rounded(event.amount)
            until = (
                f"by {date_words(event.due_date)}" if not event.due_at else "before its grace ends"
            )
            return f"{_CALLS[event.call]}: {amount} are missing; close something or pay in {until}"
        case MarginCallMet():
            return f"the {_CALLS[event.call]} is met"
        case MarginCallLate():
            return _late_in_words(event)
        case GoodFaithViolated():
            until = date_words(event.until)
            return (
                f"{event.symbol} was sold before {until}, when the cash that paid for it settles:"
                f" good-faith violation {event.violations} of {VIOLATIONS_MAX} within a year"
            )


def _late_in_words(event: MarginCallLate) -> str:
    missing = format_money_rounded(event.amount)
    head = f"the {_CALLS[event.call]} was not met, {missing} are missing"
    if event.closing_only_until:
        head += f"; only closing orders leave up to {date_words(event.closing_only_until)}"
    if not event.symbol:
        return head
    if event.is_carried_out:
        return f"{head}: {event.symbol} is being closed"
    return f"{head}: `flatten {event.symbol}` would free most"
