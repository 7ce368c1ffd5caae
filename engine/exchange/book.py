"""One price-time-priority book: what is asked of it, and what becomes true in it."""

from msgspec.structs import replace as with_changes

from engine.exchange.levels import Half, Resting
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
    SelfMatch,
    Traded,
    Triggered,
)
from engine.exchange.protections import floor_of, objection_to
from engine.exchange.settings import BookSettings
from engine.exchange.standing import Standing, shrink
from engine.exchange.stops import WaitingStop
from engine.values import OrderType, Price, Quantity, Side, TimeInForce

# Enum members are looked up once here: through the class each look costs as much as an event.
# For the same reason the matching loop counts in plain integers, without calling Quantity.
_BUY = Side.BUY
_LIMIT = OrderType.LIMIT
_MARKET = OrderType.MARKET
_STOP = OrderType.STOP
_STOP_LIMIT = OrderType.STOP_LIMIT
_IOC = TimeInForce.IOC
_FOK = TimeInForce.FOK
_REQUESTED = CancelReason.REQUESTED
_SELF_MATCH = CancelReason.SELF_MATCH
_made = object.__new__
_CANCEL_REASONS = {
    Refusal.WOULD_TAKE: CancelReason.WOULD_TAKE,
    Refusal.COLLAR: CancelReason.COLLAR,
    Refusal.FOK_UNFILLABLE: CancelReason.FOK_UNFILLABLE,
}


