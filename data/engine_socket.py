"""Where in a home the engine listens, also where the home's path is too long for a socket."""

import fcntl
import os
import stat
import tempfile
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from data.errors import HomeError
from data.home import DIRECTORY_MODE, OWNER_TEXT_MAX, Home, owner_sentence, write_durably

PATH_BYTES_MAX = 100
"""Linux takes 107 bytes, macOS 103."""
POINTER_BYTES_MAX = 4_096
NAME = "engine.sock"
POINTER_NAME = "engine.sock.path"
FOLDER_PREFIX = "trader-"
DIGEST_BYTES = 8


def place_to_listen(home: Home) -> Path:
    """For the engine that owns the home: made ready, and told in the home where it is elsewhere.

    Raises HomeError when the folder for short paths is somebody else's.
    """
    place, pointer = home.path / NAME, home.path / POINTER_NAME
    if len(os.fsencode(place)) <= PATH_BYTES_MAX:
        with suppress(FileNotFoundError):
            pointer.unlink()
        return place
    folder = _short_folder(home)
    folder.mkdir(mode=DIRECTORY_MODE, exist_ok=True)
    _check_folder(folder)
    write_durably(pointer, os.fsencode(folder / NAME))
    return folder / NAME


def place_to_connect(home: Home) -> Path:
    """Where the engine of this home listens, if there is one. Raises HomeError as above."""
    place, pointer = home.path / NAME, home.path / POINTER_NAME
    if len(os.fsencode(place)) <= PATH_BYTES_MAX:
        return place
    try:
        with pointer.open("rb") as file:
            place = Path(os.fsdecode(file.read(POINTER_BYTES_MAX)))
    except FileNotFoundError:
        return _short_folder(home) / NAME
    if not _is_a_short_place(place):
        raise HomeError(f"{pointer} does not say where an engine listens: remove it")
    if place.parent.exists():
        _check_folder(place.parent)
    return place


def owner_of(home: Home) -> str:
    """Who has the home now, in words; empty when nobody has it."""
    try:
        descriptor = os.open(home.owner_path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return owner_sentence(os.pread(descriptor, OWNER_TEXT_MAX, 0))
    finally:
        os.close(descriptor)
    return ""


def _short_folder(home: Home) -> Path:
    """The same for the same home, whoever asks."""
    digest = blake2b(os.fsencode(home.path.resolve()), digest_size=DIGEST_BYTES).hexdigest()
    base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    if len(os.fsencode(base)) > PATH_BYTES_MAX // 2:
        base = "/tmp"
    return Path(base) / f"{FOLDER_PREFIX}{os.geteuid()}-{digest}"


def _is_a_short_place(place: Path) -> bool:
    """What an engine may have written there, whatever a damaged disk made of it."""
    text = os.fsencode(place)
    is_named = place.name == NAME and place.parent.name.startswith(FOLDER_PREFIX)
    return place.is_absolute() and is_named and b"\0" not in text and len(text) <= PATH_BYTES_MAX


def _check_folder(folder: Path) -> None:
    status = folder.lstat()
    is_ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
    if not is_ours or status.st_mode & 0o077:
        raise HomeError(f"{folder}, where the engine listens, is not this user's alone: remove it")
