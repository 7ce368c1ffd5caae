"""What the message rate has no room for waits here: never lost, cancels and exits first (R13)."""

import pytest
from msgspec import structs

from engine.domain import events as ev
from engine.domain import reports as rep
from engine.domain.apply import state_hash
from engine.domain.commands import CancelMany, CancelOrder, CancelScope, Halt, TightenLimit
from engine.domain.lifecycle import Status
from engine.domain.orders import pending_word
from engine.domain.reports import LinkChanged, LinkState
from engine.domain.requests import CancelRequest, NewOrderRequest, ReplaceRequest
from engine.values import OrderId, Quantity, Side
from tests.harness import DeskBench
from tests.unit.runtime.desk import say


@pytest.fixture
def bench() -> DeskBench:
    """Ten messages a second, seven of them for entries; nothing was sent yet."""
    bench = DeskBench(limits={"message_rate_max": "10", "repeated_execution_max": "1000"})
    bench.quotes("AAPL", 1_900_000, 1_900_200)
    return bench


def bids(bench: DeskBench, count: int, price: str = "189.00") -> None:
    for n in range(count):
        say(bench, f"buy {n + 1} AAPL {price}")


def heard(bench: DeskBench) -> list[str]:
    """What the venue has been asked, in order."""
    words = {NewOrderRequest: "new", CancelRequest: "cancel", ReplaceRequest: "replace"}
    return [words[type(request)] for request in bench.paper.heard if type(request) in words]


def test_entries_have_seven_tenths_and_the_eighth_waits_for_its_second(bench: DeskBench) -> None:
    bids(bench, 8)
    assert heard(bench) == ["new"] * 7
    assert pending_word(bench.order(8)) == "queued"
    bench.pass_time(0.999)
    assert heard(bench) == ["new"] * 7
    bench.pass_time(0.001)
    assert heard(bench) == ["new"] * 8
    assert bench.order(8).status is Status.WORKING
    assert bench.replayed_hash() == state_hash(bench.state)


def test_cancels_have_their_reserve_and_go_first(bench: DeskBench) -> None:
    bids(bench, 9)
    for order_id in (1, 2, 3, 4):
        bench.submit(CancelOrder(OrderId(order_id)))
    assert heard(bench) == ["new"] * 7 + ["cancel"] * 3
    bench.pass_time(1)
    assert heard(bench)[10:] == ["cancel", "new", "new"]
    assert not bench.state.messages.waiting


def test_an_exit_goes_before_entries_that_were_there_first(bench: DeskBench) -> None:
    say(bench, "buy 100 AAPL 190.02")
    bids(bench, 8)
    happened = say(bench, "sell 100 AAPL 190.00")
    assert isinstance(happened[0], ev.OrderReleased)
    assert heard(bench) == ["new"] * 8
    assert bench.position("AAPL") == 0


def test_what_waits_is_withdrawn_without_a_word_to_the_venue(bench: DeskBench) -> None:
    bids(bench, 8)
    happened = bench.submit(CancelOrder(OrderId(8)))
    assert [type(event) for event in happened] == [ev.OrderCancelled]
    assert bench.order(8).text == "withdrawn before it was sent"
    bench.pass_time(2)
    assert heard(bench) == ["new"] * 7


def test_nothing_that_opens_leaves_the_queue_of_a_halted_desk(bench: DeskBench) -> None:
    bids(bench, 8)
    bench.submit(Halt("PAPER", "enough"))
    bench.pass_time(2)
    assert heard(bench) == ["new"] * 7
    assert bench.order(8).text == "not sent: HALTED while it waited"
    assert bench.state.accounts["PAPER"].reserved == sum(
        bench.order(i).reserved for i in range(1, 8)
    )


def test_cancel_everything_leaves_nothing_in_the_queue(bench: DeskBench) -> None:
    bids(bench, 9)
    say(bench, "cancel *")
    bench.pass_time(2)
    assert not bench.state.live
    assert heard(bench).count("new") == 7


def test_over_a_link_that_went_down_an_entry_is_not_sent_later(bench: DeskBench) -> None:
    bids(bench, 8)
    bench.submit(LinkChanged("paper", LinkState.DOWN, "unplugged"))
    bench.pass_time(1)
    assert bench.order(8).text == "not sent: the link went down while it waited"
    assert not bench.order(8).is_unknown


