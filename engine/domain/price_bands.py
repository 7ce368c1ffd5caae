"""How far a US share may trade from its reference price: Limit Up-Limit Down, with dates.

The reference is the mean of the trades of five minutes. A quote that stays at its band for 15
seconds pauses the share for five minutes. Source: the LULD plan (luldplan.com) and its Amendment
18: no wider band at the open, and in the last 25 minutes only for tier 1, and for tier 2 at or
below $3.00. Dates of its phases from memory, not checked.
"""

import msgspec

from engine.values import Price

FROM_DATE = 20130408
"""Phase I, tier 1; later phases are not told apart."""
AMENDMENT_18 = 20200224
BPS = 10_000
LIMIT_STATE_SECONDS = 15
PAUSE_SECONDS = 300
LOW_ABOVE, MIDDLE_FROM = 300, 75
"""Cents of the previous close: above $3.00, and from $0.75 up to it."""
SHARE_TIER_1, SHARE_TIER_2, SHARE_MIDDLE, SHARE_LOW = 500, 1_000, 2_000, 7_500
CENTS_LOW = 15
OPENING_SECONDS, CLOSING_SECONDS = 15 * 60, 25 * 60
TIER_1, TIER_2 = 1, 2


class Band(msgspec.Struct, frozen=True, gc=False):
    """Lowest and highest price at which it may trade, in the price scale."""

    low: Price
    high: Price


def share_of(
    *, previous_close_cents: int, tier: int, trade_date: int, since_open: int, to_close: int
) -> int:
    """Basis points of the reference on either side; 0: no band held on that date."""
    if trade_date < FROM_DATE:
        return 0
    if previous_close_cents < MIDDLE_FROM:
        share = SHARE_LOW
    elif previous_close_cents <= LOW_ABOVE:
        share = SHARE_MIDDLE
    else:
        share = SHARE_TIER_1 if tier == TIER_1 else SHARE_TIER_2
    at_close = to_close <= CLOSING_SECONDS
    if trade_date < AMENDMENT_18:
        return 2 * share if at_close or since_open < OPENING_SECONDS else share
    is_doubled = at_close and (tier == TIER_1 or previous_close_cents <= LOW_ABOVE)
    return 2 * share if is_doubled else share


def band_of(reference: Price, share: int, *, previous_close_cents: int, price_scale: int) -> Band:
    """The band around a reference, each side rounded to the nearest cent.

    Below $0.75 the narrower of the share and $0.15 counts, doubled where the share is.
    """
    cent = price_scale // 100
    width = reference * share // BPS
    if previous_close_cents < MIDDLE_FROM:
        width = min(width, CENTS_LOW * cent * share // SHARE_LOW)
    low = _to_cent(reference - width, cent)
    return Band(Price(max(low, cent)), Price(_to_cent(reference + width, cent)))


def _to_cent(price: int, cent: int) -> int:
    return (price + cent // 2) // cent * cent
