"""What a comparison of assumed fills with the order-by-order truth says, in counts."""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from connectors.feeds.lobster_file import Recording
from connectors.paper.fills_check import Compared, Result, Trial, check_fills
from engine.values import NANOS_PER_SECOND

PESSIMISTIC, FRONT = "pessimistic", "front"
ALONE_MAX = 24
"""Orders that are played again by themselves, each a pass over the day; others count as played."""


class FillsCheck(msgspec.Struct, frozen=True):
    """Counts over all orders; the bounds are per order."""

    orders: int
    shares_asked: int
    shares_filled: dict[str, int]
    """By market: `truth`, and each queue model."""
    orders_filled: dict[str, int]
    """Orders that were filled whole."""
    seconds_to_fill: dict[str, float]
    """Mean time to the last share, over the orders that every market filled whole."""
    too_much: int
    """Orders of which the pessimistic model filled more than the truth."""
    too_little: int
    """Orders of which the front of the queue filled less than the truth."""
    too_early: int
    """Orders that the pessimistic model filled whole before the truth did."""
    too_late: int
    """Orders that the front filled whole after the truth did."""
    estimates: dict[str, int]
    """Of the waits that were estimated on arrival and ended or outlived their band: how many lay
    `below` the 25–75 % band, `inside` and `above` it (the true place, the true wait)."""
    disturbed: int
    """Orders beyond a bound that are inside it when they are played alone: an earlier order of
    the experiment had changed the recorded book."""

    @property
    def is_bounded(self) -> bool:
        return not (self.too_much or self.too_little or self.too_early or self.too_late)


def summary_of(compared: Sequence[Compared], alone: Iterable[Compared] = ()) -> FillsCheck:
    """`alone`: orders beyond a bound, played again by themselves; they count as played then."""
    again = {each.trial.number: each for each in alone}
    judged = [again.get(each.trial.number, each) for each in compared]
    markets = ["truth", *judged[0].assumed] if judged else ["truth"]
    whole = [each for each in judged if all(_is_whole(r, each) for r in _results(each).values())]
    return FillsCheck(
        orders=len(judged),
        shares_asked=sum(each.trial.quantity for each in judged),
        shares_filled={m: sum(_results(each)[m].filled for each in judged) for m in markets},
        orders_filled={
            m: sum(_is_whole(_results(each)[m], each) for each in judged) for m in markets
        },
        seconds_to_fill={
            m: round(
                sum(_results(each)[m].done_at - each.trial.at for each in whole)
                / NANOS_PER_SECOND
                / max(1, len(whole)),
                3,
            )
            for m in markets
        },
        too_much=sum(map(_is_too_much, judged)),
        too_little=sum(map(_is_too_little, judged)),
        too_early=sum(map(_is_too_early, judged)),
        too_late=sum(map(_is_too_late, judged)),
        estimates=_estimates(judged),
        disturbed=sum(1 for each in again.values() if not is_beyond(each)),
    )


def is_beyond(each: Compared) -> bool:
    """Whether the truth of an order lies outside what the two bounds say of it."""
    checks = (_is_too_much, _is_too_little, _is_too_early, _is_too_late)
    return any(check(each) for check in checks)


def played_alone(
    recording: Recording,
    compared: Sequence[Compared],
    *,
    levels: int,
    tells_aggressor: bool,
    progress: Callable[[int, int], None] = lambda done, orders: None,
) -> list[Compared]:
    """Orders beyond a bound once more, with nobody before them: the first ALONE_MAX of them."""
    beyond: list[Trial] = [each.trial for each in compared if is_beyond(each)][:ALONE_MAX]
    played: list[Compared] = []
    for done, trial in enumerate(beyond, start=1):
        played += check_fills(recording, [trial], levels=levels, tells_aggressor=tells_aggressor)
        progress(done, len(beyond))
    return played


def _estimates(compared: Iterable[Compared]) -> dict[str, int]:
    counts = {"below": 0, "inside": 0, "above": 0}
    for each in compared:
        band, truth = each.truth.estimate, each.truth
        if band is None:
            continue
        ends_at = truth.done_at if _is_whole(truth, each) else each.trial.until
        waited = (ends_at - each.trial.at) / NANOS_PER_SECOND
        if waited > band.high:
            counts["above"] += 1
        elif _is_whole(truth, each):
            counts["below" if waited < band.low else "inside"] += 1
    return counts


def _results(each: Compared) -> dict[str, Result]:
    return {"truth": each.truth, **each.assumed}


def _is_whole(result: Result, each: Compared) -> bool:
    return result.filled == each.trial.quantity


def _is_too_much(each: Compared) -> bool:
    return each.assumed[PESSIMISTIC].filled > each.truth.filled


def _is_too_little(each: Compared) -> bool:
    return each.assumed[FRONT].filled < each.truth.filled


def _is_too_early(each: Compared) -> bool:
    booked = each.assumed[PESSIMISTIC]
    both = _is_whole(booked, each) and _is_whole(each.truth, each)
    return both and booked.done_at < each.truth.done_at


def _is_too_late(each: Compared) -> bool:
    front = each.assumed[FRONT]
    both = _is_whole(front, each) and _is_whole(each.truth, each)
    return both and front.done_at > each.truth.done_at
