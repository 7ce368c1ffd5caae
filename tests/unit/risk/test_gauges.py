"""What the engine tells of every control: used, limit, room, source, off, and who changed it."""

import re
from typing import Any

import msgspec
import pytest

from engine.domain.apply import apply
from engine.domain.commands import Origin
from engine.domain.cost_facts import BorrowTerms
from engine.domain.events import LimitLooseningAsked, LimitTightened
from engine.domain.limits_view import NOT_MEASURED, LimitRow
from engine.domain.loss_memory import LossMemory
from engine.domain.quotes import Source
from engine.domain.reasons import Verdict
from engine.domain.risk.controls import CONTROLS, LIMIT_SPECS
from engine.domain.risk.frame import RULES
from engine.domain.risk.gauges import limits_view, tighter_text
from engine.domain.risk.limits import SPECS_BY_KEY, Limits, digest, tighten
from engine.domain.risk.measures import MEASURES
from engine.instruments import parse_money
from engine.values import Instruction, Nanos

SECOND = 1_000_000_000


def view(desk: Any, symbol: str = "GOOG") -> Any:
    sources = {"risk.position_max": "profile paper"}
    return limits_view(desk.state, desk.market, "PAPER", symbol, desk.now, sources)


def row(desk: Any, name: str) -> LimitRow:
    return next(one for one in view(desk).rows if name in (one.name, one.id))


def figures(desk: Any, name: str) -> tuple[str, str, int]:
    found = row(desk, name)
    return found.used, found.room, found.share


def test_every_setting_of_every_control_has_one_row_in_order(desk: Any) -> None:
    rows = view(desk).rows
    assert [one.id for one in rows] == [spec.id for spec in LIMIT_SPECS]
    assert {one.key for one in rows if one.name} == set(SPECS_BY_KEY)
    assert sum(one.is_control for one in rows) == len(CONTROLS) == 45


def test_it_is_pure(desk: Any) -> None:
    desk.hold(100)
    before = msgspec.msgpack.encode(desk.state)
    assert view(desk) == view(desk)
    assert msgspec.msgpack.encode(desk.state) == before


def test_every_amount_of_the_account_is_marked_as_one(desk: Any) -> None:
    """Where others look on, the screen shows none of them."""
    desk.hold(-1_000)
    desk.works(500)
    prices = ("risk.price_min", "risk.price_band")
    for one in view(desk).rows:
        told = re.search(r"\d,\d{3}\.\d\d|\d\.\d\d more", f"{one.used} {one.room}")
        assert one.is_private or told is None or one.key in prices, one


def test_every_measure_belongs_to_a_setting_or_to_a_control_without_one() -> None:
    keyless = {spec.id for spec in CONTROLS if not spec.field}
    assert set(MEASURES) <= set(SPECS_BY_KEY) | keyless


@pytest.mark.parametrize(("tried", "share"), [(0, 0), (4, 800), (5, 1000), (6, 1200)])
def test_orders_tried_count_against_their_rate(desk: Any, tried: int, share: int) -> None:
    desk.attempts(tried, 0.5)
    desk.attempts(2, 30)
    left = max(0, 5 - tried)
    assert figures(desk, "order_rate_max") == (str(tried), f"{left} more", share)
    assert row(desk, "order_rate_minute_max").used == str(tried + 2)


def test_a_second_ago_is_no_longer_within_the_second(desk: Any) -> None:
    desk.attempts(5, 1)
    assert row(desk, "order_rate_max").used == "0"


def test_the_position_counts_with_what_works_on_its_side_and_the_other_does_not(desk: Any) -> None:
    desk.hold(1_000)
    desk.works(500)
    # NLV 1,100,000, of which 60 % is 660,000
    assert figures(desk, "position_max") == ("150,000.00", "510,000.00 more", 228)
    desk.works(1_000, instruction=Instruction.SELL)
    assert row(desk, "position_max").used == "150,000.00"
    desk.works(3_000, instruction=Instruction.SHORT)
    assert row(desk, "position_max").used == "300,000.00"


def test_without_a_price_nothing_is_told_and_never_zero(desk: Any) -> None:
    desk.hold(1_000)
    desk.no_quote()
    assert figures(desk, "position_max") == ("", "", NOT_MEASURED)
    assert view(desk).rooms == ()


def test_open_orders_of_the_symbol_and_of_the_account(desk: Any) -> None:
    desk.lists("AAPL")
    desk.quote("AAPL")
    desk.works(1)
    desk.works(1, symbol="AAPL")
    assert figures(desk, "open_orders_max") == ("2", "98 more", 20)
    assert figures(desk, "open_orders_symbol_max") == ("1", "19 more", 50)


def test_buying_power_is_cash_less_what_is_held_back(desk: Any) -> None:
    desk.works(1_000)
    used, room, share = figures(desk, "buying_power")
    assert (used, room, share) == ("100,005.00", "899,995.00 more", 101)


