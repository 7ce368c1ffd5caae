"""Books of a venue that states its open orders and nothing else, as venues do over FIX."""

from typing import Any

from engine.domain import reports as rep
from engine.domain.events import DifferenceFound, ReconcileFinished
from engine.domain.patience import EVERYTHING, PAPER_VENUE, PRACTICE_VENUE, Patience, stated_by
from engine.domain.recon import POSITIONS_TIMER
from engine.domain.requests import OpenOrdersRequest, StatementRequest
from engine.domain.statements import Statement
from engine.values import Nanos
from tests.unit.domain.test_reconcile import FIRST, Books, row


def books() -> Books:
    books = Books("PRACTICE", Patience())
    books.bench.state.venue = PRACTICE_VENUE
    return books


def asked(books: Books) -> list[type]:
    return [type(each) for each in books.bench.paper.heard if isinstance(each, StatementRequest)]


def found(happened: list[Any]) -> list[DifferenceFound]:
    return [each for each in happened if isinstance(each, DifferenceFound)]


def test_each_venue_states_what_its_kind_can() -> None:
    assert stated_by(PAPER_VENUE) == EVERYTHING == tuple(Statement)
    assert stated_by(PRACTICE_VENUE) == (Statement.ORDERS,)


def test_only_open_orders_are_asked_for_and_the_words_say_what_was_not_compared() -> None:
    here = books()
    (finished,) = [each for each in here.compare() if isinstance(each, ReconcileFinished)]
    assert asked(here) == [OpenOrdersRequest]
    assert finished.is_complete and finished.text == (
        "the venue's open orders agree with ours; executions, positions and cash it does not state"
    )


def test_a_broken_line_waits_for_open_orders_alone() -> None:
    here = books()
    here.told(rep.LinkChanged("fix", rep.LinkState.DOWN, "cut"))
    here.told(rep.LinkChanged("fix", rep.LinkState.UP))
    assert here.bench.state.recon.holds_orders
    here.answer()
    assert not here.bench.state.recon.holds_orders and set(asked(here)) == {OpenOrdersRequest}


def test_more_filled_there_than_told_is_a_break_the_second_time_and_nothing_is_booked() -> None:
    here = books()
    here.orders = (row(FIRST, cumulative=40),)
    (first,) = found(here.compare())
    (second,) = found(here.compare())
    assert (first.ours, first.venues, first.is_break) == ("0 filled", "40 filled", False)
    assert second.is_break and "states no trades" in second.action
    assert set(asked(here)) == {OpenOrdersRequest}
    assert not here.bench.state.executions and not here.bench.state.recon.holds_orders


def test_a_timer_for_positions_asks_for_nothing() -> None:
    here = books()
    here.bench.state.timers[POSITIONS_TIMER] = Nanos(here.bench.state.timers.get("x", 0))
    before = len(asked(here))
    here.told(rep.TimerFired(POSITIONS_TIMER))
    assert len(asked(here)) == before and here.bench.state.recon.run is None
