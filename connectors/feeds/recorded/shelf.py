"""The recordings of one home: where they stand, what is there, and how much they may take."""

import shutil
from pathlib import Path
from typing import NamedTuple

from connectors.feeds.recorded.blocks import BlockReader, RecordedFileError, survey
from connectors.feeds.recorded.frames import End, Head
from engine.values import Nanos

SUFFIX = ".trec"
MEBIBYTE = 1 << 20
DISK_FREE_BYTES_MIN = 1_024 * MEBIBYTE
"""Below this nothing is recorded: the journal goes first (the disk ladder warns here)."""
SAME_NAME_MAX = 1_000


class Kept(NamedTuple):
    """One recording as its headers tell; `problem` says what is not in order, else ''."""

    path: Path
    market: str
    trade_date: int
    run: str
    first_at: Nanos
    last_at: Nanos
    size: int
    frames: int
    lost: int
    own_fills: int
    problem: str


class Shelf:
    """The folder of a home's recordings; oldest files go first when the room is used up."""

    def __init__(self, folder: Path, bytes_max: int) -> None:
        self.folder = folder
        self._bytes_max = bytes_max
        self.news: list[str] = []
        """What was given up, a sentence each; for whoever tells people."""

    def new_path(self, trade_date: int, run: str) -> Path:
        """A name that is not taken: `20260105-R3.trec`."""
        for copy in range(1, SAME_NAME_MAX):
            more = f"-{copy}" if copy > 1 else ""
            path = self.folder / f"{trade_date}-{run}{more}{SUFFIX}"
            if not path.exists():
                return path
        raise OSError(f"{SAME_NAME_MAX:,} recordings of {trade_date} {run} are there already")

    def files(self) -> list[Path]:
        """Oldest first, by when they were last written to."""
        if not self.folder.is_dir():
            return []
        found = [path for path in self.folder.iterdir() if path.suffix == SUFFIX]
        return sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name))

    def make_room(self, length: int, running: Path) -> str:
        """Room for so many more bytes of `running`, which is never given up; '' or why not."""
        free = shutil.disk_usage(self.folder).free
        if free - length < DISK_FREE_BYTES_MIN:
            return (
                f"{free // MEBIBYTE:,} MiB are left on the disk of the home, and the journal needs"
                f" {DISK_FREE_BYTES_MIN // MEBIBYTE:,}"
            )
        files = self.files()
        total = sum(path.stat().st_size for path in files) + length
        for path in files:
            if total <= self._bytes_max:
                return ""
            if path != running:
                size = path.stat().st_size
                path.unlink()
                total -= size
                self.news.append(
                    f"the recording {path.name} ({size / MEBIBYTE:,.1f} MiB) was given up: all"
                    f" recordings have {self._bytes_max // MEBIBYTE:,} MiB (record.mib_max)"
                )
        if total <= self._bytes_max:
            return ""
        return f"it has all {self._bytes_max // MEBIBYTE:,} MiB of recordings (record.mib_max)"

    def kept(self) -> list[Kept]:
        """Every recording, the oldest first; one that cannot be read at all says so."""
        return [look_at(path) for path in self.files()]


def look_at(path: Path) -> Kept:
    """What a recording's headers say, with its first and last block read."""
    size = path.stat().st_size
    try:
        contents = survey(path, thoroughly=False)
        blocks = contents.blocks
        if not blocks:
            raise RecordedFileError("nothing of it can be read")
        reader = BlockReader(path)
        head, last = reader.frames_of(blocks[0])[0][1], reader.frames_of(blocks[-1])[-1][1]
        if not isinstance(head, Head):
            raise RecordedFileError("it does not say what it is a recording of")
    except RecordedFileError as error:
        return Kept(path, "", 0, "", Nanos(0), Nanos(0), size, 0, 0, 0, str(error))
    problem = contents.damage or ("" if isinstance(last, End) else "running, or cut off")
    return Kept(
        path,
        head.market,
        head.trade_date,
        head.run,
        blocks[0].first_at,
        blocks[-1].last_at,
        size,
        sum(block.frames for block in blocks),
        blocks[-1].lost,
        sum(block.own_fills for block in blocks),
        problem,
    )
