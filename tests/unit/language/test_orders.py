"""Order lines: every form, and every slip with its column, its sentence and its hint."""

import pytest

from engine.language.parser import parse_line
from engine.language.printer import print_line
from engine.language.problems import SyntaxProblem
from engine.language.syntax import (
    CashTerm,
    LimitPrice,
    MarketPrice,
    Offset,
    OffsetUnit,
    OrderLine,
    PercentTerm,
    PriceTerm,
    QuantityTerm,
    Reference,
    ReferencePrice,
    SharesTerm,
    SizeWord,
    StopClause,
    TouchPrice,
    WordTerm,
)
from engine.values import Instruction, TimeInForce


def order(text: str) -> OrderLine:
    line = parse_line(text)
    assert isinstance(line, OrderLine), line
    return line


def problem(text: str) -> SyntaxProblem:
    refused = parse_line(text)
    assert isinstance(refused, SyntaxProblem), refused
    return refused


@pytest.mark.parametrize(
    ("word", "instruction"),
    [
        ("buy", Instruction.BUY),
        ("b", Instruction.BUY),
        ("sell", Instruction.SELL),
        ("s", Instruction.SELL),
        ("short", Instruction.SHORT),
        ("ss", Instruction.SHORT),
        ("cover", Instruction.COVER),
        ("bc", Instruction.COVER),
        ("BUY", Instruction.BUY),
    ],
)
def test_a_side_is_its_word_or_its_one_alias(word: str, instruction: Instruction) -> None:
    line = order(f"{word} 100 AAPL 190.12")

    assert line == OrderLine(instruction, SharesTerm(100), "AAPL", LimitPrice("190.12"))


@pytest.mark.parametrize(
    ("word", "term"),
    [
        ("100", SharesTerm(100)),
        ("1,000", SharesTerm(1_000)),
        ("1,000,000", SharesTerm(1_000_000)),
        ("5k", SharesTerm(5_000)),
        ("1.5k", SharesTerm(1_500)),
        ("5K", SharesTerm(5_000)),
        ("$10k", CashTerm("10000")),
        ("$2,500.50", CashTerm("2500.5")),
        ("25%", PercentTerm("25")),
        ("0.50%", PercentTerm("0.5")),
        ("max", WordTerm(SizeWord.MAX)),
        ("pos", WordTerm(SizeWord.POSITION)),
        ("half", WordTerm(SizeWord.HALF)),
    ],
)
def test_a_quantity_is_read_as_a_trader_types_it(word: str, term: QuantityTerm) -> None:
    assert order(f"buy {word} AAPL mkt").quantity == term


@pytest.mark.parametrize(
    ("words", "term"),
    [
        ("190.12", LimitPrice("190.12")),
        ("190.10", LimitPrice("190.10")),
        ("@190.12", LimitPrice("190.12")),
        ("0190", LimitPrice("190")),
        (".5", LimitPrice("0.5")),
        ("1,190.12", LimitPrice("1190.12")),
        ("mkt", MarketPrice()),
        ("bid", ReferencePrice(Reference.BID)),
        ("pc", ReferencePrice(Reference.PREVIOUS_CLOSE)),
        ("ask-0.05", ReferencePrice(Reference.ASK, Offset(False, "0.05"))),
        ("mid +5t", ReferencePrice(Reference.MID, Offset(True, "5", OffsetUnit.TICKS))),
        ("last-0.5%", ReferencePrice(Reference.LAST, Offset(False, "0.5", OffsetUnit.PERCENT))),
        ("-5t", TouchPrice(Offset(False, "5", OffsetUnit.TICKS))),
        ("+.05", TouchPrice(Offset(True, "0.05"))),
    ],
)
def test_a_price_is_figures_the_market_or_some_way_off_it(words: str, term: PriceTerm) -> None:
    assert order(f"buy 100 AAPL {words}").price == term


def test_clauses_stand_in_any_order_and_the_question_mark_last() -> None:
    line = order('b 100 aapl bid override "why # not" tag a-1 ro gtc via ARCA acct U1 note "x" ?')

    assert line == OrderLine(
        Instruction.BUY,
        SharesTerm(100),
        "AAPL",
        ReferencePrice(Reference.BID),
        time_in_force=TimeInForce.GTC,
        reduce_only=True,
        account="U1",
        venue="ARCA",
        tag="a-1",
        note="x",
        override="why # not",
        preview=True,
    )
    assert order("b 100 aapl bid?").preview


def test_a_stop_makes_its_own_price_with_or_without_a_limit() -> None:
    stop = order("sell 100 AAPL stp 189 gtc")
    stop_limit = order("sell 100 AAPL gtc stp last -1% lmt 188.90 ro")

    below = ReferencePrice(Reference.LAST, Offset(False, "1", OffsetUnit.PERCENT))
    assert (stop.price, stop.stop) == (None, StopClause(LimitPrice("189")))
    assert stop_limit.stop == StopClause(below, LimitPrice("188.90"))
    assert stop_limit.reduce_only


