"""Takes the desk's requests to the paper exchange and says how each was answered."""

from collections.abc import Callable, Sequence

from connectors.feeds.flow import OWN_ORDER_IDS_FROM, OWN_OWNER
from connectors.paper import entry, words
from connectors.paper.clerk import Clerk
from connectors.paper.drills import Drills
from connectors.paper.glance import levels_seen
from connectors.paper.orders import OwnOrder
from connectors.paper.quoting import MarketKeeper
from engine.domain.phases import objection_to_entry
from engine.domain.quotes import Phase
from engine.domain.reports import (
    Report,
    VenueCancelled,
    VenueCancelRefused,
    VenueExpired,
    VenueFilled,
    VenueOrderUnknown,
    VenueRejected,
    VenueReplaced,
    VenueReplaceRefused,
)
from engine.domain.requests import (
    CancelRequest,
    NewOrderRequest,
    ReplaceRequest,
    Request,
    StatementRequest,
    StatusRequest,
)
from engine.exchange.exchange import Exchange
from engine.exchange.messages import (
    NO_PRICE,
    CancelOrder,
    CancelReason,
    Event,
    NewOrder,
    Refusal,
    Refused,
    Replaced,
    ReplaceOrder,
)
from engine.instruments import Instrument
from engine.values import OrderType, Price, Quantity

_OPEN, _REFUSED, _FOK_UNFILLABLE = Phase.OPEN, Refused, Refusal.FOK_UNFILLABLE
LIVE_ORDERS_MAX = 10_000
"""Own orders that may stand at this venue at once."""

_ONE_LIMIT, _ONE_STOP = [OrderType.LIMIT], [OrderType.STOP]
_BOTH = [OrderType.LIMIT, OrderType.STOP]

_ENDINGS: dict[type, str] = {
    VenueFilled: "it is filled",
    VenueCancelled: "it is cancelled",
    VenueExpired: "it expired",
}


