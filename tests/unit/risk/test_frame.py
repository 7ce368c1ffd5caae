"""Every failure with its numbers and the room left; reasons, replaces and the exit lane."""

import re
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from engine.domain.commands import Origin
from engine.domain.events import TradingState
from engine.domain.quotes import Phase
from engine.domain.reasons import Verdict
from engine.domain.risk.findings import bit_of
from engine.domain.risk.frame import EXIT_RULES, RULES, room_of
from engine.domain.risk.margin import buying_power
from engine.domain.risk.off import reasons_of
from engine.domain.risk.protection import protection_price
from engine.domain.risk.reserve import held_with, reserve_for
from engine.instruments import parse_money
from engine.values import Instruction, OrderType
from tests.unit.risk.conftest import Desk

SELL, SHORT, COVER = Instruction.SELL, Instruction.SHORT, Instruction.COVER
MARKET = OrderType.MARKET
IDS = {rule.name.id for rule in RULES}


def test_an_order_within_every_limit_is_allowed_and_counts_its_rules(desk: Any) -> None:
    assessment = desk.judge()
    assert (assessment.is_allowed, assessment.findings) == (True, ())
    assert assessment.passed + assessment.off == len(IDS)


def test_a_rule_that_is_switched_off_counts_as_off(desk: Any) -> None:
    desk.limit(stop_sanity=False)
    assessment = desk.judge()
    before = Desk().judge().off
    assert (assessment.passed, assessment.off) == (len(IDS) - before - 1, before + 1)
    assert bit_of("R06") & assessment.off_bits and "R06" not in reasons_of(assessment.off_because)


SET_UP_ANEW: dict[str, Callable[[Desk], None]] = {
    "limits": lambda desk: desk.limit(self_match=0, market_wide=False, expiry_sanity=False),
    "reference": lambda desk: desk.knows(sectors={"GOOG": "none"}, volumes={"GOOG": (10**9, 0)}),
    "mode": lambda desk: setattr(desk.state, "mode", "live"),
    "index": lambda desk: setattr(desk.state, "index", "GOOG"),
    "dividends": lambda desk: desk.goes_ex("MSFT", 20120901),
}


@pytest.mark.parametrize("change", SET_UP_ANEW.values(), ids=SET_UP_ANEW)
def test_what_is_off_follows_the_desk_at_once(change: Callable[[Desk], None]) -> None:
    desk, changed, another = Desk(), Desk(), Desk()
    before = desk.judge()
    change(desk)
    at_once = desk.judge()
    another.limit(time_lock=((0, 1),))
    another.judge()  # nothing that was kept of the first fits any more
    change(changed)
    assert before != at_once == changed.judge()


def test_what_a_desk_does_not_have_is_off_for_the_reason_that_it_says(desk: Any) -> None:
    assert reasons_of(desk.judge(instruction=SHORT).off_because) == {
        "R07": "no average volume file",
        "R11": "no sector file",
        "R24": "no price band told",
        "R25": "no index set",
        "R26": "no borrow table",
        "R28": "no restricted list, no borrow table",
        "R33": "no contract, so no options to count",
        "R37": "no earnings file, no dividend table",
        "R40": "no parent order",
        "R42": "nothing is armed on paper",
        "R43": "no window set",
    }
    desk.knows(earnings={"GOOG": (0, 20120620)}, sectors={"GOOG": "none"})
    left = reasons_of(desk.judge(instruction=SHORT).off_because)
    assert left["R37"] == "no dividend table" and "R11" not in left


@pytest.mark.parametrize(
    ("facts", "rule", "is_off"),
    [
        ([], "R07", False),
        ([("quote", {"is_bar": True})], "R07", True),
        ([], "R11", False),
        ([], "R28", False),
        ([], "R37", True),
        ([("goes_ex", {"symbol": "AAPL", "date": 20120622})], "R37", False),
        ([("limit", {"expiry_sanity": False})], "R37", True),
    ],
)
def test_a_rule_is_off_once_no_part_of_it_is_asked(
    desk: Any, facts: list[tuple[str, dict[str, Any]]], rule: str, is_off: bool
) -> None:
    for name, values in facts:
        getattr(desk, name)(**values)
    assessment = desk.judge()
    assert bool(assessment.off_bits & bit_of(rule)) is is_off
    assert bool(assessment.passed_bits & bit_of(rule)) is not is_off


