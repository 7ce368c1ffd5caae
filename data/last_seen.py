"""When the last terminal of a home went, so that the next can be told what it missed."""

from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from data.home import FILE_MODE

Kept = TypeVar("Kept", bound=msgspec.Struct)
BYTES_MAX = 4_096


def keep(path: Path, left: msgspec.Struct) -> None:
    """Written aside and renamed; what cannot be written costs a summary and nothing else."""
    aside = path.with_name(f".{path.name}.new")
    with suppress(OSError):
        aside.write_bytes(msgspec.json.encode(left))
        aside.chmod(FILE_MODE)
        aside.replace(path)


def kept(path: Path, kind: type[Kept]) -> Kept | None:
    """What was kept there; None where there is nothing, or nothing that can be read."""
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(BYTES_MAX), type=kind)
    except (OSError, msgspec.MsgspecError):
        return None
