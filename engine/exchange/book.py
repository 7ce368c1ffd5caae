"""One price-time-priority book: what is asked of it, and what becomes true in it."""

from msgspec.structs import replace as with_changes

from engine.exchange.auctions import line_up
from engine.exchange.groups import link, took_as_taker
from engine.exchange.levels import Half, Resting
from engine.exchange.matching import Matching
from engine.exchange.messages import (
    NO_PRICE,
    Accepted,
    Cancelled,
    CancelOrder,
    CancelReason,
    Event,
    NewOrder,
    Reduced,
    ReduceOrder,
    Refusal,
    Refused,
    Replaced,
    ReplaceOrder,
    Triggered,
)
from engine.exchange.protections import floor_of, objection_to
from engine.exchange.settings import BookSettings
from engine.exchange.standing import shrink
from engine.exchange.stops import WaitingStop
from engine.exchange.waiting import cancel_waiting, reduce_waiting, replace_waiting
from engine.values import OrderType, Price, Quantity, Side, TimeInForce

# Enum members are looked up once here: through the class each look costs as much as an event.
_BUY = Side.BUY
_LIMIT = OrderType.LIMIT
_MARKET = OrderType.MARKET
_STOP = OrderType.STOP
_STOP_LIMIT = OrderType.STOP_LIMIT
_IOC = TimeInForce.IOC
_FOK = TimeInForce.FOK
_AT_ONCE = (_IOC, _FOK)
_FOR_AUCTION = (TimeInForce.OPG, TimeInForce.CLS)
_DAILY = (TimeInForce.DAY, *_FOR_AUCTION)
_REQUESTED = CancelReason.REQUESTED
_CANCEL_REASONS = {
    Refusal.WOULD_TAKE: CancelReason.WOULD_TAKE,
    Refusal.COLLAR: CancelReason.COLLAR,
    Refusal.FOK_UNFILLABLE: CancelReason.FOK_UNFILLABLE,
}


