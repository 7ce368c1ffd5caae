"""A bad line loses, repeats, delays and reorders by seed, and invents nothing."""

from collections.abc import Sequence
from random import Random

import pytest

from connectors.faults.lane import Lane
from connectors.faults.rates import Faults, Rates
from connectors.faults.venue import BACK, FaultyVenue
from engine.domain.quotes import Phase
from engine.domain.reports import LinkChanged, LinkState, PhaseChanged, Report, VenueAccepted
from engine.domain.requests import CancelRequest, Request
from engine.values import NANOS_PER_SECOND, Nanos

SECOND = NANOS_PER_SECOND
ALWAYS = 1_000
NEVER = Rates()
BAD = Rates(drop=200, duplicate=200, delay=200, reorder=200)


class Parrot:
    """A venue that accepts whatever arrives, at once, and knows what it was given."""

    name = "parrot"

    has_oca = True

    def __init__(self) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self._said: list[Report] = []

    def stage(self, requests: Sequence[Request]) -> Sequence[bytes]:
        return [request.client_order_id.encode() for request in requests]

    def release(self, requests: Sequence[Request], staged: Sequence[bytes]) -> None:
        for request, sent in zip(requests, staged, strict=True):
            self.heard.append((request.client_order_id, sent))
            self._said.append(VenueAccepted(request.client_order_id, "1"))

    def collect(self) -> list[Report]:
        said, self._said = self._said, []
        return said

    def queue_ahead(self, client_order_id: str) -> int:
        return 7

    def names(self) -> list[str]:
        return [name for name, _ in self.heard]


def line(
    requests: Rates = NEVER, reports: Rates = NEVER, *, seed: int = 1, **more: bool
) -> FaultyVenue:
    return FaultyVenue(Parrot(), Faults(requests, reports, **more), seed=seed)


def send(venue: FaultyVenue, *names: str) -> None:
    requests = [CancelRequest(name) for name in names]
    venue.release(requests, venue.stage(requests))


def heard(venue: FaultyVenue) -> list[str]:
    """What the desk hears: ids of orders, and words of the line itself."""
    return [
        report.state.name if isinstance(report, LinkChanged) else report.client_order_id
        for report in venue.collect()
    ]


def names(count: int) -> list[str]:
    return [f"A{number}" for number in range(count)]


def test_a_perfect_line_changes_nothing():
    venue = line()
    send(venue, *names(20))
    assert venue.inner.names() == names(20) == heard(venue)
    assert venue.queue_ahead("A1") == 7 and venue.name == "parrot"
    assert venue.next_at() is None


@pytest.mark.parametrize("lane", ["requests", "reports"])
def test_what_is_dropped_never_arrives(lane):
    venue = line(**{lane: Rates(drop=ALWAYS)})
    send(venue, "A")
    venue.pass_to(Nanos(100 * SECOND))
    assert heard(venue) == []
    assert venue.inner.names() == ([] if lane == "requests" else ["A"])


def test_a_repeated_request_carries_the_bytes_that_were_staged():
    venue = line(Rates(duplicate=ALWAYS))
    send(venue, "A")
    venue.pass_to(Nanos(60 * SECOND))
    assert venue.inner.heard == [("A", b"A"), ("A", b"A")]


