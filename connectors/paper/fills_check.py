"""Holds the fills of a quoted market against the order-by-order truth of the same recorded day.

The same orders are played twice: among the recorded orders, where every place in the queue is
known, and against the levels and trades of the same rows, where it is assumed.
"""

from collections.abc import Callable, Sequence
from random import Random

import msgspec

from connectors.feeds.flow import Flow
from connectors.feeds.lobster_file import Recording
from connectors.feeds.lobster_flow import LobsterFlow
from connectors.feeds.lobster_levels import level_day
from connectors.paper.venue import PaperVenue
from engine.domain.reports import VenueAccepted, VenueCompared, VenueFilled
from engine.domain.requests import CancelRequest, NewOrderRequest
from engine.domain.views import FillTime
from engine.exchange.quoted.assumptions import QueueModel
from engine.values import (
    NANOS_PER_SECOND,
    Instruction,
    Nanos,
    OrderType,
    Price,
    Quantity,
    Side,
    TimeInForce,
    Trigger,
)

LIFE_SECONDS = (60, 600)
QUANTITIES = (100, 200)
PLACES = ("best", "inside", "below")
"""Join the best price; one tick better where there is room, else join; one tick worse."""
NEVER = 0


class Trial(msgspec.Struct, frozen=True):
    """One order of the experiment, priced off the recorded quote of its moment."""

    number: int
    at: Nanos
    until: Nanos
    side: Side
    place: str
    price: Price
    quantity: int


class Result(msgspec.Struct):
    """What one trial got: shares, and when the first and the last came (0: never)."""

    accepted: bool = False
    filled: int = 0
    first_at: int = NEVER
    done_at: int = NEVER
    estimate: FillTime | None = None
    """How long the venue said on arrival that it would take."""


class Compared(msgspec.Struct, frozen=True):
    """One trial in both markets; `assumed` by queue model."""

    trial: Trial
    truth: Result
    assumed: dict[str, Result]


def trials_of(
    recording: Recording, *, orders: int, seed: int, ends_at: Nanos | None = None
) -> list[Trial]:
    """Random orders over the recorded session, by seed; fewer where the quote was one-sided."""
    identity, rng = recording.identity(), Random(seed)
    last = min(identity.ends_at, ends_at or identity.ends_at)
    span = last - identity.starts_at - LIFE_SECONDS[0] * NANOS_PER_SECOND
    drawn = [
        (
            Nanos(identity.starts_at + rng.randrange(1, span)),
            rng.choice((Side.BUY, Side.SELL)),
            rng.choice(PLACES),
            rng.choice(QUANTITIES),
            rng.randint(*LIFE_SECONDS),
        )
        for _ in range(orders)
    ]
    tick = 100
    trials: list[Trial] = []
    quotes = _quotes_at(recording, [at for at, *_ in sorted(drawn)])
    for number, ((at, side, place, quantity, life), quote) in enumerate(
        zip(sorted(drawn), quotes, strict=True), start=1
    ):
        if quote is None:
            continue
        bid, ask = quote
        best = bid if side is Side.BUY else ask
        away = {"best": 0, "inside": 1 if ask - bid > tick else 0, "below": -1}[place]
        until = Nanos(min(at + life * NANOS_PER_SECOND, last))
        price = Price(best + side * away * tick)
        trials.append(Trial(number, at, until, side, place, price, quantity))
    return trials


def _quotes_at(recording: Recording, times: Sequence[Nanos]) -> list[tuple[int, int] | None]:
    """Best bid and ask of the book file as they stood at each of the times, which ascend."""
    midnight = recording.identity().midnight
    found: list[tuple[int, int] | None] = []
    standing: tuple[int, int] | None = None
    for chunk in recording.chunks():
        for message, row in zip(chunk.messages, chunk.books, strict=True):
            while len(found) < len(times) and times[len(found)] < midnight + message[0]:
                found.append(standing)
            standing = (row[2], row[0]) if row[1] and row[3] else None
    return found + [standing] * (len(times) - len(found))


def lanes_of(trials: Sequence[Trial]) -> list[list[Trial]]:
    """So that no two orders of one lane stand at the same time: none stands in another's way."""
    lanes: list[list[Trial]] = []
    for trial in sorted(trials, key=lambda each: each.at):
        lane = next((lane for lane in lanes if lane[-1].until < trial.at), None)
        if lane is None:
            lanes.append([trial])
        else:
            lane.append(trial)
    return lanes


def check_fills(
    recording: Recording,
    trials: Sequence[Trial],
    *,
    levels: int = 10,
    tells_aggressor: bool = True,
    progress: Callable[[int, int], None] = lambda done, lanes: None,
) -> list[Compared]:
    """Every trial that both markets accepted."""
    compared: list[Compared] = []
    lanes = lanes_of(trials)
    for done, lane in enumerate(lanes, start=1):
        truth, _ = _play(LobsterFlow(recording), lane)
        day = level_day(recording, levels=levels, tells_aggressor=tells_aggressor)
        booked, assumed = _play(day, lane)
        for trial in lane:
            number = trial.number
            if truth[number].accepted and booked[number].accepted:
                assert booked[number].filled == assumed[number]["pessimistic"].filled
                compared.append(Compared(trial, truth[number], assumed[number]))
        progress(done, len(lanes))
    return sorted(compared, key=lambda each: each.trial.number)


def _play(
    flow: Flow, lane: Sequence[Trial]
) -> tuple[dict[int, Result], dict[int, dict[str, Result]]]:
    """What each trial got in this market, and what every queue model would have given it."""
    venue = PaperVenue(flow)
    venue.collect()
    results = {trial.number: Result() for trial in lane}
    assumed: dict[int, dict[str, Result]] = {
        trial.number: {model.word: Result() for model in QueueModel} for trial in lane
    }
    for trial in lane:
        _run(venue, trial.at, results, assumed)
        request = _order(trial, venue.instruments[0].symbol)
        venue.release([request], venue.stage([request]))
        results[trial.number].estimate = venue.fill_time(str(trial.number))
        _run(venue, trial.until, results, assumed)
        cancel = CancelRequest(str(trial.number))
        venue.release([cancel], venue.stage([cancel]))
        _heed(venue, results, assumed)
    return results, assumed


def _run(
    venue: PaperVenue,
    until: Nanos,
    results: dict[int, Result],
    assumed: dict[int, dict[str, Result]],
) -> None:
    _heed(venue, results, assumed)
    while venue.now < until:
        venue.advance(until)
        _heed(venue, results, assumed)


def _heed(
    venue: PaperVenue, results: dict[int, Result], assumed: dict[int, dict[str, Result]]
) -> None:
    for report in venue.collect():
        if isinstance(report, VenueAccepted):
            results[int(report.client_order_id)].accepted = True
        elif isinstance(report, VenueFilled):
            result = results[int(report.client_order_id)]
            result.filled += report.quantity
            result.first_at = result.first_at or venue.now
            result.done_at = venue.now
        elif isinstance(report, VenueCompared):
            for outcome in report.outcomes:
                assumed[int(report.client_order_id)][outcome.assumption] = Result(
                    True, outcome.filled, outcome.first_at, outcome.done_at
                )


def _order(trial: Trial, symbol: str) -> NewOrderRequest:
    return NewOrderRequest(
        str(trial.number),
        "CHECK",
        symbol,
        Instruction.BUY if trial.side is Side.BUY else Instruction.SELL,
        Quantity(trial.quantity),
        OrderType.LIMIT,
        TimeInForce.DAY,
        trial.price,
        Price(0),
        Trigger.LAST,
        True,
    )
