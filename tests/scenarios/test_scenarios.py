"""Every blotter in this folder comes true, line by line, and nothing else happens."""

from pathlib import Path

import pytest

from tests.scenarios.blotter import Blotter, ScenarioError

SCENARIOS = sorted(Path(__file__).parent.glob("*.txt"))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_desk_does_what_the_blotter_says(path: Path) -> None:
    Blotter().play(path)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("buy 100 AAPL 190.00 => accepted 2", "due: accepted 2"),
        ("buy 100 AAPL 190.00", "not named: accepted 1"),
        ("buy 100 AAPL 190.02 => accepted 1", "not named: fill 1 100 190.02"),
        ("buy 100 AAPL 190.00 => accepted 1, cash 5", "due: cash 5"),
        ("buy 100 AAPL 190.00 => accepted 1, working 2", "due: working 2"),
        ("buy 100 AAPL", "cannot be read"),
    ],
)
def test_a_blotter_that_is_wrong_fails_where_it_is_wrong(
    tmp_path: Path, line: str, problem: str
) -> None:
    path = tmp_path / "wrong.txt"
    path.write_text(f"quotes AAPL 190.00 190.02\n{line}\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as raised:
        Blotter().play(path)
    assert f"wrong.txt:2: {line.partition('=>')[0].strip()}" in str(raised.value)
    assert problem in str(raised.value)
