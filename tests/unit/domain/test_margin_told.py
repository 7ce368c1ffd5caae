"""What is told of a margin regime: settled cash, what is on its way, maintenance, bans."""

from typing import Any

from engine.domain.margin_kept import CallKind, MarginCall
from engine.domain.margin_told import margin_row, margin_standings
from engine.domain.risk.regimes import Regime
from engine.values import Money
from tests.unit.risk.conftest import Desk


def row_of(desk: Desk) -> Any:
    return margin_row(desk.account, desk.state, desk.market)


def test_a_cash_account_tells_what_is_settled_and_what_comes_when() -> None:
    desk = Desk()
    desk.cash("10000")
    desk.regime(Regime.CASH)
    desk.unsettled("2500", until=20260702)
    desk.unsettled("500", until=20260706)
    row = row_of(desk)
    assert (row.regime, row.settled) == ("cash", 7_000_000_000)
    assert [(each.date, each.amount) for each in row.unsettled] == [
        (20260702, 2_500_000_000),
        (20260706, 500_000_000),
    ]
    assert row.maintenance is None, "nothing is lent"


def test_a_margin_account_tells_how_far_it_is_from_maintenance() -> None:
    desk = Desk()
    desk.cash("-5000")
    desk.hold(100)
    desk.regime(Regime.DAY_TRADE)
    desk.traded_today(2)
    row = row_of(desk)
    assert (row.maintenance, row.excess_share, row.day_trades) == (2_500_000_000, 5_000, 2)
    desk.no_quote()
    desk.hold(-100)
    assert row_of(desk).maintenance is None, "a short without a price: not known, never zero"


def test_calls_and_bans_stand_until_their_date_is_over() -> None:
    desk = Desk()
    memory = desk.account.margin
    assert margin_standings(desk.account, 20260701) == ()
    memory.calls[CallKind.INTRADAY] = MarginCall(Money(1_000_000), 20260701, 20260709)
    memory.closing_only_until, memory.settled_only_until = 20260702, 20260701
    texts = [row.text for row in margin_standings(desk.account, 20260701)]
    assert texts == [
        "intraday margin call: 1.00 by 2026-07-09",
        "closing orders only up to 2026-07-02",
        "settled cash only up to 2026-07-01",
    ]
    assert len(margin_standings(desk.account, 20260703)) == 1
