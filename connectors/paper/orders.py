"""The trader's orders as the paper venue keeps them: by the desk's ids and by the exchange's."""

from collections import deque

import msgspec

from connectors.feeds.flow import OWN_ORDER_IDS_FROM, OWN_OWNER
from connectors.paper.history import QueueHistory
from engine.domain.reports import Report, VenueFilled
from engine.exchange.messages import NO_GROUP
from engine.structs import set_directly
from engine.values import (
    Instruction,
    OrderType,
    Price,
    Quantity,
    TimeInForce,
    Trigger,
)

IDS_KEPT_MAX = 20_000
"""Client order ids that the venue can still tell something about; those of live orders stay."""
FILLS_REPEATED_MAX = 1_000
"""Fills of one order that a status query repeats: the newest."""


class RestingOrder(msgspec.Struct, frozen=True, gc=False):
    """A working order as the desk's journal has it, for the venue to stand in the book again.

    `open_quantity` is what may still trade; `queue_ahead` −1 where it was never told.
    """

    client_order_id: str
    symbol: str
    instruction: Instruction
    type: OrderType
    price: Price
    stop: Price
    trigger: Trigger
    open_quantity: Quantity
    total_quantity: Quantity
    cumulative: Quantity
    queue_ahead: int = -1
    time_in_force: TimeInForce = TimeInForce.DAY
    post_only: bool = False
    triggered: bool = False
    trade_date: int = 0
    """For which it was entered; 0 where any will do."""
    waits: bool = False
    """It had not met its market when that was last written down."""
    oca_group: str = ""
    taken: Quantity = Quantity(0)
    """What fills of its siblings took off it."""
    owner: int = OWN_OWNER
    account: str = ""


@set_directly
class OwnOrder(msgspec.Struct, gc=False):
    """One of the trader's orders at this venue; `total` and `cumulative` as the desk counts."""

    client_order_id: str
    exchange_id: int
    symbol: str
    instruction: Instruction
    type: OrderType
    price: Price
    time_in_force: TimeInForce
    total: Quantity
    account: str
    """Whose it is at this venue; holdings and cash are counted by it."""
    cumulative: Quantity = Quantity(0)
    is_live: bool = False
    is_estimate: bool = False
    """Its place in the queue was set up again after a restart."""
    oca_group: str = ""
    oca: int = NO_GROUP
    """The same group as the exchange numbers it."""
    taken: Quantity = Quantity(0)
    """What fills of its siblings took off it; `total` is the group's."""
    ending: Report | None = None
    fills: list[VenueFilled] = msgspec.field(default_factory=list)
    history: QueueHistory = msgspec.field(default_factory=QueueHistory)

    @property
    def venue_order_id(self) -> str:
        """The number among own orders: every order is journaled with it, so it is short."""
        return str(self.exchange_id - OWN_ORDER_IDS_FROM)

    @property
    def open_quantity(self) -> Quantity:
        # A difference of quantities is one.
        return self.total - self.cumulative - self.taken  # type: ignore[return-value]

    def filled(self, fill: VenueFilled) -> None:
        """Counts one execution; the newest are kept for status queries."""
        cumulative, fills = self.cumulative + fill.quantity, self.fills
        self.cumulative = cumulative  # type: ignore[assignment]  # a sum of quantities is one
        left = self.total - cumulative - self.taken
        assert left >= 0, "the exchange filled more than was open"
        fills.append(fill)
        if len(fills) > FILLS_REPEATED_MAX:
            del fills[0]
        if not left:
            self.is_live, self.ending = False, fill


