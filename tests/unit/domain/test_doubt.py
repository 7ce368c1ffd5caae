"""UNKNOWN: when an outcome is, what is asked, what proves anything, and what a person may say."""

from collections.abc import Sequence
from typing import Any

import pytest

from connectors.paper.venue import PaperVenue
from engine.domain import reports as rep
from engine.domain.apply import state_hash
from engine.domain.commands import CancelOrder, Origin, Outcome, ReplaceOrder, ResolveOrder
from engine.domain.commands import SubmitOrder as Submit
from engine.domain.contingent.protection import protected_quantity
from engine.domain.events import CommandRefused, OrderDenied, TradingState
from engine.domain.factor_facts import FactorVerdict, SecondFactorChecked, SecondFactorKnown
from engine.domain.patience import ASKS_MAX, Patience
from engine.domain.reasons import Refusal
from engine.domain.records import Inbound
from engine.domain.requests import CancelRequest, NewOrderRequest, Request, StatusRequest
from engine.domain.risk.exposure import open_quantities
from engine.domain.state import ACK_TIMER
from engine.values import (
    NANOS_PER_SECOND,
    Instruction,
    Liquidity,
    Nanos,
    OrderId,
    OrderType,
    Price,
    Quantity,
    Side,
)
from tests.harness import DeskBench
from tests.unit.runtime.desk import say

FIRST = "TEST-1-1-0"
PRICE = Price(1_900_000)
DISTANT = Patience()
"""As with a FIX venue: 5 s for an answer, 30 s before a no is believed."""


def never(request: Request) -> Nanos:
    return Nanos(10**15)


def bench_with(patience: Patience = DISTANT) -> DeskBench:
    bench = DeskBench(latency=never, patience=patience)
    bench.quotes("AAPL", 1_900_000, 1_900_200)
    bench.submit(order("t1"))
    return bench


@pytest.fixture
def bench() -> DeskBench:
    return bench_with()


def order(ticket: str, side: Instruction = Instruction.BUY, override: str = "") -> Submit:
    price = PRICE if side is Instruction.BUY else Price(PRICE + 100)  # they do not meet (R34)
    return Submit(
        ticket, "PAPER", "AAPL", side, Quantity(100), OrderType.LIMIT, price, override=override
    )


def told(bench: DeskBench, *reports: Inbound) -> list[str]:
    return [type(event).__name__ for event in bench.submit(*reports)]


def said(bench: DeskBench, outcome: Outcome, quantity: int = 0, reason: str = "phone") -> list[str]:
    return told(bench, ResolveOrder(OrderId(1), outcome, reason, Quantity(quantity), PRICE))


def sent(bench: DeskBench, kind: type[Request]) -> int:
    return sum(isinstance(request, kind) for request in bench.paper.heard)


def fill(execution: str, quantity: int) -> rep.VenueFilled:
    return rep.VenueFilled(FIRST, execution, PRICE, Quantity(quantity), Liquidity.MAKER)


def test_no_answer_in_time_makes_the_outcome_unknown_and_asks_without_sending_again(
    bench: DeskBench,
) -> None:
    bench.pass_time(4.9)
    assert not bench.state.in_doubt
    bench.pass_time(0.2)
    assert bench.order(1).is_unknown and list(bench.state.in_doubt) == [1]
    assert (sent(bench, NewOrderRequest), sent(bench, StatusRequest)) == (1, 1)
    bench.pass_time(3_600)
    assert bench.order(1).status.name == "SENT", "never rejected by itself"
    assert (sent(bench, NewOrderRequest), sent(bench, StatusRequest)) == (1, ASKS_MAX)
    assert open_quantities(bench.state, "PAPER", "AAPL") == (100, 0)
    assert ACK_TIMER not in bench.state.timers, "only a person can help: nobody is woken for it"


