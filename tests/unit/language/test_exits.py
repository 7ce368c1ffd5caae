"""Exits on an order line, `oco`, and what they refuse."""

import pytest

from engine.language import syntax as syn
from engine.language.completion import complete
from engine.language.echo import describe
from engine.language.parser import parse_line
from engine.language.printer import print_line
from engine.language.problems import SyntaxProblem
from engine.values import TimeInForce


def read(text: str) -> syn.Line:
    line = parse_line(text)
    assert not isinstance(line, SyntaxProblem), line
    return line


def problem(text: str) -> SyntaxProblem:
    line = parse_line(text)
    assert isinstance(line, SyntaxProblem), line
    return line


def test_an_order_brings_its_target_and_its_stop() -> None:
    line = read("buy 100 AAPL 190.12 tp 192 sl 189")
    assert isinstance(line, syn.OrderLine)
    assert line.target == syn.LimitPrice("192")
    assert line.stop_loss == syn.LimitPrice("189")


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("b 100 AAPL 190.12 sl 189 tp 192", "buy 100 AAPL 190.12 tp 192 sl 189"),
        ("b 100 AAPL mkt tp +1.50 sl -0.8%", "buy 100 AAPL mkt tp +1.50 sl -0.8%"),
        ("b 100 AAPL bid sl -5t gtc", "buy 100 AAPL bid gtc sl -5t"),
        ("b 100 AAPL stp 191 lmt 192 tp last +5t", "buy 100 AAPL stp 191 lmt 192 tp last+5t"),
        ("oco pos AAPL sl 189 gtc tp 192", "oco pos AAPL tp 192 sl 189 gtc"),
        ('oco 100 AAPL tp +2 sl -1 note "x" tag w', 'oco 100 AAPL tp +2 sl -1 tag w note "x"'),
        ("oco half . tp 192 sl 189 ?", "oco half . tp 192 sl 189 ?"),
        ("expect protected aapl 100", "expect protected AAPL 100"),
        ("cancel 7.2", "cancel 7.2"),
        ("replace 7.2 price 188.50", "replace 7.2 price 188.50"),
    ],
)
def test_exits_print_in_one_canonical_way(text: str, printed: str) -> None:
    assert print_line(read(text)) == printed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "buy 100 AAPL 190.12 tp 192 sl -0.8%",
            "BUY 100 AAPL LMT 190.12 DAY target 192, stop 0.8% below the entry",
        ),
        (
            "oco pos AAPL tp +2 sl 189 gtc",
            "PROTECT the position in AAPL: target 2 above what it cost, stop 189, "
            "one ends the other, GTC",
        ),
    ],
)
def test_exits_are_said_back_in_words(text: str, words: str) -> None:
    assert describe(read(text)) == words


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("buy 100 AAPL 190 tp mkt", 21, "'mkt' is no price for tp"),
        ("buy 100 AAPL 190 tp", 21, "a price or an offset is missing"),
        ("buy 100 AAPL 190 tp 192 tp 193", 25, "'tp' stands twice"),
        ("buy 100 AAPL tp 192", 14, "say mkt if you mean market"),
        ("sell 100 AAPL 190 ro sl 189", 22, "'sl' protects what an order opens, and 'ro' opens"),
        ("buy 100 AAPL 190 cls tp 192", 22, "'cls' leaves no time for 'tp'"),
        ("oco pos AAPL tp 192", 21, "'sl' is missing"),
        ("oco pos AAPL tp 192 sl 189 ioc", 28, "'ioc' is no clause of oco"),
        ("oco pos AAPL tp 192 sl 189 day gtc", 32, "'day' and 'gtc': say one"),
        ("expect protected AAPL -5", 23, "a quantity has no sign"),
    ],
)
def test_what_does_not_fit_an_exit_is_shown_where_it_stands(
    text: str, column: int, message: str
) -> None:
    refused = problem(text)
    assert (refused.column, refused.message[: len(message)]) == (column, message)


def test_exits_are_offered_where_they_fit() -> None:
    assert {"tp", "sl"} <= set(complete("buy 100 AAPL 190.12 ").words)
    assert "sl" in complete("buy 100 AAPL 190.12 tp 192 ").words
    assert not {"tp", "ro", "cls"} & set(complete("buy 100 AAPL 190.12 tp 192 ").words)
    assert "<+0.05>" in complete("buy 100 AAPL mkt tp ").placeholders
    assert complete("oco pos AAPL ").words == ("tp", "sl", "day", "gtc", "tag", "note")
    assert complete("oco pos AAPL tp 192 sl 189 ").words == ("day", "gtc", "tag", "note", "?")


def test_an_oco_without_a_word_lives_for_the_day() -> None:
    line = read("oco 5k AAPL tp 192 sl 189")
    assert isinstance(line, syn.OcoLine)
    assert line.time_in_force is None
    assert read("oco 5k AAPL tp 192 sl 189 gtc").time_in_force is TimeInForce.GTC
