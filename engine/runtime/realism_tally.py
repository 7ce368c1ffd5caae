"""Sums up how far a running session can be believed, from the records of that run alone."""

from collections.abc import Callable
from itertools import compress, islice
from typing import TypeVar

import msgspec

from engine.domain import events as ev
from engine.domain.commands import SubmitOrder
from engine.domain.records import Body, Record, Step
from engine.domain.state import State
from engine.instruments import Instrument
from engine.runtime.realism import Filled, Realism
from engine.runtime.realism_words import one_line
from engine.structs import set_directly
from engine.values import Liquidity, Money, Price, Quantity

_MAKER = Liquidity.MAKER
_LIQUIDITIES = {liquidity: liquidity.name.lower() for liquidity in Liquidity}
ORDERS_KEPT_MAX = 20_000
FILLS_KEPT_MAX = 20_000
"""Fills whose later marks can still be told apart; those of older ones count as unknown."""


Key = TypeVar("Key")
Value = TypeVar("Value")


@set_directly
class _Order(msgspec.Struct, gc=False):
    asked: SubmitOrder
    arrival: int
    """Twice the mid when it was released; 0 without one."""
    is_passive: bool = False
    filled: int = 0
    """While it rested."""


class _Fill(msgspec.Struct, frozen=True, gc=False):
    asked: SubmitOrder
    quantity: Quantity
    value: Money
    side: Filled
    """Where it counts."""


class RealismTally:
    """Listens to a session; `groups` are its figures by currency, all of one epoch and source."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._orders: dict[int, _Order] = {}
        self._fills: dict[str, _Fill] = {}
        self._groups: dict[str, Realism] = {}
        self._by_symbol: dict[str, tuple[Realism, Instrument]] = {}
        self._line: str | None = None
        self._notes: dict[type, Callable[..., None]] = {
            ev.OrderReleased: self._released,
            ev.OrderWorking: self._working,
            ev.OrderFilled: self._filled,
            ev.FeeConfirmed: self._charged,
            ev.OrderCancelled: self._left,
            ev.OrderExpired: self._left,
            ev.OrderCompared: self._compared,
            ev.FillsMarked: self._marked,
            ev.TapeMeasured: self._measured,
        }

    def note(self, record: Record) -> None:
        """One record of a journal that is read back."""
        self._tell(record.body)

    def note_step(self, step: Step) -> None:
        """Every session listens with this."""
        telling = self._notes.get
        for event in compress(step.bodies, step.backs):
            told = telling(type(event))
            if told is not None:
                told(event)
        self._line = None

    def _tell(self, body: Body) -> None:
        told = self._notes.get(type(body))
        if told is not None:
            told(body)
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
        return (self._by_symbol.get(symbol) or self._begin(symbol))[0]

    def _begin(self, symbol: str) -> tuple[Realism, Instrument]:
        """The figures that the symbol counts in, and what it is."""
        state, known = self._state, self._state.instruments[symbol]
        group = self._groups.get(known.currency)
        if group is None:
            source = state.source.name.lower()
            group = Realism(
                epoch=state.epoch,
                source=source,
                currency=known.currency,
                sessions=1,
                quantity_digits=known.quantity_digits,
            )
            self._groups[known.currency] = group
        self._by_symbol[symbol] = group, known
        return group, known

    # ── what became true

    def _released(self, event: ev.OrderReleased) -> None:
        bid, ask = event.quote.bid, event.quote.ask
        arrival = bid + ask if bid > 0 and ask > 0 else 0
        self._orders[event.order_id] = _Order(event.order, arrival)
        if len(self._orders) > ORDERS_KEPT_MAX:
            _forget_oldest(self._orders)

    def _working(self, event: ev.OrderWorking) -> None:
        if event.queue_ahead < 0:
            return
        order = self._orders.get(event.order_id)
        if order is None or order.is_passive:
            return
        order.is_passive = True
        passive = self._group(order.asked.symbol).passive
        passive.orders += 1
        passive.shares += order.asked.quantity

    def _charged(self, event: ev.FeeConfirmed) -> None:
        fill = self._fills.get(event.execution_id)
        if fill is not None:
            self._group(fill.asked.symbol).fees += event.change  # type: ignore[assignment]

    def _filled(self, event: ev.OrderFilled) -> None:
        order = self._orders.get(event.order_id)
        if order is None:
            live = self._state.orders.get(event.order_id)
            if live is None:
                return
            # It was released by an earlier run: what it arrived at is no part of this one.
            order = self._orders[event.order_id] = _Order(live.order, 0)
        asked, quantity = order.asked, event.quantity
        group, instrument = self._by_symbol.get(asked.symbol) or self._begin(asked.symbol)
        value = instrument.notional(event.price, quantity)
        group.fees += event.fee  # type: ignore[assignment]  # a sum of money is money
        group.notional += value  # type: ignore[assignment]
        side = group.side(_LIQUIDITIES[event.liquidity])
        side.fills += 1
        side.shares += quantity
        if arrival := order.arrival:
            base = instrument.notional(arrival, quantity)  # type: ignore[arg-type]  # like a price
            side.slippage.add(asked.instruction.side * (2 * value - base), base)
        if order.is_passive and event.liquidity is _MAKER:
            group.passive.orders_filled += not order.filled
            group.passive.shares_filled += quantity
            order.filled += quantity
        self._fills[event.execution_id] = _Fill(asked, quantity, value, side)
        if len(self._fills) > FILLS_KEPT_MAX:
            _forget_oldest(self._fills)

    def _left(self, event: ev.OrderCancelled | ev.OrderExpired) -> None:
        """What is not filled now never will be: what that missed since it was asked for."""
        order = self._orders.get(event.order_id)
        if order is None or not event.quantity:
            return
        asked = order.asked
        group, instrument = self._by_symbol.get(asked.symbol) or self._begin(asked.symbol)
        group.remainders += 1
        if event.twice_mid and order.arrival:
            was = instrument.notional(Price(order.arrival), event.quantity)
            now = instrument.notional(Price(event.twice_mid), event.quantity)
            group.missed.add(asked.instruction.side * (now - was), was)

    def _compared(self, event: ev.OrderCompared) -> None:
        assumptions = self._group(event.symbol).assumptions
        if event.booked not in assumptions.booked:
            assumptions.booked.append(event.booked)
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
            instrument, paid = self._state.instruments[fill.asked.symbol], 2 * fill.value
            worth = instrument.notional(Price(mark.twice_mid), fill.quantity)
            marks = fill.side.mark(mark.seconds)
            marks.add(fill.asked.instruction.side * (worth - paid), paid)

    def _measured(self, event: ev.TapeMeasured) -> None:
        for tape in event.tape:
            group = self._group(tape.symbol)
            group.tape[tape.symbol] = tape
            group.displaced = event.displaced
            group.recorded = sum(told.trades for told in event.tape) if event.displaced else 0


def _forget_oldest(kept: dict[Key, Value]) -> None:
    """The older half at once: a dict that loses its first keys one by one finds none quickly."""
    for key in list(islice(kept, len(kept) // 2)):
        del kept[key]
