"""Market data lines: who may have one, what it says first, and what it says of every change."""

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.connectors.ib.gateway.checks import Refusal, listing_of
from tests.connectors.ib.gateway.listings import Listing, read_wanted
from tests.connectors.ib.gateway.market import Quote, Right
from tests.connectors.ib.gateway.order_writing import double
from tests.connectors.ib.gateway.session import Session
from tests.connectors.ib.gateway.wire import Fields, frame

PRICES = {
    "bid": (1, 66, "bid_size"),
    "ask": (2, 67, "ask_size"),
    "last": (4, 68, "last_size"),
    "high": (6, 72, ""),
    "low": (7, 73, ""),
    "close": (9, 75, ""),
    "open": (14, 76, ""),
}
"""The tick types of each price, live and delayed, and the size that goes with it."""
SIZES = {"bid_size": (0, 69), "ask_size": (3, 70), "last_size": (5, 71), "volume": (8, 74)}
HALTED, SHORTABLE, SHORTABLE_SHARES = 49, 46, 89
LIVE_TYPE, FROZEN_TYPE, DELAYED_TYPE = 1, 2, 3
NOT_SUBSCRIBED = Refusal(354, "Requested market data is not subscribed.")
NEEDS_MORE = Refusal(
    10089,
    "Requested market data requires additional subscription for API. See link in 'Market Data "
    "Connections' dialog for more details.Delayed market data is available.",
)
SHOWS_DELAYED = Refusal(
    10167, "Requested market data is not subscribed. Displaying delayed market data."
)
NO_DELAYED = Refusal(
    10168, "Requested market data is not subscribed. Delayed market data is not enabled."
)
PARTIAL = Refusal(10090, "Part of requested market data is not subscribed.")
COMPETING = Refusal(10197, "No market data during competing live session")
TOO_MANY_LINES = Refusal(101, "Max number of tickers has been reached")
DUPLICATE_ID = Refusal(
    322, "Error processing request.-'bW' : cause - Duplicate ticker ID for API request"
)


@dataclass
class Line:
    """One subscription; `shown` is what its client was told last."""

    request_id: int
    listing: Listing
    delayed: bool
    generic: frozenset[str] = frozenset()
    shown: Quote = field(default_factory=Quote)
    timer: asyncio.TimerHandle | None = None
    sampled_at: float = float("-inf")


def lines(session: Session) -> dict[int, Line]:
    found: dict[int, Line] = session.subscriptions.setdefault("lines", {})
    return found


def market_data_type(session: Session, fields: Fields) -> None:
    fields.integer()
    session.subscriptions["data_type"] = fields.integer()


def request(session: Session, fields: Fields) -> None:
    fields.integer()
    request_id = fields.integer()
    wanted = read_wanted(fields)
    if wanted.sec_type == "BAG":
        fields.texts(4 * fields.integer())
    if fields.flag():
        fields.texts(3)
    generic = frozenset(filter(None, fields.text().split(",")))
    snapshot = fields.flag()
    listing = listing_of(session.hub.broker.reference, wanted)
    refusal = listing if isinstance(listing, Refusal) else _refusal(session, request_id, listing)
    if refusal is not None or isinstance(listing, Refusal):
        assert refusal is not None
        session.error(request_id, refusal.code, refusal.text)
        return
    line = _open_line(session, request_id, listing, generic)
    session.say("tickReqParams", request_id, listing.min_tick, "9c0001", 3)
    show(session, line)
    if snapshot:
        lines(session).pop(request_id)
        session.say("tickSnapshotEnd", 1, request_id)


def _refusal(session: Session, request_id: int, listing: Listing) -> Refusal | None:
    house = session.house
    if request_id in lines(session):
        return DUPLICATE_ID
    if sum(len(lines(other)) for other in session.hub.sessions) >= house.lines_max:
        return TOO_MANY_LINES
    wants_delayed = session.subscriptions.get("data_type", LIVE_TYPE) >= DELAYED_TYPE
    right = session.hub.market.right(listing.con_id)
    if house.competing_session and not wants_delayed:
        return COMPETING
    if right is Right.NONE:
        return NOT_SUBSCRIBED
    if right is Right.DELAYED and not wants_delayed:
        return NEEDS_MORE
    if right is Right.DELAYED and not house.has_delayed:
        return NO_DELAYED
    return None


