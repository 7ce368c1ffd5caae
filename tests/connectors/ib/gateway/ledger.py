"""Positions and account values of the broker: what fills and corporate actions leave behind."""

from dataclasses import dataclass, field
from decimal import Decimal

from tests.connectors.ib.gateway.listings import Listing
from tests.connectors.ib.gateway.orders import Execution


@dataclass
class Holding:
    """A position; `cost` is its total cost without the multiplier, negative for a short one."""

    listing: Listing
    quantity: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    realized: Decimal = Decimal(0)

    @property
    def average_cost(self) -> Decimal:
        """Per unit and with the multiplier in it, as `position` reports it."""
        if not self.quantity:
            return Decimal(0)
        return self.cost / self.quantity * Decimal(self.listing.multiplier or 1)

    def trade(self, signed: Decimal, price: Decimal) -> Decimal:
        """Book a fill; returns what it realized."""
        realized = Decimal(0)
        closing = Decimal(0)
        if self.quantity and (signed > 0) != (self.quantity > 0):
            closing = min(abs(signed), abs(self.quantity)).copy_sign(signed)
            average = self.cost / self.quantity
            realized = -closing * (price - average) * Decimal(self.listing.multiplier or 1)
            self.cost += closing * average
            self.quantity += closing
        opening = signed - closing
        self.cost += opening * price
        self.quantity += opening
        self.realized += realized
        return realized


ACCOUNT_VALUES = {
    "AccountType": ("INDIVIDUAL", ""),
    "NetLiquidation": ("100000.00", "USD"),
    "TotalCashValue": ("100000.00", "USD"),
    "SettledCash": ("100000.00", "USD"),
    "BuyingPower": ("400000.00", "USD"),
    "EquityWithLoanValue": ("100000.00", "USD"),
    "GrossPositionValue": ("0.00", "USD"),
    "InitMarginReq": ("0.00", "USD"),
    "MaintMarginReq": ("0.00", "USD"),
    "AvailableFunds": ("100000.00", "USD"),
    "ExcessLiquidity": ("100000.00", "USD"),
    "UnrealizedPnL": ("0.00", "USD"),
    "RealizedPnL": ("0.00", "USD"),
}
LEDGER_VALUES = {
    ("Currency", "USD"): "USD",
    ("CashBalance", "USD"): "90000.00",
    ("TotalCashBalance", "USD"): "90000.00",
    ("ExchangeRate", "USD"): "1.00",
    ("Currency", "EUR"): "EUR",
    ("CashBalance", "EUR"): "9090.91",
    ("TotalCashBalance", "EUR"): "9090.91",
    ("ExchangeRate", "EUR"): "1.10",
    ("Currency", "BASE"): "BASE",
    ("CashBalance", "BASE"): "100000.00",
    ("TotalCashBalance", "BASE"): "100000.00",
    ("ExchangeRate", "BASE"): "1.00",
}


def first_values() -> dict[tuple[str, str], str]:
    """Account values by tag and currency: the account's own, then the ledger of each currency."""
    own = {(tag, currency): value for tag, (value, currency) in ACCOUNT_VALUES.items()}
    return own | LEDGER_VALUES


@dataclass
class Book:
    """What one account holds and is worth; values are texts as sent."""

    account: str
    holdings: dict[int, Holding] = field(default_factory=dict)
    values: dict[tuple[str, str], str] = field(default_factory=first_values)
    daily: str = "0.0"
    unrealized: str = "0.0"
    realized: str = "0.0"
    """The P&L of the day as `pnl` reports it, `UNSET` included."""

    def holding(self, listing: Listing) -> Holding:
        return self.holdings.setdefault(listing.con_id, Holding(listing))

    def book(self, fill: Execution) -> Decimal:
        return self.holding(fill.listing).trade(fill.signed, fill.price)
