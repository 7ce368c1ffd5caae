"""What one reading of a bar gives the trader's orders, in its order and within its volume.

Every reading is kept for every order at once. One is booked; the others are told beside it.
"""

from collections.abc import Mapping

import msgspec

from engine.exchange.messages import NO_PRICE, CancelReason, NewOrder
from engine.exchange.quoted.bars import (
    SHARE_OF_BAR_BPS,
    SLIP_TICKS,
    UNCAPPED,
    Bar,
    BarAssumptions,
    BarPath,
)
from engine.exchange.quoted.outcomes import Outcome
from engine.values import OrderType, Quantity, Side, TimeInForce

PESSIMISTIC, OPTIMISTIC = "bar_pessimistic", "bar_optimistic"


class Held(msgspec.Struct, gc=False):
    """An order of the trader. It is fresh until a bar has opened with it while it could trade."""

    order: NewOrder
    leaves: int
    is_fresh: bool = True
    filled: int = 0
    paid: int = 0
    """Sum of price times shares of what it got."""
    first_at: int = 0
    done_at: int = 0

    @property
    def is_stop(self) -> bool:
        return self.order.stop != NO_PRICE

    @property
    def waits_for_an_open(self) -> bool:
        """Whether it trades at the next open or not at all."""
        at_once = self.order.time_in_force in (TimeInForce.IOC, TimeInForce.FOK)
        return not self.is_stop and (self.order.type is OrderType.MARKET or at_once)


class Given(msgspec.Struct, frozen=True, gc=False):
    """A bar filled `quantity` of an order; `leaves` stayed open."""

    held: Held
    price: int
    quantity: int
    leaves: int
    is_taker: bool


class Hit(msgspec.Struct, frozen=True, gc=False):
    """A stop was reached: what it had asked before."""

    held: Held
    order: NewOrder


class Left(msgspec.Struct, frozen=True, gc=False):
    """What the open did not fill of an order that does not rest."""

    held: Held
    reason: CancelReason
    quantity: int


class Less(msgspec.Struct, frozen=True, gc=False):
    """Another order of its group was filled: `leaves` is what this one has open now."""

    held: Held
    leaves: int


Step = Given | Hit | Left | Less


