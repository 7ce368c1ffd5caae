"""A journal that was set back under a store that has heard more: nothing goes on from it."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from data.backup import back_up, restore
from data.errors import JournalDamagedError
from data.home import Home
from data.journal import Journal, JournalReader
from data.journal.archive import reset
from data.journal.chain import CHAIN_BYTES
from data.journal.database import side_files
from data.journal.scan import Link
from data.journal.store_head import write_store_head
from data.store.ask import ask
from data.store.compare import differences
from data.store.feeder import catch_up, rebuild
from tests.unit.data.desk_records import OPEN, bought, ending, opening, write

MINUTE = 60_000_000_000


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Its store heard of two orders, its journal and head are of before the second."""
    home = Home.prepare(tmp_path / "home")
    write(home, [*opening(), *bought(1, OPEN + MINUTE)])
    kept = tmp_path / "older"
    kept.mkdir()
    for file in (home.journal_path, home.head_path):
        shutil.copy(file, kept)
    write(home, bought(2, OPEN + 2 * MINUTE))
    assert orders(home) == [(1,), (2,)]
    for side in side_files(home.journal_path):
        side.unlink(missing_ok=True)
    for file in (home.journal_path, home.head_path):
        shutil.copy(kept / file.name, file)
    return home


def orders(home: Home) -> list[tuple[Any, ...]]:
    with ask(home, "select order_id from orders order by order_id") as answer:
        return list(answer.rows)


def goes_on(home: Home, order_id: int) -> None:
    """As a program without this look would have: the mark is gone, and new records come."""
    home.store_head_path.unlink(missing_ok=True)
    write(home, [*bought(order_id, OPEN + 3 * MINUTE), *ending(OPEN + 4 * MINUTE)])


def test_no_start_no_question_and_no_rebuild_goes_on_from_it(home: Home) -> None:
    lost = r"ends at sequence 11, but the store has heard up to 17: records 12 to 17 are lost"
    with pytest.raises(JournalDamagedError, match=lost) as refused:
        Journal.open(home)
    assert refused.value.sequence == 12 and not home.is_owned
    for look in (orders, rebuild, catch_up):
        with pytest.raises(JournalDamagedError, match=lost):
            look(home)  # type: ignore[operator]
    with JournalReader(home) as journal, pytest.raises(JournalDamagedError, match=lost):
        list(journal.verified_blocks())


def test_a_store_that_is_gone_has_heard_of_them_all_the_same(home: Home) -> None:
    home.store_path.unlink()
    with pytest.raises(JournalDamagedError, match="are lost"):
        Journal.open(home)


def test_who_accepts_the_loss_goes_on_in_a_new_home_with_ids_of_its_own(
    home: Home, tmp_path: Path
) -> None:
    back_up(home, tmp_path / "left.tar")
    after = Home.prepare(tmp_path / "after")
    restore(after, tmp_path / "left.tar")
    journal = Journal.open(after)
    assert (journal.epoch, journal.last_sequence) == (2, 11)
    journal.close()
    assert orders(after) == [(1,)]


def test_a_journal_that_went_on_otherwise_is_told_from_the_one_that_was_heard(home: Home) -> None:
    mark = home.store_head_path.read_bytes()
    goes_on(home, 3)
    home.store_head_path.write_bytes(mark)
    with pytest.raises(JournalDamagedError, match="differ at sequence 17 or before"):
        Journal.open(home)


def test_the_store_never_tells_two_histories_as_one(home: Home) -> None:
    goes_on(home, 3)
    with JournalReader(home) as journal:
        assert differences(home, journal)[0].startswith("the store tells of other records")
    fed = catch_up(home)
    assert "records that this journal does not have" in fed.sentence
    assert orders(home) == [(1,), (3,)]
    Journal.open(home).close()


def test_a_torn_mark_and_one_of_another_epoch_say_nothing(home: Home) -> None:
    whole = home.store_head_path.read_bytes()
    torn = (b"", whole[:-1], bytes([*whole[:-1], whole[-1] ^ 1]))
    for content in torn:
        home.store_head_path.write_bytes(content)
        Journal.open(home).close()
    write_store_head(home.store_head_path, 2, Link(9, 999, b"\1" * CHAIN_BYTES))
    Journal.open(home).close()
    home.store_head_path.write_bytes(whole)
    with pytest.raises(JournalDamagedError):
        Journal.open(home)


def test_an_archived_epoch_takes_its_mark_along(tmp_path: Path) -> None:
    home = Home.prepare(tmp_path / "home")
    write(home, [*opening(), *bought(1, OPEN + MINUTE)])
    assert orders(home) == [(1,)]
    home.own()
    archived = Home(reset(home, 20260105).path)
    home.disown()
    assert archived.store_head_path.exists() and not home.store_head_path.exists()
    Journal.open(home).close()
    assert orders(home) == []
    assert orders(archived) == [(1,)]
