"""What is printed is read back, whatever is typed is answered, and every offered word fits."""

import csv
import os
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.language import syntax
from engine.language.completion import complete
from engine.language.echo import describe
from engine.language.lexer import LINE_CHARACTERS_MAX, lex
from engine.language.names import is_day, read_symbol
from engine.language.parser import parse_line, parse_script
from engine.language.printer import print_line
from engine.language.problems import Misread, SyntaxProblem
from engine.language.words import fits_after
from engine.values import Instruction, Nanos, TimeInForce

NASTY_SYMBOLS = (
    *("LMT", "ALL", "POST", "ON", "B", "S", "C", "R", "BC", "SS", "A", "T", "K", "MKT", "BID"),
    *("ASK", "MID", "LAST", "OPEN", "HIGH", "LOW", "PC", "DAY", "GTC", "IOC", "FOK", "STP", "RO"),
    *("TAG", "VIA", "ACCT", "NOTE", "HALF", "MAX", "POS", "BUYS", "SELLS", "EXITS", "PRICE"),
    *("QTY", "ORDER", "CASH", "DENIED", "WAIT", "KILL", "HALT", "OVERRIDE", "TRAIL", "TP", "SL"),
    *("BRK/A", "BRK.B", "ABR^D", "M&M", "BAJAJ-AUTO", "20MICRONS", "3MINDIA", "ES=F", "A-B_C"),
    *("XNSE:M&M", "XNAS:ALL", "1119-A", "."),
)


def _is_symbol(text: str) -> bool:
    return read_symbol(text) == text


def _has_letter(symbol: str) -> bool:
    """Cancel takes a word of figures for order numbers, so such a symbol needs its market."""
    return symbol == "." or any(character.isalpha() for character in symbol)


symbols = st.one_of(
    st.sampled_from(NASTY_SYMBOLS),
    st.from_regex(r"([A-Z0-9]{4}:)?[A-Z0-9.\-/^=&_]{1,24}", fullmatch=True).filter(_is_symbol),
)
decimals = st.builds(
    lambda whole, part: f"{whole}.{part}" if part else str(whole),
    st.integers(0, 10**9),
    st.from_regex(r"(\d{1,9})?", fullmatch=True).filter(str.isascii),
)
figures = decimals.filter(lambda text: any(digit in "123456789" for digit in text))
currencies = st.sampled_from(["USD", "INR", "EUR", "USDT", "FDUSD"])
converted = figures.filter(lambda text: len(text.partition(".")[2]) <= 6)
coins = st.builds(
    lambda whole, part: f"{whole}.{part}",
    st.integers(0, 10**9),
    st.from_regex(r"\d{0,8}[1-9]", fullmatch=True).filter(str.isascii),
)
"""Sizes with decimals: text without needless zeros at its end."""
shares = st.integers(1, 10**12) | coins
percents = st.integers(1, 10_000).map(lambda basis: f"{basis / 100:g}")
offsets = st.one_of(
    st.builds(syntax.Offset, st.booleans(), figures),
    st.builds(
        syntax.Offset,
        st.booleans(),
        st.integers(1, 10**6).map(str),
        st.just(syntax.OffsetUnit.TICKS),
    ),
    st.builds(
        syntax.Offset,
        st.booleans(),
        st.integers(1, 9_999).map(lambda basis: f"{basis / 100:g}"),
        st.just(syntax.OffsetUnit.PERCENT),
    ),
)
limits = st.builds(syntax.LimitPrice, figures)
references = st.builds(
    syntax.ReferencePrice, st.sampled_from(syntax.Reference), st.none() | offsets
)
touches = st.builds(syntax.TouchPrice, offsets)
quantities = st.one_of(
    st.builds(syntax.SharesTerm, shares),
    st.builds(syntax.CashTerm, st.integers(1, 10**9).map(str)),
    st.builds(syntax.PercentTerm, percents),
    st.builds(syntax.WordTerm, st.sampled_from(syntax.SizeWord)),
)
names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:/%\-]{0,20}", fullmatch=True).filter(str.isascii)
texts = st.text(
    st.characters(exclude_categories=("C", "Z"), exclude_characters='"', include_characters=" #?"),
    min_size=1,
    max_size=60,
).filter(lambda text: text.strip() and text.isprintable())
common = {
    "account": st.none() | names,
    "venue": st.none() | names,
    "tag": st.none() | names,
    "note": st.none() | texts,
    "override": st.none() | texts,
    "preview": st.booleans(),
    "reduce_only": st.booleans(),
}
exit_prices = st.one_of(limits, references, touches)
exits = {"target": st.none() | exit_prices, "stop_loss": st.none() | exit_prices}


