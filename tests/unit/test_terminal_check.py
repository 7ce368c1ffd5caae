"""F36: a terminal that cannot show the desk is told what to do, before an engine is started."""

import os
from pathlib import Path

import pytest

from commands.terminal_check import check_terminal
from engine.errors import InputError
from tests.process.screens import Screen


@pytest.mark.parametrize("term", ["", "dumb"])
def test_a_terminal_that_cannot_move_its_cursor_is_refused(term: str) -> None:
    with pytest.raises(InputError, match="moves its cursor; `--headless`"):
        check_terminal(term, "utf-8")


@pytest.mark.parametrize("encoding", ["ascii", "ANSI_X3.4-1968", "latin-1", "koi8-r"])
def test_a_locale_without_lines_and_arrows_is_refused(encoding: str) -> None:
    with pytest.raises(InputError, match="set LANG to a UTF-8 locale"):
        check_terminal("xterm", encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "utf_8"])
def test_every_other_terminal_is_tried(encoding: str) -> None:
    check_terminal("vt100", encoding)


@pytest.mark.parametrize("words", [(), ("attach",)])
def test_on_a_dumb_terminal_the_program_ends_with_2_and_starts_no_engine(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    screen = Screen(home, *words, prefix=("env", "TERM=dumb"))
    try:
        assert screen.exit_code() == 2
        screen.until_said("TERM is 'dumb'")
        assert not (home / "engine.sock").exists() and os.listdir(home) == []  # noqa: PTH208
    finally:
        screen.close()
