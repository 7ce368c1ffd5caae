"""What the simulator is made of does what real disks, lines, clocks and venues do."""

import msgspec
import pytest

from connectors.faults.rates import Faults
from connectors.faults.venue import FaultyVenue
from data.errors import JournalDamagedError, JournalError
from engine.domain.records import Step, encode_step
from engine.domain.reports import VenueAccepted, VenueCancelRefused, VenueFilled, VenueOrderUnknown
from engine.domain.requests import CancelRequest, NewOrderRequest, Request, StatusRequest
from engine.domain.statements import VenueExecutions
from engine.exchange.messages import NewOrder
from engine.values import (
    Instruction,
    Nanos,
    OrderType,
    Price,
    Quantity,
    Side,
    TimeInForce,
)
from engine.values import Sequence as RecordSequence
from simulation.chance import Chance, Weighted
from simulation.clock import Clock, DeskClock
from simulation.disk import Disk, SimJournal
from simulation.evidence import split
from simulation.fate import Fate, ProcessDied
from simulation.invariants.book import Mirror
from simulation.plan import NEVER, plan_of
from simulation.venue import SimVenue
from simulation.wire import Wire

BID, ASK = 1_899_900, 1_900_100


def fate() -> Fate:
    return Fate(Chance(1, "test"))


def written(journal: SimJournal, number: int) -> None:
    at = RecordSequence(number)
    journal.append(at, at, b"payload %d" % number, [b"one", b"", b"three"])


@pytest.fixture
def disk() -> Disk:
    disk = Disk(Chance(1, "disk"))
    journal = SimJournal(disk, fate())
    for number in (1, 2, 3):
        written(journal, number)
    return disk


@pytest.fixture
def venue() -> SimVenue:
    calm = {"rejects": NEVER, "stubborn": NEVER, "busy": NEVER, "symbols": ("AAPL",)}
    venue = SimVenue(msgspec.structs.replace(plan_of(1), **calm), Chance(1, "venue"))
    for number, (side, price) in enumerate([(Side.BUY, BID), (Side.SELL, ASK)], 1):
        venue.submit([NewOrder(number, "AAPL", side, OrderType.LIMIT, Quantity(100), Price(price))])
    return venue


def send(venue: SimVenue, *requests: Request) -> list[type]:
    venue.release(requests, venue.stage(requests))
    return [type(report) for report in venue.collect()]


def buy(name: str, quantity: int, price: int = ASK) -> NewOrderRequest:
    return NewOrderRequest(
        name,
        "PAPER",
        "AAPL",
        Instruction.BUY,
        Quantity(quantity),
        OrderType.LIMIT,
        TimeInForce.DAY,
        Price(price),
    )


def test_a_disk_that_is_full_closes_the_journal_for_good(disk):
    journal = SimJournal(disk, fate())
    disk.is_full = True
    with pytest.raises(JournalError):
        written(journal, 4)
    disk.is_full = False
    with pytest.raises(JournalError):
        written(journal, 4)
    assert disk.last_sequence == 3 and SimJournal(disk, fate()).last_sequence == 3


def test_what_a_failed_sync_left_behind_may_be_there_or_not(disk):
    there = set()
    for _ in range(30):
        copy = Disk(disk._chance)
        copy.rows, copy.head, copy.is_failing = list(disk.rows), disk.head, True
        with pytest.raises(JournalError):
            written(SimJournal(copy, fate()), 4)
        there.add(copy.last_sequence)
    assert there == {3, 4}


def test_every_byte_and_every_end_that_is_lost_is_noticed(disk):
    for _ in range(200):
        whole = disk.rot()
        with pytest.raises(JournalDamagedError):
            SimJournal(disk, fate())
        disk.rows = whole
    assert SimJournal(disk, fate()).last_sequence == 3


def test_a_block_that_the_head_does_not_cover_is_read_back(disk):
    disk.head = (disk.rows[1].block.last, disk.rows[1].chain)
    assert SimJournal(disk, fate()).last_sequence == 3
    assert disk.head[0] == 3


