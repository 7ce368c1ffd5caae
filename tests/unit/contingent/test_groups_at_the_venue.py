"""Exits that share one quantity at the venue: what races there, and what is taken back."""

import pytest

from engine.domain import reports as rep
from engine.domain.apply import state_hash
from engine.domain.commands import ExitTerm
from engine.domain.lifecycle import Status
from engine.domain.patience import IB_PATIENCE
from engine.domain.requests import Request
from engine.values import NANOS_PER_SECOND, Instruction, Liquidity, Nanos, OrderId, Price, Quantity
from tests.harness import DeskBench

from .bench import BID, STOP, TARGET, desk, entry, leg, told

FIRST = 1_767_623_500_000_000_000


def never(request: Request) -> Nanos:
    return Nanos(10**17)


def fill(name: str, execution: str, price: Price, quantity: int, at: int = 0) -> rep.VenueFilled:
    made = Nanos(at)
    return rep.VenueFilled(name, execution, price, Quantity(quantity), Liquidity.MAKER, at=made)


def name_of(bench: DeskBench, group: int, number: int) -> str:
    return leg(bench, group, number).client_order_id


def filled_in_part(quantity: int, **named) -> DeskBench:
    """A bracket of 163 of which so much is filled; a test speaks for its venue."""
    bench = desk(latency=never, **named)
    bench.submit(entry(163), rep.VenueAccepted("TEST-1-1-0", "V1"))
    bench.submit(fill("TEST-1-1-0", "E1", BID, quantity))
    bench.pass_time(0.001)
    for number in (1, 2):
        bench.submit(rep.VenueAccepted(name_of(bench, 1, number), f"V1{number}"))
    return bench


def test_what_siblings_took_off_a_larger_quantity_that_never_came_is_not_taken_off() -> None:
    """The quantities did not add up: more was cancelled than the order ever had."""
    bench = filled_in_part(50)
    bench.submit(fill("TEST-1-1-0", "E2", BID, 113))
    bench.pass_time(0.001)
    stop = leg(bench, 1, 2)
    change = stop.pending_replace
    assert change is not None and change.quantity == 163
    # The target is gone, the stop fills what it had; another target stands for the rest.
    bench.submit(rep.VenueCancelled(name_of(bench, 1, 1), "let go", False, cumulative=Quantity(0)))
    bench.submit(fill(stop.client_order_id, "E3", BID, 50))
    bench.pass_time(0.001)
    assert "1.3" in told(bench, 1)[2]
    bench.submit(rep.VenueAccepted(name_of(bench, 1, 3), "V13"))
    bench.submit(fill(name_of(bench, 1, 3), "E4", TARGET, 113))
    refused = rep.VenueReplaceRefused(stop.client_order_id, "too late", change.client_order_id)
    bench.submit(refused)
    assert (stop.status, stop.quantity, stop.cancelled) == (Status.FILLED, 50, 0)
    assert bench.position("AAPL") == 0
    assert bench.replayed_hash() == state_hash(bench.state)


def test_the_last_of_a_group_may_be_told_before_what_its_sibling_had_filled() -> None:
    """It stayed open for nothing, and was asked about for ever."""
    bench = filled_in_part(163)
    target, stop = leg(bench, 1, 1), leg(bench, 1, 2)
    bench.submit(fill(target.client_order_id, "E3", TARGET, 63, at=FIRST + 2))
    bench.submit(fill(stop.client_order_id, "E2", BID, 100, at=FIRST + 1))
    assert (target.status, stop.status) == (Status.FILLED, Status.FILLED)
    assert bench.position("AAPL") == 0
    assert bench.replayed_hash() == state_hash(bench.state)


@pytest.mark.parametrize(
    ("seconds_before", "status"), [(0, Status.PARTIAL), (1, Status.FILLED)], ids=["same", "before"]
)
def test_within_one_second_of_a_coarse_clock_the_venues_own_word_is_waited_for(
    seconds_before: int, status: Status
) -> None:
    """An exit that still stood at IB was taken for filled: the other's fill was of its second."""
    bench = filled_in_part(163, patience=IB_PATIENCE)
    target, stop = leg(bench, 1, 1), leg(bench, 1, 2)
    bench.submit(fill(target.client_order_id, "E3", TARGET, 63, at=FIRST))
    before = FIRST - seconds_before * NANOS_PER_SECOND
    bench.submit(fill(stop.client_order_id, "E2", BID, 100, at=before))
    assert target.status is status
    ended = rep.VenueCancelled(target.client_order_id, "", False, cumulative=Quantity(63))
    bench.submit(ended)
    assert target.is_done and bench.position("AAPL") == 0
    assert bench.replayed_hash() == state_hash(bench.state)


