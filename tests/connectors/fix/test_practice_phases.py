"""What the practice venue tells of its sessions and halts; nobody sits through its night."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.feeds.flow import FlowSink
from connectors.fix.practice.server import DAWN, NIGHT_SECONDS, PracticeVenue
from connectors.fix.settings import VERSIONS
from engine.domain.quotes import Phase
from engine.values import NANOS_PER_SECOND, Nanos
from tests.connectors.conftest import OPENS_AT, QuietFlow
from tests.connectors.fix.test_practice import House, Trader


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "practice.db")
    yield house
    house.venue.close()


@pytest.fixture(params=VERSIONS)
def anne(request: pytest.FixtureRequest, house: House) -> Trader:
    return house.joins("ANNE", request.param)


def asks(trader: Trader, kind: bytes) -> list[tuple[str, bytes | None]]:
    told = trader.say("g", (335, b"S1"), (263, kind))
    return [(message.type, message.get(340)) for message in told]


def passes(trader: Trader, house: House) -> list[tuple[str, bytes | None, bytes | None]]:
    """What is told unasked when the market has been looked at again."""
    before = len(trader.heard)
    desk = house.venue.desks[f"{trader.name}:{trader.version}"]
    desk.outbox += desk.depths.changes()
    house.settle()
    return [(m.type, m.get(340) or m.get(326), m.get(58)) for m in trader.heard[before:]]


def test_the_session_is_told_and_what_changes_of_it(anne: Trader, house: House) -> None:
    market = house.venue.floor.venue
    assert asks(anne, b"1") == [("h", b"2")]
    assert passes(anne, house) == []
    market.entered_phase("AAPL", Phase.HALTED, "news")
    words = None if anne.version == "FIX.4.2" else b"news"  # 4.2 has no text there
    assert passes(anne, house) == [("f", b"2", words)]
    market.entered_phase("AAPL", Phase.OPEN)
    assert passes(anne, house) == [("f", b"3", None)]
    market.entered_phase("*", Phase.CLOSED)
    assert passes(anne, house) == [("h", b"3", None)]


def test_who_asks_once_or_no_more_hears_nothing_by_itself(anne: Trader, house: House) -> None:
    assert asks(anne, b"0") == [("h", b"2")]
    asks(anne, b"1")
    assert asks(anne, b"2") == []
    house.venue.floor.venue.entered_phase("*", Phase.CLOSED)
    assert passes(anne, house) == []


class Nights(QuietFlow):
    """Closed, and it opens again in the morning."""

    morning = Nanos(OPENS_AT + 17 * 3_600 * NANOS_PER_SECOND)

    def __init__(self) -> None:
        super().__init__(phase=Phase.CLOSED)

    def next_at(self) -> Nanos | None:
        return self.morning

    def step(self, sink: FlowSink) -> None:
        sink.entered_phase("*", Phase.OPEN)


def test_a_night_is_seen_for_a_while_and_then_passed_over(tmp_path: Path) -> None:
    venue = PracticeVenue(Nights(), tmp_path / "practice.db", note=[].append)
    assert venue._dawn(100.0) == 0
    assert venue._dawn(114.0) == 0
    assert venue._dawn(115.0) == Nights.morning - DAWN
    venue._night_since = 0.0
    venue.tick()
    assert venue.floor.market_now < Nights.morning - DAWN
    venue._night_since = time.monotonic() - NIGHT_SECONDS
    venue.tick()
    assert venue.floor.market_now >= Nights.morning - DAWN
    venue.close()
