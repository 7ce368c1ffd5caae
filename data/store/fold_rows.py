"""Rows that every event of an order writes: the event itself, its quote, times and alerts."""

from data.store.book import (
    MONEY_DIGITS,
    PRICE_DIGITS,
    QUANTITY_DIGITS,
    Book,
    OrderRow,
    status_of,
)
from data.store.schema import (
    ALERTS,
    DECISION_QUOTES,
    LATENCIES,
    ORDER_EVENTS,
    ORDERS,
)
from engine.domain import events as ev
from engine.domain.lifecycle import DONE, Happening, next_status
from engine.domain.orders import STATE_WORDS
from engine.domain.records import Record

_PRICE_OF_MONEY: int = 10 ** (PRICE_DIGITS - MONEY_DIGITS + QUANTITY_DIGITS)


def move(order: OrderRow, happening: Happening) -> None:
    following = next_status(status_of(order), happening)
    assert following is not None, f"{order.state} cannot {happening.name}"
    order.state = STATE_WORDS[following]
    if following in DONE:
        order.cancel_requested_at = order.replace_requested_at = None
    set_leaves(order)


def set_leaves(order: OrderRow) -> None:
    """Of an order that is done only what it still owes is left: fills that nobody has told."""
    order.leaves = max(0, order.quantity - order.filled - order.cancelled)
    if status_of(order) in DONE:
        order.reserved = 0


def envelope(record: Record, order: OrderRow) -> tuple[int, int, int, str, str, str]:
    """The first columns of every table about an order."""
    return (
        record.sequence,
        record.at,
        order.order_id,
        order.account,
        order.strategy,
        order.symbol,
    )


def happened(
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
    twice_mid: int = 0,
) -> None:
    """`twice_mid`: what it left the market at, where that is known."""
    order.changed_at, order.last_sequence = record.at, record.sequence
    book.touch(ORDERS, order.order_id, order)
    book.add(
        ORDER_EVENTS,
        (
            *envelope(record, order),
            record.cause,
            event,
            order.state,
            price,
            quantity,
            queue_ahead,
            client_order_id or order.client_order_id,
            text,
            book.price(order.symbol, twice_mid) // 2 if twice_mid else None,
        ),
    )


def quote_row(book: Book, record: Record, order: OrderRow, quote: ev.QuoteSeen) -> None:
    symbol = order.symbol
    row = (
        book.price_or_none(symbol, quote.bid),
        book.size(symbol, quote.bid_size),
        book.price_or_none(symbol, quote.ask),
        book.size(symbol, quote.ask_size),
        book.price_or_none(symbol, quote.last),
        quote.at,
    )
    book.add(DECISION_QUOTES, (*envelope(record, order), *row))


def measured(book: Book, record: Record, order: OrderRow, kind: str, since: int | None) -> None:
    if since is not None:
        book.add(LATENCIES, (*envelope(record, order), kind, record.at - since))


def travelled(
    book: Book,
    record: Record,
    order: OrderRow,
    request: str,
    *,
    since: int | None,
    venue_at: int,
) -> None:
    """Both ways of a request that the venue answered with its own time: out, and back."""
    if venue_at and since is not None:
        row = envelope(record, order)
        book.add(LATENCIES, (*row, f"{request}_out", max(0, venue_at - since)))
        book.add(LATENCIES, (*row, f"{request}_back", record.at - venue_at))


def alert(book: Book, record: Record, order: OrderRow, severity: str, code: str, text: str) -> None:
    book.add(ALERTS, (*envelope(record, order), severity, code, text))


def average(book: Book, symbol: str, value: int, quantity: int) -> int | None:
    """Money for a quantity as a price in 10⁻⁹, half away from zero; None for no quantity."""
    if not quantity:
        return None
    shares = abs(quantity) * book.instrument(symbol).multiplier
    return (abs(value) * _PRICE_OF_MONEY + shares // 2) // shares
