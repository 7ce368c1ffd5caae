"""Keeps what a process knows from what a crash would write down."""

import faulthandler
import resource
import sys

PR_SET_DUMPABLE = 4


def harden() -> None:
    """No core file, no look inside by another process of the user, a traceback without values.

    `PR_SET_DUMPABLE` (prctl(2)) exists on Linux alone: it also keeps this process's /proc files
    from other processes of the same user. Core files are off everywhere.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    try:
        faulthandler.enable()
    except (OSError, ValueError, AttributeError):
        return  # stderr is closed: there is nowhere to say it
