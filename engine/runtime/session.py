"""One step of the desk: decide, apply, journal in one commit, and only then let anything leave."""

from collections.abc import Callable, Sequence

from engine.domain.apply import apply
from engine.domain.decide import decide
from engine.domain.events import Event
from engine.domain.outbox import request_of
from engine.domain.quotes import Market
from engine.domain.records import Inbound, Record, encode_records
from engine.domain.requests import CancelRequest, Request
from engine.domain.state import State
from engine.errors import TraderError
from engine.ports import Journal, Venue
from engine.values import Nanos
from engine.values import Sequence as RecordSequence

INBOUNDS_PER_STEP_MAX = 512
"""One commit carries at most this many, so that a burst cannot hold back its own answers."""


class DeskStoppedError(TraderError):
    """The journal failed: nothing new is accepted, cancels from memory stay possible."""

    exit_code = 7


Listener = Callable[[Record], None]


class Session:
    """The single writer: owns the state, numbers the records and keeps the order of things."""

    def __init__(
        self, *, state: State, market: Market, journal: Journal, venue: Venue, now: Nanos
    ) -> None:
        self.state = state
        self.market = market
        self.journal = journal
        self.venue = venue
        self.now = now
        """Market time; the host moves it, and every record of a step carries it."""
        self.is_stopped = False
        self._sequence = journal.last_sequence
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Called for every record once it is durable, in order."""
        self._listeners.append(listener)

    def step(self, inbounds: Sequence[Inbound]) -> list[Event]:
        """Everything that follows from these inbounds, durable before it is seen or leaves.

        Raises DeskStoppedError after a journal fault, now and for good.
        """
        happened: list[Event] = []
        for start in range(0, len(inbounds), INBOUNDS_PER_STEP_MAX):
            happened += self._step(inbounds[start : start + INBOUNDS_PER_STEP_MAX])
        return happened

    def _step(self, inbounds: Sequence[Inbound]) -> list[Event]:
        if self.is_stopped:
            raise DeskStoppedError("the journal failed earlier; restart the desk to go on")
        state, market, now = self.state, self.market, self.now
        sequence = first = self._sequence + 1
        records: list[Record] = []
        happened: list[Event] = []
        outbox: list[Request] = []
        for inbound in inbounds:
            cause = sequence
            records.append(Record(RecordSequence(sequence), RecordSequence(cause), now, inbound))
            sequence += 1
            for event in decide(state, inbound, market, now):
                apply(state, event)
                request = request_of(event, state)
                if request is not None:
                    outbox.append(request)
                records.append(Record(RecordSequence(sequence), RecordSequence(cause), now, event))
                happened.append(event)
                sequence += 1
        self._commit(first, sequence - 1, records, outbox)
        return happened

    def _commit(self, first: int, last: int, records: list[Record], outbox: list[Request]) -> None:
        staged = self.venue.stage(outbox) if outbox else ()
        try:
            self.journal.append(
                RecordSequence(first), RecordSequence(last), encode_records(records), staged
            )
        except (TraderError, OSError) as fault:
            # A commit error is never retried and never assumed to have worked (F04, F05).
            self.is_stopped = True
            raise DeskStoppedError(
                f"the journal cannot be written ({fault}); trading has stopped, nothing of this "
                "step was sent"
            ) from fault
        self._sequence = RecordSequence(last)
        for listener in self._listeners:
            for record in records:
                listener(record)
        if outbox:
            self.venue.release(outbox, staged)

    def cancel_from_memory(self) -> int:
        """After a journal fault: asks the venue to cancel everything live. Returns how many.

        The one request that may leave without a journal entry, because it can only reduce.
        """
        cancels: list[Request] = [
            CancelRequest(self.state.orders[i].client_order_id) for i in self.state.live
        ]
        if cancels:
            self.venue.release(cancels, self.venue.stage(cancels))
        return len(cancels)
