"""Breakers: what trips them, what they stop, and that they never stop an exit."""

import itertools

import pytest

from engine.domain.breaker_facts import (
    BreakerTripped,
    IndexSeen,
    MarketHalted,
    PriceFell,
    PriceRan,
    ShortSaleFlagged,
    ShortSaleRestricted,
    SlowModeChanged,
)
from engine.domain.breaker_memory import Activity
from engine.domain.commands import CancelOrder, Halt, Kill, Origin, Resume, SubmitOrder
from engine.domain.desk_breakers import counts_of, too_large_a_break
from engine.domain.events import (
    CancelRequested,
    DifferenceFound,
    OrderDenied,
    OrderReleased,
    TradingState,
    TradingStateChanged,
)
from engine.domain.loss_facts import LossLevel, LossMeasure, LossSeen
from engine.domain.market_wide import (
    NO_HALT,
    REST_OF_DAY,
    TABLES,
    halt_seconds,
    level_reached,
    table_of,
)
from engine.domain.quotes import Phase
from engine.domain.recon_events import DifferenceKind
from engine.domain.reports import TradeDateRolled, VenueRejected
from engine.domain.standing import standings
from engine.domain.standing_view import StandingRow
from engine.values import (
    NANOS_PER_SECOND,
    Instruction,
    Money,
    Nanos,
    OrderId,
    OrderType,
    Price,
    Quantity,
)
from tests.harness import DeskBench

PRICE = 1_000_000
NINE_THIRTY = 34_200


def order(
    ticket: str,
    instruction: Instruction = Instruction.BUY,
    quantity: int = 100,
    price: int = PRICE - 100,
    *,
    type: OrderType = OrderType.LIMIT,
    symbol: str = "AAPL",
    origin: Origin = Origin.SCRIPT,
) -> SubmitOrder:
    return SubmitOrder(
        ticket,
        "PAPER",
        symbol,
        instruction,
        Quantity(quantity),
        type,
        Price(price),
        override="test",
        origin=origin,
    )


ONE_SCRIPT = {"repeated_execution_max": "100000", "open_orders_symbol_max": "1000"}
"""The same orders again and again are what R14 is for; here it stands aside."""


def quoted_desk(index: str = "", **named) -> DeskBench:  # type: ignore[no-untyped-def]
    named["limits"] = {**ONE_SCRIPT, **named.get("limits", {})}
    desk = DeskBench(index=index, **named)
    desk.quotes("AAPL", PRICE - 100, PRICE, 5_000)
    return desk


def denials(events: list[object]) -> set[str]:
    return {f.rule for e in events if isinstance(e, OrderDenied) for f in e.findings}


def row(desk: DeskBench, code: str) -> StandingRow:
    listed = standings(desk.state, desk.state.accounts["PAPER"], desk.host.now)
    return next(each for each in listed if each.code == code)


# ── the whole market ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("mic", "move", "time", "seconds"),
    [
        ("XNAS", -700, (15, 24, 59), 900),
        ("XNAS", -700, (15, 25, 0), NO_HALT),
        ("XNAS", -1_300, (15, 24, 59), 900),
        ("XNAS", -1_300, (15, 25, 0), NO_HALT),
        ("XNAS", -2_000, (15, 59, 0), REST_OF_DAY),
        ("XNSE", -1_000, (12, 59, 59), 3_600),
        ("XNSE", 1_000, (13, 0, 0), 1_800),
        ("XNSE", -1_000, (14, 29, 59), 1_800),
        ("XNSE", -1_000, (14, 30, 0), NO_HALT),
        ("XNSE", -1_500, (12, 59, 59), 7_200),
        ("XNSE", 1_500, (13, 0, 0), 3_600),
        ("XNSE", -1_500, (13, 59, 59), 3_600),
        ("XNSE", -1_500, (14, 0, 0), REST_OF_DAY),
        ("XNSE", 2_000, (9, 20, 0), REST_OF_DAY),
    ],
)
def test_the_tables_of_the_exchanges_say_how_long_it_stops(
    mic: str, move: int, time: tuple[int, int, int], seconds: int
) -> None:
    table = table_of(mic, 20261130)
    assert table is not None
    level = level_reached(table, 10_000 + move, 10_000)
    assert level and halt_seconds(table, level, 3_600 * time[0] + 60 * time[1] + time[2]) == seconds


