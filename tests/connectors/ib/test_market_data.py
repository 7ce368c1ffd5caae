"""Quotes, depth and contracts at IB: what is live, delayed, frozen, missing or ambiguous."""

from collections.abc import Callable

import pytest

from connectors.ib.terms import LIVE_ALONE
from connectors.line_error import LineError
from engine.domain.quotes import Phase, Quote, Source
from engine.domain.reports import VenueRejected
from engine.values import Side
from tests.connectors.contract.conftest import new, only
from tests.connectors.contract.ib_end import IbEnd
from tests.connectors.ib.gateway.market import Right

Desk = Callable[..., IbEnd]


def quote(end: IbEnd, symbol: str = "AAPL") -> Quote:
    found = end.ib.market.quote(symbol)
    assert found is not None
    return found


def quoted(end: IbEnd, symbol: str = "AAPL") -> Quote:
    """With a first bid and ask."""
    end.gateway.quote(symbol, bid="190.10", bid_size=300, ask="190.12", ask_size=500)
    end.until(lambda: quote(end, symbol).is_two_sided and quote(end, symbol).ask_size)
    return quote(end, symbol)


def test_a_quote_is_what_the_gateway_says_last(desk: Desk) -> None:
    end = desk()
    found = quoted(end)
    assert (found.bid, found.bid_size, found.ask, found.ask_size) == (
        1_901_000,
        300,
        1_901_200,
        500,
    )
    assert found.source is Source.LIVE and found.at
    end.gateway.trade("AAPL", "190.11", 100)
    end.until(lambda: found.last == 1_901_100)


def test_a_price_of_minus_one_is_none(desk: Desk) -> None:
    end = desk()
    found = quoted(end)
    end.gateway.quote("AAPL", bid=None, bid_size=0)
    end.until(lambda: not found.bid)
    assert not found.is_two_sided and found.bid_size == 0


@pytest.mark.parametrize(("value", "words"), [(1, "halted"), (2, "volatility")])
def test_a_halt_is_a_phase_with_its_reason(desk: Desk, value: int, words: str) -> None:
    end = desk()
    found = quoted(end)
    end.gateway.quote("AAPL", halted=value)
    end.until(lambda: found.phase is Phase.HALTED)
    assert words in found.phase_text
    end.gateway.quote("AAPL", halted=0)
    end.until(lambda: found.phase is not Phase.HALTED)


def test_delayed_data_is_badged_and_told(desk: Desk) -> None:
    end = desk(stands=False)
    end.gateway.entitle("AAPL", Right.DELAYED)
    end.ib.stand_up(5)
    end.gateway.quote("AAPL", bid="190.10", bid_size=300, ask="190.12", ask_size=500)
    end.until(lambda: quote(end).is_two_sided)
    assert quote(end).source is Source.DELAYED


def test_frozen_data_is_badged(desk: Desk) -> None:
    end = desk()
    quoted(end)
    end.gateway.show_type(2)
    end.until(lambda: quote(end).source is Source.FROZEN)


def test_data_that_is_not_ours_is_told_once_and_quotes_stay_empty(desk: Desk) -> None:
    end = desk(stands=False)
    end.gateway.entitle("AAPL", Right.NONE)
    end.ib.stand_up(5)
    end.hear()
    assert not quote(end).is_two_sided
    assert [note for note in end.notes if "no live data of AAPL" in note]


def test_a_session_elsewhere_has_the_data_and_is_not_fought(desk: Desk) -> None:
    symbols = ("AAPL", "MSFT", "SPY")
    end = desk(competing_session=True, terms={"data_type": LIVE_ALONE}, symbols=symbols)
    end.hear()
    told = [note for note in end.notes if "another session of this user" in note]
    assert len(told) == 1, "it is of all symbols, and said once"
    assert "another session of this user" in end.ib.line().text and end.ib.line().is_doubtful
    assert end.gateway.count("reqMktData") == len(symbols)


def test_a_reconnect_asks_for_everything_under_new_ids(desk: Desk) -> None:
    end = desk()
    quoted(end)
    end.ib.depth("AAPL", 5)
    end.hear()
    end.gateway.drop()
    end.until(lambda: not end.ib._line.is_up)
    assert end.ib.market.doubted_at > 0
    end.until(lambda: end.ib._line.is_up)
    end.hear()
    assert end.gateway.lines() == ["AAPL"] and end.gateway.count("reqMarketDataType") == 2
    assert end.gateway.count("reqMktDepth") == 2
    end.gateway.quote("AAPL", bid="190.11", bid_size=100)
    end.until(lambda: quote(end).bid == 1_901_100)


# ── depth ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("style", ["shift", "in_place"])
def test_depth_is_right_however_the_gateway_moves_its_rows(desk: Desk, style: str) -> None:
    end = desk(depth_style=style)
    quoted(end)
    end.gateway.book("AAPL", bids=[("190.10", 3), ("190.08", 2)], asks=[("190.12", 5)])
    end.ib.depth("AAPL", 5)
    end.until(lambda: len(end.ib.depth("AAPL", 5)[0]) == 2)
    for bids in (
        [("190.10", 3), ("190.09", 7), ("190.08", 2)],
        [("190.09", 7), ("190.08", 2)],
        [("190.11", 1), ("190.09", 7)],
    ):
        end.gateway.book("AAPL", bids=bids)
        expected = [round(float(price) * 10_000) for price, _ in bids]
        end.until(lambda wanted=expected: _prices(end) == wanted)
    assert end.ib.would_fill("AAPL", Side.SELL, 0, 4) == [(1_901_100, 1), (1_900_900, 3)]


def _prices(end: IbEnd) -> list[int]:
    return [row.price for row in end.ib.depth("AAPL", 5)[0]]


def test_a_row_that_fits_nothing_asks_for_the_depth_anew(desk: Desk) -> None:
    end = desk()
    quoted(end)
    end.gateway.book("AAPL", bids=[("190.10", 3)], asks=[("190.12", 5)])
    end.ib.depth("AAPL", 5)
    end.hear()
    end.gateway.depth_row("AAPL", "bid", 2, 9, ("190.00", 1))
    end.until(lambda: end.gateway.count("reqMktDepth") == 2)
    end.until(lambda: _prices(end) == [1_901_000])
    assert any("fits nothing" in note for note in end.notes)


# ── contracts ──────────────────────────────────────────────────────────────────────────────────


def test_a_symbol_that_nobody_knows_is_refused_by_name(desk: Desk) -> None:
    end = desk(symbols=("AAPL", "ZZZZ"))
    end.send(new("A", symbol="ZZZZ"))
    assert "knows no US stock ZZZZ" in only(end.hear(), VenueRejected)[0].text


def test_only_symbols_that_nobody_knows_are_no_desk(desk: Desk) -> None:
    end = desk(stands=False, symbols=("ZZZZ",))
    with pytest.raises(LineError, match=r"nothing is traded here.*ZZZZ"):
        end.ib.stand_up(5)


def test_a_conid_says_which_of_several_is_meant(desk: Desk) -> None:
    end = desk(symbols=("VOD",), terms={"contracts": {"VOD": 28812380}})
    (instrument,) = end.ib.instruments
    assert (instrument.symbol, instrument.currency, instrument.mic) == ("VOD", "GBP", "XLON")


def test_price_steps_are_those_of_the_market_rule(desk: Desk) -> None:
    end = desk(symbols=("PENY",))
    (instrument,) = end.ib.instruments
    assert not instrument.is_on_tick(instrument.parse_price("1.005"))
    assert instrument.is_on_tick(instrument.parse_price("1.01"))
