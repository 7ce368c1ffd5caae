"""Lets a market that was opened at a kept place go on to where the desk had last seen it.

Between the last checkpoint and the end of the journal the trader's orders take no part: the desk
heard of no fill there, for a fill is one commit with its checkpoint. One that happened now would
say otherwise. They stand again at the end of it, at the places that were written down: no worse
than they were, because a queue ahead can only shrink.
"""

from collections.abc import Callable, Sequence

from connectors.feeds.flow import Flow
from connectors.paper.clerk import Clerk
from engine.domain.commands import ALL_SYMBOLS
from engine.domain.reports import PhaseChanged, Report
from engine.values import Nanos


def play_on(flow: Flow, clerk: Clerk, step: Callable[[Nanos], None], until: int) -> None:
    """Every step of the market up to and including `until`, which is the clerk's time then."""
    while (at := flow.next_at()) is not None and at <= until:
        step(at)
    clerk.now = Nanos(max(clerk.now, until))
    clerk.reports = newest_phases(clerk.reports)


def newest_phases(reports: Sequence[Report]) -> list[Report]:
    """Of what was said meanwhile the newest word on every symbol's phase, in its order.

    What lies between was told once, by the run that was cut off.
    """
    told: set[str] = set()
    kept: list[Report] = []
    for report in reversed(reports):
        if isinstance(report, PhaseChanged):
            if report.symbol in told or ALL_SYMBOLS in told:
                continue
            told.add(report.symbol)
        kept.append(report)
    return kept[::-1]
