"""Questions answered in rows with an end marker: one of a kind at a time, in time or not at all."""

from collections.abc import Callable
from enum import IntEnum

import msgspec

from connectors.ib.codes import READ_ONLY
from connectors.ib.speaker import Speaker
from connectors.ib.turnstile import Lane
from engine.values import NANOS_PER_SECOND, Nanos

ANSWERS_WITHIN = Nanos(10 * NANOS_PER_SECOND)


class Kind(IntEnum):
    """What can be asked for, in the order in which a recovery does."""

    IDS = 1
    ORDERS = 2
    COMPLETED = 3
    EXECUTIONS = 4
    POSITIONS = 5
    ACCOUNT = 6


OF_ORDERS = (Kind.ORDERS, Kind.COMPLETED)
"""What a gateway with a read-only API refuses."""


class Want(msgspec.Struct):
    """Somebody wants a round of a kind that begins from now on; it becomes done, or failed."""

    kind: Kind
    round: int
    is_done: bool = False
    failed: str = ""
    """Why it is no evidence of anything."""

    @property
    def is_over(self) -> bool:
        return self.is_done or bool(self.failed)


class _Round(msgspec.Struct):
    number: int = 0
    is_open: bool = False
    asked_at: Nanos = Nanos(0)
    question: int = 0


class Rounds:
    """`began` and `ended` are called with the kind, so that rows can be gathered between them."""

    def __init__(
        self,
        speaker: Speaker,
        execution_filter: Callable[[], object],
        account: Callable[[], str],
        began: Callable[[Kind], None],
        ended: Callable[[Kind], None],
    ) -> None:
        self._speaker, self._filter, self._account = speaker, execution_filter, account
        self._began, self._ended = began, ended
        self._rounds = {kind: _Round() for kind in Kind}
        self._wants: list[Want] = []
        self.answers_within = ANSWERS_WITHIN
        self.is_read_only = False
        """The gateway has refused to be asked about orders."""

    def want(self, kind: Kind) -> Want:
        """Answered by a round that begins after this call."""
        want = Want(kind, self._rounds[kind].number + 1)
        if self.is_read_only and kind in OF_ORDERS:
            want.failed = "the API of the gateway is read-only: it tells nothing of orders"
        else:
            self._wants.append(want)
        return want

    def has_begun(self, want: Want) -> bool:
        """What becomes true from now on may be missing in its answer."""
        return self._rounds[want.kind].number >= want.round

    def forget(self, why: str) -> None:
        """The line is gone: whoever still wants to know asks again."""
        for want in self._wants:
            want.failed = why
        self._wants.clear()
        for each in self._rounds.values():
            each.is_open = False

    def look(self, now: Nanos) -> None:
        """Begins what is wanted and not under way; gives up what takes too long. Monotonic."""
        for kind, each in self._rounds.items():
            if each.is_open and now - each.asked_at >= self.answers_within:
                self._fail(kind, f"the gateway did not answer ({kind.name.lower()})")
        for want in list(self._wants):
            if not self._rounds[want.kind].is_open:
                self._begin(want.kind, now)

    def is_open(self, kind: Kind) -> bool:
        return self._rounds[kind].is_open

    def end(self, kind: Kind, question: int = 0) -> None:
        """Its end marker came; one of an earlier question ends nothing."""
        each = self._rounds[kind]
        if not each.is_open or (question and question != each.question):
            return
        each.is_open = False
        done = [w for w in self._wants if w.kind is kind and w.round <= each.number]
        self._wants = [want for want in self._wants if want not in done]
        self._ended(kind)
        for want in done:
            want.is_done = True

    def read_only(self) -> None:
        """321: no end marker will ever come."""
        self.is_read_only = True
        for kind in OF_ORDERS:
            self._fail(kind, "the API of the gateway is read-only: it tells nothing of orders")

    def question(self, kind: Kind) -> int:
        return self._rounds[kind].question

    def _begin(self, kind: Kind, now: Nanos) -> None:
        each = self._rounds[kind]
        each.number, each.is_open, each.asked_at = each.number + 1, True, now
        self._began(kind)
        ask = self._speaker.ask
        match kind:
            case Kind.IDS:
                ask(Lane.RECOVERY, "reqIds", 1)
            case Kind.ORDERS:
                ask(Lane.RECOVERY, "reqAllOpenOrders")
            case Kind.COMPLETED:
                ask(Lane.RECOVERY, "reqCompletedOrders", False)
            case Kind.EXECUTIONS:
                each.question = self._speaker.new_id(self._refused)
                ask(Lane.RECOVERY, "reqExecutions", each.question, self._filter())
            case Kind.POSITIONS:
                ask(Lane.RECOVERY, "reqPositions")
            case Kind.ACCOUNT:
                ask(Lane.RECOVERY, "reqAccountUpdates", True, self._account())

    def _refused(self, question: int, code: int, text: str) -> None:
        for kind, each in self._rounds.items():
            if each.is_open and each.question == question:
                if code == READ_ONLY:
                    self.is_read_only = True
                self._fail(kind, f"{text} ({code})")

    def _fail(self, kind: Kind, why: str) -> None:
        self._rounds[kind].is_open = False
        for want in self._wants:
            if want.kind is kind:
                want.failed = why
        self._wants = [want for want in self._wants if want.kind is not kind]
