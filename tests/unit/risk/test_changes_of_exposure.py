"""A change counts by what it adds; the profile for benchmarks never binds; rooms are exact."""

from typing import Any

import pytest

from engine.domain.orders import Order
from engine.domain.reasons import Verdict
from engine.domain.risk.frame import RULES
from engine.values import Instruction, OrderType, TimeInForce

SHORT = Instruction.SHORT
MINE = ("R07", "R09", "R11", "R28", "R33", "R37", "R40", "R43", "R44")
C40 = {"concentration_max": 4_000, "concentration_warn": 4_000}


def said(desk: Any, order: Order, rule: str, **change: Any) -> Verdict:
    found = desk.judge_replace(order, **change).findings
    return next((each.verdict for each in found if each.rule == rule), Verdict.PASS)


def test_a_change_of_exposure_counts_what_it_adds(open_desk: Any) -> None:
    open_desk.limit(exposure_max=5_000)
    order = open_desk.works(3_000)
    open_desk.works(1_000, instruction=SHORT)
    assert said(open_desk, order, "R09", quantity=4_000) is Verdict.PASS
    assert said(open_desk, order, "R09", quantity=4_001) is Verdict.DENY


def test_a_change_that_adds_nothing_passes_however_little_room_is_left(open_desk: Any) -> None:
    order = open_desk.works(3_000)
    open_desk.limit(exposure_max=100, concentration_max=100, concentration_warn=100)
    for change in ({"quantity": 2_000}, {"price": "99.00"}):
        assert said(open_desk, order, "R09", **change) is Verdict.PASS
        assert said(open_desk, order, "R11", **change) is Verdict.PASS
    assert said(open_desk, order, "R09", price="101.00") is Verdict.DENY


def test_a_larger_order_is_asked_about_again_and_a_smaller_one_is_not(open_desk: Any) -> None:
    order = open_desk.works(4_500)
    open_desk.limit(**C40, volume_share_max=100)
    open_desk.knows(volumes={"GOOG": (100_000, 20120620)}, sectors={"GOOG": "tech"})
    open_desk.limit(concentration_sector_max=4_000)
    for rule in ("R07", "R11"):
        assert said(open_desk, order, rule, quantity=4_600) is Verdict.ASK
        assert said(open_desk, order, rule, quantity=4_400) is Verdict.PASS


def test_what_was_answered_when_it_was_entered_is_not_asked_with_each_change(
    open_desk: Any,
) -> None:
    order = open_desk.works(100, time_in_force=TimeInForce.GTC)
    open_desk.limit(watch_list=("GOOG",), expiry_sanity=True, time_lock=((0, 1_440),))
    open_desk.knows(earnings={"GOOG": (20120719, 20120620)})
    findings = {each.rule for each in open_desk.judge_replace(order, price="99.50").findings}
    assert not findings & {"R28", "R37", "R43"}


def test_nothing_is_added_to_an_order_in_what_is_restricted_since(open_desk: Any) -> None:
    order = open_desk.works(100)
    open_desk.limit(restricted_list=("GOOG",))
    assert said(open_desk, order, "R28", quantity=200) is Verdict.DENY


@pytest.mark.parametrize("kind", [OrderType.LIMIT, OrderType.MARKET])
def test_the_profile_for_benchmarks_never_binds(open_desk: Any, kind: OrderType) -> None:
    open_desk.lists("GOOG", mic="PINX")
    open_desk.quote("GOOG", bid="0.49", ask="0.50", last="0.50", bid_size=1, ask_size=1)
    open_desk.borrows("GOOG", easy=False)
    open_desk.goes_ex("GOOG", 20120622)
    open_desk.knows(volumes={"GOOG": (1, 20120620)}, sectors={"GOOG": "tech"})
    life = TimeInForce.GTC if kind is OrderType.LIMIT else TimeInForce.DAY
    for instruction in (Instruction.BUY, SHORT):
        order = {"type": kind, "instruction": instruction, "time_in_force": life}
        found = open_desk.judge(quantity=1_000, price="0.50", **order).findings
        assert not {each.rule for each in found} & set(MINE)


@pytest.mark.parametrize(
    ("limits", "tables", "order", "room"),
    [
        ({"exposure_max": 5_000}, {}, {}, 5_000),
        ({"exposure_net_max": 1_234}, {}, {"instruction": SHORT}, 1_234),
        (C40, {}, {}, 4_000),
        (
            {"concentration_sector_max": 3_000},
            {"sectors": {"GOOG": "tech"}},
            {},
            3_000,
        ),
        ({"volume_share_max": 100}, {"volumes": {"GOOG": (77_700, 20120620)}}, {}, 777),
        ({"displayed_size_max": 20}, {}, {"price": "100.10"}, 1_000),
    ],
)
def test_the_room_that_is_told_passes_and_one_more_does_not(
    open_desk: Any,
    limits: dict[str, int],
    tables: dict[str, Any],
    order: dict[str, Any],
    room: int,
) -> None:
    open_desk.quote(bid_size=50, ask_size=50)
    open_desk.limit(**limits)
    open_desk.knows(**tables)
    assessment = open_desk.judge(quantity=9_000, **order)
    assert assessment.room_quantity == room
    assert assessment.room_rule in {each.rule for each in assessment.findings}
    assert open_desk.judge(quantity=room, **order).findings == ()
    assert not open_desk.judge(quantity=room + 1, **order).is_allowed


def test_every_rule_of_these_stands_in_the_frame() -> None:
    assert set(MINE) <= {rule.name.id for rule in RULES}
