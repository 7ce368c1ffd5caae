"""What an order got under each assumption while it rested, to be told beside the booked fills."""

import msgspec

from engine.exchange.quoted.lines import InLine
from engine.values import Quantity


class Outcome(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What one order got under one named assumption while it stood; times 0 for never."""

    assumption: str
    filled: Quantity
    first_at: int
    done_at: int
    paid: int = 0
    """Sum of price times shares; 0 where all of it was at the order's own price."""


class ReadAs(msgspec.Struct, frozen=True, gc=False):
    """How the bar that filled an order was read."""

    booked: str
    """The reading of the path whose fills are booked."""
    at_open: bool
    """At the open: it comes first, whatever came after it."""
    is_touch: bool
    """The bar reached the price of a resting order and went no further."""
    shares: tuple[tuple[str, int], ...]
    """What each reading of the path gave the order in this bar."""


def outcomes_of(line: InLine) -> tuple[Outcome, ...]:
    """What the order got so far, model by model."""
    return tuple(
        Outcome(place.model.word, Quantity(place.filled), place.first_at, place.done_at)
        for place in line.places
    )
