"""Puts working orders back into the paper market after a restart, at the place they had."""

from collections.abc import Sequence

import msgspec

from connectors.paper import words
from connectors.paper.clerk import Clerk
from connectors.paper.counter import Counter
from connectors.paper.orders import OwnOrder, RestingOrder
from connectors.paper.quoting import MarketKeeper
from engine.domain.quotes import Phase
from engine.domain.reports import VenueExpired
from engine.exchange.book import Book
from engine.exchange.exchange import NOT_QUEUED, Exchange, Telling
from engine.exchange.messages import NO_PRICE, CancelReason, NewOrder, Refused
from engine.values import OrderType, Quantity, Side, TimeInForce

_GONE = "it could not stand in the book again after the restart"
_MOMENT_OVER = "it does not rest, and its moment was over when the market stood again"


def stand_again(
    exchange: Exchange,
    clerk: Clerk,
    counter: Counter,
    keeper: MarketKeeper,
    working: Sequence[RestingOrder],
    *,
    since: int,
) -> list[VenueExpired]:
    """Puts every order back whose time is not over; the others, each with the rule that ended it.

    The market may have come further than the desk had heard: what a rule of time ended then is
    over, whether or not its word had arrived. `since`: when their places were written down.
    """
    over: list[VenueExpired] = []
    traded: dict[str, int] = {}
    """By group: what its orders have traded on their way back, which is no sibling's any more."""
    for order in working:
        why = _why_over(order, keeper.phase(order.symbol), counter.trade_date)
        if why:
            over.append(VenueExpired(order.client_order_id, why))
            continue
        if order.waits and exchange.has_opened_since(order.symbol, since):
            order = msgspec.structs.replace(order, waits=False)
        order = _less(order, traded.get(order.oca_group, 0))
        entered = enter_again(exchange, clerk, order, counter.exchange_id())
        if order.oca_group:
            fresh = entered.cumulative - order.cumulative
            traded[order.oca_group] = traded.get(order.oca_group, 0) + fresh
    return over


def _less(order: RestingOrder, taken: int) -> RestingOrder:
    """The order without what a sibling has just traded."""
    taken = min(taken, order.open_quantity)
    if not taken:
        return order
    return msgspec.structs.replace(
        order,
        open_quantity=Quantity(order.open_quantity - taken),
        taken=Quantity(order.taken + taken),
    )


def _why_over(order: RestingOrder, phase: Phase, trade_date: int) -> str:
    """Why the order's time is over in its market, in words; empty where it is not."""
    lives = order.time_in_force
    if lives is TimeInForce.GTC:
        return ""
    if order.trade_date not in (0, trade_date):
        return f"it was good for {order.trade_date} only"
    if phase is Phase.CLOSED:
        return f"{order.symbol} had closed when the market stood again: the trading day was over"
    if lives is TimeInForce.OPG and phase is not Phase.PRE_OPEN:
        return f"the opening auction of {order.symbol} was over when the market stood again"
    return ""


def enter_again(
    exchange: Exchange, clerk: Clerk, resting: RestingOrder, exchange_id: int
) -> OwnOrder:
    """The order stands again: no report says so, for the desk knows that it works.

    A limit order goes behind the quantity that stood ahead of it when that was last written down,
    to the end where that was never told; its place is an estimate from then on. Where the market
    has crossed its price meanwhile it arrives anew and trades; what happens then is reported.
    In a market of bars it is held as it was: waiting for its bar, or having seen it open. What
    does not rest waits for its bar as before, or is gone.
    """
    order = _own_order(resting, exchange_id)
    standing = clerk.roll.siblings(order.oca_group)
    if order.oca_group:
        order.oca = standing[0].oca if standing else exchange_id
        known = clerk.roll.filled_of_group.get(order.oca_group, 0)
        before = order.cumulative + order.taken
        clerk.roll.filled_of_group[order.oca_group] = max(known, before)
    clerk.roll.add(order)
    clerk.roll.stands(order)
    clerk.restored(order)
    if not resting.open_quantity:
        clerk.gone_by_rule(order, words.CANCELS[CancelReason.SIBLING_FILLED])
        return order
    book = exchange.book(resting.symbol)
    operation = _operation(resting, exchange_id, order.oca)
    if _is_for_its_moment(operation) and not resting.waits:
        clerk.gone_by_rule(order, _MOMENT_OVER)
        return order
    waits_in_book = operation.stop == NO_PRICE and not operation.time_in_force.is_for_auction
    if exchange.told_in is Telling.BARS and operation.type is not OrderType.MARKET:
        exchange.stand(operation, NOT_QUEUED, is_fresh=resting.waits)
    elif waits_in_book and (book.is_calling or not _would_take(book, operation)):
        exchange.stand(operation, resting.queue_ahead)
    else:
        events = exchange.submit([operation])
        clerk.heed(events)
        if any(isinstance(event, Refused) for event in events):
            clerk.gone_by_rule(order, _GONE)
    order.is_estimate = exchange_id in book.orders
    order.history.stands(clerk.now, clerk.queue_ahead(order))
    return order


def _is_for_its_moment(order: NewOrder) -> bool:
    """Whether it trades on arrival or not at all. The market order that a stop became arrives anew:
    it is somebody's protection, and takes or goes."""
    at_once = order.time_in_force in (TimeInForce.IOC, TimeInForce.FOK)
    return at_once and order.stop == NO_PRICE and order.type is OrderType.LIMIT


def _own_order(resting: RestingOrder, exchange_id: int) -> OwnOrder:
    return OwnOrder(
        resting.client_order_id,
        exchange_id,
        resting.symbol,
        resting.instruction,
        resting.type,
        resting.price,
        resting.time_in_force,
        # What was taken off on the way is gone: filled and open parts are what counts here, and of
        # a group the part that its siblings had.
        Quantity(resting.cumulative + resting.taken + resting.open_quantity),
        resting.account,
        resting.cumulative,
        oca_group=resting.oca_group,
        taken=resting.taken,
    )


def _operation(resting: RestingOrder, exchange_id: int, oca_group: int) -> NewOrder:
    kind, stop = resting.type, resting.stop
    if resting.triggered and kind.has_stop:
        kind = OrderType.LIMIT if kind is OrderType.STOP_LIMIT else OrderType.MARKET
        stop = NO_PRICE
    return NewOrder(
        exchange_id,
        resting.symbol,
        resting.instruction.side,
        kind,
        resting.open_quantity,
        resting.price if kind.has_limit else NO_PRICE,
        stop if kind.has_stop else NO_PRICE,
        resting.time_in_force,
        resting.trigger,
        resting.post_only,
        resting.owner,
        oca_group,
    )


def _would_take(book: Book, order: NewOrder) -> bool:
    if order.type is not OrderType.LIMIT:
        return True
    touch = book.best_ask if order.side is Side.BUY else book.best_bid
    return touch is not None and (touch - order.price) * order.side <= 0
