"""A rule that is not asked at a calm desk would have passed; at one with trouble it is asked."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from engine.domain.commands import Origin
from engine.domain.events import TradingState
from engine.domain.recon import Run
from engine.domain.recon_events import ReconCause
from engine.domain.reports import LinkState
from engine.domain.risk.calm import is_calm
from engine.domain.risk.frame import RULES
from engine.values import Instruction, Nanos, OrderType
from tests.unit.risk.conftest import Desk

ORDERS = [
    {"instruction": instruction, "type": type, "origin": origin, "reduce_only": reduce_only}
    for instruction, type, origin, reduce_only in product(
        Instruction, OrderType, Origin, (False, True)
    )
]


def _with_everything_else_to_object_to(desk: Desk) -> None:
    """Calm all the same: what is wrong is none of the rules' that are not asked then."""
    desk.limit(order_quantity_max=1, open_orders_max=0, hard_to_borrow=True, locate=True)
    desk.hold(100)
    desk.mine("100.00")
    desk.restricts()
    desk.no_quote()
    desk.phase(None)


CALM: dict[str, Callable[[Desk], None]] = {
    "as it is": lambda desk: None,
    "long": lambda desk: desk.hold(100),
    "with everything else to object to": _with_everything_else_to_object_to,
}


@pytest.mark.parametrize("set_up", CALM.values(), ids=CALM)
def test_what_a_calm_desk_does_not_ask_passes_when_it_is_asked(
    set_up: Callable[[Desk], None],
) -> None:
    desk = Desk()
    set_up(desk)
    assert is_calm(desk.state, desk.account)
    for fields in ORDERS:
        proposal = desk.proposal(desk.order(**fields))
        for rule in RULES:
            if rule.calm:
                assert rule.check(proposal, desk.state, desk.market, desk.now) is None, rule.name


def _compares(desk: Desk) -> None:
    """The books are being compared, as at a start."""
    desk.state.recon.run = Run(1, ReconCause.START, Nanos(0), "PAPER", {0: None}, {})


def _is_quiet(desk: Desk, why: str = "quiet: the gateway restarts at 23:45") -> None:
    desk.state.links["ib"] = LinkState.QUIET
    desk.state.link_texts["ib"] = why


TROUBLE: dict[str, tuple[Callable[[Desk], None], str, dict[str, Any]]] = {
    "the desk is lowered": (lambda desk: desk.trading(TradingState.HALTED), "D01", {}),
    "a symbol is lowered": (lambda desk: desk.trading(TradingState.REDUCING, "GOOG"), "D01", {}),
    "a flatten runs": (lambda desk: desk.flattens("GOOG"), "D03", {}),
    "an outcome is unknown": (lambda desk: desk.doubts(10), "D04", {}),
    "the market is halted": (lambda desk: desk.market_halts(60), "R25", {}),
    "desk yellow": (lambda desk: desk.slows(100), "D08", {}),
    "a line is down": (lambda desk: desk.link(LinkState.DOWN), "R41", {}),
    "a venue is about to restart": (_is_quiet, "R41", {}),
    "a venue is about to restart and says no why": (lambda desk: _is_quiet(desk, ""), "R41", {}),
    "books are compared": (_compares, "R41", {}),
}


@pytest.mark.parametrize(("trouble", "rule", "fields"), TROUBLE.values(), ids=TROUBLE)
def test_trouble_is_asked_about(
    trouble: Callable[[Desk], None], rule: str, fields: dict[str, Any]
) -> None:
    desk = Desk()
    trouble(desk)
    assert not is_calm(desk.state, desk.account)
    assert rule in [found.rule for found in desk.judge(**fields).findings]


def test_each_rule_that_a_calm_desk_does_not_ask_has_its_trouble_here() -> None:
    assert {rule.name.id for rule in RULES if rule.calm} == {
        rule for _, rule, _ in TROUBLE.values()
    }
