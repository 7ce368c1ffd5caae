"""A desk that opens while its venue is not there, and goes on when it is."""

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from connectors.fix.client.store import SessionMemory, SessionStore
from connectors.fix.client.terms import NEVER_RESENT
from connectors.fix.client.venue import NOTE_CHARACTERS_MAX, FixVenue
from connectors.fix.link.dialing import Dialer
from connectors.fix.link.redial import Door, Redial
from connectors.fix.link.secrecy import Secrecy
from connectors.fix.practice.server import VENUE
from connectors.fix.settings import SessionSettings
from connectors.line_error import LineError
from engine.domain.reports import (
    InstrumentsListed,
    LinkChanged,
    LinkState,
    Report,
    VenueAccepted,
    VenueRejected,
)
from engine.instruments import Instrument
from engine.values import NANOS_PER_SECOND, Nanos
from tests.connectors.contract.conftest import new, only
from tests.connectors.contract.fix_end import SOON
from tests.connectors.contract.fix_house import CLIENT, House

COMES_SECONDS = 20.0
KNOWN = (Instrument("AAPL"), Instrument("GONE"))


class Alone:
    """A desk in front of a port at which nobody listens, until `opens`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.create_server(("127.0.0.1", 0)) as taken:
            self.port: int = taken.getsockname()[1]
        settings = SessionSettings(
            version="FIX.4.4",
            sender=CLIENT,
            target=VENUE,
            is_initiator=True,
            is_tolerant=True,
            never_resent=NEVER_RESENT,
        )
        door = Door("127.0.0.1", self.port)
        self.venue = FixVenue(
            settings,
            SessionMemory(SessionStore(folder / "fix.db"), "session", 1_800_000_000),
            Dialer(lambda: door, Secrecy()),
            desk="A-1",
            trade_date_of=lambda at: 20_260_105,
            redial=Redial(Random(1), (door,), waits=SOON),
        )
        self.house: House | None = None

    def opens(self) -> None:
        self.house = House(self._folder / "practice.db", port=self.port)

    def hear_until(self, done: Callable[[list[Report]], bool]) -> list[Report]:
        told: list[Report] = []
        until = time.monotonic() + COMES_SECONDS
        while not done(told):
            assert time.monotonic() < until, told
            self.venue.advance(self.venue.clock())
            told += self.venue.collect()
            time.sleep(0.001)
        return told

    def close(self) -> None:
        self.venue.close()
        if self.house is not None:
            self.house.close()


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Alone]:
    alone = Alone(tmp_path)
    yield alone
    alone.close()


def opened(alone: Alone) -> list[Report]:
    with pytest.raises(LineError, match="Connection refused") as refused:
        alone.venue.stand_up()
    alone.venue.goes_on_without(str(refused.value), KNOWN)
    return alone.venue.collect()


def is_up(told: list[Report]) -> bool:
    return bool(told) and LinkState.UP in {each.state for each in only(told, LinkChanged)}


def test_it_says_where_nobody_is_and_shows_what_was_known(alone: Alone) -> None:
    (down,) = opened(alone)
    assert isinstance(down, LinkChanged) and down.state is LinkState.DOWN
    assert f"not reached: 127.0.0.1:{alone.port} cannot be reached" in down.text
    assert alone.venue.instruments == KNOWN
    assert set(alone.venue.market.quotes) == {"AAPL", "GONE"}


def test_what_is_sent_meanwhile_never_leaves(alone: Alone) -> None:
    opened(alone)
    request = new("A")
    alone.venue.release([request], alone.venue.stage([request]))
    (refused,) = only(alone.venue.collect(), VenueRejected)
    assert refused.text == "it never left: the line to the venue was down"


def test_it_goes_on_when_the_venue_is_there_with_what_is_traded_there_now(alone: Alone) -> None:
    opened(alone)
    alone.opens()
    told = alone.hear_until(lambda told: is_up(told) and bool(only(told, InstrumentsListed)))
    (listed,) = only(told, InstrumentsListed)
    symbols = {each.symbol for each in listed.instruments}
    assert "AAPL" in symbols and "GONE" not in symbols
    assert set(alone.venue.market.quotes) == symbols
    assert only(told, VenueRejected) == []
    request = new("A")
    alone.venue.release([request], alone.venue.stage([request]))
    alone.hear_until(lambda told: bool(only(told, VenueAccepted)))
    assert alone.house is not None and list(alone.house.desk("FIX.4.4").orders) == ["A"]


def test_a_venue_that_is_late_has_no_empty_list(alone: Alone) -> None:
    """What it does not answer while the line is down says nothing of what it trades."""
    opened(alone)
    for _ in range(3):
        alone.venue._listing._asked_at = alone.venue._sessions._asked_at = (
            alone.venue.clock() - 10**11
        )  # type: ignore[assignment]
        alone.venue.advance(alone.venue.clock())
    assert alone.venue.collect() == [] and alone.venue.notes() == ()
    assert alone.venue.instruments == KNOWN


def test_the_line_says_how_it_is_in_figures(alone: Alone) -> None:
    opened(alone)
    down = alone.venue.line().text
    assert f"FIX.4.4 DESK at VENUE over 127.0.0.1:{alone.port}, down since" in down
    assert "cannot be reached: Connection refused" in down and "next in 1, out 1" in down
    alone.opens()
    alone.hear_until(lambda told: is_up(told) and bool(only(told, InstrumentsListed)))
    memory = alone.venue._memory
    up = alone.venue.line()
    assert f"next in {memory.next_in}, out {memory.next_out}" in up.text
    assert "its clock is" in up.text and "ms" in up.text and "0 gaps asked for" in up.text
    assert "messages/s in" in up.text and not up.is_doubtful
    request = new("A")
    alone.venue.release([request], alone.venue.stage([request]))
    alone.hear_until(lambda told: bool(only(told, VenueAccepted)))
    assert " ms, " in alone.venue.line().text.partition("answers in")[2]
    skew = alone.venue._caller.session.skew
    for _ in range(20):
        skew.measured(received=Nanos(5 * NANOS_PER_SECOND), sent=Nanos(0))
    assert alone.venue.line().is_doubtful
    assert "5,000.0 ms behind" in alone.venue.line().text
    alone.venue._caller.redial.stop("for the test")
    alone.house.cut()  # type: ignore[union-attr]
    alone.hear_until(lambda told: not alone.venue._is_up)
    assert "not dialled before a person says so" in alone.venue.line().text


def test_the_words_of_a_venue_have_a_bound(alone: Alone) -> None:
    opened(alone)
    alone.venue.notes()
    alone.venue._say("x" * 60_000)
    (note,) = alone.venue.notes()
    assert len(note) == NOTE_CHARACTERS_MAX
