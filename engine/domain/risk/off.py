"""Why a rule is off: no source for what it compares with, nothing of its kind here, nothing set."""

from enum import IntEnum

import msgspec

from engine.domain.reasons import Finding, Verdict


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


class Off(msgspec.Struct, frozen=True):
    """A reason in words, the rule that it keeps off, and what would end it."""

    rule: str
    words: str
    source: str = ""
    """Of an input that a desk may not have: its name in `risk.off_accepted`."""


OFF_REASONS: dict[OffReason, Off] = {
    OffReason.NO_AVERAGE_VOLUME: Off("R07", "no average volume file", "average_volume"),
    OffReason.NO_SIZES: Off("R07", "bars show no sizes"),
    OffReason.NO_SECTORS: Off("R11", "no sector file", "sectors"),
    OffReason.NO_RESTRICTED: Off("R28", "no restricted list", "restricted"),
    OffReason.NO_BORROW: Off("R28", "no borrow table", "borrow"),
    OffReason.NO_OPTIONS: Off("R33", "no options traded here"),
    OffReason.NO_EARNINGS: Off("R37", "no earnings file", "earnings"),
    OffReason.NO_DIVIDENDS: Off("R37", "no dividend table", "dividends"),
    OffReason.NO_ALGORITHMS: Off("R40", "no algorithms here"),
    OffReason.NO_WINDOWS: Off("R43", "no window set"),
    OffReason.NOTHING_TO_LOCATE_WITH: Off("R26", "no borrow table"),
}
SOURCES: tuple[str, ...] = tuple(off.source for off in OFF_REASONS.values() if off.source)
"""Every input that a desk may not have."""
SWITCHED_OFF = "switched off"
"""Said of what is off without another reason."""


def off(reason: OffReason) -> Finding:
    """The answer of a rule that is off for this reason; made once, where the rule stands."""
    return Finding(OFF_REASONS[reason].rule, reason.name, Verdict.OFF, OFF_REASONS[reason].words)


BIT_OF_REASON: dict[str, int] = {"": 0, **{reason.name: 1 << reason for reason in OffReason}}
"""By the code of the answer; what is switched off has none."""


def reasons_of(bits: int) -> dict[str, str]:
    """'no earnings file, no dividend table' by rule, of a set of reasons."""
    found: dict[str, list[str]] = {}
    for reason, off_because in OFF_REASONS.items():
        if bits & (1 << reason):
            found.setdefault(off_because.rule, []).append(off_because.words)
    return {rule: ", ".join(words) for rule, words in found.items()}
