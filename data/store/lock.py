"""Who may have the store open: DuckDB lets one process write, or several read."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from data.errors import StoreError
from data.home import FILE_MODE, Home

WAIT_SECONDS_MAX = 30.0
POLL_SECONDS = 0.02


class StoreLock:
    """Held alone while feeding; shared while reading."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def share(self) -> None:
        """From now on others may read too."""
        _take(self._descriptor, fcntl.LOCK_SH)

    def alone(self) -> None:
        _take(self._descriptor, fcntl.LOCK_EX)


@contextmanager
def store_lock(home: Home) -> Iterator[StoreLock]:
    """The lock, held alone. Raises StoreError when somebody keeps it for longer than 30 s."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(home.store_lock_path, flags, FILE_MODE)
    try:
        lock = StoreLock(descriptor)
        lock.alone()
        yield lock
    finally:
        os.close(descriptor)


def _take(descriptor: int, kind: int) -> None:
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise StoreError(
                    "another program has been reading or feeding the store for more than"
                    f" {WAIT_SECONDS_MAX:.0f} s; try again when it is done"
                ) from None
            time.sleep(POLL_SECONDS)
        else:
            return
