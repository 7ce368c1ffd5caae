"""Which columns of a table fit a width, most important first."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from rich.style import Style

from tui.paint import Line


class Column(NamedTuple):
    """`rank` 0 is kept longest; `right` aligns figures; `gap` cells stand before it."""

    name: str
    width: int
    rank: int
    right: bool = True
    title: str | None = None
    gap: int = 1

    @property
    def heading(self) -> str:
        return self.name if self.title is None else self.title


@lru_cache(maxsize=64)
def choose(columns: tuple[Column, ...], width: int) -> tuple[Column, ...]:
    """The most important columns that fit together, in their own order."""
    kept: set[str] = set()
    left = width
    for column in sorted(columns, key=lambda column: column.rank):
        if column.width + column.gap > left:
            continue
        kept.add(column.name)
        left -= column.width + column.gap
    return tuple(column for column in columns if column.name in kept)


def heading(columns: Sequence[Column], style: Style, *, margin: int = 0) -> Line:
    line = Line().add(" " * margin, style)
    for column in columns:
        line.add(" " * column.gap, style)
        line.cell(column.heading, column.width, style, right=column.right)
    return line
