"""What `trader kill` says at the end: the state, each order, and what is still held."""

from types import SimpleNamespace
from typing import Any

import pytest

from commands.kill import _lines


@pytest.mark.parametrize(
    ("held", "told"), [({}, "positions: none"), ({"AAPL": "+100"}, "positions: AAPL +100")]
)
def test_what_is_held_is_told_also_when_it_is_nothing(held: dict[str, str], told: str) -> None:
    shell: Any = SimpleNamespace(
        held=lambda: held, view=SimpleNamespace(trading_state="KILLED"), words_of=str
    )
    assert _lines(shell, 11.0, []) == [
        "KILLED after 11 ms",
        "  no order was working",
        told,
        '`resume "why"` lets it trade again',
    ]
