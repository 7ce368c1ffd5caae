"""Ticks of IB that say nothing: they change nothing, and end nothing."""

import math

import pytest

from connectors.ib import ticks
from engine.domain.quotes import Lending, Phase, Quote
from engine.instruments import Instrument

UNSAID = (math.nan, math.inf, 1.7976931348623157e308)


@pytest.mark.parametrize("value", UNSAID)
def test_a_halt_that_is_no_number_halts_nothing_and_ends_no_halt(value: float) -> None:
    quote = Quote("AAPL", phase=Phase.OPEN)
    assert not ticks.halt(quote, value, Phase.OPEN) and quote.phase is Phase.OPEN
    assert ticks.halt(quote, 1.0, Phase.OPEN)
    assert not ticks.halt(quote, value, Phase.OPEN) and quote.phase is Phase.HALTED


@pytest.mark.parametrize("value", UNSAID)
@pytest.mark.parametrize("kind", [ticks.SHORTABLE, ticks.SHORTABLE_SHARES])
def test_what_is_no_number_lends_nothing(value: float, kind: int) -> None:
    quote = Quote("AAPL")
    ticks.lend(quote, Instrument("AAPL"), kind, (value, -1.0))
    assert (quote.lending, quote.lendable) == (Lending.UNSAID, -1)
