"""R21 to R23: which losses lower the trading state, on which marks, and what is remembered."""

import pytest

from engine.domain.commands import Origin, Resume, SubmitOrder
from engine.domain.events import OrderDenied, OrderReleased, TradingState, TradingStateChanged
from engine.domain.loss_facts import (
    EquityPeaked,
    EquitySeen,
    LossLevel,
    LossLimitReached,
    LossMeasure,
    LossSeen,
)
from engine.domain.losses import exceeds
from engine.domain.reports import TradeDateRolled
from engine.values import Instruction, Money, Nanos, OrderType, Price, Quantity, Side
from tests.harness import DeskBench

MILLION = Money(1_000_000_000_000)
PRICE = 1_000_000
"""100.00 a share."""
HELD = 5_000
"""Half of the account: a share that falls by 6.00 loses 3 % of equity."""


def seen(
    loss: int,
    *,
    measure: LossMeasure = LossMeasure.DAY,
    level: LossLevel = LossLevel.LIMIT,
    symbol: str = "*",
    base: int = MILLION,
) -> LossSeen:
    marks = (("AAPL", Price(1)),)
    return LossSeen("PAPER", symbol, measure, level, Money(loss), Money(base), Nanos(0), marks)


def order(ticket: str, instruction: Instruction, quantity: int, price: int) -> SubmitOrder:
    return SubmitOrder(
        ticket,
        "PAPER",
        "AAPL",
        instruction,
        Quantity(quantity),
        OrderType.LIMIT,
        Price(price),
        override="test",
    )


