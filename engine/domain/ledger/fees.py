"""The fee of an order over its cumulative fills, charge by charge, by a dated table."""

from functools import lru_cache
from typing import NamedTuple

from engine.domain.ledger.fee_shapes import EXACT_IN_MONEY, Charge, Tier
from engine.domain.ledger.fee_tables import FEE_TABLES
from engine.values import MONEY_SCALE, Instruction, Money, Quantity

BPS = 10_000
EXACT_IN_BPS = EXACT_IN_MONEY // BPS
"""Billionths in one basis point of a money unit: a whole number, so no cap is rounded."""
CHARGES_KEPT_MAX = 64
"""Rows looked up lately are remembered: a pure function of constants."""
NO_VOLUME = Quantity(0)


class FeePart(NamedTuple):
    """One line of a fee, as booked; `note` says which bound it met, if any."""

    name: str
    amount: Money
    note: str = ""


class Extra(NamedTuple):
    """What only some charges have."""

    unit: int
    """What it is rounded to, in billionths of a money unit."""
    rounds_to: int
    tiers: tuple[Tier, ...]
    percent_of: tuple[int, ...]
    """Places of the charges that it is taken of."""


class Line(NamedTuple):
    """A charge ready to be counted, everything in billionths of a money unit."""

    of_value: int
    of_share: int
    least: int
    most: int
    """0: no such cap."""
    of_value_most: int
    """Cap for each money unit of value; 0: no such cap."""
    extra: Extra | None


HALF = EXACT_IN_MONEY // 2


def order_fee(
    table: str,
    trade_date: int,
    instruction: Instruction,
    quantity: Quantity,
    value: Money,
    month_volume: Quantity = NO_VOLUME,
) -> Money:
    """What an order owes once `quantity` worth `value` of it is filled.

    `month_volume`: what the account had traded of the month when the order left; tiers count it.
    Depends on the totals alone, so however an order is split into fills, they pay the same
    together: a fill's fee is the fee after it less the fee before. Raises KeyError for a table
    that nobody defined.
    """
    lines = _lines_at(table, trade_date, instruction)
    owed: int = sum(_amounts(lines, quantity, value, month_volume))
    return owed  # type: ignore[return-value]  # a sum of money


def fee_parts(
    table: str,
    trade_date: int,
    instruction: Instruction,
    quantity: Quantity,
    value: Money,
    month_volume: Quantity = NO_VOLUME,
) -> tuple[FeePart, ...]:
    """The same fee line by line: the amounts add up to `order_fee` exactly."""
    charges = charges_at(table, trade_date, instruction.side)
    lines = _lines_at(table, trade_date, instruction)
    amounts = _amounts(lines, quantity, value, month_volume)
    return tuple(
        FeePart(charge.name, Money(amount), _bound_met(line, quantity, value, month_volume))
        for charge, line, amount in zip(charges, lines, amounts, strict=True)
        if amount
    )


def _amounts(lines: tuple[Line, ...], quantity: int, value: int, month_volume: int) -> list[int]:
    """Booked money units of each line; every one is rounded once, halves up."""
    if quantity == 0:
        return [0] * len(lines)
    amounts: list[int] = []
    for of_value, of_share, least, most, of_value_most, extra in lines:
        owed = of_share * quantity
        if of_value:
            owed += of_value * value
        if extra is not None:
            owed = _with_extra(extra, owed, of_value, amounts, quantity, month_volume)
        if owed < least:
            owed = least
        if most and owed > most:
            owed = most
        if of_value_most and owed > value * of_value_most:
            owed = value * of_value_most
        if extra is None:
            amounts.append((owed + HALF) // EXACT_IN_MONEY)
        else:
            amounts.append((owed + extra.unit // 2) // extra.unit * extra.rounds_to)
    return amounts


def _with_extra(
    extra: Extra, owed: int, of_value: int, amounts: list[int], quantity: int, month_volume: int
) -> int:
    """What a charge with steps, or one that is taken of other charges, owes before its bounds."""
    if extra.percent_of:
        return of_value * sum([amounts[place] for place in extra.percent_of])
    return owed + _tiered(extra.tiers, quantity, month_volume)


def _tiered(tiers: tuple[Tier, ...], quantity: int, month_volume: int) -> int:
    """Each share at the rate of the step of the month's volume that it falls into."""
    owed, start, end = 0, month_volume, month_volume + quantity
    for tier in tiers:
        step_end = end if tier.up_to == 0 else min(end, tier.up_to)
        if step_end > start:
            owed += (step_end - start) * tier.of_share * MONEY_SCALE
            start = step_end
    return owed


def _bound_met(line: Line, quantity: int, value: int, month_volume: int) -> str:
    """'minimum', 'maximum', '1 % of the value' or ''."""
    owed, note = value * line.of_value + quantity * line.of_share, ""
    if line.extra is not None:
        if line.extra.percent_of:
            return ""
        owed += _tiered(line.extra.tiers, quantity, month_volume)
    if owed < line.least:
        owed, note = line.least, "minimum"
    if 0 < line.most < owed:
        owed, note = line.most, "maximum"
    if line.of_value_most and owed > value * line.of_value_most:
        note = f"{line.of_value_most * 100 / EXACT_IN_MONEY:g} % of the value"
    return note


@lru_cache(maxsize=CHARGES_KEPT_MAX)
def charges_at(table: str, trade_date: int, side: int) -> tuple[Charge, ...]:
    """The charges in force on a date for a side. Raises KeyError for an undefined table."""
    in_force: dict[str, Charge] = {}
    for charge in FEE_TABLES[table].charges:
        if charge.from_date <= trade_date:
            in_force[charge.name] = charge
    return tuple(c for c in in_force.values() if c.side in (0, side) and not c.is_nothing)


@lru_cache(maxsize=CHARGES_KEPT_MAX)
def _lines_at(table: str, trade_date: int, instruction: Instruction) -> tuple[Line, ...]:
    charges = charges_at(table, trade_date, instruction.side)
    places = {charge.name: place for place, charge in enumerate(charges)}
    return tuple(_line(charge, places) for charge in charges)


def _line(charge: Charge, places: dict[str, int]) -> Line:
    extra = None
    if charge.tiers or charge.percent_of or charge.rounds_to != 1:
        bases = tuple(places[name] for name in charge.percent_of if name in places)
        unit = EXACT_IN_MONEY * charge.rounds_to
        extra = Extra(unit, charge.rounds_to, charge.tiers, bases)
    return Line(
        charge.of_value,
        charge.of_share * MONEY_SCALE,
        charge.order_min * EXACT_IN_MONEY,
        charge.order_max * EXACT_IN_MONEY,
        charge.value_max_bps * EXACT_IN_BPS,
        extra,
    )
