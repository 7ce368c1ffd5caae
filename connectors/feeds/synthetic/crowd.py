"""Everybody who trades one symbol: dealers, takers, joiners and those who change their minds."""

from math import ceil, floor
from random import Random

from connectors.feeds.flow import OWN_ORDER_IDS_FROM
from connectors.feeds.synthetic.belief import Belief
from connectors.feeds.synthetic.chance import heavy, waiting
from connectors.feeds.synthetic.symbols import TICK, Listing
from connectors.feeds.synthetic.weather import Weather
from engine.exchange.book import Book
from engine.exchange.messages import CancelOrder, NewOrder, Operation
from engine.values import OrderType, Price, Quantity, Side, TimeInForce

RESTING_ORDERS_MAX = 320
"""Orders of one crowd that rest at the same time; beyond it the farthest of a few goes."""
RESTING_ORDERS_USUAL = 160
IDS_MAX = 2 * RESTING_ORDERS_MAX
"""Ids that a crowd remembers, those of orders that are gone included."""
LEVELS_MIN, LEVELS_FLOOR = 12, 7
"""Prices that each side soon has again, and those that it has before anybody takes any."""
ACTIONS_PER_SECOND_MAX = 150.0
"""Of one symbol, in its wildest moment."""
SWEEP_QUEUES_MAX = 3
"""An order that takes is at most so many times the usual best queue."""
SWEEP_LEVELS_MAX = 3
PULLED_AT_ONCE_MAX = 4

_BUY, _SELL = Side.BUY, Side.SELL
_LIMIT, _MARKET = OrderType.LIMIT, OrderType.MARKET
_GTC, _IOC = TimeInForce.GTC, TimeInForce.IOC
_PATIENCE_TICKS = 1.0
_STALE_SEEN, _STALE_SEEN_PER_TICK = 0.2, 0.4
_WALL_QUEUES = 5.0
_TAKE_STALE = 0.45
_TAKE, _CANCEL = 0.09, 0.42
_SWEEP = 0.06
_FOLLOW_PARENT = 0.8
_PARENT_EXPONENT, _PARENT_MAX = 1.4, 40
_ODD_LOT, _ODD_LOT_TAKER = 0.10, 0.25
_DEPTH_TICKS = 7.0
_LAYERS_MAX = 3
_DEEPENED_AT_ONCE_MAX = 3
_CROWDED_MAX = 1.4
_CARETAKER_EVERY = 8
_PASSIVE_LOTS = (1, 1, 1, 1, 2, 2, 3, 5)
_TAKER_EXPONENT, _TAKER_LOTS_MAX = 1.8, 20

Top = tuple[int, int, int]
"""Price, quantity and number of orders of a best level."""


class OrderIds:
    """Counts the exchange orders of the whole flow."""

    __slots__ = ("next",)

    def __init__(self, first: int) -> None:
        self.next = first

    def take(self) -> int:
        order_id = self.next
        self.next = order_id + 1
        return order_id