class OrderRoll:
    """Every order by client order id and, while it lives, by exchange id."""

    __slots__ = (
        "_answered",
        "_answers",
        "_by_client_id",
        "by_exchange_id",
        "by_symbol",
        "filled_of_group",
    )

    def __init__(self) -> None:
        self._by_client_id: dict[str, OwnOrder] = {}
        self._answers: dict[str, Report] = {}
        self._answered: deque[str] = deque()
        """Ids with an answer, the oldest first: a dict does not find its first key quickly."""
        self.by_exchange_id: dict[int, OwnOrder] = {}
        self.by_symbol: dict[str, dict[int, OwnOrder]] = {}
        """The same by symbol, oldest first."""
        self.filled_of_group: dict[str, int] = {}
        """What the orders of a group have filled together: who joins it comes too late for that."""

    def __contains__(self, client_order_id: str) -> bool:
        return client_order_id in self._by_client_id

    def get(self, client_order_id: str) -> OwnOrder | None:
        """The order that this id names or once named."""
        return self._by_client_id.get(client_order_id)

    def live(self, symbol: str | None = None) -> list[OwnOrder]:
        """Orders that stand in the book or wait as stops, oldest first."""
        of = self.by_exchange_id if symbol is None else self.by_symbol.get(symbol, {})
        return list(of.values())

    def siblings(self, oca_group: str) -> list[OwnOrder]:
        """Live orders of one group; of no group, none."""
        if not oca_group:
            return []
        return [each for each in self.by_exchange_id.values() if each.oca_group == oca_group]

    def filled_in_group(self, order: OwnOrder, quantity: Quantity) -> None:
        """The order filled so much more of its group, which the exchange took off its siblings in
        the same instant: they have no report of it. Groups that are long over are forgotten."""
        group, filled = order.oca_group, self.filled_of_group
        filled[group] = filled.pop(group, 0) + quantity
        if len(filled) > IDS_KEPT_MAX:
            del filled[next(iter(filled))]
        for sibling in self.siblings(group):
            if sibling is not order:
                taken = min(quantity, sibling.open_quantity)
                sibling.taken = Quantity(sibling.taken + taken)

    def add(self, order: OwnOrder) -> None:
        self._by_client_id[order.client_order_id] = order

    def stands(self, order: OwnOrder) -> None:
        order.is_live, number = True, order.exchange_id
        self.by_exchange_id[number] = order
        of_symbol = self.by_symbol.get(order.symbol)
        if of_symbol is None:
            of_symbol = self.by_symbol[order.symbol] = {}
        of_symbol[number] = order

    def ended(self, order: OwnOrder, last_word: Report) -> None:
        """The order is out of the market; `last_word` is what a status query hears."""
        order.is_live, order.ending, number = False, last_word, order.exchange_id
        if self.by_exchange_id.pop(number, None) is not None:
            del self.by_symbol[order.symbol][number]

    def renamed(self, order: OwnOrder, client_order_id: str) -> None:
        """A replace took effect: the new id names the order, the old one still finds it."""
        order.client_order_id = client_order_id
        self._by_client_id[client_order_id] = order

    def answered(self, client_order_id: str, answer: Report) -> None:
        """How the request that brought this id was answered: accepted, replaced or refused."""
        if client_order_id not in self._answers:
            self._answered.append(client_order_id)
        self._answers[client_order_id] = answer
        if len(self._answers) > IDS_KEPT_MAX:
            self._forget_oldest_done()

    def has_answered(self, client_order_id: str) -> bool:
        """Whether the request that brought this id was answered, and is remembered."""
        return client_order_id in self._answers

    def known_of(self, client_order_id: str) -> list[Report]:
        """What a status query hears: the answer, every fill, the end; empty when never seen."""
        answer = self._answers.get(client_order_id)
        if answer is None:
            return []
        order = self._by_client_id.get(client_order_id)
        if order is None or order.client_order_id != client_order_id:
            return [answer]
        ending = order.ending
        is_extra = ending is not None and ending is not answer and type(ending) is not VenueFilled
        return [answer, *order.fills, *([ending] if ending is not None and is_extra else [])]

    def _forget_oldest_done(self) -> None:
        for _ in range(len(self._answered)):
            client_order_id = self._answered.popleft()
            order = self._by_client_id.get(client_order_id)
            if order is None or not order.is_live:
                del self._answers[client_order_id]
                self._by_client_id.pop(client_order_id, None)
                return
            # What lives stays, and is looked at again after all others.
            self._answered.append(client_order_id)