def test_an_exit_whose_sibling_took_the_rest_is_ended_by_the_venue() -> None:
    bench = filled_in_part(163)
    target, stop = leg(bench, 1, 1), leg(bench, 1, 2)
    bench.submit(fill(target.client_order_id, "E2", TARGET, 63, at=FIRST + 1))
    bench.submit(fill(stop.client_order_id, "E3", BID, 100, at=FIRST + 2))
    assert (target.status, target.leaves) == (Status.PARTIAL, 0)
    name, filled = target.client_order_id, Quantity(63)
    bench.submit(rep.VenueCancelled(name, "the other filled", False, cumulative=filled))
    assert target.status is Status.CANCELLED


def test_fills_that_an_exit_owes_stay_owed_whatever_its_sibling_fills() -> None:
    """They were taken for the sibling's, and a closing order for all that was held could leave."""
    bench = filled_in_part(163)
    target, stop = leg(bench, 1, 1), leg(bench, 1, 2)
    gone = rep.VenueCancelled(target.client_order_id, "let go", False, cumulative=Quantity(63))
    bench.submit(gone)
    assert target.owed == 63
    bench.submit(fill(stop.client_order_id, "E2", BID, 100))
    assert target.owed == 63
    bench.submit(fill(target.client_order_id, "E3", TARGET, 63))
    assert (target.status, target.owed, target.cancelled) == (Status.CANCELLED, 0, 100)
    assert bench.replayed_hash() == state_hash(bench.state)


def test_what_an_exit_filled_before_its_end_is_owed_though_a_sibling_took_more_than_it_had() -> (
    None
):
    """Nothing seemed to be owed, and its fill came as one of an order that was over."""
    bench = filled_in_part(50)
    bench.submit(fill("TEST-1-1-0", "E2", BID, 113))
    bench.pass_time(0.001)
    target, stop = leg(bench, 1, 1), leg(bench, 1, 2)
    change = target.pending_replace
    assert change is not None and stop.pending_replace is not None
    name, at = change.client_order_id, change.price
    bench.submit(rep.VenueReplaced(target.client_order_id, name, at, Quantity(163)))
    bench.submit(fill(name, "E3", TARGET, 113))
    assert (stop.quantity, stop.taken) == (50, 113)
    gone = rep.VenueCancelled(stop.client_order_id, "gone", False, cumulative=Quantity(50))
    bench.submit(gone)
    assert (stop.owed, stop.cancelled) == (50, 0)
    bench.submit(fill(stop.client_order_id, "E4", BID, 50))
    assert stop.is_done and not stop.is_resurrected
    assert bench.position("AAPL") == 0
    assert bench.replayed_hash() == state_hash(bench.state)


def test_after_a_bust_the_exits_stand_anew_for_all_that_is_held() -> None:
    """No venue gives a sibling back what was taken off it: it stayed smaller by the busted trade.

    One after the other they go, the stop last; what stands anew has a group of its own.
    """
    bench = filled_in_part(163)
    target, stop = leg(bench, 1, 1), leg(bench, 1, 2)
    bench.submit(fill(target.client_order_id, "E2", TARGET, 63))
    bench.submit(rep.VenueTradeBusted(target.client_order_id, "E2", leaves=Quantity(100)))
    bench.pass_time(0.001)
    assert bench.position("AAPL") == 163 and stop.leaves == 100
    assert (target.is_cancelling, stop.is_cancelling) == (True, False)
    bench.submit(rep.VenueCancelled(target.client_order_id, cumulative=Quantity(0)))
    bench.pass_time(0.001)
    assert stop.is_cancelling and len(bench.state.brackets[1].legs) == 2, "nothing stands beside it"
    bench.submit(rep.VenueCancelled(stop.client_order_id, cumulative=Quantity(0)))
    bench.pass_time(0.001)
    anew = [leg(bench, 1, number) for number in (3, 4)]
    assert [(each.order.type.name, each.leaves) for each in anew] == [("LIMIT", 163), ("STOP", 163)]
    assert {each.oca_group for each in anew} != {stop.oca_group}
    bench.pass_time(2)
    assert not any(each.is_cancelling for each in anew)
    assert bench.replayed_hash() == state_hash(bench.state)


