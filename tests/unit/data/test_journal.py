"""The journal keeps what it acknowledged, in order, and says which record it cannot vouch for."""

import sqlite3
from pathlib import Path

import pytest

from data.errors import (
    HomeInUseError,
    JournalDamagedError,
    JournalError,
    JournalNewerError,
    JournalUnreadableError,
)
from data.home import Home
from data.journal import Journal, JournalReader
from data.journal.chain import chain_next, chain_start
from data.journal.head import read_head
from data.journal.identity import instance_from_seed, new_instance
from engine.ports import Block


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.prepare(tmp_path / "home")


def open_journal(home: Home) -> Journal:
    return Journal.open(home, instance="TEST", wall_clock=lambda: 7)


def write_blocks(home: Home, blocks: int, *, records: int = 2) -> list[bytes]:
    journal = open_journal(home)
    payloads = []
    for _ in range(blocks):
        first = journal.last_sequence + 1
        payload = f"payload {first}".encode()
        journal.append(first, first + records - 1, payload, (b"out", payload))
        payloads.append(payload)
    journal.close()
    return payloads


def change(home: Home, statement: str, *values: object) -> None:
    connection = sqlite3.connect(home.journal_path)
    with connection:
        connection.execute(statement, values)
    connection.close()


def test_what_was_appended_comes_back_in_order_after_reopening(home: Home) -> None:
    payloads = write_blocks(home, 200)
    journal = open_journal(home)
    blocks = list(journal.blocks())
    assert [block.payload for block in blocks] == payloads
    assert blocks[-1] == Block(200, 399, 400, payloads[-1])
    assert journal.last_sequence == 400
    journal.close()


def test_blocks_after_a_sequence_start_with_the_block_that_holds_the_next_one(home: Home) -> None:
    write_blocks(home, 5)
    journal = open_journal(home)
    assert [block.first for block in journal.blocks(4)] == [5, 7, 9]
    assert [block.first for block in journal.blocks(5)] == [5, 7, 9]
    assert list(journal.blocks(10)) == []
    journal.close()


def test_staged_messages_are_in_the_same_transaction_and_in_order(home: Home) -> None:
    write_blocks(home, 1)
    connection = sqlite3.connect(home.journal_path)
    rows = connection.execute("select number, staged from blocks").fetchall()
    connection.close()
    assert rows == [(1, b"\0\0\0\x03out" + b"\0\0\0\x09payload 1")]


def test_a_gap_in_the_sequence_is_a_bug_and_never_written(home: Home) -> None:
    journal = open_journal(home)
    with pytest.raises(AssertionError):
        journal.append(2, 2, b"", ())
    assert list(journal.blocks()) == []
    journal.close()


def test_the_head_names_the_last_durable_sequence_after_every_commit(home: Home) -> None:
    journal = open_journal(home)
    for sequence in (1, 2, 3):
        journal.append(sequence, sequence, b"x", ())
        head = read_head(home.head_path)
        assert head is not None
        assert head.sequence == sequence
    journal.close()


def test_a_journal_that_ends_before_its_head_halts_and_names_both_sequences(home: Home) -> None:
    write_blocks(home, 3)
    change(home, "delete from blocks where number = 3")
    with pytest.raises(
        JournalDamagedError, match=r"ends at sequence 4, .* 6 was durable"
    ) as caught:
        open_journal(home)
    assert caught.value.sequence == 5


def test_a_head_behind_the_journal_is_what_a_power_loss_leaves_and_is_fine(home: Home) -> None:
    write_blocks(home, 2)
    behind = home.head_path.read_bytes()
    write_blocks(home, 2)
    home.head_path.write_bytes(behind)
    journal = open_journal(home)
    assert journal.last_sequence == 8
    journal.close()


@pytest.mark.parametrize(
    ("statement", "sequence"),
    [
        ("update blocks set payload = x'00' where number = 2", 3),
        ("update blocks set written_ns = 8 where number = 2", 3),
        ("update blocks set last = 5 where number = 2", 3),
        ("update blocks set first = 2 where number = 2", 3),
        ("update blocks set chain = zeroblob(32) where number = 3", 5),
        ("update blocks set payload = 'text' where number = 1", 1),
        ("update blocks set number = 9 where number = 3", 5),
        ("delete from blocks where number = 2", 3),
        ("update blocks set staged = x'00' where number = 3", 5),
        ("update blocks set staged = x'' where number = 3", 5),
        ("update blocks set staged = staged || x'00' where number = 2", 3),
        ("update blocks set staged = 'text' where number = 1", 1),
    ],
)
def test_any_changed_row_is_found_and_its_sequence_named(
    home: Home, statement: str, sequence: int
) -> None:
    write_blocks(home, 3)
    change(home, statement)
    with pytest.raises(JournalDamagedError, match=f"sequence {sequence}") as caught:
        open_journal(home)
    assert caught.value.sequence == sequence


def test_a_chain_made_without_the_key_is_not_accepted(home: Home) -> None:
    write_blocks(home, 1)
    forged = chain_next(
        bytes(32), chain_start(bytes(32), "TEST"), number=1, first=1, last=2, written_ns=7,
        payload=b"forged", staged=b"",
    )  # fmt: skip
    change(home, "update blocks set payload = ?, staged = x'', chain = ?", b"forged", forged)
    with pytest.raises(JournalDamagedError, match="block 1 does not fit the chain"):
        open_journal(home)


