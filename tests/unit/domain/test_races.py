"""A cancel races a fill to the exchange: whoever wins, what is filled and what is not adds up."""

import itertools

import pytest

from engine.domain.commands import CancelOrder, SubmitOrder
from engine.domain.events import CancelRejected, OrderFilled
from engine.domain.requests import CancelRequest, Request
from engine.values import (
    NANOS_PER_MILLISECOND,
    Instruction,
    Nanos,
    OrderId,
    OrderType,
    Price,
    Quantity,
    Side,
)
from tests.harness import DeskBench, SetDelays

MOMENTS = range(1, 8)
FULL, PART = 100, 60
ORDER = SubmitOrder(
    "t", "PAPER", "AAPL", Instruction.BUY, Quantity(FULL), OrderType.LIMIT, Price(1_900_200)
)


@pytest.mark.parametrize(("fill_at", "cancel_at"), list(itertools.product(MOMENTS, MOMENTS)))
@pytest.mark.parametrize("told_after", [1, 3, 20])
def test_late_reports_end_the_same_and_a_lost_cancel_is_told_once(
    fill_at: int, cancel_at: int, told_after: int
) -> None:
    def out(request: Request) -> Nanos:
        late = cancel_at if isinstance(request, CancelRequest) else 0
        return Nanos(late * NANOS_PER_MILLISECOND)

    bench = DeskBench(
        latency=SetDelays(out, lambda report: Nanos(told_after * NANOS_PER_MILLISECOND))
    )
    bench.quotes("AAPL", 1_900_000, 1_900_400)
    bench.submit(ORDER)
    bench.submit(CancelOrder(OrderId(1)))
    bench.pass_time(fill_at / 1_000)
    bench.other(Side.SELL, FULL, "AAPL", 1_900_200)
    happened_at = bench.host.now
    assert bench.order(1).cumulative == 0, "nobody has told it yet"
    bench.pass_time(0.05)

    known, events = bench.order(1), bench.journal.events()
    fills = [event for event in events if isinstance(event, OrderFilled)]
    lost = [event.text for event in events if isinstance(event, CancelRejected)]
    if fill_at < cancel_at:
        assert [fill.venue_at for fill in fills] == [happened_at]
        assert fills[0].at >= happened_at + told_after * NANOS_PER_MILLISECOND
        assert lost == ["too late: it is filled"]
        assert known.status.name == "FILLED" and bench.position("AAPL") == FULL
    else:
        assert (fills, lost) == ([], [])
        assert known.status.name == "CANCELLED" and bench.position("AAPL") == 0
    assert known.is_done and known.pending_cancel is None and not known.is_resurrected
    assert bench.state.duplicates == 0


@pytest.mark.parametrize("size", [PART, FULL])
@pytest.mark.parametrize(("fill_at", "cancel_at"), list(itertools.product(MOMENTS, MOMENTS)))
def test_what_is_cancelled_is_what_was_not_filled(size: int, fill_at: int, cancel_at: int) -> None:
    def latency(request: Request) -> Nanos:
        late = cancel_at if isinstance(request, CancelRequest) else 0
        return Nanos(late * NANOS_PER_MILLISECOND)

    bench = DeskBench(latency=latency)
    bench.quotes("AAPL", 1_900_000, 1_900_400)
    bench.submit(ORDER)
    bench.submit(CancelOrder(OrderId(1)))
    bench.pass_time(fill_at / 1_000)
    bench.other(Side.SELL, size, "AAPL", 1_900_200)
    bench.pass_time(0.01)

    is_filled = fill_at < cancel_at
    filled = size if is_filled else 0
    known = bench.order(1)
    assert (known.cumulative, known.cancelled) == (filled, 100 - filled)
    assert known.status.name == ("FILLED" if filled == 100 else "CANCELLED")
    assert known.is_done and known.pending_cancel is None
    assert bench.position("AAPL") == filled
    assert not known.is_resurrected
    assert bench.state.accounts["PAPER"].reserved == 0
