"""Lines that act and lines that steer a script: every form, and every slip with its column."""

import pytest

from engine.language.parser import parse_line
from engine.language.printer import print_line
from engine.language.problems import SyntaxProblem
from engine.language.syntax import (
    AtLine,
    BlankLine,
    CancelLine,
    CloseLine,
    CommentLine,
    Comparison,
    EveryOrder,
    ExpectCashLine,
    ExpectDeniedLine,
    ExpectOrderLine,
    ExpectPositionLine,
    FlattenLine,
    HaltLine,
    KillLine,
    LimitPrice,
    Line,
    NumberRange,
    OrderGroup,
    OrderNumber,
    OrderState,
    PercentTerm,
    Reference,
    ReferencePrice,
    ReplaceLine,
    ReplayLine,
    ReplayVerb,
    ResumeLine,
    ReverseLine,
    Selector,
    SetLine,
    SizeWord,
    SymbolOrders,
    WaitLine,
    WordTerm,
)
from engine.values import Nanos

SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("words", "selector"),
    [
        ("3", OrderNumber(3)),
        ("1,119", OrderNumber(1_119)),
        ("1119", OrderNumber(1_119)),
        ("3.1", OrderNumber(3, leg=1)),
        ("3-7", NumberRange(3, 7)),
        ("1119-7", OrderNumber(7, day="1119")),
        ("0229-7.2", OrderNumber(7, leg=2, day="0229")),
        ("1119-1125", OrderNumber(1_125, day="1119")),
        ("1,119-1,125", NumberRange(1_119, 1_125)),
        ("1131-1140", NumberRange(1_131, 1_140)),
        ("1319-1325", NumberRange(1_319, 1_325)),
        ("aapl", SymbolOrders("AAPL")),
        ("ALL", SymbolOrders("ALL")),
        ("20MICRONS", SymbolOrders("20MICRONS")),
        ("XHKG:700", SymbolOrders("XHKG:700")),
        ("AAPL buys", SymbolOrders("AAPL", OrderGroup.BUYS)),
        (". sells", SymbolOrders(".", OrderGroup.SELLS)),
        ("BUYS entries", SymbolOrders("BUYS", OrderGroup.ENTRIES)),
        ("M&M exits", SymbolOrders("M&M", OrderGroup.EXITS)),
        ("*", EveryOrder()),
    ],
)
def test_cancel_chooses_orders(words: str, selector: Selector) -> None:
    assert parse_line(f"cancel {words}") == CancelLine(selector)
    assert parse_line(f"c {words}") == CancelLine(selector)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("replace 3 price 190.20", ReplaceLine(OrderNumber(3), LimitPrice("190.20"))),
        ("r 3 qty 5k", ReplaceLine(OrderNumber(3), None, 5_000)),
        ("r 3 stp 188", ReplaceLine(OrderNumber(3), stop=LimitPrice("188"))),
        (
            "replace 3 price 189 stop bid qty 5",
            ReplaceLine(OrderNumber(3), LimitPrice("189"), 5, stop=ReferencePrice(Reference.BID)),
        ),
        (
            'r 1119-3.1 qty 50 price bid override "so"',
            ReplaceLine(OrderNumber(3, 1, "1119"), ReferencePrice(Reference.BID), 50, "so"),
        ),
        ("close AAPL", CloseLine("AAPL")),
        ("close HALF half", CloseLine("HALF", WordTerm(SizeWord.HALF))),
        ('close . 25% override "so"', CloseLine(".", PercentTerm("25"), "so")),
        ("flatten aapl", FlattenLine("AAPL")),
        ("flatten *", FlattenLine(None)),
        ("reverse AAPL", ReverseLine("AAPL")),
        ("halt", HaltLine()),
        ('halt "news"', HaltLine("news")),
        ("resume", ResumeLine()),
        ('resume "calm again"', ResumeLine("calm again")),
        ("kill", KillLine()),
        ("set order_quantity_max 1,000", SetLine("order_quantity_max", "1,000")),
        ("set risk.price_collar 3%", SetLine("risk.price_collar", "3%")),
        ("at 09:31:00", AtLine(Nanos((9 * 3600 + 31 * 60) * SECOND))),
        ("at 09:31", AtLine(Nanos((9 * 3600 + 31 * 60) * SECOND))),
        ("at 00:00:00.250", AtLine(Nanos(250_000_000))),
        (
            "wait order 1 filled within 5s",
            WaitLine(OrderNumber(1), OrderState.FILLED, Nanos(5 * SECOND)),
        ),
        (
            "wait order 1 working within 500ms",
            WaitLine(OrderNumber(1), OrderState.WORKING, Nanos(500_000_000)),
        ),
        ("wait order 1 unknown", WaitLine(OrderNumber(1), OrderState.UNKNOWN)),
        ("replay pause", ReplayLine(ReplayVerb.PAUSE)),
        ("replay play", ReplayLine(ReplayVerb.PLAY)),
        ("replay step", ReplayLine(ReplayVerb.STEP)),
        ("replay step trade", ReplayLine(ReplayVerb.STEP_TRADE)),
        ("replay step 10s", ReplayLine(ReplayVerb.STEP, Nanos(10 * SECOND))),
        ("replay speed 20", ReplayLine(ReplayVerb.SPEED, speed="20")),
        ("replay speed 0.1", ReplayLine(ReplayVerb.SPEED, speed="0.1")),
        ("replay speed max", ReplayLine(ReplayVerb.SPEED, speed="max")),
        ("replay jump 10:30", ReplayLine(ReplayVerb.JUMP, Nanos(37_800 * SECOND))),
        ("replay jump fill", ReplayLine(ReplayVerb.JUMP_FILL)),
        ("replay restart", ReplayLine(ReplayVerb.RESTART)),
        ("expect order 1 working", ExpectOrderLine(OrderNumber(1), OrderState.WORKING)),
        ("expect order 1 filled 100", ExpectOrderLine(OrderNumber(1), OrderState.FILLED, 100)),
        ("expect order 1 partial 0", ExpectOrderLine(OrderNumber(1), OrderState.PARTIAL, 0)),
        ("expect position AAPL 100", ExpectPositionLine("AAPL", 100)),
        ("expect position AAPL -1,000", ExpectPositionLine("AAPL", -1_000)),
        ("expect position CASH 0", ExpectPositionLine("CASH", 0)),
        ("expect cash >= 980000", ExpectCashLine(Comparison.AT_LEAST, "980000")),
        ("expect cash < -1,250.50", ExpectCashLine(Comparison.BELOW, "-1250.50")),
        ("expect denied 2 price_collar", ExpectDeniedLine(OrderNumber(2), "price_collar")),
        ("expect denied 2 r04", ExpectDeniedLine(OrderNumber(2), "R04")),
        ("", BlankLine()),
        (" \t ", BlankLine()),
        ("#", CommentLine("")),
        ("  # buy 100 AAPL mkt", CommentLine("buy 100 AAPL mkt")),
    ],
)
def test_a_line_says_what_it_does(text: str, line: Line) -> None:
    assert parse_line(text) == line


