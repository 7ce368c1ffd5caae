"""The trader's orders in line at their prices, under every queue model at once."""

from collections.abc import Iterator

import msgspec

from engine.exchange.quoted.assumptions import QueueModel
from engine.exchange.quoted.places import UNKNOWN, Place, place_of
from engine.values import Side

MODELS = tuple(QueueModel)


class InLine(msgspec.Struct, gc=False):
    """One resting order and its place under each model, in the order of MODELS."""

    order_id: int
    side: Side
    price: int
    places: tuple[Place, ...]
    booked_leaves: int
    """What the book has open."""
    filled_by_booked: int = 0
    """What the book has traded while the order rested."""

    def place(self, model: QueueModel) -> Place:
        return self.places[model - 1]

    def resize(self, leaves: int) -> None:
        """Quantity was taken off and the place kept: every model loses as much."""
        less = self.booked_leaves - leaves
        self.booked_leaves = leaves
        for place in self.places:
            place.leaves = max(0, place.leaves - less)

    def inherit(self, before: "InLine") -> None:
        """A changed order has arrived anew: what each model had given it already stays given."""
        booked = before.filled_by_booked
        for place, old in zip(self.places, before.places, strict=True):
            place.filled, place.first_at, place.done_at = old.filled, old.first_at, old.done_at
            place.leaves = max(0, place.leaves - max(0, old.filled - booked))
        self.filled_by_booked = booked

    def moved_up_to(self, ahead: int) -> None:
        """No more than this stands ahead, as was known before."""
        for place in self.places:
            if place.ahead == UNKNOWN:
                place.ahead = ahead
            elif place.ahead > ahead:
                place.behind += place.ahead - ahead
                place.ahead = ahead


class Gift(msgspec.Struct, frozen=True, gc=False):
    """Shares that one resting order gets, and who of its price was served before it."""

    order_id: int
    price: int
    quantity: int
    ahead: int
    """Shares at its price that went to others out of the same trade, before it."""


class Lines:
    """Every resting order of the trader in one symbol, oldest first.

    The models are independent of each other: a share that fills an order under one is still there
    under another. What is given under the booked one is the caller's to carry out in the book.
    """

    __slots__ = ("_by_id", "_met", "_print_lag", "booked")

    def __init__(self, booked: QueueModel, print_lag: int) -> None:
        self.booked = booked
        self._print_lag = print_lag
        self._by_id: dict[int, InLine] = {}
        self._met: dict[tuple[QueueModel, Side, int], int] = {}

    def __contains__(self, order_id: int) -> bool:
        return order_id in self._by_id

    def __iter__(self) -> Iterator[InLine]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, order_id: int) -> InLine | None:
        return self._by_id.get(order_id)

    def join(
        self, order_id: int, side: Side, price: int, leaves: int, displayed: int | None
    ) -> InLine:
        """An order stands at a price from now on, behind what is displayed there."""
        places = tuple(place_of(model, displayed, leaves) for model in MODELS)
        line = self._by_id[order_id] = InLine(order_id, side, price, places, leaves)
        return line

    def leave(self, order_id: int) -> InLine | None:
        return self._by_id.pop(order_id, None)

    def ahead_of(self, order_id: int) -> int:
        """Shares ahead under the booked model, own older orders included; UNKNOWN if so."""
        line = self._by_id[order_id]
        ahead = line.place(self.booked).ahead
        if ahead == UNKNOWN:
            return UNKNOWN
        for older in self._by_id.values():
            if older is line:
                break
            if older.price == line.price and older.side is line.side:
                ahead += older.booked_leaves
        return ahead

    # --- what the feed says

    def shown(self, side: Side, price: int, size: int, at: int) -> None:
        """A price shows this size from now on; the orders there lose or gain company."""
        for line in self._by_id.values():
            if line.price == price and line.side is side:
                for place in line.places:
                    place.shown(size, at + self._print_lag)
        if not size:
            for model in MODELS:
                self._met.pop((model, side, price), None)

    def traded(
        self, resting: Side, price: int, quantity: int, at: int, *, only_through: bool = False
    ) -> list[Gift]:
        """A trade with the resting side at `price`: what it gives under the booked model.

        Orders at a better price were traded through: they get the shares first, whatever stood
        ahead of them. At the price the queue ahead is served, then the order.
        """
        reached = [line for line in self._by_id.values() if line.side is resting]
        key = price * resting
        through = [line for line in reached if line.price * resting > key]
        at_price = [line for line in reached if line.price == price and not only_through]
        through.sort(key=lambda line: -line.price * resting)  # by age where the price is the same
        gifts: list[Gift] = []
        for model in MODELS if through or at_price else ():
            given = self._serve(model, through, at_price, quantity, at)
            if model is self.booked:
                gifts = given
        return gifts

    def _serve(
        self, model: QueueModel, through: list[InLine], at_price: list[InLine], left: int, at: int
    ) -> list[Gift]:
        gifts: list[Gift] = []
        for line in through:
            taken = line.place(model).give(left, at)
            left -= taken
            if taken:
                gifts.append(Gift(line.order_id, line.price, taken, 0))
        places = [(line, line.place(model)) for line in at_price]
        if not places:
            return gifts
        left -= max(place.explained(left, at) for _, place in places)
        others = 0
        for line, place in places:
            if place.ahead == UNKNOWN:
                continue
            waiting = max(0, min(left, place.ahead - others))
            others, left = others + waiting, left - waiting
            taken = place.give(left, at)
            left -= taken
            if taken:
                gifts.append(Gift(line.order_id, line.price, taken, others))
        for _, place in places:
            place.others_traded(others + left)
        return gifts

    def crossed(self, quoted: Side, price: int, size: int, at: int) -> list[Gift]:
        """The other side shows `size` at a price that the orders here would have met.

        The best price first, then the oldest. A displayed share meets an order once: while the
        price stays on show, only what is added to it can meet another.
        """
        key = price * quoted
        reached = [
            line
            for line in self._by_id.values()
            if line.side is not quoted and line.price * quoted <= key
        ]
        reached.sort(key=lambda line: line.price * quoted)
        gifts: list[Gift] = []
        for model in MODELS if reached else ():
            met = self._met.get((model, quoted, price), 0)
            left = size - met
            for line in reached:
                taken = line.place(model).give(left, at) if left > 0 else 0
                left, met = left - taken, met + taken
                if taken and model is self.booked:
                    gifts.append(Gift(line.order_id, line.price, taken, 0))
            if met:
                self._met[model, quoted, price] = met
        return gifts

    def unseen(self, quoted: Side, edge: int, at: int) -> list[Gift]:
        """The last level in sight would have met the orders here, and so may whoever it hides.

        Nobody knows how much stands out of sight within an order's limit. The front takes it to be
        enough: less would be no bound of what the order could have got.
        """
        gifts: list[Gift] = []
        for line in self._by_id.values():
            if line.side is quoted or line.price * quoted >= edge * quoted:
                continue
            taken = line.place(QueueModel.FRONT).give(line.place(QueueModel.FRONT).leaves, at)
            if taken and self.booked is QueueModel.FRONT:
                gifts.append(Gift(line.order_id, line.price, taken, 0))
        return gifts

    def met(self, side: Side, price: int) -> int:
        """Shares on show at a price that have met the trader's orders (booked model)."""
        return self._met.get((self.booked, side, price), 0)
