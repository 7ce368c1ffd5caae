"""Why a rule is off: no source for what it compares with, nothing of its kind here, nothing set."""

from enum import IntEnum
from functools import lru_cache

import msgspec

from engine.domain.reasons import Finding, Verdict
from engine.domain.risk.findings import bit_of


class OffReason(IntEnum):
    """The number is a bit in a set of reasons, the same for good: events carry such sets."""

    NO_AVERAGE_VOLUME = 0
    NO_SIZES = 1
    NO_SECTORS = 2
    NO_RESTRICTED = 3
    NO_BORROW = 4
    NO_OPTIONS = 5
    NO_EARNINGS = 6
    NO_DIVIDENDS = 7
    NO_ALGORITHMS = 8
    NO_WINDOWS = 9
    NOTHING_TO_LOCATE_WITH = 10
    ON_PAPER = 11
    NO_BANDS = 12
    NO_INDEX = 13


class Off(msgspec.Struct, frozen=True):
    """A reason in words, the rule that it keeps off, and what would end it."""

    rule: str
    words: str
    source: str = ""
    """Of an input that a desk may not have: its name in `risk.off_accepted`."""
    is_part: bool = False
    """Something of the rule is asked all the same, unless every part of it is off."""


OFF_REASONS: dict[OffReason, Off] = {
    OffReason.NO_AVERAGE_VOLUME: Off(
        "R07", "no average volume file", "average_volume", is_part=True
    ),
    OffReason.NO_SIZES: Off("R07", "bars show no sizes", is_part=True),
    OffReason.NO_SECTORS: Off("R11", "no sector file", "sectors", is_part=True),
    OffReason.NO_RESTRICTED: Off("R28", "no restricted list", "restricted", is_part=True),
    OffReason.NO_BORROW: Off("R28", "no borrow table", "borrow", is_part=True),
    OffReason.NO_OPTIONS: Off("R33", "no contract, so no options to count"),
    OffReason.NO_EARNINGS: Off("R37", "no earnings file", "earnings", is_part=True),
    OffReason.NO_DIVIDENDS: Off("R37", "no dividend table", "dividends", is_part=True),
    OffReason.NO_ALGORITHMS: Off("R40", "no parent order"),
    OffReason.NO_WINDOWS: Off("R43", "no window set"),
    OffReason.NOTHING_TO_LOCATE_WITH: Off("R26", "no borrow table", is_part=True),
    OffReason.ON_PAPER: Off("R42", "nothing is armed on paper"),
    OffReason.NO_BANDS: Off("R24", "no price band told", "price_bands"),
    OffReason.NO_INDEX: Off("R25", "no index set", "index", is_part=True),
}
SOURCES: tuple[str, ...] = tuple(off.source for off in OFF_REASONS.values() if off.source)
"""Every input that a desk may not have."""
RULES_WITH_SOURCES = frozenset(off.rule for off in OFF_REASONS.values() if off.source)
SWITCHED_OFF = "switched off"
"""Said of what is off without another reason."""


class OffFinding(Finding, frozen=True, gc=False, array_like=True):
    """The answer of a rule that is off for a reason; it is never journaled itself."""

    reason_bit: int = 0


def off(reason: OffReason) -> OffFinding:
    """Made once, where the rule stands."""
    why = OFF_REASONS[reason]
    return OffFinding(why.rule, reason.name, Verdict.OFF, why.words, reason_bit=1 << reason)


_ALL_PARTS: tuple[tuple[int, str], ...] = (
    (1 << OffReason.NO_AVERAGE_VOLUME | 1 << OffReason.NO_SIZES, "R07"),
    (1 << OffReason.NO_EARNINGS | 1 << OffReason.NO_DIVIDENDS, "R37"),
)
"""Rules of which nothing is left once all these reasons hold."""
SETS_KEPT_MAX = 256


@lru_cache(maxsize=SETS_KEPT_MAX)
def rules_off(bits: int) -> int:
    """The rules, as a set by `bit_of`, of which nothing is asked for these reasons."""
    found = 0
    for reason, why in OFF_REASONS.items():
        if bits & (1 << reason) and not why.is_part:
            found |= bit_of(why.rule)
    for parts, rule in _ALL_PARTS:
        if bits & parts == parts:
            found |= bit_of(rule)
    return found


def reasons_of(bits: int) -> dict[str, str]:
    """'no earnings file, no dividend table' by rule, of a set of reasons, parts of rules too."""
    found: dict[str, list[str]] = {}
    for reason, off_because in OFF_REASONS.items():
        if bits & (1 << reason):
            found.setdefault(off_because.rule, []).append(off_because.words)
    return {rule: ", ".join(words) for rule, words in found.items()}
