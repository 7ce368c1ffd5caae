"""What the market shows at this gateway: quotes, books and who may see them."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum, auto

Row = tuple[Decimal, Decimal, str]
"""Price, size, market maker or exchange."""


class Right(Enum):
    """What the user may see of a contract."""

    LIVE = auto()
    DELAYED = auto()
    """A subscription is missing; delayed data exists."""
    NONE = auto()
    PARTIAL = auto()
    """Live, but not all of what was asked for: 10090 beside the data."""


@dataclass(frozen=True)
class Quote:
    """A contract's last values; None says that there is none (a price of -1 on the wire)."""

    bid: Decimal | None = None
    bid_size: Decimal = Decimal(0)
    ask: Decimal | None = None
    ask_size: Decimal = Decimal(0)
    last: Decimal | None = None
    last_size: Decimal = Decimal(0)
    volume: Decimal | None = None
    open: Decimal | None = None
    high: Decimal | None = None
    low: Decimal | None = None
    close: Decimal | None = None
    halted: int | None = None
    """0 not halted, 1 general, 2 volatility."""
    shortable: str = ""
    """Above 2.5 at least 1000 shares, above 1.5 on request, else none."""
    shortable_shares: Decimal | None = None

    def but(self, **changes: object) -> "Quote":
        """Prices and sizes may come as text."""
        numbers = {
            name: Decimal(str(value))
            if name not in ("halted", "shortable") and value is not None
            else value
            for name, value in changes.items()
        }
        return replace(self, **numbers)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Trade:
    """A print; `at` in seconds since the epoch."""

    price: Decimal
    size: Decimal
    at: float
    exchange: str = "NASDAQ"
    unreported: bool = False


@dataclass(frozen=True)
class Bar:
    """`at` is when it began, in seconds since the epoch; the rest as text on the wire."""

    at: float
    open: str
    high: str
    low: str
    close: str
    volume: str = "100"
    average: str = "0"
    count: int = 1


@dataclass
class DepthBook:
    """The rows that a subscriber must end up with; index 0 is the best."""

    bids: list[Row] = field(default_factory=list)
    asks: list[Row] = field(default_factory=list)

    def side(self, side: int) -> list[Row]:
        """1 is the bid, 0 the ask, as on the wire."""
        return self.bids if side else self.asks


@dataclass
class Market:
    """By con_id."""

    quotes: dict[int, Quote] = field(default_factory=dict)
    books: dict[int, DepthBook] = field(default_factory=dict)
    rights: dict[int, Right] = field(default_factory=dict)
    trades: dict[int, list[Trade]] = field(default_factory=dict)
    bars: dict[tuple[int, str], list[Bar]] = field(default_factory=dict)
    """By con_id and the size of a bar as the API spells it, such as `1 min`."""
    schedules: dict[int, list[tuple[str, str, str]]] = field(default_factory=dict)
    """Start, end and date of each session, as text on the wire."""
    heads: dict[int, float] = field(default_factory=dict)
    shallow: set[int] = field(default_factory=set)
    """Contracts without depth: 10092."""
    shown_type: int = 0
    """2 shows frozen and 4 delayed-frozen values whatever was asked; 0: as the rights say."""

    def quote(self, con_id: int) -> Quote:
        return self.quotes.get(con_id, Quote())

    def right(self, con_id: int) -> Right:
        return self.rights.get(con_id, Right.LIVE)

    def book(self, con_id: int) -> DepthBook:
        return self.books.setdefault(con_id, DepthBook())
