"""Where an engine without a terminal writes what only a programmer reads: bounded, in the home."""

import os
from pathlib import Path

LOG_BYTES_MAX = 1024 * 1024


class EngineLog:
    """Takes the place of stdout and stderr of this process."""

    def __init__(self, path: Path) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        self._descriptor = os.open(path, flags, 0o600)

    def take_over(self) -> None:
        """From here on nothing of this process reaches a terminal, and none can end it."""
        nowhere = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nowhere, 0)
        os.close(nowhere)
        for stream in (1, 2):
            os.dup2(self._descriptor, stream)

    def attend(self) -> None:
        """Begins anew when it has grown too long: the newest fault is the one that is asked for."""
        if os.fstat(self._descriptor).st_size > LOG_BYTES_MAX:
            os.ftruncate(self._descriptor, 0)
