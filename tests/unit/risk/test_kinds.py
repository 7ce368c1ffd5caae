"""A rule that is not asked about a kind of order would have passed all orders of that kind."""

from collections.abc import Callable
from itertools import product

import pytest

from engine.domain.commands import Origin
from engine.domain.risk.frame import RULES
from engine.domain.risk.kinds import Kind
from engine.values import Instruction, OrderType, TimeInForce
from tests.unit.risk.conftest import Desk

KINDS = [
    Kind(*each) for each in product(OrderType, TimeInForce, Instruction, Origin, (False, True))
]


def _with_everything_to_object_to(desk: Desk) -> None:
    """A desk at which every rule that a kind can pass finds something in other kinds."""
    desk.limit(
        order_rate_max=0,
        duplicate_window=10**10,
        wash_window=10**10,
        hard_to_borrow=True,
        locate=True,
    )
    desk.restricts()
    desk.borrows("GOOG", easy=False)
    desk.sent(1)
    desk.mine("100.00")
    desk.no_quote()


DESKS: dict[str, Callable[[Desk], None]] = {
    "as it is": lambda desk: None,
    "with everything to object to": _with_everything_to_object_to,
    "without windows": lambda desk: desk.limit(duplicate_window=0, wash_window=0),
    "live": lambda desk: desk.live(armed=False),
}


@pytest.mark.parametrize("set_up", DESKS.values(), ids=DESKS)
def test_what_passes_by_its_kind_passes_when_it_is_asked(set_up: Callable[[Desk], None]) -> None:
    desk = Desk()
    set_up(desk)
    for kind in KINDS:
        proposal = desk.proposal(desk.order(**kind._asdict()))
        for rule in RULES:
            if rule.passes is None or not rule.passes(desk.state, kind):
                continue
            if rule.off is None or rule.off(desk.state) is None:
                assert rule.check(proposal, desk.state, desk.market, desk.now) is None, rule.name


def test_each_of_them_is_asked_about_some_kind() -> None:
    desk = Desk()
    desk.live(armed=False)
    desk.limit(duplicate_window=1, wash_window=1)
    for rule in RULES:
        if rule.passes is not None:
            assert not all(rule.passes(desk.state, kind) for kind in KINDS), rule.name
