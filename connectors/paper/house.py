"""The exchange behind a paper venue: of orders, or of quotes where that is all a market tells."""

from connectors.feeds.flow import Flow
from connectors.feeds.recorded.level_tap import TappedQuotes
from connectors.feeds.recorded.tap import TappedExchange
from engine.exchange.exchange import Exchange
from engine.exchange.quoted.assumptions import Assumptions
from engine.exchange.quoted.bar_house import BarExchange
from engine.exchange.quoted.bars import BarAssumptions
from engine.exchange.quoted.house import QuotedExchange
from engine.exchange.settings import BookSettings

INDEX = "index"
"""The asset class of what has prices and is never traded."""


def house_of(flow: Flow, settings: BookSettings, *, is_recorded: bool = False) -> Exchange:
    """With every instrument of the flow listed. A flow with `assumptions` is one of quotes.

    `is_recorded`: one that can be tapped; bars cannot.
    """
    assumptions: Assumptions | BarAssumptions | None = getattr(flow, "assumptions", None)
    if isinstance(assumptions, BarAssumptions):
        bars = BarExchange(settings, assumptions)
        for each in flow.instruments:
            is_index = each.asset_class == INDEX
            bars.list_bars(each.symbol, tick=each.tick_bands[-1].tick, is_index=is_index)
        return bars
    if assumptions is None:
        exchange = TappedExchange(settings) if is_recorded else Exchange(settings)
        for instrument in flow.instruments:
            exchange.list_symbol(instrument.symbol)
        return exchange
    of_quotes = TappedQuotes if is_recorded else QuotedExchange
    quoted = of_quotes(settings, assumptions)
    for instrument in flow.instruments:
        quoted.list_symbol(instrument.symbol, tick=instrument.tick_bands[-1].tick)
    return quoted
