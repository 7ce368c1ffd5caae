"""How a recording, or a restart, sets up a book from outside instead of by arriving orders.

What the recording does not name (orders from before its start, prices that come into view) is one
anonymous amount at the front of its price, an order of its own with a reserved id below zero.
Nothing here lets stops enter: after each recorded message call `settle` once.
"""

from engine.exchange.book import Book
from engine.exchange.groups import took
from engine.exchange.levels import Level, Resting, unlink
from engine.exchange.messages import ANONYMOUS, Event, NewOrder, Traded
from engine.exchange.protections import floor_of
from engine.exchange.standing import shrink
from engine.values import OrderType, Price, Quantity, Side

_BUY = Side.BUY


def front_amount_id(side: Side, price: int) -> int:
    """The id, always below zero, under which the anonymous amount of a price rests and trades."""
    return -(2 * price + (side is _BUY))


def is_front_amount(order_id: int) -> bool:
    """Whether a trade's maker was an anonymous amount and no announced order."""
    return order_id < 0


# --- orders that do not arrive but have their place


def place_front(book: Book, side: Side, price: int, quantity: int) -> None:
    """Anonymous quantity at the front of a price; with what is there already it is one amount."""
    amount = book.orders.get(front_amount_id(side, price))
    if amount is not None:
        amount.leaves = Quantity(amount.leaves + quantity)
        amount.level.quantity += quantity
        return
    order_id = front_amount_id(side, price)
    order = NewOrder(order_id, book.symbol, side, OrderType.LIMIT, Quantity(quantity), Price(price))
    level = _level_of(book, order)
    book.join(Resting(order, order.quantity, level, None), level.first)


def place_by_id(book: Book, order: NewOrder) -> None:
    """The order rests without trading, where its id puts it among the market's at its price.

    Named orders (of an owner that is not ANONYMOUS) have ids of another kind and do not count;
    one that stands directly before the first greater id came later and is passed.
    """
    resting = _new_resting(book, order)
    book.join(resting, _place_of_id(resting.level, order.order_id))


def place_behind(book: Book, order: NewOrder, quantity_ahead: int) -> None:
    """The order rests without trading, with at least `quantity_ahead` before it if it is there.

    An order is never split: a quantity that ends inside one puts the new order behind it.
    """
    resting = _new_resting(book, order)
    before, ahead = resting.level.first, 0
    while before is not None and ahead < quantity_ahead:
        ahead += before.leaves
        before = before.following
    book.join(resting, before)


def queue_by_id(book: Book, order_id: int) -> None:
    """Moves an order that has arrived to where its id puts it (see `place_by_id`)."""
    resting = book.orders.get(order_id)
    if resting is None or resting.preceding is None:
        return
    level = resting.level
    unlink(resting)
    book.join(resting, _place_of_id(level, order_id))


# --- what the recording takes, shows and hides


def take(book: Book, order_id: int, quantity: int) -> int:
    """Takes up to `quantity` off an order, which keeps its place; what could be taken."""
    resting = book.orders.get(order_id)
    if resting is None:
        return 0
    if quantity < resting.leaves:
        shrink(resting, quantity)
        return quantity
    book.leave(resting)
    return resting.leaves


def take_front(book: Book, side: Side, price: int, quantity: int) -> int:
    """Takes up to `quantity` off the anonymous amount at a price; what could be taken."""
    return take(book, front_amount_id(side, price), quantity)


def reveal(book: Book, side: Side, price: int, quantity: int) -> None:
    """The market's quantity at a price is this, all of it anonymous and ahead of named orders."""
    forget(book, side, price)
    if quantity > 0:
        place_front(book, side, price, quantity)


def forget(book: Book, side: Side, price: int) -> int:
    """Drops the market's orders at a price, named orders stay; the quantity that was dropped."""
    level = book.half(side).level_at(price)
    return 0 if level is None else _forget(book, level)


def forget_beyond(book: Book, side: Side, price: int) -> int:
    """Forgets every price worse than `price`; how many levels had something to forget."""
    half, forgotten = book.half(side), 0
    edge = price * half.sign
    for key in [key for key in half.keys if key < edge]:
        forgotten += _forget(book, half.levels[key * half.sign]) > 0
    return forgotten


def front_of(book: Book, side: Side, price: int) -> int | None:
    """The id of the first order in the queue at a price."""
    level = book.half(side).level_at(price)
    return None if level is None or level.first is None else level.first.order.order_id


# --- trades that the visible market does not see