def test_one_timer_watches_everything_that_is_out() -> None:
    bench = bench_with()
    bench.pass_time(2)
    bench.submit(order("t2", Instruction.SHORT, "other side"))
    assert [name for name in bench.state.timers if "reconcile" not in name] == [ACK_TIMER]
    bench.pass_time(3.1)
    assert list(bench.state.in_doubt) == [1]
    bench.pass_time(2)
    assert list(bench.state.in_doubt) == [1, 2]


def test_a_new_request_has_its_own_time_beside_one_that_is_asked_about_less_and_less(
    bench: DeskBench,
) -> None:
    bench.pass_time(60)
    bench.submit(order("t2", Instruction.SHORT, "other side"))
    bench.pass_time(5.1)
    assert list(bench.state.in_doubt) == [1, 2]


def test_an_answer_ends_the_doubt(bench: DeskBench) -> None:
    bench.pass_time(6)
    told(bench, rep.VenueAccepted(FIRST, "V1"))
    assert not bench.state.in_doubt and not bench.order(1).is_unknown
    bench.pass_time(60)
    assert ACK_TIMER not in bench.state.timers


def test_a_cancel_is_repeated_with_longer_pauses_and_not_for_ever(bench: DeskBench) -> None:
    told(bench, rep.VenueAccepted(FIRST, "V1"), CancelOrder(OrderId(1)))
    bench.pass_time(5.1)
    assert bench.order(1).is_unknown and sent(bench, CancelRequest) == 2
    bench.pass_time(9)
    assert sent(bench, CancelRequest) == 3
    bench.pass_time(7_200)
    assert sent(bench, CancelRequest) == 1 + ASKS_MAX
    told(bench, rep.VenueCancelled(FIRST, cumulative=Quantity(0)))
    assert bench.order(1).status.name == "CANCELLED" and not bench.state.in_doubt


def test_never_had_it_is_believed_only_when_the_order_is_old_enough(bench: DeskBench) -> None:
    bench.pass_time(6)
    assert "OrderRejected" not in told(bench, rep.VenueOrderUnknown(FIRST))
    assert "sooner than 30 s" in bench.order(1).text
    bench.pass_time(31)
    assert told(bench, rep.VenueOrderUnknown(FIRST)) == ["OrderRejected"]


def test_a_venue_without_order_status_has_to_say_no_twice() -> None:
    bench = bench_with(Patience(passes=2))
    bench.pass_time(35)
    assert "EvidenceHeard" in told(bench, rep.VenueOrderUnknown(FIRST))
    assert "EvidenceHeard" in told(bench, rep.VenueOrderUnknown(FIRST)), "at once is not twice"
    bench.pass_time(31)
    assert "OrderRejected" in told(bench, rep.VenueOrderUnknown(FIRST))


def test_a_no_to_a_question_from_before_the_link_broke_proves_nothing(bench: DeskBench) -> None:
    bench.pass_time(35)
    bench.submit(rep.LinkChanged("venue", rep.LinkState.DOWN, "lost"))
    bench.pass_time(5)
    assert "OrderRejected" not in told(bench, rep.VenueOrderUnknown(FIRST))
    bench.pass_time(1)
    bench.submit(rep.LinkChanged("venue", rep.LinkState.UP))
    assert "OrderRejected" not in told(bench, rep.VenueOrderUnknown(FIRST))
    bench.pass_time(31)
    assert "OrderRejected" in told(bench, rep.VenueOrderUnknown(FIRST))


@pytest.mark.parametrize("away", [3_600, 35], ids=["the clock was set", "half a minute"])
def test_the_time_in_which_nobody_was_there_counts_for_nothing(bench: DeskBench, away: int) -> None:
    """A desk came back behind a clock that had been set on, took the venue's no for late enough,
    closed the position, and the order came in after all."""
    bench.submit(rep.LinkChanged("venue", rep.LinkState.DOWN, "lost"))
    bench.pass_time(away)
    bench.submit(rep.LinkChanged("venue", rep.LinkState.UP))
    for seconds in (1, 28):
        assert "OrderRejected" not in told(bench, rep.VenueOrderUnknown(FIRST))
        bench.pass_time(seconds)
    bench.pass_time(2)
    assert "OrderRejected" in told(bench, rep.VenueOrderUnknown(FIRST))


