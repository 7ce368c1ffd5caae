"""What the practice venue asks of every session: when it may speak."""

import msgspec

from connectors.fix.link.schedule import NonStop, Schedule


class HouseRules(msgspec.Struct, frozen=True, kw_only=True):
    """The same for everybody who connects."""

    schedule: Schedule = NonStop()


OPEN_HOUSE = HouseRules()
"""Always open, nothing asked."""