def test_an_exit_asks_nothing_of_what_a_desk_does_not_have(desk: Any) -> None:
    desk.hold(100)
    assert desk.judge(instruction=SELL).off_because == 0


def test_the_sets_name_each_rule_once_as_passed_as_off_or_among_the_findings(desk: Any) -> None:
    desk.limit(stop_sanity=False, order_quantity_max=1_000)
    ids = {rule.name.id for rule in RULES}
    for order in ({}, {"quantity": 50_000}, {"symbol": "ZZZZ"}):
        assessment = desk.judge(**order)
        found = {finding.rule for finding in assessment.findings}
        passed = {each for each in ids if assessment.passed_bits & bit_of(each)}
        off = {each for each in ids if assessment.off_bits & bit_of(each)}
        assert passed | off | found == ids
        assert len(passed) + len(off) + len(found) == len(ids)


def test_every_failure_is_reported_in_the_order_of_the_rules(desk: Any) -> None:
    desk.limit(order_quantity_max=1_000)
    desk.phase(Phase.CLOSED)
    desk.trading(TradingState.HALTED)
    assessment = desk.judge(quantity=50_000, price="150.005")
    rules = [found.rule for found in assessment.findings]
    assert rules == ["D01", "R01", "R02", "R03", "R04", "R08", "R09", "R10", "R11", "R25", "R29"]
    assert not assessment.is_allowed


def test_a_sentence_has_the_numbers_the_rule_and_its_key(desk: Any) -> None:
    desk.limit(order_quantity_max=1_000)
    found = desk.finding("R01", quantity=5_000)
    assert found.sentence == (
        "Quantity 5,000 is above your limit of 1,000 (R01 order_quantity, risk.order_quantity_max)."
    )
    assert (found.actual, found.limit, found.room) == ("5,000", "1,000", "1,000 at most")


@pytest.mark.parametrize(
    ("held", "order", "words"),
    [
        (100, {"quantity": 500, "instruction": SELL}, "you hold 100: `sell 100`, or `reverse`"),
        (0, {"quantity": 100, "instruction": SELL}, "You hold no GOOG: `short 100` sells short"),
        (
            -100,
            {"quantity": 300, "instruction": COVER},
            "you are short 100: `cover 100`, or `reverse`",
        ),
        (-100, {"quantity": 150}, "you are short 100: `cover 100`, or `reverse`"),
        (0, {"quantity": 100, "instruction": COVER}, "You are not short GOOG: `buy 100`"),
        (100, {"quantity": 100, "instruction": SHORT}, "You hold 100 GOOG"),
    ],
)
def test_crossing_zero_by_accident_is_refused_with_the_words_that_mean_it(
    desk: Any, held: int, order: dict[str, Any], words: str
) -> None:
    if held:
        desk.hold(held)
    assert words in desk.finding("R26", **order).sentence


def test_working_exits_are_named_when_they_leave_too_little_to_sell(desk: Any) -> None:
    desk.hold(100)
    desk.works(60, instruction=SELL)
    found = desk.finding("R26", quantity=100, instruction=SELL)
    assert "you hold 100 with 60 working to sell, so 40 are left: `sell 40`, or" in found.sentence
    assert found.room_quantity == 40


@pytest.mark.parametrize(
    ("held", "instruction"), [(100, SELL), (-100, Instruction.BUY), (-100, COVER)]
)
def test_where_working_exits_leave_nothing_only_a_cancel_or_a_reverse_is_suggested(
    desk: Any, held: int, instruction: Instruction
) -> None:
    desk.hold(held)
    desk.works(100, instruction=instruction)
    sentence = desk.finding("R26", quantity=100, instruction=instruction).sentence
    assert "so 0 are left: cancel what is working first, or `reverse`" in sentence


