"""What rules denied to a script, until a line of it expects that."""

from collections.abc import Iterable

import msgspec

from engine.domain.identity import by_group
from engine.domain.reasons import Finding, Verdict
from engine.values import OrderId

DENIED_NAMED_MAX = 10
"""Denied orders that the last sentence of a script names."""


class Denial(msgspec.Struct):
    """One order, or one change of it, that rules denied."""

    order_id: OrderId
    codes: tuple[str, ...]
    """Code and id of every rule that denied, in turn."""
    name: str
    """The order's number, as the script would say it."""
    is_expected: bool = False


def codes_of(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """Code and id of every rule that denied, in turn."""
    denying = (found for found in findings if found.verdict >= Verdict.ASK)
    return tuple(code for found in denying for code in (found.code, found.rule))


def named(denials: Iterable[Denial]) -> str:
    """`1, 2`: the numbers of their orders, and how many more where they are many."""
    names = {denial.order_id: denial.name for denial in denials}
    numbers = [names[order_id] for order_id in sorted(names, key=by_group)]
    more = len(numbers) - DENIED_NAMED_MAX
    tail = f" and {more:,} more" if more > 0 else ""
    return f"{', '.join(numbers[:DENIED_NAMED_MAX])}{tail}"
