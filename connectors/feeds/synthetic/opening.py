"""The book with which a symbol opens: tight, deep and alive, whatever the seed."""

from math import ceil, floor
from random import Random

from connectors.feeds.synthetic.chance import waiting
from connectors.feeds.synthetic.symbols import Listing
from engine.values import Quantity, Side

OPENING_SPREAD_BPS_MAX = 10
"""Unless one tick is more."""
NEAR_BPS = 20
NEAR_SHARES_MIN = 2_600
"""Within `NEAR_BPS` of the middle, on each side: more than the 2,000 that are promised."""
LEVELS = 22

ORDERS_PER_LEVEL_MAX = 9

_BEST_SHARE, _BEHIND_SHARE = 0.85, 0.7
_ODD_LOT = 0.2

Placed = tuple[Side, int, Quantity]
"""Side, price in ticks, quantity."""


def opening_touch(listing: Listing, fair: float) -> tuple[int, int]:
    """Best bid and ask in ticks around fair value: the usual spread, never above the promise."""
    at_most = max(1, floor(fair * OPENING_SPREAD_BPS_MAX / 10_000))
    spread = min(listing.spread_ticks, at_most)
    bid = floor(fair - (spread - 1) / 2)
    return bid, bid + spread


def opening_orders(listing: Listing, fair: float, random: Random) -> list[Placed]:
    """Resting orders of both sides, best price first, the sides taking turns by level."""
    bid, ask = opening_touch(listing, fair)
    near = (bid + ask) / 2 * NEAR_BPS / 10_000
    bids = _side(listing, Side.BUY, bid, near_to=ceil((bid + ask) / 2 - near), random=random)
    asks = _side(listing, Side.SELL, ask, near_to=floor((bid + ask) / 2 + near), random=random)
    return bids + asks


def _side(listing: Listing, side: Side, best: int, *, near_to: int, random: Random) -> list[Placed]:
    placed: list[Placed] = []
    price, near, step = best, 0, max(1, listing.spread_ticks // 3)
    for level in range(LEVELS):
        sizes = _level(listing, level, random)
        placed += [(side, price, Quantity(size)) for size in sizes]
        if side * price >= side * near_to:
            near += sum(sizes)
        price -= side * _jump(step, random)
    if near < NEAR_SHARES_MIN:
        placed += _reserve(listing, side, best, NEAR_SHARES_MIN - near)
    return placed


def _level(listing: Listing, level: int, random: Random) -> list[int]:
    """Orders at one price, in lots but for an odd one: the best is thinner than those behind."""
    lot, usual = listing.lot, listing.queue / listing.lot
    share = _BEST_SHARE if level == 0 else _BEHIND_SHARE * (1.0 + 0.4 * min(level, 4) / 4)
    lots = max(1, round(usual * share * (0.7 + 0.6 * random.random())))
    sizes: list[int] = []
    while lots > 0 and len(sizes) < ORDERS_PER_LEVEL_MAX:
        taken = min(lots, 1 + int(waiting(random) * usual / 5))
        lots -= taken
        sizes.append(lot * taken)
    if random.random() < _ODD_LOT:
        sizes.append(1 + int(random.random() * (lot - 1)))
    return sizes


def _jump(step: int, random: Random) -> int:
    """Ticks to the next level: dear symbols have gaps."""
    return 1 if step == 1 else 1 + int(random.random() * (2 * step - 1))


def _reserve(listing: Listing, side: Side, best: int, missing: int) -> list[Placed]:
    """What is missing near the middle, in lots just behind the best price."""
    lots = ceil(missing / listing.lot)
    behind = 1 if listing.spread_ticks > 1 else 0
    return [
        (side, best - side * behind * (1 + place % 4), Quantity(listing.lot * count))
        for place, count in enumerate(_shared_out(lots, 4))
        if count
    ]


def _shared_out(lots: int, among: int) -> list[int]:
    return [lots // among + (place < lots % among) for place in range(among)]
