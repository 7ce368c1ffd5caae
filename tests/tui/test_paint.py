"""Foreign text reaches the screen as plain cells, figures as people read them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from engine.instruments import Instrument
from engine.values import Money, Price
from tui.paint import (
    FOREIGN_TEXT_CHARACTERS_MAX,
    Line,
    clean,
    compact_quantity,
    distance_text,
    fit,
    money_text,
    order_number,
    percent_text,
    price_text,
    quantity_text,
    wrap,
)

ATTACKS = (
    "\x1b[31mred\x1b[0m",
    "\x1b]52;c;cm0gLXJm\x07",
    "\x9b31m",
    "a\u202eb",
    "zero\u200bwidth",
    "\U000e0041tag",
    "e" + "\u0301" * 40,
    "two\nlines\r\n",
    "\ufeffmark",
    "enclosed\u20dd",
    "variant\ufe0f",
    "filler\u3164\u115f\u1160\uffa0",
)


@pytest.mark.parametrize("text", ATTACKS)
def test_clean_leaves_no_control_format_or_combining_character(text):
    for character in clean(text):
        assert unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me")
        assert "FILLER" not in unicodedata.name(character)


@given(st.text(max_size=700))
def test_clean_text_is_one_printable_line_of_bounded_length(text):
    cleaned = clean(text)
    assert len(cleaned) <= FOREIGN_TEXT_CHARACTERS_MAX
    assert all(character.isprintable() for character in cleaned)


def test_markup_is_only_text():
    assert clean("[@click=app.quit]x[/]") == "[@click=app.quit]x[/]"


@given(st.text(max_size=60), st.integers(1, 40), st.booleans())
def test_fit_gives_exactly_the_cells_asked_for(text, width, right):
    assert cell_len(fit(clean(text), width, right=right)) == width


@given(st.lists(st.text(max_size=12), max_size=8), st.integers(1, 40))
def test_a_padded_line_is_as_wide_as_the_pane(texts, width):
    line = Line()
    for place, text in enumerate(texts):
        line.add(clean(text), Style(bold=bool(place % 2)))
    strip = line.pad(width, Style()).strip()
    assert strip.cell_length == width == sum(cell_len(segment.text) for segment in strip)


@given(st.text(alphabet="ab ", max_size=80), st.integers(1, 20))
def test_wrapped_text_fits_and_loses_no_letter(text, width):
    rows = wrap(text, width)
    assert all(cell_len(row) <= width for row in rows)
    assert "".join(rows).replace(" ", "") == text.replace(" ", "")


def test_missing_figures_are_a_dash_and_never_zero():
    assert money_text(None) == "—"
    assert price_text(Instrument("AAPL"), Price(0)) == "—"
    assert percent_text(0, 0) == "—"


def test_profit_and_loss_are_always_signed():
    assert money_text(Money(2_179_800_000), signed=True) == "+2,179.80"
    assert money_text(Money(-5_000_000), signed=True) == "−5.00"
    assert quantity_text(Instrument("AAPL"), -500, signed=True) == "−500"


@pytest.mark.parametrize(
    ("change", "reference", "shown"),
    [(2_400, 5_746_400, "+0.04%"), (-1, 30_000, "0.00%"), (-300, 30_000, "−1.00%")],
)
def test_percent_has_two_decimals_and_no_sign_at_zero(change, reference, shown):
    assert percent_text(change, reference) == shown


@pytest.mark.parametrize(
    ("quantity", "shown"),
    [(999, "999"), (9_999, "9999"), (12_345, "12.3K"), (123_456, "123K"), (2_500_000, "2.5M")],
)
def test_depth_sizes_take_five_cells_at_most(quantity, shown):
    assert compact_quantity(Instrument("AAPL"), quantity) == shown


@pytest.mark.parametrize(
    ("units", "cells", "shown"),
    [
        (378_826_000, 5, "3.788"),
        (378_826_000, 7, "3.78826"),
        (1_234_567_890, 5, "12.34"),
        (1_234_500_000_000, 5, "12.3K"),
        (150_000_000, 5, "1.5"),
        (12_000, 7, "0.00012"),
        (12_000, 5, "<.001"),
        (1, 7, "<.00001"),
        (0, 5, "0"),
    ],
)
def test_sizes_with_decimals_fit_their_cells_and_are_never_shown_as_nothing(units, cells, shown):
    coin = Instrument("BTCUSDT", quantity_digits=8)
    assert compact_quantity(coin, units, cells=cells) == shown
    assert cell_len(shown) <= cells


def test_a_spread_has_the_decimals_of_the_prices_around_it():
    assert distance_text(Instrument("AAPL"), 400, near=Price(1_900_000)) == "0.04"
    assert distance_text(Instrument("PENNY"), 4, near=Price(5_000)) == "0.0004"


@pytest.mark.parametrize(
    ("label", "shown"),
    [("20260105-7", "7"), ("20260105-7.1", "7.1"), ("20251119-7", "1119-7"), ("7", "7")],
)
def test_an_order_is_named_as_a_line_would_name_it(label, shown):
    assert order_number(label, 7, 20260105) == shown
