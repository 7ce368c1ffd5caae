"""Messages to and from the paper venue take their time, in order, the same in every run."""

from itertools import pairwise
from statistics import median

import pytest

from commands import flags
from connectors.paper.latency import DISTRIBUTIONS, NAMES, PARTS, Latency, quantile
from connectors.paper.link import Link
from data.settings import schema
from engine.domain.reports import VenueAccepted, VenueCancelled, VenueFilled
from engine.values import Nanos, Side
from tests.harness import SetDelays

BID = 1_901_000
DRAWS = 2_000


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_draws_follow_their_table(name, asks):
    latency, table = Latency(name, 7), DISTRIBUTIONS[name].submit
    drawn = [latency.out(asks.buy(f"A{number}", 100, BID)) for number in range(DRAWS)]
    least, middle, most = (quantile(table, part) for part in (0, PARTS // 2, PARTS))
    assert least <= min(drawn) and max(drawn) <= most
    assert abs(median(drawn) / middle - 1) < 0.1
    assert sum(draw > quantile(table, 900_000) for draw in drawn) == pytest.approx(DRAWS / 10, 0.2)


@pytest.mark.parametrize("table", [leg for legs in DISTRIBUTIONS.values() for leg in legs])
def test_a_table_rises_from_its_least_to_its_most(table):
    assert all(here < there for here, there in pairwise(table))
    parts = [quantile(table, part) for part in range(0, PARTS + 1, PARTS // 50)]
    assert parts == sorted(parts)


def test_a_draw_depends_on_seed_order_and_leg_alone(asks):
    request, report = asks.buy("A", 100, BID), VenueAccepted("A", "1")
    first, again = Latency("retail", 7), Latency("retail", 7)
    assert first.out(asks.buy("B", 100, BID)) != first.out(request)
    assert (first.out(request), first.back(report)) == (again.out(request), again.back(report))
    assert Latency("retail", 8).out(request) != first.out(request)
    cancels = DISTRIBUTIONS["retail"].change
    assert quantile(cancels, 0) <= first.out(asks.cancel("A")) != first.out(request)


def test_the_names_are_the_same_at_every_door():
    assert flags.LATENCIES == NAMES
    assert ("auto", *NAMES) == schema.LATENCIES


def test_a_later_request_never_overtakes_an_earlier_one(make_practice, asks, words_of):
    takes = {"A": 9_000, "B": 1_000}
    delays = SetDelays(lambda request: Nanos(takes[request.client_order_id]))
    practice = make_practice(link=Link(delays))
    practice.other(Side.BUY, 300, BID)
    assert practice.send(asks.buy("A", 100, BID), asks.buy("B", 100, BID)) == []
    practice.venue.advance(Nanos(practice.venue.now + 8_999))
    assert practice.heard() == []
    practice.venue.advance(Nanos(practice.venue.now + 1))
    assert [report.client_order_id for report in practice.heard()] == ["A", "B"]
    assert (practice.place("A"), practice.place("B")) == (300, 400)


def test_a_later_report_never_overtakes_an_earlier_one(make_practice, asks):
    slow = {VenueAccepted: 9_000, VenueFilled: 5_000, VenueCancelled: 1_000}
    delays = SetDelays(lambda request: Nanos(0), lambda report: Nanos(slow.get(type(report), 0)))
    practice = make_practice(link=Link(delays))
    began = practice.venue.now
    assert practice.send(asks.buy("A", 100, BID)) == []
    practice.other(Side.SELL, 60, BID)
    assert practice.send(asks.cancel("A")) == []
    practice.venue.advance(Nanos(began + 20_000))
    assert practice.venue.now == began + 9_000
    accepted, filled, cancelled = practice.heard()
    assert (type(accepted), type(filled), type(cancelled)) == tuple(slow)
    assert accepted.at == filled.at == cancelled.at == began


def test_the_exchange_is_ahead_of_what_the_desk_hears(make_practice, asks, words_of):
    delays = SetDelays(lambda request: Nanos(2_000), lambda report: Nanos(3_000))
    practice = make_practice(link=Link(delays))
    practice.send(asks.buy("A", 100, BID))
    sent_at = practice.venue.now
    practice.venue.advance(Nanos(sent_at + 4_000))
    assert practice.heard() == [] and practice.place("A") == 0
    assert practice.venue.next_at() == sent_at + 5_000
    practice.venue.advance(Nanos(sent_at + 4_500))
    practice.other(Side.SELL, 100, BID)
    practice.venue.advance(Nanos(sent_at + 60_000))
    assert words_of(practice.heard()) == ["accepted"]
    practice.venue.advance(Nanos(sent_at + 60_000))
    (fill,) = practice.heard()
    assert fill.at == sent_at + 4_500 and practice.venue.now == sent_at + 7_500
