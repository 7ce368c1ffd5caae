"""What the venue says of an order that is not sent yet, beside what the desk reckons."""

from engine.domain.commands import SubmitOrder
from engine.domain.requests import NewOrderRequest
from engine.hosted import HostedVenue, VenueEstimate
from engine.instruments import format_money_rounded
from engine.values import NANOS_PER_SECOND, Money, Nanos


def venue_says(order: SubmitOrder, venue: HostedVenue, now: Nanos) -> str:
    """`IB: margin +500.00 to 1,500.00, fee 1.00, 3 s ago`; empty where it says nothing."""
    live = venue.live
    if live is None:
        return ""
    told = live.what_if(_as_request(order))
    return "" if told is None else f"{venue.name.upper()}: {_words(told, now)}"


def _words(told: VenueEstimate, now: Nanos) -> str:
    parts = []
    if told.margin is not None:
        after = "" if told.margin_after is None else f" to {_money(told.margin_after)}"
        parts.append(f"margin {format_money_rounded(told.margin, signed=True)}{after}")
    if told.fee is not None:
        most = "" if told.fee_max is None else f" to {_money(told.fee_max)}"
        parts.append(f"fee {_money(told.fee)}{most}{f' {told.currency}' if told.currency else ''}")
    elif told.margin is not None:
        parts.append("fee not said")
    if told.problem:
        parts.append(told.problem)
    age = max(0, now - told.at) // NANOS_PER_SECOND
    return ", ".join([*parts, f"{age:,} s ago"])


def _money(amount: Money) -> str:
    return format_money_rounded(amount)


def _as_request(order: SubmitOrder) -> NewOrderRequest:
    """Under no name, for it never leaves; a market order as one, whatever band it would have."""
    return NewOrderRequest(
        "",
        order.account,
        order.symbol,
        order.instruction,
        order.quantity,
        order.type,
        order.time_in_force,
        order.price,
        order.stop,
        order.trigger,
    )
