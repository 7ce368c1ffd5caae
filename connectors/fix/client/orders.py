"""The desk's requests on their way out: staged as bytes, released, or said to have never left."""

from collections.abc import Callable, Sequence

from connectors.fix.client.asking import Ask, Asker, Unsayable
from connectors.fix.client.caller import Caller
from connectors.fix.client.disputes import DISPUTE
from connectors.fix.client.roll import Roll
from connectors.fix.client.store import SessionMemory
from connectors.fix.client.sweeps import Sweep
from connectors.fix.client.talk import Talk
from connectors.fix.line import Instant
from engine.domain.reports import VenueRejected, VenueReplaceRefused
from engine.domain.requests import (
    CancelRequest,
    LinkRequest,
    NewOrderRequest,
    OpenOrdersRequest,
    ReplaceRequest,
    Request,
    StatusRequest,
)
from engine.errors import MachineError

RESET, IN, OUT, SWEEP = "reset", "in", "out", "sweep"
NO_SWEEP = "a FIX venue cannot be asked to cancel what others sent: `kill` and `cancel *` are ours"
"""What a person may say of the line, besides `go`, as the order language has it."""
NEVER_LEFT = "it never left: the line to the venue was down"
BROKEN = "the numbers of the FIX session cannot be kept any more: only cancels leave"


class Orders:
    """Says the same request in the same bytes, as long as the stamp is the same."""

    def __init__(
        self,
        caller: Caller,
        memory: SessionMemory,
        roll: Roll,
        talk: Talk,
        asker: Asker,
        note: Callable[[str], None],
    ) -> None:
        self._caller, self._memory, self._roll = caller, memory, roll
        self._talk, self._asker, self._note = talk, asker, note
        self._owed: dict[str, None] = {}
        """Orders whose cancel waits for the line to come back."""

    def stage(self, requests: Sequence[Request], stamp: Instant) -> Sequence[bytes]:
        """Each request in the bytes that will leave, its number in them; b"" for none."""
        session, number = self._caller.session, self._memory.next_out
        staged: list[bytes] = []
        for asks in self._asks(requests, stamp):
            messages: list[bytes] = []
            for ask in asks if isinstance(asks, list) else ():
                data = session.encoded(ask.type, ask.body, number + len(messages), stamp)
                messages.append(data)
            number += len(messages)
            staged.append(b"".join(messages))
        return staged

    def release(self, requests: Sequence[Request], staged: Sequence[bytes], stamp: Instant) -> None:
        """What was staged leaves; over a line that is down nothing does, and no number is used.

        Where the session itself has spoken since (it does not within a step), what leaves has the
        next numbers instead.
        """
        assert len(requests) == len(staged), "what leaves is what was journaled"
        if self._memory.is_broken and not all(isinstance(r, CancelRequest) for r in requests):
            raise MachineError(BROKEN)
        leaving: list[Ask] = []
        is_open, plan = self._caller.session.is_active, self._talk.sweeps.plan(requests)
        for at, asks in enumerate(self._asks(requests, stamp)):
            if isinstance(asks, Unsayable):
                self._refuse(requests[at], asks.text)
            elif at in plan.leads or at in plan.follows:
                self._sweep(plan.leads.get(at), stamp, is_open=is_open)
                leaving += asks
            else:
                self._remember(requests[at], is_open=is_open)
                leaving += asks
        if is_open:
            self._caller.say(leaving, stamp)
            return
        for request, sent in zip(requests, staged, strict=True):
            if sent or isinstance(request, CancelRequest):
                self._never_left(request)

    def say_owed(self, stamp: Instant) -> None:
        """The line is back: cancels that are still wanted leave first."""
        orders = [self._roll.get(name) for name in self._owed]
        self._owed.clear()
        requests = [CancelRequest(o.name) for o in orders if o is not None and not o.is_done]
        if requests:
            self.release(requests, [b""] * len(requests), stamp)

    def _asks(self, requests: Sequence[Request], stamp: Instant) -> list[list[Ask] | Unsayable]:
        cancels, at = self._memory.cancels, stamp.utc
        plan, found = self._talk.sweeps.plan(requests), list[list[Ask] | Unsayable]()
        for place, request in enumerate(requests):
            if sweep := plan.leads.get(place):
                found.append([self._asker.mass_cancel(sweep.symbol, at, cancels)])
            elif place in plan.follows:
                found.append([])
            elif isinstance(request, LinkRequest):
                found.append(self._talk.disputes.asks(request))
            else:
                found.append(self._asker.asks(request, at, cancels))
            cancels += isinstance(request, CancelRequest)
        return found

    def _sweep(self, sweep: Sweep | None, stamp: Instant, *, is_open: bool) -> None:
        """One cancel that a mass cancel stands for; None: not the first of them."""
        if sweep is not None and is_open:
            name = self._asker.cancel_id(self._memory.cancels)
            self._talk.sweeps.begins(sweep, name, stamp.monotonic)
        self._memory.cancels += 1

    def cancel_one_by_one(self, stamp: Instant) -> None:
        """What a mass cancel should have taken back, and nobody has told of."""
        left = self._talk.sweeps.late(stamp.monotonic)
        if left:
            self._caller.say([self._cancel(order.name, stamp) for order in left], stamp)

    def _cancel(self, name: str, stamp: Instant) -> Ask:
        """Of one order, under a name of its own that is remembered."""
        number = self._memory.cancels
        ask = self._asker.cancel(CancelRequest(name), stamp.utc, number)
        self._roll.cancels(self._asker.cancel_id(number), name)
        self._memory.cancels += 1
        return ask

    def _remember(self, request: Request, *, is_open: bool) -> None:
        match request:
            case NewOrderRequest():
                self._roll.entered(request)
            case ReplaceRequest():
                self._roll.changes(request)
            case CancelRequest():
                cancel_id = self._asker.cancel_id(self._memory.cancels)
                self._roll.cancels(cancel_id, request.client_order_id)
                self._memory.cancels += 1
            case StatusRequest() if is_open:
                self._talk.statements.asked(request)
            case LinkRequest():
                self._operate(request)
            case OpenOrdersRequest() if is_open:
                self._talk.reports += self._talk.statements.asked_for_orders(request)

    def _operate(self, request: LinkRequest) -> None:
        """What a person decided of the session itself; the journal has it already."""
        number = int(request.value) if request.what in (IN, OUT) else 0
        if request.what == DISPUTE:
            if not self._caller.session.is_active:
                self._note(f"trade {request.value} is not disputed: the line is down")
        elif request.what == SWEEP:
            self._note(NO_SWEEP)
        else:
            what = request.what
            self._caller.operate(
                begins_anew=what == RESET,
                next_in=number if what == IN else None,
                next_out=number if what == OUT else None,
            )

    def _never_left(self, request: Request) -> None:
        """Over a line that is down: an order that nobody was given is no order. A cancel waits for
        the line, and a question is asked again."""
        if isinstance(request, CancelRequest):
            self._owed[request.client_order_id] = None
        elif isinstance(request, NewOrderRequest | ReplaceRequest):
            self._refuse(request, NEVER_LEFT)

    def _refuse(self, request: Request, text: str) -> None:
        """It never left: this side says so, as the venue would have."""
        reports = self._talk.reports
        match request:
            case NewOrderRequest(client_order_id=name):
                reports.append(VenueRejected(name, text, never_left=text == NEVER_LEFT))
            case ReplaceRequest(client_order_id=name, new_client_order_id=new):
                reports.append(VenueReplaceRefused(name, text, new))
            case _:
                self._note(text)
