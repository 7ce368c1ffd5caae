"""What orders would have got under other assumptions: told beside the booked fills, never booked.

A market of quotes does not say who stands where in a queue, a bar not whether its high or its low
came first. One assumption is booked; what the others give is a fact that touches no position.
"""

from collections.abc import Callable, Iterable

import msgspec

from engine.domain.facts import Fact
from engine.instruments import Instrument
from engine.values import Money, Nanos, OrderId, Price, Quantity, Side

BAR_PATHS = ("worst_first", "low_first", "high_first")
BAR_BOUNDS = ("bar_pessimistic", "bar_optimistic")


def is_of_bars(assumption: str) -> bool:
    """Whether it says how a bar is read; every other assumption is of a place in a queue."""
    return assumption in BAR_PATHS or assumption in BAR_BOUNDS


class Assumed(Fact, frozen=True, tag="assumed"):
    """One order under one assumption, over the time in which it really rested."""

    assumption: str
    """Such as `pessimistic`, `proportional` or `front`; of bars `worst_first`, `bar_optimistic`."""
    filled: Quantity
    first_at: Nanos
    """Market time of the first share; 0 for never."""
    done_at: Nanos
    """Market time of the last share of the order; 0 for never."""
    paid: int = 0
    """Sum of price times shares; 0 where all of it was at the order's own price."""


class OrderCompared(Fact, frozen=True, tag="compared"):
    """An order is done: what each assumption gave it while it was in the market."""

    at: Nanos
    order_id: OrderId
    booked: str
    """The assumption whose fills were booked."""
    symbol: str
    side: Side
    price: Price
    outcomes: tuple[Assumed, ...]

    @property
    def booked_outcome(self) -> Assumed:
        """What was booked while the order was in the market."""
        return next(o for o in self.outcomes if o.assumption == self.booked)

    @property
    def differs(self) -> bool:
        """Whether any assumption fills another quantity than the booked one, or at other prices."""
        booked = self.booked_outcome
        return any((o.filled, o.paid) != (booked.filled, booked.paid) for o in self.outcomes)

    def paid(self, outcome: Assumed) -> int:
        """Sum of price times shares of what an assumption gave."""
        return outcome.paid or outcome.filled * self.price


class Luck(msgspec.Struct, frozen=True):
    """How much of a day depends on what is assumed: profit that others would have added."""

    booked: str
    orders: int
    """Orders that were in the market and are done."""
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

    A share more or less counts from what it cost to the mark, and so does another price. What the
    trader would have done differently with it is not known.
    """
    orders, differ = 0, 0
    booked: dict[str, None] = {}
    more: dict[str, int] = {}
    for each in compared:
        orders, differ = orders + 1, differ + each.differs
        booked[each.booked] = None
        mark, is_booked = mark_of(each.symbol) or 0, each.booked_outcome
        for outcome in each.outcomes:
            more.setdefault(outcome.assumption, 0)
            extra = outcome.filled - is_booked.filled
            if extra and not mark:
                continue
            moved = Price((mark * extra - each.paid(outcome) + each.paid(is_booked)) * each.side)
            more[outcome.assumption] += instrument_of(each.symbol).notional(moved, Quantity(1))
    if not orders:
        return None
    others = tuple((name, Money(sum_)) for name, sum_ in more.items() if name not in booked)
    return Luck(" and ".join(booked), orders, differ, others)
