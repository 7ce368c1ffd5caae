"""The figures of a trade date that the desk left, kept until it is back in that date."""

import msgspec

from engine.domain.day_flow import DayFlow
from engine.values import Money, Price, Quantity


class PositionDay(msgspec.Struct):
    """The day's figures of one position, and its cost when the desk left."""

    realised: Money = Money(0)
    fees: Money = Money(0)
    traded: Quantity = Quantity(0)
    open_quantity: Quantity = Quantity(0)
    open_mark: Price = Price(0)
    cash: Money = Money(0)
    carry: Money = Money(0)
    cost: Money = Money(0)
    opened: bool = False


class PurseDay(msgspec.Struct):
    """The day's figures of another currency, and what it held at cost when the desk left."""

    open_value: Money = Money(0)
    open_rate: int = 0
    bought: Money = Money(0)
    paid: Money = Money(0)
    carry: dict[str, Money] = {}
    held: Money = Money(0)


class AccountDay(msgspec.Struct):
    """One trade date of one account."""

    open_cash: Money = Money(0)
    conversion_fees: Money = Money(0)
    carry: dict[str, Money] = {}
    positions: dict[str, PositionDay] = {}
    purses: dict[str, PurseDay] = {}
    flow: DayFlow = msgspec.field(default_factory=DayFlow)
    open_equity: Money | None = None
