"""One limit as a row: name, limit, a gauge of what is used, room, and how it answers."""

from typing import NamedTuple

from rich.style import Style

from engine.domain.limits_view import NOT_MEASURED, THOUSANDTHS, LimitRow
from engine.domain.standing_view import StandingRow
from engine.values import NANOS_PER_SECOND
from tui.paint import Line, clean
from tui.panes.profit import masked
from tui.privacy import PRIVACY
from tui.themes import Palette

FULL, EMPTY = "█", "·"
NEARLY = 800
"""Thousandths of a limit from which its gauge is a warning."""
WIDE = 100
ACCOUNTS = "risk.accounts_allowed"


class Columns(NamedTuple):
    """Cells of each column; 0 leaves it out."""

    name: int
    limit: int
    gauge: int
    used: int
    room: int
    mode: int


_NARROW = Columns(name=24, limit=17, gauge=5, used=0, room=19, mode=0)
_WIDE = Columns(name=28, limit=20, gauge=10, used=13, room=19, mode=8)
ID_CELLS = 3


def columns_of(width: int) -> Columns:
    return _WIDE if width >= WIDE else _NARROW


def heading(columns: Columns, ink: Palette) -> Line:
    """What each column is."""
    line = Line().add(" " * (ID_CELLS + 1), ink.quiet)
    for word, cells, right in (
        ("limit", columns.name, False),
        ("is", columns.limit, True),
        ("used of it", columns.gauge, False),
        ("", columns.used, True),
        ("room", columns.room, True),
        ("answer", columns.mode, False),
    ):
        if cells:
            line.cell(
                word if len(word) <= cells else word.split()[0], cells, ink.quiet, right=right
            )
            line.add(" ", ink.quiet)
    return line


def limit_line(row: LimitRow, columns: Columns, ink: Palette, at: int) -> Line:
    name = row.name or row.code
    line = Line().cell(row.id if row.is_control else "", ID_CELLS, ink.strong).add(" ", ink.text)
    line.cell(clean(name), columns.name, ink.text if not row.off else ink.quiet).add(" ", ink.text)
    limit = seen(row, row.limit) if row.key == ACCOUNTS else clean(row.limit)
    line.cell(limit, columns.limit, ink.strong, right=True).add(" ", ink.text)
    rest = columns.gauge + columns.room + 1 + (columns.used + 1 if columns.used else 0)
    if row.waiting is not None:
        words = f"→ {clean(row.waiting.after)} in {seconds_left(row.waiting.due, at)} s"
        line.cell(words, rest, ink.caution)
    elif row.off:
        line.cell(f"off: {clean(row.off)}", rest, ink.quiet)
    else:
        _figures(line, row, columns, ink)
    if columns.mode:
        line.add(" ", ink.text).cell(
            "" if row.off else _first_word(row.mode), columns.mode, ink.quiet
        )
    return line


def seen(row: LimitRow, text: str) -> str:
    """A figure of the account, or dots where others may look; of its name only the last cells."""
    text = clean(text)
    if row.key == ACCOUNTS:
        text = ",".join(masked(name) for name in text.split(","))
    return PRIVACY.hides(text) if row.is_private and text else text


def _figures(line: Line, row: LimitRow, columns: Columns, ink: Palette) -> None:
    if row.share == NOT_MEASURED:
        line.cell("", columns.gauge, ink.quiet)
    else:
        line.add(gauge(row.share, columns.gauge), gauge_style(row.share, ink))
    if columns.used:
        line.add(" ", ink.text).cell(seen(row, row.used), columns.used, ink.text, right=True)
    told = row.room or ("" if columns.used else row.used)
    line.add(" ", ink.text).cell(seen(row, told), columns.room, ink.text, right=True)


def gauge(share: int, cells: int) -> str:
    """Filled by what is used; a cell that is begun counts, so that only nothing looks like none."""
    filled = min(-(-share * cells // THOUSANDTHS), cells)
    if filled == cells and share < THOUSANDTHS:
        filled = cells - 1
    return FULL * filled + EMPTY * (cells - filled)


def gauge_style(share: int, ink: Palette) -> Style:
    if share >= THOUSANDTHS:
        return ink.loss
    return ink.caution if share >= NEARLY else ink.ok


def seconds_left(due: int, at: int) -> int:
    """Whole seconds, the one that runs counted."""
    return max(0, -(-(due - at) // NANOS_PER_SECOND))


def words_of(row: LimitRow | StandingRow) -> str:
    """What a search looks at."""
    if isinstance(row, StandingRow):
        return " ".join(("breaker", row.name, row.code, row.word, row.scope, row.why)).lower()
    parts = (row.id, row.code, row.name, row.formula, row.mode, row.source)
    off = f"off {row.off}" if row.off else "on"
    waiting = "waiting" if row.waiting is not None else ""
    return " ".join((*parts, off, waiting)).lower()


def _first_word(mode: str) -> str:
    """SOFT2 of "SOFT2 to 2×, then HARD": the foot says all of it."""
    return clean(mode).replace(";", " ").partition(" ")[0]
