"""What the venue itself knows of the trader's orders, holdings and cash: the truth of a seed."""

import msgspec

from engine.domain.reports import Report, VenueFilled, VenueRestated, VenueTradeCorrected
from engine.domain.requests import NewOrderRequest
from engine.values import Instruction, Price, Quantity

CLOSING = (Instruction.SELL, Instruction.COVER)
"""Orders that may bring a position to zero and never beyond."""

Trade = VenueFilled | VenueTradeCorrected


class VenueOrder(msgspec.Struct):
    """An order as it really stands; `total` is what was asked for, filled part included."""

    client_order_id: str
    """The one in force: a replace brings another."""
    number: int
    """At the exchange."""
    asked: NewOrderRequest
    price: Price
    total: Quantity
    """Of a group's order the group's, whatever its siblings have filled of it."""
    cumulative: int = 0
    taken_back: int = 0
    """Of what traded in the book: busted, or corrected away."""
    restated: VenueRestated | None = None
    """What the venue last made of it by itself."""
    stop: Price = Price(0)
    group: str = ""
    group_number: int = 0
    """The same at the exchange."""
    taken: int = 0
    """What fills of its siblings took off it."""
    is_live: bool = True
    is_kept: bool = False
    """The venue never gives it back."""
    is_foreign: bool = False
    """Somebody else at the account sent it."""
    answers: dict[str, Report] = {}
    """By client order id: how the request that brought it was answered."""
    fills: list[Trade] = []
    """As they stand now: a corrected one in its newest form, a busted one not at all."""
    ending: Report | None = None

    @property
    def open(self) -> int:
        return self.total - self.cumulative - self.taken if self.is_live else 0

    def known_of(self, client_order_id: str) -> list[Report]:
        """What a question about this id hears."""
        answer = self.answers[client_order_id]
        if client_order_id != self.client_order_id:
            return [answer]
        ending = self.ending
        is_extra = ending is not None and ending is not answer and type(ending) is not VenueFilled
        end = [ending] if ending is not None and is_extra else []
        restated = [self.restated] if self.restated is not None else []
        return [answer, *restated, *self.fills, *end]


class Amended(msgspec.Struct, frozen=True):
    """What is left of a trade that did not stay as it was."""

    symbol: str
    side: int
    quantity: int


class VenueAccount:
    """Orders by every id they ever had, what is held, and cash before fees."""

    def __init__(self) -> None:
        self.by_client_id: dict[str, VenueOrder] = {}
        self.by_number: dict[int, VenueOrder] = {}
        self.refused: dict[str, Report] = {}
        """Requests that led to nothing here, by the id that they would have brought."""
        self.positions: dict[str, int] = {}
        self.cash = 0
        self.entered: dict[str, int] = {}
        """Orders that really came in: how often each id was entered into the book."""
        self.cash_of_earlier_dates = 0
        """What `cash` was when the trade date began."""
        self.has_foreign = False
        """Another hand is at the account: what the desk closes may be closed already."""
        self.has_been_misjudged = False
        """A person may have said what is not so: what the desk does then is not its own doing."""
        self.has_amended = False
        """Some trade was taken back or corrected: what closed then may have opened since."""
        self.amendments: dict[str, Amended] = {}
        """Trades that were taken back or corrected, by execution id, as they stand now."""
        self.undone: dict[tuple[str, int], int] = {}
        """By symbol and side of the trade: how much was ever taken back of what had traded."""
        self.foreign_fills: list[tuple[str, int, VenueFilled]] = []
        """(symbol, side, trade) of another hand's orders."""
        self.crossings: list[str] = []
        """Fills of closing orders that opened something."""
        self.filled_of_group: dict[str, int] = {}
        """What its orders have filled together. A trade that is taken back stays counted: nothing
        that was taken off a sibling comes back to it."""

    @property
    def is_as_the_desk_made_it(self) -> bool:
        """Nobody else traded, took a trade back or misled the desk."""
        return not (self.has_foreign or self.has_amended or self.has_been_misjudged)

    def knows(self, client_order_id: str) -> bool:
        return client_order_id in self.by_client_id or client_order_id in self.refused

    def known_of(self, client_order_id: str) -> list[Report]:
        """Empty for an id that never arrived."""
        order = self.by_client_id.get(client_order_id)
        if order is not None:
            return order.known_of(client_order_id)
        refused = self.refused.get(client_order_id)
        return [] if refused is None else [refused]

    def joins_group(self, order: VenueOrder) -> bool:
        """Whether anything of its group's one quantity is left for it."""
        siblings = [other for other in self.live() if other.group == order.group]
        order.group_number = siblings[0].group_number if siblings else order.number
        order.taken = min(self.filled_of_group.get(order.group, 0), order.total)
        return order.open > 0

    def live(self) -> list[VenueOrder]:
        return [order for order in self.by_number.values() if order.is_live]

    def orders(self) -> list[VenueOrder]:
        """Every order that ever came in, oldest first."""
        return list(self.by_number.values())

    def amended(
        self,
        order: VenueOrder,
        before: Trade,
        after: VenueTradeCorrected | None,
        *,
        value: int,
    ) -> None:
        """A trade stands differently, or not at all; `value` is how much more was traded."""
        quantity = (0 if after is None else after.quantity) - before.quantity
        order.cumulative += quantity
        order.taken_back -= quantity
        if order.is_live:
            order.total = Quantity(order.total + quantity)
        place = order.fills.index(before)
        order.fills[place : place + 1] = [] if after is None else [after]
        side, symbol = order.asked.instruction.side, order.asked.symbol
        self.positions[symbol] = self.positions.get(symbol, 0) + side * quantity
        self.cash -= side * value
        self.has_amended = True
        left = 0 if after is None else after.quantity
        self.amendments[before.execution_id] = Amended(symbol, side, left)
        self.undone[symbol, side] = self.undone.get((symbol, side), 0) - quantity

    def filled(self, order: VenueOrder, fill: VenueFilled, value: int) -> None:
        """Counts one execution."""
        order.cumulative += fill.quantity
        order.fills.append(fill)
        side, symbol = order.asked.instruction.side, order.asked.symbol
        before = self.positions.get(symbol, 0)
        after = self.positions[symbol] = before + side * fill.quantity
        if order.is_foreign:
            self.foreign_fills.append((symbol, side, fill))
        is_closing = order.asked.instruction in CLOSING and not order.is_foreign
        if is_closing and (before * side >= 0 or before * after < 0):
            name = order.client_order_id
            self.crossings.append(f"{name} took {symbol} from {before} to {after}")
        self.cash -= side * value
        if order.cumulative + order.taken >= order.total:
            order.is_live, order.ending = False, fill
        if order.group:
            self._filled_in_group(order, fill.quantity)

    def _filled_in_group(self, order: VenueOrder, quantity: int) -> None:
        """Taken off the others in the same instant; the exchange ends what has nothing left."""
        counted = self.filled_of_group.get(order.group, 0)
        self.filled_of_group[order.group] = counted + quantity
        for sibling in self.live():
            if sibling.group == order.group and sibling is not order:
                sibling.taken += min(quantity, sibling.open)
