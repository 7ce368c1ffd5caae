"""Events of an order to rows: every figure is the event's own, nothing is computed twice."""

from data.store.book import Book, LotRow, OrderRow, PositionRow, status_of
from data.store.schema import (
    ALERTS,
    CASH_MOVEMENTS,
    DECISION_QUOTES,
    DECISIONS,
    FILLS,
    LATENCIES,
    LOTS,
    ORDER_EVENTS,
    ORDERS,
    POSITIONS,
)
from engine.domain import events as ev
from engine.domain.commands import SubmitOrder
from engine.domain.lifecycle import DONE, Happening, Request, Status, next_status
from engine.domain.orders import STATE_WORDS
from engine.domain.reasons import REFUSAL_SENTENCES, Finding, Refusal
from engine.domain.records import Record
from engine.values import Side

ALL_RULES = "ALL"
"""The rule of the row that says what all rules together came to."""


def released(book: Book, record: Record, event: ev.OrderReleased) -> None:
    order = _new_order(book, record, event, Status.SENT)
    order.client_order_id, order.reserved = event.client_order_id, event.reserved
    _decided(book, record, order, event, "pass")
    _happened(book, record, order, "released", price=order.price, quantity=order.quantity)


def denied(book: Book, record: Record, event: ev.OrderDenied) -> None:
    order = _new_order(book, record, event, Status.DENIED)
    order.leaves = 0
    order.reason = " ".join(finding.sentence for finding in event.findings)
    _decided(book, record, order, event, "deny")
    _happened(book, record, order, "denied", quantity=order.quantity, text=order.reason)


def working(book: Book, record: Record, event: ev.OrderWorking) -> None:
    order = book.orders[event.order_id]
    if not order.venue_order_id:
        _measured(book, record, order, "acknowledged", order.created_at)
    order.venue_order_id = event.venue_order_id
    order.queue_ahead = _queue(event.queue_ahead)
    _move(order, Happening.ACCEPT)
    _happened(book, record, order, "working", queue_ahead=order.queue_ahead)


def rejected(book: Book, record: Record, event: ev.OrderRejected) -> None:
    order = book.orders[event.order_id]
    order.reason = event.text
    order.cancelled = max(0, order.quantity - order.filled)
    _move(order, Happening.REJECT)
    _happened(book, record, order, "rejected", text=event.text)
    _alert(book, record, order, "attention", "rejected", event.text)


def triggered(book: Book, record: Record, event: ev.OrderTriggered) -> None:
    order = book.orders[event.order_id]
    price = book.price_or_none(order.symbol, event.price)
    _happened(book, record, order, "triggered", price=price)


def filled(book: Book, record: Record, event: ev.OrderFilled) -> None:
    order = book.orders[event.order_id]
    price = book.price(order.symbol, event.price)
    notional = int(book.instrument(order.symbol).notional(event.price, event.quantity))
    if not order.fills:
        _measured(book, record, order, "first_fill", order.created_at)
    order.filled += event.quantity
    order.notional += notional
    order.fees += event.fee
    order.fills += 1
    order.average_price = _average(book, order.symbol, order.notional, order.filled)
    if event.resurrected:
        order.cancelled = max(0, order.quantity - order.filled)
    is_full = order.filled >= order.quantity
    _move(order, Happening.FULL_FILL if is_full else Happening.PARTIAL_FILL)
    _happened(book, record, order, "filled", price=price, quantity=event.quantity)
    _fill_row(book, record, order, event, price, notional)
    _quote_row(book, record, order, event.quote)
    _book_position(book, record, order, event)
    _book_cash(book, record, order, event)
    for flag, code in ((event.resurrected, "resurrected"), (event.overfill, "overfill")):
        if flag:
            text = f"{order.symbol} {event.quantity}: applied, because the venue is right"
            _alert(book, record, order, "attention", code, text)


def cancelled(book: Book, record: Record, event: ev.OrderCancelled) -> None:
    order = book.orders[event.order_id]
    order.cancelled += event.quantity
    order.reason = event.text
    _measured(book, record, order, "cancelled", order.cancel_requested_at)
    order.cancel_requested_at = None
    unsent = status_of(order) in (Status.STAGED, Status.HELD)
    _move(order, Happening.DISCARD if unsent else Happening.CANCEL)
    _happened(book, record, order, "cancelled", quantity=event.quantity, text=event.text)


def expired(book: Book, record: Record, event: ev.OrderExpired) -> None:
    order = book.orders[event.order_id]
    order.cancelled += event.quantity
    order.reason = event.text
    _move(order, Happening.EXPIRE)
    _happened(book, record, order, "expired", quantity=event.quantity, text=event.text)


def cancel_requested(book: Book, record: Record, event: ev.CancelRequested) -> None:
    order = book.orders[event.order_id]
    order.cancel_requested_at = event.at
    _happened(book, record, order, "cancel_requested", client_order_id=event.client_order_id)


