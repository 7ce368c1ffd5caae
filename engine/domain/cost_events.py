"""What became true of money that no fill moves: carry, conversions, and the tables behind them."""

from engine.domain.commands import Origin
from engine.domain.cost_facts import BorrowTerms, CarryKind, Dividend, FxRate
from engine.domain.facts import Fact
from engine.values import Money, Nanos, Quantity


class BorrowKnown(Fact, frozen=True, tag="borrow_known"):
    """The borrow table from now on, whole."""

    at: Nanos
    rows: tuple[BorrowTerms, ...]


class DividendsKnown(Fact, frozen=True, tag="dividends_known"):
    at: Nanos
    rows: tuple[Dividend, ...]


class FxRatesKnown(Fact, frozen=True, tag="fx_known"):
    """Every dated exchange rate from now on; `base` is the currency that they count in."""

    at: Nanos
    base: str
    rows: tuple[FxRate, ...]


class CarryBooked(Fact, frozen=True, tag="carry"):
    """One accrual of one night, or of several; `amount` is what it does to cash."""

    at: Nanos
    account: str
    carry: CarryKind
    currency: str
    symbol: str
    """Empty for interest."""
    amount: Money
    from_date: int
    to_date: int
    days: int
    """Calendar days that the amount covers; 0 where it does not grow with time."""
    quantity: Quantity
    base: Money
    """The value or balance that the rate is taken of."""
    text: str
    """The working, in words."""


class CurrencyConverted(Fact, frozen=True, tag="converted"):
    """Cash of one currency sold for another at the rate that is named."""

    at: Nanos
    account: str
    sold: str
    sold_amount: Money
    bought: str
    bought_amount: Money
    rate: int
    """Billionths of the account's currency for one unit of the other."""
    fee: Money
    fee_currency: str
    """The account's own."""
    origin: Origin
