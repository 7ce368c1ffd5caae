"""Events of an order to rows: every figure is the event's own, nothing is computed twice."""

from data.store.book import Book, OrderRow, status_of
from data.store.fold_rows import (
    alert,
    envelope,
    happened,
    measured,
    move,
    quote_row,
    set_leaves,
    travelled,
)
from data.store.schema import (
    DECISION_ROWS,
)
from engine.domain import events as ev
from engine.domain.commands import SubmitOrder
from engine.domain.identity import group_of, leg_of
from engine.domain.lifecycle import DONE, Happening, Request, Status
from engine.domain.orders import STATE_WORDS
from engine.domain.reasons import REFUSAL_SENTENCES, Finding, Refusal
from engine.domain.records import Record
from engine.values import Side

ALL_RULES = "ALL"
"""The rule of the row that says what all rules together came to."""


def held(book: Book, record: Record, event: ev.OrderHeld) -> None:
    order = _new_order(book, record, event, Status.HELD)
    happened(book, record, order, "held", price=order.price, quantity=order.quantity)


def reduced(book: Book, record: Record, event: ev.ExitReduced) -> None:
    order = book.orders[event.order_id]
    order.taken += event.quantity
    if status_of(order) not in DONE:
        order.cancelled += event.quantity
    if event.completes:
        move(order, Happening.FULL_FILL)
    set_leaves(order)
    by = f"by its sibling .{leg_of(event.by)}"
    happened(book, record, order, "reduced", quantity=event.quantity, text=by)


def swapped(book: Book, record: Record, event: ev.ExitsSwapped) -> None:
    order = book.orders[event.order_id]
    price = book.price_or_none(order.symbol, event.price)
    happened(book, record, order, "its_turn", price=price)


def released(book: Book, record: Record, event: ev.OrderReleased) -> None:
    order = _new_order(book, record, event, Status.SENT)
    order.oca_group = event.oca_group
    order.client_order_id, order.reserved = event.client_order_id, event.reserved
    _decided(book, record, order, event, "pass")
    happened(book, record, order, "released", price=order.price, quantity=order.quantity)


def denied(book: Book, record: Record, event: ev.OrderDenied) -> None:
    order = _new_order(book, record, event, Status.DENIED)
    order.leaves = 0
    order.reason = " ".join(finding.sentence for finding in event.findings)
    _decided(book, record, order, event, "deny")
    happened(book, record, order, "denied", quantity=order.quantity, text=order.reason)


def working(book: Book, record: Record, event: ev.OrderWorking) -> None:
    order = book.orders[event.order_id]
    if not order.venue_order_id:
        measured(book, record, order, "acknowledged", order.created_at)
        travelled(book, record, order, "submit", since=order.created_at, venue_at=event.venue_at)
    order.venue_order_id = event.venue_order_id
    order.queue_ahead = book.size_or_none(order.symbol, event.queue_ahead)
    move(order, Happening.ACCEPT)
    happened(book, record, order, "working", queue_ahead=order.queue_ahead)


def rejected(book: Book, record: Record, event: ev.OrderRejected) -> None:
    order = book.orders[event.order_id]
    order.reason = event.text
    travelled(book, record, order, "submit", since=order.created_at, venue_at=event.venue_at)
    order.cancelled = max(0, order.quantity - order.filled)
    move(order, Happening.REJECT)
    happened(book, record, order, "rejected", text=event.text)
    alert(book, record, order, "attention", "rejected", event.text)


def triggered(book: Book, record: Record, event: ev.OrderTriggered) -> None:
    order = book.orders[event.order_id]
    price = book.price_or_none(order.symbol, event.price)
    happened(book, record, order, "triggered", price=price)


def waited(book: Book, record: Record, event: ev.OrderWaited) -> None:
    """`price` is the trade most in its favour, `quantity` what others traded at its price."""
    order = book.orders[event.order_id]
    happened(
        book,
        record,
        order,
        "waited",
        price=book.price_or_none(order.symbol, event.nearest),
        quantity=book.size(order.symbol, event.traded_at_price),
        queue_ahead=book.size_or_none(order.symbol, event.places[-1][1] if event.places else -1),
        text="an estimate since a restart" if event.is_estimate else "",
    )


def cancelled(book: Book, record: Record, event: ev.OrderCancelled) -> None:
    order = book.orders[event.order_id]
    unfilled = book.size(order.symbol, event.quantity)
    order.cancelled += unfilled
    order.reason = event.text
    asked_at = order.cancel_requested_at
    measured(book, record, order, "cancelled", asked_at)
    if event.requested:
        travelled(book, record, order, "cancel", since=asked_at, venue_at=event.venue_at)
    order.cancel_requested_at = None
    unsent = status_of(order) in (Status.STAGED, Status.HELD)
    move(order, Happening.DISCARD if unsent else Happening.CANCEL)
    happened(
        book,
        record,
        order,
        "cancelled",
        quantity=unfilled,
        text=event.text,
        twice_mid=event.twice_mid,
    )