@pytest.mark.parametrize(
    ("held", "working", "quantity", "instruction"),
    [
        (100, 0, 101, SELL),
        (100, 60, 41, SELL),
        (-100, 0, 101, COVER),
        (-100, 0, 150, Instruction.BUY),
        (-100, 60, 60, Instruction.BUY),
    ],
)
def test_the_order_that_is_suggested_instead_is_not_refused(
    desk: Any, held: int, working: int, quantity: int, instruction: Instruction
) -> None:
    desk.hold(held)
    if working:
        desk.works(working, instruction=instruction)
    sentence = desk.finding("R26", quantity=quantity, instruction=instruction).sentence
    suggested = re.search(r"`(\w+) (\d+)`", sentence)
    assert suggested is not None, sentence
    instead = {"quantity": int(suggested[2]), "instruction": Instruction[suggested[1].upper()]}
    assert desk.finding("R26", **instead) is None, sentence


def test_a_change_that_would_cross_zero_is_told_how_far_it_may_go(desk: Any) -> None:
    desk.hold(100)
    order = desk.works(60, instruction=SELL)
    desk.works(20, instruction=SELL)
    found = next(f for f in desk.judge_replace(order, quantity=90).findings if f.rule == "R26")
    assert "so 80 are left: change it to 80 at most, or `reverse`" in found.sentence


def test_no_short_sale_is_suggested_where_short_selling_is_off(desk: Any) -> None:
    desk.limit(short_selling=False)
    sentence = desk.finding("R26", quantity=100, instruction=SELL).sentence
    assert "You hold no GOOG, and short selling is off for this account" in sentence


def test_an_unknown_symbol_is_one_sentence_and_everything_else_is_off(desk: Any) -> None:
    assessment = desk.judge(symbol="ZZZZ", quantity=10**9)
    assert [found.rule for found in assessment.findings] == ["R39"]
    assert assessment.findings[0].sentence.startswith("Nobody knows ZZZZ")
    assert assessment.passed + assessment.off == len(IDS) - 1


# ── what answers a question ─────────────────────────────────────────────────────────────────────


def test_a_question_denies_without_a_reason_and_goes_on_with_one_but_stays_reported(
    desk: Any,
) -> None:
    assert not desk.judge(price="104.00").is_allowed
    answered = desk.judge(price="104.00", override="news")
    assert answered.is_allowed
    assert [found.rule for found in answered.findings] == ["R04"]


def test_no_reason_answers_a_denial(desk: Any) -> None:
    assert not desk.judge(price="150.00", override="news").is_allowed


def test_the_second_factor_is_a_reason_on_paper_and_not_live(desk: Any) -> None:
    order = {"quantity": 2_600, "override": "planned"}
    assert desk.verdict("R02", **order) is Verdict.ASK_SECOND_FACTOR
    assert desk.judge(**order).is_allowed
    desk.state.mode = "live"
    assert not desk.judge(**order).is_allowed


# ── room ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("facts", "order"),
    [
        ([("limit", {"order_quantity_max": 777})], {}),
        ([], {}),
        ([("cash", "123456.78")], {}),
        ([("cash", "123456.78")], {"instruction": SHORT}),
        ([("limit", {"position_max": 1_000})], {}),
        ([("limit", {"position_max": 1_000}), ("works", 300)], {}),
        ([], {"type": MARKET}),
        ([("hold", 100)], {"instruction": SELL}),
        ([("hold", -250)], {"instruction": COVER}),
        ([("hold", -250)], {}),
        ([("cash", "77.70")], {}),
    ],
)
def test_the_room_is_the_largest_quantity_that_passes(
    desk: Any, facts: list[tuple[str, Any]], order: dict[str, Any]
) -> None:
    for name, value in facts:
        getattr(desk, name)(**value) if isinstance(value, dict) else getattr(desk, name)(value)
    assessment = desk.judge(quantity=100_000, **order)
    room = assessment.room_quantity
    if room:
        assert not desk.judge(quantity=room, **order).findings
    assert desk.judge(quantity=room + 1, **order).findings
    stopped_by = desk.judge(quantity=room + 1, **order).findings
    assert assessment.room_rule in {found.rule for found in stopped_by}


def test_each_rule_says_its_own_room_exactly(desk: Any) -> None:
    for found in desk.judge(quantity=100_000).findings:
        assert desk.verdict(found.rule, quantity=found.room_quantity) <= Verdict.WARN
        assert desk.verdict(found.rule, quantity=found.room_quantity + 1) > Verdict.WARN