def test_a_no_to_a_question_that_nobody_asked_proves_nothing() -> None:
    bench = DeskBench(latency=never)
    bench.quotes("AAPL", 1_900_000, 1_900_200)
    bench.submit(rep.LinkChanged("venue", rep.LinkState.UP), order("t1"))
    assert "OrderRejected" not in told(bench, rep.VenueOrderUnknown(FIRST))
    bench.pass_time(6)
    assert told(bench, rep.VenueOrderUnknown(FIRST)) == ["OrderRejected"]


def test_the_return_of_the_link_gives_a_request_all_its_questions_again(bench: DeskBench) -> None:
    """Each return had cost one: after six of them nobody asked any more, though it was up."""
    bench.pass_time(3_600)
    assert sent(bench, StatusRequest) == ASKS_MAX
    bench.submit(rep.LinkChanged("still", rep.LinkState.DOWN))
    bench.submit(rep.LinkChanged("still", rep.LinkState.UP))
    bench.pass_time(3_600)
    assert sent(bench, StatusRequest) == 2 * ASKS_MAX
    assert bench.replayed_hash() == state_hash(bench.state)


def test_a_late_fill_of_what_was_never_placed_is_booked_and_lowers_the_symbol(
    bench: DeskBench,
) -> None:
    bench.pass_time(35)
    told(bench, rep.VenueOrderUnknown(FIRST), fill("E1", 40))
    assert bench.position("AAPL") == 40 and bench.order(1).is_resurrected
    assert bench.state.accounts["PAPER"].symbols["AAPL"].state is TradingState.REDUCING


def test_the_same_side_again_asks_for_a_reason_and_names_the_worst_case(bench: DeskBench) -> None:
    bench.pass_time(6)
    (denied,) = bench.submit(order("t2"))
    assert isinstance(denied, OrderDenied)
    asked = next(found for found in denied.findings if found.rule == "D04")
    assert "you hold +200 at worst" in asked.sentence
    assert "OrderReleased" in told(bench, order("t3", override="the first was lost, I am sure"))
    assert told(bench, ReplaceOrder(OrderId(1), quantity=Quantity(50))) == ["ReplaceDenied"]


def test_a_person_says_that_it_was_never_placed(bench: DeskBench) -> None:
    bench.pass_time(6)
    assert said(bench, Outcome.NOT_PLACED) == ["OrderResolved", "OrderRejected"]
    assert bench.order(1).status.name == "REJECTED" and not bench.state.in_doubt
    assert bench.state.accounts["PAPER"].reserved == 0


def test_a_person_says_that_it_is_gone(bench: DeskBench) -> None:
    bench.pass_time(6)
    assert said(bench, Outcome.CANCELLED) == ["OrderResolved", "OrderCancelled"]
    assert bench.order(1).status.name == "CANCELLED"


@pytest.mark.parametrize("is_overtaken", [False, True], ids=["as made", "corrected first"])
@pytest.mark.parametrize("real", [60, 25])
def test_the_venues_own_trade_takes_the_place_of_one_that_a_person_stated(
    bench: DeskBench, real: int, is_overtaken: bool
) -> None:
    """A correction of it that was heard first had been booked beside what the person had stated."""
    bench.pass_time(6)
    assert said(bench, Outcome.FILLED, 60) == ["OrderResolved", "OrderFilled"]
    assert bench.position("AAPL") == 60
    made = fill("E1", real)
    if is_overtaken:
        price, size, liquidity = made.price, made.quantity, made.liquidity
        told(bench, rep.VenueTradeCorrected(FIRST, "E1", 1, price, size, liquidity))
    told(bench, made)
    assert bench.position("AAPL") == 60, "never counted twice"
    told(bench, *([fill("E2", 35)] if real == 25 else []))
    assert bench.position("AAPL") == 60 and bench.order(1).cumulative == 60
    assert bench.order(1).manual == ""
    assert sum(bench.state.accounts["PAPER"].ledger.values()) == 0
    assert bench.replayed_hash() == state_hash(bench.state)


