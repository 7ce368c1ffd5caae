"""Bars of the past at IB: what is asked, what its one code 162 means, and what they are for."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.ib.bar_pace import IDENTICAL_APART, PAUSE, Query
from connectors.ib.history import ANSWERS_WITHIN, SILENT
from engine.values import NANOS_PER_SECOND, Nanos
from tests.connectors.contract.ib_end import IbEnd
from tests.connectors.ib.desk_at_ib import DeskAtIb
from tests.connectors.ib.gateway.faults import refuse, swallow
from tests.connectors.ib.gateway.market import Bar

Desk = Callable[..., IbEnd]
TODAY = 20_260_105
SERVICE = "Historical Market Data Service error message:"
NOON = datetime(2026, 1, 5, 17, tzinfo=UTC)


def days(*volumes: int) -> list[Bar]:
    """One a calendar day, the last of them today's."""
    first = NOON - timedelta(days=len(volumes) - 1)
    return [
        Bar((first + timedelta(days=number)).timestamp(), *(["190"] * 4), volume=str(volume))
        for number, volume in enumerate(volumes)
    ]


class Reader:
    """Who wants bars, and the steady clock of the connector in the hand of the test."""

    def __init__(self, end: IbEnd) -> None:
        self.end = end
        self.told: list[tuple[Sequence[Any], str]] = []
        self._at, look = Nanos(10**15), end.ib.parts.history.look
        end.ib.parts.history.look = lambda now: look(self._at)  # type: ignore[method-assign]

    def wants(self, symbol: str = "AAPL", size: str = "1 min") -> None:
        listed = self.end.ib.parts.contracts.get(symbol)
        assert listed is not None
        query = Query(listed.con_id, "1 D", size, "TRADES")
        self.end.ib.parts.history.want(
            query, listed.contract, lambda *answer: self.told.append(answer)
        )
        self.end.hear()

    def passes(self, nanos: Nanos) -> None:
        self._at = Nanos(self._at + nanos)
        self.end.hear()

    @property
    def asked(self) -> int:
        """Beside the daily bars, which every symbol is asked for."""
        return self.end.gateway.count("reqHistoricalData") - 1


# ── asking ─────────────────────────────────────────────────────────────────────────────────────


def test_bars_come_and_the_same_ones_are_asked_for_once(desk: Desk) -> None:
    end = desk()
    end.gateway.bars("AAPL", "1 min", days(10, 20))
    reader = Reader(end)
    reader.wants()
    reader.wants()
    assert [[bar.volume for bar in bars] for bars, _ in reader.told] == [[10.0, 20.0]] * 2
    assert reader.asked == 1 and not end.notes


def test_no_data_is_an_answer_and_no_trouble(desk: Desk) -> None:
    end = desk()
    reader = Reader(end)
    reader.wants()
    assert reader.told == [((), "")]


def test_too_fast_waits_and_asks_again(desk: Desk) -> None:
    end = desk()
    end.gateway.bars("AAPL", "1 min", days(10))
    end.gateway.script(
        refuse("reqHistoricalData", 162, f"{SERVICE}Historical data request pacing violation")
    )
    reader = Reader(end)
    reader.wants()
    reader.passes(Nanos(PAUSE - NANOS_PER_SECOND))
    assert reader.told == [] and reader.asked == 1
    reader.passes(NANOS_PER_SECOND)
    assert reader.asked == 2 and len(reader.told[0][0]) == 1


def test_what_else_ib_says_of_a_query_is_told(desk: Desk) -> None:
    end = desk()
    end.gateway.script(refuse("reqHistoricalData", 162, f"{SERVICE}No permissions"))
    reader = Reader(end)
    reader.wants()
    assert reader.told == [((), f"{SERVICE}No permissions (162)")]


@pytest.mark.parametrize(("code", "is_over"), [(165, False), (366, True)])
def test_words_about_a_query_that_runs(desk: Desk, code: int, is_over: bool) -> None:
    end = desk()
    end.gateway.script(swallow("reqHistoricalData"))
    reader = Reader(end)
    reader.wants()
    (question,) = end.ib.parts.history._under_way
    end.gateway.say_error(question, code, "Historical data query")
    end.hear()
    assert bool(reader.told) is is_over


def test_a_query_without_an_answer_is_taken_back(desk: Desk) -> None:
    end = desk()
    end.gateway.script(swallow("reqHistoricalData"))
    reader = Reader(end)
    reader.wants()
    reader.passes(ANSWERS_WITHIN)
    assert reader.told == [((), SILENT)]
    assert end.gateway.count("cancelHistoricalData") == 1
    assert not end.notes  # and the 366 that answers is no news


