"""The realism report as lines to read, with a plain picture where people would rather look."""

from collections.abc import Iterator

from engine.domain.measures import BEFORE, MARK_SECONDS
from engine.instruments import format_money
from engine.runtime.realism import (
    BPS,
    ENOUGH,
    Filled,
    Realism,
    Sum,
    concerns,
    in_hundredths,
    percent,
    ratio,
    verdict,
)

BAR_CELLS = 12
"""Cells of a bar to either side of zero."""
SYMBOLS_SHOWN_MAX = 12
SOURCES = {
    "synthetic": "synthetic market",
    "replay": "replayed recording",
    "live": "live quotes",
    "delayed": "delayed quotes",
    "frozen": "frozen quotes",
}


def heading(group: Realism) -> str:
    """What the figures are of, and of nothing else."""
    epoch = "an unknown epoch" if group.epoch is None else f"epoch {group.epoch}"
    sessions = f"{group.sessions:,} session" + ("" if group.sessions == 1 else "s")
    return f"{SOURCES.get(group.source, group.source)}, {epoch}, {group.currency}, {sessions}"


def report_lines(group: Realism) -> tuple[str, ...]:
    """One group, the verdict first; at most 78 columns but for sentences, which may be wrapped."""
    return (
        verdict(group),
        *_concerns(group),
        "",
        *_cost(group),
        *_tape(group),
        *_queues(group),
        *_markouts(group),
    )


def one_line(groups: list[Realism]) -> str:
    """For the end of a session; empty where nothing was filled."""
    told = [_short(group) for group in groups if group.fills]
    return " · ".join(told)


def _short(group: Realism) -> str:
    parts = [f"{group.fills:,} fills" if group.fills != 1 else "1 fill"]
    by_share = sorted(group.tape.values(), key=lambda t: ratio(t.own_volume, t.volume, BPS) or 0)
    if by_share:
        most = by_share[-1]
        parts.append(f"you were {percent(most.own_volume, most.volume)} of {most.symbol}")
    if group.displaced is not None:
        parts.append(f"{group.displaced.executions:,} recorded executions displaced")
    parts.append(f"slippage {in_hundredths(group.slippage.bps, signed=True)} bps")
    return f"realism: {', '.join(parts)}: {verdict(group)}"


def _concerns(group: Realism) -> Iterator[str]:
    for concern in concerns(group):
        yield f"  ! {concern.name}: {concern.actual}, threshold {concern.threshold}"


def _cost(group: Realism) -> Iterator[str]:
    slippage = group.slippage
    value, fees = (format_money(money, grouped=True) for money in (group.notional, group.fees))
    fills = f"{group.fills:,} fill" + ("" if group.fills == 1 else "s")
    yield f"{fills} of {group.size_text(group.shares)} for {value} {group.currency}, fees {fees}"
    unjudged = group.fills - slippage.fills
    paid = in_hundredths(group.paid_bps, signed=True)
    yield f"slippage against the arrival mid {_bps(slippage)}, {paid} with fees (+ is cost)"
    if unjudged:
        yield f"  {unjudged:,} of the fills had no arrival mid"
    if not group.remainders:
        return
    missed, shortfall = group.missed, in_hundredths(group.shortfall_bps, signed=True)
    given_up = f"{group.remainders:,} remainder" + ("" if group.remainders == 1 else "s")
    yield f"{given_up} never filled: {_bps(missed)} missed (+ is cost)"
    yield f"shortfall of all that was asked for, fees included: {shortfall} bps"
    if group.remainders > missed.fills:
        yield f"  of {group.remainders - missed.fills:,} of them no mid is known"


def _tape(group: Realism) -> Iterator[str]:
    displaced = group.displaced
    if displaced is not None:
        yield (
            f"recorded executions displaced {displaced.executions:,}"
            f" ({group.size_text(displaced.shares)} shares),"
            f" {group.size_text(displaced.unfilled)} found nobody"
        )
    traded = [tape for tape in group.tape.values() if tape.own_volume]
    if not traded:
        return
    yield ""
    yield "own share of what traded     you        tape"
    traded.sort(key=lambda tape: -tape.own_volume * 1_000_000 // max(tape.volume, 1))
    for tape in traded[:SYMBOLS_SHOWN_MAX]:
        share = percent(tape.own_volume, tape.volume)
        bar = _bar(tape.own_volume, tape.volume)
        own, volume = group.size_text(tape.own_volume), group.size_text(tape.volume)
        yield f"  {tape.symbol:<8}{share:>10}  {own:>8} {volume:>11}  {bar}"
    if len(traded) > SYMBOLS_SHOWN_MAX:
        yield f"  and {len(traded) - SYMBOLS_SHOWN_MAX:,} more symbols"


def _queues(group: Realism) -> Iterator[str]:
    passive, assumptions = group.passive, group.assumptions
    if passive.orders:
        yield ""
        yield (
            f"passive orders filled {passive.orders_filled:,} of {passive.orders:,}"
            f" ({percent(passive.orders_filled, passive.orders)}),"
            f" shares {percent(passive.shares_filled, passive.shares)}"
        )
    if not assumptions.orders:
        return
    yield (
        f"fills at the bounds: {assumptions.orders - assumptions.differ:,} of"
        f" {assumptions.orders:,} orders get the same whatever is assumed"
    )
    most = max(assumptions.shares.values())
    for name, shares in sorted(assumptions.shares.items(), key=lambda pair: pair[1]):
        mark = " booked" if name in assumptions.booked else ""
        yield f"  {name:<16}{group.size_text(shares):>10}  {_bar(shares, most)}{mark}"


def _markouts(group: Realism) -> Iterator[str]:
    known = [side.marks for side in group.sides.values() if side.marks]
    if not known:
        return
    largest = max(abs(total.bps or 0) for marks in known for total in marks.values())
    yield ""
    yield "gain against the mid before the fill and after it, bps (− is against you)"
    for name, side in sorted(group.sides.items()):
        for seconds in (BEFORE, *MARK_SECONDS):
            yield _markout(name, side, seconds, largest)
    if group.fills < ENOUGH:
        yield f"fewer than {ENOUGH} fills: averages say little"


def _markout(name: str, side: Filled, seconds: int, largest: int) -> str:
    total = side.marks.get(seconds, Sum())
    label = f"{name} {'before' if seconds == BEFORE else f'{seconds} s'}"
    value = in_hundredths(total.bps, signed=True)
    count = f"{total.fills:,} of {side.fills:,}"
    return f"  {label:<14}{value:>9}  {_around_zero(total.bps or 0, largest)}  {count}"


def _bps(total: Sum) -> str:
    return f"{in_hundredths(total.bps, signed=True)} bps"


def _bar(part: int, whole: int) -> str:
    cells = 2 * BAR_CELLS
    return "█" * min(cells, (ratio(part, whole, cells) or 0) or (1 if part else 0))


def _around_zero(value: int, largest: int) -> str:
    cells = ratio(abs(value), largest, BAR_CELLS) or 0
    left, right = ("█" * cells, "") if value < 0 else ("", "█" * cells)
    return f"{left:>{BAR_CELLS}}│{right:<{BAR_CELLS}}"
