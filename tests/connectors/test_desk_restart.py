"""A desk that was cut off: its clock, its venue's and its journal's agree at the next start."""

from typing import NamedTuple

import pytest

from commands.desk import DeskParts, open_desk
from commands.flags import parse
from connectors.feeds.open import open_market
from connectors.paper.venue import PaperVenue
from engine.domain.commands import SubmitOrder
from engine.domain.events import OrderFilled
from engine.domain.message_counts import message_rate
from engine.domain.quotes import Phase
from engine.values import (
    NANOS_PER_SECOND,
    Instruction,
    Nanos,
    OrderType,
    Price,
    Quantity,
    TimeInForce,
)

BARS = "bars/us_minute/aapl_20140605_trade.zip"


@pytest.fixture
def opened(market_data, tmp_path):
    """Opens the same home on the same market as often as it is called."""

    def again() -> DeskParts:
        flags = ["--headless", "--latency", "retail", "--market", str(market_data / BARS)]
        return open_desk(parse([*flags, "--home", str(tmp_path / "home")]))

    return again


def test_the_venue_stands_at_the_desks_time_after_a_restart_between_two_rows(opened):
    desk = opened()
    desk.host.run_until(Nanos(desk.session.now + 110 * NANOS_PER_SECOND))
    left_at = desk.session.now
    desk.host.leave()
    desk.close()

    desk = opened()
    assert desk.session.now == desk.venue.now == left_at
    assert desk.was_resumed
    desk.close()


@pytest.mark.parametrize(("told", "counts"), [(0, 100), (50, 45)])
def test_what_the_venue_takes_a_second_comes_with_the_settings(market_data, tmp_path, told, counts):
    """R13: as a live venue takes it; at 0 it names no rate, and the own limit alone counts."""
    settings = tmp_path / "config.toml"
    settings.write_text(f"[paper]\nmessage_rate = {told}\n")
    flags = ["--headless", "--market", str(market_data / BARS), "--config", str(settings)]
    desk = open_desk(parse([*flags, "--home", str(tmp_path / "home")]))
    assert desk.session.state.venue_rate == told
    assert message_rate(desk.session.state) == counts
    desk.close()


# --- cut off between two checkpoints: a desk that is closed without leaving its market


SECOND = NANOS_PER_SECOND
GOOG = "lobster/LOBSTER_SampleFile_GOOG_2012-06-21_10.zip"


@pytest.fixture
def desk_on(market_data, tmp_path):
    """Opens one home on any market, without a line to it."""

    def opened_on(market: str) -> DeskParts:
        path = market if market == "sim" else str(market_data / market)
        flags = ["--headless", "--market", path, "--home", str(tmp_path / "home")]
        return open_desk(parse(flags))

    return opened_on


def asks(desk: DeskParts, quantity: int, price: int, **more: object) -> list[object]:
    symbol, ticket = desk.venue.instruments[0].symbol, f"T{desk.session.state.order_next}"
    kind = more.pop("type", OrderType.LIMIT)
    order = SubmitOrder(
        ticket, desk.settings.paper.account, symbol, Instruction.BUY,
        Quantity(quantity), kind, Price(price), **more,
    )  # fmt: skip
    return desk.host.submit(order)


def runs(desk: DeskParts, seconds: float) -> None:
    desk.host.run_until(Nanos(desk.session.now + int(seconds * SECOND)))


def is_denied_at_last(desk: DeskParts, seconds: float) -> Nanos:
    """Something is journaled later than the last checkpoint, and then the process dies."""
    runs(desk, seconds)
    asks(desk, 9_999_999, 0, type=OrderType.MARKET)
    left_at, state = desk.session.now, desk.session.state
    assert state.checkpoints[state.market].at < left_at
    desk.close()
    return left_at


@pytest.mark.parametrize("market", ["sim", GOOG, BARS, "ticks/ibm_20131007_quote.zip"])
def test_a_desk_that_was_cut_off_goes_on_at_the_journals_last_time(desk_on, market):
    desk = desk_on(market)
    left_at = is_denied_at_last(desk, 7)
    desk = desk_on(market)
    assert desk.session.now == desk.venue.now == left_at
    assert min(record.at for record in desk.opening) == left_at
    desk.close()


def test_another_market_in_between_does_not_lose_the_time(desk_on):
    left_at = is_denied_at_last(desk_on(BARS), 7)
    other = desk_on(GOOG)
    is_denied_at_last(other, 5)
    desk = desk_on(BARS)
    assert desk.session.now == left_at
    desk.close()


