"""How much of a symbol trades on an average day: by the desk's file, or by its venue's own bars."""

from engine.domain.quotes import Quote
from engine.domain.reference_facts import AverageVolume
from engine.domain.state import State


def known_volume(quote: Quote | None, state: State, symbol: str) -> AverageVolume | None:
    """Whichever counts the later day; the file's of two that count the same. None where nobody has
    told it."""
    row = (state.reference.volumes or {}).get(symbol)
    if quote is None or quote.average_volume < 0:
        return row
    if row is not None and row.as_of >= quote.average_volume_date:
        return row
    return AverageVolume(symbol, quote.average_volume_date, quote.average_volume)
