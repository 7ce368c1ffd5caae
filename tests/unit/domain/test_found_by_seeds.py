"""What the simulator found in how late, early and skewed words of a venue were taken."""

import pytest

from engine.domain import reports as rep
from engine.domain.apply import state_hash
from engine.domain.commands import (
    AdoptPosition,
    CancelOrder,
    ExitTerm,
    Flatten,
    Origin,
    Outcome,
    Reconcile,
    ReplaceOrder,
    ResolveOrder,
    SubmitOrder,
)
from engine.domain.events import FlattenStep, TradingState
from engine.domain.patience import Patience
from engine.domain.requests import ExecutionsRequest, Request, StatusRequest
from engine.domain.statements import (
    Execution,
    OpenOrder,
    VenueCash,
    VenueExecutions,
    VenueOpenOrders,
    VenuePositions,
)
from engine.values import (
    NANOS_PER_SECOND,
    Instruction,
    Liquidity,
    Nanos,
    OrderId,
    OrderType,
    Price,
    Quantity,
    TimeInForce,
)
from tests.harness import TRADE_DATE, DeskBench

NAME, CHANGED = "TEST-1-1-0", "TEST-1-1-1"
PRICE = Price(1_900_000)
MAKER = Liquidity.MAKER
HOUR = 3_600 * NANOS_PER_SECOND
SETTLED = 31
"""Seconds: a little more than the venue's patience wants."""


def never(request: Request) -> Nanos:
    return Nanos(10**15)


@pytest.fixture
def bench() -> DeskBench:
    """A buy of 100 has left for a distant venue that the test speaks for."""
    bench = DeskBench(latency=never, patience=Patience())
    for symbol in ("AAPL", "GOOG"):
        bench.quotes(symbol, 1_900_000, 1_900_200)
    bench.submit(
        SubmitOrder("t1", "PAPER", "AAPL", Instruction.BUY, Quantity(100), OrderType.LIMIT, PRICE)
    )
    return bench


def fill(quantity: int, at: int = 0) -> rep.VenueFilled:
    return rep.VenueFilled(NAME, "E1", PRICE, Quantity(quantity), MAKER, at=Nanos(at))


def corrected(quantity: int) -> rep.VenueTradeCorrected:
    return rep.VenueTradeCorrected(
        NAME, "E1", 1, PRICE, Quantity(quantity), MAKER, leaves=Quantity(0)
    )


def stands(quantity: int) -> OpenOrder:
    """The order as the venue lists it."""
    kind, day = OrderType.LIMIT, TimeInForce.DAY
    size, buy = Quantity(quantity), Instruction.BUY
    return OpenOrder(NAME, "V1", "AAPL", buy, kind, day, size, Quantity(0), PRICE)


def compare(bench: DeskBench, row: OpenOrder, *, at: int) -> None:
    bench.pass_time(1)
    bench.submit(Reconcile("PAPER"))
    bench.submit(VenueOpenOrders(bench.state.recon.query, (row,), at=Nanos(at)))


def list_trades(bench: DeskBench, *, is_complete: bool = True) -> None:
    """A person compares, and the venue's list of trades has nothing new."""
    bench.submit(Reconcile("PAPER"))
    query = bench.state.recon.query
    bench.submit(VenueExecutions(query, Nanos(0), (), is_complete))


@pytest.fixture
def owing(bench: DeskBench) -> DeskBench:
    """It ended, and the venue counts 100 filled: a trade that was 40 smaller when it was told."""
    bench.submit(rep.VenueAccepted(NAME, "V1"))
    bench.submit(rep.VenueCancelled(NAME, cumulative=Quantity(100)))
    size = Quantity(60)
    bench.submit(rep.VenueTradeCorrected(NAME, "E1", 1, PRICE, size, MAKER))
    assert (bench.order(1).owed, bench.order(1).is_done) == (40, False)
    return bench


def questions(bench: DeskBench) -> list[int]:
    return [r.query for r in bench.paper.heard if isinstance(r, StatusRequest)]