@pytest.mark.parametrize(
    ("text", "column", "message", "hint"),
    [
        ("replay", 8, "a replay control is missing", ""),
        ("replay back", 8, "'back' is no replay control", ""),
        ("replay speed 0", 14, "a speed is from 0.1 to 1,000, or max", None),
        ("replay speed", 14, "a speed is missing", ""),
        ("replay jump back", 13, "'back' is no time of day", None),
        ("replay step trade 2", 19, "'2' is left over", ""),
        ("cancel", 8, "an order or a symbol is missing", ""),
        ("cancel 0", 8, "'0' is no order number", None),
        ("cancel 7-3", 8, "'7-3' is no range of orders", "write it as 3-7, the lower number first"),
        ("cancel 3-7.1", 8, "'3-7.1' is no range of orders", None),
        ("cancel 3 7", 10, "'7' is left over", ""),
        ("cancel AAPL foo", 13, "'foo' is no group of orders", ""),
        ("cancel * buys", 10, "'buys' is left over", ""),
        ("cancel 9999999999", 8, "an order number is at most 1,000,000,000", ""),
        ("replace", 9, "an order is missing", ""),
        (
            "replace 3",
            11,
            "say what changes",
            "write price 190.20, stop 189.50, qty 50 or several of them",
        ),
        ("replace 3 190.20", 11, "'190.20' is left over", "write price 190.20 or qty 50"),
        ("replace 3-7 qty 5", 9, "'3-7' is no order number", None),
        ("replace 3 price mkt", 17, "'mkt' is no price that can rest", None),
        ("replace 3 qty 0", 15, "a quantity is above zero", ""),
        ("replace 3 qty 5 qty 6", 17, "'qty' stands twice", ""),
        ("close", 7, "a symbol is missing", ""),
        ("close AAPL 50", 12, "'50' is no part of a position", "write half or 25%"),
        ("close AAPL 101%", 12, "101% is not above 0% and up to 100%", ""),
        ("flatten", 9, "a symbol or * is missing", ""),
        ("reverse *", 9, "'*' is no symbol", None),
        ("halt now", 6, "a reason stands in quotes", 'write halt "…"'),
        ("kill all", 6, "'all' is left over", ""),
        ("kill ?", 6, "'?' previews orders, and changes of them", ""),
        ("set", 5, "a limit is missing", ""),
        ("set order_quantity_max", 24, "a value is missing", ""),
        ("at 24:00:00", 4, "'24:00:00' is no time of day", None),
        ("at 9:31", 4, "'9:31' is no time of day", "write it as 09:31:00 or 09:31:00.250"),
        ("wait 5s", 6, "'order' stands here", "write wait order 1 filled within 5s"),
        ("wait order 1 filld", 14, "'filld' is no state", ""),
        ("wait order 1 filled 5s", 21, "'5s' is left over", "write within 5s"),
        (
            "at 09:31:00 buy 10 AAPL mkt",
            13,
            "'buy' is left over",
            "what is done then stands on the next line",
        ),
        ("replace 3 stop 188 stp 187", 20, "'stp' stands twice", ""),
        ("replace 3 stop mkt", 16, "'mkt' is no price that can rest", None),
        ("wait order 1 filled within 0s", 28, None, None),
        ("wait order 1 filled within 25000m", 28, None, None),
        ("wait order 1 filled within 5", 28, "'5' is no duration", None),
        ("expect", 8, "an expectation is missing", ""),
        ("expect orders 1 filled", 8, "'orders' is no expectation", ""),
        ("expect cash 980000", 13, "'980000' is no comparison", ""),
        ("expect cash >= 1000000000000", 16, "an amount is below 1,000,000,000,000", ""),
        ("expect cash >= 1.0000001", 16, "an amount has at most 6 decimals", ""),
        ("expect cash >= lots", 16, "'lots' is no amount", "write it as 980000.50"),
        ("expect position AAPL", 22, "a quantity is missing", ""),
        ("expect denied 2", 17, "a rule is missing", ""),
    ],
)
def test_a_slip_is_named_where_it_stands(
    text: str, column: int, message: str | None, hint: str | None
) -> None:
    refused = parse_line(text)

    assert isinstance(refused, SyntaxProblem)
    assert refused.column == column
    assert message is None or refused.message == message
    assert hint is None or refused.hint == hint


def test_a_range_that_could_be_a_day_prints_with_commas() -> None:
    assert print_line(CancelLine(NumberRange(1_119, 1_125))) == "cancel 1,119-1,125"
    assert print_line(CancelLine(NumberRange(3, 7))) == "cancel 3-7"


@pytest.mark.parametrize(
    ("nanos", "text"),
    [
        (120 * SECOND, "2m"),
        (5 * SECOND, "5s"),
        (1_500_000_000, "1500ms"),
        (1_000_000, "1ms"),
        (500, "0.0000005s"),
    ],
)
def test_a_duration_prints_in_the_unit_that_fits(nanos: int, text: str) -> None:
    line = WaitLine(OrderNumber(1), OrderState.FILLED, Nanos(nanos))

    assert print_line(line) == f"wait order 1 filled within {text}"
    assert parse_line(print_line(line)) == line