def test_the_age_of_a_live_feed_is_told_and_that_of_a_recording_is_not(desk: Any) -> None:
    assert row(desk, "quote_age_max").used == ""
    desk.quote(source=Source.LIVE)
    desk.silence(4)
    assert figures(desk, "quote_age_max") == ("4.0 s", "", 800)


def test_the_day_counts_orders_value_and_cancels(desk: Any) -> None:
    desk.today(orders=60, cancels=150, fills=10, traded=5_000_000)
    desk.works(1_000)
    assert figures(desk, "daily_orders_max") == ("60", "2,940 more", 20)
    assert figures(desk, "daily_notional_max") == ("5,100,000.00", "14,900,000.00 more", 255)
    assert figures(desk, "cancel_ratio_max") == ("150 : 10", "50 more", 750)
    desk.today(orders=49, cancels=150, fills=10)
    assert figures(desk, "cancel_ratio_max") == ("150 : 10", "from 50 orders on", NOT_MEASURED)


def test_a_strategy_that_repeats_itself_is_told_before_and_after_it_is_stopped(desk: Any) -> None:
    desk.repeats(7, 5)
    assert figures(desk, "repeated_execution_max") == ("7", "3 more", 700)
    desk.repeats(7, 61)
    assert row(desk, "repeated_execution_max").used == "0"
    desk.disabled("grid")
    assert figures(desk, "repeated_execution_max") == ("grid disabled", "no room", 1000)


def test_messages_of_this_second_and_what_waits_are_told(desk: Any) -> None:
    assert figures(desk, "message_rate_max") == ("0", "100 more", 0)
    desk.waits()
    assert row(desk, "message_rate_max").room == "1 wait"


def test_the_rate_that_a_venue_names_is_told_beside_the_own_one(desk: Any) -> None:
    assert row(desk, "message_rate_max").source.endswith("; paper names no rate")
    desk.state.venue_rate = 50
    assert figures(desk, "message_rate_max") == ("0", "45 more", 0)
    found = row(desk, "message_rate_max").source
    assert found.endswith("; paper takes 50/s, 45 used")


def test_the_desks_own_last_minute_is_told_against_what_stops_it(desk: Any) -> None:
    assert figures(desk, "reject_rate_warn") == ("0 of 0", "from 10 orders on", NOT_MEASURED)
    assert figures(desk, "order_volume_normal") == ("0", "5,000 more", 0)
    desk.doubts(100)
    assert figures(desk, "unknown_orders_max") == ("1", "2 more", 334)
    desk.state.breakers.activity.errors.extend([desk.now, Nanos(desk.now - 2 * SECOND)])
    assert figures(desk, "error_rate_max") == ("1", "99 more", 10)


def test_band_and_short_sale_restriction_of_the_symbol(desk: Any) -> None:
    assert row(desk, "price_band").off == "no price band told"
    desk.band("95.00", "105.00")
    assert row(desk, "price_band").used == "95.00–105.00"
    assert row(desk, "short_sale_restriction").used == "GOOG free"
    desk.restricts()
    assert row(desk, "short_sale_restriction").used == "GOOG restricted"


def test_the_ladder_counts_for_itself(desk: Any) -> None:
    desk.presses(4, 0.5)
    assert figures(desk, "order_rate_ladder_max") == ("4", "6 more", 400)
    assert row(desk, "order_rate_max").used == "0"


def test_a_loss_of_the_day_is_told_against_what_the_day_began_with(desk: Any) -> None:
    desk.hold(1_000, price="110.00")
    desk.account.positions["GOOG"].day_cash = parse_money("-110000")
    desk.cash("890000")
    # worth 100,000 at the mark: 10,000 of 1,000,000 are lost, and 3 % may be
    assert figures(desk, "daily_loss_max") == ("10,000.00", "20,000.00 more", 334)
    assert figures(desk, "daily_loss_warn") == ("10,000.00", "10,000.00 more", 500)
    assert figures(desk, "drawdown_max") == ("10,000.00", "40,000.00 more", 200)


def test_a_gain_uses_nothing_of_what_may_be_lost(desk: Any) -> None:
    desk.hold(1_000, price="90.00")
    desk.account.positions["GOOG"].day_cash = parse_money("-90000")
    desk.cash("910000")
    assert figures(desk, "daily_loss_max") == ("0.00", "30,000.00 more", 0)
    desk.no_quote()
    assert figures(desk, "daily_loss_max") == ("", "", NOT_MEASURED)


def test_a_drawdown_counts_from_the_highest_that_was_written_down(desk: Any) -> None:
    desk.account.ledger["capital"] = parse_money("-1000000")
    peaks = {20120620: parse_money("60000"), 20120621: parse_money("20000")}
    desk.state.losses["PAPER"] = LossMemory(peaks)
    assert row(desk, "drawdown_max").used == "20,000.00"
    assert figures(desk, "drawdown_days_max") == ("60,000.00", "46,000.00 more", 567)


