"""S11: every symbol of real lists is one word, and no text of any kind is more than a symbol."""

import csv
import gzip
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.settings import schema
from engine.language import syntax as syn
from engine.language.names import read_symbol
from engine.language.parser import parse_line
from engine.language.printer import print_line
from engine.language.problems import Misread
from engine.runtime.context import UnresolvedError
from tests.harness import DeskBench
from tests.unit.runtime.desk import meant

WRITTEN = re.compile(r"(?:[A-Z0-9]{4}:)?[A-Z0-9.\-/ ^=&_]{1,24}")
"""As the requirement has it; a blank would end the word, so this language takes none."""


def listed(folder: Path) -> set[str]:
    """Exchanges' own lists of the United States and of India, and a day of everything on NSE."""
    found = set[str]()
    for name, column in (
        ("us_symbols.csv", "symbol"),
        ("nasdaq-listed-symbols.csv", "Symbol"),
        ("sp500_constituents.csv", "Symbol"),
        ("nse_EQUITY_L.csv", "SYMBOL"),
    ):
        with (folder / "symbols" / name).open(newline="", encoding="utf-8") as file:
            found |= {row[column].strip() for row in csv.DictReader(file)}
    day = folder / "nse_eod_20251216" / "sec_bhavdata_full_16122025.csv.gz"
    with gzip.open(day, "rt", newline="") as file:
        found |= {row["SYMBOL"].strip() for row in csv.DictReader(file)}
    return {symbol for symbol in found if symbol and "File Creation" not in symbol}


def test_every_symbol_of_the_real_lists_is_read_as_itself(market_data: Path) -> None:
    symbols = listed(market_data)
    assert len(symbols) > 9_000
    refused = {symbol for symbol in symbols if read_symbol(symbol) != symbol}
    assert refused == set()
    assert {"M&M", "J&KBANK", "BAJAJ-AUTO", "BRK/B"} <= symbols
    for symbol in symbols:
        line = parse_line(f"buy 100 {symbol} 10.00")
        assert isinstance(line, syn.OrderLine)
        assert (line.symbol, parse_line(print_line(line))) == (symbol, line)
        assert schema.SYMBOL.fullmatch(symbol), "in a list of the settings too"


@given(st.text(max_size=40))
def test_no_text_is_a_symbol_that_is_not_written_like_one(text: str) -> None:
    symbol = read_symbol(text)
    if not isinstance(symbol, Misread):
        assert WRITTEN.fullmatch(symbol)
        assert not set(symbol) & set(" '\"\\;`$(){}[]<>|*%\n\r\t\0")


@pytest.mark.parametrize(
    "attack",
    [
        "A'; drop table orders; --", "A\" or 1=1", "A\0B", "A B", "../../etc", "$(reboot)", "A;B",
        "\N{FULLWIDTH LATIN CAPITAL LETTER A}", "\N{CYRILLIC CAPITAL LETTER A}APL", "A\u200bB",
        "=1+1", "@A", "A" * 25, "A\tB", "%s", "{A}", "A\\x41", "..", "./-", "",
    ],
)  # fmt: skip
def test_what_is_no_symbol_is_refused_or_only_a_name(attack: str) -> None:
    symbol = read_symbol(attack)
    assert isinstance(symbol, Misread) or WRITTEN.fullmatch(symbol)


def test_a_symbol_of_another_exchange_is_asked_about_and_never_taken_for_this_one() -> None:
    bench = DeskBench()
    bench.quotes("AAPL", 1_899_000, 1_900_000)
    assert meant(bench, "buy 5 XNAS:AAPL 190.00").symbol == "AAPL"
    for text in ("buy 5 XNSE:AAPL 190.00", "flatten XLON:AAPL", "cancel XNSE:AAPL"):
        with pytest.raises(UnresolvedError, match="AAPL is traded at XNAS here, not at X"):
            meant(bench, text)
