"""The desk's orders as IB's: pure, each from our own record, the same order in the same text."""

from collections.abc import Mapping

import msgspec

from connectors.ib.contracts import Contracts, Listed
from connectors.ib.library import Library, Scribe, decimal_of
from connectors.ib.roll import Standing, Terms, ref_of
from engine.domain.quotes import Market
from engine.domain.requests import NewOrderRequest
from engine.values import Instruction, OrderType, Side, TimeInForce, Trigger

ACTIONS = {
    Instruction.BUY: "BUY",
    Instruction.SELL: "SELL",
    Instruction.SHORT: "SELL",
    Instruction.COVER: "BUY",
}
"""IB tells a short sale by the position that it leaves; SSHORT is for institutions."""
TYPES = {
    OrderType.LIMIT: "LMT",
    OrderType.MARKET: "MKT",
    OrderType.STOP: "STP",
    OrderType.STOP_LIMIT: "STP LMT",
}
CLOSES = {OrderType.LIMIT: "LOC", OrderType.MARKET: "MOC"}
"""At IB an order for the close is a type of its own, not a time in force."""
LIVES = {
    TimeInForce.DAY: "DAY",
    TimeInForce.GTC: "GTC",
    TimeInForce.IOC: "IOC",
    TimeInForce.FOK: "FOK",
    TimeInForce.OPG: "OPG",
    TimeInForce.CLS: "DAY",
}
TRIGGERS = {Trigger.LAST: 2, Trigger.QUOTE: 4, Trigger.MID: 8}
"""triggerMethod: last, bid/ask, midpoint."""
REDUCE_WITH_BLOCK = 2
"""ocaType: what fills in one is taken off the others, and no two are exposed at once."""


class Unsayable(msgspec.Struct, frozen=True, gc=False):
    """IB has no words for a request; the sentence says why."""

    text: str


class Order(msgspec.Struct, frozen=True, gc=False):
    """All that IB is told of one order."""

    listed: Listed
    instruction: Instruction
    type: OrderType
    time_in_force: TimeInForce
    terms: Terms
    trigger: Trigger
    account: str
    ref: str
    oca_group: str = ""
    what_if: bool = False


class Writer:
    """Writes placeOrder and cancelOrder; knows what is traded, and nothing of what was sent."""

    def __init__(
        self, library: Library, scribe: Scribe, contracts: Contracts, market: Market
    ) -> None:
        self._library, self._scribe = library, scribe
        self._contracts, self._market = contracts, market

    def order(self, request: NewOrderRequest, account: str) -> Order | Unsayable:
        listed = self._contracts.get(request.symbol)
        if listed is None:
            refused: Mapping[str, str] = self._contracts.refused
            why = refused.get(request.symbol, f"{request.symbol} was not looked up at IB yet")
            return Unsayable(why)
        terms = Terms(request.price, request.quantity, request.stop)
        order = Order(
            listed,
            request.instruction,
            request.type,
            request.time_in_force,
            terms,
            request.trigger,
            account,
            ref_of(request.client_order_id),
            request.oca_group,
        )
        objection = self._objection(order, is_post_only=request.post_only)
        return Unsayable(objection) if objection else order

    def standing(self, order: Standing, terms: Terms) -> Order | Unsayable:
        """An order that was sent, with the terms that it is to have: never from IB's echo, which
        has fields in it that nobody ever set."""
        listed = self._contracts.get(order.symbol)
        if listed is None:
            return Unsayable(f"{order.symbol} was not looked up at IB yet")
        written = Order(
            listed,
            order.instruction,
            order.type,
            order.time_in_force,
            terms,
            order.trigger,
            order.account,
            order.ref,
            order.oca_group,
        )
        objection = self._objection(written, is_post_only=False)
        return Unsayable(objection) if objection else written

    def place(self, order: Order, order_id: int) -> str:
        """The text of placeOrder: new, or the change of what has this id."""
        instrument, terms = order.listed.instrument, order.terms
        digits = instrument.price_digits
        is_for_close = order.time_in_force is TimeInForce.CLS
        fields: dict[str, object] = {
            "action": ACTIONS[order.instruction],
            "totalQuantity": decimal_of(terms.quantity, instrument.quantity_digits),
            "orderType": CLOSES[order.type] if is_for_close else TYPES[order.type],
            "tif": LIVES[order.time_in_force],
            "account": order.account,
            "orderRef": order.ref,
            "transmit": True,
        }
        if order.type.has_limit:
            fields["lmtPrice"] = decimal_of(terms.price, digits)
        if order.type.has_stop:
            fields["auxPrice"] = decimal_of(terms.stop, digits)
            fields["triggerMethod"] = TRIGGERS[order.trigger]
        if order.oca_group:
            fields |= {"ocaGroup": order.oca_group, "ocaType": REDUCE_WITH_BLOCK}
        if order.what_if:
            fields["whatIf"] = True
        written = self._library.order(**fields)
        return self._scribe.write("placeOrder", order_id, order.listed.contract, written)

    def cancel_all(self) -> str:
        """Of everything in the account."""
        return self._scribe.write("reqGlobalCancel")

    def cancel(self, order_id: int) -> str:
        return self._scribe.write("cancelOrder", order_id)

    def _objection(self, order: Order, *, is_post_only: bool) -> str:
        instrument, terms = order.listed.instrument, order.terms
        if order.time_in_force.is_for_auction and order.type not in CLOSES:
            auction = "opening" if order.time_in_force is TimeInForce.OPG else "close"
            return f"IB takes limit and market orders for the {auction}, and no stops"
        if terms.quantity <= 0:
            return "IB takes no order for nothing (434)"
        prices = ((terms.price, order.type.has_limit), (terms.stop, order.type.has_stop))
        for price, is_used in prices:
            if is_used and not instrument.is_on_tick(price):
                tick = instrument.format_price(instrument.tick_at(price))
                return (
                    f"{instrument.format_price(price)} is between the price steps of"
                    f" {instrument.symbol} at IB, which are {tick} there (110)"
                )
        return self._takes(order) if is_post_only else ""

    def _takes(self, order: Order) -> str:
        """IB has no post-only for orders that it routes itself: it is looked at here, before the
        order leaves, and between here and there the market may move."""
        quote = self._market.quote(order.listed.instrument.symbol)
        side = order.instruction.side
        if quote is None or not quote.is_two_sided:
            return "post-only is watched by this desk, and there is no quote to watch it by"
        against = quote.ask if side is Side.BUY else quote.bid
        if (order.terms.price - against) * side >= 0:
            price = order.listed.instrument.format_price(against)
            return f"it would trade at once with {price}, and it is post-only"
        return ""