def expired(book: Book, record: Record, event: ev.OrderExpired) -> None:
    order = book.orders[event.order_id]
    unfilled = book.size(order.symbol, event.quantity)
    order.cancelled += unfilled
    order.reason = event.text
    move(order, Happening.EXPIRE)
    happened(
        book,
        record,
        order,
        "expired",
        quantity=unfilled,
        text=event.text,
        twice_mid=event.twice_mid,
    )


def cancel_requested(book: Book, record: Record, event: ev.CancelRequested) -> None:
    order = book.orders[event.order_id]
    order.cancel_requested_at = event.at
    happened(book, record, order, "cancel_requested", client_order_id=event.client_order_id)


def cancel_denied(book: Book, record: Record, event: ev.CancelDenied) -> None:
    order = book.orders.get(event.order_id)
    if order is not None:
        happened(book, record, order, "cancel_denied", text=REFUSAL_SENTENCES[event.refusal])


def cancel_rejected(book: Book, record: Record, event: ev.CancelRejected) -> None:
    order = book.orders[event.order_id]
    asked_at = order.cancel_requested_at
    travelled(book, record, order, "cancel", since=asked_at, venue_at=event.venue_at)
    order.reason, order.cancel_requested_at = event.text, None
    happened(book, record, order, "cancel_rejected", text=event.text)


def replace_requested(book: Book, record: Record, event: ev.ReplaceRequested) -> None:
    order = book.orders[event.order_id]
    order.replace_requested_at, order.reserved = event.at, event.reserved
    _all_rules(book, record, order, event, "pass")
    _findings(book, record, order, event.findings)
    happened(
        book,
        record,
        order,
        "replace_requested",
        price=book.price_or_none(order.symbol, event.price),
        quantity=book.size(order.symbol, event.quantity),
        client_order_id=event.client_order_id,
    )


def replace_denied(book: Book, record: Record, event: ev.ReplaceDenied) -> None:
    order = book.orders.get(event.order_id)
    if order is None:
        return
    if event.findings:
        _all_rules(book, record, order, event, "deny")
    _findings(book, record, order, event.findings)
    text = " ".join(finding.sentence for finding in event.findings)
    if event.refusal:
        text = REFUSAL_SENTENCES[Refusal(event.refusal)]
    happened(book, record, order, "replace_denied", text=text)


def replace_rejected(book: Book, record: Record, event: ev.ReplaceRejected) -> None:
    order = book.orders[event.order_id]
    asked_at = order.replace_requested_at
    travelled(book, record, order, "replace", since=asked_at, venue_at=event.venue_at)
    order.reason, order.reserved, order.replace_requested_at = event.text, event.reserved, None
    happened(book, record, order, "replace_rejected", text=event.text)


def replaced(book: Book, record: Record, event: ev.OrderReplaced) -> None:
    order = book.orders[event.order_id]
    asked_at = order.replace_requested_at
    measured(book, record, order, "replaced", asked_at)
    travelled(book, record, order, "replace", since=asked_at, venue_at=event.venue_at)
    order.client_order_id, order.reserved = event.client_order_id, event.reserved
    order.price = book.price_or_none(order.symbol, event.price)
    order.stop = book.price_or_none(order.symbol, event.stop) or order.stop
    order.quantity = book.size(order.symbol, event.quantity)
    order.queue_ahead = book.size_or_none(order.symbol, event.queue_ahead)
    order.replace_requested_at = None
    if (
        order.filled
        and order.filled + order.taken >= order.quantity
        and status_of(order) not in DONE
    ):
        move(order, Happening.FULL_FILL)
    set_leaves(order)
    happened(
        book,
        record,
        order,
        "replaced",
        price=order.price,
        quantity=order.quantity,
        queue_ahead=order.queue_ahead,
    )


def restated(book: Book, record: Record, event: ev.OrderRestated) -> None:
    order = book.orders[event.order_id]
    order.price = book.price_or_none(order.symbol, event.price)
    order.quantity, order.reserved = book.size(order.symbol, event.quantity), event.reserved
    if order.filled >= order.quantity and status_of(order) not in DONE:
        move(order, Happening.FULL_FILL)
    set_leaves(order)
    happened(
        book,
        record,
        order,
        "restated",
        price=order.price,
        quantity=order.quantity,
        text=event.text,
    )
    alert(book, record, order, "attention", "restated", event.text)


