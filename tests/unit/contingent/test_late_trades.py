"""Exits over midnight: what is told of yesterday's orders, and what is left to protect."""

import pytest

from engine.domain import reports as rep
from engine.domain import statements as st
from engine.domain.apply import state_hash
from engine.domain.commands import CancelOrder, ExitsOnKill, ExitTerm, Kill, Origin
from engine.domain.contingent.protection import protected_quantity
from engine.domain.events import ReplaceDenied
from engine.domain.reasons import REFUSAL_SENTENCES, Refusal
from engine.domain.requests import Request
from engine.domain.views import Severity
from engine.instruments import Instrument
from engine.runtime.interrupts import Interrupts
from engine.values import (
    Instruction,
    Liquidity,
    Nanos,
    OrderType,
    Price,
    Quantity,
    Side,
    TimeInForce,
)
from tests.harness import DeskBench

from .bench import BID, TARGET, desk, entry, leg, told

GTC, IOC = TimeInForce.GTC, TimeInForce.IOC
NEXT_DATE = rep.TradeDateRolled(20260106, ())


def never(request: Request) -> Nanos:
    return Nanos(10**17)


def fill(name: str, execution: str, price: Price, quantity: int) -> rep.VenueFilled:
    return rep.VenueFilled(name, execution, price, Quantity(quantity), Liquidity.MAKER)


def protected_desk() -> DeskBench:
    """A filled bracket, its exits working at a venue that the test speaks for."""
    bench = desk(latency=never)
    bench.submit(entry(100, time_in_force=GTC), rep.VenueAccepted("TEST-1-1-0", "V1"))
    bench.submit(fill("TEST-1-1-0", "E1", BID, 100))
    bench.pass_time(0.001)
    for number in (1, 2):
        bench.submit(rep.VenueAccepted(leg(bench, 1, number).client_order_id, f"V1{number}"))
    return bench


def test_a_fill_of_yesterdays_order_is_booked_while_a_bracket_lives() -> None:
    bench = desk(latency=never)
    plain = entry(100, ticket="plain", target=None, stop_loss=None, price=Price(BID - 500))
    bench.submit(plain, entry(100, ticket="b", time_in_force=GTC))
    bench.submit(rep.VenueAccepted("TEST-1-1-0", "V1"), rep.VenueAccepted("TEST-1-2-0", "V2"))
    bench.submit(rep.VenueExpired("TEST-1-1-0"), NEXT_DATE)
    assert 1 in bench.state.past_orders
    bench.submit(fill("TEST-1-1-0", "E1", BID, 30))
    assert bench.position("AAPL") == 30
    assert bench.replayed_hash() == state_hash(bench.state)


def test_spent_exits_have_successors_when_their_entry_fills_on_another_day() -> None:
    bench = desk()
    bench.submit(entry(100, time_in_force=GTC))
    bench.other(Side.SELL, 10_050, "AAPL", BID, time_in_force=IOC)
    bench.quotes("AAPL", Price(BID + 5_000), Price(BID + 5_200))
    bench.other(Side.BUY, 20_050, "AAPL", TARGET, time_in_force=IOC)
    assert told(bench, 1) == ["1.1 filled 0", "1.2 cancelled 0"]
    bench.submit(NEXT_DATE)
    bench.others_leave("AAPL")
    bench.other(Side.SELL, 50, "AAPL", BID, time_in_force=IOC)
    assert bench.position("AAPL") == 50
    assert protected_quantity(bench.state, "PAPER", "AAPL") == 50
    assert bench.replayed_hash() == state_hash(bench.state)


def test_a_late_fill_of_yesterdays_exit_counts_once() -> None:
    bench = protected_desk()
    target, stop = leg(bench, 1, 1).client_order_id, leg(bench, 1, 2)
    bench.submit(fill(target, "E2", TARGET, 30), rep.VenueCancelled(target), NEXT_DATE)
    bench.submit(fill(target, "E3", TARGET, 10))
    bench.pass_time(0.001)
    assert bench.position("AAPL") == 60 == stop.leaves
    assert stop.pending_replace is None
    assert stop.pending_cancel is None
    assert bench.replayed_hash() == state_hash(bench.state)