def cancel_denied(book: Book, record: Record, event: ev.CancelDenied) -> None:
    order = book.orders.get(event.order_id)
    if order is not None:
        _happened(book, record, order, "cancel_denied", text=REFUSAL_SENTENCES[event.refusal])


def cancel_rejected(book: Book, record: Record, event: ev.CancelRejected) -> None:
    order = book.orders[event.order_id]
    order.reason, order.cancel_requested_at = event.text, None
    _happened(book, record, order, "cancel_rejected", text=event.text)


def replace_requested(book: Book, record: Record, event: ev.ReplaceRequested) -> None:
    order = book.orders[event.order_id]
    order.replace_requested_at, order.reserved = event.at, event.reserved
    _findings(book, record, order, event.findings)
    _happened(
        book,
        record,
        order,
        "replace_requested",
        price=book.price_or_none(order.symbol, event.price),
        quantity=event.quantity,
        client_order_id=event.client_order_id,
    )


def replace_denied(book: Book, record: Record, event: ev.ReplaceDenied) -> None:
    order = book.orders.get(event.order_id)
    if order is None:
        return
    _findings(book, record, order, event.findings)
    text = " ".join(finding.sentence for finding in event.findings)
    if event.refusal:
        text = REFUSAL_SENTENCES[Refusal(event.refusal)]
    _happened(book, record, order, "replace_denied", text=text)


def replace_rejected(book: Book, record: Record, event: ev.ReplaceRejected) -> None:
    order = book.orders[event.order_id]
    order.reason, order.reserved, order.replace_requested_at = event.text, event.reserved, None
    _happened(book, record, order, "replace_rejected", text=event.text)


def replaced(book: Book, record: Record, event: ev.OrderReplaced) -> None:
    order = book.orders[event.order_id]
    _measured(book, record, order, "replaced", order.replace_requested_at)
    order.client_order_id, order.reserved = event.client_order_id, event.reserved
    order.price = book.price(order.symbol, event.price)
    order.quantity, order.queue_ahead = event.quantity, _queue(event.queue_ahead)
    order.replace_requested_at = None
    if order.filled >= order.quantity and status_of(order) not in DONE:
        _move(order, Happening.FULL_FILL)
    _set_leaves(order)
    _happened(
        book,
        record,
        order,
        "replaced",
        price=order.price,
        quantity=order.quantity,
        queue_ahead=order.queue_ahead,
    )


def unknown(book: Book, record: Record, event: ev.OutcomeUnknown) -> None:
    order = book.orders[event.order_id]
    order.reason = event.text
    word = f"{Request(event.request).name.lower()}_unknown"
    _happened(book, record, order, word, text=event.text)
    _alert(book, record, order, "degraded", word, event.text)


def status_requested(book: Book, record: Record, event: ev.StatusRequested) -> None:
    order = book.orders[event.order_id]
    _happened(book, record, order, "status_requested", client_order_id=event.client_order_id)


def _new_order(
    book: Book, record: Record, event: ev.OrderReleased | ev.OrderDenied, status: Status
) -> OrderRow:
    asked: SubmitOrder = event.order
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
        quantity=asked.quantity,
        price=book.price_or_none(asked.symbol, asked.price),
        stop=book.price_or_none(asked.symbol, asked.stop),
        state=STATE_WORDS[status],
        filled=0,
        cancelled=0,
        leaves=asked.quantity,
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
        created_at=event.at,
        changed_at=event.at,
        cancel_requested_at=None,
        replace_requested_at=None,
        first_sequence=record.sequence,
        last_sequence=record.sequence,
    )
    book.orders[event.order_id] = order
    return order


def _move(order: OrderRow, happening: Happening) -> None:
    following = next_status(status_of(order), happening)
    assert following is not None, f"{order.state} cannot {happening.name}"
    order.state = STATE_WORDS[following]
    if following in DONE:
        order.cancel_requested_at = order.replace_requested_at = None
    _set_leaves(order)


def _set_leaves(order: OrderRow) -> None:
    is_done = status_of(order) in DONE
    order.leaves = 0 if is_done else max(0, order.quantity - order.filled - order.cancelled)
    if is_done:
        order.reserved = 0


def _envelope(record: Record, order: OrderRow) -> tuple[int, int, int, str, str, str]:
    """The first columns of every table about an order."""
    return (
        record.sequence,
        record.at,
        order.order_id,
        order.account,
        order.strategy,
        order.symbol,
    )