class Dip(NamedTuple):
    """When the recorded ask first stands at a price or below it, and when above it again."""

    falls_at: Nanos
    rises_at: Nanos


@pytest.fixture
def dip_of(market_data):
    def found(price: int, after: Nanos) -> Dip:
        recording, times = PaperVenue(open_market(str(market_data / GOOG))), []
        quote = recording.market.quotes["GOOG"]
        while len(times) < 2:
            at = recording.next_at()
            assert at is not None
            recording.advance(at)
            recording.collect()
            is_below = quote.ask <= price
            if at > after and is_below is not bool(times):
                times.append(at)
        return Dip(*times)

    return found


def killed_with_a_resting_order(desk: DeskParts, dip_of, edge: str) -> tuple[int, Nanos]:
    """The journal says that nothing had been heard of a fill until then."""
    runs(desk, 60)
    limit = desk.venue.market.quotes["GOOG"].bid - 1_000
    asks(desk, 100, limit, time_in_force=TimeInForce.GTC)
    (order_id,) = desk.session.state.live
    desk.session.now = left_at = getattr(dip_of(limit, desk.session.now), edge)
    asks(desk, 9_999_999, 0, type=OrderType.MARKET)
    desk.close()
    return order_id, left_at


def test_the_market_that_plays_on_fills_nothing_of_which_the_journal_knows_nothing(desk_on, dip_of):
    order_id, _ = killed_with_a_resting_order(desk_on(GOOG), dip_of, "rises_at")
    desk = desk_on(GOOG)
    assert not [record for record in desk.opening if type(record.body) is OrderFilled]
    assert desk.session.state.orders[order_id].leaves == 100
    assert desk.venue.exchange.book("GOOG").named
    desk.close()


def test_what_the_market_has_crossed_by_the_journals_end_trades_there_and_once(desk_on, dip_of):
    order_id, left_at = killed_with_a_resting_order(desk_on(GOOG), dip_of, "falls_at")
    desk = desk_on(GOOG)
    fills = [record for record in desk.opening if type(record.body) is OrderFilled]
    assert fills and all(record.at == left_at for record in fills)
    filled = sum(record.body.quantity for record in fills)
    assert desk.session.state.orders[order_id].cumulative == filled
    desk.close()
    # What it took stands in the recording's book again: the open rest may meet it, the filled not.
    desk = desk_on(GOOG)
    again = [record for record in desk.opening if type(record.body) is OrderFilled]
    assert sum(record.body.quantity for record in again) <= 100 - filled
    executions = [record.body.execution_id for record in fills + again]
    assert len(executions) == len(set(executions))
    desk.close()


def test_an_order_that_saw_a_bar_open_before_the_kill_is_not_fresh_after_it(desk_on):
    desk = desk_on(BARS)
    runs(desk, 70)
    asks(desk, 100, 6_460_000, time_in_force=TimeInForce.GTC)
    stood = desk.session.state.checkpoints[desk.session.state.market]
    assert len(stood.waiting) == 1
    desk.venue.advance(Nanos(desk.session.now + 52 * SECOND))
    desk.session.now = desk.venue.now
    asks(desk, 9_999_999, 0, type=OrderType.MARKET)
    desk.close()
    desk = desk_on(BARS)
    assert desk.venue.checkpoint().waiting == ()
    desk.close()


def test_a_halt_outlives_a_kill(desk_on):
    desk = desk_on("sim")
    runs(desk, 30)
    symbol = desk.venue.instruments[0].symbol
    assert desk.venue.practise("halt", symbol, Nanos(600 * SECOND)) == ""
    desk.host.settle()
    runs(desk, 2)
    desk.close()
    desk = desk_on("sim")
    assert desk.session.state.phases[symbol] is Phase.HALTED
    assert "practice" in desk.session.state.halts[symbol]
    runs(desk, 301)
    assert desk.session.state.phases[symbol] is Phase.QUOTATION
    runs(desk, 300)
    assert desk.session.state.phases[symbol] is Phase.OPEN
    desk.close()


def test_a_halt_that_ended_before_the_kill_is_over_after_it(desk_on):
    desk = desk_on("sim")
    runs(desk, 30)
    symbol = desk.venue.instruments[0].symbol
    desk.venue.practise("halt", symbol, Nanos(4 * SECOND))
    desk.host.settle()
    runs(desk, 5)
    desk.close()
    desk = desk_on("sim")
    assert desk.session.state.phases[symbol] is Phase.OPEN
    desk.close()
