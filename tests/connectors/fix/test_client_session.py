"""What survives of a FIX session: numbers, trades and questions, over breaks and new processes."""

import sqlite3
import time
from pathlib import Path

import pytest

from connectors.fix.client.store import SessionMemory, SessionStore
from connectors.fix.line import Reply
from connectors.fix.settings import Sent
from connectors.fix.tags import Tag
from connectors.venue_clock import VenueClock
from engine.domain.reports import (
    LinkChanged,
    LinkState,
    VenueAccepted,
    VenueCancelled,
    VenueFilled,
    VenueRejected,
)
from engine.errors import MachineError
from engine.values import Nanos
from tests.connectors.contract.conftest import cancel, new, only
from tests.connectors.contract.fix_end import ANSWER_SECONDS, FixEnd

NOW_SECONDS = 1_800_000_000


def opened(path: Path) -> SessionMemory:
    return SessionMemory(SessionStore(path), "session", NOW_SECONDS)


# ── what is kept ───────────────────────────────────────────────────────────────────────────────


def test_numbers_and_messages_are_there_again_after_a_commit_and_not_before(tmp_path: Path) -> None:
    memory = opened(tmp_path / "fix.db")
    memory.keep(Sent(1, "D", b"order"))
    memory.next_out = 2
    assert opened(tmp_path / "fix.db").next_out == 1
    memory.commit()
    again = opened(tmp_path / "fix.db")
    assert (again.next_out, again.sent(1)) == (2, Sent(1, "D", b"order"))


def test_the_inbound_number_moves_when_what_was_heard_was_taken_and_taken_again(
    tmp_path: Path,
) -> None:
    memory = opened(tmp_path / "fix.db")
    memory.next_in = 5
    memory.handed_over()
    memory.commit()
    assert opened(tmp_path / "fix.db").next_in == 1, "handed over, and not yet journaled"
    memory.handed_over()
    memory.commit()
    assert opened(tmp_path / "fix.db").next_in == 5


def test_an_end_that_is_none_keeps_what_was_not_journaled_to_be_told_again(tmp_path: Path) -> None:
    for is_orderly, expected in ((False, 1), (True, 7)):
        path = tmp_path / f"{is_orderly}.db"
        memory = opened(path)
        memory.next_in = 7
        memory.handed_over()
        memory.end(is_orderly=is_orderly)
        assert opened(path).next_in == expected


def test_trades_and_cancels_are_counted_on(tmp_path: Path) -> None:
    memory = opened(tmp_path / "fix.db")
    first = memory.trades.made("P1", "1", "20260105", 100, 5)
    memory.trades.corrected("C1", "P1", "1", "20260106", 99, 5)
    memory.cancels += 1
    memory.commit()
    again = opened(tmp_path / "fix.db")
    assert again.trades.made("P1", "1", "20260105", 100, 5) == first and not again.trades.fresh
    assert again.trades.corrected("C2", "C1", "1", "20260106", 98, 5).revision == 2
    assert again.cancels == memory.cancels > 100_000_000, "no id of a store that was lost"


def test_a_store_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "fix.db").write_bytes(b"something else entirely" * 100)
    with pytest.raises(MachineError, match=r"cannot be kept in .*fix\.db"):
        opened(tmp_path / "fix.db")


# ── both sides over a socket ───────────────────────────────────────────────────────────────────


@pytest.fixture
def end():  # type: ignore[no-untyped-def]
    end = FixEnd()
    yield end
    end.close()


def test_what_nobody_had_journaled_is_told_again_to_the_next_process(end: FixEnd) -> None:
    end.send(new("A"))
    end.hear()
    end.fill("A", 40)
    (told,) = only(end.hear(), VenueFilled)
    end.dies()
    (again,) = only(end.hear(), VenueFilled)
    assert again.execution_id == told.execution_id
    end.fill("A", 60)
    (more,) = only(end.hear(), VenueFilled)
    assert more.execution_id != told.execution_id


def test_nothing_reaches_the_wire_that_could_not_be_written_down(end: FixEnd) -> None:
    end.send(new("A"))
    end.hear()
    end.fix._memory._store.close()
    with pytest.raises(MachineError, match="nothing leaves without them"):
        end.send(new("B"))
    with pytest.raises(MachineError, match="only cancels leave"):
        end.send(new("C"))
    end.send(cancel("A"))
    assert only(end.hear(), VenueCancelled), "what only reduces leaves from memory"
    assert list(end.house.desk(end.version).orders) == ["A"]


