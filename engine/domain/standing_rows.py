"""How a condition or a breaker becomes a row."""

from engine.domain.standing_view import Severity, StandingKind, StandingRow
from engine.values import Nanos

EVERYTHING = "*"
UNTOLD = Nanos(0)
BY_HAND = 'resume "why"'
BY_VENUE = "the venue"
BY_ITSELF = "by itself"
NOW = "now"
READY, TRIPPED, OFF = "ready", "tripped", "off"

_CONDITION = StandingKind.CONDITION


def condition(
    code: str,
    name: str,
    text: str,
    *,
    scope: str = EVERYTHING,
    severity: Severity = Severity.ATTENTION,
    since: Nanos = UNTOLD,
    until: Nanos = UNTOLD,
    who: str = "",
    ends_by: str = "",
) -> StandingRow:
    """A condition that holds now."""
    return StandingRow(
        kind=_CONDITION,
        code=code,
        name=name,
        scope=scope,
        word=NOW,
        is_active=True,
        since=since,
        until=until,
        who=who,
        why=text,
        text=text,
        ends_by=ends_by,
        severity=severity,
    )
