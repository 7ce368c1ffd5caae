"""`trader bench match`: our book against the pure-Python books of others, like for like.

Every engine gets the same operations, in the form of its own calls, and answers them in one
process under Python's own settings of the garbage collector: what an engine leaves to collect is
part of its speed. The clock runs while an engine works, not while its calls are written down or
its trades are counted. Ours makes every event (accepted, traded, cancelled); the others make the
trades that they report.
"""

import gc
import sys
from collections.abc import Callable, Iterator
from random import Random
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple, Protocol

from commands.exit_codes import ExitCode
from commands.json_lines import json_line
from engine.exchange.exchange import Exchange
from engine.exchange.messages import (
    Accepted,
    Cancelled,
    CancelOrder,
    Event,
    NewOrder,
    Operation,
    Traded,
)
from engine.values import OrderType, Price, Quantity, Side

OPERATIONS = {"w1": 1_000_000, "w100": 600_000}
BATCH_OPERATIONS = 50_000
"""Every engine plays one batch before any plays the next, so that a slow second hurts all alike."""
BATCHES_BETWEEN_REPORTS = 4
SYMBOLS = {"w1": 1, "w100": 100}
PASSIVE_SHARE, CANCEL_SHARE = 0.5, 0.4
DISTANCE_MAX = 20
QUANTITY_MAX = 100
DRIFT_OPERATIONS = 10
"""The mid of a symbol moves one tick about every so many of its operations.

In recorded order flow (GOOG, NASDAQ, 2012-06-21, 147,916 messages) the mid moves every six.
"""
SEED = 1


class Played(NamedTuple):
    """What one engine did with one batch."""

    seconds: float
    volume: int


class Engine(Protocol):
    """An engine under measurement; it prepares its own form of the operations off the clock."""

    name: str

    def play(self, operations: list[Operation]) -> Played: ...


class Ours:
    """The paper exchange, through its batch call, with every event it makes."""

    name = "trader"

    def __init__(self, symbols: list[str]) -> None:
        self._exchange = Exchange()
        for symbol in symbols:
            self._exchange.list_symbol(symbol)

    def play(self, operations: list[Operation]) -> Played:
        began = _begin()
        events = self._exchange.submit(operations)
        seconds = perf_counter() - began
        return Played(seconds, volume_of(events))


class AkhilOrderbook:
    """akhil4n-orderbook: one book object a symbol; the caller makes the order that will rest.

    That order is made on the clock, as every engine makes its resting orders there; all else that
    a call needs is looked up beforehand. Its ids are counted by the module from 1.
    """

    name = "akhil4n-orderbook"

    def __init__(self, symbols: list[str]) -> None:
        import orderbook

        self._order = orderbook.Order
        self._sides = {Side.BUY: orderbook.OrderSide.BID, Side.SELL: orderbook.OrderSide.ASK}
        self._books = {symbol: orderbook.OrderBook() for symbol in symbols}
        self._names: dict[int, str] = {}
        self._made = int(self._order(self._sides[Side.BUY], 1, 1).order_id)

    def play(self, operations: list[Operation]) -> Played:
        calls = [self._call_of(operation) for operation in operations]
        make = self._order
        began = _begin()
        for function, argument in calls:
            function(make(*argument) if type(argument) is tuple else argument)
        seconds = perf_counter() - began
        volume = 0
        for book in self._books.values():
            volume += sum(trade.quantity_filled for trade in book.trade_log)
            book.trade_log.clear()
        return Played(seconds, volume)

    def _call_of(self, operation: Operation) -> tuple[Callable[[Any], object], Any]:
        book = self._books[operation.symbol]
        if isinstance(operation, CancelOrder):
            return book.cancel_order, self._names.pop(operation.order_id)
        assert isinstance(operation, NewOrder)
        self._made += 1
        self._names[operation.order_id] = str(self._made)
        side = self._sides[operation.side]
        return book.add_limit_order, (side, operation.price, operation.quantity)


