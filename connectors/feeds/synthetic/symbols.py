"""The symbols of the synthetic market: invented round numbers under familiar names.

Nothing here is a quotation. Previous closes, volatilities and sizes are round figures, chosen so
that each symbol behaves like its kind: cheap shares with deep queues and a spread of one cent,
dear ones with thin queues and wider spreads, funds that follow the whole market closely.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from enum import IntEnum

import msgspec

from engine.errors import InputError
from engine.instruments import Instrument
from engine.values import Price

TICK = Price(100)
"""One cent: every listing trades above one dollar."""


class Sector(IntEnum):
    """Who hears of whose news."""

    FUND = 1
    TECHNOLOGY = 2
    CHIPS = 3
    INTERNET = 4
    BANK = 5
    ENERGY = 6
    CONSUMER = 7
    HEALTH = 8
    INDUSTRY = 9


class Listing(msgspec.Struct, frozen=True):
    """One symbol and the temper of those who trade it."""

    symbol: str
    name: str
    mic: str
    sector: Sector
    previous_close_cents: int
    volatility_bps: int
    """Standard deviation of a session's return, open to close."""
    beta: float
    """Part in the moves of the whole market."""
    spread_ticks: int
    queue: int
    """Shares that usually stand at the best price."""
    lot: int
    """Usual unit of an order's size; at least a round lot of 100."""
    actions_per_second: float
    """At the day's calm; the open and the close are busier."""

    @property
    def instrument(self) -> Instrument:
        return Instrument(symbol=self.symbol, name=self.name, mic=self.mic)


LISTINGS: tuple[Listing, ...] = tuple(
    Listing(*row)
    for row in (
        ("AAPL", "Apple", "XNAS", Sector.TECHNOLOGY, 19_000, 75, 0.7, 1, 600, 100, 7.0),
        ("MSFT", "Microsoft", "XNAS", Sector.TECHNOLOGY, 42_000, 110, 1.0, 4, 400, 100, 4.5),
        ("GOOG", "Alphabet", "XNAS", Sector.INTERNET, 17_500, 125, 1.1, 2, 500, 100, 4.0),
        ("IBM", "IBM", "XNYS", Sector.TECHNOLOGY, 18_000, 85, 0.7, 3, 400, 100, 2.0),
        ("SPY", "S&P 500 fund", "ARCX", Sector.FUND, 55_000, 70, 1.0, 2, 1_500, 100, 6.0),
        ("QQQ", "Nasdaq 100 fund", "XNAS", Sector.FUND, 47_000, 95, 1.3, 3, 900, 100, 4.5),
        ("NVDA", "NVIDIA", "XNAS", Sector.CHIPS, 12_500, 180, 1.6, 1, 1_200, 100, 7.0),
        ("AMD", "Advanced Micro Devices", "XNAS", Sector.CHIPS, 15_000, 190, 1.5, 3, 500, 100, 4.0),
        ("INTC", "Intel", "XNAS", Sector.CHIPS, 3_000, 180, 1.1, 1, 6_000, 500, 2.0),
        ("AMZN", "Amazon", "XNAS", Sector.INTERNET, 18_500, 130, 1.2, 2, 700, 100, 4.5),
        ("META", "Meta Platforms", "XNAS", Sector.INTERNET, 52_000, 150, 1.2, 9, 200, 100, 3.5),
        ("NFLX", "Netflix", "XNAS", Sector.INTERNET, 9_500, 150, 1.1, 1, 700, 100, 2.0),
        ("TSLA", "Tesla", "XNAS", Sector.INDUSTRY, 24_000, 210, 1.5, 4, 500, 100, 6.0),
        ("CSCO", "Cisco", "XNAS", Sector.TECHNOLOGY, 5_000, 90, 0.8, 1, 4_000, 300, 1.5),
        ("JPM", "JPMorgan Chase", "XNYS", Sector.BANK, 20_000, 110, 0.9, 2, 400, 100, 2.0),
        ("BAC", "Bank of America", "XNYS", Sector.BANK, 4_000, 130, 1.0, 1, 5_000, 400, 2.0),
        ("XOM", "Exxon Mobil", "XNYS", Sector.ENERGY, 11_500, 110, 0.6, 1, 800, 100, 2.0),
        ("WMT", "Walmart", "XNYS", Sector.CONSUMER, 7_000, 80, 0.5, 1, 1_500, 200, 1.5),
        ("KO", "Coca-Cola", "XNYS", Sector.CONSUMER, 6_200, 70, 0.4, 1, 2_000, 200, 1.5),
        ("DIS", "Walt Disney", "XNYS", Sector.CONSUMER, 9_000, 120, 0.9, 1, 900, 100, 1.5),
        ("PFE", "Pfizer", "XNYS", Sector.HEALTH, 2_800, 100, 0.5, 1, 6_000, 500, 1.5),
        ("GE", "GE Aerospace", "XNYS", Sector.INDUSTRY, 16_500, 130, 1.0, 3, 400, 100, 1.5),
        ("F", "Ford Motor", "XNYS", Sector.INDUSTRY, 1_200, 150, 1.1, 1, 15_000, 1_000, 1.5),
        ("T", "AT&T", "XNYS", Sector.CONSUMER, 1_900, 90, 0.5, 1, 10_000, 800, 1.5),
    )
)
"""In the order in which a watchlist shows them."""


class UnknownSymbolError(InputError):
    """The synthetic market does not trade a symbol that was asked for; ends with exit code 2."""


def listings_of(symbols: Sequence[str] | None) -> tuple[Listing, ...]:
    """The chosen listings in the order chosen; all of them for None or nothing.

    A symbol named twice counts once. Raises UnknownSymbolError for one that is not listed.
    """
    if not symbols:
        return LISTINGS
    by_symbol = {listing.symbol: listing for listing in LISTINGS}
    for symbol in symbols:
        if symbol not in by_symbol:
            raise UnknownSymbolError(_unknown(symbol, list(by_symbol)))
    return tuple(by_symbol[symbol] for symbol in dict.fromkeys(symbols))


def _unknown(symbol: str, listed: list[str]) -> str:
    close = get_close_matches(symbol.upper(), listed, n=3, cutoff=0.5)
    by_nearness = close + [other for other in listed if other not in close]
    shown = "".join(letter if letter.isprintable() else "?" for letter in symbol[:20])
    return f"the synthetic market has no symbol {shown}; it has {', '.join(by_nearness)}"
