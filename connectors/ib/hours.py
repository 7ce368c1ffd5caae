"""When a contract trades, as IB writes it: `20261120:0930-20261120:1600;20261121:CLOSED`; pure."""

from datetime import datetime, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.domain.quotes import Phase
from engine.values import NANOS_PER_SECOND, Nanos

SPANS_MAX = 200
_DATE = len("20261120")


class Span(NamedTuple):
    """From when to when; the end is no part of it."""

    begins: Nanos
    ends: Nanos


def spans(text: str, zone: str) -> tuple[Span, ...]:
    """What can be read of it; nothing where the zone is not known.

    The older form `20261120:0930-1600` names the date once.
    """
    known = _zone(zone)
    if known is None:
        return ()
    found: list[Span] = []
    for day in text.split(";")[:SPANS_MAX]:
        for part in day.split(","):
            span = _span(part.strip(), day[:_DATE], known)
            if span is not None:
                found.append(span)
    return tuple(found)


def phase_at(now: Nanos, hours: tuple[Span, ...]) -> Phase:
    """Open within its hours; outside them orders line up. Where no hours are known it is taken as
    open: IB knows itself when an order may come."""
    if not hours or any(span.begins <= now < span.ends for span in hours):
        return Phase.OPEN
    return Phase.PRE_OPEN


def turns_at(now: Nanos, hours: tuple[Span, ...]) -> Nanos | None:
    """The next opening or close."""
    return min((at for span in hours for at in span if at > now), default=None)


def _span(text: str, date: str, zone: tzinfo) -> Span | None:
    first, mark, last = text.partition("-")
    begins = _at(first if ":" in first else f"{date}:{first}", zone)
    day = first[:_DATE] if ":" in first else date
    ends = _at(last if ":" in last else f"{day}:{last}", zone)
    if not mark or begins is None or ends is None or ends <= begins:
        return None
    return Span(begins, ends)


def _at(text: str, zone: tzinfo) -> Nanos | None:
    try:
        naive = datetime.strptime(f"{text}+0000", "%Y%m%d:%H%M%z")
    except ValueError:
        return None
    return Nanos(int(naive.replace(tzinfo=zone).timestamp()) * NANOS_PER_SECOND)


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name.split(" ")[0])
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