def test_a_group_leaves_the_state_when_all_of_it_is_done() -> None:
    bench = protected_desk()
    for number in (1, 2):
        bench.submit(rep.VenueCancelled(leg(bench, 1, number).client_order_id))
    bench.submit(NEXT_DATE)
    assert not bench.state.brackets
    assert not bench.state.orders
    assert len(bench.state.past_orders) == 3


@pytest.mark.parametrize("exits", [ExitsOnKill.CANCEL, ExitsOnKill.FLATTEN])
def test_killed_without_exits_a_late_fill_brings_none(exits: ExitsOnKill) -> None:
    bench = desk(latency=never)
    bench.submit(entry(100, time_in_force=GTC), rep.VenueAccepted("TEST-1-1-0", "V1"))
    bench.submit(fill("TEST-1-1-0", "E1", BID, 50))
    bench.pass_time(0.001)
    bench.submit(fill(leg(bench, 1, 1).client_order_id, "E2", TARGET, 50))
    bench.submit(rep.VenueCancelled(leg(bench, 1, 2).client_order_id))
    assert told(bench, 1) == ["1.1 filled 0", "1.2 cancelled 0"]
    bench.submit(Kill("PAPER", exits, "test"), rep.VenueCancelled("TEST-1-1-0", requested=True))
    bench.pass_time(0.001)
    bench.submit(fill("TEST-1-1-0", "E3", BID, 10))
    bench.pass_time(3)
    assert told(bench, 1) == ["1.1 filled 0", "1.2 cancelled 0"]
    assert not bench.state.live


def test_an_exit_that_waits_for_the_link_writes_nothing_down_until_it_is_back() -> None:
    bench = desk(latency=never)
    bench.submit(entry(100, time_in_force=GTC), rep.VenueAccepted("TEST-1-1-0", "V1"))
    bench.submit(rep.LinkChanged("venue", rep.LinkState.DOWN, "gone"))
    bench.submit(fill("TEST-1-1-0", "E1", BID, 50))
    bench.pass_time(60)
    assert told(bench, 1) == ["1.1 held -", "1.2 held -"]
    written = [e for e in bench.journal.events() if getattr(e, "name", "") == "bracket:1"]
    assert len(written) < 5
    bench.submit(rep.LinkChanged("venue", rep.LinkState.UP))
    query = bench.state.recon.query
    entry_there = st.OpenOrder(
        "TEST-1-1-0", "V1", "AAPL", Instruction.BUY, OrderType.LIMIT, GTC,
        Quantity(100), Quantity(50), BID,
    )  # fmt: skip
    bench.submit(
        st.VenueOpenOrders(query, (entry_there,)),
        st.VenueExecutions(query, Nanos(0), ()),
        st.VenuePositions(query, "PAPER", (("AAPL", Quantity(50)),)),
        st.VenueCash(query, "PAPER", ()),
    )
    bench.pass_time(2)
    assert told(bench, 1) == ["1.1 sent 50", "1.2 sent 50"]


def test_exits_that_a_bust_took_away_come_back_with_the_next_fill_of_their_entry() -> None:
    bench = protected_desk()
    bench.submit(rep.VenueTradeBusted("TEST-1-1-0", "E1"))
    bench.pass_time(0.001)
    for number in (1, 2):
        going = leg(bench, 1, number)
        assert going.pending_cancel is not None
        bench.submit(rep.VenueCancelled(going.client_order_id, requested=True))
    bench.submit(fill("TEST-1-1-0", "E2", BID, 100))
    bench.pass_time(1)
    assert told(bench, 1) == ["1.1 cancelled 0", "1.2 cancelled 0", "1.3 sent 100", "1.4 sent 100"]
    assert bench.replayed_hash() == state_hash(bench.state)


