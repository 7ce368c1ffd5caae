"""What keeps an arriving order from doing harm: collar, market band, post-only, all-or-none."""

from engine.exchange.levels import Half
from engine.exchange.messages import NewOrder, Refusal, SelfMatch
from engine.exchange.settings import BASIS_POINTS, BookSettings
from engine.values import OrderType, Side, TimeInForce

NO_FLOOR = -(1 << 62)
"""A key below that of every price: an order with this floor takes at any price."""

_BUY = Side.BUY
_LIMIT = OrderType.LIMIT
_FOK = TimeInForce.FOK


def floor_of(
    order: NewOrder, settings: BookSettings, opposite: Half, own: Half, last_price: int | None
) -> int:
    """The least key of the opposite side that the order may take: its limit, or its band."""
    if order.type is _LIMIT:
        return -order.price if order.side is _BUY else order.price
    if settings.market_band_bps is None or not opposite.keys:
        return NO_FLOOR
    return _band_floor(order.side, settings.market_band_bps, opposite, own, last_price)


def objection_to(
    order: NewOrder,
    floor: int,
    settings: BookSettings,
    opposite: Half,
    own: Half,
    last_price: int | None,
) -> Refusal | None:
    """Why the order may not enter the book as it stands now."""
    takes = bool(opposite.keys) and opposite.keys[-1] >= floor
    if takes and order.post_only:
        return Refusal.WOULD_TAKE
    if takes and order.type is _LIMIT and settings.collar_bps is not None:
        edge = _band_floor(order.side, settings.collar_bps, opposite, own, last_price)
        if floor < edge:
            return Refusal.COLLAR
    if order.time_in_force is _FOK and not _fills_whole(order, floor, settings, opposite):
        return Refusal.FOK_UNFILLABLE
    return None


def _band_floor(side: Side, bps: int, opposite: Half, own: Half, last_price: int | None) -> int:
    """The key `bps` beyond the reference, rounded towards the reference."""
    touch = opposite.best_price
    assert touch is not None, "a band is asked for only when there is something to take"
    own_best = own.best_price
    if last_price is not None:
        doubled = 2 * last_price
    else:
        doubled = touch + (touch if own_best is None else own_best)
    if side is _BUY:
        return -(doubled * (BASIS_POINTS + bps) // (2 * BASIS_POINTS))
    return -(-doubled * (BASIS_POINTS - bps) // (2 * BASIS_POINTS))


def _fills_whole(order: NewOrder, floor: int, settings: BookSettings, opposite: Half) -> bool:
    """Whether the order would trade its whole quantity, self-match prevention included."""
    mode, owner, wanted = settings.self_match, order.owner, order.quantity
    guarded = bool(owner) and mode is not SelfMatch.OFF
    found = 0
    for key in reversed(opposite.keys):
        if key < floor:
            return False
        level = opposite.levels[key * opposite.sign]
        if not guarded:
            found += level.quantity
            if found >= wanted:
                return True
            continue
        maker = level.first
        while maker is not None:
            if maker.order.owner != owner:
                found += maker.leaves
            elif mode is not SelfMatch.CANCEL_PASSIVE:
                # The other modes end or shorten the arriving order here: no longer all of it.
                return False
            if found >= wanted:
                return True
            maker = maker.following
    return False
