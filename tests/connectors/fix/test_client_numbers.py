"""What a person says of the line itself: its numbers by hand, and trades that nobody here knows."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connectors.fix.client.store import SessionMemory, SessionStore
from connectors.fix.line import Phase, Reply
from connectors.fix.practice.desk import Desk
from engine.domain.reports import Report, VenueFilled
from engine.domain.requests import LinkRequest
from tests.connectors.contract.conftest import new, only
from tests.connectors.contract.fix_end import FixEnd

COMES_SECONDS = 10.0


@pytest.fixture
def end() -> Iterator[FixEnd]:
    end = FixEnd()
    yield end
    end.close()


def says(end: FixEnd, what: str, value: str = "") -> tuple[str, ...]:
    """A person's word, and what the connector answers to it."""
    end.send(LinkRequest(what, value, "agreed by phone"))
    return end.fix.notes()


def until(end: FixEnd, done: Callable[[], bool]) -> list[Report]:
    told: list[Report] = []
    late = time.monotonic() + COMES_SECONDS
    while not done():
        assert time.monotonic() < late, (end.fix._caller.trouble, end.fix.notes(), end.house.notes)
        told += end.hear()
    return told


def stopped(end: FixEnd, *, ours_less: int) -> int:
    """The venue has seen more of ours than this desk knows of; what it expects next."""
    end.is_out_of_reach = True  # numbers do not change under a logon that is on its way
    end.house.cut()
    session = end.fix._caller.session
    until(end, lambda: not end.fix._is_up and session.phase is Phase.DISCONNECTED)
    end.fix._memory.next_out -= ours_less
    end.is_out_of_reach = False
    until(end, lambda: bool(end.fix._caller.session.stopped))
    # Asked for now: what was on its way when the line was cut counted there too.
    return end.house.numbers(end.version)[0]


def test_numbers_that_are_too_low_wait_for_a_person_who_sets_the_one_that_counts(
    end: FixEnd,
) -> None:
    end.send(new("A"))
    end.hear()
    expected = stopped(end, ours_less=3)
    says_so = end.fix.notes()
    assert any(f"expecting {expected}" in note for note in says_so), says_so
    says(end, "out", str(expected))
    until(end, lambda: end.fix._is_up)
    end.send(new("B"))
    end.hear()
    assert list(end.house.desk(end.version).orders) == ["A", "B"]


def test_a_person_who_says_only_go_is_heard_and_stopped_again(end: FixEnd) -> None:
    stopped(end, ours_less=3)
    end.fix.notes()
    assert any("a person goes on" in note for note in says(end, "go"))
    until(end, lambda: bool(end.fix._caller.session.stopped))
    assert end.fix._caller.session.phase is Phase.DISCONNECTED


def test_a_reset_by_a_person_begins_both_at_one_whether_somebody_is_logged_on_or_not(
    end: FixEnd,
) -> None:
    stopped(end, ours_less=2)
    says(end, "reset")
    until(end, lambda: end.fix._is_up)
    end.send(new("A"))
    end.hear()
    assert end.house.numbers(end.version)[0] < 15
    says(end, "reset")
    until(end, lambda: not end.fix._is_up)
    until(end, lambda: end.fix._is_up)
    assert end.house.numbers(end.version)[0] < 15
    assert end.house.desk(end.version).orders["A"].is_open


def test_numbers_do_not_change_under_a_conversation(end: FixEnd) -> None:
    before = end.fix._memory.next_in
    (note,) = says(end, "in", "999")
    assert "while somebody is logged on" in note
    assert end.fix._memory.next_in == before and end.fix._is_up


def test_a_number_by_hand_is_durable_before_anybody_is_dialled(end: FixEnd) -> None:
    end.house.cut()
    end.fix._caller.redial.stop("for the test")
    until(end, lambda: not end.fix._is_up)
    says(end, "in", "40")
    kept = SessionMemory(SessionStore(end._path), "session", 0)
    assert kept.next_in == 40 and kept.held == ""


