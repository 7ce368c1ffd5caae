"""Acts that take exits back, where one exit at a time may stand: none comes back by itself."""

import pytest

from engine.domain import commands as cmd
from engine.domain import events as ev
from engine.domain import reports as rep
from engine.domain.apply import state_hash
from engine.domain.commands import CancelScope, ExitsOnKill
from engine.domain.identity import leg_id
from engine.values import OrderId, Price, Side, TimeInForce
from tests.harness import DeskBench

from .bench import BID, TARGET, desk, entry, told

ACTS: dict[str, cmd.Command] = {
    "kill, exits cancelled": cmd.Kill("PAPER", ExitsOnKill.CANCEL, "test"),
    "kill, flattened": cmd.Kill("PAPER", ExitsOnKill.FLATTEN, "test"),
    "cancel everything": cmd.CancelMany("PAPER"),
    "cancel exits": cmd.CancelMany("PAPER", "AAPL", CancelScope.EXITS),
    "cancel sells": cmd.CancelMany("PAPER", "AAPL", CancelScope.SELLS),
    "flatten": cmd.Flatten("PAPER", "AAPL"),
}


def swapped() -> DeskBench:
    """The target stands; the stop was taken back for it and waits for its turn."""
    bench = desk(has_oca=False)
    bench.submit(entry(100))
    bench.other(Side.SELL, 10_100, "AAPL", BID, time_in_force=TimeInForce.IOC)
    bench.quotes("AAPL", Price(BID + 5_000), Price(BID + 5_200))
    bench.submit(rep.ExitReached(leg_id(OrderId(1), 1), TARGET))
    bench.pass_time(2)
    assert told(bench, 1) == ["1.1 working 100", "1.2 cancelled 0"]
    return bench


@pytest.mark.parametrize("act", ACTS)
def test_no_exit_comes_back_after_an_act_that_takes_them_back(act: str) -> None:
    bench = swapped()
    bench.submit(ACTS[act])
    bench.pass_time(5)
    assert [leg.rpartition(" ")[0] for leg in told(bench, 1)] == ["1.1 cancelled", "1.2 cancelled"]
    assert not bench.state.live
    assert not [e for e in bench.journal.events() if isinstance(e, ev.OrderDenied)]
    assert bench.replayed_hash() == state_hash(bench.state)


@pytest.mark.parametrize(
    "act",
    [
        cmd.Kill("PAPER", ExitsOnKill.KEEP, "test"),
        cmd.CancelMany("PAPER", "AAPL", CancelScope.ENTRIES),
        cmd.CancelMany("PAPER", "AAPL", CancelScope.BUYS),
        cmd.CancelMany("PAPER", "GOOG"),
    ],
    ids=["kill, exits kept", "cancel entries", "cancel buys", "another symbol"],
)
def test_what_an_act_leaves_alone_still_takes_its_turn(act: cmd.Command) -> None:
    bench = swapped()
    bench.submit(act)
    bench.submit(rep.ExitReached(leg_id(OrderId(1), 2), Price(1_890_000)))
    bench.pass_time(5)
    assert told(bench, 1)[:2] == ["1.1 cancelled 0", "1.2 cancelled 0"]
    assert told(bench, 1)[2] == "1.3 working 100"
