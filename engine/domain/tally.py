"""Orders counted in words, the same wherever some of them are about to be cancelled."""

from collections.abc import Iterable

from engine.values import Side


def tally(orders: Iterable[tuple[Side, int]]) -> str:
    """`3 orders: 2 buys, 1 sell, 400 shares` of (side, open quantity); `no order` of none."""
    sides: list[Side] = []
    shares = 0
    for side, leaves in orders:
        sides.append(side)
        shares += leaves
    if not sides:
        return "no order"
    buys = sum(1 for side in sides if side > 0)
    parts = [
        _counted(buys, "buy") if buys else "",
        _counted(len(sides) - buys, "sell") if buys < len(sides) else "",
        _counted(shares, "share"),
    ]
    return f"{_counted(len(sides), 'order')}: {', '.join(part for part in parts if part)}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