class LightMatching:
    """lightmatchingengine: one engine for all symbols, ids counted by the engine from 1."""

    name = "lightmatchingengine"

    def __init__(self, symbols: list[str]) -> None:
        from lightmatchingengine.lightmatchingengine import LightMatchingEngine

        self._engine = LightMatchingEngine()

    def play(self, operations: list[Operation]) -> Played:
        calls = [self._call_of(operation) for operation in operations]
        began = _begin()
        results = [function(*arguments) for function, arguments in calls]
        seconds = perf_counter() - began
        answers = [result for result in results if isinstance(result, tuple)]
        # It reports every trade once for each side.
        both_sides = sum(trade.trade_qty for _, trades in answers for trade in trades)
        return Played(seconds, both_sides // 2)

    def _call_of(self, operation: Operation) -> tuple[Callable[..., object], tuple[Any, ...]]:
        if isinstance(operation, CancelOrder):
            return self._engine.cancel_order, (operation.order_id, operation.symbol)
        assert isinstance(operation, NewOrder)
        side = 1 if operation.side is Side.BUY else 2
        arguments = (operation.symbol, operation.price, operation.quantity, side)
        return self._engine.add_order, arguments


PEERS: tuple[Callable[[list[str]], Engine], ...] = (AkhilOrderbook, LightMatching)


class Market:
    """The operations of one workload, made batch by batch from one seed.

    It plays them on an exchange of its own to know which orders are live and where the touch is:
    half are limits that rest within `DISTANCE_MAX` ticks of a drifting mid, four in ten cancel a
    random live order, one in ten takes.
    """

    def __init__(self, symbols: list[str]) -> None:
        self._random = Random(SEED)
        self._symbols = symbols
        self._mids = dict.fromkeys(symbols, 10_000)
        self._live: dict[str, list[int]] = {symbol: [] for symbol in symbols}
        self._places: dict[int, int] = {}
        self._exchange = Exchange()
        for symbol in symbols:
            self._exchange.list_symbol(symbol)
        self._order_id = 0
        self.volume = 0

    def next_batch(self) -> list[Operation]:
        return [self._next() for _ in range(BATCH_OPERATIONS)]

    def _next(self) -> Operation:
        chance = self._random
        symbol = self._symbols[int(chance.random() * len(self._symbols))]
        if chance.random() * DRIFT_OPERATIONS < 1:
            self._mids[symbol] += chance.choice((-1, 1))
        what, live = chance.random(), self._live[symbol]
        operation: Operation
        if PASSIVE_SHARE <= what < PASSIVE_SHARE + CANCEL_SHARE and live:
            operation = CancelOrder(live[int(chance.random() * len(live))], symbol)
        else:
            aggressive = what >= PASSIVE_SHARE + CANCEL_SHARE
            operation = self._limit(symbol, aggressive=aggressive)
        self._learn(self._exchange.submit((operation,)))
        return operation

    def _limit(self, symbol: str, *, aggressive: bool) -> NewOrder:
        chance, book = self._random, self._exchange.book(symbol)
        self._order_id += 1
        side = Side.BUY if chance.random() < 0.5 else Side.SELL
        touch = book.best_ask if side is Side.BUY else book.best_bid
        distance = 1 + int(chance.random() * DISTANCE_MAX)
        price = self._mids[symbol] - side * distance
        if touch is not None and aggressive:
            price = touch + side * distance
        elif touch is not None:
            price = side * min(side * price, side * touch - 1)
        quantity = 1 + int(chance.random() * QUANTITY_MAX)
        return NewOrder(
            self._order_id, symbol, side, OrderType.LIMIT, Quantity(quantity), Price(price)
        )

    def _learn(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Traded):
                self.volume += event.quantity
                if not event.maker_leaves:
                    self._forget(event.maker_id, event.symbol)
                if not event.taker_leaves:
                    self._forget(event.taker_id, event.symbol)
            elif isinstance(event, Cancelled):
                self._forget(event.order_id, event.symbol)
            elif isinstance(event, Accepted):
                live = self._live[event.symbol]
                self._places[event.order_id] = len(live)
                live.append(event.order_id)

    def _forget(self, order_id: int, symbol: str) -> None:
        live, place = self._live[symbol], self._places.pop(order_id)
        last = live.pop()
        if last != order_id:
            live[place] = last
            self._places[last] = place


def run(json_output: bool) -> int:
    """Measures both workloads; 3 when a peer is missing, 1 when the engines disagree on volume."""
    try:
        for peer in PEERS:
            peer([])
    except ImportError as missing:
        sentence = f"bench match: the peer module '{missing.name}' is missing"
        print(f"{sentence}; it belongs to the development set", file=sys.stderr)
        return ExitCode.ENVIRONMENT
    try:
        workloads = {name: _measure(name, count) for name, count in SYMBOLS.items()}
    except VolumeError as difference:
        print(f"bench match: {difference}", file=sys.stderr)
        return ExitCode.CHECK_FAILED
    if json_output:
        print(json_line({"name": "match", "workloads": workloads}))
    else:
        print("\n".join(_table(workloads)))
    return ExitCode.DONE


def _begin() -> float:
    """The clock of a batch; what exists before it is no work of the collector's during it.

    The collector runs as Python sets it, for every engine alike, over what the batch allocates.
    """
    gc.freeze()
    return perf_counter()


class VolumeError(Exception):
    """An engine traded another volume than the rest, so its speed says nothing."""


def _measure(name: str, count: int) -> dict[str, Any]:
    symbols = [f"S{number:03d}" for number in range(count)]
    market = Market(symbols)
    engines: list[Engine] = [Ours(symbols), *(peer(symbols) for peer in PEERS)]
    seconds: dict[str, list[float]] = {engine.name: [] for engine in engines}
    volumes = dict.fromkeys(seconds, 0)
    for number in range(OPERATIONS[name] // BATCH_OPERATIONS):
        operations = market.next_batch()
        if number % BATCHES_BETWEEN_REPORTS == 0:
            print(f"bench match: {name} {number * BATCH_OPERATIONS:,}", file=sys.stderr)
        # The one that goes first finds the operations in another cache state: take turns.
        first = number % len(engines)
        for engine in engines[first:] + engines[:first]:
            played = engine.play(operations)
            gc.unfreeze()
            seconds[engine.name].append(played.seconds)
            volumes[engine.name] += played.volume
    for engine_name, volume in volumes.items():
        if volume != market.volume:
            raise VolumeError(f"{engine_name} traded {volume}, expected {market.volume} ({name})")
    return _figures(name, seconds, market.volume)


def _figures(name: str, seconds: dict[str, list[float]], volume: int) -> dict[str, Any]:
    """Medians over the batches: one in which the machine was busy elsewhere does not count.

    A ratio is the median of the ratios of the batches, as both engines played each one within
    a few milliseconds.
    """
    ours = seconds.pop(Ours.name)
    ratios = {peer: _median_ratio(theirs, ours) for peer, theirs in seconds.items()}
    best = min(ratios, key=lambda peer: ratios[peer])
    return {
        "ops_per_second": _rate(ours),
        "ratio_to_best_pure_peer": ratios[best],
        "best_pure_peer": best,
        "peers": {
            peer: {"ops_per_second": _rate(theirs), "ratio": ratios[peer]}
            for peer, theirs in seconds.items()
        },
        "operations": OPERATIONS[name],
        "volume": volume,
    }


def _rate(seconds: list[float]) -> int:
    return round(BATCH_OPERATIONS / median(seconds))


def _median_ratio(theirs: list[float], ours: list[float]) -> float:
    return round(median(their / our for their, our in zip(theirs, ours, strict=True)), 3)


def _table(workloads: dict[str, dict[str, Any]]) -> Iterator[str]:
    for name, figures in workloads.items():
        ratio, ours = figures["ratio_to_best_pure_peer"], figures["ops_per_second"]
        yield f"{name}: {ours:,} operations/s, {ratio} x {figures['best_pure_peer']}"
        for peer, figure in figures["peers"].items():
            yield f"  {peer}: {figure['ops_per_second']:,} operations/s"


def volume_of(events: list[Event]) -> int:
    return sum(event.quantity for event in events if type(event) is Traded)