def test_a_session_that_is_held_logs_on_when_a_person_has_looked(tmp_path: Path) -> None:
    path = tmp_path / "fix.db"
    memory = SessionMemory(SessionStore(path), "session", 0)
    memory.next_out = 7
    memory.commit()
    store = SessionStore(path)
    store.hold("it was restored from a backup")
    store.close()
    again = SessionMemory(SessionStore(path), "session", 0)
    assert (again.next_out, again.held) == (7, "it was restored from a backup")
    again.held = ""
    again.commit()
    assert SessionMemory(SessionStore(path), "session", 0).held == ""


# ── trades that fit nothing here ───────────────────────────────────────────────────────────────


def told_by_the_venue(end: FixEnd, **other: str) -> list[Report]:
    """A trade of order A, but for what is given otherwise."""
    fields = {
        "6": "190.10",
        "11": "A",
        "14": "10",
        "17": "E9",
        "31": "190.10",
        "32": "10",
        "37": "V9",
        "38": "100",
        "39": "1",
        "54": "1",
        "55": "AAPL",
        "60": "20260105-15:00:00.000",
        "150": "F",
        "151": "90",
    }
    fields |= {tag.removeprefix("t"): value for tag, value in other.items()}
    body = [(int(tag), value.encode()) for tag, value in fields.items() if value]
    desk: Desk = end.house.desk(end.version)
    end.house.do(lambda: desk.outbox.append(Reply("8", sorted(body))))
    return end.hear()


@pytest.mark.parametrize(
    ("other", "words", "reason"),
    [
        ({"t11": "X", "t37": "VX"}, "is of no order that this desk sent", "D"),
        ({"t55": "MSFT"}, "is in another symbol", "A"),
        ({"t54": "2"}, "is on the other side", "B"),
        ({"t32": "500", "t14": "500"}, "fills more than its order asked for", "C"),
        ({"t31": "190.50"}, "is beyond its order's limit", "E"),
    ],
)
def test_a_trade_that_fits_nothing_is_told_and_refused_when_a_person_says_so(
    end: FixEnd, other: dict[str, str], words: str, reason: str
) -> None:
    end.send(new("A"))
    end.hear()
    end.fix.notes()
    told = told_by_the_venue(end, **other)
    (fill,) = only(told, VenueFilled)
    assert bool(fill.misfit) is (reason in "AB"), "what contradicts its order is booked for none"
    notes = end.fix.notes()
    assert any("trade E9" in each and words in each for each in notes), notes
    assert any('`link dispute E9 "why"`' in each for each in notes)
    says(end, "dispute", "E9")
    until(end, lambda: any("does not know trade E9" in note for note in end.house.notes))
    assert f"(reason {reason}): agreed by phone" in end.house.notes[-1]
    assert only(told_by_the_venue(end, **other), VenueFilled)
    assert not any("trade E9" in each and words in each for each in end.fix.notes()), "told once"


@pytest.mark.parametrize("missing", ["t14", "t150", "t39"])
def test_a_trade_that_cannot_be_read_is_no_quiet_loss(end: FixEnd, missing: str) -> None:
    """The session rejects it and goes on: the desk hears which order it was of, and halts."""
    end.send(new("A"))
    end.hear()
    end.fix.notes()
    (fill,) = only(told_by_the_venue(end, **{missing: ""}), VenueFilled)
    assert (fill.client_order_id, fill.quantity) == ("A", 10)
    assert "could not be read (Required tag missing" in fill.misfit
    assert any("a trade may be missing" in note for note in end.fix.notes())
    assert only(told_by_the_venue(end, t17="E10"), VenueFilled)[0].misfit == ""


def test_a_report_of_nothing_that_cannot_be_read_is_told_and_halts_nothing(end: FixEnd) -> None:
    end.send(new("A"))
    end.hear()
    end.fix.notes()
    assert not only(told_by_the_venue(end, t14="", t150="0", t32="", t31=""), VenueFilled)
    assert any("a trade may be missing" in note for note in end.fix.notes())


def test_a_trade_that_fits_is_not_doubted_and_cannot_be_disputed(end: FixEnd) -> None:
    end.send(new("A"))
    end.hear()
    end.fix.notes()
    told_by_the_venue(end)
    assert not any("`link dispute" in each for each in end.fix.notes())
    (note,) = says(end, "dispute", "E9")
    assert note == "no trade E9 is doubted here: nothing was disputed"
