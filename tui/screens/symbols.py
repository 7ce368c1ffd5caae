"""Finds a symbol by letters of its name."""

from collections.abc import Callable

from engine.domain.views import SymbolMatch
from tui.paint import Line, clean
from tui.themes import Palette

MATCHES_SHOWN_MAX = 50


class SymbolPage:
    """`find` answers at once; the first match is the likeliest."""

    title = "symbol"
    hint = "ticker or name"
    chooses = True

    def __init__(
        self, find: Callable[[str], list[SymbolMatch]], take: Callable[[str], None]
    ) -> None:
        self.search: str | None = ""
        self._find = find
        self._take = take

    def _matches(self) -> list[SymbolMatch]:
        return self._find(self.search or "")[:MATCHES_SHOWN_MAX]

    def rows(self, ink: Palette, width: int) -> list[Line]:
        rows = []
        for match in self._matches():
            line = Line().cell(clean(match.symbol, limit=32), 14, ink.strong)
            line.cell(clean(match.name), max(width - 24, 10), ink.text)
            rows.append(line.add(clean(match.mic, limit=8), ink.quiet))
        return rows or [Line().add("no symbol like this", ink.quiet)]

    def choose(self, row: int) -> None:
        matches = self._matches()
        if row < len(matches):
            self._take(matches[row].symbol)
