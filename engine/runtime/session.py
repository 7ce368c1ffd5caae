"""One step of the desk: decide, apply, journal in one commit, and only then let anything leave."""

from collections.abc import Callable, Iterator, Sequence

from engine.domain.acts import orders_in_scope
from engine.domain.apply import CHANGES
from engine.domain.commands import ALL_SYMBOLS, CancelScope
from engine.domain.decide import decide
from engine.domain.events import Event, OrderAdopted
from engine.domain.orders import Order
from engine.domain.outbox import LEAVING, request_of
from engine.domain.quotes import Market
from engine.domain.reconcile import unfolded
from engine.domain.records import Body, Inbound, Record, Step, encode_step
from engine.domain.reports import EngineFaulted, SessionOpened, TradeDateRolled
from engine.domain.requests import CancelRequest, NewOrderRequest, ReplaceRequest, Request
from engine.domain.state import State
from engine.domain.statements import VenueExecutions
from engine.errors import TraderError
from engine.ports import Journal, Venue
from engine.runtime.recovery import recover
from engine.values import Nanos
from engine.values import Sequence as RecordSequence

INBOUNDS_PER_STEP_MAX = 512
"""One commit carries at most this many, so that a burst cannot hold back its own answers."""

WRITING = (NewOrderRequest, ReplaceRequest, CancelRequest)
"""Requests that change something at a venue; all others ask."""
_CUT_BEFORE = frozenset({TradeDateRolled, SessionOpened, VenueExecutions})


class DeskStoppedError(TraderError):
    """A step failed: nothing new is accepted, cancels from memory stay possible."""

    exit_code = 7