def _may_have_exits(line: syntax.OrderLine) -> bool:
    """`tp` and `sl` go with an order that opens, and not with one for the close."""
    has_exits = line.target is not None or line.stop_loss is not None
    return not (has_exits and (line.reduce_only or line.time_in_force is TimeInForce.CLS))


resting_orders = st.builds(
    syntax.OrderLine,
    st.sampled_from(Instruction),
    quantities,
    symbols,
    price=st.one_of(limits, references, touches),
    time_in_force=st.sampled_from((None, TimeInForce.DAY, TimeInForce.GTC)),
    post_only=st.booleans(),
    **common,
    **exits,
).filter(_may_have_exits)
crossing_orders = st.builds(
    syntax.OrderLine,
    st.sampled_from(Instruction),
    quantities,
    symbols,
    price=st.one_of(limits, references, touches, st.just(syntax.MarketPrice())),
    time_in_force=st.none() | st.sampled_from(TimeInForce),
    **common,
    **exits,
).filter(_may_have_exits)
stop_orders = st.builds(
    syntax.OrderLine,
    st.sampled_from(Instruction),
    quantities,
    symbols,
    stop=st.builds(
        syntax.StopClause, st.one_of(limits, references), st.none() | limits | references
    ),
    time_in_force=st.none()
    | st.sampled_from([lives for lives in TimeInForce if not lives.is_for_auction]),
    **common,
    **exits,
).filter(_may_have_exits)
oco_lines = st.builds(
    syntax.OcoLine,
    quantities,
    symbols,
    exit_prices,
    exit_prices,
    time_in_force=st.sampled_from((None, TimeInForce.DAY, TimeInForce.GTC)),
    tag=st.none() | names,
    note=st.none() | texts,
)
days = st.builds(lambda month, day: f"{month:02d}{day:02d}", st.integers(1, 12), st.integers(1, 28))
numbers = st.integers(1, 10**9)
order_numbers = st.builds(
    syntax.OrderNumber, numbers, st.none() | st.integers(1, 99), st.none() | days
)
ranges = st.tuples(st.integers(1, 3_000), st.integers(1, 3_000)).map(
    lambda ends: syntax.NumberRange(ends[0], ends[0] + ends[1])
)
selectors = st.one_of(
    order_numbers,
    ranges,
    st.builds(syntax.SymbolOrders, symbols.filter(_has_letter), st.sampled_from(syntax.OrderGroup)),
    st.just(syntax.EveryOrder()),
)
replaces = st.builds(
    syntax.ReplaceLine,
    order_numbers,
    st.none() | st.one_of(limits, references, touches),
    st.none() | shares,
    st.none() | texts,
).filter(lambda line: line.price is not None or line.quantity is not None)
fractions = st.one_of(
    st.none(),
    st.just(syntax.WordTerm(syntax.SizeWord.HALF)),
    st.builds(syntax.PercentTerm, percents),
)
states = st.sampled_from(syntax.OrderState)
rules = st.from_regex(r"R[0-9]{2}|[a-q][a-z0-9_]{0,30}", fullmatch=True)
moments = st.integers(0, 24 * 3600 * 10**9 - 1).map(Nanos)
durations = st.integers(1, 24 * 3600 * 10**9).map(Nanos)
previewed = st.one_of(
    st.builds(syntax.CancelLine, selectors),
    replaces,
    st.builds(syntax.CloseLine, symbols, fractions, st.none() | texts),
    st.builds(syntax.FlattenLine, st.none() | symbols),
    st.builds(syntax.ReverseLine, symbols, st.none() | texts),
)
accounts = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:\-]{0,20}", fullmatch=True)
lines: st.SearchStrategy[syntax.Line] = st.one_of(
    resting_orders,
    crossing_orders,
    stop_orders,
    oco_lines,
    st.builds(syntax.PreviewedLine, oco_lines),
    previewed,
    st.builds(syntax.PreviewedLine, previewed),
    st.builds(syntax.HaltLine, st.none() | texts),
    st.builds(syntax.ResumeLine, st.none() | texts),
    st.just(syntax.KillLine()),
    st.builds(
        syntax.SetLine,
        st.from_regex(r"[a-z][a-z0-9_.]{0,30}", fullmatch=True),
        st.from_regex(r"[A-Za-z0-9$][A-Za-z0-9.,%]{0,20}", fullmatch=True),
        st.none() | texts,
    ),
    st.builds(syntax.ConvertLine, st.none() | converted, currencies, currencies),
    st.builds(
        syntax.ResolveLine,
        order_numbers,
        st.sampled_from([syntax.ResolvedAs.NOT_PLACED, syntax.ResolvedAs.CANCELLED]),
        texts,
    ),
    st.builds(
        syntax.ResolveLine,
        order_numbers,
        st.just(syntax.ResolvedAs.FILLED),
        texts,
        st.integers(1, 10**12),
        figures,
    ),
    st.builds(
        syntax.AdoptLine,
        st.sampled_from(syntax.Adopted),
        st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:\-]{0,20}", fullmatch=True),
        texts,
    ),
    st.just(syntax.ReconcileLine()),
    st.builds(
        syntax.LinkLine,
        st.sampled_from([syntax.LinkAct.GO, syntax.LinkAct.RESET, syntax.LinkAct.SWEEP]),
        st.just(""),
        texts,
    ),
    st.builds(
        syntax.LinkLine,
        st.sampled_from([syntax.LinkAct.IN, syntax.LinkAct.OUT]),
        st.integers(1, 10**18 - 1).map(str),
        texts,
    ),
    st.builds(
        syntax.LinkLine,
        st.just(syntax.LinkAct.DISPUTE),
        st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:\-]{0,20}", fullmatch=True),
        texts,
    ),
    st.builds(syntax.ArmLine, accounts, texts),
    st.builds(syntax.DisarmLine, accounts, st.none() | texts),
    st.builds(syntax.AtLine, moments),
    st.builds(syntax.WaitLine, order_numbers, states, st.none() | durations),
    st.sampled_from(
        [
            syntax.ReplayLine(verb)
            for verb in syntax.ReplayVerb
            if verb not in (syntax.ReplayVerb.SPEED, syntax.ReplayVerb.JUMP)
        ]
    ),
    st.builds(syntax.ReplayLine, st.just(syntax.ReplayVerb.STEP), durations),
    st.builds(syntax.ReplayLine, st.just(syntax.ReplayVerb.JUMP), moments),
    st.builds(
        syntax.ReplayLine,
        st.just(syntax.ReplayVerb.SPEED),
        speed=st.sampled_from(["0.1", "0.125", "1", "20", "1000", "max"]),
    ),
    st.builds(syntax.ExpectOrderLine, order_numbers, states, st.none() | st.integers(0, 10**12)),
    st.builds(syntax.ExpectPositionLine, symbols, st.integers(-(10**12), 10**12)),
    st.builds(syntax.ExpectProtectedLine, symbols, st.integers(0, 10**12)),
    st.builds(
        syntax.ExpectCashLine,
        st.sampled_from(syntax.Comparison),
        st.one_of(decimals, figures.map(lambda text: f"-{text}")),
        st.none() | currencies,
    ),
    st.builds(syntax.ExpectFeesLine, st.sampled_from(syntax.Comparison), decimals),
    st.builds(syntax.ExpectDeniedLine, order_numbers, rules),
    st.builds(syntax.CommentLine, st.just("") | texts.map(str.strip)),
    st.just(syntax.BlankLine()),
)

