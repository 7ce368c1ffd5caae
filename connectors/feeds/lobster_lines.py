"""Lines of a recording's file, plain, gzipped or inside a zip, read in bounded blocks."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast
from zipfile import BadZipFile, ZipFile

from connectors.feeds.lobster_names import RecordingError, is_book_name, is_message_name

BLOCK_BYTES = 1 << 20
LINE_BYTES_MAX = 1 << 16
"""A line of 200 levels has fewer than 5,000 characters."""
MEMBERS_MAX = 1_000
"""Members of a zip that are looked at."""

_BROKEN = (BadZipFile, EOFError, gzip.BadGzipFile, zlib.error, NotImplementedError, RuntimeError)


class Lines:
    """The lines of one file, in turns of as many as asked for."""

    __slots__ = ("_block", "_line_bytes_max", "_name", "_rest", "_stream", "_waiting")

    def __init__(self, stream: IO[bytes], name: str, line_bytes_max: int = LINE_BYTES_MAX) -> None:
        self._stream = stream
        self._line_bytes_max = line_bytes_max
        self._name = name
        self._rest = b""
        self._waiting: list[bytes] = []
        self._block = b""

    def take(self, count: int) -> list[bytes]:
        """The next `count` lines without their ends, fewer at the end. Raises RecordingError."""
        while len(self._waiting) < count and self._read():
            pass
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        return taken

    def put_back(self, lines: list[bytes]) -> None:
        """They come again first."""
        self._waiting = lines + self._waiting

    def _read(self) -> bool:
        with told_in_words(self._name):
            block = self._stream.read(BLOCK_BYTES)
        if not block:
            if self._rest.strip():
                self._waiting.append(self._rest)
            self._rest = b""
            return False
        lines = (self._rest + block).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > self._line_bytes_max:
            raise RecordingError(f"{self._name}: a line has more than {self._line_bytes_max} bytes")
        self._waiting += lines
        return True


class Place:
    """Where one file of a recording lies: a path, and for a zip the member in it."""

    __slots__ = ("member", "path")

    def __init__(self, path: Path, member: str = "") -> None:
        self.path = path
        self.member = member

    @property
    def name(self) -> str:
        """The file's own name, without folders."""
        return Path(self.member).name if self.member else self.path.name

    @contextmanager
    def lines(self, *, line_bytes_max: int = LINE_BYTES_MAX) -> Iterator[Lines]:
        """Raises RecordingError where the file cannot be read or is broken."""
        with told_in_words(self.name):
            if not self.member:
                opened = gzip.open if self.path.suffix == ".gz" else open
                with cast("IO[bytes]", opened(self.path, "rb")) as stream:
                    yield Lines(stream, self.name, line_bytes_max)
                return
            with ZipFile(self.path) as archive, archive.open(self.member) as stream:
                yield Lines(stream, self.name)


def places_in_zip(path: Path) -> tuple[Place, Place | None]:
    """The message file of a zip and its orderbook file. Raises RecordingError."""
    with told_in_words(path.name), ZipFile(path) as archive:
        names = archive.namelist()
    messages = [name for name in names[:MEMBERS_MAX] if is_message_name(Path(name).name)]
    books = [name for name in names[:MEMBERS_MAX] if is_book_name(Path(name).name)]
    if len(messages) != 1 or len(books) > 1:
        raise RecordingError(
            f"{path.name}: one recording is a message file and its orderbook file;"
            f" this zip holds {len(messages)} and {len(books)}"
        )
    return Place(path, messages[0]), Place(path, books[0]) if books else None


@contextmanager
def told_in_words(name: str) -> Iterator[None]:
    """What goes wrong with a file becomes one sentence that names it."""
    try:
        yield
    except RecordingError:
        raise
    except FileNotFoundError:
        raise RecordingError(f"{name}: there is no such file") from None
    except _BROKEN as error:
        raise RecordingError(f"{name} is damaged or cut short ({error})") from None
    except OSError as error:
        raise RecordingError(f"{name} cannot be read: {error.strerror or error}") from None
