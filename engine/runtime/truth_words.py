"""What a venue took back, changed or owes, and what a person decided of it, in words and fields."""

from collections.abc import Callable
from typing import Any

from engine.domain import events as ev
from engine.domain.recon import GAVE_WAY
from engine.instruments import format_money, format_money_rounded
from engine.runtime.fee_words import confirmed_words
from engine.values import Price

Fields = dict[str, Any]
PriceWords = Callable[[Price], str | None]
SizeWords = Callable[[int], str]
Size = Callable[[int], int | str]


def truth_lines(event: ev.Event, price: PriceWords, size: SizeWords) -> list[str]:
    """For `why`: one sentence, details behind it; nothing for what is told elsewhere."""
    match event:
        case ev.FillReversed():
            return _reversed_lines(event, price, size)
        case ev.FeeConfirmed():
            return [confirmed_words(event)]
        case ev.OrderRestated():
            tail = f": {event.text}" if event.text else ""
            return [f"changed by the venue to {size(event.quantity)} at {price(event.price)}{tail}"]
        case ev.OrderResolved():
            return [
                f"resolved by {event.origin.name.lower()}: {_outcome(event, price, size)}",
                event.reason,
            ]
        case ev.EvidenceHeard():
            return [event.text]
        case ev.OrderAdopted():
            return [f"found at the venue as {event.client_order_id}: {event.reason}"]
        case ev.DifferenceFound():
            return [f"compared: {event.ours} here, {event.venues} at the venue; {event.action}"]
        case _:
            return []


def _reversed_lines(event: ev.FillReversed, price: PriceWords, size: SizeWords) -> list[str]:
    what = "busted" if event.revision == ev.BUSTED else "corrected"
    if not event.quantity:
        return [f"trade {event.execution_id} was {what} before anybody told of it: {event.text}"]
    head = (
        f"trade {event.execution_id} {what}: {size(event.quantity)} at {price(event.price)} taken"
        f" back, cash {format_money_rounded(event.cash_delta)}, position"
        f" {'+' if event.position_after >= 0 else ''}{size(event.position_after)}"
    )
    return [head, event.text]


def _outcome(event: ev.OrderResolved, price: PriceWords, size: SizeWords) -> str:
    word = event.outcome.name.lower().replace("_", " ")
    if not event.quantity:
        return word
    return f"{word} {size(event.quantity)} at {price(event.price)}"


def owed_words(owed: int, size: SizeWords) -> str:
    """Behind a cancel or an end: what the venue has counted and not told yet; else nothing."""
    return f"; {size(owed)} filled before it are still to be told" if owed else ""


def truth_fields(
    event: ev.Event, base: Callable[[int], Fields], price: PriceWords, size: Size
) -> Fields | None:
    """For stdout; None for what is told elsewhere or not at all."""
    match event:
        case ev.FillReversed():
            return {
                "event": "fill_reversed",
                **base(event.order_id),
                "execution": event.execution_id,
                "busted": event.revision == ev.BUSTED,
                "quantity": size(event.quantity),
                "price": price(event.price),
                "filled": size(event.cumulative),
                "cash": format_money(event.cash_delta),
                "realised": format_money(event.realised),
                "position": size(event.position_after),
                "text": event.text,
            }
        case ev.FeeConfirmed():
            return {
                "event": "fee_confirmed",
                **base(event.order_id),
                "execution": event.execution_id,
                "fee": format_money(event.fee),
                "change": format_money(event.change),
            }
        case ev.OrderRestated():
            return {
                "event": "order_restated",
                **base(event.order_id),
                "quantity": size(event.quantity),
                "price": price(event.price),
                "text": event.text,
            }
        case ev.OrderResolved():
            return {
                "event": "order_resolved",
                **base(event.order_id),
                "outcome": event.outcome.name.lower(),
                "quantity": size(event.quantity) if event.quantity else None,
                "price": price(event.price),
                "text": event.reason,
            }
        case ev.EvidenceHeard():
            return {"event": "order_evidence", **base(event.order_id), "text": event.text}
        case _:
            return _recon_fields(event, base, size)


def _is_news(event: ev.ReconcileFinished) -> bool:
    """It came to no end; giving way to another comparison is nothing to tell."""
    return not event.is_complete and GAVE_WAY not in event.text


def _recon_fields(event: ev.Event, base: Callable[[int], Fields], size: Size) -> Fields | None:
    match event:
        case ev.DifferenceFound():
            return {
                "event": "difference",
                **(base(event.order_id) if event.order_id else {}),
                "kind": event.difference.name.lower(),
                "symbol": event.symbol,
                "ours": event.ours,
                "venue": event.venues,
                "break": event.is_break,
                "text": event.action,
            }
        case ev.ReconcileFinished() if event.differences or _is_news(event):
            return {
                "event": "reconciled",
                "cause": event.cause.name.lower(),
                "differences": event.differences,
                "breaks": event.breaks,
                "text": event.text,
            }
        case ev.OrderAdopted():
            return {
                "event": "order_adopted",
                **base(event.order_id),
                "symbol": event.order.symbol,
                "side": event.order.instruction.word,
                "quantity": size(event.order.quantity),
                "text": event.reason,
            }
        case ev.ForeignOrderFound():
            name = event.order.client_order_id
            symbol = event.order.symbol
            return {"event": "foreign_order", "name": name, "symbol": symbol}
        case ev.PositionAdopted():
            return {
                "event": "position_adopted",
                "symbol": event.symbol,
                "before": size(event.before),
                "after": size(event.after),
                "text": event.reason,
            }
        case _:
            return None


def truth_sentence(fields: Fields) -> str:
    """The same for people; empty for what is none of these."""
    text = f": {fields['text']}" if fields.get("text") else ""
    match fields["event"]:
        case "fill_reversed":
            what = "busted" if fields["busted"] else "corrected"
            size = f"{fields['quantity']} at {fields['price']}"
            return f"trade {fields['execution']} {what}, {size} taken back{text}"
        case "fee_confirmed":
            return (
                f"charged {fields['fee']} by the venue, {fields['change']} beside what was booked"
            )
        case "order_restated":
            return f"changed by the venue to {fields['quantity']} at {fields['price']}{text}"
        case "order_resolved":
            words = fields["outcome"].replace("_", " ")
            trade = f" {fields['quantity']} at {fields['price']}" if fields["quantity"] else ""
            return f"settled by hand as {words}{trade}{text}"
        case "order_adopted":
            what = f"{fields['side']} {fields['quantity']} {fields['symbol']}"
            return f"{what} found at the venue, not from this desk{text}"
        case "foreign_order":
            return f"{fields['symbol']}: {fields['name']} stands at the venue, not from this desk"
        case "position_adopted":
            return f"{fields['symbol']} {fields['before']} became {fields['after']}{text}"
        case "difference":
            mark = "RECON_BREAK " if fields["break"] else ""
            where = f"{fields['symbol']} " if fields["symbol"] else ""
            books = f"{fields['ours']} here, {fields['venue']} at the venue"
            return f"{mark}{where}{fields['kind']}: {books}{text}"
        case "reconciled":
            return f"books compared{text}"
        case _:
            return ""
