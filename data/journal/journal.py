"""The one writer of a home's journal: a block is durable when `append` returns."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from typing import TypeVar

from data.errors import HomeError, JournalDamagedError, JournalError, JournalUnreadableError
from data.home import Home
from data.journal.archive import settle
from data.journal.chain import chain_next, joined
from data.journal.database import (
    FORMAT_VERSION,
    READ_FAULTS,
    About,
    create_database,
    open_for_reading,
    open_for_writing,
    read_about,
    side_files,
)
from data.journal.head import Head, HeadFile, create_head, read_head
from data.journal.identity import new_instance
from data.journal.scan import Link, Scan
from data.journal.snapshots import Snapshots, snapshot_files
from data.journal.store_head import hold_against_store
from engine.ports import Block, Replay, Snapshot
from engine.values import Sequence as RecordSequence

EPOCH_FIRST = 1
BEGINNING = RecordSequence(0)

Result = TypeVar("Result")

_INSERT_BLOCK = (
    "insert into blocks (number, first, last, written_ns, payload, staged, chain)"
    " values (?, ?, ?, ?, ?, ?, ?)"
)


class Journal:
    """`engine.ports.Journal` over SQLite; `Journal.open` owns the home and verifies everything."""

    def __init__(
        self,
        home: Home,
        connection: sqlite3.Connection,
        head: HeadFile,
        key: bytes,
        about: About,
        end: Link,
        remarks: tuple[str, ...],
        wall_clock: Callable[[], int],
    ) -> None:
        self.home = home
        self.instance = about.instance
        self.epoch = about.epoch
        self.remarks = remarks
        """What a person should know of how the journal was found; empty when all was well."""
        self.has_bad_snapshots = False
        """Some had to be ignored: the next one that is kept takes their place."""
        self._at_hand: Snapshot | None = None
        """What the chain was verified from: who asks first need not read it again."""
        self._connection, self._head, self._key = connection, head, key
        self._snapshots = Snapshots(home.snapshots_path, key, about)
        self._end = end
        self._wall_clock = wall_clock
        self._closed_because = ""
        self._places = (home.journal_path, side_files(home.journal_path)[0])
        self._files: list[int] = []
        """What the names of database and log led to at the first commit."""

    @classmethod
    def open(
        cls,
        home: Home,
        *,
        instance: str | None = None,
        wall_clock: Callable[[], int] = time.time_ns,
        replay: Replay | None = None,
    ) -> "Journal":
        """Own the home, then open its journal or begin one, and verify it.

        From the first block on, or from the one that the newest sealed snapshot covers. `replay`
        hears it meanwhile: what it has heard counts once this returns.

        `instance` names a journal that is begun here (default: at random); one that exists keeps
        its own. `wall_clock` stamps blocks with UTC nanoseconds that nothing is decided by.
        Raises HomeInUseError, JournalDamagedError, JournalNewerError or JournalUnreadableError.
        """
        home.own()
        try:
            return cls._open_owned(home, instance, wall_clock, replay)
        except OSError as error:
            home.disown()
            raise HomeError(
                f"the home {home.path} cannot be written: {error.strerror or error}"
            ) from error
        except BaseException:
            home.disown()
            raise

    @classmethod
    def _open_owned(
        cls,
        home: Home,
        instance: str | None,
        wall_clock: Callable[[], int],
        replay: Replay | None,
    ) -> "Journal":
        settle(home)
        head = read_head(home.head_path)
        if not home.journal_path.exists():
            _refuse_lost_journal(home, head)
            key = home.make_chain_key()
            about = About(FORMAT_VERSION, instance or new_instance(), EPOCH_FIRST)
            connection = _guarded(home, lambda: create_database(home.journal_path, key, about))
        else:
            key = existing_key(home)
            connection = _guarded(home, lambda: open_for_writing(home.journal_path))
        try:
            about = _guarded(home, lambda: read_about(connection, key, home.journal_path))
            scan = Scan(connection, home.journal_path, key, about.instance)
            snapshots = Snapshots(home.snapshots_path, key, about)
            ignored, snapshot = _skip_to_snapshot(scan, snapshots, head)
            if replay is None:
                scan.finish(head)
            else:
                replay.begin(about.instance, about.epoch, snapshot)
                for block in scan.blocks_and_head(head):
                    replay.take(block)
            hold_against_store(home, about.epoch, scan)
            remarks = (*ignored, *(_headless(scan.end) if head is None else ()))
            if head is None:
                create_head(home.head_path, Head(scan.end.last, scan.end.chain))
            head_file = HeadFile(home.head_path)
            head_file.write(scan.end.last, scan.end.chain)
        except BaseException:
            connection.close()
            raise
        journal = cls(home, connection, head_file, key, about, scan.end, remarks, wall_clock)
        journal.has_bad_snapshots, journal._at_hand = bool(ignored), snapshot
        return journal

    @property
    def last_sequence(self) -> RecordSequence:
        return RecordSequence(self._end.last)

    def append(
        self,
        first: RecordSequence,
        last: RecordSequence,
        payload: bytes,
        staged: Sequence[bytes] = (),
    ) -> None:
        """One transaction; durable when it returns.

        Raises JournalError when it could not be made durable; then the journal is closed for good,
        because what a failed sync left on the disk cannot be known.
        """
        if self._closed_because:
            raise JournalError(self._closed_because)
        before = self._end
        assert first == before.last + 1 <= last, (first, before.last, last)
        number, written_ns, messages = before.number + 1, self._wall_clock(), joined(staged)
        chain = chain_next(
            self._key,
            before.chain,
            number=number,
            first=first,
            last=last,
            written_ns=written_ns,
            payload=payload,
            staged=messages,
        )
        try:
            # Outside begin … commit every statement is a transaction of its own.
            row = (number, first, last, written_ns, payload, messages, chain)
            self._connection.execute(_INSERT_BLOCK, row)
            self._check_place()
            self._end = Link(number, last, chain)
            self._head.write(last, chain)
        except (sqlite3.Error, OSError) as error:
            raise self._fail(first, error) from error
        except BaseException as interruption:
            # Ctrl-C can land between commit and bookkeeping: what is durable is then unknown here.
            self._fail(first, interruption)
            raise

    def blocks(self, after: RecordSequence = BEGINNING) -> Iterator[Block]:
        """Blocks with records beyond `after`, verified; read beside the writer, not through it."""
        with closing(open_for_reading(self.home.journal_path)) as connection:
            scan = Scan(connection, self.home.journal_path, self._key, self.instance)
            scan.skip(after)
            yield from scan.blocks()

    def snapshot(self) -> Snapshot | None:
        """The newest whose seal holds and which fits this journal; None where there is none."""
        at_hand, self._at_hand = self._at_hand, None
        if at_hand is not None:
            return at_hand
        with closing(open_for_reading(self.home.journal_path)) as connection:
            scan = Scan(connection, self.home.journal_path, self._key, self.instance)
            held = self._snapshots.held(scan)
            return next((found.snapshot for found in held if not found.problem), None)

    def keep_snapshot(self, snapshot: Snapshot) -> None:
        """Of the journal's end, durable when it returns.

        Raises OSError where the disk refuses: then the next start replays more, and no more.
        """
        scan = Scan(self._connection, self.home.journal_path, self._key, self.instance)
        self._snapshots.keep(self._end, snapshot, scan)

    def close(self) -> None:
        """Leave an exact head, close the file and let another engine have the home."""
        if self._closed_because:
            return
        self._closed_because = "the journal is closed"
        self._release()

    def _check_place(self) -> None:
        """A deleted or replaced file still takes writes, which nobody would ever find again."""
        files = [place.stat().st_ino for place in self._places]
        if not self._files:
            self._files = files
        elif files != self._files:
            raise OSError("its file was replaced while the engine ran")

    def _fail(self, first: int, error: BaseException) -> JournalError:
        self._closed_because = (
            f"the journal {self.home.journal_path} could not be written at sequence {first}"
            f" ({error}) and is closed: nothing new leaves the desk; see to the disk, then start"
            " again"
        )
        self._release()
        return JournalError(self._closed_because)

    def _release(self) -> None:
        # After a failed write the disk may refuse these too; what matters was said before.
        with suppress(sqlite3.Error):
            self._connection.close()
        with suppress(OSError):
            self._head.close()
        with suppress(OSError):
            self.home.disown()


def _skip_to_snapshot(
    scan: Scan, snapshots: Snapshots, head: Head | None
) -> tuple[list[str], Snapshot | None]:
    """Moves the scan behind the newest snapshot that holds; a sentence for each that does not."""
    remarks: list[str] = []
    for held in snapshots.held(scan):
        if held.problem:
            remarks.append(f"{held.sentence} and was ignored")
            continue
        # A head that a power loss left behind the snapshot is held against the chain itself.
        if held.link is not None and (head is None or head.sequence >= held.link.last):
            scan.skip_to(held.link)
        return remarks, held.snapshot
    return remarks, None


def existing_key(home: Home) -> bytes:
    """The chain key of a journal that exists. Raises JournalUnreadableError without one."""
    key = home.chain_key()
    if key is None:
        raise JournalUnreadableError(
            f"the chain key {home.key_path} is missing, so the journal cannot be verified;"
            " put it back from a backup"
        )
    return key


def _refuse_lost_journal(home: Home, head: Head | None) -> None:
    if head is not None and head.sequence:
        raise JournalDamagedError(
            f"the journal {home.journal_path} is gone, but its head says that {head.sequence} was"
            " durable: restore a backup",
            sequence=1,
        )
    log, _ = side_files(home.journal_path)
    if snapshot_files(home.snapshots_path):
        raise JournalDamagedError(
            f"the journal {home.journal_path} is gone, but there are snapshots of it in"
            f" {home.snapshots_path.name}: restore a backup",
            sequence=1,
        )
    if log.exists() and log.stat().st_size:
        raise JournalDamagedError(
            f"the journal {home.journal_path} is gone, but its log {log.name} is there:"
            " restore a backup",
            sequence=1,
        )


def _headless(end: Link) -> tuple[str, ...]:
    if not end.last:
        return ()
    return (
        f"the head file was missing and was written anew at sequence {end.last}:"
        " records lost after that could not be noticed",
    )


def _guarded(home: Home, work: Callable[[], Result]) -> Result:
    """SQLite's refusal to open the file at all, in our words."""
    try:
        return work()
    except READ_FAULTS as error:
        raise JournalUnreadableError(
            f"{home.journal_path} cannot be read as a journal ({error}); restore a backup"
        ) from error
