"""What a paper venue does badly for practice: the next reject, a broken link, seeds of both."""

import pytest

from connectors.paper.drills import BREAK_SECONDS_MAX, BREAK_SECONDS_MIN, HOUR, REASONS, Drills
from engine.domain.commands import CancelOrder, SubmitOrder
from engine.domain.events import StatusRequested
from engine.domain.reports import LinkChanged, LinkState, VenueCancelled, VenueRejected
from engine.runtime.why import explain
from engine.values import (
    NANOS_PER_SECOND,
    Instruction,
    Nanos,
    OrderId,
    OrderType,
    Price,
    Quantity,
    Side,
)
from tests.harness import DeskBench
from tests.unit.runtime.desk import play

BID = 1_901_000


def test_the_next_order_is_rejected_and_no_other(practice, asks):
    assert practice.venue.practise("reject", "", Nanos(0)) == ""
    (rejected,) = practice.send(asks.buy("A", 100, BID))
    assert rejected == VenueRejected("A", REASONS[0])
    assert not isinstance(practice.send(asks.buy("B", 100, BID))[0], VenueRejected)


def test_a_market_that_cannot_halt_for_practice_says_so(practice):
    assert "not for practice" in practice.venue.practise("halt", "AAPL", Nanos(10))


def test_seeded_rejects_and_breaks_come_as_often_as_asked_and_the_same_each_time():
    drills, again = Drills(7, rejects=50, breaks=20), Drills(7, rejects=50, breaks=20)
    drawn = [drills.objection(f"A{number}") for number in range(4_000)]
    assert drawn == [again.objection(f"A{number}") for number in range(4_000)]
    assert 140 <= sum(1 for text in drawn if text) <= 260
    assert set(filter(None, drawn)) == set(REASONS)
    assert not Drills(7).objection("A") and Drills(7).next_break(Nanos(0)) is None
    breaks, at = [], Nanos(0)
    while at < 500 * HOUR:
        found = drills.next_break(at)
        assert found is not None and found.at > at
        breaks.append(found)
        at = found.at
    assert 70 <= len(breaks) <= 130
    spans = {found.span // NANOS_PER_SECOND for found in breaks}
    assert min(spans) >= BREAK_SECONDS_MIN and max(spans) <= BREAK_SECONDS_MAX


def test_while_the_link_is_down_orders_live_on_and_what_happened_is_told_in_order(
    practice, asks, words_of
):
    practice.send(asks.buy("A", 100, BID))
    began = practice.venue.now
    practice.venue.practise("disconnect", "", Nanos(5 * NANOS_PER_SECOND))
    (down,) = practice.heard()
    assert (down.state, "stay at the venue" in down.text) == (LinkState.DOWN, True)
    practice.venue.advance(Nanos(began + NANOS_PER_SECOND))
    practice.other(Side.SELL, 40, BID)
    assert practice.send(asks.cancel("A")) == []
    practice.venue.advance(Nanos(began + 60 * NANOS_PER_SECOND))
    up, fill, cancelled = practice.heard()
    assert practice.venue.now == began + 5 * NANOS_PER_SECOND
    assert isinstance(up, LinkChanged) and up.state is LinkState.UP
    assert (fill.quantity, fill.at) == (40, began + NANOS_PER_SECOND)
    assert isinstance(cancelled, VenueCancelled) and cancelled.at == practice.venue.now


def order(ticket, symbol="AAPL"):
    return SubmitOrder(
        ticket, "PAPER", symbol, Instruction.BUY, Quantity(10), OrderType.LIMIT, Price(1_900_000)
    )


@pytest.fixture
def bench():
    bench = DeskBench(latency=lambda request: Nanos(NANOS_PER_SECOND))
    for symbol in ("AAPL", "GOOG", "MSFT"):
        bench.quotes(symbol, 1_900_000, 1_900_200)
    return bench


def test_what_was_on_its_way_is_asked_about_and_never_sent_again(bench):
    bench.submit(order("t1"))
    bench.pass_time(2)
    bench.submit(order("t2", "GOOG"))
    bench.paper.practise("disconnect", "", Nanos(10 * NANOS_PER_SECOND))
    bench.host.settle()
    assert (bench.order(1).is_unknown, bench.order(2).is_unknown) == (False, True)
    bench.submit(order("t3", "MSFT"))
    assert bench.order(3).text.startswith("The link to paper is down")
    bench.submit(CancelOrder(OrderId(1)))
    bench.pass_time(10.5)
    asked = [event for event in bench.journal.events() if isinstance(event, StatusRequested)]
    assert [event.order_id for event in asked] == [2]
    bench.submit(order("t4", "MSFT"))
    assert bench.order(4).text.startswith("The books are being compared")
    bench.pass_time(3)
    assert bench.order(2).text == "never reached the venue"
    of_it = [each for each in bench.journal.events() if getattr(each, "order_id", 0) == 2]
    told = "\n".join(explain(bench.order(2), of_it, bench.state).lines)
    assert "it never reached the venue, says the venue" in told
    assert "rejected by the venue" not in told
    assert bench.order(1).status.name == "CANCELLED"
    new = [heard for heard in bench.paper.heard if type(heard).__name__ == "NewOrderRequest"]
    assert len(new) == 2, "nothing was sent twice"
    bench.submit(order("t5", "MSFT"))
    assert bench.order(5).status.name == "SENT"
    assert bench.state.duplicates == 0


def test_a_script_can_practise(bench):
    done = play(
        bench,
        "practice reject next",
        "buy 10 AAPL 190.00",
        "wait order 1 rejected within 5s",
        "practice disconnect 5s",
        "buy 10 GOOG 190.00",
        "expect denied 2 not_ready",
    )
    assert done.problem == ""
