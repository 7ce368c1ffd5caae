"""The report of comparing books: how the last run ended, every difference, and what is open."""

from typing import Any

from engine.domain.attention import attention_of
from engine.domain.recon_events import DifferenceFound
from engine.domain.state import State
from engine.runtime.market_time import exchange_clock, iso_utc

Fields = dict[str, Any]
KINDS = {1: "order", 2: "fill", 3: "position", 4: "cash"}


def books_lines(state: State) -> list[str]:
    """For people: one difference a line, the newest first."""
    recon = state.recon
    lines = [_head(state), ""]
    lines += [_difference_line(state, found) for found in reversed(recon.differences)]
    if not recon.differences:
        lines.append("no difference has been found in what this home remembers")
    rows = attention_of(state)
    if rows:
        lines += ["", "needs attention:"]
        lines += [
            f"  {row.kind} {row.label or row.symbol}: {row.known} · {row.worst}" for row in rows
        ]
        lines += ["", *(f"  {row.line.strip()} …" for row in rows)]
    return lines


def _head(state: State) -> str:
    recon = state.recon
    if recon.run is not None:
        waits = len(recon.run.awaiting)
        return f"the venue is being asked ({waits} answer{'s' if waits != 1 else ''} to come)"
    if not recon.finished_at:
        return f"never compared whole yet{': ' + recon.text if recon.text else ''}"
    return f"compared whole at {exchange_clock(recon.finished_at)}: {recon.text}"


def _difference_line(state: State, found: DifferenceFound) -> str:
    mark = "!" if found.is_break else " "
    order = state.orders.get(found.order_id) or state.past_orders.get(found.order_id)
    who = f"{found.symbol} order {order.label}" if order is not None else found.symbol
    kind = KINDS[found.difference]
    return (
        f"{mark} {exchange_clock(found.at)}  {kind:<8} {who}: {found.ours} here, "
        f"{found.venues} at the venue — {found.action}"
    )


def books_fields(state: State) -> Fields:
    """The same for a program."""
    recon = state.recon
    return {
        "compared_at": iso_utc(recon.finished_at) if recon.finished_at else None,
        "text": recon.text,
        "under_way": recon.run is not None,
        "differences": [
            {
                "at": iso_utc(found.at),
                "kind": KINDS[found.difference],
                "account": found.account,
                "symbol": found.symbol,
                "order": _label(state, found),
                "ours": found.ours,
                "venue": found.venues,
                "action": found.action,
                "break": found.is_break,
            }
            for found in recon.differences
        ],
        "attention": [
            {
                "kind": row.kind,
                "order": row.label,
                "symbol": row.symbol,
                "known": row.known,
                "worst": row.worst,
                "line": row.line.strip(),
            }
            for row in attention_of(state)
        ],
    }


def _label(state: State, found: DifferenceFound) -> str | None:
    order = state.orders.get(found.order_id) or state.past_orders.get(found.order_id)
    return order.label if order is not None else None
