"""Completion, the echo in words and the help table."""

import pytest

from engine.language.completion import complete
from engine.language.echo import describe, spell_out
from engine.language.help import FORMS, help_text
from engine.language.parser import parse_line
from engine.language.problems import SyntaxProblem
from engine.language.syntax import Line
from engine.language.words import ACTS, CONTROLS, SIDES


def line(text: str) -> Line:
    read = parse_line(text)
    assert not isinstance(read, SyntaxProblem), read
    return read


@pytest.mark.parametrize(
    ("text", "start", "words", "placeholders"),
    [
        ("se", 0, ("sell", "set"), ()),
        ("buy ", 4, ("max", "pos", "half"), ("<quantity>",)),
        ("buy 100 ", 8, (".",), ("<symbol>",)),
        ("buy 100 LMT m", 12, ("mkt", "mid"), ("<price>", "<+0.05>", "<-5t>", "<-0.5%>")),
        ("buy 100 AAPL mkt p", 17, (), ()),
        ("buy 100 AAPL bid g", 17, ("gtc",), ("<+0.05>", "<-5t>", "<-0.5%>")),
        ("buy 100 AAPL 5 gtc d", 19, (), ()),
        ("buy 100 AAPL 5 gtc v", 19, ("via",), ()),
        ("s 100 AAPL stp 5 l", 17, ("lmt",), ()),
        ("s 100 AAPL stp 5 day l", 21, (), ()),
        ("s 100 AAPL stp last-1% lmt l", 27, ("last", "low"), ("<price>",)),
        ("buy 100 AAPL 5 tag d", 19, (), ("<word>",)),
        ('buy 100 AAPL 5 note "d', 22, (), ()),
        ("cancel AAPL b", 12, ("buys",), ()),
        ("cancel 3 ", 9, (), ()),
        ("r 3 ", 4, ("price", "stop", "qty", "override"), ()),
        ("r 3 qty 5 ", 10, ("price", "stop", "override"), ()),
        ("r 3 stp 5 ", 10, ("price", "qty", "override"), ()),
        ("wait order 1 c", 13, ("cancelled",), ()),
        ("expect c", 7, ("cash",), ()),
        ("expect cash ", 12, (">=", "<=", ">", "<", "="), ()),
        ("kill ", 5, (), ()),
        ("# bu", 4, (), ()),
    ],
)
def test_completion_offers_what_fits_at_the_cursor(
    text: str, start: int, words: tuple[str, ...], placeholders: tuple[str, ...]
) -> None:
    offered = complete(text)

    assert (offered.start, offered.words) == (start, words)
    if placeholders:
        assert offered.placeholders[: len(placeholders)] == placeholders


def test_completion_looks_only_at_what_is_left_of_the_cursor() -> None:
    assert complete("se 100 AAPL mkt", 2).words == ("sell", "set")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("b 100 GOOG 576.98", "BUY 100 GOOG LMT 576.98 DAY"),
        ("s 5k GOOG mkt ioc", "SELL 5,000 GOOG MKT IOC"),
        ("b 100 aapl bid post", "BUY 100 AAPL LMT at the bid DAY post only"),
        ("b 100 AAPL mid-5t", "BUY 100 AAPL LMT 5 ticks below the mid DAY"),
        ("b 100 AAPL -1t", "BUY 100 AAPL LMT 1 tick below the bid DAY"),
        ("ss 100 AAPL +0.5%", "SHORT 100 AAPL LMT 0.5% above the ask DAY"),
        ("s 100 AAPL stp 189 lmt 188.90 gtc", "SELL 100 AAPL STP 189 LMT 188.90 GTC"),
        ("s pos AAPL mkt ro", "SELL the position in AAPL MKT DAY reduce only"),
        ("b $10k AAPL mkt?", "BUY $10,000 of AAPL MKT DAY — preview, nothing is sent"),
        ("b 100 . last", "BUY 100 IBM LMT at the last price DAY"),
        ("c all", "CANCEL all working orders in the symbol ALL"),
        ("c . buys", "CANCEL all buys in the symbol IBM"),
        ("c *", "CANCEL every working order of the account"),
        ("c 1119-7.1", "CANCEL order 7.1 of 19 November"),
        ("r 3 price 190.20 qty 50", "REPLACE 3: price 190.20, total 50"),
        ("close AAPL half", "CLOSE half the position in AAPL"),
        ("close . 25%", "CLOSE 25% of the position in IBM"),
        ("flatten *", "FLATTEN the whole account: stop entries, cancel exits, close what is left"),
        ("at 09:31", "AT 09:31:00 market time, go on"),
    ],
)
def test_the_echo_says_in_words_what_was_understood(text: str, said: str) -> None:
    assert describe(line(text), "IBM") == said


def test_only_a_dot_becomes_the_symbol_on_the_screen() -> None:
    for text in ("buy 1 {} 5", "cancel {}", "close {}", "flatten {}", "reverse {}"):
        assert spell_out(line(text.format(".")), "IBM") == line(text.format("IBM"))
        assert spell_out(line(text.format("GOOG")), "IBM") == line(text.format("GOOG"))


@pytest.mark.parametrize("example", [form.example for form in FORMS])
def test_every_example_of_the_help_is_good_as_it_stands(example: str) -> None:
    assert describe(line(example))


def test_the_help_has_a_form_for_every_first_word() -> None:
    first_words = {word for form in FORMS for word in (form.pattern + " " + form.example).split()}

    assert {*SIDES, *ACTS, *CONTROLS} <= first_words
    assert len(help_text().splitlines()) == len(FORMS)
