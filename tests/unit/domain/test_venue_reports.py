"""What a venue may do at the worst moment, claim by claim."""

import pytest

from engine.domain import events as ev
from engine.domain import reports as rep
from engine.domain.commands import CancelMany, CancelOrder, Kill, ReplaceOrder, SubmitOrder
from engine.domain.decide import decide
from engine.domain.lifecycle import Certainty
from engine.domain.records import Inbound
from engine.domain.requests import CancelRequest, ReplaceRequest, Request
from engine.values import (
    Instruction,
    Liquidity,
    Nanos,
    OrderId,
    OrderType,
    Price,
    Quantity,
)
from tests.harness import DeskBench

FIRST = "TEST-1-1-0"
SECOND = "TEST-1-1-1"
THIRD = "TEST-1-1-2"
PRICE = Price(1_900_000)


def never(request: Request) -> Nanos:
    """A venue that the paper book hears of tomorrow: the test speaks for it."""
    return Nanos(10**15)


def fill(execution: str, quantity: int, name: str = FIRST) -> rep.VenueFilled:
    return rep.VenueFilled(name, execution, PRICE, Quantity(quantity), Liquidity.MAKER)


@pytest.fixture
def bench() -> DeskBench:
    """A buy of 100 is on its way; nothing has answered."""
    bench = DeskBench(latency=never)
    bench.quotes("AAPL", 1_900_000, 1_900_200)
    order = SubmitOrder(
        "t1", "PAPER", "AAPL", Instruction.BUY, Quantity(100), OrderType.LIMIT, PRICE
    )
    bench.submit(order)
    return bench


def told(bench: DeskBench, *reports: Inbound) -> list[str]:
    return [type(event).__name__ for event in bench.submit(*reports)]


def figures(bench: DeskBench) -> tuple[str, int, int, int]:
    order = bench.order(1)
    return order.status.name, order.cumulative, order.leaves, order.cancelled


ACCEPTED = rep.VenueAccepted(FIRST, "V1", 300)


def test_a_fill_that_overtakes_the_acknowledgement_counts_and_the_rest_works(
    bench: DeskBench,
) -> None:
    assert told(bench, fill("E1", 30), ACCEPTED) == ["OrderFilled", "OrderWorking"]
    assert figures(bench) == ("PARTIAL", 30, 70, 0)
    assert bench.order(1).venue_order_id == "V1"


def test_an_execution_is_booked_once_however_often_it_comes(bench: DeskBench) -> None:
    told(bench, ACCEPTED, fill("E1", 30))
    cash = bench.state.accounts["PAPER"].cash
    assert told(bench, fill("E1", 30), ACCEPTED) == ["DuplicateIgnored"] * 2
    assert bench.state.accounts["PAPER"].cash == cash
    assert bench.state.duplicates == 2


@pytest.mark.parametrize(
    ("price", "quantity", "misfit", "what"),
    [
        (PRICE, -30, "", "is no trade that can be"),
        (PRICE, 0, "", "is no trade that can be"),
        (0, 30, "", "is no trade that can be"),
        (-PRICE, 30, "", "is no trade that can be"),
        (PRICE, 30, "is in another symbol than its order", "is in another symbol"),
    ],
)
def test_what_cannot_be_a_trade_of_its_order_books_nothing_and_halts_the_symbol(
    bench: DeskBench, price: int, quantity: int, misfit: str, what: str
) -> None:
    told(bench, ACCEPTED)
    size = Quantity(quantity)
    claim = rep.VenueFilled(FIRST, "E1", Price(price), size, Liquidity.MAKER, misfit=misfit)
    orphan, lowered = bench.submit(claim)
    assert isinstance(orphan, ev.ReportOrphaned) and what in orphan.text
    assert isinstance(lowered, ev.TradingStateChanged) and "ask the venue" in lowered.reason
    assert lowered.state is ev.TradingState.HALTED
    assert figures(bench)[1:3] == (0, 100) and bench.position("AAPL") == 0
    told(bench, fill("E1", 30))
    assert bench.position("AAPL") == 30, "what it really was is booked when it is told"


@pytest.mark.parametrize("quantity", [-30, 0])
def test_a_correction_to_what_cannot_be_leaves_the_trade_as_it_was(
    bench: DeskBench, quantity: int
) -> None:
    told(bench, ACCEPTED, fill("E1", 30))
    size = Quantity(quantity)
    told(bench, rep.VenueTradeCorrected(FIRST, "E1", 1, PRICE, size, Liquidity.MAKER))
    assert bench.position("AAPL") == 30
    assert bench.state.accounts["PAPER"].symbols["AAPL"].state is ev.TradingState.HALTED


