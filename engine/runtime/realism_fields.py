"""The realism report as one JSON object a group, numbers in decimal notation as text."""

from collections.abc import Callable
from typing import Any

from engine.domain.measures import BEFORE, MARK_SECONDS
from engine.instruments import format_money
from engine.runtime.realism import (
    HUNDREDTHS,
    Filled,
    Realism,
    Sum,
    concerns,
    in_hundredths,
    ratio,
    verdict,
)


def realism_fields(group: Realism) -> dict[str, Any]:
    """Every figure of one group; None where it is not known."""
    displaced, size = group.displaced, group.size_field
    return {
        "epoch": group.epoch,
        "source": group.source,
        "currency": group.currency,
        "sessions": group.sessions,
        "verdict": verdict(group),
        "concerns": [
            {"name": c.name, "actual": c.actual, "threshold": c.threshold, "sentence": c.sentence}
            for c in concerns(group)
        ],
        "fills": group.fills,
        "shares": size(group.shares),
        "notional": format_money(group.notional),
        "fees": format_money(group.fees),
        "slippage": _sum(group.slippage),
        "paid_bps": _plain(group.paid_bps),
        "missed": {**_sum(group.missed), "remainders": group.remainders},
        "shortfall_bps": _plain(group.shortfall_bps),
        "own_share": [
            {
                "symbol": tape.symbol,
                "own_volume": size(tape.own_volume),
                "volume": size(tape.volume),
                "trades": tape.trades,
                "percent": _plain(ratio(tape.own_volume, tape.volume, 100 * HUNDREDTHS)),
            }
            for tape in group.tape.values()
            if tape.own_volume
        ],
        "displaced": None
        if displaced is None
        else {
            "executions": displaced.executions,
            "shares": size(displaced.shares),
            "unfilled": size(displaced.unfilled),
        },
        "passive": {
            "orders": group.passive.orders,
            "orders_filled": group.passive.orders_filled,
            "shares": size(group.passive.shares),
            "shares_filled": size(group.passive.shares_filled),
        },
        "assumptions": {
            "booked": " and ".join(group.assumptions.booked),
            "orders": group.assumptions.orders,
            "differ": group.assumptions.differ,
            "shares": {name: size(got) for name, got in group.assumptions.shares.items()},
        }
        if group.assumptions.orders
        else None,
        "liquidity": {name: _filled(side, size) for name, side in sorted(group.sides.items())},
    }


def _filled(side: Filled, size: Callable[[int], int | str]) -> dict[str, Any]:
    marks = {seconds: side.marks.get(seconds, Sum()) for seconds in (BEFORE, *MARK_SECONDS)}
    return {
        "fills": side.fills,
        "shares": size(side.shares),
        "slippage": _sum(side.slippage),
        "markouts": [
            {"seconds": seconds, **_sum(total), "unknown": side.fills - total.fills}
            for seconds, total in marks.items()
        ],
    }


def _sum(total: Sum) -> dict[str, Any]:
    return {"bps": _plain(total.bps), "fills": total.fills}


def _plain(hundredths: int | None) -> str | None:
    """The same digits as people read, with the minus sign that programs read."""
    if hundredths is None:
        return None
    return in_hundredths(hundredths).replace("−", "-").replace(",", "")