Listener = Callable[[Record], None]
StepListener = Callable[[Step], None]


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
        self._never_left: set[str] = set()
        """Ids of new orders that a failed commit kept from leaving: the next start gives them
        to other orders."""
        self._listeners: list[Listener] = []
        self._step_listeners: list[StepListener] = []

    def listen(self, listener: Listener) -> None:
        """Called for every record once it is durable, in order."""
        self._listeners.append(listener)

    def listen_to_steps(self, listener: StepListener) -> None:
        """The same a step at a time, for who looks at everything on the way of every order."""
        self._step_listeners.append(listener)

    def step(self, inbounds: Sequence[Inbound]) -> list[Event]:
        """Everything that follows from these inbounds, durable before it is seen or leaves.

        Raises DeskStoppedError after a journal fault, now and for good. After anything else that
        is raised in here the session is stopped too: that is a bug, and memory may be half changed.
        """
        happened: list[Event] = []
        for batch in _batches(inbounds):
            happened += self._step(batch)
        return happened

    def _step(self, inbounds: Sequence[Inbound]) -> list[Event]:
        if self.is_stopped:
            raise DeskStoppedError("the desk stopped earlier; restart it to go on")
        # Until this step is durable and out, whatever breaks is the end of the session.
        self.is_stopped = True
        step, outbox = self._become_true(self.state, inbounds, self._sequence + 1)
        self._commit(step, outbox)
        self.is_stopped = False
        return step.events()

    def _become_true(
        self, state: State, inbounds: Sequence[Inbound], first: int
    ) -> tuple[Step, list[Request]]:
        """Decides and applies; the step's facts from sequence `first` on, and what may leave."""
        market, now, changes = self.market, self.now, CHANGES
        backs: list[int] = []
        bodies: list[Body] = []
        outbox: list[Request] = []
        if len(inbounds) == 1 and type(inbounds[0]) is VenueExecutions:
            # A list of executions is heard trade by trade, as far as it is news.
            inbounds = unfolded(state, inbounds[0])
        for inbound in inbounds:
            events = decide(state, inbound, market, now)
            for event in events:
                kind = type(event)
                changes[kind](state, event)
                state.events += 1  # as `apply` does, for every event of a desk comes through here
                if kind in LEAVING:
                    request = request_of(event, state)
                    if request is not None:
                        outbox.append(request)
            # The inbound is its own cause, and stands so far before each of its events.
            backs += range(len(events) + 1)
            bodies.append(inbound)
            bodies += events
        return Step(first, now, backs, bodies), outbox

    def _commit(self, step: Step, outbox: list[Request]) -> None:
        if self.state.is_read_only and any(type(request) in WRITING for request in outbox):
            raise AssertionError("a desk that only looks was about to write to its venue")
        staged = self.venue.stage(outbox) if outbox else ()
        first, last = RecordSequence(step.first), RecordSequence(step.last)
        try:
            self.journal.append(first, last, encode_step(step), staged)
        except (TraderError, OSError) as fault:
            # A commit error is never retried and never assumed to have worked (F04, F05).
            self._never_left = {
                request.client_order_id for request in outbox if type(request) is NewOrderRequest
            }
            # Nor is an order ours that was taken over in just this step.
            self._never_left |= {
                body.client_order_id for body in step.bodies if type(body) is OrderAdopted
            }
            raise DeskStoppedError(
                f"the journal cannot be written ({fault}); trading has stopped, nothing of this "
                "step was sent"
            ) from fault
        self._sequence = last
        for step_listener in self._step_listeners:
            step_listener(step)
        if self._listeners:
            records = step.records()
            for listener in self._listeners:
                for record in records:
                    listener(record)
        if outbox:
            self.venue.release(outbox, staged)

    def stop_for(self, text: str) -> int:
        """After a bug of ours (F42): writes the fault down, halts and takes entries back.

        Decided from the journal's state, because memory may be half changed. Returns how many
        cancels left. Raises TraderError where the journal cannot be read or written any more:
        then `cancel_from_memory` is what remains.
        """
        self.is_stopped = True
        recovered = recover(self.journal, instance=self.state.instance, epoch=self.state.epoch)
        step, cancels = self._become_true(
            recovered.state, [EngineFaulted(text)], self.journal.last_sequence + 1
        )
        staged = self.venue.stage(cancels)
        first, last = RecordSequence(step.first), RecordSequence(step.last)
        self.journal.append(first, last, encode_step(step), staged)
        self.venue.release(cancels, staged)
        return len(cancels)

    def cancel_from_memory(self, scope: CancelScope = CancelScope.ALL) -> int:
        """After a journal fault: asks the venue to cancel what is live. Returns how many.

        The one request that may leave without a journal entry, because it can only reduce. What
        never left is not named: a cancel that is late would meet another order of that name.
        """
        if self.state.is_read_only:
            return 0
        orders = orders_in_scope(self.state, ALL_SYMBOLS, scope)
        # Also those whose cancel is on its way: it may be what the journal did not take.
        names = [order.client_order_id for order in orders if not _is_queued(order)]
        cancels: list[Request] = [CancelRequest(n) for n in names if n not in self._never_left]
        if cancels:
            self.venue.release(cancels, self.venue.stage(cancels))
        return len(cancels)


def _is_queued(order: Order) -> bool:
    """It waits here for its turn, so no venue knows it; and it will not leave any more."""
    return order.pending_new is not None and order.pending_new.is_queued


def _batches(inbounds: Sequence[Inbound]) -> Iterator[Sequence[Inbound]]:
    """Bounded, and cut in front of a new trade date; a list of executions stands alone.

    With the date done orders leave the state: whoever listens has to hear of their end before.
    """
    if len(inbounds) <= INBOUNDS_PER_STEP_MAX and _CUT_BEFORE.isdisjoint(map(type, inbounds)):
        if inbounds:
            yield inbounds
        return
    start, was_list = 0, False
    for position, inbound in enumerate(inbounds):
        kind = type(inbound)
        is_cut = kind in _CUT_BEFORE or was_list or position - start == INBOUNDS_PER_STEP_MAX
        if position > start and is_cut:
            yield inbounds[start:position]
            start = position
        was_list = kind is VenueExecutions
    if start < len(inbounds):
        yield inbounds[start:]
