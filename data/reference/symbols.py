"""`engine.ports.Reference` over the instruments of a market: found by symbol, name or near miss."""

from collections.abc import Iterable

from engine.domain.views import SymbolMatch
from engine.instruments import Instrument

SEARCH_CHARACTERS_MAX = 40
SYMBOL_LIKENESS_MIN = 60
NAME_LIKENESS_MIN = 70
"""Out of 100, as rapidfuzz counts: below this a suggestion is noise."""

_EXACT, _SYMBOL_STARTS, _NAME_STARTS, _WORD_STARTS, _ALIKE = range(5)


class SymbolReference:
    """Search over everything that a market trades; results are ordered best first."""

    def __init__(self, instruments: Iterable[Instrument]) -> None:
        self._instruments = {instrument.symbol: instrument for instrument in instruments}
        self._symbols = list(self._instruments)
        self._names = [_folded(instrument.name) for instrument in self._instruments.values()]

    def instrument(self, symbol: str) -> Instrument | None:
        return self._instruments.get(symbol)

    def search(self, text: str, limit: int) -> list[SymbolMatch]:
        """The best matches of what was typed so far; without text, the first in market order."""
        wanted = text.strip()[:SEARCH_CHARACTERS_MAX]
        if limit <= 0:
            return []
        if not wanted:
            return [self._match(symbol) for symbol in self._symbols[:limit]]
        ranked = self._starts_with(wanted)
        if len(ranked) < limit:
            for place, rank in self._alike(wanted, limit).items():
                ranked.setdefault(place, rank)
        best = sorted(ranked, key=lambda place: (ranked[place], self._symbols[place]))
        return [self._match(self._symbols[place]) for place in best[:limit]]

    def _starts_with(self, wanted: str) -> dict[int, tuple[int, float]]:
        """Place → rank of symbols and names that begin with it; shorter symbols come first."""
        upper, folded = wanted.upper(), _folded(wanted)
        inner = f" {folded}"
        found: dict[int, tuple[int, float]] = {}
        for place, (symbol, name) in enumerate(zip(self._symbols, self._names, strict=True)):
            if symbol.startswith(upper):
                kind = _EXACT if symbol == upper else _SYMBOL_STARTS
                found[place] = (kind, len(symbol))
            elif name.startswith(folded):
                found[place] = (_NAME_STARTS, len(name))
            elif inner in name:
                found[place] = (_WORD_STARTS, len(name))
        return found

    def _alike(self, wanted: str, limit: int) -> dict[int, tuple[int, float]]:
        """Place → rank of what it may have been meant to be: a typo in the symbol or the name."""
        from rapidfuzz import fuzz, process

        found: dict[int, tuple[int, float]] = {}
        for choices, query, least in (
            (self._symbols, wanted.upper(), SYMBOL_LIKENESS_MIN),
            (self._names, _folded(wanted), NAME_LIKENESS_MIN),
        ):
            scorer = fuzz.ratio if choices is self._symbols else fuzz.partial_ratio
            if choices is self._names and len(query) < 4:
                continue
            for _, likeness, place in process.extract(
                query, choices, scorer=scorer, score_cutoff=least, limit=limit
            ):
                rank = (_ALIKE, -likeness)
                found[place] = min(found.get(place, rank), rank)
        return found

    def _match(self, symbol: str) -> SymbolMatch:
        instrument = self._instruments[symbol]
        return SymbolMatch(symbol, instrument.name, instrument.mic, instrument.currency)


def _folded(text: str) -> str:
    return text.casefold()
