"""What the synthetic market lists, and what it says about a symbol that it does not."""

import pytest

from connectors.feeds.synthetic.opening import OPENING_SPREAD_BPS_MAX
from connectors.feeds.synthetic.symbols import (
    LISTINGS,
    UnknownSymbolError,
    listings_of,
)


def test_at_least_twenty_symbols_are_listed_and_the_promised_five_among_them():
    symbols = [listing.symbol for listing in LISTINGS]
    assert len(symbols) >= 20
    assert len(set(symbols)) == len(symbols)
    assert {"AAPL", "MSFT", "GOOG", "IBM", "SPY"} <= set(symbols)


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: listing.symbol)
def test_every_listing_can_open_within_ten_basis_points(listing):
    spread_bps = listing.spread_ticks / listing.previous_close_cents * 10_000
    assert spread_bps <= OPENING_SPREAD_BPS_MAX or listing.spread_ticks == 1
    assert listing.lot >= 100
    assert listing.queue >= listing.lot


def test_no_choice_is_every_symbol():
    assert listings_of(None) == listings_of([]) == LISTINGS


def test_a_choice_keeps_its_order_and_a_symbol_named_twice_counts_once():
    chosen = listings_of(["SPY", "AAPL", "SPY"])
    assert [listing.symbol for listing in chosen] == ["SPY", "AAPL"]


def test_an_unknown_symbol_is_refused_with_the_nearest_first_and_exit_code_2():
    with pytest.raises(UnknownSymbolError, match=r"no symbol APPL; it has AAPL, ") as caught:
        listings_of(["SPY", "APPL"])
    assert caught.value.exit_code == 2
    assert all(listing.symbol in str(caught.value) for listing in LISTINGS)


def test_control_characters_of_a_wrong_symbol_do_not_reach_the_screen():
    with pytest.raises(UnknownSymbolError) as caught:
        listings_of(["\x1b[2J" + "A" * 100])
    assert "\x1b" not in str(caught.value)
    assert "A" * 30 not in str(caught.value)
