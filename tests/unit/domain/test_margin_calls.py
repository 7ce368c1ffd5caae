"""Margin calls: who is called for what, until when, and what follows when nothing comes."""

from typing import Any

import msgspec
import pytest

from engine.domain import events as ev
from engine.domain.apply import apply
from engine.domain.decide import decide
from engine.domain.ledger.positions import Lot, Position
from engine.domain.margin_calls import called_overnight, seen_at
from engine.domain.margin_facts import (
    MarginCalled,
    MarginCallLate,
    MarginCallMet,
    MarginLevel,
    MarginMoved,
)
from engine.domain.margin_kept import CallKind
from engine.domain.quotes import Market, Quote
from engine.domain.reports import TradeDateRolled
from engine.domain.risk.regimes import Regime
from engine.instruments import parse_money
from engine.values import Money, Nanos, Price, Quantity
from tests.harness import DeskBench

SECOND = 1_000_000_000
AT_100 = Price(1_000_000)


class Called:
    """An account with 100 AAPL at 100.00, and a debt."""

    def __init__(self, regime: Regime, cash: str, **limits: Any) -> None:
        self.bench = DeskBench()
        self.state, self.now = self.bench.state, self.bench.session.now
        self.account = self.state.accounts["PAPER"]
        self.state.trade_date = 20260701
        self.limit(margin_regime=int(regime), **limits)
        self.account.cash = parse_money(cash)
        self.account.day_open_equity = Money(50_000_000_000)
        cost = Money(100 * 100_000_000)
        lot = Lot(1, Nanos(0), Quantity(100), cost)
        self.account.positions["AAPL"] = Position("AAPL", Quantity(100), cost, [lot], 2)

    def limit(self, **values: Any) -> None:
        self.state.limits = msgspec.structs.replace(self.state.limits, **values)

    def looks(self, mark: Price = AT_100) -> list[ev.Event]:
        seen = seen_at(self.state, self.account, (("AAPL", mark),))
        assert seen is not None
        events = decide(self.state, seen, Market(), self.now)
        for event in events:
            apply(self.state, event)
        return events

    def kinds(self, mark: Price = AT_100) -> list[type]:
        return [type(event) for event in self.looks(mark)]


def test_a_level_is_told_once_and_lowers_the_state_at_ten_percent() -> None:
    desk = Called(Regime.REG_T, "-6900")
    (moved,) = desk.looks()
    assert isinstance(moved, MarginMoved) and moved.level is MarginLevel.WARN
    assert desk.looks() == []
    desk.account.cash = parse_money("-7300")
    assert desk.kinds() == [MarginMoved, ev.TradingStateChanged]
    assert desk.account.trading.state is ev.TradingState.REDUCING
    desk.account.cash = parse_money("1000")
    (again,) = desk.looks()
    assert isinstance(again, MarginMoved) and again.level is MarginLevel.AMPLE
    assert desk.account.trading.state is ev.TradingState.REDUCING, "only a person raises it"


def test_a_maintenance_call_has_its_grace_and_then_a_way_out_is_proposed() -> None:
    desk = Called(Regime.REG_T, "-8000")
    called = [event for event in desk.looks() if isinstance(event, MarginCalled)]
    assert [(c.call, c.amount) for c in called] == [(CallKind.MAINTENANCE, 500_000_000)]
    desk.now = Nanos(desk.now + 600 * SECOND - 1)
    assert desk.looks() == []
    desk.now = Nanos(desk.now + 1)
    (late,) = desk.looks()
    assert isinstance(late, MarginCallLate)
    assert (late.symbol, late.quantity, late.is_carried_out) == ("AAPL", 100, False)
    assert desk.looks() == [], "said once"
    assert not desk.state.flattening, "a proposal: nothing is sold by itself"


def test_where_it_is_switched_on_the_desk_closes_the_position_itself() -> None:
    desk = Called(Regime.REG_T, "-8000", liquidation=True, margin_call_grace=0)
    desk.looks()
    assert desk.kinds()[:2] == [MarginCallLate, ev.FlattenStarted]


def test_a_call_is_met_when_equity_covers_it_again() -> None:
    desk = Called(Regime.REG_T, "-8000")
    desk.looks()
    assert MarginCallMet in desk.kinds(Price(1_200_000))
    assert not desk.account.margin.calls


def test_an_intraday_call_not_met_in_five_business_days_leaves_ninety_of_closing_only() -> None:
    desk = Called(Regime.INTRADAY, "-8000")
    desk.looks()
    call = desk.account.margin.calls[CallKind.INTRADAY]
    assert call.due_date == 20260709, "over Independence Day and a weekend"
    desk.state.trade_date = 20260709
    assert desk.looks() == []
    desk.state.trade_date = 20260710
    (late,) = desk.looks()
    assert isinstance(late, MarginCallLate) and late.closing_only_until == 20261008
    assert desk.account.margin.closing_only_until == 20261008


def test_before_the_rule_of_2026_an_intraday_account_is_called_for_maintenance() -> None:
    desk = Called(Regime.INTRADAY, "-8000")
    desk.state.trade_date = 20260603
    desk.looks()
    assert list(desk.account.margin.calls) == [CallKind.MAINTENANCE]


@pytest.mark.parametrize(("cash", "called"), [("-5000", []), ("-5000.01", [10_000])])
def test_what_stays_over_the_night_is_backed_by_half(cash: str, called: list[int]) -> None:
    desk = Called(Regime.INTRADAY, cash)
    rolled = TradeDateRolled(20260702, (("AAPL", AT_100),))
    events = decide(desk.state, rolled, Market(), desk.now)
    calls = [event for event in events if isinstance(event, MarginCalled)]
    assert [c.amount for c in calls] == called
    assert all(c.due_date == 20260707 for c in calls), "settlement and two business days"


def test_a_session_on_a_later_date_calls_for_the_night_as_well() -> None:
    desk = Called(Regime.INTRADAY, "-5000.01")
    desk.bench.session.market.quotes["AAPL"] = Quote("AAPL", last=AT_100)
    opened = desk.bench.opening(20260702)
    events = decide(desk.state, opened, desk.bench.session.market, desk.now)
    kinds = [type(event) for event in events]
    assert kinds.index(MarginCalled) < kinds.index(ev.DateRolled)


def test_nobody_who_owes_nothing_is_called() -> None:
    desk = Called(Regime.PAID, "0")
    assert called_overnight(desk.state, (("AAPL", Price(1)),), desk.now) == []
    assert desk.looks(Price(1)) == []
