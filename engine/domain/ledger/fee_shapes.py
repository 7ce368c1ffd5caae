"""The shapes of a fee table: dated charges, their bounds, and what each is taken of."""

import msgspec

from engine.values import Money, Quantity

EXACT_IN_MONEY = 1_000_000_000
"""Fees are summed in billionths of a money unit, where every rate below is a whole number."""
BUYS, SELLS, BOTH = 1, -1, 0
CENT = Money(10_000)
"""Money units in a hundredth of any currency."""
UNCHECKED = "from memory, not checked: "
"""Opens the source of a row that nobody held against a public document when it was written."""


class Tier(msgspec.Struct, frozen=True, gc=False):
    """Shares of a calendar month up to `up_to` (0: no end) at this many billionths a share."""

    up_to: Quantity
    of_share: int


class Charge(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One charge from `from_date` (YYYYMMDD) until the next row of its name.

    Rates are billionths: of the traded value, and of a currency unit for each share.
    """

    name: str
    from_date: int
    source: str
    of_value: int = 0
    of_share: int = 0
    tiers: tuple[Tier, ...] = ()
    order_min: Money = Money(0)
    order_max: Money = Money(0)
    """Most that one order pays; 0 means no such cap."""
    value_max_bps: int = 0
    """Cap in basis points of the traded value; it also caps the minimum."""
    side: int = BOTH
    percent_of: tuple[str, ...] = ()
    """Taken of these charges as booked (a tax on fees) and not of the trade: `of_value` of them."""
    rounds_to: Money = Money(1)
    """Money units it is rounded to, halves up: 1 books all six digits, CENT a paisa or a cent."""

    @property
    def is_nothing(self) -> bool:
        """A row that only says that the charge is suspended."""
        return not (self.of_value or self.of_share or self.tiers or self.order_min)


class FeeTable(msgspec.Struct, frozen=True):
    """What one broker's customer pays in one currency; rows of a name are in order of date."""

    name: str
    currency: str
    """Of what is traded; empty: any."""
    charges: tuple[Charge, ...] = ()
    source: str = ""