def test_an_execution_that_comes_again_otherwise_stands_as_it_was_and_lowers_the_symbol(
    bench: DeskBench,
) -> None:
    told(bench, ACCEPTED, fill("E1", 30))
    assert told(bench, fill("E1", 40)) == ["DuplicateIgnored", "TradingStateChanged"]
    assert (figures(bench)[1], bench.position("AAPL")) == (30, 30)
    assert bench.state.accounts["PAPER"].symbols["AAPL"].state is ev.TradingState.REDUCING


@pytest.mark.parametrize(
    "claim",
    [
        rep.VenueTradeBusted("TEST-1-2-0", "E1", PRICE, Quantity(30)),
        rep.VenueTradeCorrected("TEST-1-2-0", "E1", 1, PRICE, Quantity(9), Liquidity.MAKER),
        rep.VenueFilled("TEST-1-2-0", "E1", PRICE, Quantity(30), Liquidity.MAKER),
    ],
    ids=lambda claim: type(claim).__name__,
)
def test_a_trade_of_one_order_is_never_taken_from_another(bench: DeskBench, claim: Inbound) -> None:
    """Its id may be unique for an order only, or the venue names the wrong one: nobody guesses."""
    told(bench, ACCEPTED, fill("E1", 30))
    order = SubmitOrder(
        "t2", "PAPER", "AAPL", Instruction.BUY, Quantity(50), OrderType.LIMIT, PRICE
    )
    bench.submit(order)
    bench.submit(rep.VenueAccepted("TEST-1-2-0", "V2", 0))
    bench.submit(claim)
    assert bench.state.accounts["PAPER"].symbols["AAPL"].state is ev.TradingState.HALTED
    assert (bench.order(1).cumulative, bench.order(2).cumulative) == (30, 0)
    assert bench.position("AAPL") == 30 and bench.replayed_hash()


def test_an_execution_that_comes_again_after_its_correction_is_no_news(bench: DeskBench) -> None:
    told(bench, ACCEPTED, fill("E1", 30))
    told(bench, rep.VenueTradeCorrected(FIRST, "E1", 1, PRICE, Quantity(40), Liquidity.MAKER))
    assert told(bench, fill("E1", 30)) == ["DuplicateIgnored"]


@pytest.mark.parametrize(
    "end",
    [rep.VenueCancelled(FIRST), rep.VenueExpired(FIRST), rep.VenueRejected(FIRST, "late no")],
    ids=lambda end: type(end).__name__,
)
def test_a_fill_after_the_end_is_always_applied_and_lowers_the_symbol(
    bench: DeskBench, end: rep.Report
) -> None:
    told(bench, ACCEPTED, end)
    assert told(bench, fill("E1", 30)) == ["OrderFilled", "TradingStateChanged"]
    assert bench.order(1).is_done
    assert figures(bench)[1:] == (30, 0, 70)
    assert bench.order(1).is_resurrected
    assert bench.state.accounts["PAPER"].symbols["AAPL"].state is ev.TradingState.REDUCING
    assert bench.position("AAPL") == 30
    told(bench, fill("E2", 70))
    assert figures(bench) == ("FILLED", 100, 0, 0)


def test_more_than_was_ordered_is_applied_flagged_and_halts_the_symbol(bench: DeskBench) -> None:
    told(bench, ACCEPTED, fill("E1", 130))
    assert figures(bench) == ("FILLED", 130, 0, 0)
    assert bench.order(1).is_overfilled
    assert bench.position("AAPL") == 130
    assert bench.state.accounts["PAPER"].symbols["AAPL"].state is ev.TradingState.HALTED


@pytest.mark.parametrize("fill_first", [True, False])
@pytest.mark.parametrize("filled", [0, 40])
def test_whatever_order_a_cancel_and_a_fill_come_in_the_figures_are_the_same(
    bench: DeskBench, fill_first: bool, filled: int
) -> None:
    told(bench, ACCEPTED, CancelOrder(OrderId(1)))
    reports: list[Inbound] = [rep.VenueCancelled(FIRST)]
    if filled:
        reports.insert(0 if fill_first else 1, fill("E1", filled))
    told(bench, *reports)
    assert figures(bench) == ("CANCELLED", filled, 0, 100 - filled)
    assert bench.order(1).reserved == 0


def test_a_cancel_of_an_order_that_nobody_has_answered_for_leaves_at_once(
    bench: DeskBench,
) -> None:
    assert told(bench, CancelOrder(OrderId(1))) == ["CancelRequested"]
    assert told(bench, CancelOrder(OrderId(1))) == ["CancelDenied"]
    assert told(bench, rep.VenueCancelled(FIRST)) == ["OrderCancelled"]
    assert figures(bench) == ("CANCELLED", 0, 0, 100)


