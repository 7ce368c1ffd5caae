"""A ticket is an intent: transmitted a second time it sends nothing, whatever has become of it."""

import pytest

from engine.domain import events as ev
from engine.domain.apply import state_hash
from engine.domain.commands import Origin, SubmitOrder
from engine.domain.desk_changes import PAST_ORDERS_MAX
from engine.domain.reports import TradeDateRolled
from engine.values import Instruction, OrderType, Price, Quantity
from tests.harness import DeskBench

ORDER = SubmitOrder(
    "pressed once", "PAPER", "AAPL", Instruction.BUY, Quantity(10), OrderType.MARKET,
    origin=Origin.TICKET,
)  # fmt: skip


@pytest.fixture
def desk() -> DeskBench:
    """It was sent and filled."""
    desk = DeskBench()
    desk.quotes("AAPL", 1_899_900, 1_900_100)
    desk.submit(ORDER)
    assert desk.position("AAPL") == 10
    return desk


def roll(desk: DeskBench, date: int) -> None:
    desk.submit(TradeDateRolled(date, (("AAPL", Price(1_900_000)),)))


@pytest.mark.parametrize("days", [0, 1, 3])
def test_the_turn_of_the_day_does_not_make_it_a_new_one(desk: DeskBench, days: int) -> None:
    for day in range(days):
        roll(desk, 20260106 + day)
    told = desk.submit(ORDER)
    assert [type(event) for event in told] == [ev.DuplicateIgnored]
    assert desk.position("AAPL") == 10
    assert desk.replayed_hash() == state_hash(desk.state)


def test_what_is_remembered_is_bounded(desk: DeskBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.domain.desk_changes.PAST_ORDERS_MAX", 0)
    assert PAST_ORDERS_MAX > 0 and "pressed once" in desk.state.tickets
    roll(desk, 20260106)
    assert not desk.state.tickets and not desk.state.past_orders
