"""Bringing the store up to its journal, and making it anew when it cannot be trusted."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import duckdb

from data.errors import JournalDamagedError, StoreError
from data.home import FILE_MODE, Home
from data.journal import JournalReader
from data.journal.scan import WAY_ON
from data.journal.store_head import write_store_head
from data.store.fold import fold, orders_spoken_of
from data.store.load import HighWater, Loader
from data.store.lock import StoreLock, store_lock
from data.store.schema import SCHEMA_VERSION
from engine.domain.records import decode_records
from engine.ports import Block
from engine.values import Sequence

RECORDS_A_BATCH = 50_000
ORDERS_KEPT_MAX = 200_000
"""Orders that the fold keeps at hand; more are let go and read back when they are spoken of."""
QUARANTINED_MAX = 5
"""Older broken stores are removed: each can be made again from the journal, bad or good."""
FEEDER_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "threads": "2",
}

Progress = Callable[[int], None]
"""Called with the sequence that is in the store now."""


class Fed(NamedTuple):
    """What a catch-up did."""

    records: int
    rows: int
    sequence: int
    rebuilt_because: str
    """Empty when the store only went on from where it was."""
    seconds: float

    @property
    def sentence(self) -> str:
        """What a person should hear; empty when nothing unusual happened."""
        if not self.rebuilt_because:
            return ""
        return (
            f"store rebuilt from the journal ({self.rows:,} rows, {self.seconds:.1f} s):"
            f" {self.rebuilt_because}"
        )


def catch_up(home: Home, *, progress: Progress | None = None) -> Fed:
    """The store as far as the journal, from any process, while an engine writes.

    Raises JournalError when the journal cannot be read, StoreError when the store cannot be made.
    """
    with store_lock(home):
        return catch_up_locked(home, progress=progress)


def rebuild(home: Home, *, progress: Progress | None = None) -> Fed:
    """The store again from the first record.

    Raises JournalDamagedError for a journal that ends before what the old one had heard.
    """
    with store_lock(home):
        with JournalReader(home) as journal:
            journal.hold_against_store()
        _remove(home.store_path)
        return catch_up_locked(home, progress=progress)._replace(rebuilt_because="asked for")


@contextmanager
def caught_up(home: Home) -> Iterator[tuple[Fed, StoreLock]]:
    """A store that is as far as the journal, with a lock that others may share for reading."""
    with store_lock(home) as lock:
        fed = catch_up_locked(home)
        lock.share()
        yield fed, lock


def catch_up_locked(home: Home, *, progress: Progress | None = None) -> Fed:
    """`catch_up` for a caller that holds the lock."""
    started = time.monotonic()
    because = "" if home.store_path.exists() else "there was none"
    with JournalReader(home) as journal:
        try:
            fed = _feed(home, journal, progress)
        except (duckdb.Error, _StoreOfAnotherJournal) as error:
            _refuse_if_held(error)
            because = _quarantine(home.store_path, error)
            fed = _feed_new(home, journal, progress)
    first_time = because == "there was none"
    return fed._replace(
        rebuilt_because="" if first_time else because, seconds=time.monotonic() - started
    )


def make_anew(home: Home, damage: Exception) -> Fed:
    """Puts a store aside that could not be read, and makes it again from the first record."""
    started = time.monotonic()
    with store_lock(home), JournalReader(home) as journal:
        because = _quarantine(home.store_path, damage)
        fed = _feed_new(home, journal, None)
    return fed._replace(rebuilt_because=because, seconds=time.monotonic() - started)


class _StoreOfAnotherJournal(Exception):  # noqa: N818 — a reason to rebuild, caught just above
    """The file is a store, but of another journal, epoch or schema."""


def _feed(home: Home, journal: JournalReader, progress: Progress | None) -> Fed:
    journal.hold_against_store()
    with _opened(home.store_path) as connection:
        loader = Loader(connection)
        mark = loader.high_water()
        if mark is None:
            loader.create(journal.instance, journal.epoch)
            mark = HighWater(SCHEMA_VERSION, journal.instance, journal.epoch, 0, 0)
        _check_mark(mark, journal)
        if mark.sequence == journal.last_sequence():
            return Fed(0, 0, mark.sequence, "", 0)
        loader.recall()
        blocks = journal.blocks(Sequence(mark.sequence))

        def heard(number: int) -> bytes:
            """What a start will hold the journal against; told before the store has it, so that a
            crash leaves no store beyond it."""
            link = journal.link_at(number)
            assert link is not None, "a block that was read is there"
            write_store_head(home.store_head_path, journal.epoch, link)
            return link.chain

        return feed_blocks(loader, blocks, mark.sequence, progress, heard)


def _feed_new(home: Home, journal: JournalReader, progress: Progress | None) -> Fed:
    try:
        return _feed(home, journal, progress)
    except duckdb.Error as error:
        raise StoreError(
            f"the store {home.store_path} cannot be made from the journal ({_first_line(error)})"
        ) from error


def _check_mark(mark: HighWater, journal: JournalReader) -> None:
    if mark.schema_version != SCHEMA_VERSION:
        raise _StoreOfAnotherJournal(f"its tables are of version {mark.schema_version}")
    if (mark.instance, mark.epoch) != (journal.instance, journal.epoch):
        raise _StoreOfAnotherJournal("it holds another journal or epoch")
    end = journal.last_sequence()
    if mark.sequence > end:
        raise JournalDamagedError(
            f"the store holds records up to {mark.sequence}, but the journal"
            f" {journal.home.journal_path} ends at {end}: records {end + 1} to {mark.sequence}"
            f" are lost; {WAY_ON}",
            sequence=end + 1,
        )
    if mark.sequence and journal.link_at(mark.block) != mark.link:
        raise _StoreOfAnotherJournal("it told of records that this journal does not have")


def feed_blocks(
    loader: Loader,
    blocks: Iterable[Block],
    after: int = 0,
    progress: Progress | None = None,
    heard: Callable[[int], bytes] = lambda number: b"",
) -> Fed:
    """Blocks into an open store in batches, each one transaction with its new mark.

    `heard` gets the number of each batch's last block, and gives the hash of the chain there.
    """
    records_fed = rows = 0
    sequence, remaining = after, iter(blocks)
    while batch := _next_batch(remaining):
        records = [record for block in batch for record in decode_records(block.payload)]
        loader.recall_orders(orders_spoken_of(loader.book, records))
        fold(loader.book, records)
        sequence = batch[-1].last
        number = batch[-1].number
        rows += loader.flush(sequence, number, heard(number))
        loader.book.let_go(ORDERS_KEPT_MAX)
        records_fed += len(records)
        if progress is not None:
            progress(sequence)
    return Fed(records_fed, rows, sequence, "", 0)


def _next_batch(blocks: Iterator[Block]) -> list[Block]:
    batch: list[Block] = []
    held = 0
    for block in blocks:
        batch.append(block)
        held += block.last - block.first + 1
        if held >= RECORDS_A_BATCH:
            break
    return batch


def take_until(blocks: Iterable[Block], sequence: int) -> Iterator[Block]:
    """Blocks up to and including the one that ends at `sequence`."""
    for block in blocks:
        if block.first > sequence:
            return
        yield block


@contextmanager
def _opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(str(path), config=FEEDER_CONFIG)
    try:
        path.chmod(FILE_MODE)
        yield connection
    finally:
        connection.close()


def _refuse_if_held(error: Exception) -> None:
    """A file that another program holds is not a broken one."""
    if isinstance(error, duckdb.IOException) and "lock" in str(error).lower():
        raise StoreError(
            f"another program has the store open; close it, then ask again ({_first_line(error)})"
        ) from error


def _quarantine(path: Path, error: Exception) -> str:
    """Moves a store that failed out of the way and says why it is made anew."""
    if isinstance(error, _StoreOfAnotherJournal):
        _remove(path)
        return str(error)
    numbers = sorted(_quarantined(path))
    number = numbers[-1] + 1 if numbers else 1
    for old in numbers[: max(0, len(numbers) - QUARANTINED_MAX + 1)]:
        _remove(_bad(path, old))
    for file in _files(path):
        if file.exists():
            file.rename(file.with_name(file.name.replace(path.name, _bad(path, number).name)))
    return f"the old one failed ({_first_line(error)}) and is kept as {_bad(path, number).name}"


def _bad(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.bad-{number}")


def _quarantined(path: Path) -> list[int]:
    found = path.parent.glob(f"{path.name}.bad-*")
    tails = [file.name.rpartition("-")[2] for file in islice(found, 1_000)]
    return [int(tail) for tail in tails if tail.isdigit()]


def _files(path: Path) -> tuple[Path, Path]:
    return path, path.with_name(f"{path.name}.wal")


def _remove(path: Path) -> None:
    for file in _files(path):
        file.unlink(missing_ok=True)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:300] if str(error).strip() else "no reason given"