def test_a_late_message_holds_up_what_comes_behind_it():
    venue = line(Rates(delay=500, delay_max=Nanos(SECOND)))
    for name in names(50):
        send(venue, name)
        venue.pass_to(Nanos(venue.now + SECOND // 100))
    assert venue.inner.names() != names(50)
    venue.pass_to(Nanos(100 * SECOND))
    assert venue.inner.names() == names(50)


def test_a_message_that_is_overtaken_arrives_all_the_same():
    venue = line(Rates(reorder=300, delay_max=Nanos(SECOND)))
    send(venue, *names(50))
    venue.pass_to(Nanos(SECOND))
    assert venue.inner.names() != names(50)
    assert sorted(venue.inner.names()) == sorted(names(50))


def test_nothing_is_later_than_the_longest_delay():
    venue = line(Rates(reorder=ALWAYS, delay_max=Nanos(3 * SECOND)))
    send(venue, *names(200))
    venue.pass_to(Nanos(3 * SECOND))
    assert len(venue.inner.names()) == 200


def test_reports_suffer_on_their_own():
    venue = line(reports=Rates(reorder=400, duplicate=300, delay_max=Nanos(SECOND)))
    send(venue, *names(40))
    assert venue.inner.names() == names(40)
    venue.pass_to(Nanos(SECOND))
    told = heard(venue)
    assert told != names(40) and set(told) == set(names(40)) and len(told) > 40


@pytest.mark.parametrize("keeps_reports", [True, False])
def test_a_line_that_breaks_says_so_and_keeps_or_loses_what_the_venue_said(keeps_reports):
    venue = line(keeps_reports=keeps_reports)
    send(venue, "A")
    venue.disconnect(Nanos(5 * SECOND), "cable")
    assert heard(venue) == ["DOWN"] and venue.is_down
    venue.pass_to(Nanos(5 * SECOND))
    assert heard(venue) == ["UP", *(["A"] if keeps_reports else [])]
    assert not venue.is_down


def test_requests_on_their_way_are_lost_when_the_line_breaks():
    venue = line(Rates(delay=ALWAYS))
    send(venue, "A")
    venue.disconnect(Nanos(SECOND), "cable")
    venue.pass_to(Nanos(200 * SECOND))
    assert venue.inner.names() == []
    assert venue.tolls[0].lost == 1


@pytest.mark.parametrize("holds_requests", [True, False])
def test_what_is_sent_over_a_broken_line_leaves_later_or_never(holds_requests):
    venue = line(holds_requests=holds_requests)
    venue.disconnect(Nanos(SECOND), "cable")
    send(venue, "A")
    assert venue.inner.names() == []
    venue.pass_to(Nanos(SECOND))
    assert venue.inner.names() == (["A"] if holds_requests else [])


def test_a_second_break_makes_the_first_longer():
    venue = line()
    venue.disconnect(Nanos(2 * SECOND), "cable")
    venue.pass_to(Nanos(SECOND))
    venue.disconnect(Nanos(4 * SECOND), "cable")
    venue.pass_to(Nanos(3 * SECOND))
    assert heard(venue) == ["DOWN"]
    venue.pass_to(Nanos(4 * SECOND))
    assert heard(venue) == ["UP"]


def test_a_venue_that_restarts_loses_what_it_had_said_and_not_what_it_knows():
    venue = line(reports=Rates(delay=ALWAYS))
    send(venue, "A")
    venue.restart(Nanos(SECOND), "restart")
    venue.pass_to(Nanos(200 * SECOND))
    assert heard(venue) == ["DOWN", "UP"]
    assert venue.inner.names() == ["A"]


def test_a_new_process_finds_the_line_up_and_what_was_sent_has_arrived():
    venue = line(Rates(delay=ALWAYS))
    send(venue, "A")
    venue.desk_died()
    assert heard(venue) == ["A"] and not venue.is_down


def run(seed: int) -> list[tuple[int, list[str]]]:
    venue, told = line(BAD, BAD, seed=seed), []
    for name in names(60):
        send(venue, name)
        venue.pass_to(Nanos(venue.now + SECOND))
        told.append((len(venue.inner.heard), heard(venue)))
    return told


def test_the_same_seed_gives_the_same_arrivals():
    assert run(7) == run(7) != run(8)


def test_in_small_steps_or_in_one_the_venue_is_given_the_same():
    at_once, in_steps = line(BAD), line(BAD)
    for venue in (at_once, in_steps):
        send(venue, *names(60))
    at_once.pass_to(Nanos(120 * SECOND))
    while in_steps.now < 120 * SECOND:
        in_steps.pass_to(Nanos(in_steps.now + SECOND // 2))
    assert at_once.inner.names() == in_steps.inner.names()


def test_the_line_says_when_something_arrives_next():
    venue = line(Rates(delay=ALWAYS))
    send(venue, "A")
    due = venue.next_at()
    assert due is not None and not venue.has_reports()
    venue.pass_to(Nanos(due - 1))
    assert venue.inner.names() == []
    venue.pass_to(due)
    assert venue.inner.names() == ["A"] and venue.has_reports()


def test_rates_that_are_no_chances_are_refused():
    for wrong in ({"drop": 1_001}, {"reorder": -1}, {"delay_max": 0}):
        with pytest.raises(ValueError):
            Rates(**wrong)


def test_a_lane_that_was_held_keeps_its_order():
    lane: Lane[str] = Lane(Rates(), Random(1))
    for name in names(5):
        lane.send(name, Nanos(0))
    lane.hold_until(Nanos(SECOND))
    lane.send("last", Nanos(0))
    assert lane.arrived(Nanos(SECOND - 1)) == []
    assert lane.arrived(Nanos(SECOND)) == [*names(5), "last"]


def test_what_keeps_its_order_is_late_and_told_twice_but_never_overtaken():
    bad = Rates(drop=100, duplicate=300, delay=200, reorder=400, delay_max=Nanos(SECOND))
    lane: Lane[int] = Lane(bad, Random(1))
    arrived: list[int] = []
    for number in range(500):
        now = Nanos(number * SECOND // 50)
        lane.send(number, now, keeps_order=number % 2 == 0)
        arrived += lane.arrived(now)
    arrived += lane.arrived(Nanos(100 * SECOND))
    kept = [number for number in arrived if number % 2 == 0]
    assert kept == sorted(kept) and len(kept) > len(set(kept)) > 200
    others = [number for number in arrived if number % 2]
    assert others != sorted(others)


def test_a_line_that_is_back_is_told_anew_what_a_venue_tells_whoever_comes() -> None:
    opened = PhaseChanged("AAPL", Phase.OPEN)
    venue = FaultyVenue(Parrot(), anew=lambda: [opened])
    venue.disconnect(Nanos(SECOND), "the cable")
    assert venue.collect() == [LinkChanged("parrot", LinkState.DOWN, "the cable")]
    venue.pass_to(Nanos(SECOND))
    assert venue.collect() == [LinkChanged("parrot", LinkState.UP, BACK), opened]