def test_no_quantity_mends_a_wrong_price(desk: Any) -> None:
    assessment = desk.judge(price="104.00")
    assert (assessment.room_quantity, assessment.room_rule) == (0, "R04")


def test_the_room_can_be_asked_for_an_order_that_passes(desk: Any) -> None:
    quantity, rule = room_of(desk.proposal(desk.order()), desk.state)
    assert (quantity, rule) == (2_500, "R02")


def test_room_is_in_whole_lots(desk: Any) -> None:
    desk.lists("GOOG", lot_size=100)
    desk.cash("123456.78")
    assert desk.judge(quantity=100_000).room_quantity == 300


# ── the exit lane ───────────────────────────────────────────────────────────────────────────────


def test_an_exit_answers_only_to_the_rules_of_its_lane(desk: Any) -> None:
    lane = {rule.name.id for rule in EXIT_RULES}
    assert lane == {"R39", "D02", "D03", "R03", "R16", "R25", "R36", "R41", "R44"}


def test_an_exit_leaves_whatever_else_is_wrong(desk: Any) -> None:
    desk.hold(20_000)
    desk.cash("-5000")
    desk.no_quote()
    desk.attempts(100, 0.1)
    desk.trading(TradingState.KILLED)
    assert desk.judge(quantity=20_000, instruction=SELL, price="1.00").is_allowed
    assert desk.judge(quantity=20_000, instruction=SELL, type=MARKET).is_allowed


def test_a_buy_that_closes_a_short_is_an_exit_too(desk: Any) -> None:
    desk.hold(-100)
    desk.trading(TradingState.REDUCING)
    assert desk.judge(quantity=100).is_allowed
    assert not desk.judge(quantity=101).is_allowed


def test_two_exits_never_close_more_than_is_held(desk: Any) -> None:
    desk.hold(100)
    desk.works(100, instruction=SELL, unknown=True)
    assert not desk.judge(quantity=1, instruction=SELL).is_allowed


# ── replaces ────────────────────────────────────────────────────────────────────────────────────


def test_a_replace_is_judged_by_its_new_total_without_counting_itself_twice(
    open_desk: Any,
) -> None:
    open_desk.cash("20001.00")
    order = open_desk.works(100)
    assert open_desk.judge_replace(order, quantity=200).is_allowed
    assert not open_desk.judge_replace(order, quantity=201).is_allowed


def test_a_replace_counts_as_the_worse_of_old_and_new(desk: Any) -> None:
    desk.limit(position_max=1_000)
    order = desk.works(1_000)
    desk.limit(position_max=500)
    assessment = desk.judge_replace(order, quantity=400)
    assert [found.rule for found in assessment.findings] == ["R08"]
    assert assessment.room_quantity == 0


def test_an_exit_larger_than_the_position_can_be_made_smaller(desk: Any) -> None:
    """A trade that was taken back leaves it so; nothing but its size may change on this lane."""
    desk.hold(100)
    order = desk.works(100, instruction=SELL)
    desk.hold(60)
    assert desk.judge_replace(order, quantity=60).is_allowed
    assert not desk.judge_replace(order, quantity=60, price="51.00").is_allowed
    assert not desk.judge_replace(order, quantity=100).is_allowed


@pytest.mark.parametrize(
    ("quantity", "price", "held"),
    [(100, "50.00", "10001"), (200, "40.00", "10001"), (200, "100.00", "20001")],
)
def test_while_a_replace_is_open_the_dearer_of_old_and_new_is_held(
    desk: Any, quantity: int, price: str, held: str
) -> None:
    order = desk.works(100)
    proposal = desk.replacement(order, quantity=quantity, price=price)
    assert held_with(proposal, quantity) == parse_money(held)


def test_a_replace_of_an_exit_stays_in_its_lane_up_to_what_is_held(desk: Any) -> None:
    desk.hold(100)
    order = desk.works(60, instruction=SELL)
    desk.trading(TradingState.HALTED)
    assert desk.judge_replace(order, quantity=100).is_allowed
    assert not desk.judge_replace(order, quantity=101).is_allowed


def test_a_replace_is_not_a_new_order_to_rate_duplicates_and_counts(desk: Any) -> None:
    order = desk.works(100)
    desk.attempts(100, 0.1)
    desk.limit(open_orders_max=1, open_orders_symbol_max=1)
    assert desk.judge_replace(order, price="99.00").is_allowed


