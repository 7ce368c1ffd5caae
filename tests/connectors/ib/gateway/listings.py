"""What can be traded: contracts as IB lists them, how requests find them, their price bands."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tests.connectors.ib.gateway.wire import Fields

Band = tuple[str, str]
"""From this price on, this increment."""


@dataclass(frozen=True)
class Listing:
    """One contract of IB's database; `rules` are ids of market rules, one for each exchange."""

    con_id: int
    symbol: str
    currency: str = "USD"
    primary: str = "NASDAQ"
    sec_type: str = "STK"
    exchanges: tuple[str, ...] = ("SMART", "NASDAQ", "NYSE", "ARCA")
    rules: tuple[int, ...] = ()
    expiry: str = ""
    strike: str = "0"
    right: str = ""
    multiplier: str = ""
    local_symbol: str = ""
    trading_class: str = ""
    long_name: str = ""
    min_tick: str = "0.01"
    min_size: str = "1"
    size_increment: str = "1"
    suggested_size: str = "100"
    stock_type: str = "COMMON"
    time_zone: str = "US/Eastern"
    trading_hours: str = ""
    liquid_hours: str = ""
    under_con_id: int = 0
    cash_quantity: bool = False
    order_types: str = (
        "ACTIVETIM,AD,ADJUST,ALERT,ALGO,ALLOC,AON,AVGCOST,BASKET,COND,DAY,FOK,GAT,GTC,GTD,HID,IBKRATS,"
        "ICE,IOC,LIT,LMT,LOC,MIT,MKT,MOC,NGCOMB,OCA,OPG,REL,RTH,SCALE,STP,STPLMT,TRAIL,TRAILLIT,WHATIF"
    )
    ids: tuple[tuple[str, str], ...] = ()

    @property
    def exchange(self) -> str:
        return self.exchanges[0]

    def rule_at(self, exchange: str) -> int:
        """The market rule of an exchange; 0 where the listing names none."""
        if not self.rules:
            return 0
        return dict(zip(self.exchanges, self.rules, strict=True)).get(exchange, self.rules[0])

    def named(self) -> str:
        return self.local_symbol or self.symbol


@dataclass(frozen=True)
class Wanted:
    """A contract as a client describes it; an empty field asks for nothing."""

    con_id: int = 0
    symbol: str = ""
    sec_type: str = ""
    expiry: str = ""
    strike: Decimal = Decimal(0)
    right: str = ""
    multiplier: str = ""
    exchange: str = ""
    primary: str = ""
    currency: str = ""
    local_symbol: str = ""
    trading_class: str = ""

    def describes(self, listing: Listing) -> bool:
        """Whether the listing is one of those meant."""
        if self.con_id:
            return self.con_id == listing.con_id
        named = self.symbol == listing.symbol if self.symbol else self.local_symbol != ""
        return (
            named
            and (not self.local_symbol or self.local_symbol == listing.named())
            and self.sec_type in ("", listing.sec_type)
            and listing.expiry.startswith(self.expiry)
            and self.strike in (Decimal(0), Decimal(listing.strike))
            and self.right[:1] in ("", "?", listing.right[:1])
            and self.multiplier in ("", listing.multiplier)
            and self.exchange in ("", *listing.exchanges)
            and self.primary in ("", listing.primary)
            and self.currency in ("", listing.currency)
            and self.trading_class in ("", listing.trading_class or listing.symbol)
        )


def read_wanted(fields: Fields) -> Wanted:
    """The twelve fields that describe a contract in most requests."""
    con_id, symbol, sec_type, expiry, strike, right, multiplier = fields.texts(7)
    exchange, primary, currency, local_symbol, trading_class = fields.texts(5)
    return Wanted(
        int(con_id or 0),
        symbol,
        sec_type,
        expiry,
        Decimal(strike or 0),
        right,
        multiplier,
        exchange,
        primary,
        currency,
        local_symbol,
        trading_class,
    )


