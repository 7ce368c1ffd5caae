"""Market data lines at IB: who has one, who gives way, and what is said where there is none."""

from collections.abc import Callable

import pytest

from connectors.ib.lines import AGAIN_AFTER, BACK_AFTER, RESUMES_WITHIN
from connectors.ib.terms import LIVE_ALONE
from engine.domain.quotes import Quote, Source
from engine.domain.risk.limits import Limits
from engine.domain.risk.reference import is_fresh
from engine.values import NANOS_PER_SECOND, Nanos
from tests.connectors.contract.conftest import new
from tests.connectors.contract.ib_end import IbEnd
from tests.connectors.ib.gateway.market import Right

Desk = Callable[..., IbEnd]
THREE = ("AAPL", "MSFT", "SPY")


def quote(end: IbEnd, symbol: str = "AAPL") -> Quote:
    found = end.ib.market.quote(symbol)
    assert found is not None
    return found


def later(end: IbEnd, nanos: Nanos) -> None:
    """The desk's clock jumps; nothing else does."""
    end.ib.now = Nanos(end.ib.now + nanos)
    end.hear()


def look(end: IbEnd, *symbols: str) -> None:
    for symbol in symbols:
        end.ib.depth(symbol, 5)
        end.hear()
        later(end, BACK_AFTER)


def is_fresh_now(end: IbEnd, symbol: str = "AAPL") -> bool:
    return is_fresh(quote(end, symbol), end.ib.market, Limits(), end.ib.now)


# ── a hundred, or as many as were bought ───────────────────────────────────────────────────────


def test_lines_go_to_what_was_looked_at_last(desk: Desk) -> None:
    end = desk(symbols=THREE, lines_max=2, terms={"lines_max": 2})
    assert end.gateway.lines() == ["AAPL", "MSFT"]
    look(end, "MSFT", "SPY", "SPY", "AAPL")
    assert sorted(end.gateway.lines()) == ["AAPL", "SPY"] and end.gateway.count("reqMktData") == 4


def test_what_has_no_line_says_so(desk: Desk) -> None:
    end = desk(symbols=THREE, terms={"lines_max": 2})
    spy = quote(end, "SPY")
    assert spy.source is Source.MISSING and "no market data line" in spy.source_text
    look(end, "SPY")
    assert spy.source is Source.LIVE and not spy.source_text
    assert quote(end, "AAPL").source is Source.MISSING


def test_rows_that_are_on_the_screen_have_lines_before_those_that_are_not(desk: Desk) -> None:
    end = desk(symbols=("AAPL", "MSFT", "SPY", "IBM"), terms={"lines_max": 2})
    assert end.gateway.lines() == ["AAPL", "MSFT"]
    end.ib.seen(("SPY", "IBM"))
    end.hear()
    assert end.gateway.lines() == ["SPY", "IBM"]
    assert quote(end, "AAPL").source is Source.MISSING


def test_what_is_held_or_works_keeps_its_line(desk: Desk) -> None:
    end = desk(symbols=THREE, terms={"lines_max": 2})
    end.gateway.set_position("AAPL", 100, "190")
    end.send(new("A", symbol="MSFT"))
    end.until(lambda: end.ib.parts.books.held)
    look(end, "SPY", "SPY")
    assert end.gateway.lines() == ["AAPL", "MSFT"]
    assert [note for note in end.notes if "is free for SPY" in note] == [
        note for note in end.notes if "no market data line of 2" in note
    ]
    assert len([note for note in end.notes if "is free for SPY" in note]) == 1


def test_what_is_held_has_a_line_first_after_a_break(desk: Desk) -> None:
    end = desk(symbols=THREE, terms={"lines_max": 1})
    end.gateway.set_position("SPY", 100, "500")
    end.until(lambda: end.ib.parts.books.held)
    end.gateway.drop()
    end.until(lambda: not end.ib._line.is_up)
    end.until(lambda: end.ib._line.is_up)
    end.hear()
    assert end.gateway.lines() == ["SPY"]


