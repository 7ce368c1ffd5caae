"""An order's life for a program: each event of it as figures, prices and money as text."""

from collections.abc import Callable
from typing import Any

from engine.domain import events as ev
from engine.domain.order_events import Levels
from engine.domain.reasons import REFUSAL_SENTENCES, Finding, Refusal
from engine.domain.risk.findings import bit_of
from engine.domain.risk.frame import RULES
from engine.domain.risk.off import SWITCHED_OFF, reasons_of
from engine.instruments import Instrument, format_money
from engine.runtime.market_time import iso_utc
from engine.values import Nanos, Price

Facts = dict[str, Any]
NOT_QUEUED = -1


def facts_of(event: ev.Event, instrument: Instrument) -> Facts:
    """What happened, when in market time (UTC), and every figure that goes with it."""
    tell = _TELLERS.get(type(event), _nothing_more)
    at: Nanos = getattr(event, "at", Nanos(0))
    facts: Facts = {"at": iso_utc(at), "event": event.__struct_config__.tag}
    venue_at: Nanos = getattr(event, "venue_at", Nanos(0))
    if venue_at:
        facts["venue_at"] = iso_utc(venue_at)
    return facts | tell(event, instrument)


def finding_facts(found: Finding) -> Facts:
    """A rule that said something: its verdict, sentence and numbers."""
    return {
        "rule": found.rule,
        "code": found.code,
        "verdict": found.verdict.name.lower(),
        "sentence": found.sentence,
        "actual": found.actual,
        "limit": found.limit,
        "room": found.room,
    }


def _price(price: Price, instrument: Instrument) -> str | None:
    return instrument.format_price(price) if price > 0 else None


def _queue(ahead: int, instrument: Instrument) -> int | str | None:
    return None if ahead == NOT_QUEUED else instrument.quantity_field(ahead)


def _levels(levels: Levels, instrument: Instrument) -> list[list[Any]]:
    size = instrument.quantity_field
    return [[instrument.format_price(price), size(quantity)] for price, quantity in levels]


def _quote(quote: ev.QuoteSeen, instrument: Instrument) -> Facts:
    return {
        "bid": _price(quote.bid, instrument),
        "bid_size": instrument.quantity_field(quote.bid_size),
        "ask": _price(quote.ask, instrument),
        "ask_size": instrument.quantity_field(quote.ask_size),
        "last": _price(quote.last, instrument),
    }


def _entered(event: ev.OrderReleased | ev.OrderDenied, instrument: Instrument) -> Facts:
    asked = event.order
    return {
        "by": asked.origin.name.lower(),
        "side": asked.instruction.word,
        "quantity": instrument.quantity_field(asked.quantity),
        "symbol": asked.symbol,
        "type": asked.type.code,
        "price": _price(asked.price, instrument),
        "stop": _price(asked.stop, instrument),
        "time_in_force": asked.time_in_force.name.lower(),
        "quote": _quote(event.quote, instrument),
        "rules": event.rules,
        "passed": rules_of(event.passed),
        "off": rules_of(event.off),
        "off_because": off_reasons(event.off, event.off_because),
        "findings": [finding_facts(found) for found in event.findings],
    }


def off_reasons(off: int, because: int) -> dict[str, str]:
    """Why each rule that is off is so, and which are off in part."""
    known = reasons_of(because)
    whole = [name.split()[0] for name in rules_of(off)]
    found = {rule: known.pop(rule, SWITCHED_OFF) for rule in whole}
    return found | {rule: f"{words} (in part)" for rule, words in known.items()}


def rules_of(bits: int) -> list[str]:
    """`R01 order_quantity` … of a set of rules, in the order in which they are asked."""
    names = {rule.name.id: rule.name for rule in RULES}
    return [f"{name.id} {name.code}" for name in names.values() if bits & bit_of(name.id)]


def _working(event: ev.OrderWorking, instrument: Instrument) -> Facts:
    book = {"bids": _levels(event.bids, instrument), "asks": _levels(event.asks, instrument)}
    return {"queue_ahead": _queue(event.queue_ahead, instrument), "book": book}


def _waited(event: ev.OrderWaited, instrument: Instrument) -> Facts:
    size = instrument.quantity_field
    return {
        "places": [
            {"at": iso_utc(at), "queue_ahead": size(ahead), "traded": size(traded)}
            for at, ahead, traded in event.places
        ],
        "traded_at_price": instrument.quantity_field(event.traded_at_price),
        "nearest": _price(event.nearest, instrument),
        "estimate": event.is_estimate,
    }


