"""`controls.txt` comes true, has every control that is built, and says what the table says."""

from collections import Counter

import pytest

from engine.domain.risk.controls import CONTROLS, LIMIT_SPECS, LimitKind
from engine.domain.risk.frame import RULES
from tests.unit.risk.controls_file import FILE, Case, answer, blocks

BLOCKS = tuple(blocks(FILE.read_text(encoding="utf-8")))
CASES = [case for block in BLOCKS for case in block.cases if not case.why_not]
PASSES, NOT_FAILING = ("pass", "at once"), ("pass", "off", "at once")
LISTS_AND_SWITCHES = (LimitKind.SWITCH, LimitKind.NAMES, LimitKind.WINDOWS, LimitKind.CHOICE)
ALWAYS = ("missing", "stale", "absurd", "exit", "load")
"""Asked of every control: a case, or a word on why there can be none."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}:{case.number} {case.kind}")
def test_the_control_says(case: Case) -> None:
    assert answer(case) == case.said, f"{FILE.name}:{case.number}: {case.line}"


def test_every_control_that_is_built_has_a_block_and_no_block_is_of_another() -> None:
    assert [block.id for block in BLOCKS] == [one.id for one in CONTROLS if one.is_built]
    rules = {rule.name.id for rule in RULES if rule.name.id.startswith("R")}
    assert rules <= {block.id for block in BLOCKS}


def test_a_block_says_of_its_control_what_the_one_table_says() -> None:
    by_id = {control.id: control for control in CONTROLS}
    for block in BLOCKS:
        control = by_id[block.id]
        told = (block.code, block.formula, block.mode)
        assert told == (control.code, control.formula, control.mode), block.id


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.id)
def test_a_block_looks_at_every_side_of_its_control(block) -> None:
    kinds = Counter(case.kind for case in block.cases)
    for kind in ALWAYS:
        assert kinds[kind], f"{block.id} says nothing of {kind}"
    has_number = any(
        spec.id == block.id and spec.field and spec.kind not in LISTS_AND_SWITCHES
        for spec in LIMIT_SPECS
    )
    borders = ("below", "at", "above") if has_number and block.id != "R26" else ("fits", "fails")
    if block.id == "R45":
        borders = ("below", "at", "above")
    for kind in borders:
        assert kinds[kind], f"{block.id} has no case {kind}"
    said = {case.said.partition(",")[0] for case in block.cases if not case.why_not}
    assert said & set(PASSES), f"{block.id} never passes"
    assert said - set(NOT_FAILING), f"{block.id} never fails"


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.id)
def test_every_setting_of_a_control_stands_in_a_case(block) -> None:
    """A limit that no line binds could be forgotten by its rule."""
    named = " ".join(words for case in block.cases for words in (*case.given, case.line))
    for spec in LIMIT_SPECS:
        if spec.id == block.id and spec.field and spec.key not in NOT_A_RULES:
            assert spec.key.removeprefix("risk.") in named, spec.key


NOT_A_RULES = {
    # What the desk's own last minute trips: tests/unit/risk/test_breakers
    *("risk.reject_rate_warn", "risk.reject_rate_max", "risk.error_rate_max"),
    *("risk.order_volume_normal", "risk.unknown_share_max", "risk.break_share_max"),
    "risk.order_rate_script",  # paces a script: tests/unit/runtime/test_pace
    "risk.locate",  # on by default; off in test_locate
    "risk.short_margin",  # shapes R29's need: test_rules
    "risk.margin_regime",  # said by the word `regime`
    "risk.margin_call_grace",  # of calls, which no order waits for: test_margin_calls
    "risk.liquidation",
}
