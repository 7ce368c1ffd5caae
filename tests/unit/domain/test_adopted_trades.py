"""Trades of a foreign order that were heard as nobody's before the order was taken over."""

from typing import Any

import pytest
from msgspec.structs import replace

from engine.domain import statements as st
from engine.domain.commands import AdoptOrder, AdoptPosition, Reconcile
from engine.domain.patience import IB_PATIENCE
from engine.domain.requests import ExecutionsRequest, StatementRequest
from engine.values import MONEY_SCALE, Money, Nanos, Quantity
from tests.unit.domain.test_reconcile import Books, row, trade

LONG_AGO = Nanos(1_000_000_000)
STRANGER = "PERM-9"
LONGER_THAN_THE_OVERLAP = 600


class DatedBooks(Books):
    """A venue that lists the executions since a time, as real ones do."""

    def statement(self, asked: StatementRequest) -> Any:
        if not isinstance(asked, ExecutionsRequest):
            return super().statement(asked)
        told = tuple(each for each in self.executions if each.at >= asked.since)
        return st.VenueExecutions(asked.query, asked.since, told, at=self.bench.session.now)


@pytest.fixture
def books() -> DatedBooks:
    """Live; a stranger's order has filled 40, and that was heard before anybody saw the order."""
    books = DatedBooks(mode="LIVE")
    books.executions = (replace(trade("X1", 40, STRANGER), at=LONG_AGO),)
    books.positions = (("AAPL", Quantity(40)),)
    books.compare()
    assert books.bench.state.recon.executions_since > LONG_AGO
    books.bench.pass_time(LONGER_THAN_THE_OVERLAP)
    books.answer()
    return books


def test_they_are_asked_for_again_and_booked(books: DatedBooks) -> None:
    books.orders = (row(), row(STRANGER, cumulative=40))
    books.compare()
    books.told(AdoptOrder("PAPER", STRANGER, "mine, by phone"))
    books.compare()
    assert books.bench.position("AAPL") == 40
    assert books.bench.order(2).cumulative == 40
    assert not books.bench.state.recon.breaks
    assert books.bench.state.recon.executions_since > LONG_AGO, "and not for ever after"


def test_a_list_that_was_asked_for_before_does_not_end_the_search(books: DatedBooks) -> None:
    """The order is taken over while its comparison still waits for the list of executions."""
    books.orders = (row(), row(STRANGER, cumulative=40))
    books.compare()
    asked = len(books.bench.paper.heard)
    books.told(Reconcile("PAPER"))
    lists = [r for r in books.bench.paper.heard[asked:] if isinstance(r, ExecutionsRequest)]
    books.told(AdoptOrder("PAPER", STRANGER, "mine, by phone"))
    books.told(*map(books.statement, lists))
    assert books.bench.state.recon.executions_since == 0
    books.answer()
    books.compare()
    assert books.bench.position("AAPL") == 40


def test_a_figure_that_was_taken_over_has_them_in_already(books: DatedBooks) -> None:
    books.told(AdoptPosition("PAPER", "AAPL", "as the venue says"))
    assert books.bench.position("AAPL") == 40
    books.orders = (row(), row(STRANGER, cumulative=40))
    books.compare()
    books.told(AdoptOrder("PAPER", STRANGER, "mine, by phone"))
    books.compare()
    assert books.bench.position("AAPL") == 40, "never twice"


CHARGED = Money(35 * MONEY_SCALE // 100)


@pytest.mark.parametrize("is_told_later", [False, True], ids=["at once", "later"])
def test_what_they_cost_is_booked_as_the_venue_charged_it(is_told_later: bool) -> None:
    """The venue's word had gone by while the order was nobody's, and the table's fee stayed."""
    books = DatedBooks(mode="LIVE", patience=IB_PATIENCE)
    unpriced = replace(trade("X1", 40, STRANGER), at=LONG_AGO)
    priced = replace(unpriced, fee=CHARGED)
    books.executions = (unpriced if is_told_later else priced,)
    books.positions = (("AAPL", Quantity(40)),)
    books.orders = (row(), row(STRANGER, cumulative=40))
    books.compare()
    books.told(AdoptOrder("PAPER", STRANGER, "mine, by phone"))
    books.compare()
    order, account = books.bench.order(2), books.bench.state.accounts["PAPER"]
    assert (order.cumulative, account.fees_pending) == (40, int(is_told_later))
    books.executions = (replace(priced, at=books.bench.session.now),)
    books.compare()
    assert (order.fees, account.fees_pending) == (CHARGED, 0)
    before = len(books.bench.journal.events())
    books.compare()
    words = [type(event).__name__ for event in books.bench.journal.events()[before:]]
    assert "FeeConfirmed" not in words and "DuplicateIgnored" not in words