class Counter:
    """The desk's side of the exchange: own orders get exchange ids above the market's."""

    __slots__ = (
        "_clerk",
        "_exchange",
        "_instruments",
        "_keeper",
        "_next_order",
        "drills",
        "has_oca",
        "owner_of",
        "trade_date",
    )

    def __init__(
        self,
        exchange: Exchange,
        clerk: Clerk,
        keeper: MarketKeeper,
        instruments: Sequence[Instrument],
        *,
        next_order: int,
    ) -> None:
        self._exchange = exchange
        self._clerk = clerk
        self._keeper = keeper
        self._instruments = {instrument.symbol: instrument for instrument in instruments}
        self._next_order = next_order
        self.drills = Drills()
        self.has_oca = True
        self.owner_of: Callable[[str], int] = one_owner
        """Whose order that is, by its name: orders of one owner do not trade with each other."""
        self.trade_date = 0
        """Of the venue's calendar; the venue keeps it."""

    def serve(self, request: Request) -> None:
        """Carries one request out now; its answer waits in the clerk's reports afterwards."""
        self._exchange.now = self._clerk.now
        if type(request) is NewOrderRequest:
            self._enter(request)
        elif type(request) is CancelRequest:
            self._cancel(request)
        elif type(request) is ReplaceRequest:
            self._replace(request)
        elif type(request) is StatusRequest:
            self._answer_status(request)
        elif isinstance(request, StatementRequest):
            clerk = self._clerk
            clerk.reports.append(clerk.tally.statement(request, clerk.roll))

    def exchange_id(self) -> int:
        """The exchange's id of the next own order."""
        taken = OWN_ORDER_IDS_FROM + self._next_order
        self._next_order += 1
        return taken

    # --- new orders

    def _enter(self, request: NewOrderRequest) -> None:
        clerk, name, symbol = self._clerk, request.client_order_id, request.symbol
        roll = clerk.roll
        if roll.has_answered(name):
            # The same id again is the same order: it is told about, never entered twice.
            clerk.reports.extend(roll.known_of(name))
            return
        objection = self.drills.objection(name) or self._objection_to(request)
        if objection:
            self._reject(name, objection)
            return
        order = OwnOrder(
            name,
            self.exchange_id(),
            symbol,
            request.instruction,
            request.type,
            request.price,
            request.time_in_force,
            request.quantity,
            request.account,
        )
        if request.oca_group and not self._joins_group(order, request.oca_group):
            self._too_late_for_its_group(order)
            return
        book = self._exchange.book(symbol)
        bids, asks = levels_seen(book.bids), levels_seen(book.asks)
        events = self._exchange.submit([operation_of(request, order, self.owner_of(name))])
        refusal = _refusal_in(events, order.exchange_id)
        if refusal is not None and refusal is not _FOK_UNFILLABLE:
            self._reject(name, words.REFUSALS[refusal])
            return
        roll.add(order)
        clerk.accepted(order, bids, asks)
        if refusal is _FOK_UNFILLABLE:
            clerk.gone_by_rule(order, words.REFUSALS[refusal])
        clerk.heed(events)

    def _too_late_for_its_group(self, order: OwnOrder) -> None:
        """A sibling filled all of the group before this order came: it never stands."""
        self._clerk.roll.add(order)
        self._clerk.accepted(order)
        self._clerk.gone_by_rule(order, words.CANCELS[CancelReason.SIBLING_FILLED])

    def _joins_group(self, order: OwnOrder, group: str) -> bool:
        """Whether anything of the group's one quantity is left for it."""
        roll = self._clerk.roll
        order.oca_group = group
        siblings = roll.siblings(group)
        # The exchange's number of a group is the id of its first member.
        order.oca = siblings[0].oca if siblings else order.exchange_id
        order.taken = Quantity(min(roll.filled_of_group.get(group, 0), order.total))
        return order.open_quantity > 0

    def _objection_to_group(self, request: NewOrderRequest) -> str:
        """A group is one limit and one stop: at any time no more than one of them can trade."""
        if not self.has_oca:
            return "this venue has no groups of orders that cancel each other"
        kinds = [request.type, *(o.type for o in self._clerk.roll.siblings(request.oca_group))]
        if sorted(kinds) in (_ONE_LIMIT, _ONE_STOP, _BOTH):
            return ""
        return "a group of orders that cancel each other holds one limit and one stop"

    def _objection_to(self, request: NewOrderRequest) -> str:
        """Why this venue does not let the order through to its exchange; empty when it does."""
        instrument = self._instruments.get(request.symbol)
        if instrument is None:
            return f"{words.REFUSALS[Refusal.UNKNOWN_SYMBOL]}: {request.symbol}"
        phase = self._keeper.phase(request.symbol)
        if phase is not _OPEN or request.time_in_force.is_for_auction:
            because = self._keeper.because(request.symbol)
            objection = entry.objection_to_new(
                request, phase, because, self._clerk.now, self.trade_date
            )
            if objection:
                return objection
        if request.quantity <= 0 or request.quantity % instrument.lot_size:
            return off_lot(instrument)
        if request.price > 0 and not instrument.is_on_tick(request.price):
            return off_tick(instrument, request.price)
        if request.stop > 0 and not instrument.is_on_tick(request.stop):
            return off_tick(instrument, request.stop)
        if request.oca_group and (objection := self._objection_to_group(request)):
            return objection
        if len(self._clerk.roll.by_exchange_id) >= LIVE_ORDERS_MAX:
            return f"{LIVE_ORDERS_MAX:,} of your orders are working, which is all it holds"
        return ""

    def _reject(self, client_order_id: str, text: str) -> None:
        self._say(client_order_id, VenueRejected(client_order_id, text))

    # --- cancels, replaces, questions

    def _cancel(self, request: CancelRequest) -> None:
        order = self._working(request.client_order_id)
        if isinstance(order, str):
            refusal = VenueCancelRefused(request.client_order_id, order)
            self._clerk.reports.append(refusal)
            return
        stays = entry.objection_to_taking_back(order, self._clerk.now, self.trade_date)
        if stays:
            self._clerk.reports.append(VenueCancelRefused(request.client_order_id, stays))
            return
        cancel = CancelOrder(order.exchange_id, order.symbol)
        self._clerk.heed(self._exchange.submit([cancel]))

    def _replace(self, request: ReplaceRequest) -> None:
        new_id = request.new_client_order_id
        known = self._clerk.roll.known_of(new_id)
        if known:
            self._clerk.reports.extend(known)
            return
        order = self._working(request.client_order_id)
        objection = order if isinstance(order, str) else self._objection_to_replace(order, request)
        if objection or isinstance(order, str):
            self._say(new_id, VenueReplaceRefused(request.client_order_id, objection, new_id))
            return
        open_quantity = Quantity(request.quantity - order.cumulative - order.taken)
        operation = ReplaceOrder(
            order.exchange_id, order.symbol, request.price, open_quantity, request.stop
        )
        events = self._exchange.submit([operation])
        refusal = _refusal_in(events, order.exchange_id)
        if refusal is not None:
            text = words.REFUSALS[refusal]
            self._say(new_id, VenueReplaceRefused(request.client_order_id, text, new_id))
            return
        self._replaced(order, request, events)

    def _replaced(self, order: OwnOrder, request: ReplaceRequest, events: list[Event]) -> None:
        clerk = self._clerk
        order.total, order.price = request.quantity, request.price
        clerk.roll.renamed(order, request.new_client_order_id)
        ahead = clerk.queue_ahead(order)
        kept = any(isinstance(event, Replaced) and event.kept_place for event in events)
        order.is_estimate = order.is_estimate and kept
        order.history.stands(clerk.now, ahead)
        answer = VenueReplaced(
            request.client_order_id,
            request.new_client_order_id,
            request.price,
            request.quantity,
            ahead,
            stop=request.stop,
        )
        clerk.roll.answered(request.client_order_id, answer)
        self._say(request.new_client_order_id, answer)
        clerk.heed(events)

    def _objection_to_replace(self, order: OwnOrder, request: ReplaceRequest) -> str:
        instrument = self._instruments[order.symbol]
        phase = self._keeper.phase(order.symbol)
        stays = entry.objection_to_taking_back(order, self._clerk.now, self.trade_date)
        if stays:
            return stays
        if phase is not _OPEN:
            objection = objection_to_entry(
                order.symbol,
                phase,
                type=order.type,
                time_in_force=order.time_in_force,
                because=self._keeper.because(order.symbol),
            )
            if objection:
                return objection
        gone = order.cumulative + order.taken
        if request.quantity <= gone:
            filled = instrument.format_quantity(Quantity(gone))
            of_group = " of its group" if order.taken else ""
            return f"{filled}{of_group} are filled already: the new total must be more"
        if request.quantity % instrument.lot_size:
            return off_lot(instrument)
        if order.type is OrderType.STOP and request.price != order.price:
            return "a stop order has no limit to change: cancel it and enter another"
        if request.price > 0 and not instrument.is_on_tick(request.price):
            return off_tick(instrument, request.price)
        if request.stop > 0 and not instrument.is_on_tick(request.stop):
            return off_tick(instrument, request.stop)
        return ""

    def _answer_status(self, request: StatusRequest) -> None:
        known = self._clerk.roll.known_of(request.client_order_id)
        self._clerk.reports.extend(
            known or [VenueOrderUnknown(request.client_order_id, query=request.query)]
        )

    def _working(self, client_order_id: str) -> OwnOrder | str:
        """The live order that the id names, or why there is none."""
        order = self._clerk.roll.get(client_order_id)
        if order is None:
            return "this venue does not know the order"
        if order.client_order_id != client_order_id:
            return f"the order is {order.client_order_id} since it was replaced"
        if order.is_live:
            return order
        return f"too late: {_ENDINGS[type(order.ending)]}"

    def _say(self, client_order_id: str, answer: Report) -> None:
        self._clerk.roll.answered(client_order_id, answer)
        self._clerk.reports.append(answer)