def _filled(event: ev.OrderFilled, instrument: Instrument) -> Facts:
    return {
        "execution": event.execution_id,
        "price": instrument.format_price(event.price),
        "quantity": instrument.quantity_field(event.quantity),
        "liquidity": event.liquidity.name.lower(),
        "fee": format_money(event.fee),
        "currency": instrument.currency,
        "cumulative": instrument.quantity_field(event.cumulative),
        "position_after": instrument.quantity_field(event.position_after),
        "quote": _quote(event.quote, instrument),
        "reason": event.explanation,
    }


def _cancelled(event: ev.OrderCancelled, instrument: Instrument) -> Facts:
    unfilled = instrument.quantity_field(event.quantity)
    return {"unfilled": unfilled, "requested": event.requested, "reason": event.text}


def _expired(event: ev.OrderExpired, instrument: Instrument) -> Facts:
    return {"unfilled": instrument.quantity_field(event.quantity), "reason": event.text}


def _refused(event: ev.OrderRejected | ev.CancelRejected, instrument: Instrument) -> Facts:
    return {"reason": event.text}


def _triggered(event: ev.OrderTriggered, instrument: Instrument) -> Facts:
    return {"price": instrument.format_price(event.price)}


def _cancel_asked(event: ev.CancelRequested, instrument: Instrument) -> Facts:
    return {"by": event.origin.name.lower()}


def _cancel_denied(event: ev.CancelDenied, instrument: Instrument) -> Facts:
    return {"reason": REFUSAL_SENTENCES[event.refusal]}


def _change_asked(event: ev.ReplaceRequested, instrument: Instrument) -> Facts:
    return {
        "by": event.origin.name.lower(),
        "quantity": instrument.quantity_field(event.quantity),
        "price": _price(event.price, instrument),
        "findings": [finding_facts(found) for found in event.findings],
    }


def _change_denied(event: ev.ReplaceDenied, instrument: Instrument) -> Facts:
    reason = REFUSAL_SENTENCES[Refusal(event.refusal)] if event.refusal else ""
    return {"reason": reason, "findings": [finding_facts(found) for found in event.findings]}


def _changed(event: ev.OrderReplaced, instrument: Instrument) -> Facts:
    return {
        "quantity": instrument.quantity_field(event.quantity),
        "price": _price(event.price, instrument),
        "queue_ahead": _queue(event.queue_ahead, instrument),
    }


def _unknown(event: ev.OutcomeUnknown, instrument: Instrument) -> Facts:
    return {"request": event.request.name.lower(), "reason": event.text}


def _reversed(event: ev.FillReversed, instrument: Instrument) -> Facts:
    return {
        "execution": event.execution_id,
        "busted": event.revision == ev.BUSTED,
        "price": instrument.format_price(event.price),
        "quantity": event.quantity,
        "fee": format_money(event.fee),
        "cash": format_money(event.cash_delta),
        "position_after": event.position_after,
        "reason": event.text,
    }


def _charged(event: ev.FeeConfirmed, instrument: Instrument) -> Facts:
    return {
        "execution": event.execution_id,
        "fee": format_money(event.fee),
        "change": format_money(event.change),
    }


def _restated(event: ev.OrderRestated, instrument: Instrument) -> Facts:
    price = _price(event.price, instrument)
    return {"quantity": event.quantity, "price": price, "reason": event.text}


def _resolved(event: ev.OrderResolved, instrument: Instrument) -> Facts:
    return {
        "by": event.origin.name.lower(),
        "outcome": event.outcome.name.lower(),
        "quantity": event.quantity,
        "price": _price(event.price, instrument),
        "reason": event.reason,
    }


def _evidence(event: ev.EvidenceHeard, instrument: Instrument) -> Facts:
    return {"reason": event.text}


def _nothing_more(event: ev.Event, instrument: Instrument) -> Facts:
    return {}


_TELLERS: dict[type, Callable[[Any, Instrument], Facts]] = {
    ev.OrderReleased: _entered,
    ev.OrderDenied: _entered,
    ev.OrderWorking: _working,
    ev.OrderWaited: _waited,
    ev.OrderFilled: _filled,
    ev.OrderCancelled: _cancelled,
    ev.OrderExpired: _expired,
    ev.OrderRejected: _refused,
    ev.CancelRejected: _refused,
    ev.ReplaceRejected: _refused,
    ev.OrderTriggered: _triggered,
    ev.CancelRequested: _cancel_asked,
    ev.CancelDenied: _cancel_denied,
    ev.ReplaceRequested: _change_asked,
    ev.ReplaceDenied: _change_denied,
    ev.OrderReplaced: _changed,
    ev.OutcomeUnknown: _unknown,
    ev.FillReversed: _reversed,
    ev.FeeConfirmed: _charged,
    ev.OrderRestated: _restated,
    ev.OrderResolved: _resolved,
    ev.EvidenceHeard: _evidence,
}
