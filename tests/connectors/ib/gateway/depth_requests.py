"""Market depth: subscriptions, and the rows of a book in either of the styles that TWS was seen in.

`shift`: a row that appears in the middle is inserted and pushes the others down, one that goes is
deleted and lets them up. `in_place`: rows are only rewritten where they stand, and the side grows
and shrinks at its end. After either, a subscriber who reads it rightly has the same book.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.connectors.ib.gateway.checks import Refusal, listing_of
from tests.connectors.ib.gateway.listings import Listing, read_wanted
from tests.connectors.ib.gateway.market import Right, Row
from tests.connectors.ib.gateway.order_writing import double
from tests.connectors.ib.gateway.session import Session
from tests.connectors.ib.gateway.wire import Fields

INSERT, UPDATE, DELETE = 0, 1, 2
ASK, BID = 0, 1
NOT_DEEP = Refusal(
    10092, "Deep market data is not supported for this combination of security type/exchange"
)
RESET = Refusal(317, "Market depth data has been RESET. Please empty deep book contents.")
TOP_ONLY = Refusal(
    2152, "Exchanges - Depth: IEX; Top: BYX; AMEX; Need additional permissions: ARCA;"
)

Operation = tuple[int, int, Row]
"""What is done, at which row, and what stands there then."""


@dataclass
class Subscription:
    """`shown` are the rows of each side that a client was told of."""

    request_id: int
    listing: Listing
    rows: int
    smart: bool
    shown: tuple[list[Row], list[Row]]


def subscriptions(session: Session) -> dict[int, Subscription]:
    found: dict[int, Subscription] = session.subscriptions.setdefault("depth", {})
    return found


def request(session: Session, fields: Fields) -> None:
    fields.integer()
    request_id = fields.integer()
    wanted = read_wanted(fields)
    rows = fields.integer()
    smart = fields.flag()
    listing = listing_of(session.hub.broker.reference, wanted)
    refusal = listing if isinstance(listing, Refusal) else _refusal(session, request_id, listing)
    if refusal is not None or isinstance(listing, Refusal):
        assert refusal is not None
        session.error(request_id, refusal.code, refusal.text)
        return
    subscription = Subscription(request_id, listing, rows, smart, ([], []))
    subscriptions(session)[request_id] = subscription
    if smart:
        session.error(request_id, TOP_ONLY.code, TOP_ONLY.text)
    show(session, subscription)


def _refusal(session: Session, request_id: int, listing: Listing) -> Refusal | None:
    maximum = session.house.depth_max
    if request_id in subscriptions(session):
        return Refusal(322, "Error processing request.-'bW' : cause - Duplicate ticker id")
    if sum(len(subscriptions(other)) for other in session.hub.sessions) >= maximum:
        return Refusal(309, f"Max number ({maximum}) of market depth requests has been reached")
    if listing.con_id in session.hub.market.shallow:
        return NOT_DEEP
    if session.hub.market.right(listing.con_id) is not Right.LIVE:
        return Refusal(354, "Requested market data is not subscribed.")
    return None


def cancel(session: Session, fields: Fields) -> None:
    fields.integer()
    request_id = fields.integer()
    if subscriptions(session).pop(request_id, None) is None:
        text = f"Can't find the subscribed market depth with tickerId:{request_id}"
        session.error(request_id, 310, text)


def changed(session: Session, con_id: int) -> None:
    for subscription in list(subscriptions(session).values()):
        if subscription.listing.con_id == con_id:
            show(session, subscription)


def show(session: Session, subscription: Subscription) -> None:
    """Bring a client from what it was told to what stands in the book."""
    book = session.hub.market.book(subscription.listing.con_id)
    ways = in_place if session.house.depth_style == "in_place" else shifts
    for side in (BID, ASK):
        rows = book.side(side)[: subscription.rows]
        for operation in ways(subscription.shown[side], rows):
            say(session, subscription, side, operation)
        subscription.shown[side][:] = rows


def reset(session: Session, con_id: int) -> None:
    """317: everything that was told is void, and the book is told anew."""
    for subscription in list(subscriptions(session).values()):
        if subscription.listing.con_id == con_id:
            session.error(subscription.request_id, RESET.code, RESET.text)
            subscription.shown = ([], [])
            show(session, subscription)


def say(session: Session, subscription: Subscription, side: int, operation: Operation) -> None:
    what, position, (price, size, maker) = operation
    about = subscription.listing.symbol
    if subscription.smart or maker:
        session.say(
            *("updateMktDepthL2", 1, subscription.request_id, position, maker, what, side),
            *(double(price), size, subscription.smart),
            ref=about,
        )
        return
    session.say(
        *("updateMktDepth", 1, subscription.request_id, position, what, side, double(price), size),
        ref=about,
    )


def shifts(old: Sequence[Row], new: Sequence[Row]) -> list[Operation]:
    """Inserts and deletes where rows come and go, updates where only a size changed."""
    rows = list(old)
    operations: list[Operation] = []
    at = 0
    while at < max(len(rows), len(new)):
        if at >= len(new):
            operations.append((DELETE, at, rows.pop(at)))
        elif at >= len(rows) or (_name(rows[at]) != _name(new[at]) and _stays(rows[at], new[at:])):
            operations.append((INSERT, at, new[at]))
            rows.insert(at, new[at])
            at += 1
        elif _name(rows[at]) != _name(new[at]):
            operations.append((DELETE, at, rows.pop(at)))
        else:
            if rows[at] != new[at]:
                operations.append((UPDATE, at, new[at]))
            at += 1
    return operations


def _name(row: Row) -> tuple[object, str]:
    """A row is the same while its price and its maker are."""
    return row[0], row[2]


def _stays(row: Row, rows: Sequence[Row]) -> bool:
    return any(_name(row) == _name(other) for other in rows)


def in_place(old: Sequence[Row], new: Sequence[Row]) -> list[Operation]:
    """Rewrites, with growth and shrinking at the end only."""
    both = range(min(len(old), len(new)))
    operations: list[Operation] = [(UPDATE, at, new[at]) for at in both if old[at] != new[at]]
    operations += [(INSERT, at, new[at]) for at in range(len(old), len(new))]
    operations += [(DELETE, at, old[at]) for at in reversed(range(len(new), len(old)))]
    return operations


HANDLERS = {"reqMktDepth": request, "cancelMktDepth": cancel}
