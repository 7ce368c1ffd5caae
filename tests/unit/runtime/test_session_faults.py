"""Whatever breaks inside a step: the desk stops, nothing of it leaves, cancels stay possible."""

from collections.abc import Sequence

import pytest

from engine.domain import events as ev
from engine.domain import reports as rep
from engine.domain.commands import CancelOrder, CancelScope, Kill, Reconcile, SubmitOrder
from engine.domain.requests import CancelRequest, NewOrderRequest
from engine.domain.statements import OpenOrder, VenueOpenOrders
from engine.errors import TraderError
from engine.runtime.session import DeskStoppedError
from engine.values import Instruction, OrderId, OrderType, Price, Quantity, Side, TimeInForce
from engine.values import Sequence as RecordSequence
from tests.harness import DeskBench, MemoryJournal


class FailingJournal(MemoryJournal):
    """Takes blocks until it is told not to."""

    fault: Exception | None = None

    def append(
        self, first: RecordSequence, last: RecordSequence, payload: bytes, staged: Sequence[bytes]
    ) -> None:
        if self.fault is not None:
            raise self.fault
        super().append(first, last, payload, staged)


class FullDiskError(TraderError):
    pass


def _buy(ticket: str, price: int = 1_900_000, quantity: int = 100) -> SubmitOrder:
    return SubmitOrder(
        ticket,
        "PAPER",
        "AAPL",
        Instruction.BUY,
        Quantity(quantity),
        OrderType.LIMIT,
        Price(price),
    )


@pytest.fixture
def bench() -> DeskBench:
    """Long 100 with a working exit, and a working entry."""
    bench = DeskBench(journal=FailingJournal())
    bench.quotes("AAPL", 1_900_000, 1_900_200)
    bench.submit(_buy("first", 1_900_200))
    exit_order = SubmitOrder(
        "exit",
        "PAPER",
        "AAPL",
        Instruction.SELL,
        Quantity(100),
        OrderType.LIMIT,
        Price(1_950_000),
    )
    bench.submit(exit_order, _buy("entry"))
    assert bench.position("AAPL") == 100
    return bench


class Unknown(rep.Fact, frozen=True, tag="nobody"):
    """A report that the desk has no decision for."""


@pytest.mark.parametrize("fault", [FullDiskError("disk full"), OSError("EIO"), RuntimeError("bug")])
def test_nothing_leaves_once_the_journal_has_failed(bench: DeskBench, fault: Exception) -> None:
    heard, kept = len(bench.paper.heard), len(bench.journal.kept)
    bench.journal.fault = fault  # type: ignore[attr-defined]
    with pytest.raises((DeskStoppedError, RuntimeError)):
        bench.submit(_buy("second", 1_899_900))
    assert bench.session.is_stopped
    assert bench.paper.heard[heard:] == []
    bench.journal.fault = None  # type: ignore[attr-defined]
    with pytest.raises(DeskStoppedError):
        bench.submit(_buy("third", 1_899_800))
    assert bench.paper.heard[heard:] == []
    assert len(bench.journal.kept) == kept


def test_a_bug_in_a_decision_stops_the_desk_with_nothing_sent(bench: DeskBench) -> None:
    heard, kept = len(bench.paper.heard), len(bench.journal.kept)
    with pytest.raises(KeyError):
        bench.submit(_buy("second", 1_899_900), Unknown())  # type: ignore[arg-type]
    assert bench.session.is_stopped
    assert bench.paper.heard[heard:] == []
    assert len(bench.journal.kept) == kept
    with pytest.raises(DeskStoppedError):
        bench.submit(_buy("third", 1_899_800))


def test_a_report_that_the_state_cannot_take_stops_the_desk_with_nothing_sent(
    bench: DeskBench,
) -> None:
    heard = len(bench.paper.heard)
    bench.state.accounts["PAPER"].ledger["cash"] += 1  # what a bug in the ledger would do
    with pytest.raises(AssertionError, match="ledger"):
        bench.other(Side.SELL, 1_100, "AAPL", 1_900_000)
    assert bench.session.is_stopped
    assert bench.paper.heard[heard:] == []


def test_after_a_fault_memory_can_still_cancel_everything(bench: DeskBench) -> None:
    bench.journal.fault = OSError("EIO")  # type: ignore[attr-defined]
    with pytest.raises(DeskStoppedError):
        bench.submit(_buy("second", 1_899_900))
    heard = len(bench.paper.heard)
    assert bench.session.cancel_from_memory() == 2
    sent = bench.paper.heard[heard:]
    assert all(isinstance(request, CancelRequest) for request in sent)
    assert bench.paper.exchange.book("AAPL").named == {}


def test_a_cancel_that_the_journal_did_not_take_still_leaves_from_memory(bench: DeskBench) -> None:
    bench.journal.fault = OSError("EIO")  # type: ignore[attr-defined]
    with pytest.raises(DeskStoppedError):
        bench.submit(CancelOrder(OrderId(3)))
    heard = len(bench.paper.heard)
    bench.session.cancel_from_memory(CancelScope.ENTRIES)
    assert bench.paper.heard[heard:] == [CancelRequest("TEST-1-3-0")]


