"""A command for an account that is not there is refused like anything else, and stops nothing."""

import pytest

from engine.domain import events as ev
from engine.domain.commands import (
    CancelMany,
    Command,
    Flatten,
    Halt,
    Kill,
    Resume,
    Reverse,
    TightenLimit,
)
from engine.domain.reasons import Refusal
from tests.harness import DeskBench


@pytest.mark.parametrize(
    "command",
    [
        Halt("NOBODY"),
        Resume("NOBODY", "why not"),
        Kill("NOBODY"),
        Flatten("NOBODY"),
        Flatten("NOBODY", "AAPL"),
        Reverse("NOBODY", "AAPL"),
        CancelMany("NOBODY"),
        TightenLimit("NOBODY", "order_quantity_max", "5"),
    ],
    ids=lambda command: type(command).__name__,
)
def test_an_act_on_an_account_that_is_not_there_is_refused(command: Command) -> None:
    bench = DeskBench()
    before = bench.state.limits
    (refused,) = bench.submit(command)
    assert isinstance(refused, ev.CommandRefused)
    assert (refused.refusal, refused.text) == (Refusal.UNKNOWN_ACCOUNT, "NOBODY")
    assert bench.state.limits == before
    assert not bench.session.is_stopped
