"""Small recordings, written by hand row by row."""

import gzip
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from connectors.feeds.lobster_rows import NO_ASK, NO_BID

NAME = "GOOG_2012-06-21_34200000_57600000_{kind}_{levels}.csv"
Levels = Sequence[tuple[int, int]]


class Writer:
    """Collects messages and the book after each; `at` counts seconds from 09:30."""

    def __init__(self, folder: Path, *, levels: int = 3, name: str = NAME) -> None:
        self.folder = folder
        self.levels = levels
        self.name = name
        self.messages: list[str] = []
        self.books: list[str] = []

    def row(self, message: str, bids: Levels, asks: Levels) -> "Writer":
        """`message` is "at type order size price direction", separated by spaces."""
        at, *rest = message.split()
        self.messages.append(",".join([f"{34_200 + float(at):.9f}", *rest]))
        cells: list[int] = []
        for level in range(self.levels):
            cells += asks[level] if level < len(asks) else (NO_ASK, 0)
            cells += bids[level] if level < len(bids) else (NO_BID, 0)
        self.books.append(",".join(map(str, cells)))
        return self

    def text(self, kind: str) -> str:
        lines = self.messages if kind == "message" else self.books
        return "".join(f"{line}\r\n" for line in lines)

    def path(self, kind: str = "message", suffix: str = "") -> Path:
        return self.folder / (self.name.format(kind=kind, levels=self.levels) + suffix)

    def write(self, *kinds: str) -> Path:
        """The files side by side; returns the message file."""
        for kind in kinds or ("message", "orderbook"):
            self.path(kind).write_text(self.text(kind), encoding="ascii", newline="")
        return self.path()

    def write_gzip(self) -> Path:
        for kind in ("message", "orderbook"):
            self.path(kind, ".gz").write_bytes(gzip.compress(self.text(kind).encode()))
        return self.path("message", ".gz")

    def write_zip(self, name: str = "recording.zip") -> Path:
        with ZipFile(self.folder / name, "w") as archive:
            for kind in ("message", "orderbook"):
                archive.writestr(self.path(kind).name, self.text(kind))
        return self.folder / name


@pytest.fixture
def writer(tmp_path: Path) -> Callable[..., Writer]:
    def make(**options: Any) -> Writer:
        return Writer(tmp_path, **options)

    return make


@pytest.fixture
def plain(writer: Callable[..., Writer]) -> Writer:
    """Three bids and three asks; two orders arrive, one is executed, one goes."""
    asks = [(1_001_000, 50), (1_002_000, 60), (1_003_000, 70)]
    bids = [(1_000_000, 100), (999_000, 200), (998_000, 300)]
    more = [(1_000_000, 140), *bids[1:]]
    return (
        writer()
        .row("0.1 1 11 100 1000000 1", bids, asks)
        .row("0.2 1 12 40 1000000 1", more, asks)
        .row("0.3 4 11 100 1000000 1", [(1_000_000, 40), *bids[1:]], asks)
        .row("0.4 3 12 40 1000000 1", [*bids[1:], (997_000, 10)], asks)
    )