class Crowd:
    """Decides one action at a time over the real book; remembers only the ids of its orders."""

    __slots__ = (
        "_actions",
        "_gap",
        "_ids",
        "_parent_left",
        "_parent_side",
        "belief",
        "corrects",
        "listing",
        "live",
        "random",
    )

    def __init__(self, listing: Listing, belief: Belief, ids: OrderIds, random: Random) -> None:
        self.listing = listing
        self.belief = belief
        self.corrects = False
        """Whether the last action only brought the book to what everybody believed before."""
        self.random = random
        self.live: list[int] = []
        """Ids that may still rest; those that are gone are dropped when met."""
        self._ids = ids
        self._gap = max(1, listing.spread_ticks // 3)
        self._actions = 0
        self._parent_left = 0
        self._parent_side = _BUY

    def seconds_to_next(self, weather: Weather) -> float:
        """Until somebody acts again: a self-exciting clock that runs with the time of day."""
        rate = self.listing.actions_per_second * weather.season * self.belief.busy
        return waiting(self.random) / min(rate, ACTIONS_PER_SECOND_MAX)

    def act(self, book: Book) -> list[Operation]:
        """One person's action, as operations of the exchange; empty when everybody waits."""
        bids, asks = book.depth(LEVELS_FLOOR)
        if not bids or not asks:
            return self._restore(book)
        self._actions += 1
        self.corrects = False
        if min(len(bids), len(asks)) < LEVELS_FLOOR:
            return self._deepen(book)
        if self._actions % _CARETAKER_EVERY == 0:
            chore = self._take_care(book)
            if chore:
                return chore
        bid, ask = bids[0], asks[0]
        edge = (self.listing.spread_ticks - 1) / 2
        worth = self.belief.worth
        patience = _PATIENCE_TICKS + 0.3 * edge
        too_dear = bid[0] / TICK - (worth - edge + patience)
        too_cheap = worth + edge - patience - ask[0] / TICK
        if too_dear > 0.0 and self._sees(too_dear, bid):
            return self._press(_SELL, bid, book)
        if too_cheap > 0.0 and self._sees(too_cheap, ask):
            return self._press(_BUY, ask, book)
        if (ask[0] - bid[0]) // TICK > self.listing.spread_ticks and self.random.random() < 0.5:
            return self._improve(bid[0] // TICK, ask[0] // TICK, worth, edge)
        return self._carry_on(bid, ask, worth, book)

    # --- dealers

    def _sees(self, error: float, touch: Top) -> bool:
        """Whether somebody acts on a stale price now: the surer the further off it is.

        A wall persuades: nobody is sure that those who show ten times the usual size are wrong.
        """
        sure = _STALE_SEEN + _STALE_SEEN_PER_TICK * error
        return self.random.random() < min(sure, _WALL_QUEUES * self.listing.queue / touch[1])

    def _press(self, side: Side, touch: Top, book: Book) -> list[Operation]:
        """The best price is stale: somebody takes it, or those who stand there pull back."""
        price, quantity, _ = touch
        if self.random.random() >= _TAKE_STALE:
            pulled = self._pull(side.opposite, price, PULLED_AT_ONCE_MAX, book)
            if pulled:
                return pulled
        self.corrects = True
        size = min(quantity, SWEEP_QUEUES_MAX * self.listing.queue)
        if self.random.random() < 0.5:
            size = 1 + int(size * self.random.random())
        return [self.taker(side, price, size)]

    def _improve(self, bid: int, ask: int, worth: float, edge: float) -> list[Operation]:
        """The spread is wide: a dealer steps in on the side that is farther from fair value."""
        if worth - bid > ask - worth:
            want = min(ask - 1, max(bid + 1, floor(worth - edge + 0.5)))
            return self._quote(_BUY, bid + 1 + self._up_to(want - bid - 1))
        want = max(bid + 1, min(ask - 1, ceil(worth + edge - 0.5)))
        return self._quote(_SELL, ask - 1 - self._up_to(ask - 1 - want))

    def _quote(self, side: Side, best: int) -> list[Operation]:
        """A dealer shows a few orders in a row, more behind the best."""
        lot, usual = self.listing.lot, self.listing.queue / self.listing.lot
        return [
            self.resting(
                side,
                best - side * layer * self._gap,
                lot * (1 + int(usual * (0.15 + 0.35 * self.random.random()))),
            )
            for layer in range(1 + int(_LAYERS_MAX * self.random.random()))
        ]

    def _up_to(self, ticks: int) -> int:
        """Mostly all the way, sometimes a part of it."""
        return ticks if self.random.random() < 0.7 else int(self.random.random() * (ticks + 1))

    # --- everybody else

    def _carry_on(self, bid: Top, ask: Top, worth: float, book: Book) -> list[Operation]:
        draw = self.random.random()
        if draw < _TAKE:
            return self._take(bid, ask, worth, book)
        # Who believes in a rise lines up at the bid and leaves the offer thin.
        inside = (worth - bid[0] / TICK) / max(1.0, (ask[0] - bid[0]) / TICK)
        tilt = 0.6 + 0.8 * min(max(inside, 0.0), 1.0)
        if self.random.random() < 0.5:
            side, touch, wanted = _BUY, bid, tilt * self.listing.queue
        else:
            side, touch, wanted = _SELL, ask, (2.0 - tilt) * self.listing.queue
        crowded = min(len(book.orders) / RESTING_ORDERS_USUAL, _CROWDED_MAX)
        if draw < _TAKE + _CANCEL * crowded:
            return self._leave(side, touch, wanted, book)
        return self._join(side, touch, wanted)

    def _take(self, bid: Top, ask: Top, worth: float, book: Book) -> list[Operation]:
        """Takes the best price; who slices a large order keeps coming back on the same side."""
        side = self._taker_side(bid, ask, worth)
        price, quantity, _ = ask if side is _BUY else bid
        if self.random.random() < _SWEEP:
            return [self._sweep(side, quantity, book)]
        return [self.taker(side, price, min(self._size_of_taker(), quantity))]

    def _sweep(self, side: Side, best_quantity: int, book: Book) -> NewOrder:
        """Takes the best price and some of the next one or two, never the last that stand."""
        levels = book.depth(SWEEP_LEVELS_MAX)[0 if side is _SELL else 1]
        last = levels[-1 - int(self.random.random() * (SWEEP_LEVELS_MAX - 1))]
        size = best_quantity + self._size_of_taker() * (1 + int(2 * self.random.random()))
        size = min(size, SWEEP_QUEUES_MAX * self.listing.queue)
        return self.taker(side, last[0], size)

    def _taker_side(self, bid: Top, ask: Top, worth: float) -> Side:
        if self._parent_left and self.random.random() < _FOLLOW_PARENT:
            self._parent_left -= 1
            return self._parent_side
        middle = (bid[0] + ask[0]) / (2 * TICK)
        tilt = 0.12 * min(max(worth - middle, -1.0), 1.0)
        side = _BUY if self.random.random() < 0.5 + tilt else _SELL
        if not self._parent_left:
            self._parent_side = side
            self._parent_left = heavy(self.random, exponent=_PARENT_EXPONENT, at_most=_PARENT_MAX)
        return side

    def _join(self, side: Side, touch: Top, wanted: float) -> list[Operation]:
        """Lines up at the best price while the queue is short, else somewhere behind it."""
        price, quantity, _ = touch
        behind = 0
        if quantity * (0.7 + 0.6 * self.random.random()) > wanted:
            behind = self._gap * (1 + int(_DEPTH_TICKS * waiting(self.random)))
        return [self.resting(side, price // TICK - side * behind, self._passive_size())]

    def _leave(self, side: Side, touch: Top, wanted: float, book: Book) -> list[Operation]:
        """Somebody changes their mind: at a crowded best price the newest, else anybody."""
        if touch[1] > 1.5 * wanted:
            pulled = self._pull(side, touch[0], 1, book)
            if pulled:
                return pulled
        gone = self._anybody(book, of=2)
        return [] if gone is None else [gone]

    # --- housekeeping

    def _take_care(self, book: Book) -> list[Operation]:
        """Keeps both sides deep and the number of resting orders bounded."""
        if len(self.live) > IDS_MAX:
            self.live = [order_id for order_id in self.live if order_id in book.orders]
        if len(book.orders) > RESTING_ORDERS_MAX:
            gone = self._anybody(book, of=6)
            return [] if gone is None else [gone]
        return self._deepen(book)

    def _deepen(self, book: Book) -> list[Operation]:
        """A few line up behind the deepest price of the thinner sides."""
        operations: list[Operation] = []
        for side, levels in zip((_BUY, _SELL), book.depth(LEVELS_MIN), strict=True):
            deepest = levels[-1][0] // TICK
            for _ in range(min(LEVELS_MIN - len(levels), _DEEPENED_AT_ONCE_MAX)):
                deepest -= side * self._gap * (1 + int(2 * self.random.random()))
                operations.append(self.resting(side, deepest, 2 * self._passive_size()))
        return operations

    def _restore(self, book: Book) -> list[Operation]:
        """Somebody emptied a side: dealers quote again, three spreads beside fair value."""
        worth, away = self.belief.worth, 3 * self.listing.spread_ticks
        operations: list[Operation] = []
        bid, ask = book.best_bid, book.best_ask
        if bid is None:
            best = min(floor(worth) - away, ask // TICK - 1 if ask is not None else floor(worth))
            operations += [
                self.resting(_BUY, best - step * self._gap, self.listing.queue // 2)
                for step in range(LEVELS_MIN)
            ]
        if ask is None:
            best = max(ceil(worth) + away, bid // TICK + 1 if bid is not None else ceil(worth))
            operations += [
                self.resting(_SELL, best + step * self._gap, self.listing.queue // 2)
                for step in range(LEVELS_MIN)
            ]
        return operations

    def _pull(self, side: Side, price: int, at_most: int, book: Book) -> list[Operation]:
        """Cancels the newest orders of the crowd at one price."""
        queue = book.orders_at(side, price)
        mine = [view.order_id for view in queue if view.order_id < OWN_ORDER_IDS_FROM]
        return [CancelOrder(order_id, self.listing.symbol) for order_id in mine[-at_most:]]

    def _anybody(self, book: Book, of: int) -> CancelOrder | None:
        """Cancels a random resting order; of several drawn the one farthest from fair value."""
        live, random, farthest, chosen = self.live, self.random, -1.0, -1
        for _ in range(4 * of):
            if not live or of == 0:
                break
            place = int(random.random() * len(live))
            view = book.order(live[place])
            if view is None:
                live[place] = live[-1]
                live.pop()
                if chosen == len(live):
                    chosen = place
                continue
            of -= 1
            distance = abs(view.price / TICK - self.belief.fair)
            if distance > farthest:
                farthest, chosen = distance, place
        if chosen < 0:
            return None
        order_id = live[chosen]
        live[chosen] = live[-1]
        live.pop()
        return CancelOrder(order_id, self.listing.symbol)

    # --- orders

    def resting(self, side: Side, ticks: int, quantity: int) -> NewOrder:
        order_id = self._ids.take()
        self.live.append(order_id)
        price = Price(max(1, ticks) * TICK)
        return NewOrder(order_id, self.listing.symbol, side, _LIMIT, Quantity(quantity), price)

    def taker(self, side: Side, price: int, quantity: int) -> NewOrder:
        return NewOrder(
            self._ids.take(),
            self.listing.symbol,
            side,
            _LIMIT,
            Quantity(quantity),
            Price(max(TICK, price)),
            time_in_force=_IOC,
        )

    def for_cross(
        self, side: Side, lives: TimeInForce, ticks: int | None, quantity: int
    ) -> NewOrder:
        """For an auction alone; without `ticks` at whatever its price is."""
        kind = _MARKET if ticks is None else _LIMIT
        return NewOrder(
            self._ids.take(),
            self.listing.symbol,
            side,
            kind,
            Quantity(quantity),
            Price((ticks or 0) * TICK),
            time_in_force=lives,
        )

    def _passive_size(self) -> int:
        random, lot = self.random, self.listing.lot
        if random.random() < _ODD_LOT:
            return 1 + int(random.random() * (lot - 1))
        return lot * _PASSIVE_LOTS[int(random.random() * len(_PASSIVE_LOTS))]

    def _size_of_taker(self) -> int:
        random, lot = self.random, self.listing.lot
        if random.random() < _ODD_LOT_TAKER:
            return 1 + int(random.random() * (lot - 1))
        return lot * heavy(random, exponent=_TAKER_EXPONENT, at_most=_TAKER_LOTS_MAX)
