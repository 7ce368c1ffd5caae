"""The simulated venue: a venue port over its floor; it answers requests as venues do."""

from collections.abc import Sequence

import msgspec

from connectors.paper import words
from engine.domain.phases import objection_to_entry
from engine.domain.quotes import Phase
from engine.domain.reports import (
    Report,
    VenueAccepted,
    VenueCancelRefused,
    VenueOrderUnknown,
    VenueRejected,
    VenueReplaced,
    VenueReplaceRefused,
)
from engine.domain.requests import (
    CancelRequest,
    LinkRequest,
    NewOrderRequest,
    ReplaceRequest,
    Request,
    StatementRequest,
    StatusRequest,
)
from engine.exchange.exchange import NOT_QUEUED
from engine.exchange.messages import (
    ANONYMOUS,
    NO_PRICE,
    CancelOrder,
    CancelReason,
    Event,
    NewOrder,
    Refusal,
    Refused,
    ReplaceOrder,
)
from engine.values import NANOS_PER_SECOND, Nanos, OrderType, Quantity
from simulation.account import VenueOrder
from simulation.chance import Chance
from simulation.floor import Floor
from simulation.plan import Plan
from simulation.statements import statement_of

OWN_FROM = 1 << 40
OWN_OWNER = 1
TRADE_DATE = 20260105
TOO_BUSY = "too many messages: send it again later"
_decode = msgspec.msgpack.Decoder(Request).decode


