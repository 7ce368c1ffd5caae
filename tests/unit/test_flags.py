"""The command line: what each flag means, and the one sentence for what does not fit."""

import math
from datetime import time
from pathlib import Path

import pytest

from commands.flags import BENCHMARKS, COMMANDS, NOT_YET, UsageError, parse


def test_a_line_without_a_command_is_a_session_on_the_market_of_the_settings() -> None:
    options = parse([])
    assert (options.command, options.venue, options.market) == ("session", "paper", None)
    assert (options.headless, options.seed, options.speed) == (False, None, None)


@pytest.mark.parametrize("words", [["--script", "day.txt"], ["--exec", "buy 1 AAPL mkt"]])
def test_a_script_implies_headless_and_headless_has_seed_one(words: list[str]) -> None:
    options = parse(words)
    assert (options.headless, options.seed) == (True, 1)


def test_watching_a_script_keeps_the_screen() -> None:
    assert parse(["--script", "day.txt", "--watch"]).headless is False


def test_lines_to_execute_keep_their_order() -> None:
    options = parse(["--exec", "buy 1 AAPL mkt", "c *", "--exec", "expect cash > 1"])
    assert options.exec_lines == ["buy 1 AAPL mkt", "c *", "expect cash > 1"]


def test_speed_is_a_number_or_max() -> None:
    assert parse(["--speed", "2.5"]).speed == 2.5
    assert parse(["--speed", "max"]).speed == math.inf


def test_until_is_a_time_of_the_market() -> None:
    assert parse(["--headless", "--until", "10:15"]).until == time(10, 15)
    assert parse(["--headless", "--until", "10:15:30"]).until == time(10, 15, 30)


COMMON = ["--config", "c.toml", "--home", "h", "--seed", "7", "--json"]
MATCH = ["match", "orders.csv"]


@pytest.mark.parametrize(
    "words",
    [
        [*COMMON, *MATCH],
        [*MATCH, *COMMON],
        ["--json", "--seed=7", *MATCH, "--home", "h", "--config=c.toml"],
    ],
)
def test_common_flags_mean_the_same_on_both_sides_of_a_command(words: list[str]) -> None:
    options = parse(words)
    assert (options.command, options.file) == ("match", Path("orders.csv"))
    assert (options.config, options.home) == (Path("c.toml"), Path("h"))
    assert (options.seed, options.json) == (7, True)


def test_the_tests_take_what_stands_behind_two_dashes() -> None:
    options = parse(["test", "--long", "--", "-k", "book", "--lf"])
    assert (options.long, options.pytest_arguments) == (True, ["-k", "book", "--lf"])


def test_a_setting_may_be_a_negative_number() -> None:
    assert parse(["config", "set", "market.offset", "-5"]).words == ["market.offset", "-5"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["qurey", "x"], "did you mean `query`?"),
        (["zzz"], "lists the commands"),
        (["--headless", "verify"], "do not go with the command `verify`"),
        (["--headless", "extra"], "unknown: extra"),
        (["--hom", "x"], "unknown: --hom x"),
        (["--seed", "-1", "verify"], "--seed"),
        (["--seed", "1.5", "--headless"], "`1.5` is not a whole number"),
        (["--speed", "0"], "`0` is neither"),
        (["--speed", "nan"], "`nan` is neither"),
        (["--until", "9:30", "--headless"], "`9:30` is not a time of day"),
        (["--until", "24:00", "--headless"], "`24:00` is not a time of day"),
        (["--until", "10:00"], "--until ends a headless session"),
        (["--symbols", "AAPL,,MSFT"], "is not a list like"),
        (["--json"], "--json needs stdout"),
        (["--watch"], "--watch shows a script"),
        (["--watch", "--headless", "--exec", "c *"], "choose one"),
        (["--script", "a", "--exec", "b"], "not allowed with"),
        (["match"], "FILE"),
        (["match", "a", "b"], "b"),
        (["check-book", "m", "b", "--levels", "0"], "`0` is not a whole number from 1"),
        (["check-book", "m", "b", "--mode", "both"], "both"),
        (["query", "select 1", "--csv", "--parquet", "f"], "not allowed with"),
        (["config", "set", "key"], "a key and a value"),
        (["config", "check", "key"], "takes nothing more"),
        (["config", "show", "key", "more"], "takes one key, or a part of one"),
        (["bench", "speed"], "speed"),
        (["test", "--long", "--release"], "not allowed with"),
    ],
)
def test_what_does_not_fit_is_one_sentence_that_names_it(words: list[str], sentence: str) -> None:
    with pytest.raises(UsageError) as refusal:
        parse(words)
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "words",
    [
        *([name] for name in NOT_YET),
    ],
)
def test_what_comes_later_is_refused_by_name(words: list[str]) -> None:
    with pytest.raises(UsageError, match="not available yet: .*" + words[-1].strip("-")):
        parse(words)


@pytest.mark.parametrize(
    ("words", "exits"),
    [(["kill"], "keep"), (["kill", "--all"], "cancel"), (["kill", "--flatten"], "flatten")],
)
def test_kill_keeps_exits_unless_told_otherwise(words: list[str], exits: str) -> None:
    assert parse(words).exits == exits


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse([name, "--help"])
    assert ended.value.code == 0
    assert f"usage: trader {name}" in capsys.readouterr().out


def test_every_benchmark_of_the_book_is_known() -> None:
    assert [parse(["bench", name]).name for name in BENCHMARKS] == list(BENCHMARKS)
    assert parse(["bench"]).name is None
