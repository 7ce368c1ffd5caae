"""What `reset` asks before anything is done."""

import pytest

from commands.reset import _what_goes
from tests.harness import DeskBench
from tests.unit.runtime.desk import say


@pytest.mark.parametrize(
    ("lines", "stays"),
    [
        ((), "no working paper orders and no positions"),
        (("buy 5 AAPL mkt", "buy 5 AAPL 189.00"), "1 working paper order and 1 position"),
    ],
)
def test_a_reset_is_asked_as_something_not_done_yet(lines: tuple[str, ...], stays: str) -> None:
    bench = DeskBench()
    bench.quotes("AAPL", 1_900_000, 1_900_200, 300)
    for line in lines:
        say(bench, line)
    words = _what_goes(bench.session.state)
    assert words.startswith("a reset archives epoch 1 and begins a new one")
    assert words.endswith(f"stay {stays}")
