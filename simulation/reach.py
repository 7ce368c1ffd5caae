"""What fills can still make of the account at the venue: what is held, stands and is on its way."""

from collections.abc import Iterable

import msgspec

from engine.domain.requests import NewOrderRequest, ReplaceRequest, Request
from engine.values import Instruction
from simulation.account import VenueAccount, VenueOrder
from simulation.evidence import Evidence

OPENING = (Instruction.BUY, Instruction.SHORT)
MONEY_PER_TICK = 100
"""Money units of one share for one unit of price; every symbol here is a share in dollars."""


class Standing(msgspec.Struct, gc=False):
    """One order that may still fill, at the worse of what it is and what it is being made."""

    symbol: str
    instruction: Instruction
    quantity: int
    """Open: fills and what siblings took are off it."""
    price: int
    """Its limit, else its stop."""
    group: str = ""
    total: int = 0

    def at_least(self, quantity: int, price: int) -> None:
        """A change is on its way: until it is answered either may be so."""
        self.quantity = max(self.quantity, quantity)
        self.price = max(self.price, price)


class Reach:
    """The truth of one moment, from the venue's own account and from what is on the line to it.

    Of another hand's orders those alone count that the desk has taken over.
    """

    def __init__(
        self, account: VenueAccount, on_the_way: Iterable[Request], evidence: Evidence
    ) -> None:
        self.held = account.positions
        self.standing: dict[int, Standing] = {}
        """By the desk's order id."""
        for order in account.live():
            name = order.asked.client_order_id
            if not order.is_foreign or name in evidence.adopted:
                self.standing[evidence.id_of(name)] = _as_it_stands(order)
        for request in on_the_way:
            if isinstance(request, NewOrderRequest) and not account.knows(request.client_order_id):
                taken = account.filled_of_group.get(request.oca_group, 0)
                self.standing[evidence.id_of(request.client_order_id)] = _on_its_way(request, taken)
            elif isinstance(request, ReplaceRequest):
                self._change(request, account, evidence)

    def _change(self, request: ReplaceRequest, account: VenueAccount, evidence: Evidence) -> None:
        order = account.by_client_id.get(request.client_order_id)
        if order is None or not order.is_live or account.knows(request.new_client_order_id):
            return
        order_id = evidence.id_of(order.asked.client_order_id)
        known = self.standing.get(order_id)
        if known is not None:
            # A fill that was taken back counts as held, until that is told.
            filled = max(order.cumulative, evidence.filled.get(order_id, 0))
            leaves = request.quantity - filled - order.taken
            known.at_least(leaves, request.price or request.stop)

    def open_on(self, symbol: str, side: int) -> int:
        """Everything open on a side."""
        return _together(self._on(symbol, side))

    def closing(self, symbol: str, side: int) -> int:
        """Of that, what only closes."""
        return _together(o for o in self._on(symbol, side) if o.instruction not in OPENING)

    def _on(self, symbol: str, side: int) -> list[Standing]:
        return [
            order
            for order in self.standing.values()
            if order.symbol == symbol and order.instruction.side == side
        ]

    def opening(self, symbol: str, side: int) -> list[tuple[int, Standing]]:
        """Orders of the side that may open, with their ids."""
        return [
            (order_id, order)
            for order_id, order in self.standing.items()
            if order.symbol == symbol
            and order.instruction.side == side
            and order.instruction in OPENING
        ]

    def symbols(self) -> list[str]:
        """Everything that is held or could be."""
        return sorted({*self.held, *(order.symbol for order in self.standing.values())})


def _together(orders: Iterable[Standing]) -> int:
    """Orders of one group share one quantity."""
    total, groups = 0, dict[str, int]()
    for order in orders:
        if order.group:
            groups[order.group] = max(groups.get(order.group, 0), order.quantity)
        else:
            total += order.quantity
    return total + sum(groups.values())


def _on_its_way(asked: NewOrderRequest, taken: int) -> Standing:
    """`taken`: what others of its group have filled, which it will not get any more."""
    return Standing(
        asked.symbol,
        asked.instruction,
        max(0, asked.quantity - taken),
        max(asked.price, asked.stop),
        asked.oca_group,
        asked.quantity,
    )


def _as_it_stands(order: VenueOrder) -> Standing:
    asked = order.asked
    return Standing(
        asked.symbol,
        asked.instruction,
        order.open,
        max(order.price, order.stop),
        order.group,
        order.total,
    )
