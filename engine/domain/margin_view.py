"""Rows of the account's margin regime: settled cash, maintenance, day trades."""

import msgspec

from engine.values import Money


class Unsettled(msgspec.Struct, frozen=True, gc=False):
    """What one settlement date brings, or takes."""

    date: int
    amount: Money


class MarginRow(msgspec.Struct, frozen=True, gc=False):
    """The account under its regime; figures that the regime does not know are None."""

    regime: str
    settled: Money | None = None
    """Of the account's own currency, where purchases are paid with it."""
    unsettled: tuple[Unsettled, ...] = ()
    """The next dates first."""
    maintenance: Money | None = None
    """What equity must not go below; None without a needed mark."""
    excess_share: int | None = None
    """(equity − maintenance) ÷ equity in basis points."""
    day_trades: int | None = None
    """Of five business days, where they are counted."""
