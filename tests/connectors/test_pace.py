"""How long a resting order may still wait, told from the trades that would have reached it."""

import pytest

from connectors.paper.pace import AWAY, TRADES_MIN, WINDOW_SECONDS, fill_time
from engine.domain.views import FillTime, TradePrint
from engine.values import NANOS_PER_SECOND, Nanos, Price, Quantity, Side

NOW = Nanos(10_000 * NANOS_PER_SECOND)
BID = 100_000


def prints(every: float, quantity: int = 100, price: int = BID, side: Side = Side.SELL, **more):
    ages = [every * n for n in range(1, int(WINDOW_SECONDS / every) + 1)]
    return [
        TradePrint(
            Nanos(NOW - int(age * NANOS_PER_SECOND)), Price(price), Quantity(quantity), side, **more
        )
        for age in reversed(ages)
    ]


def estimate(tape, shares: int = 600, side: Side = Side.BUY) -> FillTime | None:
    since = Nanos(NOW - int(WINDOW_SECONDS) * NANOS_PER_SECOND)
    return fill_time(tape, side=side, price=BID, shares=shares, now=NOW, since=since)


def test_a_wait_grows_with_the_pace_and_has_its_median_inside_its_band():
    quick, slow = estimate(prints(every=10)), estimate(prints(every=20))
    assert 1.8 < slow.seconds / quick.seconds < 2.2
    assert quick.low < quick.seconds < quick.high


def test_many_shares_take_as_long_as_the_fitted_pace_needs():
    told = estimate(prints(every=10), shares=60_000)
    assert told.seconds == pytest.approx(AWAY * 6_000, rel=0.06)


def test_more_shares_ahead_take_longer_and_are_told_more_surely():
    few, many = estimate(prints(10), 1_000), estimate(prints(10), 10_000)
    assert many.seconds > 8 * few.seconds
    assert (many.high - many.low) / many.seconds < (few.high - few.low) / few.seconds


def test_lots_of_different_size_widen_the_band():
    even = prints(10, 100)
    mixed = [*prints(20, 190), *prints(20, 10)]
    assert estimate(mixed).high - estimate(mixed).low > estimate(even).high - estimate(even).low


@pytest.mark.parametrize(
    "tape",
    [
        prints(10, side=Side.BUY),
        prints(10, price=BID + 100),
        prints(10, hidden=True),
        prints(10, own=True),
        prints(10)[-TRADES_MIN + 1 :],
        [],
    ],
    ids=["other side", "better price", "hidden", "own", "too few", "nothing"],
)
def test_trades_that_would_not_have_reached_the_order_say_nothing(tape):
    assert estimate(tape) is None


def test_a_trade_through_the_price_counts():
    assert estimate(prints(10, price=BID - 100)) == estimate(prints(10))


def test_recent_trades_count_more():
    recent, old = prints(10)[-20:], prints(10)[:20]
    assert estimate(recent).seconds < estimate(old).seconds


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (FillTime(120, 50, 360), "≈ 2 min (50 s – 6 min)"),
        (FillTime(7, 0, 30), "≈ 7 s (0 s – 30 s)"),
        (FillTime(7_200, 3_600, 86_400), "≈ 2 h (60 min – 24 h)"),
    ],
)
def test_it_is_told_in_spans_that_a_person_reads(told, text):
    assert told.text == text
