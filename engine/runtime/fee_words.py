"""A fee in words, charge by charge, the way a price list would say it."""

from collections.abc import Iterable

from engine.domain.events import CurrencyConverted, FeeConfirmed
from engine.domain.ledger.fees import FeePart, fee_parts
from engine.domain.orders import Order
from engine.instruments import format_money_rounded, format_scaled
from engine.values import Money


def parts_of(order: Order) -> tuple[FeePart, ...]:
    """What the booked fee of an order is made of; empty where a later table would say otherwise."""
    if not order.cumulative or not order.fee_table:
        return ()
    parts = fee_parts(
        order.fee_table,
        order.trade_date,
        order.order.instruction,
        order.cumulative,
        order.value,
        order.month_volume,
    )
    return parts if sum(part.amount for part in parts) == order.fees_by_table else ()


def fee_words(parts: Iterable[FeePart]) -> str:
    """`commission 1.00 (minimum), Section 31 1.29, TAF 0.01`."""
    return ", ".join(_part_words(part) for part in parts)


def _part_words(part: FeePart) -> str:
    note = f" ({part.note})" if part.note else ""
    return f"{part.name} {format_money_rounded(part.amount)}{note}"


def conversion_words(event: CurrencyConverted) -> str:
    """`50,000.00 USD to 4,504,504.50 INR at 0.0111, fee 2.00`."""
    return (
        f"{format_money_rounded(event.sold_amount)} {event.sold} to "
        f"{format_money_rounded(event.bought_amount)} {event.bought} "
        f"at {format_scaled(event.rate, 9)}, fee {format_money_rounded(event.fee)}"
    )


def order_fee_words(order: Order, said: str = "") -> str:
    """`fees 2.30: commission 1.00 (minimum), …`; empty for an order that paid nothing.

    `said` goes behind the sum: the currency where it is not the account's own.
    """
    total, parts = f"fees {format_money_rounded(order.fees)}{said}", parts_of(order)
    if order.charges and order.fees_pending < len(order.charges):
        return f"{total} {_charged_words(order)}"
    if not parts:
        return ""
    until = "; the venue has not charged it yet" if order.fees_pending else ""
    return f"{total} ({order.fee_table}): {fee_words(parts)}{until}"


def _charged_words(order: Order) -> str:
    """`as the venue charged them (1.00 by us_retail)`."""
    by_table = f"{format_money_rounded(order.fees_by_table)} by {order.fee_table}"
    left, trades = order.fees_pending, len(order.charges or ())
    if not left:
        return f"as the venue charged them ({by_table})"
    return f"({by_table}): the venue has charged {trades - left} of {trades} trades so far"


def confirmed_words(event: FeeConfirmed) -> str:
    """`the venue charged 0.35 for E1: 0.65 less than was booked`."""
    head = f"the venue charged {format_money_rounded(event.fee)} for {event.execution_id}"
    if not event.change:
        return f"{head}, as was booked"
    word = "more" if event.change > 0 else "less"
    return f"{head}: {format_money_rounded(Money(abs(event.change)))} {word} than was booked"