def resolved(book: Book, record: Record, event: ev.OrderResolved) -> None:
    order = book.orders[event.order_id]
    order.reason = f"by hand: {event.reason}"
    happened(
        book,
        record,
        order,
        f"resolved_{event.outcome.name.lower()}",
        price=book.price_or_none(order.symbol, event.price),
        quantity=book.size(order.symbol, event.quantity) or None,
        text=event.reason,
    )
    alert(book, record, order, "attention", "resolved", event.reason)


def evidence_heard(book: Book, record: Record, event: ev.EvidenceHeard) -> None:
    order = book.orders[event.order_id]
    name = event.client_order_id
    happened(book, record, order, "evidence", client_order_id=name, text=event.text)


def unknown(book: Book, record: Record, event: ev.OutcomeUnknown) -> None:
    order = book.orders[event.order_id]
    order.reason = event.text
    word = f"{Request(event.request).name.lower()}_unknown"
    happened(book, record, order, word, text=event.text)
    alert(book, record, order, "degraded", word, event.text)


def status_requested(book: Book, record: Record, event: ev.StatusRequested) -> None:
    order = book.orders[event.order_id]
    happened(book, record, order, "status_requested", client_order_id=event.client_order_id)


def adopted_row(book: Book, record: Record, event: ev.OrderAdopted) -> OrderRow:
    """The row of an order that was found at the venue."""
    return _new_order(book, record, event, Status.WORKING)


def _new_order(
    book: Book,
    record: Record,
    event: ev.OrderReleased | ev.OrderDenied | ev.OrderHeld | ev.OrderAdopted,
    status: Status,
) -> OrderRow:
    """An exit that waited here gets its row anew when it leaves: it was made when it was held."""
    asked: SubmitOrder = event.order
    leg, held_row = leg_of(event.order_id), book.orders.get(event.order_id)
    order = OrderRow(
        order_id=event.order_id,
        trade_date=event.trade_date,
        number=event.number,
        account=asked.account,
        strategy=asked.strategy,
        symbol=asked.symbol,
        side="buy" if asked.instruction.side is Side.BUY else "sell",
        instruction=asked.instruction.word,
        type=asked.type.name.lower(),
        time_in_force=asked.time_in_force.name.lower(),
        quantity=book.size(asked.symbol, asked.quantity),
        price=book.price_or_none(asked.symbol, asked.price),
        stop=book.price_or_none(asked.symbol, asked.stop),
        state=STATE_WORDS[status],
        filled=0,
        cancelled=0,
        leaves=book.size(asked.symbol, asked.quantity),
        currency=book.instrument(asked.symbol).currency,
        average_price=None,
        notional=0,
        fees=0,
        fills=0,
        client_order_id="",
        venue_order_id="",
        ticket=asked.ticket,
        origin=asked.origin.name.lower(),
        tag=asked.tag,
        note=asked.note,
        post_only=asked.post_only,
        reduce_only=asked.reduce_only,
        reserved=0,
        queue_ahead=None,
        reason="",
        created_at=event.at if held_row is None else held_row.created_at,
        changed_at=event.at,
        cancel_requested_at=None,
        replace_requested_at=None,
        first_sequence=record.sequence if held_row is None else held_row.first_sequence,
        last_sequence=record.sequence,
        parent_id=group_of(event.order_id) if leg else None,
        leg=leg or None,
    )
    book.orders[event.order_id] = order
    return order


def _decided(
    book: Book,
    record: Record,
    order: OrderRow,
    event: ev.OrderReleased | ev.OrderDenied,
    verdict: str,
) -> None:
    """One row for all rules together, one for each that did not simply pass, and the quote."""
    _all_rules(book, record, order, event, verdict, event.rules)
    _findings(book, record, order, event.findings, event.rules)
    quote_row(book, record, order, event.quote)


def _all_rules(
    book: Book,
    record: Record,
    order: OrderRow,
    event: ev.OrderReleased | ev.OrderDenied | ev.ReplaceRequested | ev.ReplaceDenied,
    verdict: str,
    rules: str = "",
) -> None:
    """What all of them came to, with the sets of those that passed and of those that are off."""
    reason = " ".join(found.sentence for found in event.findings) if verdict == "deny" else ""
    row = (ALL_RULES, "all", verdict, reason, "", "", "", rules, event.passed, event.off)
    book.add(DECISION_ROWS, (*envelope(record, order), *row))


def _findings(
    book: Book,
    record: Record,
    order: OrderRow,
    findings: tuple[Finding, ...],
    rules: str = "",
) -> None:
    for found in findings:
        row = (
            found.rule,
            found.code,
            found.verdict.name.lower(),
            found.sentence,
            found.actual,
            found.limit,
            found.room,
            rules,
            0,
            0,
        )
        book.add(DECISION_ROWS, (*envelope(record, order), *row))