class Book(Matching):
    """The book of one symbol; `Standing` answers the questions about it.

    `arrive`, `cancel`, `reduce` and `replace` are one operation each: they append what became
    true to `events`, and stops that the operation reached have entered when they return.
    """

    __slots__ = ("is_plain",)

    def __init__(self, symbol: str, settings: BookSettings | None = None) -> None:
        super().__init__(symbol, settings)
        settings = self.settings
        self.is_plain = (
            settings.orders_max is None
            and settings.orders_per_owner_max is None
            and settings.collar_bps is None
        )
        """Whether no cap and no collar is set: a plain limit then has nothing to be asked."""

    def arrive(self, order: NewOrder, events: list[Event]) -> None:
        """A new order: refused, or accepted and then traded, rested, waiting or cancelled."""
        refusal = self._refusal_of(order)
        if refusal is not None:
            self._refuse(order.order_id, refusal, events)
            return
        if order.stop:
            self._accept(order, events)
            self.stops.add(order)
        elif order.time_in_force in _FOR_AUCTION:
            self._accept(order, events)
            line_up(self, order)
        elif self.is_calling:
            self._wait_for_auction(order, events)
        else:
            own, opposite = self._sides(order)
            floor = floor_of(order, self.settings, opposite, own, self.last_price)
            refusal = objection_to(order, floor, self.settings, opposite, own, self.last_price)
            if refusal is not None:
                self._refuse(order.order_id, refusal, events)
                return
            self._accept(order, events)
            self._enter(order, own, opposite, floor, events)
        if self.waiting:
            self.settle(events)

    def cancel(self, request: CancelOrder, events: list[Event]) -> None:
        """What is left of a resting or waiting order goes."""
        resting = self.orders.get(request.order_id)
        if resting is None:
            cancel_waiting(self, request.order_id, _REQUESTED, events)
        else:
            self.remove(resting, _REQUESTED, events)
        if self.waiting:
            self.settle(events)

    def reduce(self, request: ReduceOrder, events: list[Event]) -> None:
        """Takes quantity off and keeps the place; at zero or below the order is gone."""
        order_id, quantity = request.order_id, request.quantity
        resting = self.orders.get(order_id)
        if resting is None:
            reduce_waiting(self, order_id, quantity, events)
        elif quantity <= 0:
            self._refuse(order_id, Refusal.BAD_QUANTITY, events)
        elif quantity >= resting.leaves:
            self.remove(resting, _REQUESTED, events)
        else:
            shrink(resting, quantity)
            events.append(Reduced(order_id, self.symbol, resting.leaves))
        if self.waiting:
            self.settle(events)

    def replace(self, request: ReplaceOrder, events: list[Event]) -> None:
        """Same price and not more keeps the place; anything else arrives again and may trade.

        In the book `stop` has no meaning. For a waiting stop a `stop` or limit of NO_PRICE leaves
        what is there, and without a limit `price` has no meaning.
        """
        resting = self.orders.get(request.order_id)
        if resting is None:
            replace_waiting(self, request, events)
        elif request.quantity <= 0:
            self._refuse(request.order_id, Refusal.BAD_QUANTITY, events)
        elif request.price <= 0:
            self._refuse(request.order_id, Refusal.BAD_PRICE, events)
        elif request.price == resting.level.price and request.quantity <= resting.leaves:
            shrink(resting, resting.leaves - request.quantity)
            self._replaced(request, request.price, events, kept_place=True)
        else:
            self._replace_resting(resting, request, events)
        if self.waiting:
            self.settle(events)

    def expire_day_orders(self, events: list[Event]) -> None:
        """The day is over: DAY orders, resting and waiting, are cancelled in order of their ids."""
        day = [view for view in self.all_orders() if view.time_in_force in _DAILY]
        for order_id in sorted(view.order_id for view in day):
            resting = self.orders.get(order_id)
            if resting is None:
                cancel_waiting(self, order_id, CancelReason.EXPIRED, events)
            else:
                self.remove(resting, CancelReason.EXPIRED, events)

    def settle(self, events: list[Event]) -> None:
        """Lets every stop enter that the last trades or the quote have reached.

        The oldest first, each done before the next is chosen, so a stop reached by the entry of
        another takes its turn by age among those that still wait for theirs.
        """
        while not self.is_calling:
            stop = self.stops.next_reached(self.last_price, self.best_bid, self.best_ask)
            if stop is None:
                return
            self._enter_triggered(stop, events)

    # --- auctions

    def call(self, is_calling: bool, events: list[Event]) -> None:
        """From now on nothing trades here but in an auction; or trading goes on."""
        self.is_calling = is_calling
        if self.waiting and not is_calling:
            self.settle(events)

    def _wait_for_auction(self, order: NewOrder, events: list[Event]) -> None:
        """In a call phase a limit joins its queue, whatever stands opposite."""
        if order.type is not _LIMIT or order.time_in_force in _AT_ONCE or order.post_only:
            self._refuse(order.order_id, Refusal.CALL, events)
            return
        self._accept(order, events)
        self._rest(order, order.quantity)

    def _rest(self, order: NewOrder, quantity: Quantity) -> None:
        own, _ = self._sides(order)
        self.join(Resting(order, quantity, own.level_for(order.price), None))

    # --- arriving

    def _refusal_of(self, order: NewOrder) -> Refusal | None:
        """What is wrong with the order whatever the prices in the book."""
        order_id = order.order_id
        if order_id in self.orders or order_id in self.waiting or order_id in self.called:
            return Refusal.DUPLICATE_ID
        if order.quantity <= 0:
            return Refusal.BAD_QUANTITY
        has_limit = order.type is _LIMIT or order.type is _STOP_LIMIT
        has_stop = order.type is _STOP or order.type is _STOP_LIMIT
        if order.price <= 0 if has_limit else order.price != NO_PRICE:
            return Refusal.BAD_PRICE
        if order.stop <= 0 if has_stop else order.stop != NO_PRICE:
            return Refusal.BAD_PRICE
        for_auction = order.time_in_force in _FOR_AUCTION
        if for_auction and (has_stop or order.post_only):
            return Refusal.BAD_PRICE
        stays = has_stop or for_auction or (has_limit and order.time_in_force not in _AT_ONCE)
        return Refusal.CAP_REACHED if stays and self._is_capped(order.owner) else None

    def _is_capped(self, owner: int) -> bool:
        total, own = self.settings.orders_max, self.settings.orders_per_owner_max
        held = len(self.orders) + len(self.waiting) + len(self.called)
        if total is not None and held >= total:
            return True
        if own is None or not owner:
            return False
        resting = sum(1 for resting in self.named.values() if resting.order.owner == owner)
        called = sum(1 for order in self.called.values() if order.owner == owner)
        return resting + called + self.stops.count_of(owner) >= own

    def _enter(
        self, order: NewOrder, own: Half, opposite: Half, floor: int, events: list[Event]
    ) -> None:
        """Trades down to `floor`; what is left rests or goes, as the order says."""
        before = len(events)
        leaves = self.match(order, order.quantity, opposite, floor, events)
        if order.oca_group:
            took_as_taker(self, order, before, events)
        if not leaves:
            return
        if order.type is _MARKET:
            reason = CancelReason.MARKET_REMAINDER
        elif order.time_in_force is _IOC:
            reason = CancelReason.IOC_REMAINDER
        else:
            assert order.time_in_force is not _FOK, "all or nothing, and it was not all"
            self._rest(order, Quantity(leaves))
            return
        events.append(Cancelled(order.order_id, self.symbol, Quantity(leaves), reason))

    def _enter_triggered(self, stop: WaitingStop, events: list[Event]) -> None:
        waiting = stop.order
        events.append(Triggered(waiting.order_id, self.symbol, waiting.stop))
        kind = _LIMIT if waiting.type is _STOP_LIMIT else _MARKET
        order = with_changes(waiting, type=kind, stop=NO_PRICE)
        own, opposite = self._sides(order)
        floor = floor_of(order, self.settings, opposite, own, self.last_price)
        refusal = objection_to(order, floor, self.settings, opposite, own, self.last_price)
        if refusal is None:
            self._enter(order, own, opposite, floor, events)
            return
        reason = _CANCEL_REASONS[refusal]
        events.append(Cancelled(order.order_id, self.symbol, order.quantity, reason))

    # --- replacing

    def _replace_resting(
        self, resting: Resting, request: ReplaceOrder, events: list[Event]
    ) -> None:
        order = with_changes(resting.order, price=request.price, quantity=request.quantity)
        if self.is_calling:
            self.leave(resting)
            self._replaced(request, request.price, events, kept_place=False)
            self._rest(order, request.quantity)
            return
        if order.post_only and not self.settings.post_only_survives_replace:
            order = with_changes(order, post_only=False)
        own, opposite = self._sides(order)
        floor = floor_of(order, self.settings, opposite, own, self.last_price)
        refusal = objection_to(order, floor, self.settings, opposite, own, self.last_price)
        if refusal is not None:
            self._refuse(order.order_id, refusal, events)
            return
        self.leave(resting)
        self._replaced(request, request.price, events, kept_place=False)
        self._enter(order, own, opposite, floor, events)

    # --- small steps

    def _sides(self, order: NewOrder) -> tuple[Half, Half]:
        return (self.bids, self.asks) if order.side is _BUY else (self.asks, self.bids)

    def _accept(self, order: NewOrder, events: list[Event]) -> None:
        if order.oca_group:
            link(self, order)
        events.append(
            Accepted(order.order_id, self.symbol, order.side, order.price, order.quantity)
        )

    def _replaced(
        self, request: ReplaceOrder, price: Price, events: list[Event], *, kept_place: bool
    ) -> None:
        events.append(Replaced(request.order_id, self.symbol, price, request.quantity, kept_place))

    def _refuse(self, order_id: int, reason: Refusal, events: list[Event]) -> None:
        events.append(Refused(order_id, self.symbol, reason))