def test_after_a_fault_protective_exits_can_be_left_where_they_are(bench: DeskBench) -> None:
    bench.journal.fault = OSError("EIO")  # type: ignore[attr-defined]
    with pytest.raises(DeskStoppedError):
        bench.submit(_buy("second", 1_899_900))
    heard = len(bench.paper.heard)
    bench.session.cancel_from_memory(CancelScope.ENTRIES)
    cancelled = [request.client_order_id for request in bench.paper.heard[heard:]]
    assert "TEST-1-2-0" not in cancelled
    assert "TEST-1-3-0" in cancelled


def test_an_engine_fault_is_written_down_halts_and_takes_entries_back(bench: DeskBench) -> None:
    with pytest.raises(KeyError):
        bench.submit(_buy("second", 1_899_900), Unknown())  # type: ignore[arg-type]
    heard = len(bench.paper.heard)
    assert bench.session.stop_for("KeyError: Unknown") == 1
    assert bench.paper.heard[heard:] == [CancelRequest("TEST-1-3-0")]
    assert bench.session.is_stopped
    faults = [e for e in bench.journal.events() if isinstance(e, ev.Faulted)]
    assert [fault.text for fault in faults] == ["KeyError: Unknown"]

    bench.restart()
    trading = bench.state.accounts["PAPER"].trading
    assert trading.state is ev.TradingState.HALTED
    assert trading.reason == "engine fault: KeyError: Unknown"
    assert not any(
        isinstance(request, NewOrderRequest) and request.client_order_id == "TEST-1-4-0"
        for request in bench.paper.heard
    )


def test_a_kill_stays_a_kill_when_the_engine_fails_afterwards(bench: DeskBench) -> None:
    bench.submit(Kill("PAPER"))
    with pytest.raises(KeyError):
        bench.submit(Unknown())  # type: ignore[arg-type]
    bench.session.stop_for("KeyError")
    bench.restart()
    assert bench.state.accounts["PAPER"].trading.state is ev.TradingState.KILLED
    assert bench.state.accounts["PAPER"].trading.latched


def test_when_the_journal_is_what_failed_the_fault_cannot_be_written_and_says_so(
    bench: DeskBench,
) -> None:
    bench.journal.fault = FullDiskError("disk full")  # type: ignore[attr-defined]
    with pytest.raises(DeskStoppedError):
        bench.submit(_buy("second", 1_899_900))
    heard = len(bench.paper.heard)
    with pytest.raises(TraderError):
        bench.session.stop_for("disk full")
    assert bench.paper.heard[heard:] == []


def test_a_listener_that_fails_stops_the_desk_before_anything_leaves(bench: DeskBench) -> None:
    def broken(record: object) -> None:
        raise ZeroDivisionError

    heard = len(bench.paper.heard)
    bench.session.listen(broken)
    with pytest.raises(ZeroDivisionError):
        bench.submit(_buy("second", 1_899_900))
    assert bench.session.is_stopped
    assert bench.paper.heard[heard:] == []


def test_orders_that_end_in_the_batch_of_a_new_trade_date_are_still_told(bench: DeskBench) -> None:
    """Done orders leave the state with the date: who listens must have heard of them before."""
    told = []

    def narrate(record) -> None:  # type: ignore[no-untyped-def]
        if isinstance(record.body, ev.OrderCancelled):
            told.append(bench.state.orders[record.body.order_id].label)

    bench.session.listen(narrate)
    bench.submit(
        rep.VenueCancelled("TEST-1-3-0", "the day ended", requested=False),
        rep.TradeDateRolled(20260106, (("AAPL", Price(1_900_100)),)),
    )
    assert told == ["20260105-3"]
    assert bench.state.trade_date == 20260106


def test_what_never_left_is_not_cancelled_from_memory(bench: DeskBench) -> None:
    """Its id is given to another order after the next start, and a late cancel would meet that."""
    bench.journal.fault = FullDiskError("disk full")  # type: ignore[attr-defined]
    with pytest.raises(DeskStoppedError):
        bench.submit(_buy("second", 1_899_900))
    heard = len(bench.paper.heard)
    bench.session.cancel_from_memory(CancelScope.ENTRIES)
    assert bench.paper.heard[heard:] == [CancelRequest(bench.order(3).client_order_id)]


def test_an_order_that_was_not_taken_over_for_good_is_not_cancelled_from_memory(
    bench: DeskBench,
) -> None:
    """The journal does not know that it is ours: it stays whoever's it was."""
    bench.submit(Reconcile("PAPER"))
    stranger = OpenOrder(
        "PERM-1", "V9", "AAPL", Instruction.BUY, OrderType.LIMIT, TimeInForce.DAY, Quantity(10)
    )
    bench.journal.fault = FullDiskError("disk full")  # type: ignore[attr-defined]
    with pytest.raises(DeskStoppedError):
        bench.submit(Reconcile("PAPER"), VenueOpenOrders(bench.state.recon.query + 1, (stranger,)))
    assert "PERM-1" in bench.state.by_client_id
    heard = len(bench.paper.heard)
    bench.session.cancel_from_memory(CancelScope.ENTRIES)
    assert CancelRequest("PERM-1") not in bench.paper.heard[heard:]
