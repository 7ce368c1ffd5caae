"""Tick by tick: every trade or quote, unsampled, and the same ticks again as history."""

from dataclasses import dataclass
from typing import Any

from tests.connectors.ib.gateway.checks import Refusal, listing_of
from tests.connectors.ib.gateway.listings import Listing, read_wanted
from tests.connectors.ib.gateway.market import Quote, Right, Trade
from tests.connectors.ib.gateway.order_writing import double
from tests.connectors.ib.gateway.session import Session
from tests.connectors.ib.gateway.wire import Fields

KINDS = {"Last": 1, "AllLast": 2, "BidAsk": 3, "MidPoint": 4}


@dataclass(frozen=True)
class Subscription:
    """One request; `kind` is its number in `tickByTick`."""

    request_id: int
    listing: Listing
    kind: int


def subscriptions(session: Session) -> dict[int, Subscription]:
    found: dict[int, Subscription] = session.subscriptions.setdefault("ticks", {})
    return found


def request(session: Session, fields: Fields) -> None:
    request_id = fields.integer()
    wanted = read_wanted(fields)
    kind = KINDS[fields.text()]
    listing = listing_of(session.hub.broker.reference, wanted)
    if isinstance(listing, Refusal):
        session.error(request_id, listing.code, listing.text)
        return
    maximum = session.house.depth_max
    if sum(len(subscriptions(other)) for other in session.hub.sessions) >= maximum:
        text = "Max number of tick-by-tick requests has been reached."
        session.error(request_id, 10190, text)
        return
    if session.hub.market.right(listing.con_id) is not Right.LIVE:
        text = "Requested tick-by-tick data requires additional subscription for API."
        session.error(request_id, 10189, f"Failed to request tick-by-tick data.{text}")
        return
    subscriptions(session)[request_id] = Subscription(request_id, listing, kind)


def cancel(session: Session, fields: Fields) -> None:
    request_id = fields.integer()
    if subscriptions(session).pop(request_id, None) is None:
        session.error(request_id, 300, f"Can't find EId with tickerId:{request_id}")


def traded(session: Session, con_id: int, trade: Trade) -> None:
    """A trade; one that was not reported to the tape only reaches `AllLast`."""
    for one in list(subscriptions(session).values()):
        wanted = (1, 2) if not trade.unreported else (2,)
        if one.listing.con_id == con_id and one.kind in wanted:
            mask = 2 if trade.unreported else 0
            said = (double(trade.price), trade.size, mask, trade.exchange, "")
            session.say("tickByTick", one.request_id, one.kind, int(trade.at), *said)


def quoted(session: Session, con_id: int, quote: Quote) -> None:
    """A change of bid or ask."""
    now = int(session.house.clock())
    for one in list(subscriptions(session).values()):
        if one.listing.con_id != con_id or quote.bid is None or quote.ask is None:
            continue
        if one.kind == 3:
            prices = (double(quote.bid), double(quote.ask))
            said = (*prices, quote.bid_size, quote.ask_size, 0)
            session.say("tickByTick", one.request_id, 3, now, *said)
        elif one.kind == 4:
            middle = double((quote.bid + quote.ask) / 2)
            session.say("tickByTick", one.request_id, 4, now, middle)


def history(session: Session, fields: Fields) -> None:
    """The trades of before: `reqHistoricalTicks` for TRADES, the newest so many."""
    request_id = fields.integer()
    wanted = read_wanted(fields)
    fields.flag()
    fields.texts(2)
    count = fields.integer()
    what = fields.text()
    listing = listing_of(session.hub.broker.reference, wanted)
    if isinstance(listing, Refusal):
        session.error(request_id, listing.code, listing.text)
        return
    if what != "TRADES":
        text = f"Historical Market Data Service error message:No data of type {what}"
        session.error(request_id, 162, text)
        return
    trades = session.hub.market.trades.get(listing.con_id, [])[-count:]
    said: list[Any] = []
    for trade in trades:
        mask = 2 if trade.unreported else 0
        said += [int(trade.at), mask, double(trade.price), trade.size, trade.exchange, ""]
    session.say("historicalTicksLast", request_id, len(trades), *said, True)


HANDLERS = {
    "reqTickByTickData": request,
    "cancelTickByTickData": cancel,
    "reqHistoricalTicks": history,
}
