"""Orders that share one quantity, in IB's numbers and in the desk's.

The desk names the total of a group whatever any of its orders has filled; IB takes off an order's
own quantity what the others fill while it stands there, and knows nothing of what they filled
before. So an order leaves for the total less what is known to be filled beside it. A fill that
crosses it on its way is not in that number: what IB then says of it is looked up, and told.
"""

from msgspec.structs import replace

from connectors.ib.roll import Standing, Terms
from connectors.ib.trades import Trades
from engine.values import Quantity

NOTHING_LEFT = "the exits beside it have filled all that it was for"
MISCOUNTED = "IB counts it without a fill of the exit beside it: {} there, {} wanted"


class Groups:
    """By the name of the group; one of which no order is open is forgotten."""

    def __init__(self, trades: Trades) -> None:
        self._trades = trades
        self._members: dict[str, list[Standing]] = {}

    def joins(self, order: Standing) -> None:
        """It belongs to its group from now on, also once it is over."""
        if not order.oca_group:
            return
        if order.oca_group not in self._members:
            gone = [g for g, orders in self._members.items() if all(o.is_done for o in orders)]
            for group in gone:
                del self._members[group]
        self._members.setdefault(order.oca_group, []).append(order)

    def filled_beside(self, group: str, ref: str) -> Quantity:
        """What the other orders of the group have filled, as far as anybody has told."""
        members = self._members.get(group, ())
        before = max((each.filled_before for each in members), default=0)
        return Quantity(before + sum(self._filled(o) for o in members if o.ref != ref))

    def open_beside(self, order: Standing) -> list[Standing]:
        """The others of its group that are not over."""
        members = self._members.get(order.oca_group, ())
        return [each for each in members if each is not order and not each.is_done]

    def heard(self, order: Standing, terms: Terms) -> Terms:
        """What IB says of a grouped order, in the desk's numbers."""
        is_in_force = order.change is not None and self._is_in_force(order, terms)
        order.quantity_there = terms.quantity
        total = order.quantity
        if order.change is not None and is_in_force:
            total = order.change.quantity
        return replace(terms, quantity=total)

    def _is_in_force(self, order: Standing, terms: Terms) -> bool:
        """Whether these are the terms of its change: of a quantity alone, as it was sent, less what
        was filled beside it since, or more than it last had."""
        change = order.change
        assert change is not None, "somebody asked for it"
        asked = change.price, change.stop or order.stop
        if (terms.price, terms.stop) != asked:
            return False
        if asked != (order.price, order.stop):
            return True
        beside = self.filled_beside(order.oca_group, order.ref)
        if not order.sent_there:  # it left before this desk was started
            return terms.quantity == change.quantity - beside
        sent, since = order.sent_there, beside - order.beside_then
        return terms.quantity in (sent, sent - since) or terms.quantity > order.quantity_there > 0

    def is_used_up(self, order: Standing) -> bool:
        """The others have filled all that it was for."""
        beside = self.filled_beside(order.oca_group, order.ref) if order.oca_group else 0
        return 0 < beside >= order.quantity - order.filled

    def total_of(self, order: Standing) -> Quantity:
        """The group's total, as it follows from what IB last said of this order."""
        return Quantity(order.quantity_there + self.filled_beside(order.oca_group, order.ref))

    def is_miscounted(self, order: Standing) -> bool:
        """IB holds it for more or less than the group has left, and no change is on its way."""
        is_told = order.oca_group and order.quantity_there and order.change is None
        return bool(is_told) and self.total_of(order) != order.quantity

    def _filled(self, order: Standing) -> int:
        return max(order.filled, self._trades.told_of(order.ref))
