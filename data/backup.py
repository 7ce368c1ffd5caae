"""A home's journal in one file: taken while an engine writes, put back under a new epoch."""

import hashlib
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from data.errors import BackupError, JournalUnreadableError
from data.home import Home, refuse_inside_a_home, sync_folder, write_durably
from data.journal.database import (
    READ_FAULTS,
    About,
    open_for_reading,
    open_for_writing,
    read_about,
    side_files,
    write_about,
)
from data.journal.head import Head, create_head
from data.journal.journal import existing_key
from data.journal.scan import Link, Scan
from data.journal.snapshots import snapshot_files

BACKUP_FORMAT = 1
MANIFEST = "manifest.json"
JOURNAL = "journal.db"
SESSIONS = "fix.db"
"""Numbers of FIX sessions, and what was sent; in a backup of a home that has any."""
KEY = "chain.key"
SETTINGS = "config.toml"
SMALL_MEMBER_BYTES_MAX = 1 << 20


class Copied(NamedTuple):
    """What a backup holds, or what was put back."""

    blocks: int
    records: int
    epoch: int
    digest: str
    """SHA-256 of the backup file."""


def back_up(home: Home, file: Path) -> Copied:
    """A consistent copy of journal, chain key, settings and FIX sessions, while an engine may be
    writing.

    Without snapshots: they follow from the journal, and fit the epoch that they were taken in.
    The key is in it, because without the key a journal cannot be verified: keep the file as you
    keep the home. Raises BackupError, JournalError for a journal that is damaged, or InputError
    for a file inside a home, where it would be lost together with what it is a copy of.
    """
    refuse_inside_a_home(file)
    if file.exists():
        raise BackupError(f"{file} is there already; name another file")
    key = existing_key(home) if home.journal_path.exists() else b""
    with _workshop(file.parent) as workshop:
        copy = workshop / JOURNAL
        if home.fix_path.exists():
            # Before the journal: what a session heard after it was copied is in the journal or
            # comes again, and its trades are known by their ids. The other way round it is lost.
            with closing(open_for_reading(home.fix_path)) as sessions:
                _copy_database(sessions, workshop / SESSIONS)
        with closing(open_for_reading(home.journal_path)) as source:
            _copy_database(source, copy)
        about, end = _verified(copy, key)
        manifest: dict[str, object] = {
            "format": BACKUP_FORMAT,
            "instance": about.instance,
            "epoch": about.epoch,
            "blocks": end.number,
            "records": end.last,
            "chain": end.chain.hex(),
        }
        if (workshop / SESSIONS).exists():
            manifest["sessions"] = _digest(workshop / SESSIONS)
        (workshop / MANIFEST).write_text(json.dumps(manifest))
        (workshop / KEY).write_bytes(key)
        if home.settings_path.exists():
            (workshop / SETTINGS).write_bytes(home.settings_path.read_bytes())
        digest = _pack(workshop, file)
    return Copied(end.number, end.last, about.epoch, digest)


def restore(home: Home, file: Path, hold: Callable[[Path], None] = lambda path: None) -> Copied:
    """Puts a backup into a home that has no journal; its epoch rises, so no order id is used twice.

    `hold` is given the FIX sessions of the backup before they have their place: what was said since
    counts at the venue and not in them, so nobody may log on with them before a person has looked.

    Raises BackupError for a home with a journal and for a file that is no whole backup.
    """
    home.own()
    try:
        places = (home.journal_path, *side_files(home.journal_path), home.head_path, home.fix_path)
        for kept in (*places, *snapshot_files(home.snapshots_path)):
            if kept.exists():
                raise BackupError(
                    f"the home {home.path} has a journal already ({kept.name}); restore into"
                    " another: --home"
                )
        with _workshop(home.path) as workshop:
            digest = _unpack(file, workshop)
            return _put_back(home, workshop, digest, file, hold)
    finally:
        home.disown()


