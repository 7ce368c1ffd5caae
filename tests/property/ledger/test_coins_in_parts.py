"""Coins in any parts: text and integers are one, and a position that is flat leaves nothing."""

from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from engine.domain.ledger.positions import Lot, Position, fill_effect
from engine.domain.risk.proposal import Proposal
from engine.domain.risk.rules.quantities import quantity_within
from engine.instruments import Instrument, format_scaled, parse_scaled, quantity_words
from engine.values import FIGURE_MAX, Money, Nanos, Price, Quantity, Side

sizes = st.integers(1, 10**12)
prices = st.integers(1, 10**9)


def coin(quantity_digits: int) -> Instrument:
    return Instrument("BTCUSDT", currency="USDT", price_digits=2, quantity_digits=quantity_digits)


@given(st.integers(-FIGURE_MAX, FIGURE_MAX), st.integers(0, 8))
def test_a_size_is_the_same_in_text_in_json_and_for_the_eye(units: int, digits: int) -> None:
    known = coin(digits)
    assert known.parse_quantity(known.plain_quantity(units)) == units
    assert known.parse_quantity(known.format_quantity(units).replace(",", "")) == units
    told = known.quantity_field(units)
    assert isinstance(told, int if digits == 0 else str)
    assert parse_scaled(str(told), digits) == units
    assert quantity_words(told) == known.format_quantity(units)
    assert quantity_words(told, signed=True) == known.format_quantity(units, signed=True)


@given(prices, st.integers(-(10**15), 10**15), st.integers(0, 8))
def test_a_value_is_the_exact_one_rounded_once(price: int, units: int, digits: int) -> None:
    exact = Decimal(price) / 100 * Decimal(units) / 10**digits
    rounded = exact.quantize(Decimal("0.000001"), ROUND_HALF_UP)
    value = coin(digits).notional(Price(price), Quantity(units))
    assert Decimal(format_scaled(value, 6)) == rounded


@given(prices, st.integers(0, 10**15), st.integers(0, 8))
def test_what_money_buys_is_within_it_and_one_unit_more_is_not(
    price: int, money: int, digits: int
) -> None:
    known = coin(digits)
    bought = known.bought_by(money, price)
    exact = Decimal(price) * bought / 100 / 10**digits
    assert exact <= Decimal(money) / 10**6 < exact + Decimal(price) / 100 / 10**digits


@given(prices, st.integers(0, 10**15), st.integers(0, 8))
def test_the_room_of_a_limit_is_the_last_size_whose_rounded_value_fits(
    price: int, limit: int, digits: int
) -> None:
    known = coin(digits)
    asked = Proposal(*[None] * 14, 0, 0, 0, False, Price(0), Price(0), None)  # type: ignore[arg-type]
    asked.instrument = known
    room = quantity_within(asked, Money(limit), Price(price))
    assert known.notional(Price(price), Quantity(room)) <= limit
    assert known.notional(Price(price), Quantity(room + 1)) > limit


@given(st.lists(st.tuples(st.sampled_from(Side), sizes, prices), min_size=1, max_size=20))
def test_a_flat_position_leaves_neither_cost_nor_lots(
    fills: list[tuple[Side, int, int]],
) -> None:
    """However it was cut: what was paid and got is what was realised, to the money unit."""
    known, position, cash = coin(8), Position("BTCUSDT"), 0
    held = sum(side * size for side, size, _ in fills)
    if held:
        fills = [*fills, (Side.SELL if held > 0 else Side.BUY, abs(held), 6_100_000)]
    for side, size, price in fills:
        quantity = Quantity(size)
        effect = fill_effect(position, side, Price(price), quantity, known, Nanos(0))
        cash -= side * known.notional(Price(price), quantity)
        position.realised = Money(position.realised + effect.realised)
        for change in effect.lots:
            position.cost = Money(position.cost + change.cost)
            if change.lot_id >= position.lot_next:
                lot = Lot(change.lot_id, Nanos(0), change.quantity, change.cost)
                position.lots.append(lot)
                position.lot_next += 1
                continue
            first = position.lots[0]
            first.quantity = Quantity(first.quantity + change.quantity)
            first.cost = Money(first.cost + change.cost)
            if not first.quantity:
                assert first.cost == 0
                position.lots.pop(0)
        position.quantity = effect.position_after
    assert (position.quantity, position.cost, position.lots) == (0, 0, [])
    assert cash == position.realised
