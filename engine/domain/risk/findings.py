"""How a rule says no: its name, its numbers in words, and the sentence a trader acts on."""

from typing import NamedTuple

from engine.domain.reasons import Finding, Verdict
from engine.instruments import format_scaled
from engine.values import FIGURE_MAX, Quantity

OFF = Finding("", "", Verdict.OFF, "")
"""The answer of a rule that is switched off; `off` has one for each other reason."""
NO_ROOM = -1
"""Quantity does not matter to the rule."""


DESK_RULES_FROM = 48
"""R01 … R45 have the bits 1 … 45, the desk's own D01 … those from here on: 62 at most."""


def bit_of(rule_id: str) -> int:
    """The bit of a rule in a set of rules, the same for good: events carry such sets."""
    number = int(rule_id[1:])
    return 1 << (number if rule_id[0] == "R" else DESK_RULES_FROM + number)


class RuleName(NamedTuple):
    """Id, code, and the key of the limit in the settings ('' without one)."""

    id: str
    code: str
    key: str = ""

    @property
    def suffix(self) -> str:
        """`(R01 order_quantity, risk.order_quantity_max)`."""
        inside = f"{self.id} {self.code}"
        return f"({inside}, {self.key})" if self.key else f"({inside})"


R03 = RuleName("R03", "tick_or_lot")


def finding(
    rule: RuleName,
    verdict: Verdict,
    sentence: str,
    *,
    actual: str = "",
    limit: str = "",
    room: str = "",
    room_quantity: int = NO_ROOM,
) -> Finding:
    """`sentence` without its full stop: the rule's name and key are added here."""
    return Finding(
        rule.id,
        rule.code,
        verdict,
        f"{sentence} {rule.suffix}.",
        actual,
        limit,
        room,
        # Of what costs next to nothing more fits than any figure says.
        min(room_quantity, FIGURE_MAX),
    )


def deny(
    rule: RuleName,
    sentence: str,
    *,
    actual: str = "",
    limit: str = "",
    room: str = "",
    room_quantity: int = NO_ROOM,
) -> Finding:
    """A finding without an answer: the order stays here."""
    return finding(
        rule,
        Verdict.DENY,
        sentence,
        actual=actual,
        limit=limit,
        room=room,
        room_quantity=room_quantity,
    )


def counted(count: int) -> str:
    """'5,000' orders; sizes are told by the proposal, which knows their decimals."""
    return f"{count:,}"


def percent(bps: int) -> str:
    """Basis points as '9.34 %'."""
    return f"{format_scaled(bps, 2)} %"


def whole_lots(quantity: int, lot: Quantity) -> int:
    """The largest multiple of the lot at or below `quantity`, never below zero."""
    return max(0, quantity // lot * lot)
