"""Where a working order lives, and what becomes of it when this machine dies now."""

from enum import IntEnum

from engine.domain.modes import is_simulated
from engine.domain.views import OrderRow
from engine.instruments import Instrument

HELD_STATES = ("staged", "held")
"""The desk keeps these back: no venue has heard of them."""


class Residence(IntEnum):
    """From what dies with the machine to what does not."""

    DESK = 1
    PAPER = 2
    VENUE = 3


PLACES = {
    Residence.DESK: "only here: the desk holds it back",
    Residence.PAPER: "only here: at the paper exchange in the engine",
    Residence.VENUE: "at the venue",
}
FATES = {
    Residence.DESK: "nothing triggers it until the engine runs again",
    Residence.PAPER: "it fills nothing until the engine runs again, then stands in its place",
    Residence.VENUE: "it works on without you and may fill",
}


def residence_of(order: OrderRow, mode: str) -> Residence:
    """`mode`: as the view has it."""
    if order.state.lower() in HELD_STATES:
        return Residence.DESK
    return Residence.PAPER if is_simulated(mode) else Residence.VENUE


def place_in_words(order: OrderRow, mode: str) -> str:
    """As its venue says it, else as it follows from the mode."""
    return order.place_text or PLACES[residence_of(order, mode)]


def order_in_words(order: OrderRow, instrument: Instrument) -> str:
    """`#7 SELL 40/100 GOOG LMT 577.04 DAY partial`: quantity open of all."""
    size = instrument.format_quantity(order.quantity)
    if order.cumulative:
        size = f"{instrument.format_quantity(order.leaves)}/{size}"
    price = instrument.format_price(order.price) if order.price > 0 else ""
    stop = instrument.format_price(order.stop) if order.stop > 0 else ""
    terms = " ".join(part for part in (order.type.code, stop, price) if part)
    return (
        f"#{order.label} {order.instruction.name} {size} {order.symbol} {terms}"
        f" {order.time_in_force.name} {order.state}"
    )
