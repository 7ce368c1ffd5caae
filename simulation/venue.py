"""The simulated venue: a venue port over the real exchange, with a truth of its own."""

from collections.abc import Sequence

import msgspec

from connectors.paper import words
from connectors.paper.quoting import MarketKeeper
from engine.domain.phases import objection_to_entry
from engine.domain.quotes import Phase, Source
from engine.domain.reports import (
    PhaseChanged,
    Report,
    VenueAccepted,
    VenueCancelled,
    VenueCancelRefused,
    VenueExpired,
    VenueFilled,
    VenueOrderUnknown,
    VenueRejected,
    VenueReplaced,
    VenueReplaceRefused,
    VenueTriggered,
)
from engine.domain.requests import (
    CancelRequest,
    NewOrderRequest,
    ReplaceRequest,
    Request,
    StatementRequest,
    StatusRequest,
)
from engine.exchange.exchange import NOT_QUEUED, Exchange
from engine.exchange.messages import (
    NO_PRICE,
    Cancelled,
    CancelOrder,
    CancelReason,
    Event,
    NewOrder,
    Operation,
    Refusal,
    Refused,
    ReplaceOrder,
    SelfMatch,
    Traded,
    Triggered,
)
from engine.exchange.settings import BookSettings
from engine.instruments import Instrument
from engine.values import NANOS_PER_SECOND, Liquidity, Nanos, OrderType, Quantity
from simulation.account import Trade, VenueAccount, VenueOrder
from simulation.chance import Chance
from simulation.plan import Plan
from simulation.statements import statement_of

OWN_FROM = 1 << 40
OWN_OWNER = 1
SHARE = Instrument("")
TRADE_DATE = 20260105
SETTINGS = BookSettings(self_match=SelfMatch.CANCEL_AGGRESSIVE)
TOO_BUSY = "too many messages: send it again later"
_decode = msgspec.msgpack.Decoder(Request).decode