def test_exposure_counts_positions_and_what_may_still_open(desk: Any) -> None:
    desk.hold(1_000)
    desk.works(500)
    desk.works(700, instruction=Instruction.SHORT)
    # 100,000 held, 50,000 and 70,000 open, of 1,100,000; a short counts with its worst price
    assert row(desk, "exposure_long_max").used == "150,000.00"
    assert row(desk, "exposure_short_max").used == "70,000.00"
    assert row(desk, "exposure_max").used == "220,000.00"
    assert row(desk, "exposure_net_max").used == "150,000.00"
    assert figures(desk, "concentration_max") == ("150,000.00", "290,000.00 more", 341)


@pytest.mark.parametrize(
    ("name", "given", "why"),
    [
        ("R33", {}, "no contract, so no options to count"),
        ("expiry_sanity", {}, "no earnings file, no dividend table"),
        ("volume_share_max", {}, "no average volume file"),
        ("concentration_sector_max", {}, "no sector file"),
        ("concentration_max", {}, ""),
        ("time_lock", {}, "no window set"),
        ("hard_to_borrow", {"hard_to_borrow": False}, "switched off"),
        ("stop_sanity", {"stop_sanity": False}, "switched off"),
        ("duplicate_window", {"duplicate_window": Nanos(0)}, "no time is set"),
        ("short_selling", {"short_selling": False}, ""),
        ("R42", {}, "paper: nothing to arm"),
        ("locate", {}, "no borrow table"),
        ("position_max", {}, ""),
    ],
)
def test_what_is_off_says_why(desk: Any, name: str, given: dict[str, Any], why: str) -> None:
    desk.limit(**given)
    found = row(desk, name)
    assert found.off == why
    if why:
        assert (found.used, found.room, found.share) == ("", "", NOT_MEASURED)


def test_shares_to_borrow_are_told_once_there_is_a_table(desk: Any) -> None:
    desk.state.borrow = {"GOOG": BorrowTerms("GOOG", False, 5_000, 0)}
    assert row(desk, "locate").room == "5,000 to borrow"


def test_a_limit_says_where_it_comes_from_and_who_changed_it(desk: Any) -> None:
    assert row(desk, "position_max").source == "profile paper"
    tighter = tighten(desk.state.limits, "position_max", "30")
    assert isinstance(tighter, Limits)
    key = "risk.position_max"
    event = LimitTightened(desk.now, "PAPER", key, "60", "30", digest(tighter), Origin.LINE)
    apply(desk.state, event)
    found = row(desk, "position_max")
    assert (found.limit, found.value) == ("30 % of NLV", "30")
    assert found.source == "tightened from 60 by hand"


def test_a_looser_value_waits_with_its_reason_and_when_it_counts(desk: Any) -> None:
    key, due = "risk.order_quantity_max", Nanos(desk.now + 60 * SECOND)
    apply(
        desk.state,
        LimitLooseningAsked(desk.now, "PAPER", key, "10000", "20000", "why", Origin.LINE, due),
    )
    waiting = row(desk, "order_quantity_max").waiting
    assert waiting is not None
    assert (waiting.after, waiting.reason, waiting.due) == ("20,000 shares", "why", due)


def test_the_step_that_tightens_always_tightens() -> None:
    limits = Limits()
    for key, spec in SPECS_BY_KEY.items():
        step = tighter_text(spec, limits.text(key))
        if step:
            assert isinstance(tighten(limits, key, step), Limits), key
    for key in ("risk.market_protection", "risk.market_state"):
        assert tighter_text(SPECS_BY_KEY[key], limits.text(key)) == "", "on is as tight as it gets"


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (0, ["buy 2,497 more, R02 order_notional stops you first",
             "short 2,502 more, R02 order_notional stops you first"]),
        (700, ["buy 2,497 more, R02 order_notional stops you first",
               "sell 700 more, R26 short_sale stops you first"]),
        (-700, ["cover 700 more, R26 short_sale stops you first",
                "short 2,327 more, R02 order_notional stops you first"]),
    ],
)  # fmt: skip
def test_the_room_at_the_cursor_names_what_stops_each_side(
    desk: Any, held: int, said: list[str]
) -> None:
    if held:
        desk.hold(held)
    told = [f"{one.instruction.word} {one.words}" for one in view(desk).rooms]
    assert told == said


def test_the_room_is_what_the_rules_let_through(desk: Any) -> None:
    desk.works(800)
    (room, _) = view(desk).rooms
    (told,) = desk.judge(quantity=room.quantity, price="100.10").findings
    assert told.verdict is Verdict.WARN
    beyond = desk.judge(quantity=room.quantity + 1, price="100.10").findings
    assert room.rule in [found.rule for found in beyond if found.verdict > Verdict.WARN]


def test_every_rule_that_can_stop_first_has_a_name_for_it() -> None:
    assert all(rule.name.code for rule in RULES)
