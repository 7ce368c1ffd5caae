"""What comparing with the venue found, to rows: each difference, each run, what was taken over."""

from data.store.book import Book, PositionRow
from data.store.fold_fills import book_lots
from data.store.fold_orders import adopted_row
from data.store.fold_rows import average, happened
from data.store.schema import ALERTS, POSITIONS, RECONCILIATIONS
from engine.domain import events as ev
from engine.domain.records import Record


def difference(book: Book, record: Record, event: ev.DifferenceFound) -> None:
    kind = event.difference.name.lower()
    row = (
        record.sequence,
        event.at,
        event.order_id or None,
        event.account,
        "",
        event.symbol,
        event.query,
        kind,
        event.ours,
        event.venues,
        event.action,
        event.is_break,
    )
    book.add(RECONCILIATIONS, row)
    if event.is_break:
        text = f"{event.ours} here, {event.venues} at the venue: {event.action}"
        _alert(book, record, event.account, event.symbol, "recon_break", text)


def finished(book: Book, record: Record, event: ev.ReconcileFinished) -> None:
    account = book.session.account if book.session is not None else ""
    cause = event.cause.name.lower()
    row = (record.sequence, event.at, None, account, "", "", event.query, "run", cause, "")
    book.add(RECONCILIATIONS, (*row, event.text, event.breaks > 0))
    if not event.is_complete:
        _alert(book, record, account, "", "recon_incomplete", event.text)


def foreign(book: Book, record: Record, event: ev.ForeignOrderFound) -> None:
    text = f"{event.order.client_order_id} stands at the venue and is nobody's here"
    _alert(book, record, event.account, event.order.symbol, "foreign_order", text)


def adopted(book: Book, record: Record, event: ev.OrderAdopted) -> None:
    order = adopted_row(book, record, event)
    order.client_order_id, order.venue_order_id = event.client_order_id, event.venue_order_id
    order.reserved, order.reason = event.reserved, event.reason
    happened(book, record, order, "adopted", quantity=order.quantity, text=event.reason)
    text = f"{event.client_order_id}: {event.reason}"
    _alert(book, record, order.account, order.symbol, "order_adopted", text)


def position_adopted(book: Book, record: Record, event: ev.PositionAdopted) -> None:
    key = (event.account, event.symbol)
    position = book.positions.get(key)
    if position is None:
        currency = book.instrument(event.symbol).currency
        position = PositionRow(event.account, "", event.symbol, currency, 0, 0, None, 0, 0, 0, 0, 0)
        book.positions[key] = position
    position.quantity = book.size(event.symbol, event.after)
    position.cost += sum(change.cost for change in event.lots)
    position.average_cost = average(book, event.symbol, position.cost, position.quantity)
    position.realised += event.realised
    position.changed_at, position.last_sequence = event.at, record.sequence
    book.touch(POSITIONS, key, position)
    book_lots(book, record, (event.account, "", event.symbol), event.lots)
    text = f"{event.before} became {event.after}: {event.reason}"
    _alert(book, record, event.account, event.symbol, "position_adopted", text)


def _alert(book: Book, record: Record, account: str, symbol: str, code: str, text: str) -> None:
    row = (record.sequence, record.at, None, account, "", symbol, "attention", code, text)
    book.add(ALERTS, row)