def test_an_exit_whose_whole_work_is_busted_has_a_successor() -> None:
    """It was over as cancelled, which nobody had wanted, and the position had no stop any more."""
    bench = filled_in_part(163)
    target, stop = leg(bench, 1, 1), leg(bench, 1, 2)
    bench.submit(fill(stop.client_order_id, "E2", BID, 163))
    bench.submit(
        rep.VenueCancelled(target.client_order_id, requested=False, cumulative=Quantity(0))
    )
    bench.submit(rep.VenueTradeBusted(stop.client_order_id, "E2", leaves=Quantity(0)))
    bench.pass_time(0.001)
    assert bench.position("AAPL") == 163
    work = [
        (each.order.type.name, each.leaves) for each in bench.state.orders.values() if each.leaves
    ]
    assert work == [("LIMIT", 163), ("STOP", 163)]


def test_a_corrected_trade_of_an_exit_is_taken_off_its_sibling_once() -> None:
    """The correction took as much again, and less seemed to be open than was."""
    bench = filled_in_part(163)
    target, stop = leg(bench, 1, 1), leg(bench, 1, 2)
    bench.submit(fill(target.client_order_id, "E2", TARGET, 63))
    corrected = rep.VenueTradeCorrected(
        target.client_order_id, "E2", 1, Price(TARGET + 100), Quantity(63), Liquidity.MAKER
    )
    bench.submit(corrected)
    assert (stop.taken, stop.leaves) == (63, 100)
    bench.pass_time(0.001)
    assert not stop.is_cancelling and not target.is_cancelling


def test_exits_cover_what_is_held_of_their_entry_and_no_more() -> None:
    """An entry that closed a short position first was given exits that would have crossed zero, and
    they were denied: what it opened had none."""
    bench = desk(latency=never)
    short = entry(40, ticket="s", target=None, stop_loss=None, instruction=Instruction.SHORT)
    bench.submit(entry(100), rep.VenueAccepted("TEST-1-1-0", "V1"))
    bench.submit(short, rep.VenueAccepted("TEST-1-2-0", "V2"))
    bench.submit(fill("TEST-1-2-0", "E1", BID, 40), fill("TEST-1-1-0", "E2", BID, 100))
    bench.pass_time(0.001)
    assert bench.position("AAPL") == 60
    assert [leg(bench, 1, number).quantity for number in (1, 2)] == [60, 60]
    for number in (1, 2):
        bench.submit(rep.VenueAccepted(name_of(bench, 1, number), f"V1{number}"))
    bench.submit(rep.VenueTradeBusted("TEST-1-2-0", "E1", leaves=Quantity(0)))
    bench.pass_time(0.001)
    changes = [leg(bench, 1, number).pending_replace for number in (1, 2)]
    assert [change.quantity for change in changes if change is not None] == [100, 100]


def test_a_confirmation_without_a_stop_price_means_the_one_that_was_asked_for() -> None:
    """The old one seemed to stand, and the change was asked for again and again."""
    bench = desk(latency=never)
    bench.submit(entry(100, stop_loss=ExitTerm(offset=-500)), rep.VenueAccepted("TEST-1-1-0", "V1"))
    bench.submit(fill("TEST-1-1-0", "E1", BID, 50))
    bench.pass_time(0.001)
    stop = leg(bench, 1, 2)
    bench.submit(rep.VenueAccepted(stop.client_order_id, "V2"))
    bench.submit(fill("TEST-1-1-0", "E2", Price(BID - 200), 50))
    bench.pass_time(0.001)
    change = stop.pending_replace
    assert change is not None and change.stop == BID - 100 - 500
    name = change.client_order_id
    bench.submit(rep.VenueReplaced(stop.client_order_id, name, Price(0), Quantity(100)))
    bench.pass_time(5)
    assert stop.stop == BID - 100 - 500 and stop.pending_replace is None


def kept_here(bench: DeskBench, *numbers: int) -> None:
    """The line breaks before these legs have left."""
    for number in numbers:
        name = name_of(bench, 1, number)
        bench.submit(rep.VenueRejected(name, "it never left: the line broke", never_left=True))


def test_an_exit_that_never_left_is_tried_again_a_little_later_and_ever_more_rarely() -> None:
    """It had been taken for refused, and what it was for stayed without a stop for good."""
    bench = desk(latency=never)
    bench.submit(entry(100), rep.VenueAccepted("TEST-1-1-0", "V1"))
    bench.submit(fill("TEST-1-1-0", "E1", BID, 100))
    kept_here(bench, 1, 2)
    assert told(bench, 1) == ["1.1 rejected 0", "1.2 rejected 0"]
    bench.pass_time(1.1)
    assert told(bench, 1)[2:] == ["1.3 sent 100", "1.4 sent 100"]
    kept_here(bench, 3, 4)
    bench.pass_time(1.1)
    assert len(told(bench, 1)) == 4, "twice as long"
    bench.pass_time(1)
    assert told(bench, 1)[4:] == ["1.5 sent 100", "1.6 sent 100"]
    assert bench.replayed_hash() == state_hash(bench.state)


