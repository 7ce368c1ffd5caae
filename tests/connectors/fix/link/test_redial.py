"""Hosts are tried in turn, ever more rarely, never all at once, and a person stops it."""

from random import Random

import pytest

from connectors.fix.link.redial import (
    FIRST_WAIT,
    JITTER_PERCENT,
    LONGEST_SHORT_WAIT,
    LONGEST_WAIT,
    REFUSALS_MAX,
    SHORT_MAX,
    STEADY_AFTER,
    Door,
    Redial,
    read_doors,
)
from engine.errors import InputError
from engine.values import Nanos

DOORS = (Door("a", 1), Door("b", 2), Door("c", 3))


def waits(redial: Redial, count: int) -> list[int]:
    now, found = Nanos(0), []
    for _ in range(count):
        redial.failed(now)
        found.append(redial.due_at - now)
        now = redial.due_at
    return found


def bounds(wait: int) -> tuple[int, int]:
    spread = wait * JITTER_PERCENT // 100
    return wait - spread, wait + spread


def test_every_host_is_tried_before_the_first_comes_again() -> None:
    redial = Redial(Random(1), DOORS)
    tried = []
    for now in range(7):
        tried.append(redial.door.host)
        redial.failed(Nanos(now))
    assert tried == ["a", "b", "c", "a", "b", "c", "a"]


def test_waits_double_from_round_to_round_up_to_half_a_minute() -> None:
    found = waits(Redial(Random(1), DOORS), 60)
    between = [wait for at, wait in enumerate(found, 1) if at % 3]
    after_rounds = [wait for at, wait in enumerate(found, 1) if not at % 3]
    assert all(bounds(FIRST_WAIT)[0] <= wait <= bounds(FIRST_WAIT)[1] for wait in between)
    for number, wait in enumerate(after_rounds):
        low, high = bounds(min(FIRST_WAIT << number, LONGEST_WAIT))
        assert low <= wait <= high
    assert max(found) <= bounds(LONGEST_WAIT)[1]


def test_waits_of_one_seed_are_the_same_and_of_two_are_not() -> None:
    first, second, other = (waits(Redial(Random(seed), DOORS), 20) for seed in (1, 1, 2))
    assert first == second != other


def test_a_session_that_was_steady_begins_with_its_first_host_and_a_short_wait() -> None:
    redial = Redial(Random(1), DOORS)
    waits(redial, 31)
    redial.stood(Nanos(1_000))
    gone = Nanos(1_000 + STEADY_AFTER)
    redial.failed(gone)
    assert redial.door == DOORS[0]
    assert redial.due_at - gone <= bounds(FIRST_WAIT)[1]


def breaks_soon(redial: Redial, now: Nanos) -> Nanos:
    """A session stands and breaks before it counts as steady; when the next call is due."""
    redial.stood(now)
    redial.failed(Nanos(now + STEADY_AFTER - 1))
    return redial.due_at


def test_sessions_that_break_soon_are_dialled_ever_more_rarely_and_never_left_for_long() -> None:
    redial, now, found = Redial(Random(1), DOORS[:1]), Nanos(0), []
    for _ in range(SHORT_MAX + 40):
        due = breaks_soon(redial, now)
        found.append(due - now - STEADY_AFTER + 1)
        now = due
    assert max(found[:SHORT_MAX]) <= bounds(FIRST_WAIT)[1]
    assert bounds(LONGEST_SHORT_WAIT)[0] <= min(found[-20:])
    assert max(found) <= bounds(LONGEST_SHORT_WAIT)[1]
    redial.stood(now)
    now = Nanos(now + STEADY_AFTER)
    redial.failed(now)
    assert redial.due_at - now <= bounds(FIRST_WAIT)[1]


def test_hosts_take_turns_while_sessions_break_soon() -> None:
    redial, now, tried = Redial(Random(1), DOORS), Nanos(0), []
    for _ in range(SHORT_MAX + 6):
        tried.append(redial.door.host)
        now = breaks_soon(redial, now)
    assert tried == ["a"] * (SHORT_MAX + 1) + ["b", "c", "a", "b", "c"]


def test_a_call_that_fails_after_sessions_that_broke_soon_waits_as_after_the_first() -> None:
    redial, now = Redial(Random(1), DOORS[:1]), Nanos(0)
    for _ in range(SHORT_MAX + 40):
        now = breaks_soon(redial, now)
    redial.failed(now)
    assert redial.due_at - now <= bounds(FIRST_WAIT)[1]


def test_refusals_in_a_row_need_a_person_and_a_logon_between_them_does_not() -> None:
    redial = Redial(Random(1), DOORS)
    for _ in range(REFUSALS_MAX - 1):
        redial.refused("no such client", Nanos(0))
    redial.stood(Nanos(0))
    redial.refused("no such client", Nanos(0))
    assert not redial.stopped
    for _ in range(REFUSALS_MAX - 1):
        redial.refused("no such client", Nanos(0))
    assert "5 logons in a row were refused, the last: no such client" in redial.stopped
    assert not redial.is_due(Nanos(1 << 62))


def test_hosts_are_read_in_their_order() -> None:
    doors = read_doors(["fix.example.com:9880", "127.0.0.1:1", "[::1]:65535"])
    assert [str(door) for door in doors] == ["fix.example.com:9880", "127.0.0.1:1", "[::1]:65535"]
    assert doors[2].host == "::1"


@pytest.mark.parametrize(
    "texts",
    [
        (),
        ("host",),
        (":1",),
        ("host:0",),
        ("host:65536",),
        ("host:x",),
        ("a b:1",),
        ("tcp://host:1",),
        ("me@host:1",),
        ("::1:80",),
        ("höst:1",),
        ("a:1", "a:1"),
        tuple(f"a:{n}" for n in range(1, 10)),
        ("a\x1b[31m:1",),
    ],
)
def test_what_is_no_host_is_refused(texts: tuple[str, ...]) -> None:
    with pytest.raises(InputError):
        read_doors(texts)