def test_a_cancel_without_an_answer_is_repeated_once_the_link_is_back(
    bench: DeskBench,
) -> None:
    told(bench, ACCEPTED, CancelOrder(OrderId(1)))
    told(bench, rep.LinkChanged("venue", rep.LinkState.DOWN, "lost"))
    assert bench.order(1).is_unknown
    back = rep.LinkChanged("venue", rep.LinkState.UP)
    assert told(bench, back)[:3] == ["LinkMoved", "CancelRequested", "ReconcileStarted"]
    assert bench.order(1).is_unknown, "until one of the two cancels is answered"
    assert told(bench, back) == ["LinkMoved"]
    told(bench, rep.LinkChanged("venue", rep.LinkState.DOWN, "lost again"))
    assert "CancelRequested" in told(bench, Kill("PAPER"))


def test_a_line_that_was_down_at_another_venue_holds_nothing_of_a_new_run() -> None:
    desk = DeskBench()
    desk.submit(rep.LinkChanged("fix", rep.LinkState.DOWN, "not reached: nobody there"))
    assert desk.state.links["fix"] is rep.LinkState.DOWN and "link/fix" in desk.state.began
    desk.submit(rep.SessionEnded("over", clean=True), desk.opening())
    assert "fix" not in desk.state.links and "fix" not in desk.state.link_texts
    assert "link/fix" not in desk.state.began


def test_an_order_without_an_answer_is_unknown_and_never_rejected_by_itself(
    bench: DeskBench,
) -> None:
    happened = told(bench, rep.LinkChanged("venue", rep.LinkState.DOWN, "lost"))
    assert happened == ["LinkMoved", "OutcomeUnknown"]
    pending = bench.order(1).pending_new
    assert pending is not None and pending.certainty is Certainty.UNKNOWN
    assert figures(bench)[0] == "SENT"
    assert told(bench, ReplaceOrder(OrderId(1), Price(1_899_900))) == ["ReplaceDenied"]
    assert "OrderRejected" not in told(bench, rep.VenueOrderUnknown(FIRST)), "the link is down"
    assert "StatusRequested" in told(bench, rep.LinkChanged("venue", rep.LinkState.UP))
    assert told(bench, rep.VenueOrderUnknown(FIRST)) == ["OrderRejected"]


def replacing(bench: DeskBench, quantity: int) -> None:
    """The order works, and a change to `quantity` is out."""
    told(bench, ACCEPTED)
    bench.submit(ReplaceOrder(OrderId(1), quantity=Quantity(quantity)))
    assert bench.paper.heard[-1] == ReplaceRequest(FIRST, SECOND, PRICE, Quantity(quantity))


def replaced(quantity: int, old: str = FIRST, new: str = SECOND) -> rep.VenueReplaced:
    return rep.VenueReplaced(old, new, PRICE, Quantity(quantity), 0)


def test_an_order_filled_up_to_its_old_size_is_open_until_the_change_is_answered(
    bench: DeskBench,
) -> None:
    replacing(bench, 150)
    told(bench, fill("E1", 100))
    assert figures(bench)[0] == "PARTIAL"
    assert bench.order(1).worst_leaves == 50
    told(bench, replaced(150))
    assert figures(bench) == ("PARTIAL", 100, 50, 0)
    told(bench, fill("E2", 50, SECOND))
    assert figures(bench) == ("FILLED", 150, 0, 0)
    assert not bench.order(1).is_overfilled


def test_an_order_filled_up_to_its_old_size_is_filled_when_the_change_is_refused(
    bench: DeskBench,
) -> None:
    replacing(bench, 150)
    told(bench, fill("E1", 100), rep.VenueReplaceRefused(FIRST, "too late", SECOND))
    assert figures(bench) == ("FILLED", 100, 0, 0)
    assert bench.state.live == {}


def test_a_fill_of_the_larger_order_before_its_answer_is_no_overfill(bench: DeskBench) -> None:
    replacing(bench, 150)
    told(bench, fill("E1", 150, SECOND), replaced(150))
    assert figures(bench) == ("FILLED", 150, 0, 0)
    assert not bench.order(1).is_overfilled
    assert bench.state.accounts["PAPER"].symbols == {}


def test_a_smaller_size_that_is_already_filled_ends_the_order(bench: DeskBench) -> None:
    replacing(bench, 40)
    told(bench, fill("E1", 40), replaced(40))
    assert figures(bench) == ("FILLED", 40, 0, 0)


