"""Finds a symbol by letters of its name: among those that are listed, and at the venue."""

from collections.abc import Callable

from engine.domain.views import SymbolMatch
from engine.lookup import FindSymbols, SymbolsFound
from tui.paint import Line, clean, wrap
from tui.themes import Palette

MATCHES_SHOWN_MAX = 50
PAUSE_SECONDS = 0.25
"""The venue is asked when nobody has typed for so long."""
SYMBOL_CELLS, CURRENCY_CELLS, MIC_CELLS = 14, 6, 8


class SymbolPage:
    """`find` answers at once; the first match is the likeliest. `ask` asks the venue, if there is
    one that can be: what it trades beyond the list stands below, and choosing adds it."""

    title = "symbol"
    hint = "ticker or name"
    chooses = True

    def __init__(
        self,
        find: Callable[[str], list[SymbolMatch]],
        take: Callable[[SymbolMatch], None],
        ask: Callable[[FindSymbols], bool],
        later: Callable[[float, Callable[[], None]], None],
        text: str = "",
    ) -> None:
        self._find, self._take, self._ask, self._later = find, take, ask, later
        self._search = ""
        self._request = 0
        self._awaited = 0
        """The question to the venue that has no answer yet; 0: none."""
        self._beyond: tuple[SymbolMatch, ...] = ()
        self._trouble = ""
        if text:
            self.search = text

    @property
    def search(self) -> str | None:
        return self._search

    @search.setter
    def search(self, text: str | None) -> None:
        """What was found for other letters is no answer to these."""
        self._search = text or ""
        self._beyond, self._trouble = (), ""
        self._request += 1
        self._awaited = self._request if self._search.strip() else 0
        if self._awaited:
            request = self._request
            self._later(PAUSE_SECONDS, lambda: self._typing_paused(request))

    def _typing_paused(self, request: int) -> None:
        if request == self._awaited and not self._ask(FindSymbols(self._search, request)):
            self._awaited = 0

    def found(self, answer: SymbolsFound) -> None:
        """The venue's word; one to letters that have changed since is nobody's."""
        if answer.request == self._awaited:
            self._awaited = 0
            self._beyond, self._trouble = answer.matches, answer.trouble

    def _matches(self) -> list[SymbolMatch]:
        here = self._find(self._search)
        symbols = {match.symbol for match in here}
        # Of several with one name not yet listed each stands here: their markets tell them apart.
        beyond = [match for match in self._beyond if match.key or match.symbol not in symbols]
        return [*here, *beyond][:MATCHES_SHOWN_MAX]

    def rows(self, ink: Palette, width: int) -> list[Line]:
        rows = []
        for match in self._matches():
            style = ink.text if match.key else ink.strong
            mark = "+ " if match.key else "  "
            line = (
                Line().add(mark, ink.key).cell(clean(match.symbol, limit=24), SYMBOL_CELLS, style)
            )
            name = max(width - SYMBOL_CELLS - CURRENCY_CELLS - MIC_CELLS - 3, 10)
            line.add(" ", style).cell(clean(match.name), name, ink.text)
            line.add(" ", style).cell(clean(match.currency, limit=5), CURRENCY_CELLS, ink.quiet)
            rows.append(line.add(clean(match.mic, limit=MIC_CELLS), ink.quiet))
        if rows or self._awaited:
            return rows
        words = "nothing like this is listed here" if self._trouble else "no symbol like this"
        return [Line().add(words, ink.quiet)]

    def keys(self) -> list[object]:
        return [(match.symbol, match.key) for match in self._matches()]

    def head(self, ink: Palette, width: int) -> list[Line]:
        return []

    def foot(self, ink: Palette, width: int, row: int) -> list[Line]:
        """What the venue is asked, and what choosing does."""
        if self._trouble:
            return [Line().add(each, ink.caution) for each in wrap(clean(self._trouble), width)]
        if self._awaited:
            return [Line().add("asking the venue …", ink.quiet)]
        matches = self._matches()
        if row < len(matches) and matches[row].key:
            words = f"Enter adds {clean(matches[row].symbol, limit=24)} to the watchlist"
            return [Line().add(words, ink.quiet)]
        return [Line()]

    def choose(self, row: int) -> None:
        matches = self._matches()
        if row < len(matches):
            self._take(matches[row])
