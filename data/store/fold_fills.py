"""A fill to rows: the fill, the position and lots after it, and the cash that moved."""

from data.store.book import Book, LotRow, OrderRow, PositionRow, status_of
from data.store.fold_rows import (
    alert,
    average,
    envelope,
    happened,
    measured,
    move,
    quote_row,
)
from data.store.schema import (
    ASSUMED_FILLS,
    CASH_MOVEMENTS,
    CHARGES,
    FILLS,
    LATENCIES,
    LOTS,
    POSITIONS,
)
from engine.domain import events as ev
from engine.domain.lifecycle import Happening, Status
from engine.domain.records import Record
from engine.instruments import format_money_rounded

GONE = frozenset({Status.CANCELLED, Status.EXPIRED, Status.REJECTED})
"""Over, whatever was filled."""


def filled(book: Book, record: Record, event: ev.OrderFilled) -> None:
    order = book.orders[event.order_id]
    price = book.price(order.symbol, event.price)
    notional = int(book.instrument(order.symbol).notional(event.price, event.quantity))
    if not order.fills:
        measured(book, record, order, "first_fill", order.created_at)
    if event.venue_at:
        back = record.at - event.venue_at
        book.add(LATENCIES, (*envelope(record, order), "fill_back", back))
    size = book.size(order.symbol, event.quantity)
    order.filled += size
    order.notional += notional
    order.fees += event.fee
    order.fills += 1
    order.average_price = average(book, order.symbol, order.notional, order.filled)
    if event.resurrected or (event.revision and status_of(order) in GONE):
        order.cancelled = max(0, order.quantity - order.filled)
    is_full = order.filled + order.taken >= order.quantity
    move(order, Happening.FULL_FILL if is_full else Happening.PARTIAL_FILL)
    happened(book, record, order, "filled", price=price, quantity=size)
    _fill_row(book, record, order, event, price, notional)
    quote_row(book, record, order, event.quote)
    _book_position(book, record, order, event)
    _book_cash(book, record, order, event)
    for flag, code in ((event.resurrected, "resurrected"), (event.overfill, "overfill")):
        if flag:
            told = book.instrument(order.symbol).plain_quantity(event.quantity)
            text = f"{order.symbol} {told}: applied, because the venue is right"
            alert(book, record, order, "attention", code, text)


def compared(book: Book, record: Record, event: ev.OrderCompared) -> None:
    """A row an assumption; these fills are in no position."""
    order = book.orders[event.order_id]
    price = book.price(order.symbol, event.price)  # 0: it had no limit
    for outcome in event.outcomes:
        row = (
            *envelope(record, order),
            outcome.assumption,
            outcome.assumption == event.booked,
            price,
            book.price(order.symbol, event.paid(outcome)) // max(outcome.filled, 1),
            book.size(order.symbol, outcome.filled),
            outcome.first_at,
            outcome.done_at,
        )
        book.add(ASSUMED_FILLS, row)


def _fill_row(
    book: Book,
    record: Record,
    order: OrderRow,
    event: ev.OrderFilled,
    price: int,
    notional: int,
) -> None:
    session = book.session
    venue = session.mode.lower() if session is not None else ""
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
        book.size(order.symbol, event.quantity),
        order.currency,
        price,
        notional,
        event.fee,
        event.liquidity.name.lower(),
        venue,
        event.execution_id,
        book.size(order.symbol, event.position_after),
        event.realised,
        event.cash_delta,
        event.resurrected,
        event.overfill,
        event.explanation,
        event.at,
        session.first_sequence if session is not None else None,
        session.epoch if session is not None else None,
        session.source if session is not None else "",
    )
    book.add(FILLS, row)


def _book_position(book: Book, record: Record, order: OrderRow, event: ev.OrderFilled) -> None:
    key = (order.account, order.symbol)
    position = book.positions.get(key)
    if position is None:
        position = PositionRow(
            order.account, "", order.symbol, order.currency, 0, 0, None, 0, 0, 0, 0, 0
        )
        book.positions[key] = position
    position.quantity = book.size(order.symbol, event.position_after)
    costs = sum(change.cost for change in event.lots)
    position.cost = costs if event.lot_next else position.cost + costs
    position.average_cost = average(book, order.symbol, position.cost, position.quantity)
    position.realised += event.realised
    position.fees += event.fee
    position.fills += 1
    position.changed_at, position.last_sequence = event.at, record.sequence
    book.touch(POSITIONS, key, position)
    _book_lots(book, record, order, event.lots, is_whole=event.lot_next > 0)


