"""One row for everything that stands between an order and the market: state, condition, breaker."""

from enum import IntEnum

import msgspec

from engine.values import Nanos


class Severity(IntEnum):
    OK = 1
    ATTENTION = 2
    """A value is bad."""
    DEGRADED = 3
    """An input is bad."""
    UNAVAILABLE = 4


class StandingKind(IntEnum):
    """Who lets it end."""

    STATE = 1
    """The trading state of the account or a symbol: only a person raises it, with a reason."""
    CONDITION = 2
    """Comes and goes with evidence: link down, reconciling, slow mode, a halt of the venue."""
    BREAKER = 3
    """Stands ready, has tripped, or is off because an input has no source."""


class StandingRow(msgspec.Struct, frozen=True, gc=False):
    """Name, since when, who, why and until when; texts are for people, codes for programs.

    `since` 0: not known. `until` 0: until evidence or a person ends it.
    """

    kind: StandingKind
    code: str
    """account, symbol_state, strategy, link, halt, reconciling, market_wide, desk_red …"""
    name: str
    """For people: 'market-wide breaker'."""
    scope: str
    """`*` for the account or the desk, else a symbol, or the name of a strategy or a link."""
    word: str
    """HALTED, REDUCING …; for a breaker `ready`, `tripped` or `off`; else `now`."""
    is_active: bool
    """It stops something now; the header shows these."""
    since: Nanos = Nanos(0)
    until: Nanos = Nanos(0)
    who: str = ""
    """desk, ticket, line, script or venue."""
    why: str = ""
    text: str = ""
    """The header's short words; empty where the header shows it by other means."""
    ends_by: str = ""
    """What ends it: 'resume "why"', 'the venue', 'by itself'."""
    actual: str = ""
    limit: str = ""
    """Both as text, where there is something to measure: '12 %' of '50 %'."""
    severity: Severity = Severity.OK
