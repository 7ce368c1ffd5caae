"""Orders counted in words, the same wherever some of them are about to be cancelled."""

from collections.abc import Iterable

from engine.instruments import Instrument
from engine.values import Side

Counted = tuple[Side, int, Instrument]
"""Side and open quantity of an order, and what it is for."""


def tally(orders: Iterable[Counted]) -> str:
    """`3 orders: 2 buys, 1 sell, 400 shares`, or `… 0.3 BTC`; `no order` of none."""
    sides: list[Side] = []
    shares = 0
    coins: dict[str, tuple[int, Instrument]] = {}
    for side, leaves, instrument in orders:
        sides.append(side)
        if not instrument.quantity_digits:
            shares += leaves
            continue
        before, _ = coins.get(instrument.symbol, (0, instrument))
        coins[instrument.symbol] = (before + leaves, instrument)
    if not sides:
        return "no order"
    buys = sum(1 for side in sides if side > 0)
    parts = [
        _counted(buys, "buy") if buys else "",
        _counted(len(sides) - buys, "sell") if buys < len(sides) else "",
        _counted(shares, "share") if shares or not coins else "",
        *(f"{known.format_quantity(amount)} {known.unit}" for amount, known in coins.values()),
    ]
    return f"{_counted(len(sides), 'order')}: {', '.join(part for part in parts if part)}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