def test_what_had_no_answer_is_asked_over_the_next_line(desk: Desk) -> None:
    end = desk()
    end.gateway.bars("AAPL", "1 min", days(10))
    end.gateway.script(swallow("reqHistoricalData"))
    reader = Reader(end)
    reader.wants()
    end.gateway.drop()
    end.until(lambda: not end.ib._line.is_up)
    end.until(lambda: end.ib._line.is_up)
    reader.passes(IDENTICAL_APART)
    assert len(reader.told[0][0]) == 1


def test_the_same_bars_leave_again_only_after_a_while(desk: Desk) -> None:
    end = desk(paces_history=True)
    end.gateway.bars("AAPL", "1 min", days(10))
    reader = Reader(end)
    reader.wants()
    end.ib.parts.history.new_day()
    reader.wants()
    reader.passes(Nanos(IDENTICAL_APART - NANOS_PER_SECOND))
    assert reader.asked == 1 and len(reader.told) == 1
    end.gateway.set(paces_history=False)  # its seconds are everybody's
    reader.passes(NANOS_PER_SECOND)
    assert reader.asked == 2 and len(reader.told) == 2


# ── what they are for ──────────────────────────────────────────────────────────────────────────


def end_with(desk: Desk, *volumes: int, **ways: Any) -> IbEnd:
    end = desk(stands=False, matches=True, **ways)
    end.gateway.bars("AAPL", "1 day", days(*volumes))
    end.gateway.quote("AAPL", bid="190.10", bid_size=5_000, ask="190.12", ask_size=5_000)
    end.ib.stand_up(5)
    return end


def test_the_average_day_is_of_twenty_whole_days_without_today(desk: Desk) -> None:
    volumes = [900_000] * 5 + [1_000, 3_000] * 10 + [7]
    end = end_with(desk, *volumes)
    end.until(lambda: end.ib.market.quotes["AAPL"].average_volume >= 0)
    quote = end.ib.market.quotes["AAPL"]
    assert (quote.average_volume, quote.average_volume_date) == (2_000, 20_260_104)


def test_of_few_days_nobody_knows_what_is_usual(desk: Desk) -> None:
    end = end_with(desk, 1_000, 1_000, 1_000, 1_000, 1_000)
    end.until(lambda: end.gateway.count("reqHistoricalData") == 1)
    end.hear()
    assert end.ib.market.quotes["AAPL"].average_volume == -1


def test_an_order_is_held_against_the_average_day_that_ib_tells(desk: Desk) -> None:
    at_ib = DeskAtIb(end_with(desk, *[10_000] * 21))
    at_ib.until(lambda: at_ib.view.quotes[0].average_volume == 10_000)
    at_ib.until(lambda: at_ib.view.quotes[0].ask_size)
    answer = at_ib.says("buy 101 AAPL 190.10")
    assert not answer.ok and "R07" in answer.text and "average day of 10,000" in answer.text
    assert at_ib.says("buy 100 AAPL 190.10").ok


def test_without_bars_the_rule_is_off_and_says_so(desk: Desk) -> None:
    at_ib = DeskAtIb(end_with(desk))
    at_ib.until(lambda: at_ib.view.quotes[0].ask_size)
    preview = at_ib.previews("buy 101 AAPL 190.10").preview
    assert any("R07" in each for each in preview.rules.off_because)
    assert at_ib.says("buy 101 AAPL 190.10").ok


def test_what_was_told_today_is_not_asked_for_at_the_next_start(desk: Desk) -> None:
    end = end_with(desk, *[10_000] * 21)
    end.until(lambda: end.ib.market.quotes["AAPL"].average_volume >= 0)
    end.dies()
    end.hear()
    assert end.ib.market.quotes["AAPL"].average_volume == 10_000
    assert end.gateway.count("reqHistoricalData") == 1


def test_a_new_day_asks_again(desk: Desk) -> None:
    end = end_with(desk, *[10_000] * 21)
    end.until(lambda: end.ib.market.quotes["AAPL"].average_volume >= 0)
    end.ib._trade_date_of = lambda at: 20_260_106
    end.ib.parts.history._pace.__init__()  # type: ignore[misc]  # the test's night takes no time
    end.until(lambda: end.ib.market.quotes["AAPL"].average_volume_date == 20_260_105)
    assert end.gateway.count("reqHistoricalData") == 2


def test_a_symbol_that_was_dropped_and_added_again_has_its_average_day(desk: Desk) -> None:
    end = end_with(desk, *[10_000] * 21, symbols=("AAPL", "MSFT"))
    end.until(lambda: end.ib.market.quotes["AAPL"].average_volume >= 0)
    con_id = end.ib.parts.contracts.get("AAPL").con_id
    assert end.ib.directory.drop("AAPL") == ""
    end.hear()
    told: list[str] = []
    end.ib.parts.contracts.choose("AAPL", con_id, told.append)
    end.until(lambda: told == [""] and end.ib.market.quote("AAPL") is not None)
    end.hear()
    assert end.ib.market.quotes["AAPL"].average_volume == 10_000
