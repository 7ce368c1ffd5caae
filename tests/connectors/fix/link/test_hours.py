"""What a clock that is set, other hours, or a home of before do to the numbers of a session."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.fix.dictionary.arranging import Arranged
from connectors.fix.line import Closed, Instant, Outgoing, Reply
from connectors.fix.link.schedule import read_hours
from connectors.fix.message import Message
from connectors.fix.practice.ledger import Ledger
from connectors.fix.session import Session
from connectors.fix.settings import SessionSettings, ShortMemory
from engine.errors import InputError
from engine.values import NANOS_PER_SECOND, Nanos


class Nobody:
    def take(self, arranged: Arranged, message: Message) -> tuple[Reply, ...]:
        return ()

    def ended(self) -> None:
        pass


def at(text: str) -> Instant:
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    nanos = Nanos(int(moment.timestamp()) * NANOS_PER_SECOND)
    return Instant(nanos, nanos)


def client(hours: str, memory: ShortMemory) -> Session:
    settings = SessionSettings(
        version="FIX.4.4",
        sender="DESK",
        target="VENUE",
        is_initiator=True,
        schedule=read_hours(hours),
    )
    return Session(settings, memory, Nobody())


def used(hours: str, when: str) -> tuple[Session, ShortMemory]:
    """A session that logged on then and has numbers of its own since."""
    memory = ShortMemory()
    session = client(hours, memory)
    session.connect(at(when))
    session.disconnected(at(when), "cut")
    memory.next_in, memory.next_out = 40, 50
    return session, memory


def numbers(memory: ShortMemory) -> tuple[int, int]:
    return memory.next_in, memory.next_out


def test_a_clock_that_is_set_back_over_an_opening_resets_nothing() -> None:
    session, memory = used("17:00-16:00 UTC", "2026-06-03T17:00:01")
    session.connect(at("2026-06-03T15:59:59"))
    assert numbers(memory) == (40, 51)


def test_a_clock_that_was_years_ahead_and_is_right_again_resets_nothing() -> None:
    session, memory = used("17:00-16:00 UTC", "2031-06-03T17:00:01")
    session.connect(at("2026-06-03T18:00:00"))
    assert numbers(memory) == (40, 51)
    session.disconnected(at("2026-06-03T18:00:01"), "cut")
    session.connect(at("2026-06-05T18:00:00"))
    assert numbers(memory) == (40, 52)


def test_other_hours_around_the_same_moment_reset_nothing() -> None:
    _, memory = used("09:30-16:00 UTC", "2026-06-03T09:30:02")
    client("09:00-17:30 UTC", memory).connect(at("2026-06-03T12:00:00"))
    assert numbers(memory) == (40, 51)


def test_numbers_of_before_there_were_hours_go_on() -> None:
    memory = ShortMemory()
    memory.next_in, memory.next_out = 40, 50
    session = client("09:30-16:00 UTC", memory)
    session.connect(at("2026-06-03T12:00:00"))
    assert numbers(memory) == (40, 51)
    session.disconnected(at("2026-06-03T12:00:01"), "cut")
    session.connect(at("2026-06-04T12:00:00"))
    assert numbers(memory) == (1, 2)


def test_what_was_missed_over_a_reset_is_told_to_who_has_to_compare() -> None:
    session, _ = used("09:30-16:00 UTC", "2026-06-03T09:30:02")
    before = session.resets
    session.connect(at("2026-06-04T12:00:00"))
    assert session.resets == before + 1


def test_a_connection_outside_the_hours_is_refused_and_can_be_tried_again() -> None:
    session = client("09:30-16:00 UTC", ShortMemory())
    early = at("2026-06-03T09:29:00")
    assert session.why_not(early) == "this session opens Wednesday 09:30 UTC, in 1 min"
    assert isinstance(session.connect(early)[-1], Closed)
    assert isinstance(session.connect(at("2026-06-03T09:30:00"))[0], Outgoing)


def test_the_books_remember_when_numbers_began(tmp_path: Path) -> None:
    path = tmp_path / "practice.db"
    ledger = Ledger(path)
    ledger.memory("DESK").numbers_since = Nanos(77)
    ledger.commit([])
    ledger.close()
    again = Ledger(path)
    assert again.memory("DESK").numbers_since == 77
    again.close()


def test_books_of_a_venue_without_hours_are_opened(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "practice.db"
    old = sqlite3.connect(path)
    old.execute(
        "create table sessions (client text primary key, next_in integer, next_out integer)"
    )
    old.execute("insert into sessions values ('DESK', 7, 9)")
    old.commit()
    old.close()
    ledger = Ledger(path)
    memory = ledger.memory("DESK")
    assert (memory.next_in, memory.next_out, memory.numbers_since) == (7, 9, 0)
    ledger.close()


@pytest.mark.parametrize(
    ("text", "open_at", "closed_at"),
    [
        ("mon-fri 09:30-16:00 America/New_York", "2026-06-03T13:30:00", "2026-06-06T14:00:00"),
        ("sun 17:00 - fri 16:00 America/Chicago", "2026-06-07T22:00:00", "2026-06-06T22:00:00"),
        ("17:00 America/New_York - 16:00 America/Chicago", "2026-06-03T12:00:00", ""),
        ("fri-mon 10:00-11:00", "2026-06-07T10:30:00", "2026-06-09T10:30:00"),
        ("mon,wed 10:00-11:00", "2026-06-03T10:30:00", "2026-06-02T10:30:00"),
        ("non-stop", "2026-06-03T10:30:00", ""),
    ],
)
def test_hours_are_read_from_one_line(text: str, open_at: str, closed_at: str) -> None:
    hours = read_hours(text)
    assert hours.period_at(at(open_at).utc) is not None
    assert not closed_at or hours.period_at(at(closed_at).utc) is None


@pytest.mark.parametrize(
    "text", ["09:30", "mon 09:30", "9-17", "mon-fri", "99:99-12:00", "x" * 500]
)
def test_a_line_that_tells_no_hours_is_refused_in_words(text: str) -> None:
    with pytest.raises(InputError, match="such as"):
        read_hours(text)
