"""A home's past in folders of its own: a reset begins a new epoch and erases nothing.

The steps, each durable before the next: the kept files get second names (hard links) in a folder
that is still being made; the next epoch's empty journal is written aside; the head goes; the new
journal takes the old one's name, and this rename is the moment of the reset; what belongs to the
old journal loses its name in the home, and the folder gets its own. `settle` finishes or undoes
what a crash left, and every open of a journal settles first.
"""

import os
import re
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from data.errors import ArchiveError, JournalUnreadableError
from data.home import DIRECTORY_MODE, SEALED_MODE, Home, sync_folder, write_durably
from data.journal.database import (
    About,
    create_database,
    open_for_reading,
    open_for_writing,
    read_about,
    side_files,
)
from data.journal.head import Head, create_head, read_head
from data.journal.scan import Scan
from data.space import disk_space
from engine.domain.reports import SpaceLevel

MAKING = ".making-"
"""Before the name of a folder that is still being made."""
NEXT_JOURNAL = "journal.next"
ARCHIVES_LISTED_MAX = 1_000
SEALED_TEXT = b"An earlier epoch: query, why and report read it, and nobody trades in it.\n"
READ_MEANWHILE = "another program is reading the journal; try again when it is done"
_NAME = re.compile(r"(\d+)-(\d{8})")


class Archive(NamedTuple):
    """One earlier epoch of a home."""

    path: Path
    epoch: int
    trade_date: int


def archives(home: Home) -> list[Archive]:
    """The oldest first."""
    found = []
    for path in islice(home.archive_path.glob("*"), ARCHIVES_LISTED_MAX):
        name = _NAME.fullmatch(path.name)
        if name is not None:
            found.append(Archive(path, int(name[1]), int(name[2])))
    return sorted(found, key=lambda archive: archive.epoch)


def reset(home: Home, trade_date: int) -> Archive:
    """Archives what the home holds and begins its next epoch; the caller owns the home.

    Raises ArchiveError where the disk is short or cannot hold two names of one file, and
    JournalError for a journal that is damaged: what cannot be verified is not put away.
    """
    assert home.is_owned, "only the one engine of a home may begin a new epoch"
    settle(home)
    _refuse_short_disk(home)
    try:
        for _ in reset_steps(home, trade_date):
            pass
    except ArchiveError:
        settle(home)
        raise
    except OSError as error:
        settle(home)
        raise ArchiveError(
            f"the epoch cannot be archived ({error.strerror or error}); the home is as it was"
        ) from error
    return archives(home)[-1]


def reset_steps(home: Home, trade_date: int) -> Iterator[str]:
    """The steps by name, each durable when it is told; for a test that stops after any of them."""
    key, about = _verified(home)
    name = f"{about.epoch}-{trade_date}"
    making = home.archive_path / f"{MAKING}{name}"
    for folder in (home.archive_path, making):
        folder.mkdir(mode=DIRECTORY_MODE, exist_ok=True)
    sync_folder(home.path)
    yield "a folder to fill"
    for source in _kept(home):
        target = making / source.relative_to(home.path)
        target.parent.mkdir(mode=DIRECTORY_MODE, exist_ok=True)
        os.link(source, target)
        sync_folder(target.parent)
    write_durably(making / home.archive_mark_path.name, SEALED_TEXT)
    sync_folder(home.archive_path)
    yield "second names for what is kept"
    following = home.path / NEXT_JOURNAL
    following.unlink(missing_ok=True)
    risen = About(about.format_version, about.instance, _next_epoch(home, about.epoch))
    create_database(following, key, risen).close()
    yield "the next journal aside"
    home.head_path.unlink(missing_ok=True)
    sync_folder(home.path)
    yield "no head"
    _refuse_readers(home)
    following.rename(home.journal_path)
    sync_folder(home.path)
    yield "the next journal in its place"
    yield from _finish(home, making)


def settle(home: Home) -> None:
    """Finishes a reset that a crash cut off after its moment, and undoes one before it."""
    for making in list(islice(home.archive_path.glob(f"{MAKING}*"), ARCHIVES_LISTED_MAX)):
        archived = making / home.journal_path.name
        is_done = archived.exists() and home.journal_path.exists()
        if is_done and not archived.samefile(home.journal_path):
            for _ in _finish(home, making):
                pass
        else:
            _undo(home, making)


