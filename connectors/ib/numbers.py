"""Numbers as IB's library hands them out, doubles and decimals, as the desk's integers and back."""

import math
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from engine.values import clamped

UNSET = 1e300
"""IB writes the largest double there is for a number that it does not know."""
DIGITS_MAX = 8
MONEY_DIGITS = 6
"""Of `engine.values.Money`, which counts in parts of `MONEY_SCALE`."""


class Scaled(NamedTuple):
    """`value` in units of 10**-digits; `is_exact`: nothing was rounded away."""

    value: int
    is_exact: bool


def is_number(value: object) -> bool:
    """Whether IB has said one at all."""
    number = _double(value)
    return number is not None and abs(number) < UNSET


def scaled(value: object, digits: int) -> Scaled:
    """To the nearest unit; (0, False) for what is no number, and for what no fact may carry the
    bound, not exact. 190.12 of four digits is 1901200."""
    if not is_number(value):
        return Scaled(0, is_exact=False)
    exact = Decimal(str(value)).scaleb(digits)
    nearest = clamped(int(exact.to_integral_value()))
    return Scaled(nearest, exact == nearest)


def digits_of(increment: object) -> int:
    """Decimals that an increment needs: 0.005 needs three; at most `DIGITS_MAX`."""
    if not is_number(increment):
        return 0
    exponent = Decimal(str(increment)).normalize().as_tuple().exponent
    return min(DIGITS_MAX, max(0, -exponent)) if isinstance(exponent, int) else 0


def _double(value: object) -> float | None:
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever it is
    except (TypeError, ValueError, InvalidOperation):
        return None
    return number if math.isfinite(number) else None
