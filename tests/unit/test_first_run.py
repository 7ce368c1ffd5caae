"""The first start asks for the margin regime once, and only a person in a new home of their own."""

from pathlib import Path

import pytest

from commands.first_run import ask_in, asked_regime
from data.home import Home
from engine.domain.risk.regimes import Regime


class Typed:
    """Lines that a person types, and what they read meanwhile."""

    def __init__(self, *lines: str) -> None:
        self.lines, self.shown = list(lines), ""

    def read(self) -> str:
        return self.lines.pop(0) + "\n"

    def write(self, text: str) -> None:
        self.shown += text


@pytest.mark.parametrize(
    ("lines", "regime"),
    [
        (["3"], Regime.REG_T),
        (["intraday"], Regime.INTRADAY),
        ([" CASH "], Regime.CASH),
        ([""], None),
        (["7", "what", "0"], None),
        (["9", "6"], Regime.PORTFOLIO),
    ],
)
def test_a_number_or_a_word_names_it_and_enter_keeps_the_default(
    lines: list[str], regime: Regime | None
) -> None:
    typed = Typed(*lines)
    assert asked_regime(typed.read, typed.write) is regime
    assert typed.lines == []
    assert all(each.word in typed.shown for each in Regime)


def test_the_answer_is_in_the_settings_and_is_not_asked_for_again(tmp_path: Path) -> None:
    typed, home = Typed("cash"), Home(tmp_path / "home")
    ask_in(home, typed.read, typed.write)
    assert 'margin_regime = "cash"' in home.settings_path.read_text()
    ask_in(home, typed.read, typed.write)
    assert typed.lines == [], "nothing more was read"


def test_a_home_that_is_there_is_asked_nothing(tmp_path: Path) -> None:
    typed = Typed()
    ask_in(Home(tmp_path), typed.read, typed.write)
    assert typed.shown == ""


def test_the_question_fits_a_terminal_of_eighty_columns() -> None:
    written: list[str] = []
    asked_regime(lambda: "\n", written.append)
    asked, _, _ = "".join(written).partition("1 to")
    assert asked.count("\n") == len(Regime) + 1
    assert all(len(line) <= 80 for line in asked.splitlines())
