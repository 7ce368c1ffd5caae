"""What the desk has at a FIX venue, by every name it goes by; knows no message."""

import msgspec

from connectors.named_orders import NamedOrders
from engine.domain.requests import NewOrderRequest, ReplaceRequest
from engine.values import Instruction, OrderType, Price, Quantity, TimeInForce

CANCELS_KEPT_MAX = 20_000
"""Names of cancel requests that are remembered."""


class Standing(msgspec.Struct):
    """One order: its last accepted name, its terms, and how much was told as filled."""

    name: str
    symbol: str
    instruction: Instruction
    type: OrderType
    time_in_force: TimeInForce
    quantity: Quantity
    price: Price = Price(0)
    stop: Price = Price(0)
    account: str = ""
    post_only: bool = False
    order_id: str = ""
    """The venue's (37)."""
    cumulative: Quantity = Quantity(0)
    change: ReplaceRequest | None = None
    """A change that has no answer yet."""
    is_done: bool = False
    is_foreign: bool = False
    """Of the same account, and of nobody here: a person, another desk."""
    is_swept: bool = False
    """A mass cancel was to take it back: its end is asked for, whatever its report says."""
    names: tuple[str, ...] = ()
    """Every id (11) that it had or is to have."""


class Roll(NamedOrders[Standing]):
    """Orders by client id (11), every id that an order ever had, and by the venue's id (37)."""

    def __init__(self, standing: tuple[Standing, ...] = ()) -> None:
        super().__init__()
        self._by_order_id: dict[str, Standing] = {}
        self._of_cancel: dict[str, Standing] = {}
        for order in standing:
            self.add(order)

    def add(self, order: Standing) -> None:
        super().add(order)
        if order.order_id:
            self._by_order_id[order.order_id] = order

    def entered(self, request: NewOrderRequest) -> None:
        """An order is about to leave; the same name again is the same order."""
        if request.client_order_id in self._by_name:
            return
        self.add(
            Standing(
                name=request.client_order_id,
                symbol=request.symbol,
                instruction=request.instruction,
                type=request.type,
                time_in_force=request.time_in_force,
                quantity=request.quantity,
                price=request.price,
                stop=request.stop,
                account=request.account,
                post_only=request.post_only,
            )
        )

    def changes(self, request: ReplaceRequest) -> None:
        """A change is about to leave: both names are of the one order from now on."""
        order = self.get(request.client_order_id)
        if order is not None:
            order.change = request
            self._name(order, request.new_client_order_id)

    def cancels(self, cancel_id: str, name: str) -> None:
        """A cancel is about to leave under an id of its own."""
        order = self.get(name)
        if order is None:
            return
        self._of_cancel[cancel_id] = order
        if len(self._of_cancel) > CANCELS_KEPT_MAX:
            del self._of_cancel[next(iter(self._of_cancel))]

    def of_cancel(self, cancel_id: str) -> Standing | None:
        """The order that this cancel request was about."""
        return self._of_cancel.get(cancel_id)

    def of_order_id(self, order_id: str) -> Standing | None:
        return self._by_order_id.get(order_id)

    def has_id(self, order: Standing, order_id: str) -> None:
        """The venue has said what it calls the order."""
        if order_id and order_id != order.order_id:
            order.order_id = order_id
            self._by_order_id[order_id] = order

    def renamed(self, order: Standing, name: str) -> None:
        """The change of that name is in force."""
        order.name, order.change = name, None
        self._name(order, name)

    def _forget(self, order: Standing) -> None:
        super()._forget(order)
        self._by_order_id.pop(order.order_id, None)
