"""The benchmark of FIX measures what it says it does."""

from pathlib import Path

from commands.bench_fix import burst_of, paced_of
from connectors.fix.speed import sample, seconds_of_ours, seconds_of_simplefix


def test_both_readers_find_every_message_of_the_sample() -> None:
    messages = sample(200)
    stream = b"".join(messages)
    assert len(messages) == len(set(messages)) == 200
    assert seconds_of_ours(stream, 200) > 0
    assert seconds_of_simplefix(stream, 200) > 0


def test_a_burst_of_orders_stands_in_the_book_of_the_venue(tmp_path: Path) -> None:
    figures, is_right = burst_of(tmp_path, 300)
    assert is_right
    assert figures["orders_per_second"] > 0


def test_paced_orders_are_timed_one_by_one(tmp_path: Path) -> None:
    figures, is_right = paced_of(tmp_path, 250)
    assert is_right
    assert figures["paced_orders"] == 250