def _verified(home: Home) -> tuple[bytes, About]:
    """The whole journal held against chain and head, and its log written back into it."""
    key = home.chain_key()
    if key is None or not home.journal_path.exists():
        raise JournalUnreadableError(f"there is no journal at {home.journal_path} to archive")
    with closing(open_for_writing(home.journal_path)) as connection:
        about = read_about(connection, key, home.journal_path)
        scan = Scan(connection, home.journal_path, key, about.instance)
        scan.finish(read_head(home.head_path))
        # A log left behind would be taken for the next journal's.
        (is_busy, *_) = connection.execute("pragma wal_checkpoint(truncate)").fetchone()
    if is_busy:
        raise ArchiveError(READ_MEANWHILE)
    _refuse_readers(home)
    if read_head(home.head_path) is None:
        create_head(home.head_path, Head(scan.end.last, scan.end.chain))
    return key, about


def _refuse_readers(home: Home) -> None:
    """SQLite's side files are gone when nobody has the journal open: the next one must not inherit
    them, for they speak of pages that it does not have."""
    if any(side.exists() for side in side_files(home.journal_path)):
        raise ArchiveError(READ_MEANWHILE)


def _kept(home: Home) -> list[Path]:
    """What belongs to the journal; recordings of the market, settings and logs stay in use."""
    files = [
        home.journal_path,
        home.head_path,
        home.key_path,
        home.settings_path,
        home.store_path,
        home.store_path.with_name(f"{home.store_path.name}.wal"),
        home.store_head_path,
        home.frames_path,
        *side_files(home.frames_path),
        *sorted(home.snapshots_path.glob("*")),
    ]
    return [file for file in files if file.exists()]


def _finish(home: Home, making: Path) -> Iterator[str]:
    """What belongs to the archived journal alone goes from the home; then the archive is named."""
    for kept in _kept(home):
        archived = making / kept.relative_to(home.path)
        is_shared = kept in (home.key_path, home.settings_path)
        if not is_shared and archived.exists() and kept.samefile(archived):
            kept.unlink()
            sync_folder(kept.parent)
    yield "nothing of the old epoch in the home"
    if read_head(home.head_path) is None:
        _begin_head(home)
    yield "a head for the new journal"
    _seal(home, making)
    making.rename(home.archive_path / making.name.removeprefix(MAKING))
    sync_folder(home.archive_path)
    yield "the archive by its name"


def _seal(home: Home, making: Path) -> None:
    """What proves the epoch can be read from now on and written by nobody, its owner neither.

    Key and settings share their bytes with the home, and the store may be made again.
    """
    proof = (making / home.journal_path.name, making / home.head_path.name)
    for file in (*proof, *(making / home.snapshots_path.name).glob("*")):
        if file.exists():
            file.chmod(SEALED_MODE)


def _begin_head(home: Home) -> None:
    key = home.chain_key()
    assert key is not None, "the key stays in the home"
    with closing(open_for_reading(home.journal_path)) as connection:
        about = read_about(connection, key, home.journal_path)
        end = Scan(connection, home.journal_path, key, about.instance).end
    create_head(home.head_path, Head(end.last, end.chain))


def _undo(home: Home, making: Path) -> None:
    """Only second names are removed: everything is still in the home."""
    for kept in (home.journal_path, home.head_path):
        archived = making / kept.name
        if archived.exists() and not kept.exists():
            os.link(archived, kept)
            sync_folder(home.path)
    for side in (home.path / NEXT_JOURNAL, *side_files(home.path / NEXT_JOURNAL)):
        side.unlink(missing_ok=True)
    for folder in (making / home.snapshots_path.name, making):
        for file in folder.glob("*") if folder.exists() else ():
            if not file.is_dir():
                file.unlink()
        if folder.exists():
            folder.rmdir()
    sync_folder(home.archive_path)


def _next_epoch(home: Home, epoch: int) -> int:
    """Above everything that was ever here, whatever was restored meanwhile."""
    return 1 + max([epoch, *(archive.epoch for archive in archives(home))])


def _refuse_short_disk(home: Home) -> None:
    space = disk_space(home)
    if space.level >= SpaceLevel.REDUCING:
        raise ArchiveError(f"no new epoch is begun on a short disk: {space.sentence}")