def test_a_gateway_with_fewer_lines_than_thought_is_believed(desk: Desk) -> None:
    end = desk(symbols=THREE, lines_max=2)
    assert len(end.gateway.lines()) == 2
    assert any("101" in note for note in end.notes)
    spy = quote(end, "SPY")
    assert spy.source is Source.MISSING and "101" in spy.source_text
    later(end, BACK_AFTER)
    look(end, "SPY")
    assert sorted(end.gateway.lines()) == ["MSFT", "SPY"]


def test_what_is_held_takes_another_line_when_there_are_fewer(desk: Desk) -> None:
    end = desk(symbols=THREE, lines_max=2, stands=False)
    end.gateway.set_position("SPY", 100, "500")
    end.ib.stand_up(5)
    end.hear()
    assert sorted(end.gateway.lines()) == ["MSFT", "SPY"]


def test_what_is_refused_is_not_asked_for_at_every_look(desk: Desk) -> None:
    end = desk(stands=False)
    end.gateway.entitle("AAPL", Right.NONE)
    end.ib.stand_up(5)
    for _ in range(20):
        end.ib.depth("AAPL", 5)
        end.hear()
    assert end.gateway.count("reqMktData") == 1 and end.gateway.count("reqMktDepth") == 1
    end.gateway.entitle("AAPL", Right.LIVE)
    later(end, AGAIN_AFTER)
    end.ib.depth("AAPL", 5)
    end.hear()
    assert end.gateway.lines() == ["AAPL"] and quote(end).source is Source.LIVE


# ── what IB says of data that is not live ──────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("right", "ways", "data_type", "code", "source"),
    [
        (Right.NONE, {}, 3, "354", Source.MISSING),
        (Right.DELAYED, {}, LIVE_ALONE, "10089", Source.MISSING),
        (Right.DELAYED, {}, 3, "10167", Source.DELAYED),
        (Right.DELAYED, {"has_delayed": False}, 3, "10168", Source.MISSING),
        (Right.PARTIAL, {}, 3, "10090", Source.LIVE),
    ],
)
def test_what_data_there_is_stands_at_the_quote(
    desk: Desk, right: Right, ways: dict[str, bool], data_type: int, code: str, source: Source
) -> None:
    end = desk(stands=False, terms={"data_type": data_type}, **ways)
    end.gateway.entitle("AAPL", right)
    end.ib.stand_up(5)
    end.gateway.quote("AAPL", bid="190.10", bid_size=300, ask="190.12", ask_size=500)
    end.hear()
    found = quote(end)
    assert found.source is source and f"({code})" in found.source_text
    assert any(f"({code})" in note and "AAPL" in note for note in end.notes)
    assert found.is_two_sided is (source is not Source.MISSING)
    assert is_fresh_now(end) is (source is Source.LIVE)


def test_a_session_elsewhere_that_takes_the_data_leaves_no_old_prices(desk: Desk) -> None:
    end = desk()
    end.gateway.quote("AAPL", bid="190.10", bid_size=300, ask="190.12", ask_size=500)
    end.until(lambda: quote(end).is_two_sided)
    end.gateway.compete()
    end.until(lambda: quote(end).source is Source.MISSING)
    assert not quote(end).bid and "another session" in quote(end).source_text
    assert "another session" in end.ib.line().text and end.ib.line().is_doubtful
    assert end.gateway.count("reqMktData") == 1


def test_an_error_that_nobody_knows_leaves_the_line_as_it_is(desk: Desk) -> None:
    end = desk()
    end.gateway.line_error("AAPL", 29_999, "Something new")
    end.gateway.quote("AAPL", bid="190.10", bid_size=300, ask="190.12", ask_size=500)
    end.until(lambda: quote(end).is_two_sided)
    assert any("Something new (29999)" in note for note in end.notes)


