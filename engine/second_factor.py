"""The second factor as the engine asks for it: a proof goes in, a verdict comes back."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from engine.domain.factor_facts import FactorVerdict


class Proof(msgspec.Struct, frozen=True):
    """What a person typed; it crosses one door, and is kept and printed nowhere."""

    code: str
    """Of the phone, or a recovery code."""
    passphrase: str = ""
    """Of a vault that is an encrypted file, where the engine has not opened it yet."""

    def __repr__(self) -> str:
        return "Proof(…)"

    __str__ = __repr__


class FactorStanding(msgspec.Struct, frozen=True):
    """Whether a second factor is enrolled, and what a proof of it takes."""

    enrolment: str = ""
    needs_passphrase: bool = False
    problem: str = ""
    """Why that cannot be told; nothing that wants the second factor passes then."""


class FactorAnswer(msgspec.Struct, frozen=True):
    """What came of one proof; `text` says what to do, and holds nothing of it."""

    verdict: FactorVerdict
    enrolment: str = ""
    step: int = 0
    by_recovery: bool = False
    text: str = ""


class SecondFactor(Protocol):
    """Whoever keeps the second factor of this home."""

    def standing(self) -> FactorStanding:
        """As it is now; opens no vault and never waits."""

    def check(self, proof: Proof, done: Callable[[FactorAnswer], None]) -> None:
        """Returns at once; `done` is called once, from another thread, when the verdict is durable:
        what passed will never pass again, in this process or another."""


class UnlockDesk(msgspec.Struct, frozen=True, tag="unlock"):
    """A screen that is locked: the proof, or the word where no second factor is enrolled."""

    ticket: str
    typed: str
    passphrase: str = ""

    def __repr__(self) -> str:
        return "UnlockDesk(…)"


class FactorWanted(msgspec.Struct, frozen=True, tag="factor_wanted"):
    """What was asked for under this ticket takes the second factor: ask the person for it."""

    ticket: str
    purpose: str
    needs_passphrase: bool = False
    problem: str = ""
    """What was wrong with the last try; empty at the first."""
