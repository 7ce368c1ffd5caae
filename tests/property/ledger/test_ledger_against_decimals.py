"""Random fills against an oracle in Decimal that keeps one row a share lot and shares no code."""

from collections import deque
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from engine.domain.events import OrderFilled, QuoteSeen
from engine.domain.ledger.positions import Position, apply_fill, fill_effect
from engine.domain.ledger.postings import post, post_fill, postings_of_opening
from engine.domain.ledger.valuation import day_profit, unrealised
from engine.instruments import Instrument
from engine.values import (
    Liquidity,
    Money,
    Nanos,
    OrderId,
    Price,
    Quantity,
    Side,
)

GOOG = Instrument("GOOG")
OPENING = Money(1_000_000_000_000)

fills = st.lists(
    st.tuples(
        st.sampled_from([Side.BUY, Side.SELL]),
        st.integers(1, 500),
        st.integers(1, 20_000_000),
        st.integers(0, 5_000_000),
    ),
    max_size=40,
)


class Oracle:
    """Lots as (signed quantity, exact price), first in first out, in Decimal dollars."""

    def __init__(self) -> None:
        self.lots: deque[tuple[int, Decimal]] = deque()
        self.cash = Decimal(1_000_000)
        self.realised = Decimal(0)
        self.fees = Decimal(0)

    def fill(self, side: int, quantity: int, price: Decimal, fee: Decimal) -> None:
        self.cash -= side * quantity * price + fee
        self.fees += fee
        left = quantity
        while left and self.lots and self.lots[0][0] * side < 0:
            held, cost = self.lots.popleft()
            taken = min(left, abs(held))
            direction = 1 if held > 0 else -1
            self.realised += direction * taken * (price - cost)
            if abs(held) > taken:
                self.lots.appendleft((held - direction * taken, cost))
            left -= taken
        if left:
            self.lots.append((side * left, price))

    @property
    def quantity(self) -> int:
        return sum(held for held, _ in self.lots)

    @property
    def cost(self) -> Decimal:
        return sum((held * price for held, price in self.lots), Decimal(0))


def play(sequence: list[tuple[Side, int, int, int]]) -> tuple[Position, dict[str, Money], Oracle]:
    """The same fills through the ledger and through the oracle."""
    position, oracle = Position("GOOG"), Oracle()
    ledger: dict[str, Money] = {}
    post(ledger, postings_of_opening(OPENING))
    for number, (side, size, units, paid) in enumerate(sequence):
        price, quantity, fee = Price(units), Quantity(size), Money(paid)
        value = GOOG.notional(price, quantity)
        effect = fill_effect(position, side, price, quantity, GOOG, Nanos(number))
        cost_before = position.cost
        event = OrderFilled(
            Nanos(number),
            OrderId(1),
            str(number),
            price,
            quantity,
            Liquidity.TAKER,
            fee,
            effect.realised,
            Money(-side * value - fee),
            effect.position_after,
            effect.lots,
            QuoteSeen(),
            "",
        )
        apply_fill(position, event, side, value)
        post_fill(ledger, "GOOG", event, position.cost - cost_before)
        assert sum(ledger.values()) == 0
        oracle.fill(side, size, Decimal(units) / 10_000, Decimal(paid) / 1_000_000)
    return position, ledger, oracle


def money(amount: Decimal) -> int:
    scaled = amount * 1_000_000
    assert scaled == int(scaled)
    return int(scaled)


@given(fills)
def test_the_ledger_is_the_oracle_to_the_last_unit(
    sequence: list[tuple[Side, int, int, int]],
) -> None:
    position, ledger, oracle = play(sequence)
    assert sum(ledger.values()) == 0
    assert ledger["cash"] == money(oracle.cash)
    assert position.quantity == oracle.quantity
    assert position.fees == ledger.get("fees", 0) == money(oracle.fees)
    # A lot's cost is exact: all its shares were filled at one price, so nothing is ever rounded.
    assert position.realised == -ledger.get("realised:GOOG", 0) == money(oracle.realised)
    assert position.cost == ledger.get("securities:GOOG", 0) == money(oracle.cost)


@given(fills, st.integers(1, 20_000_000))
def test_lots_add_up_to_the_position_on_one_side_of_zero_in_order(
    sequence: list[tuple[Side, int, int, int]], mark: int
) -> None:
    position, ledger, _ = play(sequence)
    lots = position.lots
    assert sum(lot.quantity for lot in lots) == position.quantity
    assert sum(lot.cost for lot in lots) == position.cost
    assert all(lot.quantity * position.quantity > 0 for lot in lots)
    assert all(lot.cost * lot.quantity >= 0 for lot in lots)
    assert [lot.lot_id for lot in lots] == sorted(lot.lot_id for lot in lots)
    # I-23: realised + unrealised = market value − cost + what the cash did before fees.
    worth = unrealised(position, Price(mark), GOOG)
    assert worth is not None
    value = GOOG.notional(Price(mark), position.quantity)
    assert position.realised + worth == value + ledger["cash"] - OPENING + position.fees
    assert day_profit(position, Price(mark), GOOG) == position.realised + worth - position.fees
