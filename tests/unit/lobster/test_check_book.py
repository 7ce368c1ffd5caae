"""`check-book`: what counts as equal, as exact and as first in the queue, and what is refused."""

import json

import msgspec
import pytest

from commands.check_book import is_good, run
from commands.exit_codes import ExitCode
from connectors.feeds.lobster_check import BookCheck, check_book
from connectors.feeds.lobster_file import open_recording
from connectors.feeds.lobster_names import RecordingError

ASKS = [(1_001_000, 50), (1_002_000, 60), (1_003_000, 70)]
BIDS = [(1_000_000, 100), (999_000, 200), (998_000, 300)]
GOOG = "lobster/LOBSTER_SampleFile_GOOG_2012-06-21_10.zip"
MSFT = "lobster/MSFT_2012-06-21_{}_50_first1950.csv.gz"


def checked(path, *, levels=None, strict=False):
    return check_book(open_recording(path), levels, strict=strict)


def test_a_recording_that_follows_the_queue_is_equal_and_exact(plain):
    result = checked(plain.write())
    assert (result.rows, result.rows_equal) == (4, {"1": 4})
    assert (result.aggressive, result.aggressive_exact) == (1, 1)
    assert (result.executions, result.queue_front) == (1, 1)


def test_an_execution_behind_the_front_is_neither_exact_nor_first(writer):
    both = [(1_000_000, 140), *BIDS[1:]]
    path = (
        writer()
        .row("0.1 1 11 100 1000000 1", BIDS, ASKS)
        .row("0.2 1 12 40 1000000 1", both, ASKS)
        .row("0.3 4 12 40 1000000 1", BIDS, ASKS)
        .row("0.4 3 11 100 1000000 1", BIDS[1:], ASKS)
        .write()
    )
    result = checked(path)
    assert result.rows_equal == {"1": 4}, "the file's own fills were applied"
    assert (result.aggressive, result.aggressive_exact) == (1, 0)
    assert (result.executions, result.queue_front) == (1, 0)


def test_rows_of_one_time_and_side_are_one_arriving_order(writer):
    later = [(999_000, 180), (998_000, 300), (997_000, 5)]
    path = (
        writer()
        .row("0.1 1 11 40 1000000 1", BIDS, ASKS)
        .row("0.2 4 9 60 1000000 1", [(1_000_000, 40), *BIDS[1:]], ASKS)
        .row("0.2 5 0 30 999500 1", [(1_000_000, 40), *BIDS[1:]], ASKS)
        .row("0.2 4 11 40 1000000 1", [*BIDS[1:], (997_000, 5)], ASKS)
        .row("0.2 4 8 20 999000 1", later, ASKS)
        .row("0.2 4 7 10 1001000 -1", later, [(1_001_000, 40), *ASKS[1:]])
        .write()
    )
    result = checked(path)
    assert (result.aggressive, result.aggressive_exact, result.executions) == (2, 2, 4)
    assert result.rows_equal == {"1": 6}


def test_a_wrong_size_in_the_book_file_is_an_unequal_row(plain):
    plain.books[1] = plain.books[1].replace("1000000,140", "1000000,141")
    result = checked(plain.write())
    assert result.rows_equal == {"1": 3}


def test_a_difference_below_the_compared_depth_does_not_count(plain):
    plain.books[1] = plain.books[1].replace("999000,200", "999000,201")
    assert checked(plain.write(), levels=1).rows_equal == {"1": 4}


def test_fewer_levels_are_compared_and_the_whole_file_is_followed(writer):
    deeper = [BIDS[0], (999_000, 240), BIDS[2]]
    path = (
        writer()
        .row("0.1 1 11 100 1000000 1", BIDS, ASKS)
        .row("0.2 1 12 40 999000 1", deeper, ASKS)
        .row("0.3 3 11 100 1000000 1", [*deeper[1:], (997_000, 10)], ASKS)
        .write()
    )
    assert checked(path, levels=1).rows_equal == {"1": 3}


def test_a_book_file_with_fewer_levels_forgets_what_is_announced_beyond_its_view(writer):
    path = (
        writer(levels=1)
        .row("0.1 1 11 100 1000000 1", BIDS[:1], ASKS)
        .row("0.2 1 12 40 999000 1", BIDS[:1], ASKS)
        .row("0.3 3 11 100 1000000 1", [(999_000, 240)], ASKS)
        .write()
    )
    assert checked(path).rows_equal == {"1": 3}


def test_nothing_inside_the_window_is_ever_corrected(plain):
    """A drift on the touched side shows in every later row."""
    for row in (1, 2):
        plain.books[row] = plain.books[row].replace("999000,200", "999000,201")
    plain.books[3] = plain.books[3].replace("999000,200", "999000,201")
    assert checked(plain.write()).rows_equal == {"1": 3}


