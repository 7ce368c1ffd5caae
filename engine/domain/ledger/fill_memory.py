"""The newest fills of a position one by one, and the lots before them: what a bust restates."""

from collections.abc import Iterable

import msgspec

from engine.domain.order_events import LotChange
from engine.structs import set_directly
from engine.values import Nanos, Price, Quantity

HALF = 512
"""A position remembers at least so many of its fills, and less than twice as many."""


class BookedFill(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One execution as it stands in the position; `quantity` is signed."""

    at: Nanos
    """When the venue made it; when it was heard, where the venue does not say."""
    execution_id: str
    quantity: Quantity
    price: Price

    @property
    def place(self) -> tuple[int, int, str]:
        """Where it stands among the fills: by time, then by the venue's own count."""
        return self.at, len(self.execution_id), self.execution_id


@set_directly
class FillMemory(msgspec.Struct):
    """The lots before the first of `fills`, and those after the first `HALF` of them."""

    base: tuple[LotChange, ...] = ()
    base_next: int = 1
    fills: list[BookedFill] = []
    """In the order in which the venue made them."""
    half: tuple[LotChange, ...] = ()
    half_next: int = 1

    def is_in_order(self, at: int, execution_id: str) -> bool:
        """Whether a fill comes behind all that are remembered, as nearly every one does."""
        if not self.fills:
            return True
        last = self.fills[-1]
        if last.at != at:
            return last.at < at
        name = last.execution_id
        return (len(name), name) < (len(execution_id), execution_id)  # as `place` would say

    def find(self, execution_id: str) -> BookedFill | None:
        """The remembered fill with this id; the newest are looked at first."""
        for fill in reversed(self.fills):
            if fill.execution_id == execution_id:
                return fill
        return None

    def begin_again(self, lots: tuple[LotChange, ...], lot_next: int) -> None:
        """What is held now is where everything that follows starts from."""
        self.base, self.base_next = lots, lot_next
        self.half, self.half_next = lots, lot_next
        self.fills.clear()

    def turn(self, lots: tuple[LotChange, ...], lot_next: int) -> None:
        """Called with the lots of now whenever a multiple of `HALF` fills is remembered."""
        if len(self.fills) > HALF:
            self.base, self.base_next = self.half, self.half_next
            del self.fills[:HALF]
        self.half, self.half_next = lots, lot_next


def with_fill(fills: Iterable[BookedFill], fill: BookedFill) -> list[BookedFill]:
    """A new list with the fill at its place."""
    return sorted([*fills, fill], key=lambda each: each.place)


def without_fill(fills: Iterable[BookedFill], execution_id: str) -> list[BookedFill]:
    """A new list without it."""
    return [fill for fill in fills if fill.execution_id != execution_id]
