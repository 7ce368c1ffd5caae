"""Whether the synthetic market looks like a market: half an hour of one seed, in figures."""

import pytest

from connectors.feeds.synthetic.measure import Facts, correlation, measure

SECONDS = 1_800


@pytest.fixture(scope="module")
def facts() -> dict[str, Facts]:
    return measure(seed=1, seconds=SECONDS)


def test_most_symbols_stand_one_to_three_ticks_apart(facts):
    tight = [each for each in facts.values() if each.spread_one_to_three > 0.6]
    assert len(tight) >= 18
    assert all(1 <= each.spread_ticks <= 20 for each in facts.values())


def test_the_queue_of_apple_is_a_few_hundred_to_a_few_thousand_shares(facts):
    assert 300 <= facts["AAPL"].queue <= 1_500


def test_cheap_symbols_have_the_deep_queues(facts):
    assert facts["F"].queue > 5 * facts["AAPL"].queue > 5 * facts["META"].queue


def test_books_stay_deep_and_bounded(facts):
    assert all(each.levels_min >= 4 for each in facts.values())
    assert all(each.resting_max <= 350 for each in facts.values())


def test_every_symbol_prints_several_times_a_minute_and_apple_more_than_once_a_second(facts):
    assert all(each.trades_per_minute > 8 for each in facts.values())
    assert 60 <= facts["AAPL"].trades_per_minute <= 400


def test_most_prints_are_at_the_touch_but_some_sweep(facts):
    assert all(0.9 <= each.prints_at_touch < 1 for each in facts.values())


def test_takers_keep_their_side_for_a_while(facts):
    memories = [each.sign_memory for each in facts.values()]
    assert all(first > 0.2 for first, _, _ in memories)
    assert sum(fifth for _, fifth, _ in memories) / len(memories) > 0.05


def test_volatility_is_that_of_a_session_of_one_or_two_percent(facts):
    volatilities = sorted(each.day_volatility for each in facts.values())
    assert volatilities[0] > 0.003
    assert volatilities[-1] < 0.06
    assert 0.007 < volatilities[len(volatilities) // 2] < 0.022


def test_returns_have_fat_tails_and_volatility_clusters(facts):
    kurtoses = sorted(each.kurtosis for each in facts.values())
    assert kurtoses[len(kurtoses) // 2] > 4
    clusterings = [each.clustering for each in facts.values()]
    assert sum(clusterings) / len(clusterings) > 0.03


def test_an_order_that_joins_the_bid_of_apple_waits_its_turn_and_is_mostly_filled(facts):
    apple = facts["AAPL"]
    _, median, _ = apple.fill_seconds
    assert apple.joined >= 20
    assert 300 <= apple.ahead <= 1_500
    assert 2 <= median <= 60
    assert apple.filled >= 0.75


def test_correlation_knows_a_wave_from_nothing():
    assert correlation([1, -1] * 50, 1) < -0.9
    assert correlation([1, -1] * 50, 2) > 0.9
    assert correlation([3] * 50, 1) == 0
