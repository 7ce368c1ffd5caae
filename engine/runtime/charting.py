"""The chart of a symbol that somebody looks at: bars of what traded, as a screen shows them."""

from engine.domain.bars import INTERVALS
from engine.domain.quotes import Market
from engine.domain.views import ChartView
from engine.ports import FocusSymbol

BARS_SHOWN_MAX = 320
"""More than the widest terminal has columns for."""


def chart_of(market: Market, focus: FocusSymbol) -> ChartView | None:
    """None for who looks at no chart, and of a symbol that is not quoted here."""
    symbol, seconds = focus.symbol, focus.bar_seconds
    if seconds not in INTERVALS or symbol not in market.quotes:
        return None
    told = market.bars.told(symbol, seconds, BARS_SHOWN_MAX)
    return ChartView(symbol, seconds, told.bars, told.since, told.note)