def test_a_refusal_that_comes_twice_does_not_end_the_next_change(bench: DeskBench) -> None:
    replacing(bench, 150)
    refused = rep.VenueReplaceRefused(FIRST, "no", SECOND)
    assert told(bench, refused) == ["ReplaceRejected"]
    bench.submit(ReplaceOrder(OrderId(1), quantity=Quantity(120)))
    assert told(bench, refused) == ["DuplicateIgnored"]
    told(bench, replaced(120, new=THIRD))
    assert bench.order(1).quantity == 120


def test_a_change_that_took_effect_twice_is_told_once(bench: DeskBench) -> None:
    replacing(bench, 150)
    assert told(bench, replaced(150), replaced(150)) == ["OrderReplaced", "DuplicateIgnored"]


def test_a_cancel_follows_the_order_to_its_new_name(bench: DeskBench) -> None:
    replacing(bench, 150)
    told(bench, CancelOrder(OrderId(1)))
    assert bench.paper.heard[-1] == CancelRequest(FIRST)
    assert told(bench, replaced(150)) == ["OrderReplaced", "CancelRequested"]
    assert bench.paper.heard[-1] == CancelRequest(SECOND)
    late = rep.VenueCancelRefused(FIRST, "it has another name since")
    assert told(bench, late) == ["DuplicateIgnored"]
    assert told(bench, rep.VenueCancelled(SECOND)) == ["OrderCancelled"]


def test_a_cancel_refused_while_it_still_works_can_be_asked_for_again(bench: DeskBench) -> None:
    told(bench, ACCEPTED, CancelOrder(OrderId(1)), rep.VenueCancelRefused(FIRST, "busy"))
    assert told(bench, CancelMany("PAPER")) == ["EntriesCancelled", "CancelRequested"]


@pytest.mark.parametrize(
    "report",
    [
        rep.VenueAccepted("NOT-OURS", "V9"),
        rep.VenueRejected("NOT-OURS", "no"),
        fill("E9", 5, "NOT-OURS"),
        rep.VenueCancelled("NOT-OURS"),
        rep.VenueExpired("NOT-OURS"),
        rep.VenueReplaced("NOT-OURS", "NOT-OURS-2", PRICE, Quantity(5)),
        rep.VenueCancelRefused("NOT-OURS", "no"),
        rep.VenueReplaceRefused("NOT-OURS", "no"),
        rep.VenueTriggered("NOT-OURS", PRICE),
        rep.VenueOrderUnknown("NOT-OURS"),
    ],
    ids=lambda report: type(report).__name__,
)
def test_what_is_said_of_an_order_that_we_never_sent_is_kept_and_touches_nothing(
    bench: DeskBench, report: rep.Report
) -> None:
    cash = bench.state.accounts["PAPER"].cash
    assert told(bench, report) == ["ReportOrphaned"]
    assert bench.state.accounts["PAPER"].cash == cash
    assert figures(bench) == ("SENT", 0, 100, 0)


def test_a_ticket_that_is_sent_twice_leaves_once(bench: DeskBench) -> None:
    heard = len(bench.paper.heard)
    again = bench.order(1).order
    assert told(bench, again) == ["DuplicateIgnored"]
    assert len(bench.paper.heard) == heard
    assert list(bench.state.orders) == [1]


@pytest.mark.parametrize("quantity", [0, -5, 10**18])
def test_no_quantity_is_too_absurd_for_a_denial(bench: DeskBench, quantity: int) -> None:
    order = SubmitOrder(
        "t2", "PAPER", "AAPL", Instruction.BUY, Quantity(quantity), OrderType.LIMIT, PRICE
    )
    assert told(bench, order) == ["OrderDenied"]


def test_an_order_for_an_account_that_is_not_there_is_denied(bench: DeskBench) -> None:
    order = SubmitOrder(
        "t2", "NOBODY", "AAPL", Instruction.BUY, Quantity(5), OrderType.LIMIT, PRICE
    )
    assert told(bench, order) == ["OrderDenied"]


def test_a_session_that_is_opened_twice_pays_in_once_and_keeps_the_orders(
    bench: DeskBench,
) -> None:
    cash = bench.state.accounts["PAPER"].cash
    assert told(bench, bench.opening()) == ["SessionStarted"]
    assert bench.state.accounts["PAPER"].cash == cash
    assert list(bench.state.live) == [1]


def test_a_decision_changes_nothing(bench: DeskBench) -> None:
    before = bench.replayed_hash()
    market, now = bench.session.market, bench.session.now
    reports = [ACCEPTED, fill("E1", 100), rep.VenueCancelled(FIRST), Kill("PAPER")]
    first = [decide(bench.state, report, market, now) for report in reports]
    assert first == [decide(bench.state, report, market, now) for report in reports]
    assert bench.replayed_hash() == before