@pytest.mark.parametrize(
    "symbol",
    [
        *("LMT", "ALL", "POST", "ON", "B", "S", "C", "R", "MKT", "BID", "ASK", "STP", "DAY", "MAX"),
        *("HALF", "OPEN", "LOW", "TAG", "VIA", "NOTE", "PC", "BRK/A", "BF.B", "ABR^D", "M&M"),
        *("BAJAJ-AUTO", "20MICRONS", "360ONE", "ES=F", "A_B", "XNSE:M&M", "XHKG:700", "700", "."),
    ],
)
def test_the_third_word_is_the_symbol_whatever_it_spells(symbol: str) -> None:
    assert order(f"buy 100 {symbol} 190.12").symbol == symbol
    assert order(f"buy 100 {symbol.lower()} stp 5 lmt 5").symbol == symbol


def test_a_comment_may_follow_a_line() -> None:
    assert order("buy 100 AAPL bid # join it") == order("buy 100 AAPL bid")


PRICE_MISSING = "say mkt if you mean market"


@pytest.mark.parametrize(
    ("text", "column", "length", "message", "hint"),
    [
        ("buy 100 AAPL 190 195", 18, 3, "'195' is one price too many", "an order has one price"),
        ("buy 100 AAPL bid ask", 18, 3, "'ask' is one price too many", "an order has one price"),
        ("buy 100 AAPL day 190", 18, 3, "the price stands right after the symbol", ""),
        ("buy 100 AAPL 190 gtc ioc", 22, 3, "'gtc' and 'ioc' are both a time in force", "say one"),
        ("buy 100 AAPL 190 post post", 23, 4, "'post' stands twice", ""),
        ("buy 100 AAPL 190,12", 14, 6, "'190,12' could be two prices", "write 190.12 or 19012"),
        ("buy l00 AAPL 190", 5, 3, "'l00' is no quantity", "did you mean 100?"),
        ("buy 1O0 AAPL 190", 5, 3, "'1O0' is no quantity", "did you mean 100?"),
        ("buy 100 AAPL 19O.12", 14, 6, "'19O.12' is no price", "did you mean 190.12?"),
        (
            *("buy 1,00 AAPL 190", 5, 4, "'1,00' is no quantity"),
            "a comma only groups thousands: 1,000",
        ),
        ("buy AAPL 100 190", 5, 4, "'AAPL' is no quantity", "write it as 100 or 5k"),
        (
            *("buy -100 AAPL 190", 5, 4, "a quantity has no sign"),
            "say sell or short for the other side",
        ),
        ("buy 0 AAPL 190", 5, 1, "a quantity is above zero", ""),
        ("buy 0.0 AAPL 190", 5, 3, "a quantity is above zero", ""),
        ("buy 150% AAPL mkt", 5, 4, "150% is not above 0% and up to 100%", ""),
        ("buy 0% AAPL mkt", 5, 2, "0% is not above 0% and up to 100%", ""),
        ("buy $0 AAPL mkt", 5, 2, "an amount is above zero", ""),
        ("buy 2000000000k AAPL mkt", 5, 11, "a quantity is at most 1,000,000,000,000", ""),
        ("buy $1000000000k AAPL mkt", 5, 12, "an amount is below 1,000,000,000,000", ""),
        ("buy $1.0000001 AAPL mkt", 5, 10, "an amount has at most 6 decimals", ""),
        ("buy 1 AAPL 1000000000", 12, 10, "a price is below 1,000,000,000", ""),
        ("buy 1 AAPL bid+1000000000", 12, 14, "an offset is below 1,000,000,000", ""),
        ("buy 1 AAPL bid+1000000000t", 12, 15, "an offset is below 1,000,000,000", ""),
        ("buy 100", 9, 1, "a symbol is missing", ""),
        ("buy", 5, 1, "a quantity is missing", ""),
        (
            *("buy 100 190.12", 9, 6, "'190.12' is no symbol"),
            "the symbol stands before the price",
        ),
        ("buy 100 AAPL", 14, 1, PRICE_MISSING, ""),
        ("buy 100 AAPL gtc", 14, 3, PRICE_MISSING, ""),
        ("buy 100 AAPL ?", 14, 1, PRICE_MISSING, ""),
        ("buy 100 AAPL market", 14, 6, "'market' is no price", PRICE_MISSING),
        ("buy 100 AAPL 0", 14, 1, "a price is above zero", PRICE_MISSING),
        ("buy 100 AAPL $190", 14, 4, "'$190' is no price", "write 190"),
        ("buy 100 AAPL +0t", 14, 3, "an offset is not zero", "leave it out"),
        ("buy 100 AAPL bid +1.5t", 18, 5, "ticks are whole", ""),
        ("buy 100 AAPL bid-100%", 14, 8, "an offset is below 100%", ""),
        ("buy 100 AAPL 190 foo", 18, 3, "'foo' is no clause of an order", ""),
        ('buy 100 AAPL 190 "hi"', 18, 4, '"hi" is left over', 'say what it is: note "…"'),
        ("buy 100 AAPL 190 note hi", 23, 2, "the note stands in quotes", 'write note "…"'),
        ("buy 100 AAPL 190 tag", 22, 1, "a word is missing", ""),
        ("buy 100 AAPL 190 stp", 18, 3, "a stop order makes its own price", None),
        ("buy 100 AAPL mkt stp 191", 18, 3, "a stop order makes its own price", None),
        ("buy 100 AAPL stp", 18, 1, "the stop price is missing", ""),
        (
            *("buy 100 AAPL stp -5t", 18, 3, "'-5t' is no price for a stop"),
            "say what it is off: last-0.5%",
        ),
        ("buy 100 AAPL stp mkt", 18, 3, "'mkt' is no price for a stop", "write figures"),
        (
            *("buy 100 AAPL lmt 190.12", 14, 3, "'lmt' follows a stop price: stp 189 lmt 188.90"),
            "a limit order needs only its price: buy 100 AAPL 190.12",
        ),
        ("buy 100 AAPL stp 189 gtc lmt 188", 26, 3, None, None),
        ("buy 100 AAPL stp 189 lmt 188 lmt 187", 30, 3, "'lmt' stands twice", ""),
        ("buy 100 AAPL 190 post ioc", 18, 4, "'post' rests and 'ioc' never does", "say one"),
        (
            "buy 100 AAPL 190 post opg",
            23,
            3,
            "'opg' is for the auction alone and does not go with 'post'",
            "say one",
        ),
        (
            "buy 100 AAPL stp 191 cls",
            22,
            3,
            "'cls' is for the auction alone and does not go with 'stp'",
            "say one",
        ),
        ("buy 100 AAPL mkt post", 18, 4, "'post' rests and 'mkt' never does", "say one"),
        ("buy 100 AAPL 190 ? day", 20, 3, "'day' is left over", ""),
        ("b100 AAPL 190", 1, 4, "no line begins with 'b100'", ""),
        ("sel 100 AAPL 190", 1, 3, "no line begins with 'sel'", "did you mean sell?"),
    ],
)
def test_a_slip_is_named_where_it_stands(
    text: str, column: int, length: int, message: str | None, hint: str | None
) -> None:
    refused = problem(text)

    assert (refused.column, refused.length) == (column, length)
    assert message is None or refused.message == message
    assert hint is None or refused.hint == hint