def test_the_reason_of_the_first_order_does_not_answer_for_its_replace(desk: Any) -> None:
    order = desk.works(100, override="once")
    assert not desk.judge_replace(order, price="104.00").is_allowed
    assert desk.judge_replace(order, price="104.00", override="again").is_allowed


def test_a_triggered_stop_limit_is_compared_with_the_market_and_no_longer_with_its_stop(
    desk: Any,
) -> None:
    order = desk.works(100, price="121.00", stop="120.00")
    assert desk.judge_replace(order, price="121.50").is_allowed
    order.is_triggered = True
    assert [found.rule for found in desk.judge_replace(order, price="121.50").findings] == ["R04"]


# ── protection and reserve ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("quote", "instruction", "protection"),
    [
        ({"bid": "99.90", "ask": "100.10"}, Instruction.BUY, "103.10"),
        ({"bid": "99.90", "ask": "100.10"}, SHORT, "96.91"),
        ({"bid": "9.99", "ask": "10.00"}, Instruction.BUY, "10.50"),
        ({"bid": "1.99", "ask": "2.00"}, Instruction.BUY, "2.10"),
        ({"bid": "0.0001", "ask": "0.0002"}, SELL, "0.0001"),
        ({"bid": "", "ask": "", "last": "50.00"}, SELL, "48.50"),
        ({"bid": "", "ask": "", "last": ""}, SELL, "0"),
    ],
)
def test_a_market_order_is_protected_at_the_far_touch_and_the_collar(
    desk: Any, quote: dict[str, str], instruction: Instruction, protection: str
) -> None:
    desk.quote(**quote)
    proposal = desk.proposal(desk.order(type=MARKET, instruction=instruction))
    assert protection_price(proposal) == desk.state.instruments["GOOG"].parse_price(protection)


@pytest.mark.parametrize("ask", ["0.0001", "0.9999", "1.00", "2.00", "10.01", "577.13"])
def test_what_is_reserved_covers_the_protected_price(open_desk: Any, ask: str) -> None:
    open_desk.quote(bid=ask, ask=ask)
    open_desk.limit(price_collar=5_000, price_collar_middle=5_000, price_collar_low=5_000)
    proposal = open_desk.proposal(open_desk.order(type=MARKET))
    instrument = open_desk.state.instruments["GOOG"]
    worst = instrument.notional(protection_price(proposal), 100)
    assert reserve_for(proposal) > worst > 0


@pytest.mark.parametrize(
    ("held", "order", "reserved"),
    [
        (0, {"quantity": 1_000}, "100005"),
        (0, {"quantity": 100, "instruction": SHORT}, "5001.2335"),
        (100, {"quantity": 100, "instruction": SELL}, "0"),
        (-100, {"quantity": 100, "instruction": COVER}, "0"),
        (0, {"quantity": 1, "price": "0.01"}, "0.0101"),
    ],
)
def test_reserved_is_the_worst_cost_of_the_whole_order(
    desk: Any, held: int, order: dict[str, Any], reserved: str
) -> None:
    if held:
        desk.hold(held)
    assert reserve_for(desk.proposal(desk.order(**order))) == parse_money(reserved)


def test_buying_power_is_cash_less_collateral_less_what_orders_hold(desk: Any) -> None:
    desk.hold(-100)
    desk.lists("AAPL")
    desk.quote("AAPL")
    desk.works(100, symbol="AAPL")
    expected = parse_money("1000000") - parse_money("15000") - parse_money("10001")
    assert buying_power(desk.account, desk.state, desk.market) == expected


def test_buying_power_is_not_known_while_a_short_has_no_mark(desk: Any) -> None:
    desk.hold(-100)
    desk.no_quote()
    assert buying_power(desk.account, desk.state, desk.market) is None


def test_judging_changes_nothing(desk: Any) -> None:
    desk.hold(100)
    desk.works(50, instruction=SELL)
    before = msgspec.msgpack.encode(desk.state)
    first = desk.judge(quantity=10**6, instruction=SELL, origin=Origin.LADDER)
    assert desk.judge(quantity=10**6, instruction=SELL, origin=Origin.LADDER) == first
    assert msgspec.msgpack.encode(desk.state) == before
