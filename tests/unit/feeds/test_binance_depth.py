"""The book of a pair: what is news, what is stale, what a gap does, and who lies over whom."""

from connectors.feeds.binance.depth import Gap, PairBook
from connectors.feeds.binance.lines import Snapshot, Ticker, Update
from engine.values import Side

BUY, SELL = Side.BUY, Side.SELL


def book(*, updated_to: int = 100) -> PairBook:
    """Bids 99 and 98, offers 101 and 102, ten each."""
    made = PairBook()
    made.snapshot(Snapshot(updated_to, [(99, 10), (98, 10)], [(101, 10), (102, 10)]))
    return made


def test_a_snapshot_shows_every_level_best_first() -> None:
    assert book().levels() == ([(99, 10), (98, 10)], [(101, 10), (102, 10)])


def test_an_update_that_follows_changes_its_levels_alone() -> None:
    here = book()
    assert here.update(Update(101, 105, [(98, 0), (97, 4)], [(101, 7)])) == [
        (BUY, 97, 4), (BUY, 98, 0), (SELL, 101, 7),
    ]  # fmt: skip
    assert here.update(Update(106, 106, [(97, 4)], [])) == []
    assert here.levels()[0] == [(99, 10), (97, 4)]


def test_updates_from_before_the_snapshot_are_dropped_and_one_across_it_is_applied() -> None:
    here = PairBook()
    assert here.update(Update(90, 95, [(99, 1)], [])) is None
    assert here.update(Update(96, 103, [(99, 3)], [])) is None
    here.snapshot(Snapshot(100, [(99, 10)], [(101, 10)]))
    assert here.levels() == ([(99, 3)], [(101, 10)])
    assert (here.updated_to, here.stale) == (103, 1)
    assert here.update(Update(96, 103, [(99, 9)], [])) == []
    assert here.stale == 2


def test_a_gap_takes_the_levels_away_and_says_which_ids_never_came() -> None:
    here = book()
    here.ticker(Ticker(101, 99, 9, 101, 8))
    assert here.update(Update(104, 106, [(99, 1)], [])) is None
    assert here.gap == Gap(101, 103)
    assert here.gap.words == "update ids 101 to 103 never came"
    assert not here.knows_levels
    assert here.levels() == ([(99, 9)], [(101, 8)])
    assert here.ticker(Ticker(107, 98, 5, 100, 5)) is None
    here.snapshot(Snapshot(105, [(98, 2)], [(101, 2)]))
    assert here.gap is None
    # The update that showed the gap reaches beyond the snapshot and counts; the ticker is newer.
    assert here.levels() == ([(98, 5)], [(100, 5), (101, 2)])


def test_a_gap_between_the_snapshot_and_what_waited_is_found_too() -> None:
    here = PairBook()
    here.update(Update(110, 112, [(99, 1)], []))
    here.snapshot(Snapshot(100, [(99, 10)], [(101, 10)]))
    assert here.gap == Gap(101, 109)
    assert not here.knows_levels


def test_a_newer_ticker_lies_over_the_levels_until_they_catch_up() -> None:
    here = book()
    # Somebody took the best bid, and the offer was joined below.
    assert here.ticker(Ticker(103, 98, 6, 100, 2)) == [
        (BUY, 98, 6), (BUY, 99, 0), (SELL, 100, 2),
    ]  # fmt: skip
    # An update that is older than the ticker must not bring the old touch back.
    assert here.update(Update(101, 102, [(97, 5)], [])) == [(BUY, 97, 5)]
    assert here.levels() == ([(98, 6), (97, 5)], [(100, 2), (101, 10), (102, 10)])
    # One that is as new says the same in levels.
    assert here.update(Update(103, 103, [(99, 0), (98, 6)], [(100, 2)])) == []
    assert here.levels() == ([(98, 6), (97, 5)], [(100, 2), (101, 10), (102, 10)])


def test_a_ticker_that_comes_late_or_twice_says_nothing() -> None:
    here = book()
    here.ticker(Ticker(105, 99, 4, 101, 10))
    assert here.ticker(Ticker(104, 99, 8, 101, 10)) == []
    assert here.ticker(Ticker(100, 99, 8, 101, 10)) == []
    assert here.stale == 2
    assert here.levels()[0][0] == (99, 4)


def test_an_older_snapshot_is_no_news() -> None:
    here = book()
    assert not here.snapshot(Snapshot(50, [(90, 1)], [(110, 1)]))
    assert here.levels()[0][0] == (99, 10)
