"""A position in what the running market does not list stays as it is, and that is said once."""

import pytest

from engine.domain.apply import state_hash
from engine.domain.events import CommandRefused, FlattenStarted, OrderReleased
from engine.domain.reasons import REFUSAL_SENTENCES, Refusal
from engine.domain.reports import InstrumentsListed
from engine.instruments import Instrument
from engine.runtime.preview_acts import preview_any
from engine.runtime.resolve import UnresolvedError
from tests.harness import DeskBench
from tests.unit.runtime.desk import context_of, read, say

ONLY_AAPL = InstrumentsListed((Instrument("AAPL"),))


@pytest.fixture
def bench() -> DeskBench:
    """Long AAPL and GOOG, in a market that has come to list AAPL alone."""
    bench = DeskBench()
    for symbol in ("AAPL", "GOOG"):
        bench.quotes(symbol, 1_900_000, 1_900_200, 1_000)
        say(bench, f"buy 100 {symbol} 190.02")
    bench.submit(bench.opening(), ONLY_AAPL)
    return bench


def test_flatten_all_leaves_what_is_not_listed_and_says_so_once(bench: DeskBench) -> None:
    done = say(bench, "flatten *")
    refused = [e for e in done if isinstance(e, CommandRefused)]
    assert [(e.refusal, e.text) for e in refused] == [(Refusal.NOT_LISTED, "GOOG")]
    assert [e.symbol for e in done if isinstance(e, FlattenStarted)] == ["AAPL"]
    held = {s: p.quantity for s, p in bench.state.accounts["PAPER"].positions.items()}
    assert held == {"AAPL": 0, "GOOG": 100}
    assert [e.refusal for e in say(bench, "flatten *")] == [Refusal.NOT_LISTED]  # type: ignore[attr-defined]
    assert bench.replayed_hash() == state_hash(bench.state)


@pytest.mark.parametrize("act", ["flatten", "reverse"])
def test_an_act_on_it_is_refused_by_name(bench: DeskBench, act: str) -> None:
    (refused,) = say(bench, f"{act} GOOG")
    assert isinstance(refused, CommandRefused)
    assert (refused.refusal, refused.text) == (Refusal.NOT_LISTED, "GOOG")


def test_a_preview_tells_what_would_be_closed_here(bench: DeskBench) -> None:
    told = preview_any(read("flatten *"), "", context_of(bench), bench.venue, bench.host.now)  # type: ignore[arg-type]
    assert [change.partition(":")[0] for change in told.changes[:-1]] == ["AAPL"]
    told = preview_any(read("flatten GOOG"), "", context_of(bench), bench.venue, bench.host.now)  # type: ignore[arg-type]
    assert (told.is_valid, told.problem) == (False, REFUSAL_SENTENCES[Refusal.NOT_LISTED])


def test_a_close_of_it_is_refused_by_name(bench: DeskBench) -> None:
    with pytest.raises(UnresolvedError, match="GOOG cannot be closed here"):
        say(bench, "close GOOG")


def test_the_market_that_lists_it_closes_it(bench: DeskBench) -> None:
    bench.submit(bench.opening(), InstrumentsListed(bench.flow.instruments))
    assert any(isinstance(e, OrderReleased) for e in say(bench, "flatten GOOG"))
    assert bench.state.accounts["PAPER"].positions["GOOG"].quantity == 0