def reversed_(book: Book, record: Record, event: ev.FillReversed) -> None:
    """A row of its own with figures below zero: the original stays, and sums come out right."""
    order = book.orders[event.order_id]
    price = book.price_or_none(order.symbol, event.price)
    size = book.size(order.symbol, event.quantity)
    happened(book, record, order, "fill_reversed", price=price, quantity=size, text=event.text)
    told = book.instrument(order.symbol).plain_quantity(event.quantity)
    text = f"{order.symbol} {told} ({event.execution_id}): {event.text}"
    alert(book, record, order, "attention", "trade_changed", text)
    if not event.quantity:
        return
    notional = int(book.instrument(order.symbol).notional(event.price, event.quantity))
    order.filled -= size
    order.notional -= notional
    order.fees += event.fee
    order.fills -= 1
    order.average_price = average(book, order.symbol, order.notional, order.filled)
    status = status_of(order)
    if status in GONE:
        order.cancelled = max(0, order.quantity - order.filled)
        move(order, Happening.BUST_AFTER_END)
    elif status is not Status.FILLED or order.filled < order.quantity:
        move(order, Happening.BUST_TO_PART if order.filled else Happening.BUST_TO_NOTHING)
    _reversed_row(book, record, order, event, notional)
    position = book.positions[order.account, order.symbol]
    position.quantity = book.size(order.symbol, event.position_after)
    position.realised += event.realised
    position.fees += event.fee
    position.fills -= 1
    position.changed_at, position.last_sequence = event.at, record.sequence
    whole = event.lot_next > 0
    costs = sum(lot.cost for lot in event.lots)
    position.cost = costs if whole else position.cost + costs
    position.average_cost = average(book, order.symbol, position.cost, position.quantity)
    book.touch(POSITIONS, (order.account, order.symbol), position)
    _book_lots(book, record, order, event.lots, is_whole=whole)
    _book_cash(book, record, order, event)


def fee_confirmed(book: Book, record: Record, event: ev.FeeConfirmed) -> None:
    """The fill keeps what was booked with it; the difference is a row, and sums come out right."""
    order, session, change = book.orders[event.order_id], book.session, event.change
    told = format_money_rounded(event.fee)
    happened(book, record, order, "fee_confirmed", text=f"{told} for {event.execution_id}")
    order.fees += change
    row = (
        *envelope(record, order),
        event.execution_id,
        order.currency,
        event.fee,
        change,
        order.trade_date,
        session.first_sequence if session is not None else None,
        session.epoch if session is not None else None,
        session.source if session is not None else "",
    )
    book.add(CHARGES, row)
    if not change:
        return
    position = book.positions[order.account, order.symbol]
    position.fees += change
    position.changed_at, position.last_sequence = event.at, record.sequence
    book.touch(POSITIONS, (order.account, order.symbol), position)
    movement = (*envelope(record, order), "fee", order.currency, -change, "confirmed")
    book.add(CASH_MOVEMENTS, movement)


def _book_lots(
    book: Book,
    record: Record,
    order: OrderRow,
    lots: tuple[ev.LotChange, ...],
    *,
    is_whole: bool,
) -> None:
    """`is_whole`: these are all lots that are held; else they are changes."""
    if is_whole:
        held = {lot.lot_id: lot for lot in lots}
        of_position = [key for key in book.lots if key[:2] == (order.account, order.symbol)]
        for key in of_position:
            lot, now = book.lots[key], held.pop(key[2], None)
            lot.quantity = 0 if now is None else book.size(order.symbol, now.quantity)
            lot.cost = 0 if now is None else now.cost
            _lot_row(book, record, key, lot)
        lots = tuple(held.values())
    book_lots(book, record, (order.account, order.strategy, order.symbol), lots)


def _reversed_row(
    book: Book, record: Record, order: OrderRow, event: ev.FillReversed, notional: int
) -> None:
    session = book.session
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
        -book.size(order.symbol, event.quantity),
        order.currency,
        book.price(order.symbol, event.price),
        -notional,
        event.fee,
        "reversed",
        session.mode.lower() if session is not None else "",
        event.execution_id,
        book.size(order.symbol, event.position_after),
        event.realised,
        event.cash_delta,
        False,
        False,
        event.text,
        event.at,
        session.first_sequence if session is not None else None,
        session.epoch if session is not None else None,
        session.source if session is not None else "",
    )
    book.add(FILLS, row)


def book_lots(
    book: Book, record: Record, whose: tuple[str, str, str], lots: tuple[ev.LotChange, ...]
) -> None:
    """`whose`: account, strategy, symbol."""
    account, strategy, symbol = whose
    for change in lots:
        key = (account, symbol, change.lot_id)
        lot = book.lots.get(key)
        if lot is None:
            currency = book.instrument(symbol).currency
            opened_at = change.opened_at
            lot = LotRow(
                account, strategy, symbol, currency, change.lot_id, 0, 0, opened_at, None, 0
            )
            book.lots[key] = lot
        lot.quantity += book.size(symbol, change.quantity)
        lot.cost += change.cost
        _lot_row(book, record, key, lot)


def _lot_row(book: Book, record: Record, key: tuple[str, str, int], lot: LotRow) -> None:
    lot.last_sequence = record.sequence
    if not lot.quantity:
        lot.closed_at = record.at
        del book.lots[key]
    book.touch(LOTS, key, lot)


def _book_cash(
    book: Book, record: Record, order: OrderRow, event: ev.OrderFilled | ev.FillReversed
) -> None:
    """The trade and its fee are two movements, so that a sum by kind is a sum of one thing."""
    currency = order.currency
    trade = event.cash_delta + event.fee
    book.add(CASH_MOVEMENTS, (*envelope(record, order), "trade", currency, trade, ""))
    if event.fee:
        book.add(CASH_MOVEMENTS, (*envelope(record, order), "fee", currency, -event.fee, ""))
