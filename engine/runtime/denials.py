"""What rules denied to a script, until a line of it expects that."""

import msgspec

from engine.domain.reasons import Finding, Verdict
from engine.values import OrderId


class Denial(msgspec.Struct):
    """One order, or one change of it, that rules denied."""

    order_id: OrderId
    codes: tuple[str, ...]
    """Code and id of every rule that denied, in turn."""
    is_expected: bool = False


def codes_of(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """Code and id of every rule that denied, in turn."""
    denying = (found for found in findings if found.verdict >= Verdict.ASK)
    return tuple(code for found in denying for code in (found.code, found.rule))
