"""What the screen showed when a ticket was sent: compressed, bounded, beside the journal."""

import queue
import re
import sqlite3
import threading
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from data.home import FILE_MODE

FRAMES_KEPT_MAX = 20_000
"""About 40 MB at two kilobytes each; the oldest are given up first."""
FRAMES_WAITING_MAX = 64
"""Frames on their way to the disk; a hand that sends faster goes unseen, and that is said."""
JOIN_SECONDS = 5.0

_STYLE = re.compile(r"\x1b\[[0-9;]*m")
_SCHEMA = """
create table if not exists frames (
    number integer primary key, ticket text not null unique,
    columns integer not null, rows integer not null, drawn blob not null
)
"""


class Frame(NamedTuple):
    """One screen: `text` has a line a row, with the terminal's own sequences in it."""

    columns: int
    rows: int
    text: str


class _Waiting(NamedTuple):
    ticket: str
    columns: int
    rows: int
    draw: Callable[[], str]


class FrameStore:
    """An `engine.ports.Frames`: takes frames from the screen and writes them in its own thread."""

    def __init__(self, path: Path, kept_max: int = FRAMES_KEPT_MAX) -> None:
        self._path = path
        self._kept_max = kept_max
        self._news: list[str] = []
        self._waiting: queue.Queue[_Waiting | None] = queue.Queue(FRAMES_WAITING_MAX)
        self._has_complained = False
        self._thread = threading.Thread(target=self._write_all, name="frames", daemon=True)
        self._thread.start()

    def keep(self, ticket: str, columns: int, rows: int, draw: Callable[[], str]) -> None:
        try:
            self._waiting.put_nowait(_Waiting(ticket, columns, rows, draw))
        except queue.Full:
            self._complain("more tickets were sent than frames can be written")

    def news(self) -> tuple[str, ...]:
        """Once, that frames cannot be kept and why: no order depends on them."""
        told, self._news = tuple(self._news), []
        return told

    def close(self) -> None:
        """Writes what waits and ends the thread."""
        self._waiting.put(None)
        self._thread.join(JOIN_SECONDS)

    def _write_all(self) -> None:
        try:
            self._path.touch(mode=FILE_MODE)
            with closing(sqlite3.connect(self._path, isolation_level=None)) as connection:
                connection.execute("pragma synchronous = off")
                connection.execute(_SCHEMA)
                self._serve(connection)
        except (sqlite3.Error, OSError) as error:
            self._complain(str(error))
            while self._waiting.get() is not None:
                pass

    def _serve(self, connection: sqlite3.Connection) -> None:
        while (waiting := self._waiting.get()) is not None:
            drawn = zlib.compress(waiting.draw().encode())
            connection.execute(
                "insert or ignore into frames (ticket, columns, rows, drawn) values (?, ?, ?, ?)",
                (waiting.ticket, waiting.columns, waiting.rows, drawn),
            )
            connection.execute(
                "delete from frames where number <= (select max(number) from frames) - ?",
                (self._kept_max,),
            )

    def _complain(self, why: str) -> None:
        if not self._has_complained:
            self._has_complained = True
            self._news.append(
                f"the screen of a sent ticket could not be kept for `why --screen` ({why});"
                f" orders are not affected; see to {self._path.name} in the home"
            )


def frame_of(path: Path, ticket: str) -> Frame | None:
    """The frame of a ticket, also while a session runs; None where none was kept."""
    if not path.exists():
        return None
    query = "select columns, rows, drawn from frames where ticket = ?"
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            row = connection.execute(query, (ticket,)).fetchone()
            return None if row is None else Frame(row[0], row[1], zlib.decompress(row[2]).decode())
    except (sqlite3.Error, zlib.error, UnicodeError):
        return None


def as_plain_text(text: str) -> str:
    """A frame without its colours, for what is no terminal."""
    plain = _STYLE.sub("", text)
    return "\n".join(line.rstrip() for line in plain.split("\n"))