def one_owner(name: str) -> int:
    """All orders are the trader's."""
    return OWN_OWNER


def operation_of(request: NewOrderRequest, order: OwnOrder, owner: int) -> NewOrder:
    """The order as the exchange knows it: its own id and side, and whose it is."""
    return NewOrder(
        order.exchange_id,
        request.symbol,
        request.instruction.side,
        request.type,
        order.total - order.taken,  # type: ignore[arg-type]  # nothing of it is filled yet
        request.price if request.type.has_limit else NO_PRICE,
        request.stop if request.type.has_stop else NO_PRICE,
        request.time_in_force,
        request.trigger,
        request.post_only,
        owner,
        order.oca,
    )


def off_lot(instrument: Instrument) -> str:
    """Why a quantity cannot enter."""
    return f"the quantity must be a multiple of {instrument.plain_quantity(instrument.lot_size)}"


def off_tick(instrument: Instrument, price: Price) -> str:
    """Why a price cannot enter."""
    tick = instrument.format_price(instrument.tick_at(price))
    return f"{instrument.format_price(price)} is no multiple of the tick {tick}"


def _refusal_in(events: Sequence[Event], exchange_id: int) -> Refusal | None:
    if _REFUSED not in map(type, events):
        return None
    for event in events:
        if type(event) is Refused and event.order_id == exchange_id:
            return event.reason
    return None