def test_after_a_restart_what_waited_never_left_and_is_not_sent(bench: DeskBench) -> None:
    bids(bench, 8)
    bench.restart()
    bench.pass_time(2)
    assert bench.order(8).status is Status.REJECTED
    assert bench.order(8).text == "never reached the venue"
    assert not bench.paper.heard or "new" not in heard(bench)
    assert not bench.state.messages.waiting
    assert bench.replayed_hash() == state_hash(bench.state)


def test_a_change_waits_too_and_is_refused_if_the_desk_halts_meanwhile(bench: DeskBench) -> None:
    bids(bench, 7)
    say(bench, "replace 1 price 189.50")
    assert heard(bench) == ["new"] * 7
    assert pending_word(bench.order(1)) == "replacing"
    bench.pass_time(1)
    assert bench.order(1).price == 1_895_000
    bids(bench, 6, price="188.90")
    say(bench, "replace 1 price 189.60")
    bench.submit(Halt("PAPER", "enough"))
    bench.pass_time(1)
    assert bench.order(1).price == 1_895_000
    assert bench.order(1).text == "not sent: HALTED while it waited"


def test_the_venues_own_rate_binds_where_it_is_lower(bench: DeskBench) -> None:
    bench.submit(structs.replace(bench.opening(), venue_rate=4))
    bids(bench, 3)
    assert heard(bench) == ["new"] * 2, "seven tenths of 90 % of four"


def test_at_a_rate_of_one_only_cancels_and_exits_leave(bench: DeskBench) -> None:
    say(bench, "buy 100 AAPL 190.02")
    bench.pass_time(1)
    bench.submit(TightenLimit("PAPER", "message_rate_max", "1"))
    (denied,) = say(bench, "buy 1 AAPL 189.00")
    assert isinstance(denied, ev.OrderDenied)
    assert [found.rule for found in denied.findings] == ["R13"]
    say(bench, "sell 100 AAPL 190.00")
    assert bench.position("AAPL") == 0


def test_entries_that_wait_end_when_the_rate_is_lowered_to_nothing(bench: DeskBench) -> None:
    bids(bench, 8)
    bench.submit(TightenLimit("PAPER", "message_rate_max", "0"))
    bench.pass_time(3)
    assert bench.order(8).text == "not sent: at this message rate nothing that opens can leave"


def test_without_a_limit_nothing_is_counted() -> None:
    bench = DeskBench(profile="load")
    bench.quotes("AAPL", 1_900_000, 1_900_200)
    bids(bench, 60)
    assert heard(bench) == ["new"] * 60
    assert bench.state.messages.sent == []


def test_an_order_that_waits_counts_as_open(bench: DeskBench) -> None:
    bids(bench, 8)
    assert bench.order(8).reserved > 0
    assert 8 in bench.state.live
    bench.other(Side.SELL, 1, "AAPL", 1_890_000)
    assert bench.order(8).cumulative == 0


def test_a_person_is_told_how_many_wait(bench: DeskBench) -> None:
    bids(bench, 9)
    released = bench.journal.events()[-1]
    assert isinstance(released, ev.OrderReleased)
    assert [found.rule for found in released.findings] == ["R13"]
    assert "1 message(s) wait" in released.findings[0].sentence


def test_entries_are_taken_back_from_the_queue_before_what_stands(bench: DeskBench) -> None:
    bids(bench, 8)
    happened = bench.submit(CancelMany("PAPER", "*", CancelScope.ENTRIES))
    kinds = [type(event) for event in happened if hasattr(event, "order_id")]
    assert kinds.count(ev.OrderCancelled) >= 1
    bench.pass_time(2)
    assert not bench.state.live


def test_an_order_that_ends_and_owes_fills_leaves_nothing_in_the_queue(bench: DeskBench) -> None:
    """Its change waited; the venue ended it first, and counts a fill that nobody has told yet."""
    bids(bench, 7)
    say(bench, "replace 1 qty 20")
    assert bench.state.messages.waiting
    bench.submit(rep.VenueExpired("TEST-1-7-0", "closed", cumulative=Quantity(3)))
    bench.submit(rep.VenueExpired("TEST-1-1-0", "closed", cumulative=Quantity(1)))
    assert bench.order(1).owed == 1
    assert not bench.state.messages.waiting
    before = len(bench.paper.heard)
    bench.pass_time(2)
    assert not any(isinstance(r, ReplaceRequest) for r in bench.paper.heard[before:])
