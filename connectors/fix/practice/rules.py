"""What the practice venue asks of every session: when it may speak, how fast, and to stay."""

import msgspec

from connectors.fix.link.schedule import NonStop, Schedule
from connectors.fix.practice.door import Credentials
from engine.values import Nanos


class HouseRules(msgspec.Struct, frozen=True, kw_only=True):
    """The same for everybody who connects."""

    schedule: Schedule = NonStop()
    rate_max: int = 0
    """Application messages a second of one session; 0: any number."""
    credentials: Credentials = msgspec.field(default_factory=dict)
    """Username and password that a client has to give; who is not in it gives none."""
    cancel_after: Nanos | None = None
    """How long after its line is gone a client's orders are cancelled; None: they stay."""


OPEN_HOUSE = HouseRules()
"""Always open, nothing asked."""