MARKET_RULES: dict[int, tuple[Band, ...]] = {
    26: (("0", "0.01"),),
    32: (("0", "0.0001"), ("1", "0.01")),
    67: (("0", "0.25"),),
    109: (("0", "0.01"), ("3", "0.05")),
    239: (("0", "0.00005"),),
    999: (("0", "0.01"), ("100", "0.05"), ("500", "0.1")),
}
SMART_STOCK = (26, 26, 26, 26)
LISTINGS = (
    Listing(265598, "AAPL", rules=SMART_STOCK, long_name="APPLE INC"),
    Listing(272093, "MSFT", rules=SMART_STOCK, long_name="MICROSOFT CORP"),
    Listing(208813719, "GOOGL", rules=SMART_STOCK, long_name="ALPHABET INC-CL A"),
    Listing(
        756733,
        "SPY",
        primary="ARCA",
        rules=SMART_STOCK,
        long_name="SPDR S&P 500 ETF",
        stock_type="ETF",
    ),
    Listing(
        8314, "IBM", primary="NYSE", rules=SMART_STOCK, long_name="INTL BUSINESS MACHINES CORP"
    ),
    Listing(15124833, "PENY", rules=(32, 32, 32, 32), long_name="A PENNY STOCK"),
    Listing(
        # One symbol in three places: asking for it without a currency is ambiguous.
        28812380,
        "VOD",
        primary="LSE",
        currency="GBP",
        exchanges=("SMART", "LSE"),
        rules=(999, 999),
        long_name="VODAFONE GROUP PLC",
    ),
    Listing(137934123, "VOD", rules=SMART_STOCK, long_name="VODAFONE GROUP PLC-SP ADR"),
    Listing(
        12345670,
        "VOD",
        primary="IBIS",
        currency="EUR",
        exchanges=("SMART", "IBIS"),
        rules=(26, 26),
        long_name="VODAFONE GROUP PLC",
    ),
    Listing(
        701234567,
        "AAPL",
        sec_type="OPT",
        primary="",
        exchanges=("SMART", "CBOE", "ISE"),
        rules=(109, 109, 109),
        expiry="20261218",
        strike="200",
        right="C",
        multiplier="100",
        local_symbol="AAPL  261218C00200000",
        trading_class="AAPL",
        under_con_id=265598,
        stock_type="",
    ),
    Listing(
        495512563,
        "ES",
        sec_type="FUT",
        primary="",
        exchanges=("CME",),
        rules=(67,),
        expiry="20261218",
        multiplier="50",
        local_symbol="ESZ6",
        trading_class="ES",
        min_tick="0.25",
        time_zone="US/Central",
        stock_type="",
    ),
    Listing(
        12087792,
        "EUR",
        sec_type="CASH",
        primary="",
        exchanges=("IDEALPRO",),
        rules=(239,),
        local_symbol="EUR.USD",
        trading_class="EUR.USD",
        min_tick="0.00005",
        cash_quantity=True,
        stock_type="",
    ),
    Listing(
        479624278,
        "BTC",
        sec_type="CRYPTO",
        primary="",
        exchanges=("PAXOS",),
        rules=(26,),
        size_increment="0.00000001",
        min_size="0.00000001",
        cash_quantity=True,
        stock_type="",
    ),
)


@dataclass
class Reference:
    """The database of contracts and rules, which a test may change while clients are connected."""

    listings: list[Listing] = field(default_factory=lambda: list(LISTINGS))
    rules: dict[int, tuple[Band, ...]] = field(default_factory=lambda: dict(MARKET_RULES))

    def matches(self, wanted: Wanted) -> list[Listing]:
        return [listing for listing in self.listings if wanted.describes(listing)]

    def by_con_id(self, con_id: int) -> Listing | None:
        return next((one for one in self.listings if one.con_id == con_id), None)

    def by_symbol(self, symbol: str) -> Listing:
        """The first listing of a symbol or local symbol. KeyError where there is none."""
        for one in self.listings:
            if symbol in (one.symbol, one.local_symbol):
                return one
        raise KeyError(symbol)

    def change(self, symbol: str, /, **what: object) -> Listing:
        """Another row in the place of the first of the symbol, such as a new con_id."""
        old = self.by_symbol(symbol)
        new = replace(old, **what)  # type: ignore[arg-type]
        self.listings[self.listings.index(old)] = new
        return new

    def delist(self, symbol: str) -> None:
        self.listings.remove(self.by_symbol(symbol))

    def increment(self, listing: Listing, exchange: str, price: Decimal) -> Decimal:
        """The tick that holds at a price on an exchange."""
        bands: Sequence[Band] = self.rules.get(listing.rule_at(exchange), ())
        steps = [Decimal(step) for low, step in bands if abs(price) >= Decimal(low)]
        return steps[-1] if steps else Decimal(listing.min_tick)
