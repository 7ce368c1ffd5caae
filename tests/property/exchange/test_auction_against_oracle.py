"""Every auction against an oracle that tries every price and serves every share by itself."""

from collections import defaultdict
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from engine.exchange.auctions import CrossFilled, cross_of, uncross
from engine.exchange.exchange import Exchange
from engine.exchange.messages import Cancelled, CancelReason, NewOrder, SelfMatch
from engine.exchange.settings import BookSettings
from engine.values import OrderType, Price, Quantity, Side, TimeInForce

TICK = 100
LOW, HIGH = 95, 105
OWNER = 1


class Wish(NamedTuple):
    """One order of a call phase: `limit` in ticks, None at market; `called`: for the auction."""

    side: Side
    limit: int | None
    quantity: int
    called: bool
    owner: int = 0


WISHES = st.builds(
    lambda side, limit, quantity, called: Wish(side, limit, quantity, called or limit is None),
    st.sampled_from(list(Side)),
    st.one_of(st.integers(LOW, HIGH), st.none()),
    st.integers(1, 6),
    st.booleans(),
)
CALLS = st.lists(WISHES, max_size=14)
REFERENCES = st.integers(LOW - 3, HIGH + 3)


def auction_of(wishes, settings=None):
    """A book in its call phase with the orders in it, numbered from 1 as they came."""
    exchange = Exchange(settings)
    book = exchange.list_symbol("X")
    exchange.call("X", True)
    for number, wish in enumerate(wishes, 1):
        order = NewOrder(
            number,
            "X",
            wish.side,
            OrderType.MARKET if wish.limit is None else OrderType.LIMIT,
            Quantity(wish.quantity),
            Price((wish.limit or 0) * TICK),
            time_in_force=TimeInForce.OPG if wish.called else TimeInForce.DAY,
            owner=wish.owner,
        )
        events = exchange.submit([order])
        assert len(events) == 1, "in a call phase nothing trades"
    return exchange, book


def accepts(wish, price):
    return wish.limit is None or (wish.limit - price) * wish.side >= 0


def wanted(wishes, side, price):
    return sum(w.quantity for w in wishes if w.side is side and accepts(w, price))


def best_price(wishes, reference):
    """Tries every tick far beyond every limit: (price, paired, imbalance), or None."""
    tried = []
    for price in range(1, HIGH + 50):
        buys, sells = wanted(wishes, Side.BUY, price), wanted(wishes, Side.SELL, price)
        if min(buys, sells):
            rank = (-min(buys, sells), abs(buys - sells), abs(price - reference), price)
            tried.append((rank, (price, min(buys, sells), buys - sells)))
    return min(tried)[1] if tried else None


def served(wishes, price, paired):
    """Share by share: who gets how much, by number of the order."""
    got = defaultdict(int)
    for side in Side:
        line = [(number, w) for number, w in enumerate(wishes, 1) if w.side is side]
        line = [(number, w) for number, w in line if accepts(w, price)]

        def turn(entry, side=side):
            number, w = entry
            by_limit = (0, 0) if w.limit is None else (1, -side * w.limit)
            return (*by_limit, 0 if w.called else 1, number)

        left = paired
        for number, w in sorted(line, key=turn):
            got[number] = min(left, w.quantity)
            left -= got[number]
        assert left == 0
    return {number: quantity for number, quantity in got.items() if quantity}


@given(CALLS, REFERENCES)
def test_the_price_is_what_trying_every_price_finds(wishes, reference):
    _, book = auction_of(wishes)
    found = cross_of(book, TimeInForce.OPG, reference * TICK, TICK)
    due = best_price(wishes, reference)
    if due is None:
        assert found is None
    else:
        assert found is not None
        assert (found.price, found.quantity, found.imbalance) == (due[0] * TICK, due[1], due[2])


@given(CALLS, REFERENCES)
def test_everybody_gets_what_their_turn_gives(wishes, reference):
    _, book = auction_of(wishes)
    cross, events = uncross(book, TimeInForce.OPG, reference * TICK, TICK)
    fills = {e.order_id: e for e in events if isinstance(e, CrossFilled)}
    if cross is None:
        assert not fills
    else:
        due = served(wishes, cross.price // TICK, cross.quantity)
        assert {number: fill.quantity for number, fill in fills.items()} == due
        assert {fill.price for fill in fills.values()} == {cross.price}
    for number, wish in enumerate(wishes, 1):
        left = wish.quantity - (fills[number].quantity if number in fills else 0)
        standing = book.order(number)
        gone = [e for e in events if isinstance(e, Cancelled) and e.order_id == number]
        if wish.called:
            assert standing is None, "nobody waits for an auction that is over"
            assert [(e.quantity, e.reason) for e in gone] == (
                [(left, CancelReason.AUCTION_OVER)] if left else []
            )
        else:
            assert not gone and (0 if standing is None else standing.quantity) == left


@given(CALLS, REFERENCES)
def test_after_an_auction_the_book_can_open(wishes, reference):
    exchange, book = auction_of(wishes)
    uncross(book, TimeInForce.OPG, reference * TICK, TICK)
    bid, ask = book.best_bid, book.best_ask
    assert bid is None or ask is None or bid < ask
    assert exchange.call("X", False) == []


@given(st.lists(st.tuples(WISHES, st.booleans()), max_size=12), REFERENCES)
def test_nobody_trades_with_themselves(drawn, reference):
    wishes = [wish._replace(owner=OWNER if own else 0) for wish, own in drawn]
    settings = BookSettings(self_match=SelfMatch.CANCEL_AGGRESSIVE)
    _, book = auction_of(wishes, settings)
    cross, events = uncross(book, TimeInForce.OPG, reference * TICK, TICK)
    fills = [e for e in events if isinstance(e, CrossFilled)]
    own = {wishes[fill.order_id - 1].side for fill in fills if wishes[fill.order_id - 1].owner}
    assert len(own) <= 1
    for side in Side:
        bought = sum(fill.quantity for fill in fills if fill.side is side)
        assert bought == (0 if cross is None else cross.quantity)