class Book(Standing):
    """The book of one symbol; `Standing` answers the questions about it.

    `arrive`, `cancel`, `reduce` and `replace` are one operation each: they append what became
    true to `events`, and stops that the operation reached have entered when they return.
    """

    __slots__ = ("_guards", "_has_terms")

    def __init__(self, symbol: str, settings: BookSettings | None = None) -> None:
        super().__init__(symbol, settings)
        settings = self.settings
        self._guards = settings.self_match is not SelfMatch.OFF
        self._has_terms = (
            settings.orders_max is not None
            or settings.orders_per_owner_max is not None
            or settings.collar_bps is not None
        )

    def arrive(self, order: NewOrder, events: list[Event]) -> None:
        """A new order: refused, or accepted and then traded, rested, waiting or cancelled."""
        price, quantity, lives = order.price, order.quantity, order.time_in_force
        if (
            order.type is not _LIMIT
            or lives is _IOC
            or lives is _FOK
            or quantity <= 0
            or price <= 0
            or order.stop
            or order.post_only
            or self._has_terms
        ):
            self._arrive_with_terms(order, events)
            return
        order_id, side = order.order_id, order.side
        orders, waiting = self.orders, self.waiting
        if order_id in orders or order_id in waiting:
            events.append(Refused(order_id, self.symbol, Refusal.DUPLICATE_ID))
            return
        events.append(Accepted(order_id, self.symbol, side, price, quantity))
        # Most orders of a market are plain limits: from here on `_enter` without its branches.
        key: int
        if side is _BUY:
            own, opposite, key = self.bids, self.asks, price
        else:
            own, opposite, key = self.asks, self.bids, -price
        leaves = quantity
        keys = opposite.keys
        if keys and keys[-1] >= -key:
            leaves = self._match(order, quantity, opposite, -key, events)
        if leaves:
            try:
                level = own.levels[key]
            except KeyError:
                level = own.level_for(key)
            last = level.last
            # `Resting(...)` in its own lines: calling __init__ costs 8 % of the whole workload w1.
            resting = level.last = orders[order_id] = _made(Resting)
            resting.order = order
            resting.leaves = leaves
            resting.level = level
            resting.preceding = last
            resting.following = None
            if last is None:
                level.first = resting
                if not level.is_listed:
                    own.enlist(level)
            else:
                last.following = resting
            level.quantity += leaves
            level.count += 1
            if order.owner:
                self.named[order_id] = resting
        if waiting:
            self.settle(events)

    def cancel(self, request: CancelOrder, events: list[Event]) -> None:
        """What is left of a resting or waiting order goes."""
        order_id = request.order_id
        resting = self.orders.pop(order_id, None)
        if resting is None:
            self._cancel_waiting(order_id, _REQUESTED, events)
            return
        if self.named:
            self.named.pop(order_id, None)
        # `unlink` in its own lines: nearly half of a market's operations are cancels.
        level, before, after = resting.level, resting.preceding, resting.following
        leaves = resting.leaves
        if before is None:
            level.first = after
        else:
            before.following = after
        if after is None:
            level.last = before
        else:
            after.preceding = before
        level.quantity -= leaves
        level.count -= 1
        if not level.count:
            level.half.drop_empty_best()
        events.append(Cancelled(order_id, self.symbol, leaves, _REQUESTED))
        if self.waiting:
            self.settle(events)

    def reduce(self, request: ReduceOrder, events: list[Event]) -> None:
        """Takes quantity off and keeps the place; at zero or below the order is gone."""
        order_id, quantity = request.order_id, request.quantity
        resting = self.orders.get(order_id)
        if resting is None:
            self._reduce_waiting(order_id, quantity, events)
        elif quantity <= 0:
            self._refuse(order_id, Refusal.BAD_QUANTITY, events)
        elif quantity >= resting.leaves:
            self._remove(resting, _REQUESTED, events)
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
            self._replace_waiting(request, events)
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
        day = [view for view in self.all_orders() if view.time_in_force is TimeInForce.DAY]
        for order_id in sorted(view.order_id for view in day):
            resting = self.orders.get(order_id)
            if resting is None:
                self._cancel_waiting(order_id, CancelReason.EXPIRED, events)
            else:
                self._remove(resting, CancelReason.EXPIRED, events)

    def settle(self, events: list[Event]) -> None:
        """Lets every stop enter that the last trades or the quote have reached.

        The oldest first, each done before the next is chosen, so a stop reached by the entry of
        another takes its turn by age among those that still wait for theirs.
        """
        while True:
            stop = self.stops.next_reached(self.last_price, self.best_bid, self.best_ask)
            if stop is None:
                return
            self._enter_triggered(stop, events)

    # --- arriving

    def _arrive_with_terms(self, order: NewOrder, events: list[Event]) -> None:
        refusal = self._refusal_of(order)
        if refusal is not None:
            self._refuse(order.order_id, refusal, events)
            return
        if order.stop:
            self._accept(order, events)
            self.stops.add(order)
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

    def _refusal_of(self, order: NewOrder) -> Refusal | None:
        """What is wrong with the order whatever the prices in the book."""
        if order.order_id in self.orders or order.order_id in self.waiting:
            return Refusal.DUPLICATE_ID
        if order.quantity <= 0:
            return Refusal.BAD_QUANTITY
        has_limit = order.type is _LIMIT or order.type is _STOP_LIMIT
        has_stop = order.type is _STOP or order.type is _STOP_LIMIT
        if order.price <= 0 if has_limit else order.price != NO_PRICE:
            return Refusal.BAD_PRICE
        if order.stop <= 0 if has_stop else order.stop != NO_PRICE:
            return Refusal.BAD_PRICE
        stays = has_stop or (has_limit and order.time_in_force not in (_IOC, _FOK))
        return Refusal.CAP_REACHED if stays and self._is_capped(order.owner) else None

    def _is_capped(self, owner: int) -> bool:
        total, own = self.settings.orders_max, self.settings.orders_per_owner_max
        if total is not None and len(self.orders) + len(self.waiting) >= total:
            return True
        if own is None or not owner:
            return False
        resting = sum(1 for resting in self.named.values() if resting.order.owner == owner)
        return resting + self.stops.count_of(owner) >= own

    def _enter(
        self, order: NewOrder, own: Half, opposite: Half, floor: int, events: list[Event]
    ) -> None:
        """Trades down to `floor`; what is left rests or goes, as the order says."""
        leaves = self._match(order, order.quantity, opposite, floor, events)
        if not leaves:
            return
        if order.type is _MARKET:
            reason = CancelReason.MARKET_REMAINDER
        elif order.time_in_force is _IOC:
            reason = CancelReason.IOC_REMAINDER
        else:
            assert order.time_in_force is not _FOK, "all or nothing, and it was not all"
            level = own.level_for(order.price * own.sign)
            self.join(Resting(order, leaves, level, None))
            return
        events.append(Cancelled(order.order_id, self.symbol, leaves, reason))

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

    # --- matching

    def _match(
        self, order: NewOrder, quantity: Quantity, opposite: Half, floor: int, events: list[Event]
    ) -> Quantity:
        """Trades against the opposite side down to the key `floor`; returns what is open then.

        Best price first, at a price the oldest order first, at the resting order's price.
        """
        keys, levels, orders, append = opposite.keys, opposite.levels, self.orders, events.append
        symbol, taker_id, side, owner = self.symbol, order.order_id, order.side, order.owner
        guarded = owner if self._guards and owner else None
        leaves: int = quantity
        first_price = last_price = None
        while leaves and keys and keys[-1] >= floor:
            level = levels[keys[-1]]
            maker = level.first
            assert maker is not None, "a level stands only while somebody is in its queue"
            maker_owner = maker.order.owner
            maker_leaves: int = maker.leaves
            if maker_owner == guarded:
                leaves = self._prevent(order, leaves, maker, events)
                continue
            maker_id, last_price = maker.order.order_id, level.price
            first_price = first_price or last_price
            if maker_leaves > leaves:
                traded, leaves = leaves, 0
                maker_leaves -= traded
                maker.leaves = maker_leaves  # type: ignore[assignment]
                level.quantity -= traded
            else:
                traded, maker_leaves = maker_leaves, 0
                leaves -= traded
                del orders[maker_id]
                if maker_owner:
                    del self.named[maker_id]
                level.quantity -= traded
                level.count -= 1
                following = level.first = maker.following
                if following is None:
                    level.last = None
                    opposite.drop_empty_best()
                else:
                    following.preceding = None
            append(
                Traded(symbol, taker_id, maker_id, last_price, traded, side, leaves, maker_leaves)  # type: ignore[arg-type]
            )
        if last_price is not None and first_price is not None:
            self.last_price = last_price
            if self.waiting:
                self.stops.saw_trades(first_price, last_price)
        return leaves  # type: ignore[return-value]

    def _prevent(self, order: NewOrder, leaves: int, maker: Resting, events: list[Event]) -> int:
        """The order met one of its own owner: nothing trades; returns what is open then."""
        mode, taker_id = self.settings.self_match, order.order_id
        if mode is SelfMatch.DECREMENT:
            return self._decrement(taker_id, leaves, maker, events)
        if mode is not SelfMatch.CANCEL_AGGRESSIVE:
            self._remove(maker, _SELF_MATCH, events)
        if mode is SelfMatch.CANCEL_PASSIVE:
            return leaves
        events.append(Cancelled(taker_id, self.symbol, Quantity(leaves), _SELF_MATCH))
        return 0

    def _decrement(self, taker_id: int, leaves: int, maker: Resting, events: list[Event]) -> int:
        """Both lose the smaller quantity; the one that loses everything is cancelled."""
        met = min(leaves, maker.leaves)
        if met == maker.leaves:
            self._remove(maker, _SELF_MATCH, events)
        else:
            shrink(maker, met)
            events.append(Reduced(maker.order.order_id, self.symbol, maker.leaves))
        if met == leaves:
            events.append(Cancelled(taker_id, self.symbol, Quantity(leaves), _SELF_MATCH))
        else:
            events.append(Reduced(taker_id, self.symbol, Quantity(leaves - met)))
        return leaves - met

    # --- replacing

    def _replace_resting(
        self, resting: Resting, request: ReplaceOrder, events: list[Event]
    ) -> None:
        order = with_changes(resting.order, price=request.price, quantity=request.quantity)
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

    def _replace_waiting(self, request: ReplaceOrder, events: list[Event]) -> None:
        waiting = self.waiting.get(request.order_id)
        if waiting is None:
            self._refuse(request.order_id, Refusal.NOT_RESTING, events)
            return
        if request.quantity <= 0:
            self._refuse(request.order_id, Refusal.BAD_QUANTITY, events)
            return
        old = waiting.order
        price = (request.price or old.price) if old.type is _STOP_LIMIT else NO_PRICE
        stop = request.stop or old.stop
        if price < 0 or stop < 0:
            self._refuse(request.order_id, Refusal.BAD_PRICE, events)
            return
        order = with_changes(old, price=price, stop=stop, quantity=request.quantity)
        keeps = price == old.price and stop == old.stop and request.quantity <= old.quantity
        if keeps:
            waiting.order = order
        else:
            self.stops.remove(request.order_id)
            self.stops.add(order)
        self._replaced(request, price, events, kept_place=keeps)

    def _cancel_waiting(self, order_id: int, reason: CancelReason, events: list[Event]) -> None:
        waiting = self.waiting.get(order_id)
        if waiting is None:
            self._refuse(order_id, Refusal.NOT_RESTING, events)
            return
        self.stops.remove(order_id)
        events.append(Cancelled(order_id, self.symbol, waiting.order.quantity, reason))

    def _reduce_waiting(self, order_id: int, quantity: int, events: list[Event]) -> None:
        waiting = self.waiting.get(order_id)
        if waiting is None or quantity >= waiting.order.quantity:
            self._cancel_waiting(order_id, _REQUESTED, events)
            return
        if quantity <= 0:
            self._refuse(order_id, Refusal.BAD_QUANTITY, events)
            return
        leaves = Quantity(waiting.order.quantity - quantity)
        waiting.order = with_changes(waiting.order, quantity=leaves)
        events.append(Reduced(order_id, self.symbol, leaves))

    # --- small steps

    def _sides(self, order: NewOrder) -> tuple[Half, Half]:
        return (self.bids, self.asks) if order.side is _BUY else (self.asks, self.bids)

    def _remove(self, resting: Resting, reason: CancelReason, events: list[Event]) -> None:
        self.leave(resting)
        order_id = resting.order.order_id
        events.append(Cancelled(order_id, self.symbol, resting.leaves, reason))

    def _accept(self, order: NewOrder, events: list[Event]) -> None:
        events.append(
            Accepted(order.order_id, self.symbol, order.side, order.price, order.quantity)
        )

    def _replaced(
        self, request: ReplaceOrder, price: Price, events: list[Event], *, kept_place: bool
    ) -> None:
        events.append(Replaced(request.order_id, self.symbol, price, request.quantity, kept_place))

    def _refuse(self, order_id: int, reason: Refusal, events: list[Event]) -> None:
        events.append(Refused(order_id, self.symbol, reason))
