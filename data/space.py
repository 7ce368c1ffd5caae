"""How much room the disk of a home has left, and 16 MiB kept back for cancelling orders."""

import os
import shutil
from typing import NamedTuple

from data.home import FILE_MODE, Home
from engine.domain.reports import SpaceLevel

MEBIBYTE = 1 << 20
WARN_BELOW_BYTES = 1024 * MEBIBYTE
REDUCING_BELOW_BYTES = 256 * MEBIBYTE
HALT_BELOW_BYTES = 64 * MEBIBYTE
BALLAST_BYTES = 16 * MEBIBYTE


class DiskSpace(NamedTuple):
    """Free bytes and what they allow, in one sentence to act on (empty when ample)."""

    free_bytes: int
    level: SpaceLevel

    @property
    def sentence(self) -> str:
        if self.level is SpaceLevel.AMPLE:
            return ""
        effect = _EFFECTS[self.level]
        return f"{self.free_bytes // MEBIBYTE:,} MiB left on the disk of the home: {effect}"


def space_level(free_bytes: int) -> SpaceLevel:
    """The ladder: below 1 GiB warn, below 256 MiB reducing only, below 64 MiB nothing new."""
    if free_bytes < HALT_BELOW_BYTES:
        return SpaceLevel.HALT
    if free_bytes < REDUCING_BELOW_BYTES:
        return SpaceLevel.REDUCING
    if free_bytes < WARN_BELOW_BYTES:
        return SpaceLevel.WARN
    return SpaceLevel.AMPLE


def disk_space(home: Home) -> DiskSpace:
    """What the disk under the home has left for this user. Raises OSError when it is gone."""
    free_bytes = shutil.disk_usage(home.path).free
    return DiskSpace(free_bytes, space_level(free_bytes))


def fill_ballast(home: Home) -> bool:
    """Occupy 16 MiB that can be given back; False when the disk has no room for that either."""
    try:
        if home.ballast_path.stat().st_size == BALLAST_BYTES:
            return True
    except FileNotFoundError:
        pass
    descriptor = os.open(home.ballast_path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, FILE_MODE)
    try:
        _occupy(descriptor)
    except OSError:
        give_back_ballast(home)
        return False
    finally:
        os.close(descriptor)
    return True


def give_back_ballast(home: Home) -> bool:
    """Free the ballast, so that cancels can still be journaled; False when there was none."""
    try:
        home.ballast_path.unlink()
    except FileNotFoundError:
        return False
    return True


def _occupy(descriptor: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, BALLAST_BYTES)
        return
    # Where blocks cannot be reserved, written bytes are the only ones that surely exist.
    for offset in range(0, BALLAST_BYTES, MEBIBYTE):
        os.pwrite(descriptor, bytes(MEBIBYTE), offset)


_EFFECTS = {
    SpaceLevel.WARN: "make room soon; at 256 MiB only reducing orders leave the desk",
    SpaceLevel.REDUCING: "only reducing orders leave the desk; make room",
    SpaceLevel.HALT: "nothing new leaves the desk, cancels still do; make room",
}
