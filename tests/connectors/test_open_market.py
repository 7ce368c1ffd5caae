"""A market is opened by what it was called, or refused in one sentence."""

import pytest

from connectors.feeds.open import open_market
from connectors.paper.venue import PaperVenue
from engine.domain.quotes import Source
from engine.errors import InputError
from engine.values import NANOS_PER_SECOND, Nanos


def test_sim_is_the_synthetic_market():
    flow = open_market("sim", symbols=("AAPL", "MSFT"), seed=7)
    assert flow.source is Source.SYNTHETIC
    assert {instrument.symbol for instrument in flow.instruments} == {"AAPL", "MSFT"}


def test_the_synthetic_market_runs_behind_the_paper_venue():
    venue = PaperVenue(open_market("sim", symbols=("AAPL",), seed=7))
    venue.collect()
    venue.advance(Nanos(venue.now + 10 * NANOS_PER_SECOND))
    quote = venue.market.quotes["AAPL"]
    assert quote.is_two_sided and quote.volume > 0 and venue.tape("AAPL", 5)


def test_a_recording_is_known_by_its_form(market_data):
    flow = open_market(str(market_data / "lobster/MSFT_2012-06-21_message_50_first1950.csv.gz"))
    assert (flow.source, flow.trade_date) == (Source.REPLAY, 20120621)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (None, b"", "there is no market"),
        ("bars.csv", b"1,2,3", "no recording of a known form"),
        ("broken.zip", b"PK", "damaged or cut short"),
        ("GOOG_2012-06-21_message_10.csv", b"x", "row 1, 1 columns"),
        ("GOOG_2012-06-21_orderbook_10.csv", b"1,2,3,4", "name its message file"),
    ],
)
def test_what_cannot_be_opened_is_one_sentence(tmp_path, name, content, words):
    path = tmp_path / (name or "nothing")
    if name:
        path.write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        open_market(str(path))
    assert caught.value.exit_code == 2 and "\n" not in str(caught.value)


def test_a_folder_without_recordings_is_no_market(tmp_path):
    with pytest.raises(InputError, match="holds no market"):
        open_market(str(tmp_path))


def test_a_recording_does_not_hold_any_symbol(market_data):
    path = market_data / "lobster/MSFT_2012-06-21_message_50_first1950.csv.gz"
    with pytest.raises(InputError, match="holds MSFT, not AAPL"):
        open_market(str(path), symbols=("AAPL",))