class SimVenue(Floor):
    """Answers at once and in order; whatever is bad about the way to it is a line's matter."""

    name = "simulated"

    def __init__(self, plan: Plan, chance: Chance) -> None:
        super().__init__(plan.symbols)
        self.has_oca = plan.groups
        """It takes groups of orders of which one takes its fills off the others."""
        self.trade_date = TRADE_DATE
        self.calm = False
        """Nothing is refused any more by chance."""
        self._plan, self._chance = plan, chance
        self._next_number = self._told_from = 1
        self._served: list[Nanos] = []

    # --- the venue port

    def stage(self, requests: Sequence[Request]) -> Sequence[bytes]:
        return [msgspec.msgpack.encode(request) for request in requests]

    def release(self, requests: Sequence[Request], staged: Sequence[bytes]) -> None:
        """What counts is what arrives: the bytes."""
        for sent in staged:
            self._serve(_decode(sent))

    def collect(self) -> list[Report]:
        said, self._said = self._said, []
        return said

    def queue_ahead(self, client_order_id: str) -> int:
        order = self.account.by_client_id.get(client_order_id)
        if order is None:
            return NOT_QUEUED
        return self.exchange.queue_ahead(order.asked.symbol, order.number)

    # --- everybody else, and the venue's own doings

    def expire_the_day(self) -> None:
        """Nothing that was good for this date stands any more."""
        self._heed(self.exchange.expire_day_orders())
        self.account.cash_of_earlier_dates = self.account.cash

    def restart(self) -> None:
        """Its orders are kept; its own numbers of orders begin anew, as they do at some (F23)."""
        self._told_from = self._next_number

    def enter_foreign(self, request: NewOrderRequest) -> None:
        """Somebody else at this account sends an order; the desk hears of it like of its own."""
        order = VenueOrder(
            request.client_order_id, self._number(), request, request.price, request.quantity
        )
        order.is_foreign = self.account.has_foreign = True
        arrival = msgspec.structs.replace(operation_of(request, order), owner=ANONYMOUS)
        self.arrivals.append(arrival)
        self._stands(order)
        self._heed(self.exchange.submit([arrival]))

    def let_go(self, order: VenueOrder, text: str) -> None:
        """The venue ends an order that nobody asked it to end."""
        self._end(order, self._cancelled(order, text, requested=False))
        self._heed(self.exchange.submit([CancelOrder(order.number, order.asked.symbol)]))

    # --- requests

    def _serve(self, request: Request) -> None:
        if self._is_too_busy():
            self._refuse(request)
        elif isinstance(request, StatementRequest):
            self._state(request)
        elif type(request) is NewOrderRequest:
            self._enter(request)
        elif type(request) is CancelRequest:
            self._cancel(request)
        elif type(request) is ReplaceRequest:
            self._replace(request)
        elif type(request) is StatusRequest:
            known = self.account.known_of(request.client_order_id)
            unknown = VenueOrderUnknown(request.client_order_id, self.stamp(), request.query)
            self._said += known or [unknown]
        else:
            raise AssertionError(f"no request of a desk: {request!r}")

    def _is_too_busy(self) -> bool:
        if not self._plan.busy or self.calm:
            return False
        since = self.now - NANOS_PER_SECOND
        self._served = [at for at in self._served if at > since]
        self._served.append(self.now)
        return len(self._served) > self._plan.busy

    def _state(self, request: StatementRequest) -> None:
        """A statement of everything; now and then it breaks off, and says so."""
        is_complete = not self._by_chance(self._plan.breaks_off)
        said = statement_of(self.account, request, self.stamp(), is_complete=is_complete)
        self._said.append(said)

    def _refuse(self, request: Request) -> None:
        """A venue that is too busy says so; a question it does not even answer."""
        if isinstance(request, StatementRequest | StatusRequest | LinkRequest):
            return
        account, name = self.account, request.client_order_id
        if type(request) is NewOrderRequest and not account.knows(name):
            self._reject(name, TOO_BUSY)
        elif type(request) is CancelRequest:
            self._said.append(VenueCancelRefused(name, TOO_BUSY, self.stamp()))
        elif type(request) is ReplaceRequest and not account.knows(request.new_client_order_id):
            self._refuse_replace(request, TOO_BUSY)

    def _enter(self, request: NewOrderRequest) -> None:
        account, name = self.account, request.client_order_id
        if account.knows(name):
            # The same id again is the same order: it is told about, never entered twice.
            self._said += account.known_of(name)
            return
        objection = self._objection(request)
        if objection:
            self._reject(name, objection)
            return
        order = VenueOrder(name, self._number(), request, request.price, request.quantity)
        order.stop, order.group = request.stop, request.oca_group
        order.is_kept = self._by_chance(self._plan.stubborn)
        if order.group and not account.joins_group(order):
            self._too_late_for_its_group(order)
            return
        arrival = operation_of(request, order)
        self.arrivals.append(arrival)
        events = self.exchange.submit([arrival])
        refused = _refusal_in(events, order.number)
        if refused is not None and refused is not Refusal.FOK_UNFILLABLE:
            self._reject(name, words.REFUSALS[refused])
            return
        self._stands(order)
        if refused is Refusal.FOK_UNFILLABLE:
            self._end(order, self._cancelled(order, "fill or kill", requested=False))
        self._heed(events)

    def _stands(self, order: VenueOrder) -> None:
        account, name = self.account, order.client_order_id
        account.entered[name] = account.entered.get(name, 0) + 1
        account.by_client_id[name] = account.by_number[order.number] = order
        number = order.number - OWN_FROM - self._told_from + 1
        answer = VenueAccepted(name, str(number), at=self.stamp())
        order.answers[name] = answer
        self._said.append(answer)

    def _too_late_for_its_group(self, order: VenueOrder) -> None:
        """Others of its group have filled all of it before this one came."""
        self._stands(order)
        text = words.CANCELS[CancelReason.SIBLING_FILLED]
        self._end(order, self._cancelled(order, text, requested=False))

    def _objection(self, request: NewOrderRequest) -> str:
        if self._by_chance(self._plan.rejects):
            return "not today"
        if request.oca_group and not self.has_oca:
            return "this venue has no groups of orders that cancel each other"
        phase = self.keeper.phase(request.symbol)
        if phase is Phase.OPEN:
            return ""
        return objection_to_entry(
            request.symbol, phase, type=request.type, time_in_force=request.time_in_force
        )

    def _cancel(self, request: CancelRequest) -> None:
        name = request.client_order_id
        order = self.account.by_client_id.get(name)
        why = "unknown here" if order is None else self._why_not(order, name)
        if why or order is None:
            self._said.append(VenueCancelRefused(name, why, self.stamp()))
            return
        if order.is_kept and not self.calm:
            self._said.append(VenueCancelRefused(name, "it cannot be taken back", self.stamp()))
            return
        self._end(order, self._cancelled(order, "", requested=True))
        self._heed(self.exchange.submit([CancelOrder(order.number, order.asked.symbol)]))

    def _why_not(self, order: VenueOrder, name: str) -> str:
        if order.client_order_id != name:
            return f"it is {order.client_order_id} since it was replaced"
        return "" if order.is_live else "too late"

    def _replace(self, request: ReplaceRequest) -> None:
        account, new_name = self.account, request.new_client_order_id
        if account.knows(new_name):
            self._said += account.known_of(new_name)
            return
        order = account.by_client_id.get(request.client_order_id)
        why = "unknown here"
        if order is not None:
            why = self._why_not(order, request.client_order_id) or self._objection_to(
                order, request
            )
        if why or order is None:
            self._refuse_replace(request, why)
            return
        leaves = Quantity(request.quantity - order.cumulative - order.taken)
        change = ReplaceOrder(order.number, order.asked.symbol, request.price, leaves, request.stop)
        events = self.exchange.submit([change])
        refused = _refusal_in(events, order.number)
        if refused is not None:
            self._refuse_replace(request, words.REFUSALS[refused])
            return
        order.client_order_id, order.total, order.price = new_name, request.quantity, request.price
        order.stop = request.stop or order.stop
        account.by_client_id[new_name] = order
        name, price, total = request.client_order_id, request.price, request.quantity
        answer = VenueReplaced(name, new_name, price, total, at=self.stamp(), stop=request.stop)
        order.answers[new_name] = answer
        self._said.append(answer)
        self._heed(events)

    def _objection_to(self, order: VenueOrder, request: ReplaceRequest) -> str:
        if request.quantity <= order.cumulative + order.taken:
            return "so much is filled already"
        if order.asked.type is OrderType.STOP and request.price != order.price:
            return "a stop order has no limit to change"
        if self.keeper.phase(order.asked.symbol) is not Phase.OPEN or order.is_kept:
            return "not now"
        return "not today" if self._by_chance(self._plan.rejects) else ""

    def _reject(self, name: str, text: str) -> None:
        answer = self.account.refused[name] = VenueRejected(name, text, self.stamp())
        self._said.append(answer)

    def _refuse_replace(self, request: ReplaceRequest, text: str) -> None:
        name = request.new_client_order_id
        answer = VenueReplaceRefused(request.client_order_id, text, name, self.stamp())
        self.account.refused[name] = answer
        self._said.append(answer)

    def _by_chance(self, mille: int) -> bool:
        return not self.calm and self._chance.happens(mille)

    def _number(self) -> int:
        number = OWN_FROM + self._next_number
        self._next_number += 1
        return number


def operation_of(request: NewOrderRequest, order: VenueOrder) -> NewOrder:
    """The order as the exchange knows it: of a group, what is left of it."""
    return NewOrder(
        order.number,
        request.symbol,
        request.instruction.side,
        request.type,
        Quantity(order.total - order.taken),
        request.price if request.type.has_limit else NO_PRICE,
        request.stop if request.type.has_stop else NO_PRICE,
        request.time_in_force,
        request.trigger,
        request.post_only,
        OWN_OWNER,
        order.group_number,
    )


def _refusal_in(events: Sequence[Event], number: int) -> Refusal | None:
    for event in events:
        if type(event) is Refused and event.order_id == number:
            return event.reason
    return None