def test_what_is_not_in_doubt_is_not_for_a_person_to_say(bench: DeskBench) -> None:
    assert said(bench, Outcome.CANCELLED) == ["CommandRefused"]
    bench.pass_time(6)
    assert said(bench, Outcome.CANCELLED, reason="") == ["CommandRefused"]
    assert said(bench, Outcome.FILLED, 101) == ["CommandRefused"]
    (refused,) = bench.submit(ResolveOrder(OrderId(9), Outcome.CANCELLED, "x", origin=Origin.LINE))
    assert isinstance(refused, CommandRefused)
    told(bench, rep.VenueAccepted(FIRST, "V1"), CancelOrder(OrderId(1)))
    bench.pass_time(6)
    assert said(bench, Outcome.NOT_PLACED) == ["CommandRefused"], "it was acknowledged"


def test_fills_that_are_owed_can_be_given_up_by_a_person(bench: DeskBench) -> None:
    told(bench, rep.VenueAccepted(FIRST, "V1"))
    told(bench, rep.VenueCancelled(FIRST, cumulative=Quantity(60)))
    assert said(bench, Outcome.CANCELLED) == ["OrderResolved", "OrderCancelled"]
    assert bench.order(1).status.name == "CANCELLED" and bench.order(1).cancelled == 100


def test_what_is_sent_while_the_link_is_down_has_its_time_from_when_it_is_back(
    bench: DeskBench,
) -> None:
    told(bench, rep.VenueAccepted(FIRST, "V1"))
    bench.submit(rep.LinkChanged("venue", rep.LinkState.DOWN, "lost"))
    bench.submit(CancelOrder(OrderId(1)))
    bench.pass_time(60)
    assert not bench.state.in_doubt
    bench.submit(rep.LinkChanged("venue", rep.LinkState.UP))
    bench.pass_time(4)
    assert not bench.state.in_doubt
    bench.pass_time(2)
    assert list(bench.state.in_doubt) == [1]
    assert bench.state.timers[ACK_TIMER] > bench.host.now


def test_after_a_restart_what_was_out_is_unknown_and_asked_about(bench: DeskBench) -> None:
    bench.restart()
    assert bench.order(1).is_unknown
    assert (sent(bench, NewOrderRequest), sent(bench, StatusRequest)) == (0, 1)
    assert bench.order(1).pending_new.asked_at >= bench.host.now - NANOS_PER_SECOND


def test_live_only_the_second_factor_lets_a_person_say_what_nobody_can_prove(
    bench: DeskBench,
) -> None:
    bench.pass_time(6)
    bench.state.mode = "LIVE"
    assert refusal_of(bench) is Refusal.NOT_ENROLLED
    bench.submit(SecondFactorKnown("abc"))
    assert refusal_of(bench) is Refusal.SECOND_FACTOR_WANTED
    spent = SecondFactorChecked(FactorVerdict.PASSED, "resolve", "abc", 1)
    bench.submit(spent)
    bench.submit(CancelOrder(OrderId(9)))
    assert refusal_of(bench) is Refusal.SECOND_FACTOR_WANTED, "it counts for what comes right after"
    answer = ResolveOrder(OrderId(1), Outcome.NOT_PLACED, "phone")
    passed = SecondFactorChecked(FactorVerdict.PASSED, "resolve", "abc", 2)
    assert told(bench, passed, answer)[-2:] == ["OrderResolved", "OrderRejected"]


