"""The effective limits: typed values, their keys, units and defaults; tightening and loosening."""

import msgspec


class Limits(msgspec.Struct, frozen=True):
    """Placeholder until the risk engineer's table lands."""