@pytest.mark.parametrize("code", [300, 310, 322])
def test_a_word_about_an_id_that_is_gone_is_no_news(desk: Desk, code: int) -> None:
    end = desk(symbols=THREE, terms={"lines_max": 1})
    gone = end.ib.parts.feed.lines.data["AAPL"].question
    look(end, "SPY")
    end.gateway.say_error(gone, code, "Can't find EId with tickerId")
    end.hear()
    assert end.notes == [] and end.gateway.lines() == ["SPY"]


# ── farms ──────────────────────────────────────────────────────────────────────────────────────


def test_signs_of_life_of_the_line_make_no_quote_of_a_broken_farm_fresh(desk: Desk) -> None:
    end = desk(symbols=("AAPL", "MSFT"))
    for symbol in ("AAPL", "MSFT"):
        end.gateway.quote(symbol, bid="190.10", bid_size=300, ask="190.12", ask_size=500)
        end.until(lambda symbol=symbol: quote(end, symbol).is_two_sided)
    assert is_fresh_now(end)
    end.gateway.system(2103)
    end.until(lambda: end.ib.parts.health.broken)
    end.hear()  # with an answer to a question for the time: the line is well
    assert not is_fresh_now(end)
    end.gateway.quote("MSFT", bid="190.11")
    end.until(lambda: quote(end, "MSFT").bid == 1_901_100)
    assert is_fresh_now(end, "MSFT") and not is_fresh_now(end)


def test_a_farm_that_came_back_empty_is_asked_again_for_what_stays_silent(desk: Desk) -> None:
    end = desk(symbols=("AAPL", "MSFT"))
    end.gateway.quote("AAPL", bid="190.10", bid_size=300, ask="190.12", ask_size=500)
    end.until(lambda: quote(end).is_two_sided)
    end.gateway.system(2103)
    end.until(lambda: end.ib.parts.health.broken)
    end.gateway.forget_market_data()
    end.gateway.system(2104)
    end.until(lambda: not end.ib.parts.health.broken)
    later(end, Nanos(RESUMES_WITHIN - NANOS_PER_SECOND))
    assert end.gateway.lines() == []
    later(end, NANOS_PER_SECOND)
    assert sorted(end.gateway.lines()) == ["AAPL", "MSFT"]
    end.until(lambda: is_fresh_now(end))
    assert any("2 lines stayed silent" in note for note in end.notes)


def test_after_1102_what_ticks_is_kept_and_what_is_silent_is_asked_for_anew(desk: Desk) -> None:
    end = desk(symbols=("AAPL", "MSFT"))
    end.gateway.system(1100)
    end.until(lambda: not end.ib._line.is_up)
    end.gateway.system(1102)
    end.until(lambda: end.ib._line.is_up)
    assert end.gateway.count("reqMktData") == 2
    end.ib.depth("AAPL", 5)
    end.gateway.quote("AAPL", bid="190.10", bid_size=300, ask="190.12", ask_size=500)
    end.until(lambda: quote(end).is_two_sided)
    end.hear()
    assert end.gateway.count("reqMktDepth") == 1
    later(end, RESUMES_WITHIN)
    assert end.gateway.count("reqMktData") == 3 and sorted(end.gateway.lines()) == ["AAPL", "MSFT"]


def test_after_a_sleep_over_which_the_line_stood_what_is_silent_is_asked_for_anew(
    desk: Desk,
) -> None:
    end = desk()
    end.gateway.quote("AAPL", bid="190.10", bid_size=300, ask="190.12", ask_size=500)
    end.until(lambda: quote(end).is_two_sided)
    end.ib.market.doubted_at = end.ib.now  # as the engine's watch of the clocks does
    later(end, NANOS_PER_SECOND)
    assert not is_fresh_now(end)
    later(end, RESUMES_WITHIN)
    end.until(lambda: is_fresh_now(end))
    assert end.gateway.count("reqMktData") == 2 and end.gateway.lines() == ["AAPL"]


