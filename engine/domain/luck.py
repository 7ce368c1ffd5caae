"""What orders would have got under other assumptions: told beside the booked fills, never booked.

A market of quotes does not say who stands where in a queue. One assumption is booked; what the
others give is a fact of its own that touches no position.
"""

from collections.abc import Callable, Iterable

import msgspec

from engine.domain.facts import Fact
from engine.instruments import Instrument
from engine.values import Money, Nanos, OrderId, Price, Quantity, Side


class Assumed(Fact, frozen=True, tag="assumed"):
    """One order under one assumption, over the time in which it really rested."""

    assumption: str
    """Such as `pessimistic`, `proportional` or `front`."""
    filled: Quantity
    first_at: Nanos
    """Market time of the first share; 0 for never."""
    done_at: Nanos
    """Market time of the last share of the order; 0 for never."""


class OrderCompared(Fact, frozen=True, tag="compared"):
    """An order that rested is done: what each assumption gave it while it did."""

    at: Nanos
    order_id: OrderId
    booked: str
    """The assumption whose fills were booked."""
    symbol: str
    side: Side
    price: Price
    outcomes: tuple[Assumed, ...]

    @property
    def booked_quantity(self) -> Quantity:
        """What was filled while the order rested."""
        return next(o.filled for o in self.outcomes if o.assumption == self.booked)

    @property
    def differs(self) -> bool:
        """Whether any assumption fills another quantity than the booked one."""
        return any(outcome.filled != self.booked_quantity for outcome in self.outcomes)


class Luck(msgspec.Struct, frozen=True):
    """How much of a day depends on the queue: profit that other assumptions would have added."""

    booked: str
    orders: int
    """Orders that rested and are done."""
    differ: int
    """Of these, how many another assumption fills differently."""
    more: tuple[tuple[str, Money], ...]
    """(assumption, profit beside the booked), at today's marks and before fees."""


def luck_of(
    compared: Iterable[OrderCompared],
    instrument_of: Callable[[str], Instrument],
    mark_of: Callable[[str], Price | None],
) -> Luck | None:
    """The sum over orders; None while none has been compared.

    A share more or less counts from the order's price to the mark. What the trader would have done
    differently with it is not known.
    """
    orders, differ, booked = 0, 0, ""
    more: dict[str, int] = {}
    for each in compared:
        orders, differ, booked = orders + 1, differ + each.differs, each.booked
        mark = mark_of(each.symbol)
        for outcome in each.outcomes:
            more.setdefault(outcome.assumption, 0)
            extra = outcome.filled - each.booked_quantity
            if extra and mark:
                moved = Price((mark - each.price) * each.side)
                gained = instrument_of(each.symbol).notional(moved, Quantity(extra))
                more[outcome.assumption] += gained
    if not orders:
        return None
    others = tuple((name, Money(sum_)) for name, sum_ in more.items() if name != booked)
    return Luck(booked, orders, differ, others)