def holding_desk(quantity: int = HELD) -> DeskBench:
    """Bought at 100.00 in a market that stays there, with enough looks to know its spread."""
    desk = DeskBench(profile="paper")
    desk.quotes("AAPL", PRICE - 100, PRICE, 50_000)
    for part in range(quantity // 1_000):
        desk.submit(order(f"t{part}", Instruction.BUY, 1_000, PRICE))
    assert desk.position("AAPL") == quantity
    for _ in range(8):
        desk.pass_time(0.6)
    return desk


def market_moves(desk: DeskBench, bid: int, spread: int = 100) -> None:
    desk.others_leave("AAPL")
    desk.quotes("AAPL", bid, bid + spread, 50_000)


def seconds_pass(desk: DeskBench, seconds: int) -> None:
    for _ in range(2 * seconds):
        desk.pass_time(0.5)


def state_of(desk: DeskBench, symbol: str = "*") -> TradingState:
    account = desk.state.accounts["PAPER"]
    if symbol == "*":
        return account.trading.state
    return account.symbols[symbol].state if symbol in account.symbols else TradingState.ACTIVE


@pytest.mark.parametrize(
    ("measure", "percent", "state"),
    [
        (LossMeasure.DAY, 3, TradingState.REDUCING),
        (LossMeasure.DRAWDOWN_DAY, 5, TradingState.REDUCING),
        (LossMeasure.DRAWDOWN, 10, TradingState.REDUCING),
        (LossMeasure.VELOCITY, 2, TradingState.REDUCING),
        (LossMeasure.SWING, 5, TradingState.HALTED),
    ],
)
def test_only_more_than_the_limit_lowers_the_state(
    measure: LossMeasure, percent: int, state: TradingState
) -> None:
    limit = MILLION * percent // 100
    for loss in (-limit, 0, limit - 1, limit):
        desk = DeskBench()
        assert not desk.submit(seen(loss, measure=measure))
        assert state_of(desk) is TradingState.ACTIVE
    desk = DeskBench()
    reached, *_ = desk.submit(seen(limit + 1, measure=measure))
    assert isinstance(reached, LossLimitReached)
    assert (reached.loss, reached.base, reached.limit) == (limit + 1, MILLION, 100 * percent)
    assert reached.marks == (("AAPL", Price(1)),)
    assert state_of(desk) is state


def test_a_warning_tells_once_a_day_and_lowers_nothing() -> None:
    desk = DeskBench()
    at_two = MILLION * 2 // 100
    assert not desk.submit(seen(at_two, level=LossLevel.WARN))
    (told,) = desk.submit(seen(at_two + 1, level=LossLevel.WARN))
    assert isinstance(told, LossLimitReached) and told.level is LossLevel.WARN
    assert not desk.submit(seen(2 * at_two, level=LossLevel.WARN))
    assert state_of(desk) is TradingState.ACTIVE


def test_equity_that_is_gone_makes_any_loss_too_much() -> None:
    assert exceeds(1, 0, 300) and exceeds(1, -5, 300)
    assert not exceeds(0, 0, 300) and not exceeds(-1, 0, 300)


def test_who_resumes_has_accepted_the_loss_so_far_and_is_stopped_a_quarter_further_down() -> None:
    desk = DeskBench()
    desk.submit(seen(MILLION * 31 // 1_000))
    desk.submit(Resume("PAPER", "hedged elsewhere", Origin.TICKET))
    assert state_of(desk) is TradingState.ACTIVE
    assert not desk.submit(seen(MILLION * 38 // 1_000))
    desk.submit(seen(MILLION * 39 // 1_000))
    assert state_of(desk) is TradingState.REDUCING


def test_a_state_that_is_lower_already_is_not_raised_by_a_loss() -> None:
    desk = DeskBench()
    desk.submit(seen(MILLION * 6 // 100, measure=LossMeasure.SWING))
    happened = desk.submit(seen(MILLION * 4 // 100))
    assert [type(event) for event in happened] == [LossLimitReached]
    assert state_of(desk) is TradingState.HALTED


def test_a_new_date_begins_without_losses_but_a_drawdown_of_many_days_goes_on() -> None:
    desk = DeskBench()
    desk.submit(seen(MILLION * 31 // 1_000))
    desk.submit(seen(MILLION * 11 // 100, measure=LossMeasure.DRAWDOWN))
    desk.submit(TradeDateRolled(20260106, ()))
    assert list(desk.state.losses["PAPER"].told) == ["3/2/*"]


def test_peaks_are_kept_for_twenty_dates_and_a_lower_one_is_no_news() -> None:
    desk = DeskBench()
    assert desk.submit(EquitySeen("PAPER", MILLION, Money(500), ()))
    assert not desk.submit(EquitySeen("PAPER", MILLION, Money(500), ()))
    for day in range(6, 31):
        desk.submit(TradeDateRolled(20260100 + day, ()))
        desk.submit(EquitySeen("PAPER", MILLION, Money(day), ()))
    memory = desk.state.losses["PAPER"]
    assert len(memory.peaks) == 20 and memory.peak == 30
    assert min(memory.peaks) == 20260111


def test_the_losses_of_nobodys_account_are_nobodys() -> None:
    desk = DeskBench()
    nobody = seen(MILLION)
    stranger = LossSeen("OTHER", *[getattr(nobody, f) for f in nobody.__struct_fields__[1:]])
    assert not desk.submit(stranger, EquitySeen("OTHER", MILLION, Money(1), ()))


# ── with quotes coming in and no order sent ────────────────────────────────────────────────────


def test_a_falling_market_reduces_the_desk_once_the_loss_has_held_for_two_seconds() -> None:
    desk = holding_desk()
    market_moves(desk, PRICE - 62_000)
    seconds_pass(desk, 1)
    assert state_of(desk) is TradingState.ACTIVE
    seconds_pass(desk, 2)
    assert state_of(desk) is TradingState.REDUCING
    reached = [e for e in desk.journal.events() if isinstance(e, LossLimitReached)]
    assert {(e.measure, e.level, e.symbol) for e in reached} >= {
        (LossMeasure.DAY, LossLevel.WARN, "*"),
        (LossMeasure.DAY, LossLevel.LIMIT, "*"),
        (LossMeasure.DAY, LossLevel.LIMIT, "AAPL"),
        (LossMeasure.VELOCITY, LossLevel.LIMIT, "*"),
    }
    assert all(e.marks == (("AAPL", Price(PRICE - 61_950)),) for e in reached)


def test_a_flicker_of_a_second_is_no_loss() -> None:
    desk = holding_desk()
    for _ in range(5):
        market_moves(desk, PRICE - 90_000)
        seconds_pass(desk, 1)
        market_moves(desk, PRICE - 100)
        seconds_pass(desk, 1)
    assert not [e for e in desk.journal.events() if isinstance(e, LossLimitReached)]


def test_a_bid_that_falls_away_is_no_mark_until_it_is_usual() -> None:
    desk = holding_desk()
    market_moves(desk, PRICE - 90_000, spread=90_000)
    seconds_pass(desk, 5)
    assert state_of(desk) is TradingState.ACTIVE
    seconds_pass(desk, 20)
    assert state_of(desk) is TradingState.REDUCING


def test_an_exit_leaves_a_reducing_desk_and_an_entry_does_not() -> None:
    desk = holding_desk()
    market_moves(desk, PRICE - 62_000)
    seconds_pass(desk, 4)
    (denied,) = desk.submit(order("more", Instruction.BUY, 1, PRICE - 61_900))
    assert isinstance(denied, OrderDenied)
    assert "R21 daily_loss" in "".join(f.sentence for f in denied.findings)
    sent = desk.submit(order("out", Instruction.SELL, 1_000, PRICE - 62_000))
    assert isinstance(sent[0], OrderReleased)


def test_profits_given_back_are_a_drawdown_of_the_day() -> None:
    desk = holding_desk()
    for step in range(1, 14):
        market_moves(desk, PRICE + 10_000 * step)
        seconds_pass(desk, 40)
    for step in range(13, 0, -1):
        market_moves(desk, PRICE + 10_000 * step)
        seconds_pass(desk, 40)
    reached = [e for e in desk.journal.events() if isinstance(e, LossLimitReached)]
    assert {(e.measure, e.level) for e in reached} == {(LossMeasure.DRAWDOWN_DAY, LossLevel.LIMIT)}
    assert state_of(desk) is TradingState.REDUCING


def test_a_restart_remembers_the_peak_and_what_was_told() -> None:
    desk = holding_desk()
    for step in range(1, 11):
        market_moves(desk, PRICE + 10_000 * step)
        seconds_pass(desk, 20)
    before = desk.state.losses["PAPER"]
    assert any(isinstance(e, EquityPeaked) for e in desk.journal.events())
    desk.restart()
    assert desk.state.losses["PAPER"] == before
    assert desk.state.losses["PAPER"].peak == pytest.approx(50_000_000_000, rel=0.03)
    assert desk.replayed_hash() == desk.replayed_hash()


def test_a_desk_that_holds_nothing_is_never_judged() -> None:
    desk = DeskBench()
    desk.quotes("AAPL", PRICE - 100, PRICE)
    seconds_pass(desk, 10)
    market_moves(desk, PRICE // 2)
    seconds_pass(desk, 10)
    assert not [e for e in desk.journal.events() if isinstance(e, LossLimitReached | EquityPeaked)]


def test_the_load_profile_is_never_bound() -> None:
    desk = DeskBench(profile="load")
    for measure in LossMeasure:
        assert not desk.submit(seen(10 * MILLION, measure=measure))
    assert not [e for e in desk.journal.events() if isinstance(e, TradingStateChanged)]


def test_a_short_without_any_price_is_said_to_be_unjudged() -> None:
    desk = DeskBench()
    desk.quotes("AAPL", PRICE, PRICE + 100, 5_000)
    desk.submit(order("s", Instruction.SHORT, 100, PRICE))
    assert desk.position("AAPL") == -100
    desk.others_leave("AAPL")
    quote = desk.session.market.quotes["AAPL"]
    quote.last = quote.previous_close = Price(0)
    seconds_pass(desk, 1)
    assert "AAPL" in desk.host.watch.losses.unjudged("PAPER")


def test_sides_fall_alike() -> None:
    desk = DeskBench()
    desk.quotes("AAPL", PRICE, PRICE + 100, 50_000)
    for part in range(5):
        desk.submit(order(f"s{part}", Instruction.SHORT, 1_000, PRICE))
    assert desk.position("AAPL") == -5_000
    for _ in range(8):
        desk.pass_time(0.6)
    market_moves(desk, PRICE + 62_000)
    seconds_pass(desk, 4)
    assert state_of(desk) is TradingState.REDUCING
    assert desk.other(Side.BUY, 1, "AAPL", PRICE) is not None
