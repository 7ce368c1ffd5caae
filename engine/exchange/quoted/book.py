"""One symbol of a quoted market: its levels on show, and the trader's orders among them.

The levels stand in an ordinary book, each as one anonymous amount, so that arriving orders, stops
and depth need no rules of their own. Where a resting order stands among others is not read off
that book: `Lines` keeps it, under every queue model at once.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from engine.exchange.book import Book
from engine.exchange.groups import took
from engine.exchange.messages import ANONYMOUS, Event, Traded
from engine.exchange.quoted.assumptions import SLIP_LEVELS_MAX, Assumptions
from engine.exchange.quoted.lines import Gift, InLine, Lines
from engine.exchange.quoted.sight import ShownLevel, Sight
from engine.exchange.replay import forget, front_amount_id, place_front, print_trade, reveal, take
from engine.values import Price, Quantity, Side

MARKET_TAKERS_FROM = 1 << 50
"""Ids of arriving orders of the market, which a feed does not name."""


class QuotedBook:
    """Sight, lines and book of one symbol, kept in step."""

    __slots__ = (
        "_next_taker",
        "assumptions",
        "beyond",
        "book",
        "is_open",
        "last_side",
        "lines",
        "quoted_at",
        "replaced",
        "sights",
        "tick",
    )

    def __init__(self, book: Book, assumptions: Assumptions, tick: int) -> None:
        self.book = book
        self.assumptions = assumptions
        self.tick = tick
        self.lines = Lines(assumptions.queue, assumptions.print_lag)
        self.sights = {side: Sight(side) for side in (Side.BUY, Side.SELL)}
        self.quoted_at = 0
        self.is_open = False
        self.last_side = Side.BUY
        """Of the last trade, for the tick rule."""
        self.beyond: dict[Side, list[ShownLevel]] = {Side.BUY: [], Side.SELL: []}
        """Assumed levels beyond the only one on show, less what was taken from them."""
        self.replaced: dict[int, InLine] = {}
        """Lines of orders that were changed and are about to arrive anew."""
        self._next_taker = MARKET_TAKERS_FROM

    # --- what the feed says

    def show(self, side: Side, levels: Sequence[ShownLevel]) -> bool:
        """Exactly these levels are on show; whether that is any news."""
        sight = self.sights[side]
        before = list(sight.sizes)
        hidden = [
            line.price
            for line in self.lines
            if line.side is side and sight.displayed(line.price) is None
        ]
        changes = sight.changes_to(levels)
        for price in before:
            if sight.displayed(price) is None:
                forget(self.book, side, price)
        # A price that came into sight without anybody at it: nobody is ahead there any more.
        changes += [(price, 0) for price in set(hidden) if sight.displayed(price) == 0]
        if changes:
            self._carry(side, changes)
        return bool(changes) or before != list(sight.sizes)

    def show_level(self, side: Side, price: int, size: int) -> bool:
        """One level of a book whose other levels stay as they are; whether that is any news."""
        if not self.sights[side].change(price, size):
            return False
        self._carry(side, [(price, size)])
        return True

    def _carry(self, side: Side, changes: Sequence[ShownLevel]) -> None:
        at = self.quoted_at
        for price, size in changes:
            if self.lines:
                self.lines.shown(side, price, size, at)
                size = max(0, size - self.lines.met(side, price))
            reveal(self.book, side, price, size)
        if self.assumptions.levels == 1:
            self.beyond[side] = self._assumed(side)

    def _assumed(self, side: Side) -> list[ShownLevel]:
        """As much as the best shows, again and again, a named number of ticks apart."""
        sight = self.sights[side]
        best = sight.best
        if not best:
            return []
        step, size = self.assumptions.slip_ticks * self.tick, sight.sizes[best]
        prices = [best - side * step * (n + 1) for n in range(SLIP_LEVELS_MAX)]
        return [(price, size) for price in prices if price > 0]

    @contextmanager
    def walkable(self) -> Iterator[None]:
        """While an order arrives, the assumed levels stand; what it took of them stays taken."""
        if self.assumptions.levels != 1:
            yield
            return
        for side, levels in self.beyond.items():
            for price, size in levels:
                if size:
                    place_front(self.book, side, price, size)
        yield
        for side, levels in self.beyond.items():
            left = [(price, self._lift(side, price)) for price, _ in levels]
            self.beyond[side] = left

    def _lift(self, side: Side, price: int) -> int:
        amount_id = front_amount_id(side, price)
        amount = self.book.orders.get(amount_id)
        return 0 if amount is None else take(self.book, amount_id, amount.leaves)

    # --- what it means for the trader's orders

    def traded(
        self, aggressor: Side | None, price: int, quantity: int, *, reaches: bool, at: int
    ) -> list[Event]:
        """A trade printed: what it gave to the trader's orders, and the rest as the market's own.

        `reaches` is whether a resting order could have met it (a regular trade, fills allowed).
        """
        side = aggressor or self.side_of(price)
        self._next_taker += 1
        gifts: list[Gift] = []
        if reaches and self.lines:
            gifts = self.lines.traded(side.opposite, price, quantity, at)
            if aggressor is None and not gifts:
                # Who came is only inferred; that the price was traded through is not.
                gifts = self.lines.traded(side, price, quantity, at, only_through=True)
        events: list[Event] = []
        left, ahead = quantity, 0
        for gift in gifts:
            if gift.ahead > ahead:
                events.append(self._print(side, price, gift.ahead - ahead, left))
                left, ahead = left - (gift.ahead - ahead), gift.ahead
            left -= gift.quantity
            self._give(gift, side, left, events)
        if left:
            events.append(self._print(side, price, left, left))
        print_trade(self.book, price)
        self.last_side = side
        return events

    def cross(self) -> list[Event]:
        """Levels on show that the trader's resting orders would have met: they meet them now."""
        if not self.lines or not self.is_believable():
            return []
        events: list[Event] = []
        for quoted, sight in self.sights.items():
            reach = [line.price * quoted for line in self.lines if line.side is not quoted]
            if not reach or sight.best * quoted < min(reach):
                continue
            for price in sorted(sight.sizes, key=lambda shown: -shown * quoted):
                if price * quoted < min(reach):
                    break
                events += self._crossed(quoted, price, sight.sizes[price])
            if sight.edge is not None:
                events += self._given(self.lines.unseen(quoted, sight.edge, self.quoted_at), quoted)
        return events

    def _crossed(self, quoted: Side, price: int, size: int) -> list[Event]:
        gifts = self.lines.crossed(quoted, price, size, self.quoted_at)
        left = max(0, size - self.lines.met(quoted, price))
        reveal(self.book, quoted, price, left)
        return self._given(gifts, quoted)

    def _given(self, gifts: Sequence[Gift], quoted: Side) -> list[Event]:
        """All of it came as one order of the market."""
        self._next_taker += 1
        wanted = sum(gift.quantity for gift in gifts)
        events: list[Event] = []
        for gift in gifts:
            wanted -= gift.quantity
            self._give(gift, quoted, wanted, events)
        return events

    def _give(self, gift: Gift, taker: Side, left: int, events: list[Event]) -> None:
        given = self.book.orders[gift.order_id].order
        taken = take(self.book, gift.order_id, gift.quantity)
        assert taken == gift.quantity, "the book and the line agree on what is open"
        resting = self.book.orders.get(gift.order_id)
        leaves = 0 if resting is None else resting.leaves
        line = self.lines.get(gift.order_id)
        assert line is not None
        line.booked_leaves = leaves
        line.filled_by_booked += gift.quantity
        events.append(
            Traded(
                self.book.symbol,
                self._next_taker,
                gift.order_id,
                Price(gift.price),
                Quantity(gift.quantity),
                taker,
                Quantity(left),
                Quantity(leaves),
            )
        )
        if given.oca_group:
            took(self.book, given, gift.quantity, events)

    def _print(self, taker: Side, price: int, quantity: int, left: int) -> Traded:
        return Traded(
            self.book.symbol,
            self._next_taker,
            front_amount_id(taker.opposite, price),
            Price(price),
            Quantity(quantity),
            taker,
            Quantity(left - quantity),
            Quantity(0),
        )

    # --- the trader's orders in the book

    def follow_named(self) -> list[int]:
        """Orders that have come to rest join the lines; ids of those that rest no longer."""
        named = self.book.named
        for order_id, resting in named.items():
            if order_id not in self.lines and resting.order.owner != ANONYMOUS:
                side, price = resting.order.side, int(resting.level.price)
                displayed = self.sights[side].displayed(price)
                line = self.lines.join(order_id, side, price, resting.leaves, displayed)
                before = self.replaced.pop(order_id, None)
                if before is not None:
                    line.inherit(before)
        return [line.order_id for line in self.lines if line.order_id not in named]

    def side_of(self, price: int) -> Side:
        """Who came for a trade that does not say: by the quote, at the mid by the last trade.

        Quote rule, then tick rule (Lee and Ready, Journal of Finance 46, 1991).
        """
        bid, ask = self.sights[Side.BUY].best, self.sights[Side.SELL].best
        if bid and ask and 2 * price != bid + ask:
            return Side.BUY if 2 * price > bid + ask else Side.SELL
        last = self.book.last_price
        if last is None or price == last:
            return self.last_side
        return Side.BUY if price > last else Side.SELL

    def is_believable(self) -> bool:
        """Whether both sides are on show and neither locked nor crossed."""
        bid, ask = self.sights[Side.BUY].best, self.sights[Side.SELL].best
        return bool(self.is_open and bid and ask and bid < ask)
