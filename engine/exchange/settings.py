"""What a venue may switch on for its books: self-match prevention, caps, collar and market band."""

import msgspec

from engine.exchange.messages import SelfMatch

BASIS_POINTS = 10_000
"""Basis points in one."""


class BookSettings(msgspec.Struct, frozen=True, gc=False):
    """Settings of one book; everything is off unless it is set.

    Distances are basis points of the reference: the last trade, before the first trade the mid,
    and with one side empty the best price that the order would meet.
    """

    self_match: SelfMatch = SelfMatch.OFF
    orders_max: int | None = None
    """Orders that may rest or wait in the book; the next one that could rest is refused."""
    orders_per_owner_max: int | None = None
    """The same for one owner; anonymous market flow is not counted."""
    collar_bps: int | None = None
    """A limit that would take and lies further beyond the reference is refused."""
    market_band_bps: int | None = None
    """A market order trades no further from the reference; what is left is cancelled."""
    post_only_survives_replace: bool = True
    """Whether a replace that would make a post-only order take is refused."""
