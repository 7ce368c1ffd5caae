"""Rows of the tables that price what is held: borrow terms, dividends, exchange rates."""

from enum import IntEnum

from engine.domain.facts import Fact
from engine.values import Money, Quantity

RATE_SCALE = 1_000_000_000
"""Rates are billionths: of a year's value, or of the account's currency for one unit of another."""
BORROW_ROWS_MAX = 10_000
DIVIDEND_ROWS_MAX = 10_000
FX_ROWS_MAX = 10_000
EVERY_SYMBOL = "*"
"""The row of a borrow table for whatever has no row of its own."""


class BorrowTerms(Fact, frozen=True, tag="borrow_terms"):
    """What it costs to be short of a symbol, and how much of it can be located."""

    symbol: str
    rate: int
    """Billionths of the market value a year."""
    available: Quantity = Quantity(0)
    """Shares that can be borrowed; for what is easy to borrow 0 means that nobody counted."""
    is_easy: bool = True


class Dividend(Fact, frozen=True, tag="dividend"):
    """Paid to whoever held the share before `ex_date` (YYYYMMDD), owed by whoever was short."""

    symbol: str
    ex_date: int
    per_share: Money


class FxRate(Fact, frozen=True, tag="fx_rate"):
    """From `from_date` on, one unit of `currency` is worth `rate` billionths of the base."""

    from_date: int
    currency: str
    rate: int


class CarryKind(IntEnum):
    """Money that moves because of what is held, not because of a trade."""

    INTEREST = 1
    """On cash: received above zero, paid below."""
    BORROW = 2
    DIVIDEND = 3
    PAYMENT_IN_LIEU = 4
    """What a short owes the lender in place of the dividend."""

    @property
    def word(self) -> str:
        return self.name.lower()
