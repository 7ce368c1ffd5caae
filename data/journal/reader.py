"""A read-only look at a journal from any process, while its engine runs or after it was killed."""

from collections.abc import Iterator
from typing import Self

from data.errors import JournalUnreadableError
from data.home import Home
from data.journal.database import READ_FAULTS, open_for_reading, read_about
from data.journal.head import read_head
from data.journal.journal import BEGINNING, existing_key
from data.journal.scan import Link, Scan
from data.journal.snapshots import Found, Snapshots
from data.journal.store_head import hold_against_store
from engine.ports import Block
from engine.values import Sequence


class JournalReader:
    """Verified blocks of a home's journal; takes no lock that an engine would notice."""

    def __init__(self, home: Home) -> None:
        """Raises JournalUnreadableError, JournalDamagedError or JournalNewerError."""
        self.home = home
        self._key = existing_key(home) if home.journal_path.exists() else b""
        self._connection = open_for_reading(home.journal_path)
        try:
            about = read_about(self._connection, self._key, home.journal_path)
        except READ_FAULTS as error:
            self.close()
            raise _unreadable(home, error) from error
        except BaseException:
            self.close()
            raise
        self.instance, self.epoch = about.instance, about.epoch
        self._snapshots = Snapshots(home.snapshots_path, self._key, about)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def blocks(self, after: Sequence = BEGINNING) -> Iterator[Block]:
        """Blocks with records beyond `after`, each verified against the one before it."""
        scan = self._scan()
        scan.skip(after)
        yield from scan.blocks()

    def verified_blocks(self) -> Iterator[Block]:
        """All blocks from the first, and at the end the head: raises JournalDamagedError."""
        # The head is read first: an engine that writes meanwhile only moves the journal further.
        head = read_head(self.home.head_path)
        scan = self._scan()
        yield from scan.blocks_and_head(head)
        self.hold_against_store()

    def snapshots(self) -> Iterator[Found]:
        """All there are, the newest first, each with what is wrong with it.

        Raises JournalDamagedError for one that goes beyond the journal's end.
        """
        return self._snapshots.held(self._scan())

    def hold_against_store(self) -> None:
        """Raises JournalDamagedError where the store has heard of records that are not there."""
        hold_against_store(self.home, self.epoch, self._scan())

    def link_at(self, number: int) -> Link | None:
        """The place of a block in the chain; None where there is no such block."""
        return self._scan().link_at(number)

    def last_sequence(self) -> Sequence:
        """Of the last committed block; 0 in an empty journal."""
        try:
            found = self._connection.execute(
                "select last from blocks order by number desc limit 1"
            ).fetchone()
        except READ_FAULTS as error:
            raise _unreadable(self.home, error) from error
        return Sequence(found[0] if found else 0)

    def _scan(self) -> Scan:
        return Scan(self._connection, self.home.journal_path, self._key, self.instance)


def _unreadable(home: Home, error: Exception) -> JournalUnreadableError:
    return JournalUnreadableError(
        f"{home.journal_path} cannot be read as a journal ({error}); restore a backup"
    )
