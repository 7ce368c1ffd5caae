"""The desk's requests on their way out: staged as bytes, and let go once the journal has them."""

import struct
from collections.abc import Callable, Sequence

import msgspec
from msgspec.structs import replace

from connectors.ib.contracts import Contracts
from connectors.ib.groups import NOTHING_LEFT, Groups
from connectors.ib.roll import Roll, Standing, Terms, ref_of
from connectors.ib.store import Ids
from connectors.ib.turnstile import Lane, Leaving
from connectors.ib.writing import Order, Unsayable, Writer
from engine.domain import reports as rep
from engine.domain.requests import (
    CancelRequest,
    NewOrderRequest,
    ReplaceRequest,
    Request,
)
from engine.errors import MachineError
from engine.values import Price, Quantity, Side

NO_SUCH_ORDER = "this desk has no such order at IB"
OTHERS_ORDER = "it was sent by another client or by hand: IB lets only that one take it back"
NOT_NAMED = "IB has not named it in this connection: it is asked about"
ROLLED_BACK = (
    "the gateway has begun its order ids anew, and until another order has left, a change of one of"
    " before could become a second order: cancel it and send it anew"
)
TOO_MANY = "it never left: too many messages wait for their turn already"
WITH_THE_REST = "cancelled with everything in the account"
WITHDRAWN = "it had not left yet"
ACTIVE_MAX = 20
"""Active orders that IB takes for each contract, side and account."""
BROKEN = "the order ids at IB cannot be kept any more: only cancels leave"
_LENGTH = struct.Struct(">I")
Reports = list[rep.Report]


class Out(msgspec.Struct, frozen=True, gc=False):
    """One message for the turnstile, and the order that it is about."""

    leaving: Leaving
    order: Standing | None


def framed(texts: Sequence[str]) -> bytes:
    """As they go over the wire: each behind its length."""
    parts = [text.encode() for text in texts]
    return b"".join(_LENGTH.pack(len(part)) + part for part in parts)


def unframed(data: bytes) -> list[str]:
    """The texts again."""
    texts: list[str] = []
    while data:
        (length,) = _LENGTH.unpack_from(data)
        texts.append(data[_LENGTH.size : _LENGTH.size + length].decode())
        data = data[_LENGTH.size + length :]
    return texts


