"""How an engine was started, held against a later command line."""

import pytest

from commands.engine_flags import arguments_of, contradictions, how_started
from commands.flags import parse
from data.settings import load_settings


def started(*words: str) -> dict[str, str]:
    options = parse(words)
    latency = options.latency or "retail"
    return how_started(
        options, load_settings(), seed=options.seed or 77, latency=latency, is_recorded=True
    )


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--market", "sim"),
        ("--seed", "77", "--latency", "retail", "--speed", "1"),
        ("--record",),
        ("--home", "anywhere"),
    ],
)
def test_flags_that_say_what_is_so_already_are_no_contradiction(words) -> None:
    assert contradictions(parse(words), started()) == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--market", "/day.zip"), "--market /day.zip (it runs with --market sim)"),
        (("--symbols", "IBM"), "--symbols IBM (it runs with no --symbols)"),
        (("--seed", "5"), "--seed 5 (it runs with --seed 77)"),
        (("--latency", "lan"), "--latency lan (it runs with --latency retail)"),
        (("--speed", "max"), "--speed max (it runs with --speed 1)"),
        (("--read-only",), "--read-only (it runs with no --read-only)"),
        (("--no-record",), "--no-record (it runs with no --no-record)"),
        (("--config", "/own.toml"), "--config /own.toml (it runs with no --config)"),
    ],
)
def test_each_flag_that_the_engine_is_not_is_named_with_what_it_is(words, found: str) -> None:
    assert contradictions(parse(words), started()) == [found]


def test_the_engine_gets_every_flag_of_its_starter_and_paths_that_hold_anywhere() -> None:
    words = ["--home", "h", "--config", "c.toml", "--seed", "7", "--market", "day.zip"]
    words += [
        "--symbols",
        "A,B",
        "--latency",
        "lan",
        "--speed",
        "max",
        "--read-only",
        "--no-record",
    ]
    given = arguments_of(parse(words))
    again = parse(given)
    assert again.home.is_absolute() and again.config.is_absolute()
    assert again.market.startswith("/") and again.market.endswith("day.zip")
    assert (again.seed, again.symbols, again.latency) == (7, ["A", "B"], "lan")
    assert again.speed == float("inf") and again.read_only and again.no_record
    assert arguments_of(again) == given