def test_a_late_no_to_an_early_question_proves_nothing(bench: DeskBench) -> None:
    """It says what was so when it was asked: the order may have arrived since."""
    bench.pass_time(60)
    first, *_, last = questions(bench)
    bench.submit(rep.VenueOrderUnknown(NAME, query=first))
    assert not bench.order(1).is_done
    bench.submit(rep.VenueOrderUnknown(NAME, query=last))
    assert bench.order(1).text == "never reached the venue"


def test_the_last_question_proves_nothing_while_it_was_asked_too_soon(bench: DeskBench) -> None:
    bench.pass_time(6)
    (only,) = questions(bench)
    bench.submit(rep.VenueOrderUnknown(NAME, query=only))
    assert not bench.order(1).is_done


def test_a_venue_whose_clock_is_ahead_can_still_correct_after_a_restart(bench: DeskBench) -> None:
    bench.submit(rep.VenueAccepted(NAME, "V1"), fill(100, at=bench.host.now + HOUR))
    bench.submit(bench.opening())
    bench.submit(corrected(60))
    assert bench.position("AAPL") == 60


def test_a_change_that_is_heard_after_what_the_venue_made_of_it_sets_nothing_back(
    bench: DeskBench,
) -> None:
    now = bench.host.now
    bench.submit(rep.VenueAccepted(NAME, "V1"))
    bench.submit(ReplaceOrder(OrderId(1), quantity=Quantity(150)))
    bench.submit(rep.VenueRestated(CHANGED, PRICE, Quantity(20), at=Nanos(now + 2)))
    bench.submit(rep.VenueReplaced(NAME, CHANGED, PRICE, Quantity(150), at=Nanos(now + 1)))
    order = bench.order(1)
    assert (order.client_order_id, order.quantity) == (CHANGED, 20)


def test_a_restatement_that_is_heard_after_a_later_change_sets_nothing_back(
    bench: DeskBench,
) -> None:
    now = bench.host.now
    bench.submit(rep.VenueAccepted(NAME, "V1"))
    bench.submit(ReplaceOrder(OrderId(1), quantity=Quantity(150)))
    bench.submit(rep.VenueReplaced(NAME, CHANGED, PRICE, Quantity(150), at=Nanos(now + 2)))
    bench.submit(rep.VenueRestated(NAME, PRICE, Quantity(20), at=Nanos(now + 1)))
    assert bench.order(1).quantity == 150


def test_a_venue_can_restate_what_it_was_compared_with_while_our_clock_is_ahead(
    bench: DeskBench,
) -> None:
    """A comparison is of the venue's time: by ours its next word would be an hour too old."""
    venue_now = bench.host.now - HOUR
    bench.submit(rep.VenueAccepted(NAME, "V1"))
    compare(bench, stands(20), at=venue_now)
    assert bench.order(1).quantity == 20
    bench.submit(rep.VenueRestated(NAME, PRICE, Quantity(10), at=Nanos(venue_now + 1)))
    assert bench.order(1).quantity == 10


def test_what_the_venue_did_before_it_was_compared_with_sets_nothing_back(
    bench: DeskBench,
) -> None:
    venue_now = bench.host.now - HOUR
    bench.submit(rep.VenueAccepted(NAME, "V1"))
    compare(bench, stands(20), at=venue_now)
    bench.submit(rep.VenueRestated(NAME, PRICE, Quantity(60), at=Nanos(venue_now - 1)))
    assert bench.order(1).quantity == 20


def test_a_comparison_without_a_time_makes_nothing_older(bench: DeskBench) -> None:
    venue_now = bench.host.now - HOUR
    bench.submit(rep.VenueAccepted(NAME, "V1"))
    compare(bench, stands(20), at=0)
    bench.submit(rep.VenueRestated(NAME, PRICE, Quantity(10), at=Nanos(venue_now)))
    assert bench.order(1).quantity == 10


