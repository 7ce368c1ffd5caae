"""Sums up how far a running session can be believed, from the records of that run alone."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from engine.domain import events as ev
from engine.domain.records import Record
from engine.domain.state import State
from engine.instruments import Instrument
from engine.runtime.realism import Realism
from engine.runtime.realism_words import one_line
from engine.values import Liquidity, Money, Price, Quantity

ORDERS_KEPT_MAX = 20_000
FILLS_KEPT_MAX = 20_000
"""Fills whose later marks can still be told apart; those of older ones count as unknown."""


Key = TypeVar("Key")
Value = TypeVar("Value")


class _Order(msgspec.Struct, gc=False):
    symbol: str
    side: int
    quantity: int
    arrival: int
    """Twice the mid when it was released; 0 without one."""
    is_passive: bool = False
    filled: int = 0
    """While it rested."""


class _Fill(msgspec.Struct, frozen=True, gc=False):
    symbol: str
    side: int
    price: Price
    quantity: Quantity
    liquidity: str


class RealismTally:
    """Listens to a session; `groups` are its figures by currency, all of one epoch and source."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._orders: dict[int, _Order] = {}
        self._fills: dict[str, _Fill] = {}
        self._groups: dict[str, Realism] = {}
        self._line: str | None = None
        self._notes: dict[type, Callable[..., None]] = {
            ev.OrderReleased: self._released,
            ev.OrderWorking: self._working,
            ev.OrderFilled: self._filled,
            ev.OrderCompared: self._compared,
            ev.FillsMarked: self._marked,
            ev.TapeMeasured: self._measured,
        }

    def note(self, record: Record) -> None:
        told = self._notes.get(type(record.body))
        if told is not None:
            told(record.body)
            self._line = None

    @property
    def line(self) -> str:
        """The report in one line; made again only when something has changed."""
        if self._line is None:
            self._line = one_line(self.groups())
        return self._line

    def groups(self) -> list[Realism]:
        """One in an account of one currency; none before anything was traded or measured."""
        return list(self._groups.values())

    def _group(self, symbol: str) -> Realism:
        state, currency = self._state, self._instrument(symbol).currency
        group = self._groups.get(currency)
        if group is None:
            source = state.source.name.lower()
            group = Realism(epoch=state.epoch, source=source, currency=currency, sessions=1)
            self._groups[currency] = group
        return group

    def _instrument(self, symbol: str) -> Instrument:
        return self._state.instruments[symbol]

    # ── what became true

    def _released(self, event: ev.OrderReleased) -> None:
        asked, quote = event.order, event.quote
        arrival = quote.bid + quote.ask if quote.bid > 0 and quote.ask > 0 else 0
        _bounded(self._orders, ORDERS_KEPT_MAX)
        self._orders[event.order_id] = _Order(
            asked.symbol, asked.instruction.side, asked.quantity, arrival
        )

    def _working(self, event: ev.OrderWorking) -> None:
        order = self._orders.get(event.order_id)
        if order is None or order.is_passive or event.queue_ahead < 0:
            return
        order.is_passive = True
        passive = self._group(order.symbol).passive
        passive.orders += 1
        passive.shares += order.quantity

    def _filled(self, event: ev.OrderFilled) -> None:
        live = self._state.orders.get(event.order_id)
        order = self._orders.get(event.order_id)
        if order is None:
            if live is None:
                return
            # It was released by an earlier run: what it arrived at is no part of this one.
            order = _Order(live.order.symbol, live.side, live.quantity, 0)
            self._orders[event.order_id] = order
        group, instrument = self._group(order.symbol), self._instrument(order.symbol)
        value = instrument.notional(event.price, event.quantity)
        group.fees = Money(group.fees + event.fee)
        group.notional = Money(group.notional + value)
        side = group.side(event.liquidity.name.lower())
        side.fills, side.shares = side.fills + 1, side.shares + event.quantity
        if order.arrival:
            base = instrument.notional(Price(order.arrival), event.quantity)
            side.slippage.add(order.side * (2 * value - base), base)
        if order.is_passive and event.liquidity is Liquidity.MAKER:
            group.passive.orders_filled += not order.filled
            group.passive.shares_filled += event.quantity
            order.filled += event.quantity
        _bounded(self._fills, FILLS_KEPT_MAX)
        self._fills[event.execution_id] = _Fill(
            order.symbol, order.side, event.price, event.quantity, event.liquidity.name.lower()
        )

    def _compared(self, event: ev.OrderCompared) -> None:
        assumptions = self._group(event.symbol).assumptions
        assumptions.booked = event.booked
        assumptions.orders += 1
        assumptions.differ += event.differs
        for outcome in event.outcomes:
            shares = assumptions.shares
            shares[outcome.assumption] = shares.get(outcome.assumption, 0) + outcome.filled

    def _marked(self, event: ev.FillsMarked) -> None:
        for mark in event.marks:
            fill = self._fills.get(mark.execution_id)
            if fill is None:
                continue
            instrument = self._instrument(fill.symbol)
            paid = 2 * instrument.notional(fill.price, fill.quantity)
            worth = instrument.notional(Price(mark.twice_mid), fill.quantity)
            marks = self._group(fill.symbol).side(fill.liquidity).mark(mark.seconds)
            marks.add(fill.side * (worth - paid), paid)

    def _measured(self, event: ev.TapeMeasured) -> None:
        for tape in event.tape:
            group = self._group(tape.symbol)
            group.tape[tape.symbol] = tape
            group.displaced = event.displaced
            group.recorded = sum(told.trades for told in event.tape) if event.displaced else 0


def _bounded(kept: dict[Key, Value], most: int) -> None:
    """Room for one more: the oldest goes."""
    if len(kept) >= most:
        del kept[next(iter(kept))]