def test_live_nobody_is_asked_for_a_code_for_what_is_refused_all_the_same(bench: DeskBench) -> None:
    bench.state.mode = "LIVE"
    bench.submit(SecondFactorKnown("abc"), rep.VenueAccepted(FIRST, "V1"))
    assert refusal_of(bench) is Refusal.NOT_IN_DOUBT


def refusal_of(bench: DeskBench) -> Refusal:
    (refused,) = bench.submit(ResolveOrder(OrderId(1), Outcome.NOT_PLACED, "phone"))
    assert isinstance(refused, CommandRefused)
    return refused.refusal


def test_an_order_in_doubt_of_another_symbol_lets_a_position_be_closed() -> None:
    """R41 held exits too: one order that a broken line left unknown kept all from closing."""
    bench = msft_is_never_answered()
    say(bench, "buy 100 AAPL mkt")
    say(bench, "buy 10 MSFT 299.00")
    bench.submit(rep.LinkChanged("paper", rep.LinkState.DOWN, "lost"))
    (denied,) = say(bench, "sell 100 AAPL mkt")
    assert isinstance(denied, OrderDenied), "nothing leaves over a link that is down"
    bench.submit(rep.LinkChanged("paper", rep.LinkState.UP, "back"))
    bench.pass_time(600)
    assert list(bench.state.in_doubt) == [2] and not bench.state.recon.holds_orders
    (entry,) = say(bench, "buy 10 AAPL mkt")
    assert isinstance(entry, OrderDenied) and "R41" in {found.rule for found in entry.findings}
    say(bench, "sell 100 AAPL mkt")
    assert bench.position("AAPL") == 0


def test_a_flatten_closes_one_symbol_while_an_order_of_another_is_in_doubt() -> None:
    bench = msft_is_never_answered()
    say(bench, "buy 100 AAPL mkt tp 195.00 sl 185.00")
    say(bench, "buy 10 MSFT 299.00")
    bench.submit(rep.LinkChanged("paper", rep.LinkState.DOWN, "lost"))
    bench.submit(rep.LinkChanged("paper", rep.LinkState.UP, "back"))
    bench.pass_time(600)
    say(bench, "flatten AAPL")
    bench.pass_time(1)
    assert bench.position("AAPL") == 0 and not bench.state.flattening


def test_an_exit_of_a_bracket_follows_its_entry_while_another_order_is_in_doubt() -> None:
    bench = msft_is_never_answered()
    say(bench, "buy 100 AAPL 189.90 tp 195.00 sl 185.00")
    say(bench, "buy 10 MSFT 299.00")
    bench.submit(rep.LinkChanged("paper", rep.LinkState.DOWN, "lost"))
    bench.submit(rep.LinkChanged("paper", rep.LinkState.UP, "back"))
    bench.pass_time(600)
    bench.other(Side.SELL, 2_000, "AAPL", 1_899_000)
    bench.pass_time(5)
    assert bench.position("AAPL") == 100
    assert protected_quantity(bench.state, "PAPER", "AAPL") == 100


class NothingOfMsft:
    """Between desk and venue: what is sent and asked about MSFT gets lost, all else arrives."""

    def __init__(self, venue: PaperVenue) -> None:
        self._venue = venue
        self._lost: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._venue, name)

    def release(self, requests: Sequence[Request], staged: Sequence[bytes]) -> None:
        lost = [r for r in requests if isinstance(r, NewOrderRequest) and r.symbol == "MSFT"]
        self._lost |= {request.client_order_id for request in lost}
        pairs = zip(requests, staged, strict=True)
        heard = [
            each for each in pairs if getattr(each[0], "client_order_id", "") not in self._lost
        ]
        self._venue.release([r for r, _ in heard], [payload for _, payload in heard])


def msft_is_never_answered() -> DeskBench:
    bench = DeskBench(wrap=NothingOfMsft)  # type: ignore[arg-type]
    bench.quotes("AAPL", 1_900_000, 1_900_200)
    bench.quotes("MSFT", 3_000_000, 3_000_200)
    return bench