def _open_line(
    session: Session, request_id: int, listing: Listing, generic: frozenset[str]
) -> Line:
    right = session.hub.market.right(listing.con_id)
    line = Line(request_id, listing, right is Right.DELAYED, generic)
    lines(session)[request_id] = line
    if line.delayed:
        session.error(request_id, SHOWS_DELAYED.code, SHOWS_DELAYED.text)
    elif right is Right.PARTIAL:
        session.error(request_id, PARTIAL.code, PARTIAL.text)
    shown = session.hub.market.shown_type or (DELAYED_TYPE if line.delayed else LIVE_TYPE)
    session.say("marketDataType", 1, request_id, shown)
    return line


def cancel(session: Session, fields: Fields) -> None:
    fields.integer()
    request_id = fields.integer()
    line = lines(session).pop(request_id, None)
    if line is None:
        session.error(request_id, 300, f"Can't find EId with tickerId:{request_id}")
    elif line.timer is not None:
        line.timer.cancel()


# ── what a line says ───────────────────────────────────────────────────────────────────────────


def changed(session: Session, con_id: int) -> None:
    """A quote changed: say so at once, or with the next sample."""
    for line in list(lines(session).values()):
        if line.listing.con_id == con_id:
            _sample(session, line)


def _sample(session: Session, line: Line) -> None:
    loop = asyncio.get_running_loop()
    wait = line.sampled_at + session.house.sample_seconds - loop.time()
    if line.timer is not None:
        return
    if wait > 0:
        line.timer = loop.call_later(wait, _sampled, session, line)
    else:
        show(session, line)


def _sampled(session: Session, line: Line) -> None:
    line.timer = None
    show(session, line)


def show(session: Session, line: Line) -> None:
    """Every value that the client was not told yet."""
    line.sampled_at = asyncio.get_running_loop().time()
    quote = session.hub.market.quote(line.listing.con_id)
    for name, fields in _ticks(line, quote):
        session.say(name, *fields, ref=line.listing.symbol)
    line.shown = quote


def _ticks(line: Line, quote: Quote) -> list[tuple[str, list[Any]]]:
    told = line.shown
    which = 1 if line.delayed else 0
    ticks: list[tuple[str, list[Any]]] = []
    said: set[str] = set()
    for name, (*types, size_name) in PRICES.items():
        price, before = getattr(quote, name), getattr(told, name)
        size = getattr(quote, size_name) if size_name else Decimal(0)
        if price == before:
            continue
        said.add(size_name)
        value = "-1.0" if price is None else double(price)
        ticks.append(("tickPrice", [6, line.request_id, types[which], value, size, 0]))
    for name, types in SIZES.items():
        size, before = getattr(quote, name), getattr(told, name)
        if size != before and name not in said and size is not None:
            ticks.append(("tickSize", [6, line.request_id, types[which], size]))
    if quote.halted != told.halted and quote.halted is not None:
        ticks.append(("tickGeneric", [6, line.request_id, HALTED, float(quote.halted)]))
    if "236" in line.generic and quote.shortable != told.shortable:
        ticks.append(("tickGeneric", [6, line.request_id, SHORTABLE, quote.shortable]))
    shares = quote.shortable_shares
    if "236" in line.generic and shares != told.shortable_shares and shares is not None:
        ticks.append(("tickSize", [6, line.request_id, SHORTABLE_SHARES, shares]))
    return ticks


def price_frame(request_id: int, tick: int, price: Decimal, size: int) -> bytes:
    """A tick of a price as it goes over the wire, for floods that are made beforehand."""
    return frame(1, 6, request_id, tick, double(price), size, 0)


HANDLERS = {
    "reqMktData": request,
    "cancelMktData": cancel,
    "reqMarketDataType": market_data_type,
}
