"""What the desk has at IB, by every name it goes by: reference, names, permIds, order ids."""

import msgspec

from connectors.named_orders import NamedOrders
from engine.domain.reports import VenueCancelled, VenueExpired, VenueRejected
from engine.domain.requests import NewOrderRequest, ReplaceRequest
from engine.values import Instruction, OrderType, Price, Quantity, TimeInForce, Trigger

REVISION_MARKS = 3
"""Dashes in a client order id of this desk; behind the last one stands its revision."""


class Terms(msgspec.Struct, frozen=True, gc=False):
    """What can be changed of an order, and what IB last confirmed of it."""

    price: Price
    quantity: Quantity
    stop: Price = Price(0)


class Standing(msgspec.Struct):
    """One order: its terms as IB confirmed them, its handles, and how much IB counts as filled."""

    ref: str
    """The orderRef at IB: the name that the order was born with, whatever it was changed to."""
    name: str
    """The newest name that is in force."""
    symbol: str
    instruction: Instruction
    type: OrderType
    time_in_force: TimeInForce
    quantity: Quantity
    price: Price = Price(0)
    stop: Price = Price(0)
    trigger: Trigger = Trigger.LAST
    account: str = ""
    oca_group: str = ""
    con_id: int = 0
    handles: dict[int, int] = {}
    """permId → order id, of everything that stands under this reference; order id 0: not ours to
    touch. More than one is a fault of the gateway, and all of them are cancelled."""
    over: set[int] = set()
    """permIds that are over."""
    order_id: int = 0
    """The handle that this desk gave it; 0 where it does not know it in this connection."""
    filled: Quantity = Quantity(0)
    """As IB counts."""
    change: ReplaceRequest | None = None
    """A change that has no answer yet."""
    change_is_missing: bool = False
    """A list of IB's that was asked for after it left shows the order with its old terms."""
    is_acknowledged: bool = False
    is_cancelling: bool = False
    is_foreign: bool = False
    is_done: bool = False
    not_found: bool = False
    """A cancel of it found nothing; the lists are looked at before that is told."""
    may_be_nothing: bool = False
    """IB says that its id was used before, or that it was not sent; the lists are looked at before
    that is told."""
    ending: VenueRejected | VenueExpired | VenueCancelled | None = None
    """How it ended, where it did so without being filled."""
    status_there: str = ""
    """The newest word of IB's for its state; empty before the first."""
    why_held: str = ""
    """What it waits for there, in IB's words."""
    quantity_there: Quantity = Quantity(0)
    """Of a grouped order: its own quantity as IB last said it; 0 while it has not."""
    sent_there: Quantity = Quantity(0)
    """Of a grouped order: the quantity that its newest change asks of IB."""
    beside_then: Quantity = Quantity(0)
    """What was known to be filled beside it when that change left."""
    filled_before: Quantity = Quantity(0)
    """What orders of its group filled that were over before this desk was started."""
    short_there: Quantity = Quantity(0)
    """What IB said of it when that was less than fits: it counts when the next look says so too."""
    is_counted: bool = False
    """Since it last left, IB's number of it was held against all fills beside it."""
    words: str = ""
    """The newest reason that IB gave for anything about it."""
    names: tuple[str, ...] = ()
    """Every client order id that it had or is to have."""

    @property
    def terms(self) -> Terms:
        return Terms(self.price, self.quantity, self.stop)

    @property
    def live_handles(self) -> dict[int, int]:
        return {perm: id for perm, id in self.handles.items() if perm not in self.over}


def ref_of(name: str) -> str:
    """The orderRef of the order that bears this name: `A-1-7-2` was born as `A-1-7-0`."""
    order, mark, revision = name.rpartition("-")
    is_ours = mark and name.count("-") == REVISION_MARKS and revision.isalnum()
    return f"{order}-0" if is_ours else name


class Roll(NamedOrders[Standing]):
    """Orders by name, reference and permId; by order id within one connection alone."""

    def __init__(self, standing: tuple[Standing, ...] = ()) -> None:
        super().__init__()
        self._by_ref: dict[str, Standing] = {}
        self._by_perm: dict[int, Standing] = {}
        self._by_id: dict[int, Standing] = {}
        for order in standing:
            self.add(order)

    def add(self, order: Standing) -> None:
        super().add(order)
        self._by_ref.setdefault(order.ref, order)
        if order.order_id:
            self._by_id[order.order_id] = order
        for perm_id in order.handles:
            self._by_perm[perm_id] = order

    def entered(self, request: NewOrderRequest, order_id: int, con_id: int, account: str) -> None:
        """An order is about to leave."""
        assert request.client_order_id not in self._by_name, "an order leaves once"
        self.add(
            Standing(
                ref=ref_of(request.client_order_id),
                name=request.client_order_id,
                symbol=request.symbol,
                instruction=request.instruction,
                type=request.type,
                time_in_force=request.time_in_force,
                quantity=request.quantity,
                price=request.price,
                stop=request.stop,
                trigger=request.trigger,
                account=account,
                oca_group=request.oca_group,
                con_id=con_id,
                order_id=order_id,
            )
        )

    def changes(self, order: Standing, request: ReplaceRequest) -> None:
        """A change is about to leave: both names are of the one order from now on."""
        order.change, order.change_is_missing = request, False
        self._name(order, request.new_client_order_id)

    def of_ref(self, ref: str) -> Standing | None:
        return self._by_ref.get(ref) if ref else None

    def of_perm(self, perm_id: int) -> Standing | None:
        return self._by_perm.get(perm_id) if perm_id else None

    def of_id(self, order_id: int) -> Standing | None:
        """Of this connection's own client id."""
        return self._by_id.get(order_id)

    def stands_as(self, order: Standing, perm_id: int, order_id: int) -> bool:
        """IB has said its permId, and the id it answers to; True where that is a second one."""
        if order_id:
            self._by_id[order_id] = order
            order.order_id = order.order_id or order_id
        if not perm_id:
            return False
        is_second = bool(order.live_handles) and perm_id not in order.handles
        order.handles[perm_id] = order_id or order.handles.get(perm_id, 0)
        self._by_perm[perm_id] = order
        return is_second

    def ids_forgotten(self) -> None:
        """A new connection: an order id means nothing until the gateway names it again."""
        self._by_id.clear()
        for order in (*self._open.values(), *self._done):
            order.order_id = 0
            order.handles = dict.fromkeys(order.handles, 0)

    def renamed(self, order: Standing, name: str, terms: Terms) -> None:
        """The change of that name is in force."""
        order.name, order.change = name, None
        order.price, order.quantity, order.stop = terms.price, terms.quantity, terms.stop
        self._name(order, name)

    def stands_again(self, order: Standing) -> None:
        """IB shows an order at work that was taken for over."""
        if not order.is_done:
            return
        order.is_done = False
        self._done.remove(order)
        self._open[id(order)] = order

    def _forget(self, order: Standing) -> None:
        super()._forget(order)
        if self._by_ref.get(order.ref) is order:
            del self._by_ref[order.ref]
        for perm_id in order.handles:
            self._by_perm.pop(perm_id, None)
        if self._by_id.get(order.order_id) is order:
            del self._by_id[order.order_id]
