"""Whatever the venue fills of the orders that were allowed, cash never runs out (I-25, I-29)."""

import msgspec
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from engine.domain.commands import SubmitOrder
from engine.domain.events import OrderFilled, QuoteSeen
from engine.domain.ledger.fees import order_fee
from engine.domain.ledger.positions import Position, apply_fill, fill_effect
from engine.domain.lifecycle import DONE, Status
from engine.domain.orders import Order, reserve_of
from engine.domain.quotes import Market, Phase, Quote
from engine.domain.risk.exposure import worth_of
from engine.domain.risk.frame import evaluate
from engine.domain.risk.limits import Limits, default_pairs
from engine.domain.risk.margin import entry_requirement, tier_under
from engine.domain.risk.proposal import propose
from engine.domain.risk.protection import protection_price
from engine.domain.risk.regimes import RATIO, Regime
from engine.domain.risk.reserve import reserve_for
from engine.domain.state import Account, State, Trading
from engine.instruments import Instrument
from engine.values import (
    MONEY_SCALE,
    Instruction,
    Liquidity,
    Money,
    Nanos,
    OrderId,
    OrderType,
    Price,
    Quantity,
)

NOW = Nanos(10**12)
TRADE_DATE = 20260701
"""All regimes are in force: the rule of 2026 began on 4 June."""
SYMBOLS = {"GOOG": 1_000_000, "PENY": 9_900}
"""Symbol → mid, in units of 1/10,000 dollar."""


class Venue:
    """A desk of one account whose orders are filled by whatever the test draws."""

    def __init__(self, cash: int, regime: Regime = Regime.PAID, **limits: int) -> None:
        self.market = Market()
        self.state = State(mode="paper", trade_date=TRADE_DATE)
        self.state.limits = msgspec.structs.replace(
            Limits.from_pairs(default_pairs("load")), margin_regime=int(regime), **limits
        )
        self.account = Account("PAPER", "USD", Money(cash), "us_retail", {}, {}, Trading(), {})
        self.state.accounts["PAPER"] = self.account
        for symbol, mid in SYMBOLS.items():
            self.state.instruments[symbol] = Instrument(symbol)
            self.state.phases[symbol] = Phase.OPEN
            self.market.quotes[symbol] = Quote(
                symbol, bid=Price(mid - 100), ask=Price(mid + 100), last=Price(mid)
            )
            self.account.positions[symbol] = Position(symbol)

    def submit(self, command: SubmitOrder) -> bool:
        """As asked, or else as large as there is room for: that leaves no cash to spare."""
        proposal = propose(command, self.state, self.market)
        assessment = evaluate(proposal, self.state, self.market, NOW)
        if assessment.room_quantity > 0:
            smaller = msgspec.structs.replace(command, quantity=assessment.room_quantity)
            return self.submit(smaller)
        if not assessment.is_allowed:
            return False
        order_id = OrderId(self.state.order_next)
        self.state.order_next += 1
        order = Order(
            order_id,
            TRADE_DATE,
            int(order_id),
            command,
            command.instruction.side,
            Status.WORKING,
            command.quantity,
            command.price or protection_price(proposal),
            Price(0),
            Price(0),
            NOW,
            NOW,
            reserved_total=reserve_for(proposal),
        )
        self.state.orders[order_id] = order
        self.state.live[order_id] = None
        self.state.live_by_symbol.setdefault(command.symbol, {})[order_id] = None
        self.hold_back(order)
        return True

    def hold_back(self, order: Order) -> None:
        before, order.reserved = order.reserved, reserve_of(order)
        self.account.reserved = Money(self.account.reserved + order.reserved - before)

    def fill(self, order: Order, size: int, price: int) -> None:
        symbol, side, table = order.order.symbol, order.side, self.account.fee_table
        instrument, position = self.state.instruments[symbol], self.account.positions[symbol]
        quantity = Quantity(min(size, order.leaves))
        value = instrument.notional(Price(price), quantity)
        effect = fill_effect(position, side, Price(price), quantity, instrument, NOW)
        order.cumulative = Quantity(order.cumulative + quantity)
        order.value = Money(order.value + value)
        owed = order_fee(table, TRADE_DATE, order.order.instruction, order.cumulative, order.value)
        fee = Money(owed - order.fees)
        order.fees = owed
        filled = OrderFilled(
            NOW,
            order.order_id,
            "e",
            Price(price),
            quantity,
            Liquidity.MAKER,
            fee,
            effect.realised,
            Money(-side * value - fee),
            effect.position_after,
            effect.lots,
            QuoteSeen(),
            "",
        )
        apply_fill(position, filled, side, value)
        self.account.cash = Money(self.account.cash + filled.cash_delta)
        self.hold_back(order)
        if order.leaves == 0:
            self.finish(order, Status.FILLED)

    def worst_price(self, order: Order) -> Price:
        """The least favourable price at which the venue may fill it."""
        return Price(max(1, order.price))

    def is_backed(self) -> bool:
        """What the regime lends on is backed by equity, and no more is held than it allows."""
        worth = worth_of(self.account, self.state, self.market)
        rates = tier_under(self.account, self.state.limits, TRADE_DATE, worth).day
        equity = worth.net_liquidation
        assert equity is not None
        is_within = worth.gross * RATIO <= rates.leverage * equity or not worth.gross
        return is_within and equity >= entry_requirement(worth, rates)

    def finish(self, order: Order, status: Status) -> None:
        order.status = status
        assert status in DONE
        self.hold_back(order)
        del self.state.live[order.order_id]
        del self.state.live_by_symbol[order.order.symbol][order.order_id]


