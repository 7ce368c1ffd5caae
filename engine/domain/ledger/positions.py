"""A position with its lots at total cost, and what a fill does to them (first in, first out)."""

import msgspec

from engine.domain.events import LotChange
from engine.values import Money, Nanos, Price, Quantity


class Lot(msgspec.Struct, gc=False):
    """An open lot: signed quantity and its total cost (short lots: both below zero)."""

    lot_id: int
    opened_at: Nanos
    quantity: Quantity
    cost: Money


class Position(msgspec.Struct):
    """Signed quantity and total cost of one symbol in one account, with the day's figures."""

    symbol: str
    quantity: Quantity = Quantity(0)
    cost: Money = Money(0)
    """Sum of the lots' cost; above zero when long, below when short, 0 when flat."""
    lots: list[Lot] = []
    lot_next: int = 1
    realised: Money = Money(0)
    """Since the account was opened, before fees."""
    fees: Money = Money(0)
    day_realised: Money = Money(0)
    day_fees: Money = Money(0)
    day_traded: Quantity = Quantity(0)
    day_open_quantity: Quantity = Quantity(0)
    day_open_mark: Price = Price(0)
    day_cash: Money = Money(0)
    """Cash paid (−) and received (+) for trades of this trade date, before fees."""


class FillEffect(msgspec.Struct, frozen=True, gc=False):
    """What one fill changes; decided once and carried by the event."""

    realised: Money
    position_after: Quantity
    lots: tuple[LotChange, ...]
