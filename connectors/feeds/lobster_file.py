"""A LOBSTER recording row by row: messages and the book after each, checked while they are read."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec

from connectors.feeds.lobster_lines import Lines, Place, places_in_zip
from connectors.feeds.lobster_names import (
    Identity,
    RecordingError,
    book_beside,
    identify,
    is_book_name,
)
from connectors.feeds.lobster_rows import (
    SUBMITTED,
    BookRow,
    Message,
    decode_book_rows,
    decode_messages,
)

CHUNK_ROWS = 4_096
"""Rows held at once; so many may share one time."""
NO_BOOK_NOTE = "only announced depth is known"

__all__ = ["CHUNK_ROWS", "NO_BOOK_NOTE", "SUBMITTED", "Chunk", "Recording", "open_recording"]


class Chunk(msgspec.Struct):
    """Consecutive rows; rows of one time are never in two chunks. `books` is empty without one."""

    first_row: int
    messages: list[Message]
    books: Sequence[BookRow]


class Recording:
    """The files of one recording; every walk over `chunks` reads and checks them anew."""

    __slots__ = ("_book", "_messages", "levels")

    def __init__(self, messages: Place, book: Place | None) -> None:
        self._messages = messages
        self._book = book
        self.levels = 0
        """Levels of the orderbook file, known once its first rows were read; 0 without one."""

    @property
    def has_book(self) -> bool:
        return self._book is not None

    @property
    def note(self) -> str:
        return "" if self.has_book else NO_BOOK_NOTE

    def identity(self) -> Identity:
        """From the message file's name. Raises RecordingError."""
        return identify(self._messages.name)

    def chunks(self) -> Iterator[Chunk]:
        """All rows in order. Raises RecordingError at the first row that cannot be right."""
        with ExitStack() as stack:
            messages = stack.enter_context(self._messages.lines())
            book = stack.enter_context(self._book.lines()) if self._book else None
            row, last_at, width = 0, 0, 0
            while lines := messages.take(CHUNK_ROWS):
                decoded = decode_messages(lines, self._messages.name, row, last_at)
                decoded = self._up_to_a_new_time(messages, lines, decoded, row)
                last_at = decoded[-1][0]
                books: Sequence[BookRow] = ()
                if book is not None and self._book is not None:
                    books = self._book_rows(book, self._book.name, len(decoded), row, width)
                    width = len(books[0])
                    self.levels = width // 4
                yield Chunk(row, decoded, books)
                row += len(decoded)
            self._check_end(book, row)

    def check(self) -> int:
        """Reads everything once, so that nothing is half done later; the number of rows."""
        rows = 0
        for chunk in self.chunks():
            rows += len(chunk.messages)
        return rows

    def _up_to_a_new_time(
        self, source: Lines, lines: list[bytes], decoded: list[Message], row: int
    ) -> list[Message]:
        """Rows that share the last one's time move to the next chunk."""
        if len(lines) < CHUNK_ROWS:
            return decoded
        cut, last_at = len(decoded), decoded[-1][0]
        while cut and decoded[cut - 1][0] == last_at:
            cut -= 1
        if not cut:
            raise RecordingError(
                f"{self._messages.name}, row {row + 1}: more than {CHUNK_ROWS:,} rows"
                " share one time"
            )
        source.put_back(lines[cut:])
        return decoded[:cut]

    def _book_rows(
        self, source: Lines, name: str, count: int, row: int, width: int
    ) -> Sequence[BookRow]:
        lines = source.take(count)
        if len(lines) < count:
            raise RecordingError(
                f"{name} ends after row {row + len(lines)}, but {self._messages.name} goes on"
            )
        return decode_book_rows(lines, name, row, width)

    def _check_end(self, book: Lines | None, row: int) -> None:
        if row == 0:
            raise RecordingError(f"{self._messages.name} is empty")
        if book is not None and self._book is not None and book.take(1):
            raise RecordingError(
                f"{self._messages.name} ends after row {row}, but {self._book.name} goes on"
            )


def open_recording(messages: Path, book: Path | None = None) -> Recording:
    """A zip with both files, or a message file with its orderbook file, named or beside it.

    Raises RecordingError where there is nothing that could be read; rows are read by `chunks`.
    """
    if messages.suffix.lower() == ".zip":
        inside, book_inside = places_in_zip(messages)
        other = book is not None and book != messages
        return Recording(inside, _book_place(book) if other and book else book_inside)
    if is_book_name(messages.name):
        raise RecordingError(f"{messages.name} is an orderbook file: name its message file")
    if not messages.is_file():
        raise RecordingError(f"{messages}: there is no such file")
    beside = book if book is not None else book_beside(messages)
    return Recording(Place(messages), None if beside is None else _book_place(beside))


def _book_place(path: Path) -> Place:
    if path.suffix.lower() != ".zip":
        return Place(path)
    inside = places_in_zip(path)[1]
    if inside is None:
        raise RecordingError(f"{path.name} holds no orderbook file")
    return inside