def test_a_newer_format_is_refused_and_named(home: Home) -> None:
    write_blocks(home, 1)
    change(home, "update about set format = 99")
    with pytest.raises(JournalNewerError, match="format 99"):
        open_journal(home)


def test_another_key_or_a_changed_epoch_breaks_the_seal(home: Home) -> None:
    write_blocks(home, 1)
    change(home, "update about set epoch = 2")
    with pytest.raises(JournalDamagedError, match="does not fit the chain key"):
        open_journal(home)


def test_without_its_key_a_journal_is_not_opened(home: Home) -> None:
    write_blocks(home, 1)
    home.key_path.unlink()
    with pytest.raises(JournalUnreadableError, match="chain key"):
        open_journal(home)


def test_a_journal_that_vanished_is_never_replaced_by_an_empty_one(home: Home) -> None:
    write_blocks(home, 2)
    home.journal_path.unlink()
    with pytest.raises(JournalDamagedError, match="4 was durable"):
        open_journal(home)


def test_a_missing_head_is_made_again_and_said(home: Home) -> None:
    write_blocks(home, 2)
    home.head_path.unlink()
    journal = open_journal(home)
    assert "written anew at sequence 4" in journal.remarks[0]
    journal.close()
    head = read_head(home.head_path)
    assert head is not None
    assert head.sequence == 4


def test_a_file_that_is_no_journal_is_said_to_be_unreadable(home: Home) -> None:
    write_blocks(home, 1)
    home.journal_path.write_bytes(b"not a database" * 1000)
    with pytest.raises(JournalUnreadableError, match="cannot be read as a journal"):
        open_journal(home)
    with pytest.raises(JournalUnreadableError, match="cannot be read as a journal"):
        JournalReader(home)


def test_a_begin_that_was_killed_before_its_end_starts_again(home: Home) -> None:
    (home.path / ".journal.db.new").write_bytes(b"half made")
    journal = open_journal(home)
    journal.append(1, 1, b"x", ())
    journal.close()
    assert not (home.path / ".journal.db.new").exists()


def test_after_a_failed_write_the_journal_is_closed_for_good(home: Home) -> None:
    journal = open_journal(home)
    journal.append(1, 1, b"x", ())
    # Another connection that holds the write lock for ever is a disk that refuses to commit.
    rival = sqlite3.connect(home.journal_path, isolation_level=None)
    rival.execute("begin immediate")
    journal._connection.execute("pragma busy_timeout = 1")
    with pytest.raises(JournalError, match=r"sequence 2 .* is closed"):
        journal.append(2, 2, b"x", ())
    rival.close()
    with pytest.raises(JournalError, match="is closed"):
        journal.append(2, 2, b"x", ())
    reopened = open_journal(home)
    assert reopened.last_sequence == 1
    reopened.close()


@pytest.mark.parametrize("name", ["journal.db", "journal.db-wal"])
def test_a_journal_deleted_while_the_engine_runs_acknowledges_nothing_more(
    home: Home, name: str
) -> None:
    journal = open_journal(home)
    journal.append(1, 1, b"x", ())
    (home.path / name).unlink()
    with pytest.raises(JournalError, match="sequence 2"):
        journal.append(2, 2, b"x", ())


def test_one_engine_owns_a_home_and_the_second_is_told_who(home: Home) -> None:
    import os

    journal = open_journal(home)
    with pytest.raises(HomeInUseError, match=f"in use by process {os.getpid()} on ") as caught:
        open_journal(Home.prepare(home.path))
    assert caught.value.exit_code == 3
    journal.close()
    open_journal(Home.prepare(home.path)).close()


def test_a_reader_sees_what_a_live_writer_committed_and_nothing_else(home: Home) -> None:
    journal = open_journal(home)
    journal.append(1, 3, b"first", ())
    with JournalReader(home) as reader:
        assert [block.payload for block in reader.verified_blocks()] == [b"first"]
        journal.append(4, 4, b"second", ())
        assert reader.last_sequence() == 4
        assert [block.payload for block in reader.blocks(3)] == [b"second"]
    journal.close()


def test_the_payloads_never_depend_on_the_key_or_the_wall_clock(tmp_path: Path) -> None:
    digests = []
    for name in ("a", "b"):
        home = Home.prepare(tmp_path / name)
        digests.append(write_blocks(home, 3))
    assert digests[0] == digests[1]


def test_an_instance_follows_from_the_seed_or_from_chance(home: Home) -> None:
    assert instance_from_seed(1) == instance_from_seed(1)
    assert instance_from_seed(1) != instance_from_seed(2)
    assert len({new_instance() for _ in range(50)}) > 40
    assert all(len(new_instance()) == 4 for _ in range(50))


def test_a_reopened_journal_keeps_the_instance_it_was_begun_with(home: Home) -> None:
    write_blocks(home, 1)
    journal = Journal.open(home, instance="ELSE")
    assert (journal.instance, journal.epoch) == ("TEST", 1)
    journal.close()


def test_a_wall_clock_that_runs_back_or_says_1970_changes_no_order(home: Home) -> None:
    stamps = iter([10**18, 0, 10**18 - 3_600 * 10**9, 1])
    journal = Journal.open(home, instance="TEST", wall_clock=lambda: next(stamps))
    for sequence in range(1, 5):
        journal.append(sequence, sequence, b"record %d" % sequence, ())
    journal.close()
    again = open_journal(home)
    assert [block.payload for block in again.blocks()] == [b"record %d" % n for n in range(1, 5)]
    again.close()