@pytest.mark.parametrize(
    ("text", "column", "name"),
    [
        ("buy 100 AAPL 190 trail 5", 18, "trail"),
        ("buy 100 AAPL trail 5", 14, "trail"),
        ("buy 100 AAPL 190 gtd:2026-12-18", 18, "gtd"),
        ("buy 100 AAPL 190 eth", 18, "eth"),
        ("buy 100 AAPL 190 show 10", 18, "show"),
        ("buy 100 AAPL twap 5m", 14, "twap"),
        ("buy r500 AAPL mkt", 5, "r"),
        ("buy r0.5% AAPL mkt", 5, "r"),
        ("alert AAPL last > 191", 1, "alert"),
    ],
)
def test_what_comes_later_is_refused_by_name(text: str, column: int, name: str) -> None:
    refused = problem(text)

    assert (refused.message, refused.column) == (f"not available yet: {name}", column)


def test_no_line_reads_from_a_shortened_word() -> None:
    for word in ("k", "f", "rev", "x", "can", "bu", "fl"):
        assert isinstance(parse_line(f"{word} AAPL"), SyntaxProblem)


def test_a_problem_is_drawn_with_a_caret_and_what_would_fit() -> None:
    drawn = problem("buy 100 AAPL 190 gtc ioc").render()

    assert drawn == (
        "line 1, column 22: 'gtc' and 'ioc' are both a time in force — say one\n"
        "  buy 100 AAPL 190 gtc ioc\n"
        "                       ^^^\n"
        "  fits here: post · ro · tp · sl · acct · via · tag · note · override · ?"
    )


def test_an_order_prints_in_one_canonical_way() -> None:
    text = 'B 1,000 aapl note "x" @190.10 '

    assert problem(text).message == "the price stands right after the symbol"
    assert print_line(order('B 1,000 aapl @190.10 note "x" ioc?')) == (
        'buy 1000 AAPL 190.10 ioc note "x" ?'
    )