def test_a_way_that_is_shut_all_day_has_not_used_up_the_numbers_of_exits() -> None:
    """A group has so many legs and no more, and its position would stay without a stop for good."""
    bench = desk(latency=never)
    bench.submit(entry(100), rep.VenueAccepted("TEST-1-1-0", "V1"))
    bench.submit(fill("TEST-1-1-0", "E1", BID, 100))
    legs = bench.state.brackets[OrderId(1)].legs
    tried_at = Nanos(0)
    for _ in range(6 * 60):
        if leg(bench, 1, len(legs)).is_live:
            tried_at = bench.session.now
            kept_here(bench, len(legs) - 1, len(legs))
        bench.pass_time(60)
    assert bench.session.now - tried_at < 10 * 60 * NANOS_PER_SECOND, len(legs)


def test_an_exit_that_a_venue_refused_stays_away() -> None:
    bench = desk(latency=never)
    bench.submit(entry(100), rep.VenueAccepted("TEST-1-1-0", "V1"))
    bench.submit(fill("TEST-1-1-0", "E1", BID, 100))
    bench.submit(rep.VenueRejected(name_of(bench, 1, 2), "no stops today"))
    bench.pass_time(5)
    assert told(bench, 1)[1:] == ["1.2 rejected 0"]


@pytest.mark.parametrize("is_told_first", [True, False], ids=["its end first", "the fill first"])
def test_an_exit_that_ended_with_its_group_before_a_change_reached_it_comes_again(
    is_told_first: bool,
) -> None:
    """The stop filled all that the venue knew them to be for; the target was let go, and was taken
    for one that somebody wanted away."""
    bench = filled_in_part(50)
    bench.submit(fill("TEST-1-1-0", "E2", BID, 13))
    bench.pass_time(0.001)
    stop, target = leg(bench, 1, 2), leg(bench, 1, 1)
    assert stop.pending_replace and target.pending_replace
    filled = fill(stop.client_order_id, "E3", BID, 50)
    refused = rep.VenueReplaceRefused(
        stop.client_order_id, "it is over", stop.pending_replace.client_order_id
    )
    changed = target.pending_replace.client_order_id
    now = rep.VenueReplaced(target.client_order_id, changed, TARGET, Quantity(63))
    bench.submit(refused, now)
    ended = rep.VenueCancelled(changed, "", False, cumulative=Quantity(0))
    bench.submit(*((ended, filled) if is_told_first else (filled, ended)))
    bench.pass_time(0.001)
    assert [row.partition(" ")[2] for row in told(bench, 1)[2:]] == ["sent 13", "sent 13"]
    assert bench.replayed_hash() == state_hash(bench.state)


def test_an_exit_that_the_venue_lets_go_in_a_row_comes_again_ever_more_rarely() -> None:
    """A stop in a market without bids was triggered, let go and sent again at once, for ever."""
    bench = filled_in_part(50)
    bench.submit(fill("TEST-1-1-0", "E2", BID, 113))
    bench.pass_time(0.001)
    target, stop = leg(bench, 1, 1), leg(bench, 1, 2)
    assert target.pending_replace and stop.pending_replace
    changed = stop.pending_replace.client_order_id
    refused = rep.VenueReplaceRefused(
        target.client_order_id, "it is over", target.pending_replace.client_order_id
    )
    replaced = rep.VenueReplaced(
        stop.client_order_id, changed, Price(0), Quantity(163), stop=STOP, at=Nanos(FIRST)
    )
    bench.submit(replaced, fill(target.client_order_id, "E3", TARGET, 50), refused)
    bench.pass_time(0.001)
    assert told(bench, 1)[1:] == ["1.2 working 113", "1.3 sent 113"]

    def let_go(name: str) -> None:
        empty = "the book was empty"
        bench.submit(rep.VenueCancelled(name, empty, False, cumulative=Quantity(0)))

    let_go(changed)
    bench.pass_time(0.001)
    let_go(name_of(bench, 1, 4))
    bench.pass_time(0.5)
    assert "1.5" not in told(bench, 1)[-1], "once at once, then a second later"
    bench.pass_time(0.6)
    let_go(name_of(bench, 1, 5))
    bench.pass_time(1.5)
    assert "1.6" not in told(bench, 1)[-1], "two seconds"
    bench.pass_time(0.6)
    assert told(bench, 1)[-1] == "1.6 sent 113"
    assert bench.replayed_hash() == state_hash(bench.state)
