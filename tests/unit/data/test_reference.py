"""A symbol is found by what a trader types: its letters, its name, or nearly so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.reference import SymbolReference
from engine.instruments import Instrument

LISTED = [
    ("AAPL", "Apple Inc"),
    ("A", "Agilent Technologies"),
    ("AA", "Alcoa"),
    ("GOOG", "Alphabet Inc Class C"),
    ("IBM", "International Business Machines"),
    ("MSFT", "Microsoft Corporation"),
    ("M&M", "Mahindra & Mahindra"),
    ("BRK.B", "Berkshire Hathaway Class B"),
]
REFERENCE = SymbolReference(Instrument(symbol, name) for symbol, name in LISTED)


def found(text: str, limit: int = 5) -> list[str]:
    return [match.symbol for match in REFERENCE.search(text, limit)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("aapl", "AAPL"),
        ("a", "A"),
        ("goo", "GOOG"),
        ("apple", "AAPL"),
        ("machines", "IBM"),
        ("microsft", "MSFT"),
        ("mstf", "MSFT"),
        ("gogo", "GOOG"),
        ("m&m", "M&M"),
        ("brk", "BRK.B"),
        ("  ibm ", "IBM"),
    ],
)
def test_what_was_meant_comes_first(typed: str, first: str) -> None:
    assert found(typed)[0] == first


def test_letters_of_a_symbol_outrank_letters_of_a_name() -> None:
    assert found("a")[:3] == ["A", "AA", "AAPL"]


def test_nothing_like_it_is_nothing() -> None:
    assert found("qqqqqq") == []
    assert found("a", 0) == []
    assert REFERENCE.instrument("NOPE") is None
    assert REFERENCE.instrument("IBM") is not None


@given(st.text(max_size=60), st.integers(0, 12))
def test_any_text_gives_at_most_so_many_different_symbols(text: str, limit: int) -> None:
    symbols = found(text, limit)
    assert len(symbols) == len(set(symbols)) <= limit
