"""Acts that take exits back, where one exit at a time may stand: none comes back by itself."""

import pytest

from engine.domain import commands as cmd
from engine.domain import events as ev
from engine.domain import reports as rep
from engine.domain.apply import state_hash
from engine.domain.commands import CancelScope, ExitsOnKill
from engine.domain.contingent.turns import exits_waiting
from engine.domain.identity import leg_id
from engine.domain.quotes import Phase
from engine.values import Liquidity, Nanos, OrderId, Price, Quantity, Side, TimeInForce
from tests.harness import DeskBench

from .bench import BID, STOP, TARGET, desk, entry, leg, oco, told

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


def both_reached() -> DeskBench:
    """The bid is beyond the target, the last trade was at the stop, and no exit may leave yet."""
    bench = desk(has_oca=False, latency=lambda request: Nanos(10**17))
    bench.submit(entry(100), rep.VenueAccepted("TEST-1-1-0", "V1"))
    bench.submit(rep.LinkChanged("still", rep.LinkState.DOWN))
    bench.others_leave("AAPL")
    bench.quotes("AAPL", STOP, Price(STOP + 200))
    bench.other(Side.SELL, 10, "AAPL", STOP, time_in_force=TimeInForce.IOC)
    bench.others_leave("AAPL")
    bench.quotes("AAPL", Price(TARGET + 500), Price(TARGET + 700))
    return bench


def test_at_both_prices_at_once_the_stop_has_the_turn_and_keeps_it() -> None:
    """The turn went back and forth at one instant, without end, until the desk stopped."""
    bench = both_reached()
    bench.submit(rep.VenueFilled("TEST-1-1-0", "E1", BID, Quantity(100), Liquidity.MAKER))
    assert [exit.partition(" ")[2] for exit in told(bench, 1)] == ["held -", "held -"]
    bench.submit(rep.LinkChanged("still", rep.LinkState.UP))
    bench.pass_time(1)
    assert [order.name for order in exits_waiting(bench.state)] == ["1.1"]
    assert not [e for e in bench.journal.events() if isinstance(e, ev.ExitsSwapped)]


def test_while_a_flatten_runs_nobody_asks_for_exits_beside_it() -> None:
    """They were let in as the desk's own, and their turn went back and forth (I-51, D03)."""
    bench = desk(has_oca=False, latency=lambda request: Nanos(10**17))
    bench.submit(entry(100, target=None, stop_loss=None), rep.VenueAccepted("TEST-1-1-0", "V1"))
    bench.submit(rep.VenueFilled("TEST-1-1-0", "E1", BID, Quantity(100), Liquidity.MAKER))
    bench.submit(cmd.Flatten("PAPER", "AAPL"))
    happened = bench.submit(oco(100))
    denied = [e for e in happened if isinstance(e, ev.OrderDenied)]
    assert [e.findings[0].rule for e in denied] == ["D03"]
    assert not exits_waiting(bench.state)


def test_a_stop_that_is_to_stand_again_leaves_when_a_halt_ends() -> None:
    """Nobody woke it, for it had no order yet: the position stayed without a stop."""
    bench = swapped()
    bench.enters("AAPL", Phase.HALTED)
    target = bench.state.orders[leg_id(OrderId(1), 1)]
    bench.submit(rep.VenueCancelled(target.client_order_id, "let go", requested=False))
    bench.pass_time(1)
    assert told(bench, 1) == ["1.1 cancelled 0", "1.2 cancelled 0"]
    bench.enters("AAPL", Phase.OPEN)
    assert told(bench, 1)[2] == "1.3 working 100"


def test_an_exit_that_was_sent_alone_is_joined_by_no_other_where_groups_came_later() -> None:
    """Two full exits in no common group would close twice what is held."""
    bench = desk(has_oca=False)
    bench.submit(entry())
    bench.other(Side.SELL, 10_060, "AAPL", BID)
    assert told(bench, 1) == ["1.1 held -", "1.2 working 60"]
    bench.state.has_oca = True  # the same orders, found again by a desk whose venue has groups
    bench.other(Side.SELL, 40, "AAPL", BID)
    assert told(bench, 1) == ["1.1 held -", "1.2 working 100"]
    assert exits_waiting(bench.state) == [leg(bench, 1, 1)], "its price still calls it"