class Outgoing:
    """Knows what may leave and under which id; what it sends goes through `send`."""

    def __init__(
        self,
        roll: Roll,
        contracts: Contracts,
        writer: Writer,
        groups: Groups,
        ids: Ids,
        account: Callable[[], str],
        send: Callable[[Leaving], bool],
        withdraw: Callable[[str], bool],
        recheck: Callable[[], None],
    ) -> None:
        self._roll, self._contracts, self._writer = roll, contracts, writer
        self._groups = groups
        self._ids, self._account = ids, account
        self._send, self._withdraw, self._recheck = send, withdraw, recheck

    # Staging: pure.

    def stage(self, requests: Sequence[Request]) -> list[bytes]:
        """The bytes of each that will leave; b"" for a question, and for what cannot be said.

        Questions are answered by rounds that several of them share, so no bytes are theirs.
        """
        next_id = self._ids.next
        staged: list[bytes] = []
        for request in requests:
            texts: list[str] = []
            match request:
                case NewOrderRequest() if self._roll.get(request.client_order_id) is None:
                    written = self._written(request)
                    if isinstance(written, Order):
                        texts = [self._writer.place(written, next_id)]
                        next_id += 1
                case ReplaceRequest():
                    order = self._roll.get(request.client_order_id)
                    written_or_not = self._changed(order, request)
                    if order is not None and isinstance(written_or_not, Order):
                        texts = [self._writer.place(written_or_not, order.order_id)]
                case CancelRequest():
                    order = self._roll.get(request.client_order_id)
                    texts = [self._writer.cancel(each) for each in _ids_of(order)]
            staged.append(framed(texts))
        return staged

    def sweep(self) -> Reports:
        """Everything in the account is to be cancelled, whoever sent it; what of ours still waits
        for its turn does not leave behind that."""
        told: Reports = []
        for order in list(self._roll.open()):
            if self._withdraw(f"n:{order.names[0]}"):
                told.append(self._withdrawn(order))
            elif order.is_acknowledged and not order.is_cancelling:
                order.words = WITH_THE_REST
        self._send(Leaving(Lane.CANCEL, self._writer.cancel_all()))
        return told

    def _withdrawn(self, order: Standing) -> rep.Report:
        """It had not left yet, and never will."""
        self._roll.done(order)
        order.ending = rep.VenueCancelled(order.name, WITHDRAWN, cumulative=order.filled)
        return order.ending

    # Releasing.

    def release(
        self,
        requests: Sequence[Request],
        staged: Sequence[bytes],
        why_not: str,
        at: int,
        *,
        is_view_only: bool = False,
    ) -> Reports:
        """`why_not`: the reason why nothing new may leave now, empty where it may. What leaves has
        its id on the disk before; `at`: UTC nanoseconds. `is_view_only`: IB names no order, so a
        cancel of one whose id is not known cannot be said."""
        if self._ids.is_broken and not all(isinstance(r, CancelRequest) for r in requests):
            raise MachineError(BROKEN)
        told: Reports = []
        out: list[Out] = []
        for request, data in zip(requests, staged, strict=True):
            match request:
                case NewOrderRequest():
                    away = "" if is_view_only else why_not
                    told += self._new(request, data, why_not, out, away)
                case ReplaceRequest():
                    told += self._replace(request, data, why_not, out)
                case CancelRequest():
                    told += self._cancel(request, data, out, why_not if is_view_only else "")
        self._ids.commit(at)
        for each in out:
            if not self._send(each.leaving):
                told += self.never_left(each.leaving.key, TOO_MANY)
        return told

    def never_left(self, key: str, why: str) -> Reports:
        """What waited for its turn and never had it. A cancel that is still wanted is repeated when
        the line is back."""
        kind, _, name = key.partition(":")
        order = self._roll.get(name)
        if order is None or kind == "c":
            return []
        if kind == "n":
            self._roll.done(order)
            order.ending = rep.VenueRejected(order.name, why, never_left=True)
            return [order.ending]
        change, order.change = order.change, None
        if change is None or change.new_client_order_id != name:
            return []
        return [rep.VenueReplaceRefused(order.name, why, name)]

    def _new(
        self, request: NewOrderRequest, data: bytes, why_not: str, out: list[Out], away: str
    ) -> Reports:
        """`away`: why it may leave later though not now; an exit is then tried again."""
        name = request.client_order_id
        if self._roll.get(name) is not None:
            return []  # the same name again is the same order
        if later := away or ("" if why_not else self._too_many(request)):
            if data and not away:
                self._ids.take("", counts_there=False)  # what was staged behind it has the next
            return [rep.VenueRejected(name, later, never_left=True)]
        if why_not or not data:
            return [self._not_sent(request, why_not or self._objection(request))]
        listed = self._contracts.get(request.symbol)
        assert listed is not None, "what was written was looked up"
        order_id = self._ids.take(ref_of(name))
        (text,) = unframed(data)
        assert text.split("\0")[1] == str(order_id), "it leaves under the id that was journaled"
        self._roll.entered(request, order_id, listed.con_id, self._account())
        order = self._roll.get(name)
        assert order is not None, "it has just been entered"
        self._groups.joins(order)
        out.append(Out(Leaving(Lane.ORDER, text, f"n:{name}"), order))
        return []

    def _not_sent(self, request: NewOrderRequest, why: str) -> rep.Report:
        """No refusal of an exit that came too late: should there be more to protect, so is it."""
        name = request.client_order_id
        if why == NOTHING_LEFT:
            return rep.VenueCancelled(name, why, requested=False, cumulative=Quantity(0))
        return rep.VenueRejected(name, why)

    def _written(self, request: NewOrderRequest) -> Order | Unsayable:
        written = self._writer.order(request, self._account())
        if isinstance(written, Unsayable) or not written.oca_group:
            return written
        there = self._there(written)
        return there if there.terms.quantity > 0 else Unsayable(NOTHING_LEFT)

    def _there(self, order: Order) -> Order:
        """In IB's numbers: what others of its group have filled is none of its quantity there."""
        terms = order.terms
        left = Quantity(terms.quantity - self._groups.filled_beside(order.oca_group, order.ref))
        return replace(order, terms=replace(terms, quantity=left))

    def _too_many(self, request: NewOrderRequest) -> str:
        """IB's own limit, before it says so itself; orders of others count there too."""
        side, account = request.instruction.side, self._account()
        active = sum(
            order.symbol == request.symbol
            and order.instruction.side is side
            and order.account in ("", account)
            for order in self._roll.open()
        )
        if active < ACTIVE_MAX:
            return ""
        word = "buy" if side is Side.BUY else "sell"
        return (
            f"IB takes {ACTIVE_MAX} active orders on one side of a contract, and {active} {word}"
            f" {request.symbol} already"
        )

    def _objection(self, request: NewOrderRequest) -> str:
        written = self._written(request)
        return written.text if isinstance(written, Unsayable) else "it could not be written"

    def _replace(
        self, request: ReplaceRequest, data: bytes, why_not: str, out: list[Out]
    ) -> Reports:
        name, new = request.client_order_id, request.new_client_order_id
        order = self._roll.get(name)
        if order is not None and self._roll.get(new) is order:
            return []  # the same name again is the same change
        changed = self._changed(order, request)
        if why_not or order is None or not data:
            why = why_not or (changed.text if isinstance(changed, Unsayable) else "not possible")
            return [rep.VenueReplaceRefused(name, why, new)]
        (text,) = unframed(data)
        assert isinstance(changed, Order), "what was written can be said"
        self._roll.changes(order, request)
        order.sent_there, order.is_counted = changed.terms.quantity, False
        order.beside_then = self._groups.filled_beside(order.oca_group, order.ref)
        out.append(Out(Leaving(Lane.ORDER, text, f"r:{new}"), order))
        return []

    def _changed(self, order: Standing | None, request: ReplaceRequest) -> Order | Unsayable:
        if order is None:
            return Unsayable(NO_SUCH_ORDER)
        if order.is_done:
            return Unsayable("it is over")
        if order.name != request.client_order_id:
            return Unsayable(f"it was changed already, and is {order.name} now")
        if order.change not in (None, request) and not order.change_is_missing:
            return Unsayable("an earlier change has no answer yet")
        if not order.order_id:
            return Unsayable(OTHERS_ORDER if order.is_foreign else NOT_NAMED)
        if self._ids.is_unused_there(order.order_id):
            return Unsayable(ROLLED_BACK)
        if request.quantity <= order.filled:
            return Unsayable(f"{order.filled} of it are filled, and it is to have no more")
        stop = request.stop or order.stop
        terms = Terms(Price(request.price), Quantity(request.quantity), Price(stop))
        written = self._writer.standing(order, terms)
        if isinstance(written, Unsayable) or not written.oca_group:
            return written
        there = self._there(written)
        return there if there.terms.quantity > order.filled else Unsayable(NOTHING_LEFT)

    def _cancel(self, request: CancelRequest, data: bytes, out: list[Out], never: str) -> Reports:
        """`never`: why IB will not name an order that it has not named yet."""
        name = request.client_order_id
        order = self._roll.get(name)
        if order is None:
            return [rep.VenueCancelRefused(name, NO_SUCH_ORDER)]
        told: Reports = []
        change = order.change
        if change is not None and self._withdraw(f"r:{change.new_client_order_id}"):
            told += self.never_left(f"r:{change.new_client_order_id}", WITHDRAWN)
        if self._withdraw(f"n:{order.names[0]}"):
            return [*told, self._withdrawn(order)]
        if not data:
            return [*told, *self._not_cancelled(order, never)]
        order.is_cancelling = True
        out += [Out(Leaving(Lane.CANCEL, text, f"c:{name}"), order) for text in unframed(data)]
        return told

    def _not_cancelled(self, order: Standing, never: str) -> Reports:
        if order.is_done:
            return [rep.VenueCancelRefused(order.name, "it is over")]
        if never:
            return [rep.VenueCancelRefused(order.name, never)]
        if order.is_foreign:
            return [rep.VenueCancelRefused(order.name, OTHERS_ORDER)]
        self._recheck()
        return []  # the line is new, or down: it is repeated when IB has named the order


def _ids_of(order: Standing | None) -> list[int]:
    """Whatever stands under its reference, by this connection's ids: all of it is cancelled."""
    if order is None:
        return []
    live = [order_id for order_id in order.live_handles.values() if order_id]
    return sorted(set(live)) or ([order.order_id] if order.order_id else [])