def _happened(
    book: Book,
    record: Record,
    order: OrderRow,
    event: str,
    *,
    price: int | None = None,
    quantity: int | None = None,
    queue_ahead: int | None = None,
    client_order_id: str = "",
    text: str = "",
) -> None:
    order.changed_at, order.last_sequence = record.at, record.sequence
    book.touch(ORDERS, order.order_id, order)
    book.add(
        ORDER_EVENTS,
        (
            *_envelope(record, order),
            record.cause,
            event,
            order.state,
            price,
            quantity,
            queue_ahead,
            client_order_id or order.client_order_id,
            text,
        ),
    )


def _decided(
    book: Book,
    record: Record,
    order: OrderRow,
    event: ev.OrderReleased | ev.OrderDenied,
    verdict: str,
) -> None:
    """One row for all rules together, one for each that did not simply pass, and the quote."""
    row = (ALL_RULES, "all", verdict, order.reason, "", "", "", event.rules)
    book.add(DECISIONS, (*_envelope(record, order), *row))
    _findings(book, record, order, event.findings, event.rules)
    _quote_row(book, record, order, event.quote)


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
        )
        book.add(DECISIONS, (*_envelope(record, order), *row))


def _quote_row(book: Book, record: Record, order: OrderRow, quote: ev.QuoteSeen) -> None:
    symbol = order.symbol
    row = (
        book.price_or_none(symbol, quote.bid),
        quote.bid_size,
        book.price_or_none(symbol, quote.ask),
        quote.ask_size,
        book.price_or_none(symbol, quote.last),
        quote.at,
    )
    book.add(DECISION_QUOTES, (*_envelope(record, order), *row))


def _fill_row(
    book: Book,
    record: Record,
    order: OrderRow,
    event: ev.OrderFilled,
    price: int,
    notional: int,
) -> None:
    venue = book.session.mode.lower() if book.session is not None else ""
    row = (
        record.sequence,
        order.order_id,
        order.trade_date,
        order.number,
        order.account,
        order.strategy,
        order.symbol,
        order.side,
        order.instruction,
        event.quantity,
        price,
        notional,
        event.fee,
        event.liquidity.name.lower(),
        venue,
        event.execution_id,
        event.position_after,
        event.realised,
        event.cash_delta,
        event.resurrected,
        event.overfill,
        event.explanation,
        event.at,
    )
    book.add(FILLS, row)


def _book_position(book: Book, record: Record, order: OrderRow, event: ev.OrderFilled) -> None:
    key = (order.account, order.symbol)
    position = book.positions.get(key)
    if position is None:
        position = PositionRow(order.account, "", order.symbol, 0, 0, None, 0, 0, 0, 0, 0)
        book.positions[key] = position
    position.quantity = event.position_after
    position.cost += sum(change.cost for change in event.lots)
    position.average_cost = _average(book, order.symbol, position.cost, position.quantity)
    position.realised += event.realised
    position.fees += event.fee
    position.fills += 1
    position.changed_at, position.last_sequence = event.at, record.sequence
    book.touch(POSITIONS, key, position)
    for change in event.lots:
        _book_lot(book, record, order, change)


def _book_lot(book: Book, record: Record, order: OrderRow, change: ev.LotChange) -> None:
    key = (order.account, order.symbol, change.lot_id)
    lot = book.lots.get(key)
    if lot is None:
        lot = LotRow(
            order.account,
            order.strategy,
            order.symbol,
            change.lot_id,
            0,
            0,
            change.opened_at,
            None,
            0,
        )
        book.lots[key] = lot
    lot.quantity += change.quantity
    lot.cost += change.cost
    lot.last_sequence = record.sequence
    if not lot.quantity:
        lot.closed_at = record.at
        del book.lots[key]
    book.touch(LOTS, key, lot)


def _book_cash(book: Book, record: Record, order: OrderRow, event: ev.OrderFilled) -> None:
    """The trade and its fee are two movements, so that a sum by kind is a sum of one thing."""
    currency = book.instrument(order.symbol).currency
    trade = event.cash_delta + event.fee
    book.add(CASH_MOVEMENTS, (*_envelope(record, order), "trade", currency, trade))
    if event.fee:
        book.add(CASH_MOVEMENTS, (*_envelope(record, order), "fee", currency, -event.fee))


def _measured(book: Book, record: Record, order: OrderRow, kind: str, since: int | None) -> None:
    if since is not None:
        book.add(LATENCIES, (*_envelope(record, order), kind, record.at - since))


def _alert(
    book: Book, record: Record, order: OrderRow, severity: str, code: str, text: str
) -> None:
    book.add(ALERTS, (*_envelope(record, order), severity, code, text))


def _average(book: Book, symbol: str, value: int, quantity: int) -> int | None:
    """Money for a quantity as a price in 10⁻⁹, half away from zero; None for no quantity."""
    if not quantity:
        return None
    shares = abs(quantity) * book.instrument(symbol).multiplier
    return (abs(value) * 1_000 + shares // 2) // shares


def _queue(queue_ahead: int) -> int | None:
    return queue_ahead if queue_ahead >= 0 else None
