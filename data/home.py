"""The folder that one engine owns: its files, who may read them, and who holds it now."""

import fcntl
import json
import os
import socket
import stat
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from data.errors import HomeError, HomeInUseError
from engine.errors import InputError

DIRECTORY_MODE = 0o700
FILE_MODE = 0o600
SEALED_MODE = 0o400
PRIVATE_UMASK = 0o077
KEY_BYTES = 32
OWNER_TEXT_MAX = 4_096
LOCK_TRIES, LOCK_SECONDS = 3, 0.005
NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs3", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "afs", "ceph", "glusterfs"}
)
"""Locks and shared memory of SQLite's write-ahead log do not hold across machines."""
MOUNTS = Path("/proc/self/mounts")
MARKS_OF_A_HOME = ("journal.db", "chain.key", "owner.lock")
"""A folder with one of these is a home, whoever owns it and whether or not it is in use."""


class Home:
    """Where an engine keeps everything; `Home.prepare` makes or checks the folder first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.journal_path = path / "journal.db"
        self.head_path = path / "head"
        self.snapshots_path = path / "snapshots"
        self.key_path = path / "chain.key"
        self.owner_path = path / "owner.lock"
        self.store_path = path / "store.duckdb"
        self.store_head_path = path / "store.head"
        self.store_lock_path = path / "store.lock"
        self.settings_path = path / "config.toml"
        self.ballast_path = path / "ballast"
        self.kill_path = path / "KILL"
        self.logs_path = path / "logs"
        self.archive_path = path / "archive"
        self.archive_mark_path = path / "ARCHIVED"
        self.recordings_path = path / "recordings"
        self.frames_path = path / "frames.db"
        self.last_seen_path = path / "last-seen.json"
        self.engine_log_path = path / "logs" / "engine.log"
        self.vault_path = path / "vault.enc"
        self.vault_index_path = path / "vault.json"
        self.vault_lock_path = path / "vault.lock"
        self.factor_path = path / "second-factor.json"
        self.practice_path = path / "practice-venue.db"
        self.fix_path = path / "fix.db"
        self.ib_path = path / "ib.db"
        self.practice_cert_path = path / "practice-venue.pem"
        self.practice_key_path = path / "practice-venue.key"
        self._owner: int | None = None

    @classmethod
    def prepare(cls, path: Path | None = None) -> "Home":
        """The home at `path` (default: the platform's user data folder), made where there is none.

        Sets the process's umask, so that nothing made here is ever readable by others.
        Raises HomeError when it exists and others could read or change it.
        """
        os.umask(PRIVATE_UMASK)
        home = cls(_absolute(path))
        try:
            home.path.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
            home.check()
            home._close_to_others()
            home.logs_path.mkdir(mode=DIRECTORY_MODE, exist_ok=True)
        except OSError as error:
            raise HomeError(
                f"cannot use the home {home.path}: {error.strerror or error}; name another: --home"
            ) from error
        return home

    @classmethod
    def existing(cls, path: Path | None = None) -> "Home":
        """The home at `path` for reading; changes nothing. Raises HomeError when there is none."""
        os.umask(PRIVATE_UMASK)
        home = cls(_absolute(path))
        if not home.path.is_dir():
            raise HomeError(
                f"there is no home at {home.path}; a session makes one, or name it: --home"
            )
        home.check()
        return home

    def check(self) -> None:
        """Raises HomeError unless the folder and its files are ours alone."""
        _check_private(self.path, self.path.stat(), forbidden=0o022, remedy="chmod 700")
        _check_file_system(self.path, _mounts())
        for file in (
            self.journal_path,
            self.head_path,
            self.key_path,
            self.owner_path,
            self.settings_path,
            self.vault_path,
            self.vault_index_path,
            self.factor_path,
            self.fix_path,
            self.ib_path,
        ):
            with suppress(FileNotFoundError):
                secret = file in (self.key_path, self.vault_path, self.factor_path)
                _check_private(
                    file, file.lstat(), forbidden=0o077 if secret else 0o022, remedy="chmod 600"
                )

    def _close_to_others(self) -> None:
        """A folder made for us becomes private; one that holds other things keeps its mode."""
        is_ours = self.journal_path.exists() or not any(self.path.iterdir())
        if is_ours and self.path.stat().st_mode & 0o077:
            self.path.chmod(DIRECTORY_MODE)

    @property
    def is_owned(self) -> bool:
        """This process's engine owns the home."""
        return self._owner is not None

    def own(self) -> None:
        """Become the one engine of this home until `disown` or the end of the process.

        Raises HomeInUseError, which names the engine that has it.
        """
        if self._owner is not None:
            return
        if self.archive_mark_path.exists():
            raise HomeError(
                f"{self.path} is an archive of an earlier epoch: query, why and report read it;"
                " trade in another home: --home"
            )
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            descriptor = os.open(self.owner_path, flags, FILE_MODE)
        except OSError as error:
            raise _unwritable(self.path, error) from error
        try:
            _lock(descriptor)
        except BlockingIOError:
            owner = owner_sentence(os.pread(descriptor, OWNER_TEXT_MAX, 0))
            os.close(descriptor)
            raise HomeInUseError(
                f"the home {self.path} is in use by {owner}; end that engine or name another"
                " home: --home"
            ) from None
        self._owner = descriptor
        try:
            self._sign()
        except OSError as error:
            self.disown()
            raise _unwritable(self.path, error) from error

    def _sign(self) -> None:
        """Say who owns the home, for the one who comes next and is refused."""
        assert self._owner is not None
        claim = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        os.ftruncate(self._owner, 0)
        os.pwrite(self._owner, json.dumps(claim).encode(), 0)

    def disown(self) -> None:
        """Let another engine have the home; harmless when it is not owned."""
        if self._owner is None:
            return
        descriptor, self._owner = self._owner, None
        # The lock is what counts; a name that stays behind only misleads a reader of the file.
        with suppress(OSError):
            os.ftruncate(descriptor, 0)
        os.close(descriptor)

    def kill_is_asked(self) -> bool:
        """A file KILL lies in the home: the switch that works when all else is dead."""
        return self.kill_path.exists()

    def chain_key(self) -> bytes | None:
        """The key of the journal's chain, on which no journaled byte depends; None without one.

        Raises HomeError when it has another length than 32 bytes.
        """
        try:
            key = self.key_path.read_bytes()
        except FileNotFoundError:
            return None
        if len(key) != KEY_BYTES:
            raise HomeError(
                f"the chain key {self.key_path} has {len(key)} bytes instead of {KEY_BYTES};"
                " put it back from a backup"
            )
        return key

    def make_chain_key(self) -> bytes:
        """The key that is there, or 32 new random bytes, durable before they are used."""
        key = self.chain_key()
        if key is None:
            key = os.urandom(KEY_BYTES)
            write_durably(self.key_path, key)
        return key


def _lock(descriptor: int) -> None:
    """Who only looks whether a home is in use holds the lock for a moment: tried again."""
    for _ in range(LOCK_TRIES):
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(LOCK_SECONDS)
    return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def write_durably(path: Path, content: bytes) -> None:
    """Write aside, sync, rename, sync the folder: after a power loss the old file or the new."""
    aside = path.with_name(f".{path.name}.new")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, FILE_MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError:
        # On a full disk half a file would keep room that somebody needs.
        aside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def refuse_inside_a_home(path: Path) -> None:
    """Raises InputError (exit 2) when a result written at `path` would land in a trader home.

    Both where the name lies and where a link at the end of it leads count: a rename replaces the
    name itself. What is kept there is written by the engine alone.
    """
    named = Path(os.path.realpath(path.parent)) / path.name
    for folder in dict.fromkeys((*named.parents, *Path(os.path.realpath(path)).parents)):
        # A folder that nobody may look into counts as none: nothing can be written there either.
        if any(os.path.lexists(folder / mark) for mark in MARKS_OF_A_HOME):
            raise InputError(
                f"{path} lies in the trader home {folder}, which only the engine writes;"
                " name a file elsewhere"
            )


def default_home(path: Path | None = None) -> Home:
    """The home at `path` or at the default place, neither made nor checked."""
    return Home(_absolute(path))


def _unwritable(path: Path, error: OSError) -> HomeError:
    return HomeError(f"the home {path} cannot be written: {error.strerror or error}")


def _absolute(path: Path | None) -> Path:
    if path is not None:
        return path.expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("trader", appauthor=False)


def _check_private(path: Path, status: os.stat_result, *, forbidden: int, remedy: str) -> None:
    if stat.S_ISLNK(status.st_mode):
        raise HomeError(
            f"{path} is a link; what is kept must be a file of its own: remove the link"
        )
    if status.st_uid != os.geteuid():
        raise HomeError(
            f"{path} belongs to another user (id {status.st_uid}); name another: --home"
        )
    if status.st_mode & forbidden:
        raise HomeError(
            f"others can reach {path} (mode {status.st_mode & 0o777:o}); run: {remedy} '{path}'"
        )


def _mounts() -> list[str]:
    try:
        return MOUNTS.read_text(errors="replace").splitlines()
    except OSError:
        return []


def _check_file_system(path: Path, mounts: Iterable[str]) -> None:
    """Refuse a network file system, by the longest mount point above `path`."""
    deepest, kind = "", ""
    for line in mounts:
        _, place, found, *_ = [*line.split(" "), "", "", ""]
        inside = place == "/" or path.as_posix() == place or path.is_relative_to(place or "\0")
        if inside and len(place) >= len(deepest):
            deepest, kind = place, found
    if kind in NETWORK_FILE_SYSTEMS:
        raise HomeError(
            f"{path} lies on a network file system ({kind}), where locks do not hold;"
            " name a local folder: --home"
        )


def owner_sentence(content: bytes) -> str:
    """Who wrote this into the owner's file, in words."""
    try:
        claim = json.loads(content)
        return f"process {claim['pid']} on {claim['host']} since {claim['since']}"
    except (ValueError, KeyError, TypeError):
        return "another process, which has not said its name yet"
