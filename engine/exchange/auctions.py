"""A call auction in one book: everybody trades at one price, and everybody knows it before.

The price is the one with the greatest volume, then the least imbalance, then the nearest to the
reference, then the lowest. Served first are orders without a limit, then the better limit, then at
one limit those that came for the auction alone, then the book's queue, oldest first.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

import msgspec

from engine.exchange.groups import took
from engine.exchange.levels import Resting
from engine.exchange.messages import (
    ANONYMOUS,
    Cancelled,
    CancelReason,
    Event,
    NewOrder,
    Reduced,
    SelfMatch,
)
from engine.exchange.standing import Standing, shrink
from engine.values import OrderType, Price, Quantity, Side, TimeInForce

_MARKET = OrderType.MARKET


class Cross(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What an auction would do now, or did: all of `quantity` trades at `price`.

    `imbalance` is what stays unpaired at that price: above zero buyers, below zero sellers.
    """

    price: Price
    quantity: Quantity
    imbalance: int


class CrossFilled(msgspec.Struct, frozen=True, gc=False, array_like=True, tag="x"):
    """One order's part in a cross; `leaves` is what it has open afterwards."""

    order_id: int
    symbol: str
    side: Side
    price: Price
    quantity: Quantity
    leaves: Quantity


AuctionEvent = CrossFilled | Cancelled | Reduced


class _Line(NamedTuple):
    """One side's wish: quantity without a limit, and quantities by limit, prices rising."""

    at_market: int
    prices: list[int]
    summed: list[int]
    """Sum of the quantities up to and including each price."""


def cross_of(book: Standing, on: TimeInForce | None, reference: int, tick: int) -> Cross | None:
    """What an auction of the book, and of those who wait for `on`, would do now; None: nothing.

    `reference` 0 means that there is none. Prices are limits, the reference, or a tick beside a
    limit: between two neighbouring limits nothing changes.
    """
    buys, sells = _line_of(book, on, Side.BUY), _line_of(book, on, Side.SELL)
    limits = {*buys.prices, *sells.prices}
    tried = limits | {p + tick for p in limits} | {p - tick for p in limits} | {reference}
    best: tuple[int, int, int, int] | None = None
    for price in tried:
        if price <= 0:
            continue
        demand, supply = _demand_at(buys, price), _supply_at(sells, price)
        paired = min(demand, supply)
        if not paired:
            continue
        rank = (-paired, abs(demand - supply), abs(price - reference), price)
        if best is None or rank < best:
            best = rank
    if best is None:
        return None
    paired, price = -best[0], best[3]
    imbalance = _demand_at(buys, price) - _supply_at(sells, price)
    return Cross(Price(price), Quantity(paired), imbalance)


def uncross(
    book: Standing, on: TimeInForce | None, reference: int, tick: int
) -> tuple[Cross | None, list[AuctionEvent]]:
    """Carries the auction out: fills, then the end of those who came for it alone.

    Nobody trades with themselves: an owner who would stand on both sides loses the newest order.
    """
    events: list[AuctionEvent] = []
    cross = cross_of(book, on, reference, tick)
    while cross is not None:
        parts = _parts(book, on, Side.BUY, cross) + _parts(book, on, Side.SELL, cross)
        newest = _newest_of_self_match(book, parts)
        if newest is None:
            events += [_serve(book, part, cross.price) for part in parts]
            events += _siblings_of(book, parts)
            book.last_price = cross.price
            book.stops.saw_trades(cross.price, cross.price)
            break
        events.append(_gone(book, newest, CancelReason.SELF_MATCH))
        cross = cross_of(book, on, reference, tick)
    unserved = [order for order in book.called.values() if order.time_in_force is on]
    events += [_gone(book, order.order_id, CancelReason.AUCTION_OVER) for order in unserved]
    return cross, events


def line_up(book: Standing, order: NewOrder) -> None:
    """The order waits outside the book for the auction that it came for."""
    book.called[order.order_id] = order


# --- what both sides want


