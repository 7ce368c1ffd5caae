"""The rules of the exchange once more, as plainly as possible: one list of orders, scanned in full.

Shares nothing with the engine but the messages. Prices are compared as fractions, orders are
found by looking at every one, and each stop looks at each trade when it happens.
"""

from dataclasses import dataclass, field
from fractions import Fraction

from engine.exchange.messages import (
    Accepted,
    Cancelled,
    CancelOrder,
    CancelReason,
    NewOrder,
    Reduced,
    ReduceOrder,
    Refusal,
    Refused,
    Replaced,
    SelfMatch,
    Traded,
    Triggered,
)
from engine.values import OrderType, Side, TimeInForce, Trigger

STOPS = (OrderType.STOP, OrderType.STOP_LIMIT)
LIMITS = (OrderType.LIMIT, OrderType.STOP_LIMIT)


@dataclass(eq=False)
class Line:
    """An order as a line in a list; stays in the list's order of arrival."""

    id: int
    side: Side
    type: OrderType
    price: int
    stop: int
    open: int
    lives: TimeInForce
    trigger: Trigger
    post: bool
    owner: int
    reached: bool = False


@dataclass(eq=False)
class Oracle:
    symbol: str
    self_match: SelfMatch = SelfMatch.OFF
    orders_max: int | None = None
    orders_per_owner_max: int | None = None
    collar_bps: int | None = None
    market_band_bps: int | None = None
    post_only_survives_replace: bool = True
    book: list[Line] = field(default_factory=list)
    waiting: list[Line] = field(default_factory=list)
    last: int | None = None
    said: list = field(default_factory=list)

    def submit(self, operation) -> list:
        self.said = []
        if isinstance(operation, NewOrder):
            self.new(operation)
        else:
            self.change(operation)
        self.let_stops_in()
        return self.said

    # --- questions

    def find(self, lines, order_id):
        return next((line for line in lines if line.id == order_id), None)

    def against(self, side):
        """The other side's orders, the one to meet first in front."""
        other = [line for line in self.book if line.side != side]
        return sorted(other, key=lambda line: line.price * side)

    def best(self, side):
        prices = [line.price for line in self.book if line.side == side]
        if not prices:
            return None
        return max(prices) if side == Side.BUY else min(prices)

    def queue(self, side, price):
        return [line for line in self.book if line.side == side and line.price == price]

    def depth(self):
        answer = []
        for side in (Side.BUY, Side.SELL):
            prices = sorted(
                {line.price for line in self.book if line.side == side}, key=lambda p: -p * side
            )
            answer.append(
                [
                    (p, sum(line.open for line in self.queue(side, p)), len(self.queue(side, p)))
                    for p in prices
                ]
            )
        return tuple(answer)

    # --- arriving

    def new(self, order):
        refusal = self.form_of(order)
        line = Line(
            order.order_id, order.side, order.type, order.price, order.stop, order.quantity,
            order.time_in_force, order.trigger, order.post_only, order.owner,
        )  # fmt: skip
        if refusal is None and order.type not in STOPS:
            refusal = self.objection(line)
        if refusal is not None:
            self.said.append(Refused(order.order_id, self.symbol, refusal))
            return
        self.said.append(
            Accepted(order.order_id, self.symbol, order.side, order.price, order.quantity)
        )
        if order.type in STOPS:
            self.wait(line)
        else:
            self.enter(line)

    def form_of(self, order):
        everybody = self.book + self.waiting
        if self.find(everybody, order.order_id):
            return Refusal.DUPLICATE_ID
        if order.quantity < 1:
            return Refusal.BAD_QUANTITY
        if (order.type in LIMITS) != (order.price != 0) or order.price < 0:
            return Refusal.BAD_PRICE
        if (order.type in STOPS) != (order.stop != 0) or order.stop < 0:
            return Refusal.BAD_PRICE
        passes = order.type == OrderType.MARKET or (
            order.type == OrderType.LIMIT
            and order.time_in_force in (TimeInForce.IOC, TimeInForce.FOK)
        )
        if passes:
            return None
        if self.orders_max is not None and len(everybody) >= self.orders_max:
            return Refusal.CAP_REACHED
        own = len([line for line in everybody if line.owner == order.owner])
        if (
            self.orders_per_owner_max is not None
            and order.owner
            and own >= self.orders_per_owner_max
        ):
            return Refusal.CAP_REACHED
        return None

    def reference(self):
        if self.last is not None:
            return Fraction(self.last)
        bid, ask = self.best(Side.BUY), self.best(Side.SELL)
        if bid is not None and ask is not None:
            return Fraction(bid + ask, 2)
        return Fraction(bid if ask is None else ask)

    def worst_within(self, side, bps):
        """The furthest price, as a fraction, that lies within the distance of the reference."""
        return self.reference() * (1 + side * Fraction(bps, 10_000))

    def limit_of(self, line):
        """The worst price the order may pay, or None for any."""
        if line.type == OrderType.LIMIT:
            return Fraction(line.price)
        if self.market_band_bps is None or not self.against(line.side):
            return None
        return self.worst_within(line.side, self.market_band_bps)

    def is_within(self, line, price, limit):
        return limit is None or price * line.side <= limit * line.side

    def objection(self, line):
        limit = self.limit_of(line)
        meets = [
            maker for maker in self.against(line.side) if self.is_within(line, maker.price, limit)
        ]
        if meets and line.post:
            return Refusal.WOULD_TAKE
        if meets and line.type == OrderType.LIMIT and self.collar_bps is not None:
            edge = self.worst_within(line.side, self.collar_bps)
            if line.price * line.side > edge * line.side:
                return Refusal.COLLAR
        if line.lives == TimeInForce.FOK and self.would_fill(line, meets) < line.open:
            return Refusal.FOK_UNFILLABLE
        return None

    def is_own(self, line, maker):
        return self.self_match != SelfMatch.OFF and line.owner != 0 and line.owner == maker.owner

    def would_fill(self, line, meets):
        """Quantity that would trade if the order met these one after the other."""
        filled = 0
        for maker in meets:
            if filled >= line.open:
                break
            if not self.is_own(line, maker):
                filled += maker.open
            elif self.self_match != SelfMatch.CANCEL_PASSIVE:
                break
        return min(filled, line.open)

    def enter(self, line):
        limit = self.limit_of(line)
        while line.open > 0:
            meets = [
                maker
                for maker in self.against(line.side)
                if self.is_within(line, maker.price, limit)
            ]
            if not meets:
                break
            if self.is_own(line, meets[0]):
                self.keep_apart(line, meets[0])
            else:
                self.trade(line, meets[0])
        if line.open == 0:
            return
        if line.type == OrderType.MARKET:
            self.cancelled(line, CancelReason.MARKET_REMAINDER)
        elif line.lives == TimeInForce.IOC:
            self.cancelled(line, CancelReason.IOC_REMAINDER)
        else:
            self.book.append(line)

    def trade(self, taker, maker):
        quantity = min(taker.open, maker.open)
        taker.open -= quantity
        maker.open -= quantity
        if maker.open == 0:
            self.book.remove(maker)
        self.said.append(
            Traded(
                self.symbol,
                taker.id,
                maker.id,
                maker.price,
                quantity,
                taker.side,
                taker.open,
                maker.open,
            )
        )
        self.last = maker.price
        for stop in self.waiting:
            if stop.trigger == Trigger.LAST and maker.price * stop.side >= stop.stop * stop.side:
                stop.reached = True

    def keep_apart(self, taker, maker):
        mode = self.self_match
        if mode == SelfMatch.DECREMENT:
            quantity = min(taker.open, maker.open)
            for line in (maker, taker):
                if line.open == quantity:
                    if line is maker:
                        self.book.remove(maker)
                    self.cancelled(line, CancelReason.SELF_MATCH)
                    line.open = 0
                else:
                    line.open -= quantity
                    self.said.append(Reduced(line.id, self.symbol, line.open))
            return
        if mode in (SelfMatch.CANCEL_PASSIVE, SelfMatch.CANCEL_BOTH):
            self.book.remove(maker)
            self.cancelled(maker, CancelReason.SELF_MATCH)
        if mode in (SelfMatch.CANCEL_AGGRESSIVE, SelfMatch.CANCEL_BOTH):
            self.cancelled(taker, CancelReason.SELF_MATCH)
            taker.open = 0

    def cancelled(self, line, reason):
        self.said.append(Cancelled(line.id, self.symbol, line.open, reason))

    # --- stops

    def wait(self, line):
        line.reached = False
        if line.trigger == Trigger.LAST and self.last is not None:
            line.reached = self.last * line.side >= line.stop * line.side
        self.waiting.append(line)

    def let_stops_in(self):
        while True:
            bid, ask = self.best(Side.BUY), self.best(Side.SELL)
            for stop in self.waiting:
                watched = None
                if stop.trigger == Trigger.QUOTE:
                    watched = ask if stop.side == Side.BUY else bid
                if stop.trigger == Trigger.MID and bid is not None and ask is not None:
                    watched = Fraction(bid + ask, 2)
                if watched is not None and watched * stop.side >= stop.stop * stop.side:
                    stop.reached = True
            stop = next((stop for stop in self.waiting if stop.reached), None)
            if stop is None:
                return
            self.waiting.remove(stop)
            self.said.append(Triggered(stop.id, self.symbol, stop.stop))
            stop.type = OrderType.LIMIT if stop.type == OrderType.STOP_LIMIT else OrderType.MARKET
            refusal = self.objection(stop)
            if refusal is None:
                self.enter(stop)
            else:
                self.cancelled(stop, CancelReason[refusal.name])

    # --- changing

    def change(self, operation):
        line = self.find(self.book, operation.order_id)
        stop = self.find(self.waiting, operation.order_id)
        if line is None and stop is None:
            self.said.append(Refused(operation.order_id, self.symbol, Refusal.NOT_RESTING))
        elif isinstance(operation, CancelOrder):
            self.drop(line or stop, CancelReason.REQUESTED)
        elif operation.quantity < 1:
            self.said.append(Refused(operation.order_id, self.symbol, Refusal.BAD_QUANTITY))
        elif isinstance(operation, ReduceOrder):
            self.reduce(line or stop, operation.quantity)
        elif line is not None:
            self.replace(line, operation)
        else:
            self.replace_stop(stop, operation)

    def drop(self, line, reason):
        if line in self.book:
            self.book.remove(line)
        else:
            self.waiting.remove(line)
        self.cancelled(line, reason)

    def reduce(self, line, quantity):
        if quantity >= line.open:
            self.drop(line, CancelReason.REQUESTED)
            return
        line.open -= quantity
        self.said.append(Reduced(line.id, self.symbol, line.open))

    def replace(self, line, operation):
        if operation.price < 1:
            self.said.append(Refused(line.id, self.symbol, Refusal.BAD_PRICE))
            return
        price, quantity = operation.price, operation.quantity
        if price == line.price and quantity <= line.open:
            line.open = quantity
            self.said.append(Replaced(line.id, self.symbol, price, quantity, True))
            return
        again = Line(
            line.id, line.side, OrderType.LIMIT, price, 0, quantity, line.lives, line.trigger,
            line.post and self.post_only_survives_replace, line.owner,
        )  # fmt: skip
        refusal = self.objection(again)
        if refusal is not None:
            self.said.append(Refused(line.id, self.symbol, refusal))
            return
        self.book.remove(line)
        self.said.append(Replaced(line.id, self.symbol, price, quantity, False))
        self.enter(again)

    def replace_stop(self, stop, operation):
        price = stop.price
        if stop.type == OrderType.STOP_LIMIT and operation.price != 0:
            price = operation.price
        trigger = operation.stop if operation.stop != 0 else stop.stop
        if price < 0 or trigger < 0:
            self.said.append(Refused(stop.id, self.symbol, Refusal.BAD_PRICE))
            return
        keeps = price == stop.price and trigger == stop.stop and operation.quantity <= stop.open
        self.said.append(Replaced(stop.id, self.symbol, price, operation.quantity, keeps))
        stop.price, stop.stop, stop.open = price, trigger, operation.quantity
        if not keeps:
            self.waiting.remove(stop)
            self.wait(stop)
