"""What the desk is told about the second factor: verdicts, never a code."""

from enum import IntEnum

from engine.domain.facts import Fact
from engine.values import Nanos


class FactorVerdict(IntEnum):
    PASSED = 1
    WRONG = 2
    USED = 3
    """Right once, and accepted then, or older than one that was."""
    LOCKED = 4
    """Too many wrong ones: it was not looked at."""
    UNAVAILABLE = 5
    """The vault did not answer: no try was used."""
    NOT_ENROLLED = 6


class SecondFactorKnown(Fact, frozen=True, tag="factor_known"):
    """Which enrolment this home has; empty: none."""

    enrolment: str


class SecondFactorChecked(Fact, frozen=True, tag="factor_checked"):
    """Somebody gave a code for `purpose`; whether it was right was decided beside the desk."""

    verdict: FactorVerdict
    purpose: str
    enrolment: str = ""
    step: int = 0
    """The half minute that the code was of; 0 for a recovery code."""
    by_recovery: bool = False
    text: str = ""


class SecondFactorChanged(Fact, frozen=True, tag="factor_changed"):
    """Another enrolment, or none any more, than the desk knew."""

    at: Nanos
    before: str
    after: str


class SecondFactorPassed(Fact, frozen=True, tag="factor_passed"):
    """Counts for what is asked right behind it, and for nothing else."""

    at: Nanos
    purpose: str
    enrolment: str
    step: int
    by_recovery: bool


class SecondFactorFailed(Fact, frozen=True, tag="factor_failed"):
    at: Nanos
    purpose: str
    verdict: FactorVerdict
    text: str
