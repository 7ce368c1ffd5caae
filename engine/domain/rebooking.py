"""Takes trades back and books them anew, as if they had come right the first time."""

from engine.domain import events as ev
from engine.domain import reports as rep
from engine.domain.ledger.fees import order_fee
from engine.domain.ledger.fill_memory import BookedFill, with_fill, without_fill
from engine.domain.ledger.positions import Position, fill_effect
from engine.domain.ledger.restating import Restated, fold
from engine.domain.orders import Order
from engine.domain.quotes import Market
from engine.domain.state import State
from engine.domain.submission import quote_seen
from engine.values import Money, Nanos, Quantity, Side


class Rebooking:
    """One order and its position as they will stand after each event that is decided here.

    Changes nothing: two events of one claim build on each other before either is applied.
    """

    def __init__(self, state: State, order: Order, market: Market, now: Nanos) -> None:
        account, symbol = state.accounts[order.order.account], order.order.symbol
        self._order, self._now = order, now
        self._instrument = state.instruments[symbol]
        self._quote = quote_seen(market.quote(symbol))
        self._position = account.positions.get(symbol) or Position(symbol)
        self._fills = self._position.memory.fills
        self._realised = self._fold().realised
        self.cumulative = order.cumulative
        self._value, self._fees = order.value, order.fees_by_table
        self._has_reversed = False

    def _fold(self) -> Restated:
        memory = self._position.memory
        return fold(memory.base, memory.base_next, self._fills, self._instrument)

    def _fee_change(self, side: Side, quantity: int, value: int) -> Money:
        """Moves the order's totals; what it owes then, less what it paid so far."""
        order = self._order
        self.cumulative = Quantity(self.cumulative + quantity)
        self._value = Money(self._value + value)
        owed = Money(0)
        if self.cumulative:
            owed = order_fee(
                order.fee_table,
                order.trade_date,
                order.order.instruction,
                self.cumulative,
                self._value,
                order.month_volume,
            )
        change = Money(owed - self._fees)
        self._fees = owed
        return change

    def _fee_back(self, execution_id: str, by_table: Money) -> Money:
        """A trade that its venue charges by itself costs what it did, whatever the table now says
        of the others."""
        charge = self._order.charges.get(execution_id) if self._order.charges else None
        if charge is None:
            return by_table
        self._fees = Money(self._fees - by_table - charge.by_table)
        return Money(-charge.booked)

    def reverse(
        self,
        execution_id: str,
        booked: BookedFill | None,
        revision: int,
        text: str,
        venue_at: Nanos,
    ) -> ev.FillReversed:
        """`booked` None: nothing is there to take back, and nothing will be booked any more."""
        order, position = self._order, self._position
        if booked is None:
            return self._void(execution_id, revision, text, venue_at)
        self._has_reversed = True
        side, quantity = order.side, Quantity(abs(booked.quantity))
        value = self._instrument.notional(booked.price, quantity)
        fee = self._fee_back(execution_id, self._fee_change(side, -quantity, -value))
        if position.memory.find(execution_id) is not None:
            self._fills = without_fill(self._fills, execution_id)
            after = self._fold()
            realised = Money(after.realised - self._realised)
            self._realised = after.realised
            lots, lot_next, held = after.lots, after.lot_next, after.position
        else:
            effect = fill_effect(
                position, side.opposite, booked.price, quantity, self._instrument, self._now
            )
            realised, lots, lot_next = effect.realised, effect.lots, 0
            held = effect.position_after
        return ev.FillReversed(
            self._now,
            order.order_id,
            execution_id,
            revision,
            booked.price,
            quantity,
            fee,
            realised,
            Money(side * value - fee),
            held,
            lots,
            lot_next,
            text,
            self.cumulative,
            venue_at,
        )

    def _void(
        self, execution_id: str, revision: int, text: str, venue_at: Nanos
    ) -> ev.FillReversed:
        position, none = self._position, Money(0)
        return ev.FillReversed(
            self._now,
            self._order.order_id,
            execution_id,
            revision,
            self._order.price,
            Quantity(0),
            none,
            none,
            none,
            position.quantity,
            position.held_lots(),
            position.lot_next,
            text,
            self.cumulative,
            venue_at,
        )

    def book(self, fill: rep.VenueFilled, *, revision: int) -> ev.OrderFilled:
        """A fill at its place among those that were heard before it."""
        order = self._order
        value = self._instrument.notional(fill.price, fill.quantity)
        fee = self._fee_change(order.side, fill.quantity, value)
        made_at = fill.at or self._now
        booked = BookedFill(
            made_at, fill.execution_id, Quantity(order.side * fill.quantity), fill.price
        )
        self._fills = with_fill(self._fills, booked)
        after = self._fold()
        realised = Money(after.realised - self._realised)
        self._realised = after.realised
        return ev.OrderFilled(
            self._now,
            order.order_id,
            fill.execution_id,
            fill.price,
            fill.quantity,
            fill.liquidity,
            fee,
            realised,
            Money(-order.side * value - fee),
            after.position,
            after.lots,
            self._quote,
            fill.explanation,
            order.is_done and not self._has_reversed,
            self.cumulative + order.taken > order.worst_quantity,
            self.cumulative,
            fill.at,
            revision,
            after.lot_next,
        )
