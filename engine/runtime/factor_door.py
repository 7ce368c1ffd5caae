"""Where the desk asks a person for the second factor, and journals what came of it."""

from collections.abc import Callable, Sequence

from engine.domain import events as ev
from engine.domain.commands import Command, ReplaceOrder, SubmitOrder
from engine.domain.decide import decide
from engine.domain.factor_facts import FactorVerdict, SecondFactorChecked, SecondFactorKnown
from engine.domain.reasons import Finding, Refusal, Verdict
from engine.ports import DeskAnswer, LineAnswered
from engine.runtime.host import Host
from engine.second_factor import (
    FactorAnswer,
    FactorStanding,
    FactorWanted,
    Proof,
    SecondFactor,
    UnlockDesk,
)

UNLOCK_WORD = "unlock"
UNLOCKING = "unlock the screen"

Back = Callable[[Callable[[], None]], None]
"""Runs a call in the engine's thread, with its answer going to whoever asked."""


class NoSecondFactor:
    """A desk without a home that could keep one."""

    def standing(self) -> FactorStanding:
        return FactorStanding()

    def check(self, proof: Proof, done: Callable[[FactorAnswer], None]) -> None:
        done(FactorAnswer(FactorVerdict.NOT_ENROLLED))


class FactorDoor:
    """The engine's thread never waits for a vault: verdicts come back as calls of their own."""

    def __init__(
        self,
        host: Host,
        factor: SecondFactor,
        answer: Callable[[DeskAnswer], None],
        way_back: Callable[[], Back],
    ) -> None:
        self._host = host
        self._factor = factor
        self._answer = answer
        self._way_back = way_back

    # ── what takes it ──────────────────────────────────────────────────────────────────────────

    def wanted(self, commands: Sequence[Command], ticket: str, purpose: str) -> FactorWanted | None:
        """The question, where these commands would be done if the second factor passed first."""
        standing = self._known()
        if not self._host.session.state.factor.enrolment or standing.problem:
            return None
        session = self._host.session
        for command in commands:
            happened = decide(session.state, command, session.market, session.now)
            if any(_wants_it(event, command) for event in happened):
                return FactorWanted(ticket, purpose, standing.needs_passphrase)
        return None

    def _known(self) -> FactorStanding:
        """What is enrolled now; where that is news, the journal hears it first."""
        standing = self._factor.standing()
        known = self._host.session.state.factor.enrolment
        if not standing.problem and standing.enrolment != known:
            self._host.submit(SecondFactorKnown(standing.enrolment))
        return standing

    # ── a proof ────────────────────────────────────────────────────────────────────────────────

    def check(
        self,
        proof: Proof,
        ticket: str,
        purpose: str,
        passed: Callable[[SecondFactorChecked], None],
    ) -> None:
        """Returns at once. `passed` gets the report to submit in front of what it is for."""
        self._known()
        back = self._way_back()

        def done(answer: FactorAnswer) -> None:
            back(lambda: self._heard(answer, ticket, purpose, passed))

        self._factor.check(proof, done)

    def _heard(
        self,
        answer: FactorAnswer,
        ticket: str,
        purpose: str,
        passed: Callable[[SecondFactorChecked], None],
    ) -> None:
        report = SecondFactorChecked(
            answer.verdict, purpose, answer.enrolment, answer.step, answer.by_recovery, answer.text
        )
        if answer.verdict is FactorVerdict.PASSED:
            passed(report)
            return
        happened = self._host.submit(report)
        text = next((e.text for e in happened if isinstance(e, ev.SecondFactorFailed)), answer.text)
        standing = self._factor.standing()
        self._answer(FactorWanted(ticket, purpose, standing.needs_passphrase, text))

    def unlock(self, request: UnlockDesk) -> None:
        """By the second factor where one is enrolled, else by a word that a cat does not type."""
        standing, ticket = self._known(), request.ticket
        if standing.problem:
            self._answer(LineAnswered(ticket, False, standing.problem))
        elif self._host.session.state.factor.enrolment:
            proof = Proof(request.typed, request.passphrase)
            self.check(proof, ticket, UNLOCKING, lambda report: self._unlocked(report, ticket))
        elif request.typed.strip().lower() == UNLOCK_WORD:
            self._answer(LineAnswered(ticket, True, "unlocked"))
        else:
            self._answer(LineAnswered(ticket, False, f"type {UNLOCK_WORD}"))

    def _unlocked(self, report: SecondFactorChecked, ticket: str) -> None:
        happened = self._host.submit(report)
        failed = [event for event in happened if isinstance(event, ev.SecondFactorFailed)]
        if failed:
            self._answer(FactorWanted(ticket, UNLOCKING, problem=failed[0].text))
            return
        words = f"; {report.text}" if report.text else ""
        self._answer(LineAnswered(ticket, True, f"unlocked{words}"))


def _wants_it(event: ev.Event, command: Command) -> bool:
    match event:
        case ev.CommandRefused():
            return event.refusal is Refusal.SECOND_FACTOR_WANTED
        case ev.OrderDenied() | ev.ReplaceDenied():
            is_answered = isinstance(command, SubmitOrder | ReplaceOrder) and command.override
            return bool(is_answered) and _only_asks(event.findings)
        case _:
            return False


def _only_asks(findings: Sequence[Finding]) -> bool:
    verdicts = {finding.verdict for finding in findings}
    return Verdict.ASK_SECOND_FACTOR in verdicts and Verdict.DENY not in verdicts