def test_trades_are_asked_for_from_where_the_venues_own_clock_was(bench: DeskBench) -> None:
    """Ours may be an hour ahead: what it has traded since would lie before our question."""
    venue_now = Nanos(bench.host.now - HOUR)
    for _ in range(2):
        bench.submit(Reconcile("PAPER"))
        query = bench.state.recon.query
        bench.submit(
            VenueOpenOrders(query, (), at=venue_now),
            VenueExecutions(query, Nanos(0), (), at=venue_now),
            VenuePositions(query, "PAPER", (), at=venue_now),
            VenueCash(query, "PAPER", (), at=venue_now),
        )
    asked = [r.since for r in bench.paper.heard if isinstance(r, ExecutionsRequest)]
    assert asked[-1] < venue_now


def test_a_trade_of_an_order_that_was_thought_lost_can_be_corrected(bench: DeskBench) -> None:
    """It fell back to rejected and was cancelled once more, which stopped the desk."""
    bench.submit(rep.VenueRejected(NAME, "no"), fill(100))
    bench.submit(corrected(60))
    order = bench.order(1)
    assert (order.status.name, order.cumulative, order.cancelled) == ("REJECTED", 60, 40)


def test_a_fill_that_comes_a_day_late_is_booked_beside_a_bracket(bench: DeskBench) -> None:
    """Its order has left with its date, and whoever looks for siblings found nobody."""
    bench.submit(rep.VenueCancelled(NAME))
    bench.submit(
        SubmitOrder(
            "t2",
            "PAPER",
            "GOOG",
            Instruction.BUY,
            Quantity(100),
            OrderType.LIMIT,
            PRICE,
            time_in_force=TimeInForce.GTC,
            origin=Origin.SCRIPT,
            override="meant",
            stop_loss=ExitTerm(offset=-1_000),
        )
    )
    bench.submit(rep.TradeDateRolled(TRADE_DATE + 1, ()), fill(100))
    assert bench.position("AAPL") == 100


def test_a_change_after_a_comparison_counts_by_the_venues_clock_alone(bench: DeskBench) -> None:
    """The comparison was dated by ours, an hour ahead: every later answer seemed older than it."""
    venue_now = Nanos(bench.host.now - HOUR)
    bench.submit(rep.VenueAccepted(NAME, "V1"))
    bench.pass_time(1)
    bench.submit(Reconcile("PAPER"))
    stands = OpenOrder(
        NAME,
        "V1",
        "AAPL",
        Instruction.BUY,
        OrderType.LIMIT,
        TimeInForce.DAY,
        Quantity(60),
        Quantity(0),
        PRICE,
    )
    bench.submit(VenueOpenOrders(bench.state.recon.query, (stands,), at=venue_now))
    assert bench.order(1).quantity == 60
    bench.submit(ReplaceOrder(OrderId(1), quantity=Quantity(150)))
    bench.submit(
        rep.VenueReplaced(NAME, CHANGED, PRICE, Quantity(150), at=Nanos(venue_now + 2)),
        rep.VenueRestated(NAME, PRICE, Quantity(60), at=Nanos(venue_now - 1)),
    )
    assert bench.order(1).quantity == 150


def test_what_the_venues_trades_do_not_have_is_owed_no_more(owing: DeskBench) -> None:
    """It was corrected before anybody was told: the order owed 40 for ever."""
    owing.pass_time(SETTLED)
    list_trades(owing)
    order = owing.order(1)
    assert (order.status.name, order.cumulative, order.cancelled) == ("CANCELLED", 60, 40)
    assert not owing.state.live and owing.state.accounts["PAPER"].reserved == 0
    assert [d.ours for d in owing.state.recon.differences] == ["40 owed"]


def test_an_order_that_ran_out_of_time_and_owes_no_more_has_expired(bench: DeskBench) -> None:
    bench.submit(rep.VenueAccepted(NAME, "V1"))
    bench.submit(rep.VenueExpired(NAME, cumulative=Quantity(100)))
    bench.pass_time(SETTLED)
    list_trades(bench)
    assert (bench.order(1).status.name, bench.order(1).cancelled) == ("EXPIRED", 100)


