"""What fills do to a position: lots at total cost, long, short and through zero, and the day."""

import pytest

from engine.domain.events import OrderFilled, QuoteSeen
from engine.domain.ledger.positions import Position, apply_fill, fill_effect
from engine.domain.ledger.postings import post, post_fill, postings_of_opening
from engine.domain.ledger.valuation import day_profit, mark_of, market_value, unrealised
from engine.domain.quotes import Quote
from engine.instruments import Instrument, parse_money
from engine.values import Liquidity, Money, Nanos, OrderId, Price, Quantity, Side

GOOG = Instrument("GOOG")
BUY, SELL = Side.BUY, Side.SELL


def fill(position: Position, side: Side, quantity: int, price: str, fee: str = "0") -> OrderFilled:
    """Decides and applies one fill; the event it was."""
    at = Nanos(position.lot_next)
    number, size = GOOG.parse_price(price), Quantity(quantity)
    effect = fill_effect(position, side, number, size, GOOG, at)
    value, paid = GOOG.notional(number, size), parse_money(fee)
    event = OrderFilled(
        at,
        OrderId(1),
        "e",
        number,
        size,
        Liquidity.TAKER,
        paid,
        effect.realised,
        Money(-side * value - paid),
        effect.position_after,
        effect.lots,
        QuoteSeen(),
        "",
    )
    apply_fill(position, event, side, value)
    return event


def lots_of(position: Position) -> list[tuple[int, str]]:
    return [(lot.quantity, f"{lot.cost / 1_000_000:.2f}") for lot in position.lots]


def test_a_purchase_opens_a_lot_at_its_total_cost() -> None:
    position = Position("GOOG")
    event = fill(position, BUY, 100, "566.83", fee="1.00")
    assert (position.quantity, position.cost) == (100, parse_money("56683"))
    assert (event.realised, position.fees) == (0, parse_money("1"))


def test_a_sale_takes_the_oldest_lot_first() -> None:
    position = Position("GOOG")
    fill(position, BUY, 100, "10.00")
    fill(position, BUY, 100, "12.00")
    event = fill(position, SELL, 150, "13.00")
    assert event.realised == parse_money("350")  # 100 × 3 + 50 × 1
    assert lots_of(position) == [(50, "600.00")]


def test_the_last_share_of_a_lot_takes_what_rounding_left() -> None:
    # Three shares cost a total that three does not divide.
    position = Position("GOOG")
    fill(position, BUY, 3, "0.0001")
    position.lots[0].cost = position.cost = Money(100)
    realised = [fill(position, SELL, 1, "0.0001").realised for _ in range(3)]
    assert realised == [100 - 33, 100 - 33, 100 - 34]
    assert (position.quantity, position.cost, position.lots) == (0, 0, [])


def test_a_short_sale_opens_a_lot_below_zero_and_gains_when_the_price_falls() -> None:
    position = Position("GOOG")
    fill(position, SELL, 100, "50.00")
    assert lots_of(position) == [(-100, "-5000.00")]
    event = fill(position, BUY, 40, "45.00")
    assert event.realised == parse_money("200")
    assert lots_of(position) == [(-60, "-3000.00")]


def test_a_short_loses_when_the_price_rises() -> None:
    position = Position("GOOG")
    fill(position, SELL, 100, "50.00")
    assert fill(position, BUY, 100, "51.00").realised == parse_money("-100")
    assert (position.quantity, position.cost) == (0, 0)


def test_a_fill_through_zero_closes_and_opens() -> None:
    position = Position("GOOG")
    fill(position, BUY, 100, "10.00")
    event = fill(position, SELL, 250, "11.00")
    assert (event.realised, event.position_after) == (parse_money("100"), -150)
    assert [(change.quantity, change.cost) for change in event.lots] == [
        (-100, parse_money("-1000")),
        (-150, parse_money("-1650")),
    ]
    back = fill(position, BUY, 200, "9.00")
    assert (back.realised, position.quantity) == (parse_money("300"), 50)
    assert lots_of(position) == [(50, "450.00")]


def test_deciding_a_fill_changes_nothing() -> None:
    position = Position("GOOG")
    fill(position, BUY, 100, "10.00")
    before = (position.quantity, position.cost, lots_of(position))
    fill_effect(position, SELL, GOOG.parse_price("11"), Quantity(40), GOOG, Nanos(9))
    assert (position.quantity, position.cost, lots_of(position)) == before