def test_levels_begin_at_their_share_and_a_us_market_only_stops_falling() -> None:
    us, nse = table_of("XNAS", 20261130), table_of("XNSE", 20261130)
    assert us is not None and nse is not None
    levels = [level_reached(us, 10_000 - fall, 10_000) for fall in (699, 700, 1_299, 1_300, 2_000)]
    assert levels == [0, 1, 1, 2, 3]
    assert level_reached(us, 13_000, 10_000) == 0
    assert level_reached(nse, 11_000, 10_000) == 1
    assert level_reached(us, 0, 10_000) == level_reached(us, 9_000, 0) == 0


def test_no_table_holds_before_its_date() -> None:
    assert all(table_of("XNAS", table.from_date - 1) is None for table in TABLES[:1])
    assert table_of("XNSE", 20131013) is None and table_of("XNSE", 20131014) is not None


def index_at(last: int, second: int = NINE_THIRTY) -> IndexSeen:
    return IndexSeen("GOOG", Price(last), Price(10_000_000), second)


def test_the_first_level_stops_new_orders_for_fifteen_minutes_and_counts_once_a_day() -> None:
    desk = quoted_desk(index="GOOG")
    desk.submit(order("rests"))
    (halted,) = desk.submit(index_at(9_300_000))
    assert isinstance(halted, MarketHalted) and halted.level == 1
    assert halted.until == desk.host.now + 900 * NANOS_PER_SECOND
    assert "R25" in denials(desk.submit(order("new")))
    assert desk.order(1).is_live
    assert not desk.submit(index_at(9_290_000))
    shown = row(desk, "market_wide")
    assert (shown.word, shown.until) == ("tripped", halted.until)
    desk.pass_time(901)
    assert isinstance(desk.submit(order("after"))[0], OrderReleased)
    assert not desk.submit(index_at(9_200_000))
    assert desk.submit(index_at(8_700_000))


def test_the_third_level_ends_the_day_and_the_next_date_begins_anew() -> None:
    desk = quoted_desk(index="GOOG")
    desk.submit(index_at(8_000_000, 55_800))
    desk.pass_time(3_600)
    assert "R25" in denials(desk.submit(order("later")))
    desk.submit(TradeDateRolled(20260106, ()))
    assert "R25" not in denials(desk.submit(order("tomorrow")))
    assert desk.submit(index_at(9_300_000))


def test_a_fall_late_in_the_day_is_noted_and_stops_nothing() -> None:
    desk = quoted_desk(index="GOOG")
    (noted,) = desk.submit(index_at(9_300_000, 55_500))
    assert isinstance(noted, MarketHalted) and not noted.until and not noted.rest_of_day
    assert isinstance(desk.submit(order("goes"))[0], OrderReleased)


def test_the_venue_that_trades_again_ends_it_before_its_time() -> None:
    desk = quoted_desk(index="GOOG")
    desk.submit(index_at(9_300_000))
    desk.pass_time(60)
    desk.enters("*", Phase.HALTED)
    desk.enters("*", Phase.OPEN)
    assert isinstance(desk.submit(order("goes"))[0], OrderReleased)


def test_without_an_index_the_breaker_is_off_and_says_why() -> None:
    desk = quoted_desk()
    assert (row(desk, "market_wide").word, row(desk, "market_wide").why) == (
        "off",
        "no index: set market.index",
    )
    assert row(quoted_desk(index="NOPE"), "market_wide").why == "NOPE is not listed here"
    assert row(quoted_desk(index="GOOG"), "market_wide").word == "ready"