class SimVenue:
    """Answers at once and in order; whatever is bad about the way to it is a line's matter."""

    name = "simulated"
    has_oca = False

    def __init__(self, plan: Plan, chance: Chance) -> None:
        self.now = Nanos(0)
        self.trade_date = TRADE_DATE
        self.account = VenueAccount()
        self.exchange = Exchange(SETTINGS)
        self.instruments = tuple(Instrument(symbol) for symbol in plan.symbols)
        self.keeper = MarketKeeper(self.instruments, Source.SYNTHETIC)
        self.market = self.keeper.market
        self.events: list[Event] = []
        """What became true in the books since somebody last looked."""
        self.arrivals: list[NewOrder] = []
        """Everything that was sent into the books since then."""
        self.calm = False
        """Nothing is refused any more by chance."""
        self._plan, self._chance = plan, chance
        self._said: list[Report] = []
        self._next_execution = self._next_number = self._told_from = 1
        self._served: list[Nanos] = []
        self._stamped = Nanos(0)
        for symbol in plan.symbols:
            self.exchange.list_symbol(symbol)
            self.keeper.entered(symbol, Phase.OPEN, "")

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

    def submit(self, operations: Sequence[Operation]) -> list[Event]:
        """Carries them out; own orders hear of it in reports."""
        self.arrivals += [each for each in operations if type(each) is NewOrder]
        events = self.exchange.submit(operations)
        self._heed(events)
        return events

    def enter_phase(self, symbol: str, phase: Phase) -> None:
        """A halt begins or ends: nothing trades in it, and nothing new enters."""
        self.keeper.entered(symbol, phase, "")
        self._heed(self.exchange.call(symbol, phase is not Phase.OPEN))
        self.keeper.refresh(self.exchange.book(symbol), self.now)
        self._said.append(PhaseChanged(symbol, phase))

    def say(self, *reports: Report) -> None:
        """To the desk, behind everything that was said before."""
        self._said += reports

    def expire_the_day(self) -> None:
        """Nothing that was good for this date stands any more."""
        self._heed(self.exchange.expire_day_orders())
        self.account.cash_of_earlier_dates = self.account.cash

    def restart(self) -> None:
        """Its orders are kept; its own numbers of orders begin anew, as they do at some (F23)."""
        self._told_from = self._next_number

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
        if isinstance(request, StatementRequest | StatusRequest):
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
        order.is_kept = self._by_chance(self._plan.stubborn)
        arrival = operation_of(request, order.number)
        self.arrivals.append(arrival)
        events = self.exchange.submit([arrival])
        refused = _refusal_in(events, order.number)
        if refused is not None and refused is not Refusal.FOK_UNFILLABLE:
            self._reject(name, words.REFUSALS[refused])
            return
        account.entered[name] = account.entered.get(name, 0) + 1
        account.by_client_id[name] = account.by_number[order.number] = order
        number = order.number - OWN_FROM - self._told_from + 1
        answer = VenueAccepted(name, str(number), at=self.stamp())
        order.answers[name] = answer
        self._said.append(answer)
        if refused is Refusal.FOK_UNFILLABLE:
            self._end(order, self._cancelled(order, "fill or kill", requested=False))
        self._heed(events)

    def _objection(self, request: NewOrderRequest) -> str:
        if self._by_chance(self._plan.rejects):
            return "not today"
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
        leaves = Quantity(request.quantity - order.cumulative)
        change = ReplaceOrder(order.number, order.asked.symbol, request.price, leaves, request.stop)
        events = self.exchange.submit([change])
        refused = _refusal_in(events, order.number)
        if refused is not None:
            self._refuse_replace(request, words.REFUSALS[refused])
            return
        order.client_order_id, order.total, order.price = new_name, request.quantity, request.price
        account.by_client_id[new_name] = order
        name, price, total = request.client_order_id, request.price, request.quantity
        answer = VenueReplaced(name, new_name, price, total, at=self.stamp(), stop=request.stop)
        order.answers[new_name] = answer
        self._said.append(answer)
        self._heed(events)

    def _objection_to(self, order: VenueOrder, request: ReplaceRequest) -> str:
        if request.quantity <= order.cumulative:
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

    def stamp(self) -> Nanos:
        """The time of a message: no two have the same."""
        self._stamped = max(self.now, Nanos(self._stamped + 1))
        return self._stamped

    def _number(self) -> int:
        number = OWN_FROM + self._next_number
        self._next_number += 1
        return number

    # --- what the exchange did

    def _heed(self, events: Sequence[Event]) -> None:
        self.events += events
        by_number = self.account.by_number
        for event in events:
            if type(event) is Traded:
                self.keeper.printed(
                    event.symbol, self.now, event.price, event.quantity, event.taker_side
                )
                self._fill(event.maker_id, event, Liquidity.MAKER)
                self._fill(event.taker_id, event, Liquidity.TAKER)
                continue
            assert not isinstance(event, Traded)
            order = by_number.get(event.order_id)
            if order is None or not order.is_live:
                continue
            if type(event) is Cancelled:
                self._end(order, self._gone(order, event.reason))
            elif type(event) is Triggered:
                self._said.append(VenueTriggered(order.client_order_id, event.stop, self.stamp()))
        for symbol in {event.symbol for event in events}:
            self.keeper.refresh(self.exchange.book(symbol), self.now)

    def _gone(self, order: VenueOrder, reason: CancelReason) -> VenueCancelled | VenueExpired:
        name, text = order.client_order_id, words.CANCELS[reason]
        if reason is CancelReason.EXPIRED:
            return VenueExpired(name, text, self.now, cumulative=Quantity(order.cumulative))
        return self._cancelled(order, text, requested=False)

    def _cancelled(self, order: VenueOrder, text: str, *, requested: bool) -> VenueCancelled:
        filled = Quantity(order.cumulative)
        return VenueCancelled(
            order.client_order_id, text, requested, self.stamp(), cumulative=filled
        )

    def _fill(self, number: int, trade: Traded, liquidity: Liquidity) -> None:
        order = self.account.by_number.get(number)
        if order is None:
            return
        fill = VenueFilled(
            order.client_order_id,
            f"X{self._next_execution}",
            trade.price,
            trade.quantity,
            liquidity,
            at=self.stamp(),
        )
        self._next_execution += 1
        self.account.filled(order, fill, value_of(fill))
        self._said.append(fill)

    def _end(self, order: VenueOrder, ending: VenueCancelled | VenueExpired) -> None:
        counted = Quantity(order.cumulative)
        ending = msgspec.structs.replace(ending, cumulative=counted)
        order.is_live, order.ending = False, ending
        self._said.append(ending)


def value_of(trade: Trade) -> int:
    """In money units; every symbol here is a share in dollars."""
    return SHARE.notional(trade.price, trade.quantity)


def operation_of(request: NewOrderRequest, number: int) -> NewOrder:
    """The order as the exchange knows it."""
    return NewOrder(
        number,
        request.symbol,
        request.instruction.side,
        request.type,
        request.quantity,
        request.price if request.type.has_limit else NO_PRICE,
        request.stop if request.type.has_stop else NO_PRICE,
        request.time_in_force,
        request.trigger,
        request.post_only,
        OWN_OWNER,
    )


def _refusal_in(events: Sequence[Event], number: int) -> Refusal | None:
    for event in events:
        if type(event) is Refused and event.order_id == number:
            return event.reason
    return None
