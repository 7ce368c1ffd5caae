"""Settled cash, day trades and good faith, as fills, dates, visits and busts move them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.day_trades import recent_day_trades
from engine.domain.margin_facts import GoodFaithViolated
from engine.domain.reasons import Finding
from engine.domain.reports import TradeDateRolled, VenueTradeBusted
from engine.domain.risk.regimes import Regime
from engine.domain.settling import settled_cash
from engine.domain.state import Account
from engine.instruments import parse_money
from engine.values import Money, Price
from tests.harness import DeskBench
from tests.unit.runtime.desk import play

AT_190 = Price(1_900_000)
MONDAY, TUESDAY, WEDNESDAY = 20260105, 20260106, 20260107


class Trader:
    """A desk whose market takes everything at 190.00, on Monday 2026-01-05."""

    def __init__(self, regime: Regime = Regime.CASH, cash: str = "19000") -> None:
        self.bench = DeskBench(
            cash=parse_money(cash), profile="load", limits={"margin_regime": regime.word}
        )
        self.roll(MONDAY)
        self.bench.quotes("AAPL", 1_900_000, 1_900_000 + 100, 100_000)

    @property
    def account(self) -> Account:
        return self.bench.state.accounts["PAPER"]

    def roll(self, date: int) -> None:
        self.bench.submit(TradeDateRolled(date, (("AAPL", AT_190),)))

    def trades(self, *lines: str) -> None:
        play(self.bench, *lines)

    def settled(self) -> Money:
        return settled_cash(self.account, "USD")

    def violations(self) -> list[GoodFaithViolated]:
        events = self.bench.journal.events()
        return [event for event in events if isinstance(event, GoodFaithViolated)]

    def day_trades(self) -> int:
        return recent_day_trades(self.account.margin, self.bench.state.trade_date)

    def denied(self) -> tuple[Finding, ...]:
        events = self.bench.journal.events()
        return next((e.findings for e in reversed(events) if hasattr(e, "findings")), ())


def test_the_proceeds_of_a_sale_settle_when_their_date_begins() -> None:
    trader = Trader()
    trader.trades("buy 50 AAPL 190.01", "sell 50 AAPL 190.00")
    assert trader.account.cash == 18_999_500_000
    assert trader.settled() == 19_000_000_000, "both sides of it settle tomorrow"
    trader.roll(TUESDAY)
    assert trader.settled() == trader.account.cash
    assert trader.account.margin.settling == {}


def test_over_a_weekend_and_a_holiday_nothing_settles() -> None:
    trader = Trader()
    trader.trades("buy 50 AAPL 190.01")
    trader.roll(20260116)
    trader.trades("sell 50 AAPL 190.00")
    before = trader.settled()
    trader.roll(20260119)
    assert trader.settled() == before, "Martin Luther King's day, on which this market trades"
    trader.roll(20260120)
    assert trader.settled() == trader.account.cash


def test_a_visit_to_another_calendar_settles_what_is_due_there_and_nothing_here() -> None:
    trader = Trader()
    trader.trades("buy 50 AAPL 190.01")
    trader.roll(20120621)
    trader.trades("sell 10 AAPL 190.00")
    assert list(trader.account.margin.settling["USD"]) == [TUESDAY, 20120626]
    trader.roll(MONDAY)
    assert list(trader.account.margin.settling["USD"]) == [TUESDAY]
    assert trader.day_trades() == 0, "opened here, closed there"


def test_a_bust_on_the_same_date_takes_back_what_the_trade_had_moved() -> None:
    trader = Trader()
    trader.trades("buy 50 AAPL 190.01", "sell 50 AAPL 190.00")
    sale = max(trader.bench.state.executions)
    order = trader.bench.order(trader.bench.state.executions[sale])
    assert order.side < 0 and trader.day_trades() == 1
    trader.bench.submit(VenueTradeBusted(order.client_order_id, sale))
    (moved,) = trader.account.margin.settling["USD"].values()
    assert (moved.received, moved.owed) == (0, 9_500_500_000)
    assert trader.settled() == 19_000_000_000
    assert trader.day_trades() == 0, "what was taken back was no day trade"


def test_many_fills_of_one_close_are_one_day_trade_and_each_round_trip_is_one() -> None:
    trader = Trader(Regime.DAY_TRADE)
    trader.trades("buy 30 AAPL 190.01", "buy 20 AAPL 190.01", "sell 10 AAPL 190.00")
    trader.trades("sell 40 AAPL 190.00")
    assert trader.day_trades() == 1
    trader.trades("buy 10 AAPL 190.01", "sell 10 AAPL 190.00")
    assert trader.day_trades() == 2
    trader.roll(TUESDAY)
    trader.trades("buy 10 AAPL 190.01")
    trader.roll(WEDNESDAY)
    trader.trades("sell 10 AAPL 190.00")
    assert trader.day_trades() == 2, "held over the night"
    trader.roll(20260112)
    assert trader.day_trades() == 0, "five business days ago is too long ago"


def test_selling_what_unsettled_cash_bought_breaks_good_faith_and_the_third_time_bars() -> None:
    trader = Trader()
    trader.trades("buy 90 AAPL 190.01", "sell 90 AAPL 190.00")
    for turn in (1, 2, 3):
        assert len(trader.violations()) == turn - 1
        trader.trades('buy 90 AAPL 190.01 override "on purpose"', "sell 90 AAPL 190.00")
    told = trader.violations()
    assert [(v.quantity, v.until, v.violations) for v in told] == [
        (90, TUESDAY, turn) for turn in (1, 2, 3)
    ]
    trader.trades('buy 90 AAPL 190.01 override "once more"')
    (denied,) = trader.denied()
    assert (
        "after 3 good-faith violations only settled cash buys up to 2026-04-05" in denied.sentence
    )


def test_what_is_held_until_its_cash_has_settled_is_in_good_faith() -> None:
    trader = Trader()
    trader.trades("buy 90 AAPL 190.01", "sell 90 AAPL 190.00")
    trader.trades('buy 90 AAPL 190.01 override "kept"')
    assert trader.account.margin.funded
    trader.roll(TUESDAY)
    trader.trades("sell 90 AAPL 190.00")
    assert trader.violations() == [] and not trader.account.margin.funded


def test_memory_survives_the_journal_alone() -> None:
    trader = Trader()
    trader.trades("buy 90 AAPL 190.01", "sell 90 AAPL 190.00")
    trader.trades('buy 90 AAPL 190.01 override "x"', "sell 40 AAPL 190.00")
    before = trader.account.margin
    trader.bench.restart(MONDAY)
    assert trader.account.margin == before


@pytest.mark.parametrize("regime", [Regime.CASH, Regime.REG_T], ids=lambda each: each.word)
@settings(max_examples=25)
@given(data=st.data())
def test_unsettled_by_date_and_settled_are_cash_whatever_happens(
    regime: Regime, data: st.DataObject
) -> None:
    """I-27, and nothing waits for a date that has come."""
    trader = Trader(regime, "100000")
    dates = [MONDAY, TUESDAY, WEDNESDAY, 20260116, 20260119, 20120621]
    for _ in range(data.draw(st.integers(3, 10))):
        act = data.draw(st.sampled_from(["buy", "sell", "roll", "bust"]))
        if act == "roll":
            trader.roll(data.draw(st.sampled_from(dates)))
        elif act == "bust":
            executions = trader.bench.state.executions
            if executions:
                name = data.draw(st.sampled_from(list(executions)))
                number, state = executions[name], trader.bench.state
                order = state.orders.get(number) or state.past_orders[number]
                trader.bench.submit(VenueTradeBusted(order.client_order_id, name))
        else:
            size = data.draw(st.integers(1, 200))
            held = trader.bench.position("AAPL")
            size = min(size, held) if act == "sell" else size
            if size > 0:
                price = "190.01" if act == "buy" else "190.00"
                trader.trades(f'{act} {size} AAPL {price} override "whatever"')
        waiting = trader.account.margin.settling.get("USD", {})
        unsettled = sum(moved.received - moved.owed for moved in waiting.values())
        assert trader.settled() + unsettled == trader.account.cash
        assert all(date > trader.bench.state.trade_date for date in waiting)
        assert all(moved.received >= 0 <= moved.owed for moved in waiting.values())
    assert trader.bench.replayed_hash()