def test_the_index_is_watched_while_no_order_is_sent() -> None:
    desk = quoted_desk(index="GOOG")
    quote = desk.session.market.quotes["GOOG"]
    quote.previous_close, quote.last = Price(5_000_000), Price(4_650_000)
    desk.pass_time(2)
    halted = [e for e in desk.journal.events() if isinstance(e, MarketHalted)]
    assert [e.level for e in halted] == [1]


# ── a symbol that runs ─────────────────────────────────────────────────────────────────────────


def test_more_than_ten_percent_within_five_minutes_halts_a_symbol_until_resumed() -> None:
    desk = quoted_desk()
    desk.submit(order("rests"))
    assert not desk.submit(PriceRan("AAPL", Price(PRICE), desk.host.now, Price(PRICE * 11 // 10)))
    happened = desk.submit(
        PriceRan("AAPL", Price(PRICE), desk.host.now, Price(PRICE * 11 // 10 + 1))
    )
    assert isinstance(happened[0], BreakerTripped)
    assert any(isinstance(e, CancelRequested) for e in happened)
    assert desk.state.accounts["PAPER"].symbols["AAPL"].state is TradingState.HALTED
    assert "D01" in denials(desk.submit(order("new")))
    assert row(desk, "symbol_move").scope == "AAPL"
    desk.restart()
    assert row(desk, "symbol_move").word == "tripped"
    desk.submit(Resume("PAPER", "news was read", Origin.TICKET))
    assert row(desk, "symbol_move").word == "ready"


def test_a_price_that_runs_trips_while_no_order_is_sent_and_one_that_walks_does_not() -> None:
    desk = quoted_desk()
    bid = PRICE
    for _ in range(40):
        bid = bid * 1_003 // 1_000 // 100 * 100
        desk.others_leave("AAPL")
        desk.quotes("AAPL", bid, bid + 100)
        desk.pass_time(20)
    assert not [e for e in desk.journal.events() if isinstance(e, BreakerTripped)]
    for _ in range(6):
        bid = bid * 102 // 100 // 100 * 100
        desk.others_leave("AAPL")
        desk.quotes("AAPL", bid, bid + 100)
        for _ in range(10):
            desk.pass_time(2)
    tripped = [e for e in desk.journal.events() if isinstance(e, BreakerTripped)]
    assert [(e.code, e.scope) for e in tripped] == [("symbol_move", "AAPL")]


# ── Rule 201 ───────────────────────────────────────────────────────────────────────────────────


def fallen_desk(profile: str = "paper") -> DeskBench:
    desk = quoted_desk(profile=profile)
    desk.submit(PriceFell("AAPL", Price(900_000), Price(PRICE)))
    return desk


def short(ticket: str, price: int, type: OrderType = OrderType.LIMIT) -> SubmitOrder:
    return order(ticket, Instruction.SHORT, 10, price, type=type)


def test_a_short_stands_above_the_bid_once_the_symbol_has_fallen_by_ten_percent() -> None:
    desk = fallen_desk()
    bid = PRICE - 100
    assert "R27" in denials(desk.submit(short("below", bid - 100)))
    assert "R27" in denials(desk.submit(short("at", bid)))
    assert "R27" in denials(desk.submit(short("market", 0, OrderType.MARKET)))
    assert isinstance(desk.submit(short("above", bid + 100))[0], OrderReleased)
    desk.others_leave("AAPL")
    assert "R27" in denials(desk.submit(short("blind", bid + 100)))


def test_the_rule_begins_at_ten_percent_and_is_no_news_twice() -> None:
    desk = quoted_desk()
    assert not desk.submit(PriceFell("AAPL", Price(900_001), Price(PRICE)))
    (told,) = desk.submit(PriceFell("AAPL", Price(900_000), Price(PRICE)))
    assert isinstance(told, ShortSaleRestricted)
    assert not desk.submit(PriceFell("AAPL", Price(800_000), Price(PRICE)))


@pytest.mark.parametrize(
    ("dates", "holds"),
    [
        ((20260106,), True),
        ((20260109,), True),
        ((20260106, 20260107), False),
        ((20260112,), False),
    ],
)
def test_it_holds_for_the_day_and_the_next_one(dates: tuple[int, ...], holds: bool) -> None:
    desk = fallen_desk()
    for date in dates:
        desk.submit(TradeDateRolled(date, ()))
    assert ("R27" in denials(desk.submit(short("s", PRICE - 100)))) is holds


def test_the_venues_word_restricts_and_frees() -> None:
    desk = quoted_desk()
    desk.submit(ShortSaleFlagged("AAPL", True, "short sale price test"))
    assert not desk.submit(ShortSaleFlagged("AAPL", True))
    assert "R27" in denials(desk.submit(short("s", PRICE - 100)))
    assert row(desk, "short_sale").who == "venue"
    desk.submit(ShortSaleFlagged("AAPL", False))
    assert isinstance(desk.submit(short("t", PRICE - 100))[0], OrderReleased)


def test_a_fall_is_noticed_while_no_order_is_sent() -> None:
    desk = quoted_desk()
    quote = desk.session.market.quotes["AAPL"]
    quote.previous_close, quote.last = Price(PRICE), Price(900_000)
    desk.pass_time(2)
    assert desk.state.breakers.restriction("AAPL", desk.state.trade_date) is not None


# ── the desk's own orders ──────────────────────────────────────────────────────────────────────


def rejected(desk: DeskBench, orders: int, rejects: int) -> None:
    """So many orders, of which the first are rejected by the venue."""
    for number in range(orders):
        if number < rejects:
            desk.paper.practise("reject", "", Nanos(0))
        desk.submit(order(f"r{desk.state.order_next}", price=PRICE - 20_000 - 100 * number))


def test_ten_orders_of_which_more_than_half_were_rejected_slow_entries_down() -> None:
    desk = quoted_desk()
    rejected(desk, 9, 9)
    assert desk.state.breakers.slow is None
    desk.paper.practise("reject", "", Nanos(0))
    desk.submit(order("tenth"))
    assert desk.state.breakers.slow is not None
    assert row(desk, "slow_mode").is_active
    assert "D08" in denials(desk.submit(order("soon")))
    desk.pass_time(0.5)
    assert isinstance(desk.submit(order("slow"))[0], OrderReleased)


def test_exactly_half_is_not_too_much_and_slow_mode_ends_with_its_minute() -> None:
    desk = quoted_desk()
    for _ in range(5):
        desk.submit(order(f"g{desk.state.order_next}"))
    rejected(desk, 5, 5)
    assert desk.state.breakers.slow is None
    rejected(desk, 1, 1)
    assert desk.state.breakers.slow is not None
    desk.pass_time(62)
    assert desk.state.breakers.slow is None
    changes = [e.is_slow for e in desk.journal.events() if isinstance(e, SlowModeChanged)]
    assert changes == [True, False]


def test_nearly_everything_rejected_halts_the_desk_and_takes_entries_back() -> None:
    desk = quoted_desk(profile="paper")
    desk.submit(order("rests", price=PRICE - 30_000))
    for _ in range(19):
        desk.paper.practise("reject", "", Nanos(0))
        desk.submit(order(f"r{desk.state.order_next}"))
        desk.pass_time(0.6)
    trading = desk.state.accounts["PAPER"].trading
    assert (trading.state, trading.origin) == (TradingState.HALTED, Origin.DESK)
    assert desk.order(1).is_done


def test_more_than_a_hundred_errors_within_a_second_halt_the_desk() -> None:
    desk = quoted_desk()
    for number in range(100):
        desk.submit(VenueRejected(f"NOBODY-{number}", "what is that"))
    assert desk.state.accounts["PAPER"].trading.state is TradingState.ACTIVE
    desk.submit(VenueRejected("NOBODY-100", "what is that"))
    assert desk.state.accounts["PAPER"].trading.state is TradingState.HALTED
    assert row(desk, "error_rate").word == "tripped"


def test_errors_spread_over_more_than_a_second_are_none_of_that() -> None:
    desk = quoted_desk()
    for number in range(200):
        desk.submit(VenueRejected(f"NOBODY-{number}", "what is that"))
        desk.pass_time(0.011)
    assert desk.state.accounts["PAPER"].trading.state is TradingState.ACTIVE
    assert len(desk.state.breakers.activity.errors) == 101


def test_the_last_minute_is_counted_second_by_second() -> None:
    activity, start = Activity(), 1_700_000_000
    for second in range(120):
        at = Nanos((start + second) * NANOS_PER_SECOND + 5)
        activity.note_order(at)
        if second % 2:
            activity.note_reject(at)
        expected = min(second + 1, 60)
        assert counts_of(activity, at)[0] == activity.orders_total == expected
    now = Nanos((start + 119) * NANOS_PER_SECOND)
    assert counts_of(activity, now) == (60, 30)
    assert counts_of(activity, Nanos(now + 30 * NANOS_PER_SECOND)) == (30, 15)
    assert counts_of(activity, Nanos(now + 60 * NANOS_PER_SECOND)) == (0, 0)
    assert counts_of(activity, Nanos(now - 600 * NANOS_PER_SECOND)) == (0, 0)


def test_more_than_ten_times_the_normal_minute_halts_the_desk() -> None:
    desk = quoted_desk(limits={"order_volume_normal": "2", "open_orders_max": "1000"})
    for number in range(20):
        desk.submit(order(f"n{number}", price=PRICE - 20_000 - 100 * number))
    assert desk.state.accounts["PAPER"].trading.state is TradingState.ACTIVE
    desk.submit(order("one more", price=PRICE - 19_000))
    assert desk.state.accounts["PAPER"].trading.state is TradingState.HALTED
    assert row(desk, "order_volume").word == "tripped"


def unanswered_desk(orders: int, quantity: int = 1) -> DeskBench:
    """So many orders of which the venue says nothing for as long as the desk waits."""
    never = 10**9 * NANOS_PER_SECOND
    desk = quoted_desk(latency=lambda request: Nanos(never))
    for number in range(orders):
        desk.submit(order(f"u{number}", quantity=quantity, price=PRICE - 100 * (number + 1)))
    desk.pass_time(8)
    assert len(desk.state.in_doubt) == orders
    return desk


def test_three_unknown_outcomes_are_borne_and_a_fourth_halts_the_desk() -> None:
    three, four = unanswered_desk(3), unanswered_desk(4)
    assert three.state.accounts["PAPER"].trading.state is TradingState.ACTIVE
    assert four.state.accounts["PAPER"].trading.state is TradingState.HALTED
    assert row(four, "unknown_orders").actual == "4"


def test_one_unknown_outcome_worth_more_than_five_percent_halts_the_desk() -> None:
    small, large = unanswered_desk(1, 500), unanswered_desk(1, 501)
    assert small.state.accounts["PAPER"].trading.state is TradingState.ACTIVE
    assert large.state.accounts["PAPER"].trading.state is TradingState.HALTED


def test_a_line_that_drops_and_answers_when_it_is_back_trips_nothing() -> None:
    desk = quoted_desk(latency=lambda request: Nanos(NANOS_PER_SECOND))
    for number in range(6):
        desk.submit(order(f"d{number}", price=PRICE - 100 * (number + 1)))
    desk.paper.practise("disconnect", "", Nanos(NANOS_PER_SECOND))
    desk.pass_time(20)
    assert not desk.state.in_doubt
    assert desk.state.accounts["PAPER"].trading.state is TradingState.ACTIVE


@pytest.mark.parametrize(("missing", "state"), [(500, "ACTIVE"), (501, "HALTED")])
def test_a_position_that_nobody_can_explain_halts_above_five_percent(
    missing: int, state: str
) -> None:
    desk = quoted_desk()
    mark = Price(PRICE)
    quote = desk.session.market.quotes["AAPL"]
    quote.bid = quote.ask = mark
    difference = DifferenceFound(
        desk.host.now,
        1,
        DifferenceKind.POSITION,
        "PAPER",
        "AAPL",
        OrderId(0),
        "0",
        str(missing),
        "look",
        True,
        Quantity(missing),
    )
    tripped = too_large_a_break(desk.state, [difference], desk.session.market, desk.host.now)
    states = [e.state.name for e in tripped if isinstance(e, TradingStateChanged)]
    assert (states or ["ACTIVE"]) == [state]


def test_a_market_order_and_a_priced_one_leave_at_the_edge_of_the_band() -> None:
    desk = quoted_desk(limits={"price_band_reprice": "on"})
    quote = desk.session.market.quotes["AAPL"]
    quote.band_low, quote.band_high = Price(990_000), Price(1_010_000)
    (sent, *_) = desk.submit(order("priced", quantity=1, price=1_020_000))
    assert isinstance(sent, OrderReleased)
    assert sent.order.price == 1_010_000 and sent.quote.band_high == 1_010_000
    assert "R24" in {f.rule for f in sent.findings}
    (market, *_) = desk.submit(order("market", quantity=1, price=0, type=OrderType.MARKET))
    assert isinstance(market, OrderReleased) and market.protection == 1_010_000


# ── no breaker blocks an exit ──────────────────────────────────────────────────────────────────

STOPS = {
    "active": lambda desk: [],
    "halted": lambda desk: [Halt("PAPER", "x", Origin.TICKET)],
    "killed": lambda desk: [Kill("PAPER", reason="x", origin=Origin.TICKET)],
    "market": lambda desk: [index_at(8_000_000)],
    "ran": lambda desk: [PriceRan("AAPL", Price(PRICE), desk.host.now, Price(2 * PRICE))],
    "rule_201": lambda desk: [PriceFell("AAPL", Price(1), Price(PRICE))],
    "errors": lambda desk: [VenueRejected(f"N{i}", "?") for i in range(101)],
    "loss": lambda desk: [lost(LossMeasure.DAY)],
    "swing": lambda desk: [lost(LossMeasure.SWING)],
}


def lost(measure: LossMeasure) -> LossSeen:
    """Half of the account, whatever was measured."""
    half, all_of_it = Money(1), Money(2)
    return LossSeen("PAPER", "*", measure, LossLevel.LIMIT, half, all_of_it, Nanos(0), ())


def slow(desk: DeskBench) -> None:
    rejected(desk, 9, 9)
    assert desk.state.breakers.slow is not None


@pytest.mark.parametrize(
    "pair", list(itertools.combinations(STOPS, 2)), ids=lambda pair: "+".join(pair)
)
@pytest.mark.parametrize("side", [1, -1])
def test_no_breaker_and_no_state_keeps_a_trader_from_closing(
    pair: tuple[str, str], side: int
) -> None:
    desk = quoted_desk(index="GOOG")
    way_in, way_out = Instruction.BUY, Instruction.SELL
    entry, leave = PRICE, PRICE - 100
    if side < 0:
        way_in, way_out, entry, leave = Instruction.SHORT, Instruction.COVER, leave, entry
    desk.submit(order("in", way_in, 100, entry))
    assert desk.position("AAPL") == 100 * side
    slow(desk)
    for name in pair:
        desk.submit(*STOPS[name](desk))
    working = list(desk.state.live)
    cancelled = desk.submit(*[CancelOrder(OrderId(i), Origin.TICKET) for i in working])
    assert all(not isinstance(e, OrderDenied) for e in cancelled)
    happened = desk.submit(order("out", way_out, 100, leave))
    assert isinstance(happened[0], OrderReleased), denials(happened)
    assert desk.position("AAPL") == 0
