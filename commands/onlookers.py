"""Who else could see or type at this terminal: a tmux that others reach, a tty that others read."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

GROUP_OR_OTHERS_WRITE = 0o022
GROUP_OR_OTHERS_ENTER = 0o011
OTHERS_READ = 0o044
"""`mesg y` alone lets a group write to a tty; nobody but its owner needs to read it."""
TMUX_WORDS = (
    "other users can attach to this tmux ({socket}): they see this screen and can type at it;"
    " chmod 600 the socket, or start `trader` in a tmux of your own"
)
FOREIGN_TMUX_WORDS = (
    "this tmux belongs to another user (id {user}): whoever that is sees this screen and can type"
    " at it"
)
TTY_WORDS = "other users can read what is typed at {tty} (mode {mode:o}): chmod 600 it"


def onlookers(environment: Mapping[str, str] | None = None, tty: Path | None = None) -> list[str]:
    """One sentence for each way in; empty where only this user has the terminal.

    Screen's multiuser mode is not seen: nothing that a program may read tells of it.
    """
    environment = os.environ if environment is None else environment
    found = [_tmux(environment.get("TMUX", "")), _tty(tty or _own_tty())]
    return [words for words in found if words]


def _tmux(variable: str) -> str:
    """`TMUX` is the server's socket, its process and the session, with commas (tmux(1))."""
    socket = Path(variable.rpartition(",")[0].rpartition(",")[0])
    try:
        status = socket.stat() if variable else None
        if status is None or not stat.S_ISSOCK(status.st_mode):
            return ""
        folder = socket.parent.stat()
    except OSError:
        return ""
    if status.st_uid != os.geteuid():
        return FOREIGN_TMUX_WORDS.format(user=status.st_uid)
    can_enter = folder.st_mode & GROUP_OR_OTHERS_ENTER
    if can_enter and status.st_mode & GROUP_OR_OTHERS_WRITE:
        return TMUX_WORDS.format(socket=socket)
    return ""


def _own_tty() -> Path | None:
    try:
        return Path(os.ttyname(0))
    except OSError:
        return None


def _tty(path: Path | None) -> str:
    try:
        mode = path.stat().st_mode if path is not None else 0
    except OSError:
        return ""
    return TTY_WORDS.format(tty=path, mode=stat.S_IMODE(mode)) if mode & OTHERS_READ else ""