FILLED_IN = {
    "<quantity>": "100",
    "<currency>": "INR",
    "<name>": "V17",
    "<symbol>": "LMT",
    "<price>": "190.12",
    "<+0.05>": "+0.05",
    "<-5t>": "-5t",
    "<-0.5%>": "-0.5%",
    "<order>": "3",
    "<3-7>": "3-7",
    "<account>": "U1",
    "<venue>": "ARCA",
    "<word>": "scalp",
    '<"text">': '"text"',
    '<"reason">': '"reason"',
    "<limit>": "order_quantity_max",
    "<value>": "1000",
    "<09:31:00>": "09:31:00",
    "<25%>": "25%",
    "<5s>": "5s",
    "<amount>": "980000",
    "<rule>": "price_collar",
    "<10s>": "10s",
    "<20>": "20",
    "<10:30:00>": "10:30:00",
}


@given(lines)
@settings(max_examples=600, deadline=None)
def test_what_is_printed_reads_back_the_same(line: syntax.Line) -> None:
    assert parse_line(print_line(line)) == line


@pytest.mark.long
@given(lines)
@settings(max_examples=20_000, deadline=None)
def test_what_is_printed_reads_back_the_same_twenty_thousand_times(line: syntax.Line) -> None:
    assert parse_line(print_line(line)) == line


@given(lines)
@settings(max_examples=300, deadline=None)
def test_every_line_can_be_said_in_printable_words(line: syntax.Line) -> None:
    assert describe(line, "IBM").isprintable()


