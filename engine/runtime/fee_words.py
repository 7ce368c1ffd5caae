"""A fee in words, charge by charge, the way a price list would say it."""

from collections.abc import Iterable

from engine.domain.events import CurrencyConverted
from engine.domain.ledger.fees import FeePart, fee_parts
from engine.domain.orders import Order
from engine.instruments import format_money_rounded, format_scaled


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
    return parts if sum(part.amount for part in parts) == order.fees else ()


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
    parts = parts_of(order)
    if not parts:
        return ""
    total = format_money_rounded(order.fees)
    return f"fees {total}{said} ({order.fee_table}): {fee_words(parts)}"
