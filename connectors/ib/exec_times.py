"""When a trade was made, in the many ways in which TWS writes it; pure.

Seen: `20261120 09:30:00 US/Eastern`, `20261120  09:30:00`, `20261120-14:30:00` (UTC).
"""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_FORM = "%Y%m%d%H:%M:%S"
_MARK = len("20261120")
_ALIASES = {
    "EST": "America/New_York",
    "EDT": "America/New_York",
    "CST": "America/Chicago",
    "MET": "Europe/Paris",
    "JST": "Asia/Tokyo",
    "HKT": "Asia/Hong_Kong",
    "GMT": "UTC",
}
"""Short names that gateways write and the tz database does not know, or knows without summers."""


def seconds_of(text: str, bare: tzinfo) -> tuple[int, bool] | None:
    """(seconds since 1970 in UTC, whether its zone was understood); None for what is no time.

    `bare`: the zone of a time that names none, and of one that names a zone nobody knows.
    """
    if text.isdigit() and len(text) > _MARK:
        return int(text), True
    date, rest = text[:_MARK], text[_MARK:]
    is_utc = rest.startswith("-")
    clock, _, zone = rest.strip(" -").partition(" ")
    try:
        naive = datetime.strptime(f"{date}{clock}+0000", f"{_FORM}%z")
    except ValueError:
        return None
    known = UTC if is_utc and not zone else _zone(zone.strip()) if zone else bare
    return int(naive.replace(tzinfo=known or bare).timestamp()), known is not None


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(_ALIASES.get(name, name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
