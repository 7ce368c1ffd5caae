"""Bars against the plain way: all trades kept, and counted when somebody asks."""

import sys

from hypothesis import given
from hypothesis import strategies as st

from engine.domain.bars import (
    FINE_KEPT_MAX,
    FINE_SECONDS,
    INTERVALS,
    MINUTES_KEPT_MAX,
    PAST_KEPT_MAX,
    PASTS_KEPT_MAX,
    WANTED_MAX,
    Bar,
    BarBook,
    BarSeries,
    with_past,
)
from engine.values import FIGURE_MAX, NANOS_PER_SECOND, Nanos, Price, Quantity

OPEN = 1_767_623_400 * NANOS_PER_SECOND
TRADES = st.lists(
    st.tuples(
        st.integers(0, 400 * NANOS_PER_SECOND),
        st.integers(1, 10_000),
        st.integers(1, 1_000),
    ),
    max_size=60,
)


def at(seconds: float) -> Nanos:
    return Nanos(OPEN + int(seconds * NANOS_PER_SECOND))


def bar(begin: float, open: int, high: int, low: int, close: int, volume: int) -> Bar:
    return Bar(at(begin), Price(open), Price(high), Price(low), Price(close), Quantity(volume))


@given(TRADES, st.sampled_from(INTERVALS))
def test_bars_are_what_a_count_of_all_trades_says(
    steps: list[tuple[int, int, int]], seconds: int
) -> None:
    series, now, plain = BarSeries(), OPEN, dict[int, list[tuple[int, int]]]()
    for step, price, size in steps:
        now += step
        series.add(Nanos(now), Price(price), Quantity(size))
        width = seconds * NANOS_PER_SECOND
        plain.setdefault(now // width * width, []).append((price, size))
    wanted = []
    for begin, trades in plain.items():
        prices = [price for price, _ in trades]
        volume = sum(size for _, size in trades)
        row = (begin, prices[0], max(prices), min(prices), prices[-1], volume)
        wanted.append(Bar(*row))  # type: ignore[arg-type]
    assert list(series.bars(seconds, 1_000)) == wanted


def test_only_so_many_are_kept_and_the_newest_of_them() -> None:
    series = BarSeries()
    for minute in range(2 * MINUTES_KEPT_MAX + 7):
        series.add(at(60 * minute), Price(minute + 1), Quantity(1))
    minutes, fine = series.bars(60, 10**6), series.bars(FINE_SECONDS, 10**6)
    assert (len(minutes), len(fine)) == (MINUTES_KEPT_MAX, FINE_KEPT_MAX)
    assert minutes[-1].close == fine[-1].close == 2 * MINUTES_KEPT_MAX + 7
    kept = sum(sys.getsizeof(each._rows) for each in (series._fine, series._minutes))
    assert kept <= 400_000


def test_a_trade_that_is_told_late_counts_in_the_newest_bar() -> None:
    series = BarSeries()
    series.add(at(6), Price(100), Quantity(1))
    series.add(at(4), Price(90), Quantity(2))
    assert series.bars(FINE_SECONDS, 9) == (bar(5, 100, 100, 90, 90, 3),)


def test_a_volume_beyond_every_figure_stays_at_the_largest() -> None:
    series = BarSeries()
    for _ in range(3):
        series.add(at(0), Price(1), Quantity(FIGURE_MAX))
    assert [each.volume for each in series.bars(3_600, 9)] == [FIGURE_MAX]


def test_another_run_begins_without_the_bars_of_the_last() -> None:
    series = BarSeries()
    series.add(at(0), Price(1), Quantity(1))
    series.clear()
    assert (series.since, series.bars(60, 9)) == (0, ())


def test_what_a_venue_tells_of_the_past_stands_before_our_own() -> None:
    past = [bar(0, 10, 12, 9, 11, 100), bar(60, 11, 15, 11, 14, 50), bar(120, 14, 14, 13, 13, 9)]
    own = [bar(60, 13, 14, 8, 9, 30), bar(120, 9, 20, 9, 19, 40)]
    # Ours began at second 90: the second minute is in part theirs, the third is whole here.
    assert with_past(past, own, at(90), 60) == [
        bar(0, 10, 12, 9, 11, 100),
        bar(60, 11, 15, 8, 9, 50),
        bar(120, 9, 20, 9, 19, 40),
    ]
    assert with_past((), own, at(0), 60) == own
    assert with_past(past, (), Nanos(0), 60) == past


def test_an_hour_that_a_venue_begins_at_half_past_is_the_hour_of_our_own() -> None:
    """IB's first hour of a session begins at 09:30, ours at 09:00: `at(0)` is half past."""
    past = [bar(0, 10, 12, 9, 11, 100), bar(1_800, 11, 13, 11, 12, 40)]
    own = [bar(-1_800, 10, 12, 9, 11, 100)]
    assert with_past(past, own, at(-1_800), 3_600) == [own[0], past[1]]
    assert with_past(past, (), Nanos(0), 3_600) == past


def test_what_traded_in_a_break_is_not_lost_to_our_own_part_of_the_bar() -> None:
    past = [bar(60, 10, 15, 8, 14, 90), bar(120, 14, 14, 13, 13, 50)]
    own = [bar(60, 11, 12, 10, 11, 20), bar(120, 14, 16, 14, 16, 30), bar(180, 16, 16, 16, 16, 1)]
    # The first was over when the venue told it; the second went on, and closed as we heard it.
    assert with_past(past, own, at(0), 60) == [
        bar(60, 10, 15, 8, 14, 90),
        bar(120, 14, 16, 13, 16, 50),
        own[2],
    ]


def test_a_chart_that_was_looked_at_is_wanted_of_the_venue_once() -> None:
    book = BarBook()
    assert book.told("AAPL", 60, 9).bars == ()
    book.told("AAPL", 60, 9)
    book.told("AAPL", 300, 9)
    assert book.wanted() == [("AAPL", 60), ("AAPL", 300)]
    assert book.wanted() == []


def test_what_a_venue_tells_and_what_trades_here_are_one_chart() -> None:
    book = BarBook()
    book.learn("AAPL", 60, [bar(0, 10, 12, 9, 11, 100)])
    book.of("AAPL").add(at(61), Price(13), Quantity(5))
    told = book.told("AAPL", 60, 9)
    assert told.bars == (bar(0, 10, 12, 9, 11, 100), bar(60, 13, 13, 13, 13, 5))
    assert (told.since, told.note) == (at(61), "")
    book.remark("AAPL", 60, "asked again")
    again = book.told("AAPL", 60, 9)
    assert (again.bars, again.note) == (told.bars, "asked again")


def test_charts_that_nobody_looks_at_any_more_are_forgotten() -> None:
    book = BarBook()
    for number in range(3 * PASTS_KEPT_MAX):
        book.learn(f"S{number}", 60, [bar(0, 1, 1, 1, 1, 1)] * (PAST_KEPT_MAX + 5))
        book.told(f"S{number}", 60, 9)
    assert len(book._past) == PASTS_KEPT_MAX
    assert len(book.wanted()) == WANTED_MAX
    assert len(book._past["S599", 60][0]) == PAST_KEPT_MAX