def test_reveal_takes_what_slides_into_view_and_strict_does_not(writer):
    path = (
        writer(levels=1)
        .row("0.1 1 11 100 1000000 1", BIDS[:1], ASKS)
        .row("0.2 3 11 100 1000000 1", BIDS[1:], ASKS)
        .write()
    )
    assert checked(path).rows_equal == {"1": 2}
    assert checked(path, strict=True).rows_equal == {"1": 1}


def test_what_was_pushed_out_of_view_may_change_unseen(writer):
    better = [(1_000_500, 10)]
    path = (
        writer(levels=1)
        .row("0.1 1 11 100 1000000 1", BIDS[:1], ASKS)
        .row("0.2 1 12 10 1000500 1", better, ASKS)
        .row("0.3 3 12 10 1000500 1", [(1_000_000, 70)], ASKS)
        .write()
    )
    assert checked(path).rows_equal == {"1": 3}


def test_orders_with_old_numbers_queue_by_number(writer):
    path = (
        writer()
        .row("0.1 1 50 100 1000000 1", BIDS, ASKS)
        .row("0.2 1 7 40 1000000 1", [(1_000_000, 140), *BIDS[1:]], ASKS)
        .row("0.3 4 7 40 1000000 1", BIDS, ASKS)
        .write()
    )
    assert checked(path).aggressive_exact == 1


def test_more_levels_than_the_file_has_are_refused(plain):
    with pytest.raises(RecordingError, match="has 3 levels, not 4"):
        checked(plain.write(), levels=4)


def test_without_a_book_file_there_is_nothing_to_compare(plain):
    with pytest.raises(RecordingError, match="nothing to compare"):
        checked(plain.write("message"))


@pytest.mark.parametrize(
    ("change", "is_fine"),
    [
        ({}, True),
        ({"rows_equal": {"1": 10_000, "5": 9_999}}, True),
        ({"rows_equal": {"1": 10_000, "5": 9_998}}, False),
        ({"aggressive_exact": 95}, True),
        ({"aggressive_exact": 94}, False),
    ],
)
def test_the_thresholds_decide_the_exit_code(change, is_fine):
    result = BookCheck(10_000, {"1": 10_000}, 100, 100, 100, 100, 0.1)
    assert is_good(msgspec.structs.replace(result, **change)) is is_fine


def test_the_command_prints_one_object(plain, capsys):
    path = plain.write_zip()
    assert run(path, path, None, "reveal", True) == ExitCode.DONE
    out = capsys.readouterr().out
    result = json.loads(out)
    assert list(result) == [
        "rows",
        "rows_equal",
        "aggressive",
        "aggressive_exact",
        "executions",
        "queue_front",
        "seconds",
    ]
    assert out.count("\n") == 1 and result["rows"] == 4


def test_a_disagreement_is_exit_1(plain, capsys):
    plain.books[1] = plain.books[1].replace("1000000,140", "1000000,141")
    path = plain.write()
    assert run(path, plain.path("orderbook"), None, "reveal", False) == ExitCode.CHECK_FAILED
    assert "rows equal at 1 level: 3 of 4 (75.00 %)" in capsys.readouterr().out


def test_a_damaged_recording_prints_no_result(plain, capsys):
    plain.messages[3] = plain.messages[3][:-4]
    with pytest.raises(RecordingError):
        run(plain.write(), plain.path("orderbook"), None, "reveal", True)
    assert capsys.readouterr().out == ""


# --- the recorded days; what an independent plain replay of the same files counts


def test_the_google_day_is_equal_at_every_depth(market_data):
    result = checked(market_data / GOOG)
    assert result.rows_equal == dict.fromkeys(("1", "5", "10"), 147_916)
    assert (result.aggressive, result.aggressive_exact) == (5_930, 5_927)
    assert (result.executions, result.queue_front) == (7_764, 7_759)


def test_one_level_of_the_google_day_says_the_same(market_data):
    result = checked(market_data / GOOG, levels=1)
    assert result.rows_equal == {"1": 147_916}
    assert (result.aggressive, result.aggressive_exact) == (5_930, 5_927)


def test_fifty_levels_need_nothing_after_the_first_row(market_data):
    path = market_data / MSFT.format("message")
    result = checked(path, strict=True)
    assert result.rows_equal == dict.fromkeys(("1", "5", "10", "50"), 1_950)
    assert (result.aggressive, result.aggressive_exact) == (87, 83)
    assert (result.executions, result.queue_front) == (160, 156)