def test_a_line_that_ticks_again_by_itself_is_left_alone(desk: Desk) -> None:
    end = desk()
    end.gateway.system(2103)
    end.until(lambda: end.ib.parts.health.broken)
    end.gateway.system(2104)
    end.until(lambda: not end.ib.parts.health.broken)
    end.gateway.quote("AAPL", bid="190.10", bid_size=300, ask="190.12", ask_size=500)
    end.until(lambda: quote(end).is_two_sided)
    later(end, RESUMES_WITHIN)
    assert end.gateway.count("reqMktData") == 1 and is_fresh_now(end)


@pytest.mark.parametrize("is_lost", [True, False])
def test_data_that_is_said_to_be_lost_is_asked_for_anew_and_no_line_twice(
    desk: Desk, is_lost: bool
) -> None:
    end = desk(symbols=("AAPL", "MSFT"))
    end.ib.depth("AAPL", 5)
    end.hear()
    end.gateway.system(1100)
    end.until(lambda: not end.ib._line.is_up)
    if is_lost:
        end.gateway.system(1101)
    else:
        end.gateway.say_error(-1, 1101, "Connectivity restored - data lost")
    end.until(lambda: end.ib._line.is_up)
    end.hear()
    assert sorted(end.gateway.lines()) == ["AAPL", "MSFT"]
    assert end.gateway.count("reqMktData") == 4 and end.gateway.count("reqMktDepth") == 2


# ── depth ──────────────────────────────────────────────────────────────────────────────────────


def deep(end: IbEnd) -> int:
    return end.gateway.count("reqMktDepth") - end.gateway.count("cancelMktDepth")


def test_a_fourth_depth_takes_the_place_of_the_first(desk: Desk) -> None:
    end = desk(symbols=(*THREE, "IBM"))
    look(end, *THREE, "IBM")
    assert deep(end) == 3 and "AAPL" not in end.ib.parts.feed.lines.deep
    assert end.notes == []


def test_a_gateway_with_fewer_depths_than_thought_is_believed(desk: Desk) -> None:
    end = desk(symbols=THREE, depth_max=1)
    end.gateway.book("MSFT", bids=[("420.00", 3)], asks=[("420.01", 5)])
    look(end, "AAPL", "MSFT")
    end.until(lambda: len(end.ib.depth("MSFT", 5)[0]) == 1)
    assert list(end.ib.parts.feed.lines.deep) == ["MSFT"]
    asked = end.gateway.count("reqMktDepth")
    for _ in range(20):
        end.ib.depth("MSFT", 5)
        end.hear()
    assert end.gateway.count("reqMktDepth") == asked


def test_no_depth_at_all_is_told_once_and_not_asked_for_at_every_look(desk: Desk) -> None:
    end = desk(depth_max=0)
    for _ in range(20):
        end.ib.depth("AAPL", 5)
        end.hear()
    assert end.gateway.count("reqMktDepth") == 1
    assert len([note for note in end.notes if "309" in note]) == 1


def test_depth_that_is_not_offered_leaves_the_touch(desk: Desk) -> None:
    end = desk()
    end.gateway.no_depth("AAPL")
    end.gateway.quote("AAPL", bid="190.10", bid_size=300, ask="190.12", ask_size=500)
    end.until(lambda: len(end.ib.depth("AAPL", 5)[0]) == 1)
    end.hear()
    assert any("(10092)" in note for note in end.notes)
    assert [row.price for row in end.ib.depth("AAPL", 5)[1]] == [1_901_200]


def test_a_reset_empties_both_sides_and_the_book_begins_anew(desk: Desk) -> None:
    end = desk()
    end.gateway.book("AAPL", bids=[("190.10", 3), ("190.09", 4)], asks=[("190.12", 5)])
    end.until(lambda: len(end.ib.depth("AAPL", 5)[0]) == 2)
    end.gateway.reset_depth("AAPL")
    end.gateway.book("AAPL", bids=[("190.05", 1)])
    end.until(lambda: [row.price for row in end.ib.depth("AAPL", 5)[0]] == [1_900_500])
    assert len(end.ib.depth("AAPL", 5)[1]) == 1 and end.gateway.count("reqMktDepth") == 1
