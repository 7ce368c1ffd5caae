"""Sealed snapshots beside the journal: which there are, which can be relied on, and a new one."""

import struct
from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import engine
from data.errors import JournalDamagedError
from data.home import DIRECTORY_MODE, write_durably
from data.journal.chain import CHAIN_BYTES
from data.journal.database import About
from data.journal.scan import WAY_ON, Link, Scan
from engine.ports import Snapshot
from engine.values import Sequence

SNAPSHOTS_KEPT = 2
SNAPSHOT_BYTES_MAX = 1 << 30
FILES_LOOKED_AT_MAX = 1_000
FOLDED_BY = (
    "structs.py",
    "values.py",
    "instruments.py",
    "domain",
    "runtime/history.py",
    "runtime/recovery.py",
    "runtime/snapshot.py",
)
"""The source that turns events into what a snapshot holds, below the engine's folder."""

_MAGIC = b"TRDSNAP1"
_HASH_BYTES = 16
_FIELDS = struct.Struct(f">8sQQ{CHAIN_BYTES}s{_HASH_BYTES}s{_HASH_BYTES}s")
_SEAL_BYTES = 32
_SUFFIX = ".snapshot"


class Found(NamedTuple):
    """A file in the folder: what its seal vouches for, and why it cannot be relied on, if so."""

    path: Path
    link: Link | None
    """Of the last block it covers; None where the seal does not hold."""
    snapshot: Snapshot | None
    problem: str
    """Empty where nothing is wrong with the file itself."""

    @property
    def is_outdated(self) -> bool:
        """Nothing happened to it: another version of this program took it."""
        return self.link is not None and self.snapshot is None

    @property
    def sentence(self) -> str:
        return f"the snapshot {self.path.name} {self.problem}"


class Snapshots:
    """The folder of one journal's snapshots; a seal fits one key, one desk and one epoch."""

    def __init__(self, folder: Path, key: bytes, about: About) -> None:
        self._folder, self._key = folder, key
        self._whose = f"{about.instance}/{about.epoch}/".encode()

    def _newest_first(self) -> Iterator[Found]:
        for path in reversed(snapshot_files(self._folder)):
            yield self._look_at(path)

    def held(self, scan: Scan) -> Iterator[Found]:
        """Every file with what the journal says of it, read one at a time: they can be large.

        Raises JournalDamagedError for one that goes beyond the journal's end.
        """
        return (_held_against(scan, found) for found in self._newest_first())

    def keep(self, link: Link, snapshot: Snapshot, scan: Scan) -> None:
        """Bad ones go, then it is written aside, synced and renamed; the two newest stay.

        Raises OSError where the disk refuses; the good ones that were there are there still.
        """
        assert link.last == snapshot.sequence, "a snapshot is taken at the end of a block"
        if len(snapshot.body) > SNAPSHOT_BYTES_MAX:
            raise OSError(f"it would be larger than {SNAPSHOT_BYTES_MAX >> 20:,} MiB")
        self._folder.mkdir(mode=DIRECTORY_MODE, exist_ok=True)
        state_hash = bytes.fromhex(snapshot.state_hash)
        fields = _FIELDS.pack(
            _MAGIC, link.number, link.last, link.chain, state_hash, fold_fingerprint()
        )
        content = fields + snapshot.body
        good = [found.path for found in self.held(scan) if not found.problem]
        self._remove_all_but(good)
        path = self._folder / f"{link.last:016d}{_SUFFIX}"
        write_durably(path, content + self._seal(content))
        self._remove_all_but([path, *good[: SNAPSHOTS_KEPT - 1]])

    def _remove_all_but(self, stay: list[Path]) -> None:
        """Also what a crash left half written."""
        for file in self._folder.iterdir():
            if file not in stay:
                file.unlink()

    def _look_at(self, path: Path) -> Found:
        try:
            if path.stat().st_size > SNAPSHOT_BYTES_MAX + _FIELDS.size + _SEAL_BYTES:
                return Found(path, None, None, "is too large to be one")
            content = path.read_bytes()
        except OSError as error:
            return Found(path, None, None, f"cannot be read ({error.strerror})")
        sealed = memoryview(content)[:-_SEAL_BYTES]
        if len(sealed) < _FIELDS.size or self._seal(sealed) != content[-_SEAL_BYTES:]:
            return Found(path, None, None, "is damaged or belongs to another journal")
        magic, number, last, chain, state_hash, made_by = _FIELDS.unpack(sealed[: _FIELDS.size])
        link = Link(number, last, chain)
        if magic != _MAGIC or made_by != fold_fingerprint():
            return Found(path, link, None, "was taken by another version of this program")
        body = bytes(sealed[_FIELDS.size :])
        return Found(path, link, Snapshot(Sequence(last), state_hash.hex(), body), "")

    def _seal(self, content: bytes | memoryview) -> bytes:
        seal = blake2b(self._whose, key=self._key, digest_size=_SEAL_BYTES, person=b"snapshot")
        seal.update(content)
        return seal.digest()


def snapshot_files(folder: Path) -> list[Path]:
    """By name, which is by sequence, the oldest first."""
    return sorted(islice(folder.glob(f"*{_SUFFIX}"), FILES_LOOKED_AT_MAX))


def _held_against(scan: Scan, found: Found) -> Found:
    """The same with what the journal says of it. Raises JournalDamagedError for one beyond it."""
    if found.link is None:
        return found
    end = scan.last_sequence()
    if found.link.last > end:
        raise JournalDamagedError(
            f"the journal ends at sequence {end}, but its snapshot {found.path.name} says that"
            f" {found.link.last} was durable: records {end + 1} to {found.link.last} are lost;"
            f" {WAY_ON}",
            sequence=end + 1,
        )
    if not found.problem and not scan.holds(found.link):
        return found._replace(problem="does not fit the journal's chain")
    return found


@cache
def fold_fingerprint() -> bytes:
    """Names the code that folds events into a state: changed, it might fold them differently."""
    root = Path(engine.__file__).parent
    named = blake2b(digest_size=_HASH_BYTES)
    for place in FOLDED_BY:
        path = root / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else (path,):
            named.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return named.digest()
