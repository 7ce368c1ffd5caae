"""The venue's calendar moves on: what the desk is told, at every venue beyond a line."""

from engine.domain.quotes import Market
from engine.domain.reports import TradeDateRolled
from engine.values import Price


def rolled(market: Market, date: int) -> TradeDateRolled:
    """`date`: YYYYMMDD of the new trade date; the last prices are the marks of the old one."""
    marks = [(quote.symbol, quote.last or quote.mid) for quote in market.quotes.values()]
    return TradeDateRolled(date, tuple(sorted((s, Price(mark)) for s, mark in marks if mark)))