commands = st.builds(
    SubmitOrder,
    ticket=st.uuids().map(str),
    account=st.just("PAPER"),
    symbol=st.sampled_from(list(SYMBOLS)),
    instruction=st.sampled_from([Instruction.BUY, Instruction.BUY, Instruction.SELL]),
    quantity=st.integers(1, 3_000),
    type=st.sampled_from([OrderType.LIMIT, OrderType.MARKET]),
    price=st.just(0),
)


# One example is thirty steps of a session: a quarter of the tier's examples is plenty.
@settings(max_examples=settings.default.max_examples // 4)
@given(st.integers(100_000_000, 60_000_000_000), st.data())
def test_no_fills_of_allowed_orders_overdraw_the_account(cash: int, data: st.DataObject) -> None:
    venue = Venue(cash)
    state, account = venue.state, venue.account
    for _ in range(data.draw(st.integers(5, 30))):
        if state.live and data.draw(st.integers(0, 2)):
            order = state.orders[data.draw(st.sampled_from(list(state.live)))]
            if data.draw(st.integers(0, 5)) == 0:
                venue.finish(order, Status.CANCELLED)
                continue
            worse = data.draw(st.integers(0, 3)) * 10_0 * -order.side
            price = max(100, order.price + worse)
            venue.fill(order, data.draw(st.integers(1, 2_000)), price)
            event("fill")
        else:
            command = data.draw(commands)
            if command.type is OrderType.LIMIT:
                tick = 100 if command.symbol == "GOOG" else 1
                price = SYMBOLS[command.symbol] + data.draw(st.integers(-20, 20)) * tick
                command = msgspec.structs.replace(command, price=Price(price))
            event(f"allowed: {venue.submit(command)}")
        assert account.reserved >= 0
        assert account.cash >= 0
        for position in account.positions.values():
            assert position.quantity >= 0, "nothing crossed zero"
    # Whatever is still open fills at its limit, sales last: the worst that can come.
    for order in sorted((state.orders[i] for i in state.live), key=lambda order: -order.side):
        venue.fill(order, order.leaves, order.price)
        assert account.cash >= 0
    assert (account.reserved, state.live) == (0, {})


levers = st.sampled_from(
    [{}, {}, {"leverage_max": 100}, {"leverage_max": 150}, {"short_margin": 8_000}]
)
either_way = st.builds(
    SubmitOrder,
    ticket=st.uuids().map(str),
    account=st.just("PAPER"),
    symbol=st.sampled_from(list(SYMBOLS)),
    instruction=st.sampled_from(
        [Instruction.BUY, Instruction.BUY, Instruction.SELL, Instruction.SHORT, Instruction.COVER]
    ),
    quantity=st.integers(1, 30_000),
    type=st.sampled_from([OrderType.LIMIT, OrderType.MARKET]),
    price=st.just(0),
)


@settings(max_examples=settings.default.max_examples // 8)
@pytest.mark.parametrize("regime", list(Regime), ids=lambda regime: regime.word)
@given(levers, st.one_of(st.integers(100, 200_000), st.integers(100_000, 150_000)), st.data())
def test_no_fills_of_allowed_orders_leave_a_position_unbacked(
    regime: Regime, lever: dict[str, int], dollars: int, data: st.DataObject
) -> None:
    """I-29 under every regime: in any order, in part or whole, at the worst price each allows."""
    cash = dollars * MONEY_SCALE
    venue = Venue(cash, regime, **lever)
    state, account = venue.state, venue.account
    account.day_open_equity = Money(cash)
    for _ in range(data.draw(st.integers(5, 25))):
        if state.live and data.draw(st.integers(0, 2)):
            order = state.orders[data.draw(st.sampled_from(list(state.live)))]
            if data.draw(st.integers(0, 5)) == 0:
                venue.finish(order, Status.CANCELLED)
                continue
            venue.fill(order, data.draw(st.integers(1, 20_000)), venue.worst_price(order))
        else:
            command = data.draw(either_way)
            if command.type is OrderType.LIMIT:
                tick = 100 if command.symbol == "GOOG" else 1
                price = SYMBOLS[command.symbol] + data.draw(st.integers(-80, 80)) * tick
                command = msgspec.structs.replace(command, price=Price(price))
            is_allowed = venue.submit(command)
            event(f"{regime.word} {command.instruction.word} allowed: {is_allowed}")
        assert account.reserved >= 0
        assert venue.is_backed()
    for order_id in data.draw(st.permutations(list(state.live))):
        order = state.orders[order_id]
        venue.fill(order, order.leaves, venue.worst_price(order))
        assert venue.is_backed()
    assert (account.reserved, state.live) == (0, {})