def test_an_exit_that_a_person_took_back_stays_away_from_the_next_fill() -> None:
    bench = protected_desk()
    stop = leg(bench, 1, 2)
    bench.submit(CancelOrder(stop.order_id))
    bench.submit(rep.VenueCancelled(stop.client_order_id, requested=True))
    bench.submit(rep.VenueTradeBusted("TEST-1-1-0", "E1"))
    bench.pass_time(0.001)
    bench.submit(rep.VenueCancelled(leg(bench, 1, 1).client_order_id, requested=True))
    bench.submit(fill("TEST-1-1-0", "E2", BID, 100))
    bench.pass_time(1)
    assert told(bench, 1) == ["1.1 cancelled 0", "1.2 cancelled 0", "1.3 sent 100"]


def test_an_exit_that_ends_with_its_script_does_not_come_back() -> None:
    bench = protected_desk()
    for number in (1, 2):
        going = leg(bench, 1, number)
        bench.submit(CancelOrder(going.order_id, Origin.DESK))
        bench.submit(rep.VenueCancelled(going.client_order_id, requested=True))
    bench.pass_time(1)
    assert told(bench, 1) == ["1.1 cancelled 0", "1.2 cancelled 0"]
    assert not bench.state.live


def test_exits_at_a_distance_follow_what_a_part_of_a_coin_cost() -> None:
    coin = Instrument("BTC", quantity_digits=8)
    bench = DeskBench(symbols=(coin,), latency=never)
    bench.quotes("BTC", BID, Price(BID + 200), 1_000_000_000)
    bought = entry(
        33_333_333, symbol="BTC", target=ExitTerm(percent=10_000), stop_loss=ExitTerm(offset=-5_000)
    )
    bench.submit(bought, rep.VenueAccepted("TEST-1-1-0", "V1"))
    bench.submit(fill("TEST-1-1-0", "E1", BID, 11_111_111))
    bench.pass_time(0.001)
    target, stop = leg(bench, 1, 1), leg(bench, 1, 2)
    assert (target.price, stop.stop) == (1_918_900, 1_894_900)
    assert target.quantity == stop.quantity == 11_111_111


def stop_not_kept(bench: DeskBench, number: int) -> None:
    """The venue confirms the change that is on its way, and leaves the stop as large as it was."""
    stop = leg(bench, 1, 2)
    assert stop.pending_replace is not None, f"ask {number} is on its way"
    changed = stop.pending_replace.client_order_id
    bench.submit(rep.VenueReplaced(stop.client_order_id, changed, stop.price, Quantity(40)))


def test_a_change_that_a_venue_confirms_and_does_not_make_is_asked_for_ever_more_rarely() -> None:
    """It was asked for again at once, without end, until the desk stopped."""
    bench = protected_desk()
    stop = leg(bench, 1, 2).client_order_id
    bench.submit(rep.VenueRestated(stop, Price(0), Quantity(40)))
    waits = (1, 2, 4)
    for number, seconds in enumerate(waits):
        bench.pass_time(0.001)
        stop_not_kept(bench, number)
        bench.pass_time(seconds - 0.1)
        assert leg(bench, 1, 2).pending_replace is None, f"{seconds} s have not passed"
        bench.pass_time(0.1)
    stop_not_kept(bench, len(waits))
    told = [e for e in bench.journal.events() if isinstance(e, ReplaceDenied)]
    assert [e.refusal for e in told] == [Refusal.NOT_KEPT], "a person is told once"
    assert leg(bench, 1, 2).text == REFUSAL_SENTENCES[Refusal.NOT_KEPT]
    interrupts = Interrupts(bench.state, "PAPER")
    notices = [
        interrupts.notice_of(record)
        for record in bench.journal.records()
        if isinstance(record.body, ReplaceDenied)
    ]
    said = [(notice.severity, notice.text) for notice in notices if notice is not None]
    assert len(said) == 1
    assert said[0][0] is Severity.ATTENTION
    assert "The venue does not keep this change" in said[0][1]
    assert bench.replayed_hash() == state_hash(bench.state)
