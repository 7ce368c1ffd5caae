"""F49: a kill latches at once whatever else is broken, and its cancels go out first afterwards."""

from itertools import product

import pytest

from engine.domain.commands import Kill, Origin
from engine.domain.events import TradingState
from engine.domain.lifecycle import Status
from engine.domain.reports import DiskSpaceSeen, MachineSlept, SpaceLevel
from engine.domain.requests import CancelRequest, NewOrderRequest
from engine.values import NANOS_PER_SECOND, Nanos
from tests.harness import DeskBench
from tests.unit.runtime.desk import say

BREAK_SECONDS = 10


@pytest.mark.parametrize(
    ("is_cut", "level", "has_slept"),
    list(product([False, True], [SpaceLevel.AMPLE, SpaceLevel.HALT], [False, True])),
)
def test_a_kill_latches_at_once_and_takes_back_what_works(
    is_cut: bool, level: SpaceLevel, has_slept: bool
) -> None:
    bench = DeskBench()
    bench.quotes("AAPL", 1_900_000, 1_900_200)
    say(bench, "buy 10 AAPL 189")
    say(bench, "buy 20 AAPL 188")
    if is_cut:
        bench.paper.practise("disconnect", "", Nanos(BREAK_SECONDS * NANOS_PER_SECOND))
        bench.host.settle()
    if level is not SpaceLevel.AMPLE:
        bench.submit(DiskSpaceSeen(level, "60 MiB left"))
    if has_slept:
        bench.submit(MachineSlept(Nanos(3 * NANOS_PER_SECOND), is_suspend=True))
    before = len(bench.paper.heard)
    bench.submit(Kill("PAPER", reason="F49", origin=Origin.DESK))
    trading = bench.state.accounts["PAPER"].trading
    assert (trading.state, trading.latched) == (TradingState.KILLED, True)
    say(bench, "buy 5 AAPL 189")
    assert bench.order(3).status is Status.DENIED
    if is_cut:
        assert [bench.order(n).status for n in (1, 2)] == [Status.WORKING, Status.WORKING]
    bench.pass_time(BREAK_SECONDS + 2)
    assert [bench.order(n).status for n in (1, 2)] == [Status.CANCELLED, Status.CANCELLED]
    said = bench.paper.heard[before:]
    assert {type(request) for request in said[:2]} == {CancelRequest}
    assert not any(isinstance(request, NewOrderRequest) for request in said)
    bench.restart()
    assert bench.state.accounts["PAPER"].trading.latched
