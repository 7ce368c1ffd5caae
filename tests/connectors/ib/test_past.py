"""A chart at IB: what traded before the desk listened is IB's to tell, joined to what is heard."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connectors.ib.bar_pace import IDENTICAL_APART
from connectors.ib.past import ASKED, ASKS, NONE
from engine.domain.bars import DAY_SECONDS, INTERVALS, Bar
from engine.values import NANOS_PER_SECOND, Nanos, Price, Quantity
from tests.connectors.contract.ib_end import IbEnd
from tests.connectors.ib.gateway.faults import refuse, swallow
from tests.connectors.ib.gateway.market import Bar as Told
from tests.connectors.ib.test_history import Reader

Desk = Callable[..., IbEnd]
NOON = int(datetime(2026, 1, 5, 17, tzinfo=UTC).timestamp())
SERVICE = "Historical Market Data Service error message:"


def minutes(*closes: str) -> list[Told]:
    """One a minute from noon on, each 0.10 wide around its close."""
    return [
        Told(NOON + 60 * number, close, str(float(close) + 0.05), str(float(close) - 0.05), close)
        for number, close in enumerate(closes)
    ]


def bar(begin: int, close: int, volume: int = 100) -> Bar:
    prices = (Price(close), Price(close + 500), Price(close - 500), Price(close))
    return Bar(Nanos(begin * NANOS_PER_SECOND), *prices, Quantity(volume))


def asked(end: IbEnd) -> int:
    """Beside the daily bars, which every symbol is asked for."""
    return end.gateway.count("reqHistoricalData") - 1


def look(end: IbEnd, seconds: int = 60) -> tuple[tuple[Bar, ...], str]:
    told = end.ib.market.bars.told("AAPL", seconds, 100)
    end.hear()
    return told.bars, told.note


def test_a_chart_that_is_looked_at_has_the_bars_of_before(desk: Desk) -> None:
    end = desk()
    end.gateway.bars("AAPL", "1 min", minutes("190.00", "190.20"))
    assert asked(end) == 0
    look(end)
    assert look(end) == ((bar(NOON, 1_900_000), bar(NOON + 60, 1_902_000)), "")
    look(end)
    assert asked(end) == 1


@pytest.mark.parametrize("seconds", INTERVALS)
def test_every_length_can_be_asked_for_in_ibs_own_words(desk: Desk, seconds: int) -> None:
    end = desk()
    end.gateway.bars("AAPL", ASKS[seconds][1], minutes("190.00"))
    clock = Reader(end)
    look(end, seconds)
    clock.passes(IDENTICAL_APART)  # of a day the same bars were asked for a moment ago
    ((told,), note) = look(end, seconds)
    begin = NOON // DAY_SECONDS * DAY_SECONDS if seconds == DAY_SECONDS else NOON
    assert (told.begin, told.close, note) == (begin * NANOS_PER_SECOND, 1_900_000, "")


def test_while_ib_is_asked_it_says_so_and_draws_what_it_heard(desk: Desk) -> None:
    end = desk()
    end.gateway.script(swallow("reqHistoricalData"))
    look(end)
    end.gateway.trade("AAPL", "190.10", 100)
    end.until(lambda: bool(look(end)[0]))
    ((heard,), note) = look(end)
    assert (heard.close, heard.volume, note) == (1_901_000, 100, ASKED)


@pytest.mark.parametrize(
    ("code", "text", "said"),
    [
        (162, f"{SERVICE}No market data permissions for ISLAND", f"{NONE}: {SERVICE}No market"),
        (162, f"{SERVICE}HMDS query returned no data: AAPL@SMART Trades", NONE),
        (200, "No security definition has been found", f"{NONE}: No security definition"),
        (354, "Requested market data is not subscribed", f"{NONE}: Requested market data is not"),
    ],
)
def test_why_there_are_none_is_told_on_the_chart(
    desk: Desk, code: int, text: str, said: str
) -> None:
    end = desk()
    end.gateway.script(refuse("reqHistoricalData", code, text))
    look(end)
    bars, note = look(end)
    assert bars == () and note.startswith(said)
    look(end)
    assert asked(end) == 1, "once a day and line"


def test_after_a_break_the_bars_of_meanwhile_are_asked_for(desk: Desk) -> None:
    end = desk()
    end.gateway.bars("AAPL", "1 min", minutes("190.00"))
    look(end)
    clock = Reader(end)
    end.gateway.bars("AAPL", "1 min", minutes("190.00", "190.20", "190.40"))
    end.gateway.drop()
    end.until(lambda: not end.ib._line.is_up)
    end.until(lambda: end.ib._line.is_up)
    assert len(look(end)[0]) == 1
    clock.passes(IDENTICAL_APART)
    assert len(look(end)[0]) == 3


def test_a_bar_that_holds_no_figures_is_left_out(desk: Desk) -> None:
    end = desk()
    good, second, third = minutes("190.00", "190.20", "190.40")
    unset, below = replace(second, high="1.7976931348623157E308"), replace(third, low="-1")
    end.gateway.bars("AAPL", "1 min", [good, unset, below])
    look(end)
    assert look(end)[0] == (bar(NOON, 1_900_000),)
