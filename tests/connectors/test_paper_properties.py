"""Whatever is asked in whatever order: the paper venue's reports add up to what its book holds."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from engine.domain.reports import (
    VenueAccepted,
    VenueCancelled,
    VenueExpired,
    VenueFilled,
    VenueRejected,
    VenueReplaced,
)
from engine.values import Instruction, Liquidity, OrderType, Side, TimeInForce, Trigger

PRICES = st.integers(9_998, 10_002).map(lambda cents: cents * 100)
SIZES = st.integers(1, 9).map(lambda lots: lots * 10)
OWN_SIZES = st.sampled_from([10, 30, 100, 200])
SIDES = st.sampled_from(list(Side))
IDS = st.integers(0, 7)

NEW = st.tuples(
    st.just("new"),
    IDS,
    st.sampled_from(list(Instruction)),
    OWN_SIZES,
    PRICES,
    PRICES,
    st.sampled_from([OrderType.LIMIT] * 4 + list(OrderType)),
    st.sampled_from([TimeInForce.DAY] * 4 + list(TimeInForce)),
    st.sampled_from(list(Trigger)),
    st.booleans(),
)
OTHER = st.tuples(st.just("other"), SIDES, SIZES, PRICES)
CANCEL = st.tuples(st.just("cancel"), IDS)
REPLACE = st.tuples(st.just("replace"), IDS, IDS, PRICES, OWN_SIZES)
STEPS = st.lists(st.one_of(OTHER, NEW, NEW, OTHER, CANCEL, REPLACE), min_size=20, max_size=60)


class DeskBook:
    """What a desk believes from reports alone."""

    def __init__(self):
        self.total = {}
        self.filled = defaultdict(int)
        self.ended = set()
        self.executions = {}

    def hear(self, report):
        match report:
            case VenueAccepted():
                assert report.client_order_id in self.total
            case VenueReplaced():
                old, new = report.client_order_id, report.new_client_order_id
                if old in self.total and old != new:
                    del self.total[old]
                    self.filled[new] = self.filled.pop(old, 0)
                self.total[new] = report.quantity
            case VenueFilled():
                self._fill(report)
            case VenueRejected() | VenueCancelled() | VenueExpired():
                self.ended.add(report.client_order_id)

    def _fill(self, fill):
        known = self.executions.setdefault(fill.execution_id, fill)
        assert known == fill, "an execution id means one execution"
        self.filled[fill.client_order_id] += fill.quantity
        assert fill.client_order_id not in self.ended, "nothing is filled after its end"
        assert self.filled[fill.client_order_id] <= self.total[fill.client_order_id]
        assert fill.explanation and fill.liquidity in Liquidity

    def open(self):
        return {
            name: total - self.filled[name]
            for name, total in self.total.items()
            if name not in self.ended and total > self.filled[name]
        }


@given(STEPS)
def test_what_is_reported_is_what_stands(make_practice, asks, steps):
    practice, desk = make_practice(), DeskBook()
    used = set()
    for number, step in enumerate(steps):
        if step[0] == "other":
            practice.other(*step[1:])
        elif step[0] == "new":
            name = f"N{number}-{step[1]}"
            desk.total[name] = step[3]
            used.add(name)
            _, _, instruction, size, price, stop, kind, lives, trigger, post_only = step
            practice.venue.release(
                [
                    asks.new(
                        name,
                        instruction,
                        size,
                        price if kind.has_limit else 0,
                        kind=kind,
                        lives=lives,
                        stop=stop if kind.has_stop else 0,
                        trigger=trigger,
                        post_only=post_only,
                    )
                ],
                [b""],
            )
        elif used:
            name = sorted(used)[step[1] % len(used)]
            request = asks.cancel(name)
            if step[0] == "replace":
                new_name = f"R{number}"
                used.add(new_name)
                request = asks.replace(name, new_name, step[3], step[4])
            practice.venue.release([request], [b""])
        reports = practice.heard()
        is_asked = step[0] != "other" and used
        assert reports or not is_asked, "every request is answered"
        for report in reports:
            desk.hear(report)
        check_against_book(practice.venue, desk)


def check_against_book(venue, desk):
    book = venue.exchange.book("AAPL")
    standing = {}
    for order in book.all_orders():
        if order.owner:
            standing[order.order_id] = order.quantity
    assert sorted(standing.values()) == sorted(desk.open().values())
    for name in desk.open():
        place = venue.queue_ahead(name)
        assert place == -1 or place == ahead_by_hand(book, venue, name)
    bids, asks_side = venue.depth("AAPL", 100)
    shown = sum(row.own for row in (*bids, *asks_side))
    assert shown == sum(order.quantity for order in book.all_orders() if _rests_and_is_own(order))
    quote = venue.market.quotes["AAPL"]
    best_bid, best_ask = (side[0][:2] if side else (0, 0) for side in book.depth(1))
    assert (quote.bid, quote.bid_size) == best_bid and (quote.ask, quote.ask_size) == best_ask


def ahead_by_hand(book, venue, name):
    """Counted along the queue."""
    exchange_id = venue._clerk.roll.get(name).exchange_id
    order, ahead = book.order(exchange_id), 0
    for other in book.orders_at(order.side, order.price):
        if other.order_id == exchange_id:
            return ahead
        ahead += other.quantity
    raise AssertionError("a queue place without a queue")


def _rests_and_is_own(order):
    return order.owner and not order.is_waiting and not order.time_in_force.is_for_auction