def _put_back(
    home: Home, workshop: Path, digest: str, file: Path, hold: Callable[[Path], None]
) -> Copied:
    key, copy = (workshop / KEY).read_bytes(), workshop / JOURNAL
    about, end = _verified(copy, key)
    manifest = _manifest(workshop, file)
    if (manifest.get("records"), manifest.get("chain")) != (end.last, end.chain.hex()):
        raise BackupError(f"{file} does not hold what it says it holds; use another backup")
    sessions = workshop / SESSIONS
    if sessions.exists():
        if manifest.get("sessions") != _digest(sessions):
            raise BackupError(f"{file} holds FIX sessions that were changed; use another backup")
        hold(sessions)
    risen = About(about.format_version, about.instance, about.epoch + 1)
    with closing(open_for_writing(copy)) as connection:
        write_about(connection, key, risen)
    write_durably(home.key_path, key)
    if (workshop / SETTINGS).exists() and not home.settings_path.exists():
        write_durably(home.settings_path, (workshop / SETTINGS).read_bytes())
    home.store_path.unlink(missing_ok=True)
    # The journal comes last: until it has its name, the home is still one that can be restored to.
    copy.rename(home.journal_path)
    if sessions.exists():
        # Behind the journal: without them a session's numbers are too low, which a person is told.
        sessions.rename(home.fix_path)
    sync_folder(home.path)
    create_head(home.head_path, Head(end.last, end.chain))
    return Copied(end.number, end.last, risen.epoch, digest)


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _copy_database(source: sqlite3.Connection, path: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as target:
            source.backup(target)
    except READ_FAULTS as error:
        raise JournalUnreadableError(f"the journal cannot be copied ({error})") from error


def _verified(path: Path, key: bytes) -> tuple[About, Link]:
    """The copy is held against its chain before anybody relies on it."""
    try:
        with closing(open_for_reading(path)) as connection:
            about = read_about(connection, key, path)
            scan = Scan(connection, path, key, about.instance)
            scan.finish(None)
    except READ_FAULTS as error:
        raise JournalUnreadableError(f"the copy cannot be read as a journal ({error})") from error
    return about, scan.end


def _pack(workshop: Path, file: Path) -> str:
    aside = workshop / "backup.tar"
    with tarfile.open(aside, "w") as archive:
        for name in (MANIFEST, KEY, SETTINGS, SESSIONS, JOURNAL):
            if (workshop / name).exists():
                archive.add(workshop / name, arcname=name)
    with aside.open("rb") as written:
        os.fsync(written.fileno())
        digest = hashlib.file_digest(written, "sha256").hexdigest()
    # A link, unlike a rename, never takes the place of a file that appeared meanwhile.
    try:
        os.link(aside, file)
    except FileExistsError:
        raise BackupError(f"{file} is there already; name another file") from None
    sync_folder(file.parent)
    return digest


def _unpack(file: Path, workshop: Path) -> str:
    """The known members and nothing else; a backup never says where its files go."""
    try:
        with file.open("rb") as packed:
            digest = hashlib.file_digest(packed, "sha256").hexdigest()
            packed.seek(0)
            with tarfile.open(fileobj=packed, mode="r:") as archive:
                for member in archive:
                    known = (MANIFEST, KEY, SETTINGS, SESSIONS, JOURNAL)
                    if member.isreg() and member.name in known:
                        _extract(archive.extractfile(member), member, workshop)
    except tarfile.TarError as error:
        raise BackupError(
            f"{file} is no backup of this program, or was cut off ({error})"
        ) from error
    except OSError as error:
        raise BackupError(f"{file} cannot be read: {error.strerror or error}") from error
    missing = [name for name in (MANIFEST, KEY, JOURNAL) if not (workshop / name).exists()]
    if missing:
        raise BackupError(f"{file} is no whole backup: {', '.join(missing)} is missing")
    return digest


def _extract(content: IO[bytes] | None, member: tarfile.TarInfo, workshop: Path) -> None:
    assert content is not None
    if member.name not in (JOURNAL, SESSIONS) and member.size > SMALL_MEMBER_BYTES_MAX:
        raise BackupError(f"{member.name} in the backup is too large to be one")
    with (workshop / member.name).open("wb") as target:
        shutil.copyfileobj(content, target)


def _manifest(workshop: Path, file: Path) -> dict[str, object]:
    try:
        manifest = json.loads((workshop / MANIFEST).read_bytes())
    except ValueError as error:
        raise BackupError(f"{file}: its manifest cannot be read ({error})") from error
    if not isinstance(manifest, dict) or manifest.get("format") != BACKUP_FORMAT:
        raise BackupError(f"{file} was made by another version of this program; use that one")
    return manifest


@contextmanager
def _workshop(folder: Path) -> Iterator[Path]:
    """A private folder on the same disk, so that the last step is a rename."""
    try:
        workshop = Path(tempfile.mkdtemp(prefix=".trader-", dir=folder))
    except OSError as error:
        raise BackupError(f"{folder} cannot be written: {error.strerror or error}") from error
    try:
        yield workshop
    except OSError as error:
        raise BackupError(f"the copy failed: {error.strerror or error}") from error
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