class Reading:
    """The trader's orders under one set of assumptions, by id."""

    __slots__ = ("_room", "_ticks", "assumptions", "held", "name")

    def __init__(self, name: str, assumptions: BarAssumptions, ticks: Mapping[str, int]) -> None:
        self.name = name
        self.assumptions = assumptions
        self.held: dict[int, Held] = {}
        self._ticks = ticks
        self._room: dict[str, int] = {}

    def of(self, symbol: str) -> list[Held]:
        """What is open of this symbol, oldest first."""
        return [h for h in self.held.values() if h.order.symbol == symbol and h.leaves]

    # --- what a bar does

    def opened(self, symbol: str, bar: Bar, *, is_open: bool, at: int) -> list[Step]:
        """What has waited for an open trades at it, worse by the named slip."""
        self._room[symbol] = bar.room(self.assumptions.share_bps)
        steps: list[Step] = []
        # Before the session opens nothing trades: who waits for an open still does.
        for held in self.of(symbol) if is_open else ():
            was_fresh, held.is_fresh = held.is_fresh, False
            if was_fresh and held.leaves and not held.is_stop:
                self._at_open(held, bar, at, steps)
        return steps

    def closed(self, symbol: str, bar: Bar, *, at: int) -> list[Step]:
        """Its extremes reach stops and limits, in the order of the path."""
        steps: list[Step] = []
        for held in self._in_order(symbol):
            order = held.order
            if not held.leaves:
                continue  # a sibling of its group came first on this bar's path
            if held.is_stop:
                if bar.triggers(order.side, order.stop):
                    self._trigger(held, bar, at, steps)
            elif self._is_reached(order, bar):
                self._give(held, order.price, at, steps, is_taker=False)
        return steps

    def _in_order(self, symbol: str) -> list[Held]:
        """Orders that saw the bar open, as its path comes to them."""
        seen = [held for held in self.of(symbol) if not held.is_fresh]
        path = self.assumptions.path
        if path is BarPath.WORST_FIRST:
            return sorted(seen, key=lambda held: not held.is_stop)
        low_first = path is BarPath.LOW_FIRST

        def is_second(held: Held) -> bool:
            at_low = (held.order.side is Side.BUY) is not held.is_stop
            return at_low is not low_first

        return sorted(seen, key=is_second)

    def _is_reached(self, order: NewOrder, bar: Bar) -> bool:
        return bar.reaches(order.side, order.price, at_touch=self.assumptions.fills_at_touch)

    def _at_open(self, held: Held, bar: Bar, at: int, steps: list[Step]) -> None:
        order = held.order
        limit = order.price if order.type is OrderType.LIMIT else NO_PRICE
        is_within = not limit or (limit - bar.open) * order.side >= 0
        wants_all = order.time_in_force is TimeInForce.FOK
        if is_within and not (wants_all and self._room[order.symbol] < held.leaves):
            self._give(held, self._slipped(order, bar.open, limit), at, steps)
        if held.leaves and held.waits_for_an_open:
            steps.append(Left(held, _REMAINDERS[order.time_in_force], held.leaves))
            held.leaves = 0

    def _trigger(self, held: Held, bar: Bar, at: int, steps: list[Step]) -> None:
        """A plain stop trades at its stop, or at the open that gapped beyond it, and slips."""
        order = held.order
        steps.append(Hit(held, order))
        meets = bar.open if (bar.open - order.stop) * order.side > 0 else order.stop
        if order.type is OrderType.STOP_LIMIT:
            held.order = msgspec.structs.replace(order, type=OrderType.LIMIT, stop=NO_PRICE)
            if self.assumptions.stop_limits_meet_their_bar:
                self._meet_at_once(held, meets, bar, at, steps)
        else:
            held.order = msgspec.structs.replace(order, type=OrderType.MARKET, stop=NO_PRICE)
            self._give(held, self._slipped(order, meets, NO_PRICE), at, steps)
        # What this bar had no room for, and does not rest, meets the next open.
        held.is_fresh = held.waits_for_an_open

    def _meet_at_once(self, held: Held, meets: int, bar: Bar, at: int, steps: list[Step]) -> None:
        order = held.order
        if (order.price - meets) * order.side >= 0:
            self._give(held, self._slipped(order, meets, order.price), at, steps)
        elif self._is_reached(order, bar):
            self._give(held, order.price, at, steps, is_taker=False)

    def _slipped(self, order: NewOrder, price: int, limit: int) -> int:
        slipped = price + order.side * self.assumptions.slip_ticks * self._ticks[order.symbol]
        return limit if limit and (limit - slipped) * order.side < 0 else slipped

    def _give(
        self, held: Held, price: int, at: int, steps: list[Step], *, is_taker: bool = True
    ) -> None:
        room = self._room[held.order.symbol]
        quantity = min(held.leaves, room)
        if quantity <= 0:
            return
        self._room[held.order.symbol] = room - quantity
        held.leaves -= quantity
        held.filled += quantity
        held.paid += price * quantity
        held.first_at = held.first_at or at
        if not held.leaves:
            held.done_at = at
        steps.append(Given(held, price, quantity, held.leaves, is_taker))
        if held.order.oca_group:
            self._take_off_siblings(held, quantity, steps)

    def _take_off_siblings(self, given: Held, quantity: int, steps: list[Step]) -> None:
        """One group shares one quantity: what traded in one order is taken off the others."""
        for held in self.of(given.order.symbol):
            if held is given or held.order.oca_group != given.order.oca_group:
                continue
            taken = min(quantity, held.leaves)
            held.leaves -= taken
            if held.leaves:
                steps.append(Less(held, held.leaves))
            else:
                steps.append(Left(held, CancelReason.SIBLING_FILLED, taken))

    # --- what the trader asks

    def change(self, order_id: int, asked: NewOrder, total: int, *, is_new: bool) -> None:
        """The order asks for this much in all from now on; what it got here stays given.

        `is_new`: at another price, so that it has to see a bar open again.
        """
        held = self.held[order_id]
        held.leaves = max(0, total - held.filled)
        held.done_at = held.done_at if not held.leaves else 0
        held.is_fresh = held.is_fresh or is_new
        stop = asked.stop if held.is_stop else NO_PRICE
        held.order = msgspec.structs.replace(held.order, price=asked.price, stop=stop)

    def outcome(self, order_id: int) -> Outcome:
        """What the order got so far."""
        held = self.held[order_id]
        filled = Quantity(held.filled)
        return Outcome(self.name, filled, held.first_at, held.done_at, held.paid)


def readings_of(assumptions: BarAssumptions, ticks: Mapping[str, int]) -> dict[str, Reading]:
    """Both bounds, and each path with everything else as it is set; by name."""
    changed = msgspec.structs.replace
    bounds = {
        # No kinder than the shipped settings, whatever is set.
        PESSIMISTIC: changed(
            assumptions,
            path=BarPath.WORST_FIRST,
            fills_at_touch=False,
            slip_ticks=max(assumptions.slip_ticks, SLIP_TICKS),
            share_bps=min(assumptions.share_bps or SHARE_OF_BAR_BPS, SHARE_OF_BAR_BPS),
            stop_limits_meet_their_bar=False,
        ),
        OPTIMISTIC: changed(
            assumptions,
            fills_at_touch=True,
            slip_ticks=0,
            share_bps=UNCAPPED,
            stop_limits_meet_their_bar=True,
        ),
    }
    paths = {path.word: changed(assumptions, path=path) for path in BarPath}
    return {name: Reading(name, each, ticks) for name, each in (bounds | paths).items()}


_REMAINDERS = {
    TimeInForce.IOC: CancelReason.IOC_REMAINDER,
    TimeInForce.FOK: CancelReason.FOK_UNFILLABLE,
    TimeInForce.DAY: CancelReason.MARKET_REMAINDER,
    TimeInForce.GTC: CancelReason.MARKET_REMAINDER,
}