def _line_of(book: Standing, on: TimeInForce | None, side: Side) -> _Line:
    at_market = 0
    by_price: dict[int, int] = defaultdict(int)
    for order in book.called.values():
        if order.side is not side or order.time_in_force is not on:
            continue
        if order.type is _MARKET:
            at_market += order.quantity
        else:
            by_price[order.price] += order.quantity
    for level in book.half(side):
        by_price[level.price] += level.quantity
    prices = sorted(by_price)
    return _Line(at_market, prices, list(accumulate(by_price[price] for price in prices)))


def _demand_at(line: _Line, price: int) -> int:
    """Quantity that buys at `price`: at market, or with a limit at or above it."""
    if not line.prices:
        return line.at_market
    below = bisect_left(line.prices, price)
    return line.at_market + line.summed[-1] - (line.summed[below - 1] if below else 0)


def _supply_at(line: _Line, price: int) -> int:
    """Quantity that sells at `price`: at market, or with a limit at or below it."""
    up_to = bisect_right(line.prices, price)
    return line.at_market + (line.summed[up_to - 1] if up_to else 0)


# --- who gets how much


class _Part(NamedTuple):
    """An order of the auction, or of the book, and how much of it trades."""

    order: NewOrder
    resting: Resting | None
    quantity: int


def _parts(book: Standing, on: TimeInForce | None, side: Side, cross: Cross) -> list[_Part]:
    parts: list[_Part] = []
    left = int(cross.quantity)
    for order, resting in _by_priority(book, on, side, cross.price):
        there = order.quantity if resting is None else resting.leaves
        taken = min(there, left)
        parts.append(_Part(order, resting, taken))
        left -= taken
        if not left:
            return parts
    raise AssertionError("the side cannot pair what the cross says")


def _by_priority(
    book: Standing, on: TimeInForce | None, side: Side, price: int
) -> Iterator[tuple[NewOrder, Resting | None]]:
    """Everybody of one side who trades at `price`, the first to be served first."""
    limited: dict[int, list[NewOrder]] = defaultdict(list)
    for order in book.called.values():
        if order.side is not side or order.time_in_force is not on:
            continue
        if order.type is _MARKET:
            yield order, None
        elif (order.price - price) * side >= 0:
            limited[order.price].append(order)
    half = book.half(side)
    shown = {level.price for level in half if (level.price - price) * side >= 0}
    for limit in sorted(shown | set(limited), reverse=side is Side.BUY):
        for order in limited.get(limit, ()):
            yield order, None
        level = half.level_at(limit)
        for resting in level or ():
            yield resting.order, resting


def _newest_of_self_match(book: Standing, parts: list[_Part]) -> int | None:
    """The newest order of an owner who would trade with themselves; None where nobody would."""
    if book.settings.self_match is SelfMatch.OFF:
        return None
    sides: dict[int, set[Side]] = defaultdict(set)
    for part in parts:
        sides[part.order.owner].add(part.order.side)
    both = {owner for owner, of in sides.items() if owner != ANONYMOUS and len(of) > 1}
    # An owner's orders are numbered as they come.
    return max((p.order.order_id for p in parts if p.order.owner in both), default=None)


def _serve(book: Standing, part: _Part, price: Price) -> CrossFilled:
    order, resting, taken = part
    if resting is None:
        left = order.quantity - taken
        if left:
            book.called[order.order_id] = msgspec.structs.replace(order, quantity=Quantity(left))
        else:
            del book.called[order.order_id]
    else:
        left = resting.leaves - taken
        if left:
            shrink(resting, taken)
        else:
            book.leave(resting)
    return CrossFilled(
        order.order_id, book.symbol, order.side, price, Quantity(taken), Quantity(left)
    )


def _siblings_of(book: Standing, parts: list[_Part]) -> list[AuctionEvent]:
    """What the cross took off others of the same group, before a stop that it reached may enter."""
    events: list[Event] = []
    for part in parts:
        if part.order.oca_group:
            took(book, part.order, part.quantity, events)
    return [event for event in events if isinstance(event, Cancelled | Reduced)]


def _gone(book: Standing, order_id: int, reason: CancelReason) -> Cancelled:
    """An order leaves without trading, from wherever it stands."""
    called = book.called.pop(order_id, None)
    if called is not None:
        return Cancelled(order_id, book.symbol, called.quantity, reason)
    resting = book.orders[order_id]
    book.leave(resting)
    return Cancelled(order_id, book.symbol, resting.leaves, reason)