def test_the_postings_of_a_fill_sum_to_zero_and_keep_cash() -> None:
    ledger: dict[str, Money] = {}
    post(ledger, postings_of_opening(parse_money("1000000")))
    position = Position("GOOG")
    for side, quantity, price in ((BUY, 100, "566.83"), (SELL, 40, "577.31")):
        cost_before = position.cost
        event = fill(position, side, quantity, price, fee="1.00")
        post_fill(ledger, "GOOG", event, position.cost - cost_before)
    assert sum(ledger.values()) == 0
    assert ledger["cash"] == parse_money("966407.40")
    assert ledger["securities:GOOG"] == position.cost == parse_money("34009.80")
    assert ledger["realised:GOOG"] == -parse_money("419.20")
    assert ledger["fees"] == parse_money("2.00")


def test_a_posting_that_loses_money_on_the_way_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        post({}, [("cash", Money(1)), ("capital", Money(-2))])
    event = fill(Position("GOOG"), BUY, 100, "10.00", fee="1.00")
    with pytest.raises(AssertionError):
        post_fill({}, "GOOG", event, parse_money("1000") - 1)


def test_a_ledger_that_adopted_a_position_takes_its_first_fee() -> None:
    ledger: dict[str, Money] = {}
    adopted = parse_money("1000")
    post(ledger, [("securities:GOOG", adopted), ("realised:GOOG", Money(0)), ("capital", -adopted)])
    event = fill(Position("GOOG"), BUY, 100, "10.00", fee="1.00")
    post_fill(ledger, "GOOG", event, adopted)
    assert ledger["fees"] == parse_money("1.00")
    assert sum(ledger.values()) == 0


def test_value_profit_and_day_at_a_mark() -> None:
    position = Position("GOOG")
    fill(position, BUY, 100, "10.00", fee="1.00")
    mark = GOOG.parse_price("10.50")
    assert market_value(position, mark, GOOG) == parse_money("1050")
    assert unrealised(position, mark, GOOG) == parse_money("50")
    assert day_profit(position, mark, GOOG) == parse_money("49")


def test_a_new_day_starts_from_its_opening_mark() -> None:
    position = Position("GOOG")
    fill(position, BUY, 100, "10.00", fee="1.00")
    position.open_day(GOOG.parse_price("11.00"))
    fill(position, SELL, 50, "11.50", fee="1.00")
    mark = GOOG.parse_price("11.20")
    # 50 × 0.50 sold, 50 × 0.20 still held, less the fee.
    assert day_profit(position, mark, GOOG) == parse_money("34")
    assert position.day_realised == parse_money("75")
    assert position.day_fees == parse_money("1")


def test_without_a_mark_nothing_is_known_and_nothing_is_zero() -> None:
    position = Position("GOOG")
    fill(position, BUY, 100, "10.00")
    assert market_value(position, Price(0), GOOG) is None
    assert unrealised(position, Price(0), GOOG) is None
    assert day_profit(position, Price(0), GOOG) is None


def test_held_over_night_without_an_opening_mark_the_day_is_not_known() -> None:
    position = Position("GOOG")
    fill(position, BUY, 100, "10.00")
    position.open_day(None)
    assert day_profit(position, GOOG.parse_price("11"), GOOG) is None


def test_a_flat_position_is_worth_nothing_even_without_a_mark() -> None:
    position = Position("GOOG")
    fill(position, BUY, 100, "10.00", fee="1.00")
    fill(position, SELL, 100, "10.10", fee="1.00")
    assert market_value(position, Price(0), GOOG) == 0
    assert day_profit(position, Price(0), GOOG) == parse_money("8")


@pytest.mark.parametrize(
    ("bid", "ask", "last", "mark"),
    [(100, 200, 120, 150), (0, 200, 120, 120), (200, 100, 120, 120), (0, 0, 0, 0)],
)
def test_the_mark_is_the_mid_of_a_sound_quote_else_the_last_trade(
    bid: int, ask: int, last: int, mark: int
) -> None:
    quote = Quote("GOOG", bid=Price(bid), ask=Price(ask), last=Price(last))
    assert mark_of(quote) == mark


def test_without_a_quote_there_is_no_mark() -> None:
    assert mark_of(None) == 0
