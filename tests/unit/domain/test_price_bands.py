"""Limit up, limit down: the share of each tier and price, when it doubles, and since when."""

import pytest

from connectors.feeds.synthetic.halts import HaltWatch
from engine.domain.price_bands import TIER_1, TIER_2, band_of, share_of
from engine.domain.quotes import Quote
from engine.values import NANOS_PER_SECOND, Nanos, Price

NOON = {"since_open": 9_000, "to_close": 14_400}
LAST_MINUTES = {"since_open": 22_000, "to_close": 1_400}
FIRST_MINUTES = {"since_open": 60, "to_close": 23_340}
AT_25 = {"since_open": 21_900, "to_close": 1_500}
BEFORE_25 = {"since_open": 21_899, "to_close": 1_501}


@pytest.mark.parametrize(
    ("cents", "tier", "when", "share"),
    [
        (301, TIER_1, NOON, 500),
        (301, TIER_2, NOON, 1_000),
        (300, TIER_1, NOON, 2_000),
        (300, TIER_2, NOON, 2_000),
        (75, TIER_2, NOON, 2_000),
        (74, TIER_1, NOON, 7_500),
        (10_000, TIER_1, FIRST_MINUTES, 500),
        (10_000, TIER_2, FIRST_MINUTES, 1_000),
        (10_000, TIER_1, BEFORE_25, 500),
        (10_000, TIER_1, AT_25, 1_000),
        (10_000, TIER_1, LAST_MINUTES, 1_000),
        (301, TIER_2, LAST_MINUTES, 1_000),
        (300, TIER_2, LAST_MINUTES, 4_000),
        (74, TIER_2, LAST_MINUTES, 15_000),
    ],
)
def test_amendment_18_doubles_only_the_last_minutes_and_not_for_every_share(
    cents: int, tier: int, when: dict[str, int], share: int
) -> None:
    assert share_of(previous_close_cents=cents, tier=tier, trade_date=20261130, **when) == share


def test_before_amendment_18_both_ends_of_the_day_were_twice_as_wide_and_before_that_none() -> None:
    dear = {"previous_close_cents": 10_000, "tier": TIER_2}
    assert share_of(trade_date=20200221, **dear, **FIRST_MINUTES) == 2_000
    assert share_of(trade_date=20200221, **dear, **LAST_MINUTES) == 2_000
    assert share_of(trade_date=20200221, **dear, **NOON) == 1_000
    assert share_of(trade_date=20130407, **dear, **NOON) == 0


def test_a_band_is_told_to_the_cent_and_below_75_cents_fifteen_of_them_count() -> None:
    band = band_of(Price(1_903_370), 500, previous_close_cents=19_000, price_scale=10_000)
    assert (band.low, band.high) == (1_808_200, 1_998_500)
    cheap = band_of(Price(6_000), 7_500, previous_close_cents=60, price_scale=10_000)
    assert (cheap.low, cheap.high) == (4_500, 7_500)
    cheapest = band_of(Price(1_000), 7_500, previous_close_cents=10, price_scale=10_000)
    assert (cheapest.low, cheapest.high) == (300, 1_800)


def test_the_synthetic_market_tells_its_band_and_the_pause_that_a_limit_state_leads_to() -> None:
    watch, quote, close = HaltWatch(), Quote("AAPL"), Nanos(23_400 * NANOS_PER_SECOND)

    def look(second: int, last: int) -> object:
        halt = watch.look(Nanos(second * NANOS_PER_SECOND), last, close)
        watch.tell(quote)
        return halt

    look(1, 1_000_000)
    assert (quote.band_low, quote.band_high, quote.pauses_at) == (950_000, 1_050_000, 0)
    look(2, 1_050_000)
    assert quote.pauses_at == 0
    look(3, 1_050_100)
    assert quote.pauses_at == 18 * NANOS_PER_SECOND
    look(4, 1_040_000)
    assert quote.pauses_at == 0
    look(5, 1_060_000)
    assert look(19, 1_060_000) is None
    assert look(20, 1_060_000) is not None
