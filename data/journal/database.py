"""The SQLite file of the journal: how it is made, opened for writing and opened for reading."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from data.errors import JournalDamagedError, JournalNewerError, JournalUnreadableError
from data.home import FILE_MODE, sync_folder
from data.journal.chain import seal

READ_FAULTS = (sqlite3.Error, UnicodeError, OverflowError)
"""What a damaged file makes Python's sqlite3 raise: it also quotes broken text in its messages."""
FORMAT_VERSION = 1
"""Raised when an older program could misread the file."""
BUSY_MS = 10_000
"""A writer never waits for readers in WAL mode; only a recovery or a backup can hold it briefly."""
PAGE_BYTES = 16_384
"""Measured: a commit of one order costs the same as with 4 KiB, one of a hundred a fifth less."""
CHECKPOINT_PAGES = 250
"""4 MiB of write-ahead log: measured, 1 to 8 MiB make no difference to the median, and larger logs
make the rare commit that copies them back slower."""
CACHE_KIBIBYTES = 8_192

SCHEMA = """
create table about (
    format integer not null, instance text not null, epoch integer not null, seal blob not null
);
create table blocks (
    number integer primary key, first integer not null, last integer not null,
    written_ns integer not null, payload blob not null, staged blob not null, chain blob not null
);
"""
"""One row a commit: `staged` holds every message that was to leave with it (`chain.joined`)."""


class About(NamedTuple):
    """What a journal says of itself."""

    format_version: int
    instance: str
    epoch: int


def create_database(path: Path, key: bytes, about: About) -> sqlite3.Connection:
    """A new, empty journal: private from its first byte, named once it is whole."""
    aside = path.with_name(f".{path.name}.new")
    rollback = aside.with_name(f"{aside.name}-journal")
    for leftover in (aside, rollback, *side_files(aside)):
        leftover.unlink(missing_ok=True)
    os.close(os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, FILE_MODE))
    # Without a write-ahead log: what is committed must be in the one file that gets the name.
    with closing(sqlite3.connect(aside, isolation_level=None)) as connection:
        connection.execute(f"pragma page_size = {PAGE_BYTES}")
        connection.execute("pragma synchronous = extra")
        connection.execute("begin immediate")
        for statement in SCHEMA.split(";"):
            connection.execute(statement)
        connection.execute("insert into about values (?, ?, ?, ?)", (*about, _seal(key, about)))
        connection.execute("commit")
    aside.rename(path)
    sync_folder(path.parent)
    return open_for_writing(path)


def side_files(path: Path) -> tuple[Path, Path]:
    """SQLite's write-ahead log of a database and the index of that log."""
    return path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def open_for_writing(path: Path) -> sqlite3.Connection:
    """The one writer. Autocommit is the caller's: every statement outside begin … commit is one."""
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode=rw",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_MS / 1000,
    )
    return _set(
        connection,
        "journal_mode = wal",
        "synchronous = full",
        f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
        f"cache_size = -{CACHE_KIBIBYTES}",
        "trusted_schema = off",
        "mmap_size = 0",
    )


def _set(connection: sqlite3.Connection, *pragmas: str) -> sqlite3.Connection:
    """The connection with its pragmas; closed again where the file is no database after all."""
    try:
        for pragma in pragmas:
            connection.execute(f"pragma {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A reader beside a live writer, or of what a killed one left.

    Raises JournalUnreadableError when there is no such file.
    """
    if not path.exists():
        raise JournalUnreadableError(f"there is no journal at {path}; a session makes one")
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode=ro",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_MS / 1000,
    )
    return _set(connection, "trusted_schema = off")


def read_about(connection: sqlite3.Connection, key: bytes, path: Path) -> About:
    """Raises JournalNewerError for a later format, JournalDamagedError when the seal is broken."""
    row = connection.execute("select format, instance, epoch, seal from about").fetchone()
    if row is None or not isinstance(row[0], int):
        raise JournalUnreadableError(f"{path} is no journal of this program")
    about = About(row[0], str(row[1]), row[2])
    if about.format_version > FORMAT_VERSION:
        raise JournalNewerError(
            f"{path} was written by a later version (format {about.format_version}, this program"
            f" reads up to {FORMAT_VERSION}); use that version"
        )
    if row[3] != _seal(key, about):
        raise JournalDamagedError(
            f"the description of the journal {path} does not fit the chain key; one of the two was"
            " changed: put both back from a backup",
            sequence=1,
        )
    return about


def write_about(connection: sqlite3.Connection, key: bytes, about: About) -> None:
    connection.execute(
        "update about set format = ?, instance = ?, epoch = ?, seal = ?",
        (*about, _seal(key, about)),
    )


def _seal(key: bytes, about: About) -> bytes:
    return seal(
        key, format_version=about.format_version, instance=about.instance, epoch=about.epoch
    )