words_of_the_desk = st.sampled_from(
    (
        *("buy", "c", "close", "expect", "order", "cash", "wait", "set", "replace", "price", "qty"),
        *("100", "$10k", "r500", "25%", "1,00", "AAPL", ".", "*", "190.12", "mkt", "bid", "+5t"),
        *("stp", "lmt", "gtc", "ioc", "post", "note", '"x"', '"', "override", "?", "#", "trail"),
        *("3-7", "1119-7", "within", "5s", "filled", ">=", "٣", "²", "−", "\x1b", "half", "-", "@"),
    )
)
almost_lines = st.lists(words_of_the_desk, max_size=14).map(" ".join)


@given(st.one_of(st.text(max_size=200), almost_lines), st.integers(-5, 250))
@example("²", 0)
@example("buy ٣ AAPL mkt", 5)
@example("c " + "9" * 900, 0)
@example("at 0٣:00:00", 0)
@settings(max_examples=1_000, deadline=None)
def test_whatever_is_typed_is_answered(text: str, cursor: int) -> None:
    read = parse_line(text)
    if isinstance(read, SyntaxProblem):
        assert 1 <= read.column <= len(text) + 2
        assert read.length >= 1
        assert all(part.isprintable() for part in read.render().split("\n"))
    else:
        assert parse_line(print_line(read)) == read
    assert complete(text, cursor).start <= len(text)
    parse_script(text)


@given(lines, st.data())
@settings(max_examples=400, deadline=None)
def test_every_word_offered_fits_where_it_is_offered(
    line: syntax.Line, data: st.DataObject
) -> None:
    lexed = lex(print_line(line), 1)
    assert not isinstance(lexed, SyntaxProblem)
    shown = [f'"{word.text}"' if word.is_quoted else word.text for word in lexed.words]
    kept = data.draw(st.integers(0, len(shown)))
    head = " ".join(shown[:kept])
    for fit in fits_after(tuple(word.text for word in lexed.words[:kept])):
        longer = f"{head} {FILLED_IN.get(fit, fit)}".strip()
        read = parse_line(longer)
        if isinstance(read, SyntaxProblem) and read.message != "say mkt if you mean market":
            assert read.column > len(longer), (longer, read)


def test_the_longest_line_is_answered_in_work_that_grows_with_its_length() -> None:
    for piece in ('"', "?", "-", "9", "1,", "a ", "+", "b 1 A 5 ", "note "):
        text = (piece * LINE_CHARACTERS_MAX)[:LINE_CHARACTERS_MAX]
        read = parse_line(text)
        assert isinstance(read, SyntaxProblem)


SHAPES = (
    "buy 100 {} 190.12",
    "sell 100 {} mkt ?",
    "short 100 {} stp 5 lmt 4",
    "cover max {} bid-5t gtc post",
    "cancel {}",
    "cancel {} buys",
    "close {}",
    "close {} half",
    "flatten {}",
    "reverse {}",
    "expect position {} 100",
)


def _symbols_of_the_lists(folder: Path) -> set[str]:
    found = set()
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found.add(
                    (row.get("Symbol") or row.get("SYMBOL") or row.get("symbol") or "").strip()
                )
    return {symbol for symbol in found if symbol and not symbol.startswith("File Creation Time")}


def _assert_every_shape_reads_back(symbol: str) -> None:
    for shape in SHAPES:
        text = shape.format(symbol)
        read = parse_line(text)
        assert not isinstance(read, SyntaxProblem), read.render()
        assert print_line(read) == text
        assert parse_line(text.lower()) == read


@pytest.mark.parametrize("symbol", NASTY_SYMBOLS)
def test_a_nasty_symbol_reads_back_in_every_shape(symbol: str) -> None:
    assert not isinstance(read_symbol(symbol), Misread)
    _assert_every_shape_reads_back(symbol)


def test_every_listed_symbol_reads_back_in_every_shape() -> None:
    root = os.environ.get("TRADER_MARKET_DATA")
    if not root:
        pytest.skip("TRADER_MARKET_DATA is not set: the symbol lists are not here")
    listed = _symbols_of_the_lists(Path(root) / "symbols")

    assert len(listed) > 10_000
    for symbol in listed:
        _assert_every_shape_reads_back(symbol)


def test_a_day_is_never_a_range() -> None:
    for first in range(1, 2_000):
        text = print_line(syntax.CancelLine(syntax.NumberRange(first, first + 1)))
        assert ("," in text) == is_day(str(first))
        assert parse_line(text) == syntax.CancelLine(syntax.NumberRange(first, first + 1))
