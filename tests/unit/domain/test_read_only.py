"""A desk that only looks: nothing leaves it, whatever happens; the next run catches up."""

import pytest
from msgspec.structs import replace

from engine.domain.commands import ExitTerm, Kill, Origin, SubmitOrder
from engine.domain.events import OrderReleased
from engine.domain.requests import CancelRequest
from engine.runtime.session import WRITING
from engine.values import Instruction, OrderType, Price, Quantity, Side
from tests.harness import DeskBench


@pytest.fixture
def looking() -> DeskBench:
    """An entry with exits rests, and the run that goes on with it only looks."""
    desk = DeskBench()
    desk.quotes("AAPL", 1_899_900, 1_900_100)
    entry = SubmitOrder(
        "t", "PAPER", "AAPL", Instruction.BUY, Quantity(100), OrderType.LIMIT, Price(1_899_000),
        target=ExitTerm(offset=50_000), stop_loss=ExitTerm(offset=-50_000),
    )  # fmt: skip
    desk.submit(entry)
    desk.submit(replace(desk.opening(), is_read_only=True))
    return desk


def left(desk: DeskBench) -> list[type]:
    return [type(request) for request in desk.paper.heard if isinstance(request, WRITING)]


def test_exits_of_an_entry_that_fills_wait_for_a_run_that_may_send(looking: DeskBench) -> None:
    before = len(left(looking))
    looking.others_leave("AAPL")
    looking.other(Side.SELL, 100, "AAPL", 1_899_000)
    looking.pass_time(60)
    assert looking.position("AAPL") == 100
    assert len(left(looking)) == before
    events = looking.submit(looking.opening())
    looking.quotes("AAPL", 1_899_900, 1_900_100)
    looking.restart()
    looking.pass_time(5)
    released = [e for e in looking.journal.events() if isinstance(e, OrderReleased)]
    assert len(released) == 3, events


def test_a_kill_latches_and_takes_nothing_back(looking: DeskBench) -> None:
    before = len(left(looking))
    looking.submit(Kill("PAPER", reason="KILL file", origin=Origin.DESK))
    looking.pass_time(30)
    assert looking.state.accounts["PAPER"].trading.latched
    assert len(left(looking)) == before and len(looking.state.live) == 1


def test_a_journal_fault_takes_nothing_back_either(looking: DeskBench) -> None:
    assert looking.session.cancel_from_memory() == 0
    assert CancelRequest not in left(looking)