def test_messages_of_a_row_come_apart_again(disk):
    assert split(disk.rows[0].staged) == [b"one", b"", b"three"]


def test_a_process_dies_at_the_point_that_was_named():
    chosen = Fate(Chance(1, "test"), frozenset({2, 3}))
    chosen.passes("first")
    for point in ("second", "third"):
        with pytest.raises(ProcessDied, match=point):
            chosen.passes(point)
    chosen.passes("fourth")
    assert (chosen.deaths, chosen.passed) == (2, 4)


def test_a_desk_goes_by_its_own_clock_whoever_sets_the_wall():
    clock = Clock()
    desk = DeskClock(clock, Nanos(0))
    before = desk.now
    clock.step_wall(-3_600_000_000_000)
    clock.move(5)
    assert desk.now == before + 5
    assert DeskClock(clock, desk.now).now == desk.now + 1


def test_weights_are_what_is_drawn():
    weighted, chance = Weighted({"often": 9, "never": 0, "seldom": 1}), Chance(1, "weights")
    drawn = [weighted.draw(chance) for _ in range(1_000)]
    assert set(drawn) == {"often", "seldom"}
    assert 850 < drawn.count("often") < 950


def test_the_same_id_is_entered_once_however_often_it_comes(venue):
    assert send(venue, buy("A", 30)) == [VenueAccepted, VenueFilled]
    assert send(venue, buy("A", 30)) == [VenueAccepted, VenueFilled]
    account = venue.account
    assert (account.entered, account.positions) == ({"A": 1}, {"AAPL": 30})
    assert account.cash == -30 * ASK * 100


def test_questions_hear_what_is_known_and_only_that(venue):
    send(venue, buy("A", 30))
    assert send(venue, StatusRequest("A")) == [VenueAccepted, VenueFilled]
    assert send(venue, StatusRequest("B")) == [VenueOrderUnknown]
    assert send(venue, CancelRequest("A"), CancelRequest("B")) == [VenueCancelRefused] * 2


def test_a_closing_order_that_opens_is_written_down(venue):
    sell = NewOrderRequest(
        "S",
        "PAPER",
        "AAPL",
        Instruction.SELL,
        Quantity(10),
        OrderType.LIMIT,
        TimeInForce.DAY,
        Price(BID),
    )
    send(venue, sell)
    assert venue.account.crossings == ["S took AAPL from 0 to -10"]


def test_the_mirror_follows_the_books_from_their_events(venue):
    mirror = Mirror(["AAPL"])
    send(venue, buy("A", 30), buy("B", 100, BID), buy("C", 100), CancelRequest("B"))
    for order in venue.arrivals:
        mirror.asked(order)
    mirror.follow(venue.events)
    mirror.same_as(venue.exchange.books)
    assert sum(mirror.traded.values()) == 2 * 100


def test_what_a_step_had_not_made_durable_when_it_died_comes_again(venue):
    """A list of executions stands alone: the same step commits before it and after it."""
    said = [
        VenueCancelRefused("SIM-1-1-0", "too late"),
        VenueExecutions(1, Nanos(0), ()),
        VenueOrderUnknown("SIM-1-2-0"),
    ]
    disk = Disk(Chance(1, "disk"))
    line = FaultyVenue(venue, Faults(keeps_reports=True))
    wire = Wire(line, fate(), disk)
    journal = SimJournal(disk, fate())
    commits = [said[:1], [VenueExecutions(1, Nanos(0), (), missed=("X1",))], said[2:]]
    for died_after in range(len(commits) + 1):
        venue.say(*said)
        assert wire.collect() == said
        for bodies in commits[:died_after]:
            step = Step(journal.last_sequence + 1, Nanos(1), [0], bodies)
            first, last = RecordSequence(step.first), RecordSequence(step.last)
            journal.append(first, last, encode_step(step), [])
        wire.desk_died()
        assert line.collect() == said[died_after:]