def meet_named(book: Book, order: NewOrder) -> tuple[list[Event], int]:
    """An aggressive order that meets named orders only, at its limit or better.

    Best price first, then by place in the queue, at the named order's price. Returns the trades
    and what the order has open afterwards (in a recording it prints hidden: `print_trade`).
    """
    events: list[Event] = []
    leaves = int(order.quantity)
    opposite = book.half(order.side.opposite)
    floor = -order.price if order.side is _BUY else order.price
    levels = {
        named.level.key: named.level
        for named in book.named.values()
        if named.level.half is opposite and named.level.key >= floor
    }
    for key in sorted(levels, reverse=True):
        for maker in levels[key]:
            if leaves and maker.order.owner != ANONYMOUS:
                traded = take(book, maker.order.order_id, leaves)
                leaves -= traded
                events.append(_hidden_trade(book, order, leaves, maker, traded))
                if maker.order.oca_group:
                    took(book, maker.order, traded, events)
                print_trade(book, levels[key].price)
    return events, leaves


def print_trade(book: Book, price: int) -> None:
    """A trade happened at this price without touching the book: it is the last trade now."""
    book.last_price = Price(price)
    if book.stops.waiting:
        book.stops.saw_trades(price, price)


def settle(book: Book) -> list[Event]:
    """Lets the stops enter that the recording's last message has reached."""
    events: list[Event] = []
    if book.stops.waiting:
        book.settle(events)
    return events


class Attempt:
    """An order that is sent into the book and can be taken back as if it had never come.

    For comparing the engine's fills with recorded ones. Only for an order that leaves nothing
    behind (IOC, FOK or market) and while no stop waits.
    """

    __slots__ = ("_book", "_last_price", "_makers", "events")

    def __init__(self, book: Book, order: NewOrder) -> None:
        assert not book.stops.waiting, "a stop that entered could not be taken back"
        self._book = book
        self._last_price = book.last_price
        self._makers = _makers_in_reach(book, order)
        self.events: list[Event] = []
        book.arrive(order, self.events)
        assert order.order_id not in book.orders, "an attempt must leave nothing in the book"

    def undo(self) -> None:
        """Every order that the attempt met has its quantity and its place again."""
        book = self._book
        book.last_price = self._last_price
        for maker, leaves in reversed(self._makers):
            if maker.order.order_id in book.orders:
                maker.level.quantity += leaves - maker.leaves
                maker.leaves = leaves
                continue
            maker.leaves = leaves
            maker.level = _level_of(book, maker.order)
            book.join(maker, maker.level.first)


def _makers_in_reach(book: Book, order: NewOrder) -> list[tuple[Resting, Quantity]]:
    own, opposite = book.half(order.side), book.half(order.side.opposite)
    floor = floor_of(order, book.settings, opposite, own, book.last_price)
    makers: list[tuple[Resting, Quantity]] = []
    wanted = int(order.quantity)
    for level in opposite:
        if wanted <= 0 or level.key < floor:
            break
        for maker in level:
            makers.append((maker, maker.leaves))
            # An order of the same owner may be cancelled on the way, so it meets no demand.
            wanted -= maker.leaves if maker.order.owner != order.owner or not order.owner else 0
            if wanted <= 0:
                break
    return makers


def _place_of_id(level: Level, order_id: int) -> Resting | None:
    """The order before which this id belongs; None at the end."""
    before, candidate = None, level.last
    while candidate is not None:
        if candidate.order.owner == ANONYMOUS:
            if candidate.order.order_id < order_id:
                break
            before = candidate
        candidate = candidate.preceding
    while before is not None and before.preceding is not None:
        if before.preceding.order.owner == ANONYMOUS:
            break
        before = before.preceding
    return before


def _new_resting(book: Book, order: NewOrder) -> Resting:
    assert order.order_id not in book.orders, f"order {order.order_id} is in the book already"
    return Resting(order, order.quantity, _level_of(book, order), None)


def _level_of(book: Book, order: NewOrder) -> Level:
    return book.half(order.side).level_for(order.price)


def _forget(book: Book, level: Level) -> int:
    forgotten = 0
    for resting in level:
        if resting.order.owner == ANONYMOUS:
            forgotten += resting.leaves
            book.leave(resting)
    return forgotten


def _hidden_trade(book: Book, order: NewOrder, leaves: int, maker: Resting, traded: int) -> Traded:
    maker_id = maker.order.order_id
    resting = book.orders.get(maker_id)
    return Traded(
        book.symbol,
        order.order_id,
        maker_id,
        maker.level.price,
        Quantity(traded),
        order.side,
        Quantity(leaves),
        Quantity(0 if resting is None else resting.leaves),
    )
