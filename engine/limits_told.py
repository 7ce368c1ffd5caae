"""What a screen asks of the limits, and what it hears."""

import msgspec

from engine.domain.limits_view import LimitsView


class TellLimits(msgspec.Struct, frozen=True, tag="tell_limits"):
    """Every control as it stands for this symbol: used, limit, room, source."""

    symbol: str


class LimitsTold(msgspec.Struct, frozen=True, tag="limits_told"):
    view: LimitsView