def test_a_list_that_was_asked_for_too_soon_or_broke_off_leaves_owed_what_is_owed(
    owing: DeskBench,
) -> None:
    list_trades(owing)
    assert owing.order(1).owed == 40
    owing.pass_time(SETTLED)
    list_trades(owing, is_complete=False)
    assert owing.order(1).owed == 40


def test_a_fill_after_nothing_was_owed_any_more_is_booked_and_lowers_the_symbol(
    owing: DeskBench,
) -> None:
    owing.pass_time(SETTLED)
    list_trades(owing)
    owing.submit(rep.VenueFilled(NAME, "E2", PRICE, Quantity(40), MAKER))
    assert owing.position("AAPL") == 100 and owing.order(1).is_resurrected
    assert owing.state.accounts["PAPER"].symbols["AAPL"].state is TradingState.REDUCING


@pytest.mark.parametrize("name", [NAME, CHANGED])
@pytest.mark.parametrize("ending", [rep.VenueCancelled, rep.VenueExpired])
def test_an_end_proves_the_larger_quantity_that_nobody_has_confirmed(
    bench: DeskBench, ending: type[rep.VenueCancelled | rep.VenueExpired], name: str
) -> None:
    """50 of 40 were filled, and of what the venue had filled besides nothing was owed."""
    now = bench.host.now
    bench.submit(rep.VenueAccepted(NAME, "V1"))
    bench.submit(rep.VenueRestated(NAME, PRICE, Quantity(40), at=Nanos(now + 1)))
    bench.submit(ReplaceOrder(OrderId(1), quantity=Quantity(114)))
    bench.submit(rep.VenueFilled(CHANGED, "E1", PRICE, Quantity(50), MAKER))
    bench.submit(ending(name, cumulative=Quantity(100)))
    order = bench.order(1)
    assert (order.quantity, order.cumulative, order.cancelled) == (114, 50, 14)
    assert order.owed == 50
    bench.submit(rep.VenueFilled(CHANGED, "E2", PRICE, Quantity(50), MAKER))
    assert (order.is_done, order.cumulative, order.cancelled) == (True, 100, 14)
    assert not order.is_resurrected


def test_an_end_that_proves_no_larger_quantity_keeps_the_old_quantity(
    bench: DeskBench,
) -> None:
    bench.submit(rep.VenueAccepted(NAME, "V1"))
    bench.submit(ReplaceOrder(OrderId(1), quantity=Quantity(150)))
    bench.submit(rep.VenueCancelled(NAME, cumulative=Quantity(0)))
    order = bench.order(1)
    assert (order.quantity, order.cumulative, order.cancelled) == (100, 0, 100)


def test_a_person_who_ends_an_order_keeps_what_its_fills_have_proved(bench: DeskBench) -> None:
    bench.submit(rep.VenueAccepted(NAME, "V1"))
    bench.submit(ReplaceOrder(OrderId(1), quantity=Quantity(150)))
    bench.submit(rep.VenueFilled(CHANGED, "E1", PRICE, Quantity(120), MAKER))
    bench.pass_time(60)
    bench.submit(ResolveOrder(OrderId(1), Outcome.CANCELLED, reason="the venue's page says so"))
    order = bench.order(1)
    assert (order.quantity, order.cumulative, order.cancelled) == (150, 120, 30)
    assert order.is_done


def test_a_person_who_settles_the_closing_order_lets_its_flatten_go_on() -> None:
    """It worked for ever: nobody else could trade the symbol, and `flatten` was refused."""
    bench = DeskBench(latency=never, patience=Patience())
    bench.quotes("AAPL", 1_900_000, 1_900_200)
    entry = SubmitOrder(
        "t1", "PAPER", "AAPL", Instruction.BUY, Quantity(100), OrderType.LIMIT, PRICE
    )
    bench.submit(entry, rep.VenueFilled(NAME, "E1", PRICE, Quantity(100), MAKER))
    bench.submit(Flatten("PAPER", "AAPL"))
    closing = bench.state.orders[2]
    bench.submit(rep.VenueAccepted(closing.client_order_id, "V2"))
    bench.pass_time(4)
    (run,) = bench.state.flattening.values()
    assert run.step is FlattenStep.WORKING
    bench.submit(CancelOrder(OrderId(2)))
    bench.pass_time(6)
    assert closing.is_unknown
    bench.submit(ResolveOrder(OrderId(2), Outcome.CANCELLED, "asked by telephone"))
    bench.pass_time(1)
    assert [run.step for run in bench.state.flattening.values()] == [FlattenStep.CLOSING]
    assert bench.order(3).leaves == 100


