"""Bars: of the past, kept up to date or not, of five seconds, and how far back there are any."""

from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from tests.connectors.ib.gateway.checks import Refusal, listing_of
from tests.connectors.ib.gateway.listings import Listing, read_wanted
from tests.connectors.ib.gateway.market import Bar
from tests.connectors.ib.gateway.session import Session
from tests.connectors.ib.gateway.wire import Fields

NO_QUERY = "No historical data query found for ticker id:"
SERVICE = "Historical Market Data Service error message:"
TEN_MINUTES = 600.0
REQUESTS_IN_TEN_MINUTES_MAX = 60
IDENTICAL_APART = 15.0


@dataclass(frozen=True)
class Query:
    """One request for bars; what makes two of them identical is everything but the id."""

    listing: Listing
    end: str
    size: str
    duration: str
    what: str
    epoch: bool
    """Times as seconds since the epoch instead of text."""


def live(session: Session) -> dict[int, Query]:
    """The queries that are kept up to date."""
    found: dict[int, Query] = session.subscriptions.setdefault("bars", {})
    return found


def request(session: Session, fields: Fields) -> None:
    request_id = fields.integer()
    wanted = read_wanted(fields)
    fields.flag()
    end, size, duration = fields.texts(3)
    fields.flag()
    what = fields.text()
    epoch = fields.integer() == 2
    if wanted.sec_type == "BAG":
        fields.texts(4 * fields.integer())
    keeps = fields.flag()
    listing = listing_of(session.hub.broker.reference, wanted)
    if isinstance(listing, Refusal):
        session.error(request_id, listing.code, listing.text)
        return
    query = Query(listing, end, size, duration, what, epoch)
    if _is_too_often(session, query):
        text = f"{SERVICE}Historical data request pacing violation"
        session.error(request_id, 162, text)
    elif what == "SCHEDULE":
        _say_schedule(session, request_id, listing)
    else:
        _say_bars(session, request_id, query)
        if keeps:
            live(session)[request_id] = query


def _is_too_often(session: Session, query: Query) -> bool:
    """IB's limits, where the house enforces them: 60 in ten minutes, the same one every 15 s."""
    if not session.house.paces_history:
        return False
    asked: list[tuple[float, Query]] = session.subscriptions.setdefault("asked", [])
    now = monotonic()
    asked[:] = [(at, other) for at, other in asked if now - at < TEN_MINUTES]
    again = any(other == query and now - at < IDENTICAL_APART for at, other in asked)
    asked.append((now, query))
    return again or len(asked) > REQUESTS_IN_TEN_MINUTES_MAX


def _say_bars(session: Session, request_id: int, query: Query) -> None:
    bars = session.hub.market.bars.get((query.listing.con_id, query.size), [])
    if not bars:
        where = f"{query.listing.symbol}@SMART {query.what.capitalize()}"
        text = f"{SERVICE}HMDS query returned no data: {where}"
        session.error(request_id, 162, text)
        return
    said: list[Any] = []
    for bar in bars:
        said += [_when(query, bar.at), bar.open, bar.high, bar.low, bar.close]
        said += [bar.volume, bar.average, bar.count]
    first, last = _when(query, bars[0].at), _when(query, bars[-1].at)
    session.say("historicalData", request_id, first, last, len(bars), *said)


def _when(query: Query, at: float) -> str:
    zone = query.listing.time_zone
    local = datetime.fromtimestamp(at, ZoneInfo(zone))
    if query.size in ("1 day", "1 week", "1 month"):
        return local.strftime("%Y%m%d")
    return str(int(at)) if query.epoch else local.strftime("%Y%m%d %H:%M:%S ") + zone


def _say_schedule(session: Session, request_id: int, listing: Listing) -> None:
    sessions = session.hub.market.schedules.get(listing.con_id, [])
    said = [text for row in sessions for text in row]
    first = sessions[0][0] if sessions else ""
    last = sessions[-1][1] if sessions else ""
    zone = listing.time_zone
    session.say("historicalSchedule", request_id, first, last, zone, len(sessions), *said)


def bar_changed(session: Session, con_id: int, size: str, bar: Bar) -> None:
    """The newest bar of a query that is kept up to date: changed, or begun."""
    for request_id, query in list(live(session).items()):
        if (query.listing.con_id, query.size) == (con_id, size):
            said = (_when(query, bar.at), bar.open, bar.close, bar.high, bar.low, bar.average)
            session.say("historicalDataUpdate", request_id, bar.count, *said, bar.volume)


def cancel(session: Session, fields: Fields) -> None:
    fields.integer()
    request_id = fields.integer()
    if live(session).pop(request_id, None) is None:
        session.error(request_id, 366, f"{NO_QUERY}{request_id}")


def head_timestamp(session: Session, fields: Fields) -> None:
    request_id = fields.integer()
    wanted = read_wanted(fields)
    fields.flag()
    fields.flag()
    fields.text()
    epoch = fields.integer() == 2
    listing = listing_of(session.hub.broker.reference, wanted)
    if isinstance(listing, Refusal):
        session.error(request_id, listing.code, listing.text)
        return
    at = session.hub.market.heads.get(listing.con_id, 345_479_400.0)
    text = datetime.fromtimestamp(at, ZoneInfo("UTC")).strftime("%Y%m%d-%H:%M:%S")
    session.say("headTimestamp", request_id, int(at) if epoch else text)


def real_time_bars(session: Session, fields: Fields) -> None:
    fields.integer()
    request_id = fields.integer()
    wanted = read_wanted(fields)
    listing = listing_of(session.hub.broker.reference, wanted)
    if isinstance(listing, Refusal):
        session.error(request_id, listing.code, listing.text)
        return
    session.subscriptions.setdefault("real_time", {})[request_id] = listing


def cancel_real_time_bars(session: Session, fields: Fields) -> None:
    fields.integer()
    session.subscriptions.get("real_time", {}).pop(fields.integer(), None)


def say_real_time_bar(session: Session, con_id: int, bar: Bar) -> None:
    for request_id, listing in session.subscriptions.get("real_time", {}).items():
        if listing.con_id == con_id:
            said = (bar.open, bar.high, bar.low, bar.close, bar.volume, bar.average, bar.count)
            session.say("realtimeBar", 3, request_id, int(bar.at), *said)


def ignore(session: Session, fields: Fields) -> None:
    """A request that is over by the time its cancel comes."""


HANDLERS = {
    "reqHistoricalData": request,
    "cancelHistoricalData": cancel,
    "reqHeadTimeStamp": head_timestamp,
    "cancelHeadTimeStamp": ignore,
    "reqRealTimeBars": real_time_bars,
    "cancelRealTimeBars": cancel_real_time_bars,
}
