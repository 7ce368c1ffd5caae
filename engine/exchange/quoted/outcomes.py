"""What an order got under each queue model while it rested, to be told beside the booked fills."""

import msgspec

from engine.exchange.quoted.assumptions import QueueModel
from engine.exchange.quoted.lines import InLine
from engine.values import Quantity


class Outcome(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What one resting order got under one queue model while it stood; times 0 for never."""

    model: QueueModel
    filled: Quantity
    first_at: int
    done_at: int


def outcomes_of(line: InLine) -> tuple[Outcome, ...]:
    """What the order got so far, model by model."""
    return tuple(
        Outcome(place.model, Quantity(place.filled), place.first_at, place.done_at)
        for place in line.places
    )