def test_a_change_that_a_person_called_lost_is_still_the_venues_to_tell(bench: DeskBench) -> None:
    """Its name was forgotten: fills under it were nobody's, and the order was adopted again."""
    bench.submit(rep.VenueAccepted(NAME, "V1"))
    bench.submit(ReplaceOrder(OrderId(1), Price(1_899_000)))
    bench.pass_time(6)
    assert bench.order(1).is_unknown
    bench.submit(ResolveOrder(OrderId(1), Outcome.NOT_PLACED, "they did not see it"))
    assert (bench.order(1).price, bench.order(1).client_order_id) == (PRICE, NAME)
    bench.submit(rep.VenueFilled(CHANGED, "E1", Price(1_899_000), Quantity(40), MAKER))
    assert bench.position("AAPL") == 40
    bench.submit(rep.VenueReplaced(NAME, CHANGED, Price(1_899_000), Quantity(100)))
    assert (bench.order(1).price, bench.order(1).client_order_id) == (1_899_000, CHANGED)
    assert bench.replayed_hash() == state_hash(bench.state)


def test_books_find_the_change_that_a_person_called_lost(bench: DeskBench) -> None:
    bench.submit(rep.VenueAccepted(NAME, "V1"))
    bench.submit(ReplaceOrder(OrderId(1), Price(1_899_000)))
    bench.pass_time(6)
    bench.submit(ResolveOrder(OrderId(1), Outcome.NOT_PLACED, "they did not see it"))
    bench.pass_time(1)
    bench.submit(Reconcile("PAPER"))
    there = OpenOrder(
        CHANGED,
        "V1",
        "AAPL",
        Instruction.BUY,
        OrderType.LIMIT,
        TimeInForce.DAY,
        Quantity(100),
        Quantity(0),
        Price(1_899_000),
    )
    bench.submit(VenueOpenOrders(bench.state.recon.query, (there,)))
    assert [order.client_order_id for order in bench.state.orders.values()] == [CHANGED]
    assert bench.order(1).price == 1_899_000


def test_a_trade_of_nobodys_does_not_hide_what_the_venue_holds(bench: DeskBench) -> None:
    """Told after the position, it took its place, and the position could not be adopted."""
    bench.submit(rep.VenueRejected(NAME, "no"), Reconcile("PAPER"))
    query = bench.state.recon.query
    bench.submit(VenuePositions(query, "PAPER", (("AAPL", Quantity(25)),)))
    stranger = Execution(
        "PERM-1", "X1", "AAPL", Instruction.BUY, PRICE, Quantity(25), MAKER, 0, Nanos(1)
    )
    bench.submit(VenueExecutions(query, Nanos(0), (stranger,)))
    bench.submit(AdoptPosition("PAPER", "AAPL", "transferred in"))
    assert bench.position("AAPL") == 25


def test_a_change_that_finds_its_order_filled_asks_for_no_cancel(bench: DeskBench) -> None:
    """The venue had made less of it, and that was filled, before its change was heard of."""
    now = bench.host.now
    bench.submit(rep.VenueAccepted(NAME, "V1"))
    bench.submit(ReplaceOrder(OrderId(1), PRICE, Quantity(150)))
    bench.submit(CancelOrder(OrderId(1)))
    bench.submit(rep.VenueRestated(NAME, PRICE, Quantity(40), at=Nanos(now + 2)))
    bench.submit(fill(40))
    bench.submit(rep.VenueReplaced(NAME, CHANGED, PRICE, Quantity(150), at=Nanos(now + 1)))
    order = bench.order(1)
    assert order.is_done and order.pending_cancel is None
