"""The practice venue's rules: a throttle, and no orders of who is gone for too long."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.fix.practice.leaving import Leaving
from connectors.fix.practice.rules import HouseRules
from connectors.fix.settings import VERSIONS
from engine.values import NANOS_PER_SECOND, Nanos
from tests.connectors.fix.test_practice import SYMBOL, House, Trader, shown

GRACE = Nanos(10 * NANOS_PER_SECOND)
REASONS = {
    "FIX.4.2": (None, None),
    "FIX.4.4": (b"7", b"7"),
    "FIX.5.0SP2": (b"12", b"13"),
}
"""ExecRestatementReason (378) after a lost connection, and after a logout."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "venue.db", HouseRules(rate_max=3, cancel_after=Nanos(0)))
    yield made
    made.venue.close()


@pytest.fixture(params=VERSIONS)
def anne(request: pytest.FixtureRequest, house: House) -> Trader:
    return house.joins("ANNE", request.param)


def test_what_comes_too_fast_is_refused_and_named_and_the_next_second_is_free(
    anne: Trader, house: House
) -> None:
    for number in range(3):
        (report,) = anne.order(b"A%d" % number, b"100", b"190.00")
        assert report.type == "8"
    (refusal,) = anne.order(b"A3", b"100", b"190.00")
    reason = b"8" if anne.version == "FIX.5.0SP2" else b"0"
    assert (refusal.type, refusal.get(380), refusal.get(379)) == ("j", reason, b"A3")
    assert refusal.text(58) == "more than 3 messages a second; this one was not taken"
    house.now = Nanos(house.now + NANOS_PER_SECOND)
    (report,) = anne.order(b"A3", b"100", b"190.00")
    assert report.type == "8"


def test_a_throttle_counts_each_session_by_itself(house: House) -> None:
    anne, bob = house.joins("ANNE"), house.joins("BOB")
    for number in range(4):
        anne.order(b"A%d" % number, b"100", b"190.00")
    (report,) = bob.order(b"B1", b"100", b"189.00")
    assert report.type == "8"


def test_what_is_sent_again_was_slow_enough_when_it_came_first(house: House) -> None:
    anne = house.joins("ANNE")
    house.session_of(anne).disconnected(house.instant, "cut")
    anne.session.disconnected(house.instant, "cut")
    for number in range(10):
        body = [(11, b"A%d" % number), (38, b"1"), (40, b"2"), (44, b"190"), (54, b"1")]
        more = [(55, SYMBOL), (59, b"0"), (60, b"20260101-10:00:00")]
        anne.session.send("D", [*body, *more], house.instant)
    house.connect(anne)
    assert [message.type for message in anne.heard] == ["8"] * 10


def leave(house: House, trader: Trader, *, politely: bool) -> None:
    if politely:
        house.carry(trader, trader.session.log_out(house.instant))
        return
    trader.session.disconnected(house.instant, "cut")
    house.session_of(trader).disconnected(house.instant, "cut")


@pytest.mark.parametrize("politely", [False, True])
def test_who_is_gone_has_no_orders_and_hears_why_when_he_is_back(
    anne: Trader, house: House, politely: bool
) -> None:
    anne.order(b"A1", b"100", b"190.00")
    anne.order(b"A2", b"50", b"189.00")
    before = len(anne.heard)
    leave(house, anne, politely=politely)
    house.venue.tick()
    house.settle()
    house.connect(anne)
    told = anne.heard[before:]
    assert [shown(report) for report in told] == [(b"4", b"0", b"0")] * 2
    assert {report.get(378) for report in told} == {REASONS[anne.version][politely]}
    how = "the logout" if politely else "the connection was lost"
    assert {report.text(58) for report in told} == {f"cancelled 0 s after {how}"}
    assert all(report.get(41) is None for report in told), "nobody asked for it"
    assert "ANNE is gone: open orders cancelled, 2" in house.notes


def test_who_is_back_within_the_grace_keeps_his_orders_and_a_new_absence_counts_anew(
    house: House,
) -> None:
    anne = house.joins("ANNE")
    anne.order(b"A1", b"100", b"190.00")
    leaving, at = Leaving(GRACE), Nanos(1)

    def look(seconds: float) -> int:
        session = house.session_of(anne)
        desk = house.venue.desks["ANNE:FIX.4.4"]
        moment = Nanos(at + int(seconds * NANOS_PER_SECOND))
        return leaving.look("ANNE:FIX.4.4", session, desk, house.venue.floor, moment)

    leave(house, anne, politely=False)
    assert [look(0), look(9.9)] == [0, 0]
    house.connect(anne)
    assert look(11) == 0
    leave(house, anne, politely=False)
    assert [look(20), look(29.9), look(30), look(31)] == [0, 0, 1, 0]


def test_who_calls_and_does_not_log_on_is_still_gone(house: House) -> None:
    anne = house.joins("ANNE")
    anne.order(b"A1", b"100", b"190.00")
    leave(house, anne, politely=False)
    session = house.session_of(anne)
    session.connect(house.instant)
    house.venue.tick()
    assert house.venue.desks["ANNE:FIX.4.4"].open_orders() == []


def test_after_a_kill_the_grace_begins_with_the_start(tmp_path: Path) -> None:
    house = House(tmp_path / "kill.db")
    anne = house.joins("ANNE")
    anne.order(b"A1", b"100", b"190.00")
    house.rules = HouseRules(cancel_after=Nanos(0))
    house.kill()
    house.venue.tick()
    house.settle()
    before = len(anne.heard)
    house.connect(anne)
    assert [shown(report) for report in anne.heard[before:]] == [(b"4", b"0", b"0")]
    house.venue.close()