def test_an_order_over_a_line_that_is_down_never_leaves_and_says_so(end: FixEnd) -> None:
    end.disconnect(1)
    end.send(new("A"), cancel("A"))
    (rejected,) = only(end.fix.collect(), VenueRejected)
    assert rejected.client_order_id == "A" and "never left" in rejected.text
    for _ in range(100):
        if end.fix._is_up:
            break
        end.hear()
    end.send(new("B"))
    assert [each.client_order_id for each in only(end.hear(), VenueAccepted)] == ["B"]
    assert list(end.house.desk(end.version).orders) == ["B"]


def test_an_order_that_is_asked_for_again_is_a_gap_and_not_a_second_order(end: FixEnd) -> None:
    end.send(new("A"))
    end.hear()
    session = end.house.practice.sessions[f"DESK:{end.version}"]
    memory = session.memory

    def forget() -> None:
        memory.next_in -= 1  # as if the venue had lost what it had read

    end.house.do(forget)
    end.send(new("B"))
    end.hear()
    assert list(end.house.desk(end.version).orders) == ["A"], "B came too high and was filled over"
    end.send(cancel("A"))
    assert only(end.hear(), VenueCancelled)


def test_a_gap_in_what_the_venue_says_is_asked_for_and_closed(end: FixEnd) -> None:
    end.send(new("A"))
    end.hear()
    end.house.do(lambda: end.house.practice.mischief.heed("drop 1"))
    end.fill("A", 10)
    end.fill("A", 20)
    fills = only(end.hear(), VenueFilled)
    assert sorted(fill.quantity for fill in fills) == [10, 20]


def test_numbers_that_begin_anew_on_a_line_that_stands_make_the_desk_compare_its_books(
    end: FixEnd,
) -> None:
    end.send(new("A"))
    end.hear()
    caller = end.fix._caller
    caller.session.memory.reset()
    caller.session.sent_reset = True
    caller.session.emit("A", [(98, b"0"), (108, b"4"), (141, b"Y")], caller.instant)
    caller.out(caller.session.collect())
    links = [each.state for each in only(end.hear(), LinkChanged)]
    assert links == [LinkState.DOWN, LinkState.UP]
    end.fill("A", 40)
    assert [fill.quantity for fill in only(end.hear(), VenueFilled)] == [40]


def test_a_flood_is_heard_in_parts_and_the_bell_rings_for_the_rest(end: FixEnd) -> None:
    """A kill between two parts waits for some milliseconds, not for the whole flood."""
    end.hear()
    memory, desk = end.fix._memory, end.house.desk(end.version)
    before, count = memory.next_in, 2_000
    rung: list[int] = []
    end.fix.wake_with(lambda: rung.append(memory.next_in))
    text = [(Tag.TEXT, b"x" * 200), (94, b"0"), (147, b"S"), (164, b"T"), (33, b"1")]
    end.house.do(lambda: desk.outbox.extend([Reply("C", text)] * count))
    waiting = end.fix._caller._wire._life._found  # type: ignore[union-attr]
    late = time.monotonic() + ANSWER_SECONDS
    while sum(len(each.data) for each in list(waiting)) < count * 200:  # type: ignore[union-attr]
        assert time.monotonic() < late, "it does not come"
        time.sleep(0.001)
    steps = []
    while memory.next_in < before + count:
        rung.clear()
        at = memory.next_in
        end.fix.advance(end.fix.clock())
        steps.append(memory.next_in - at)
        assert rung or not waiting, "who only waits for the bell hears the rest too"
    assert len(steps) > 3 and max(steps) < count / 2


def test_what_is_said_twice_is_heard_once(end: FixEnd) -> None:
    end.send(new("A"))
    end.hear()
    end.house.do(lambda: end.house.practice.mischief.heed("gap 3"))
    end.fill("A", 10)
    fills = only(end.hear(), VenueFilled)
    assert [fill.quantity for fill in fills] == [10]


# ── dialling again ─────────────────────────────────────────────────────────────────────────────


def test_the_clock_of_a_venue_never_goes_back() -> None:
    wall, steady = [1_000], [0]
    clock = VenueClock(lambda: wall[0], lambda: steady[0])
    wall[0], steady[0] = 1_100, 100
    assert clock() == 1_100
    wall[0], steady[0] = 500, 150  # somebody set the wall back
    assert clock() == 1_150
    wall[0], steady[0] = 9_000, 160
    assert clock() == 9_000


def test_since_when_numbers_are_is_kept_and_a_store_without_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "fix.db"
    old = sqlite3.connect(path)
    old.execute(
        "create table sessions (name text primary key, next_in integer, next_out integer,"
        " cancels integer)"
    )
    old.execute("insert into sessions values ('session', 7, 9, 3)")
    old.commit()
    old.close()
    memory = opened(path)
    assert (memory.next_in, memory.next_out, memory.cancels, memory.numbers_since) == (7, 9, 3, 0)
    memory.numbers_since = Nanos(77)
    memory.commit()
    assert opened(path).numbers_since == 77
