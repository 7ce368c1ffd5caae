"""What the desk's rules make of what IB says of a market: halts, late and missing data, shares to
borrow, symbols that were added."""

from collections.abc import Callable, Iterator

import pytest

from engine.domain.quotes import Source
from engine.lookup import DropSymbol, FindSymbols, ListSymbol, SymbolListed, SymbolsFound
from engine.ports import Notice
from tests.connectors.contract.ib_end import IbEnd
from tests.connectors.ib.desk_at_ib import DeskAtIb
from tests.connectors.ib.gateway.market import Right

Desk = Callable[..., IbEnd]
AtIb = Callable[..., DeskAtIb]


@pytest.fixture
def at_ib(desk: Desk) -> Iterator[AtIb]:
    """A desk over a gateway that quotes AAPL; `right`: what may be seen of it."""

    def make(right: Right = Right.LIVE, limits: dict[str, str] | None = None, **ways: object):  # type: ignore[no-untyped-def]
        end = desk(stands=False, matches=True, **ways)
        end.gateway.entitle("AAPL", right)
        end.gateway.quote(
            "AAPL", bid="190.10", bid_size=500, ask="190.12", ask_size=500, last="190.11"
        )
        end.ib.stand_up(5)
        made = DeskAtIb(end, limits)
        made.until(lambda: made.end.ib.market.quotes["AAPL"].is_two_sided or right is Right.NONE)
        return made

    yield make


def test_what_is_live_trades(at_ib: AtIb) -> None:
    desk = at_ib()
    assert desk.says("buy 10 AAPL mkt").ok
    desk.until(lambda: desk.end.gateway.broker.executions)


# ── halts ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("value", "words"), [(1, "halted"), (2, "volatility")])
@pytest.mark.parametrize("line", ["buy 10 AAPL mkt", "buy 10 AAPL 191", "sell 10 AAPL 189"])
def test_nothing_marketable_leaves_in_a_halt(
    at_ib: AtIb, value: int, words: str, line: str
) -> None:
    desk = at_ib()
    desk.end.gateway.quote("AAPL", halted=value)
    desk.until(lambda: desk.view.quotes[0].phase_text)
    answer = desk.says(line)
    assert (not answer.ok and "R25" in answer.text) or words in answer.text
    desk.end.hear()
    assert not desk.end.gateway.broker.orders
    desk.end.gateway.quote("AAPL", halted=0)
    desk.until(lambda: not desk.view.quotes[0].phase_text)
    assert desk.says("buy 10 AAPL mkt").ok


# ── data that is late, or not there ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("right", "source", "words"),
    [
        (Right.DELAYED, Source.DELAYED, "delayed"),
        (Right.NONE, Source.MISSING, "no market data of AAPL: Requested market data is not"),
    ],
)
def test_the_ticket_and_the_rules_know_what_data_there_is(
    at_ib: AtIb, right: Right, source: Source, words: str
) -> None:
    desk = at_ib(right)
    (row,) = desk.view.quotes
    assert row.source is source and row.source_text
    for line in ("buy 10 AAPL mkt", "buy 10 AAPL 190.11"):
        answer = desk.says(line)
        assert not answer.ok and words in answer.text
        preview = desk.previews(line).preview
        assert words in preview.problem and words in preview.session_note
    assert not desk.end.gateway.broker.orders


def test_a_frozen_quote_justifies_no_order(at_ib: AtIb) -> None:
    desk = at_ib()
    desk.end.gateway.show_type(2)
    desk.until(lambda: desk.view.quotes[0].source is Source.FROZEN)
    answer = desk.says("buy 10 AAPL mkt")
    assert not answer.ok and "frozen" in answer.text
    assert desk.previews("buy 10 AAPL mkt").preview.session_note


def test_of_live_data_the_ticket_says_nothing(at_ib: AtIb) -> None:
    assert at_ib().previews("buy 10 AAPL 190.11").preview.session_note == ""


# ── shares to borrow ───────────────────────────────────────────────────────────────────────────

LOCATES = {"locate": "on", "short_selling": "on", "margin_regime": "reg_t"}


@pytest.mark.parametrize(
    ("shortable", "shares", "line", "is_let", "words"),
    [
        ("3.0", "5000", "short 100 AAPL 190.20", True, ""),
        ("3.0", "50", "short 100 AAPL 190.20", False, "50 can be located"),
        ("3.0", None, "short 100 AAPL 190.20", True, ""),
        ("2.0", None, "short 100 AAPL 190.20", False, "would have to look for"),
        ("1.0", "0", "short 100 AAPL 190.20", False, "no shares can be located"),
    ],
)
def test_what_ib_lends_is_what_can_be_located(
    at_ib: AtIb, shortable: str, shares: str | None, line: str, is_let: bool, words: str
) -> None:
    desk = at_ib(limits=LOCATES)
    desk.end.gateway.quote("AAPL", shortable=shortable, shortable_shares=shares)
    desk.until(lambda: desk.view.quotes[0].lending)
    answer = desk.says(line)
    assert answer.ok is is_let, answer.text
    assert is_let or ("R26" in answer.text and words in answer.text), answer.text


def test_what_is_short_and_what_may_become_it_is_taken_off_what_is_lent(at_ib: AtIb) -> None:
    desk = at_ib(limits=LOCATES)
    desk.end.gateway.quote("AAPL", shortable="3.0", shortable_shares="150")
    desk.until(lambda: desk.view.quotes[0].lendable == 150)
    assert desk.says("short 100 AAPL 190.20").ok
    answer = desk.says("short 60 AAPL 190.21")
    assert not answer.ok and "50 are left" in answer.text


def test_what_was_borrowed_is_no_part_of_what_ib_has_left_to_lend(at_ib: AtIb) -> None:
    desk = at_ib(limits=LOCATES)
    desk.end.gateway.quote("AAPL", shortable="3.0", shortable_shares="150")
    desk.until(lambda: desk.view.quotes[0].lendable == 150)
    assert desk.says("short 100 AAPL 190.10").ok
    desk.until(lambda: desk.view.quotes[0].position == -100)
    assert desk.says("short 120 AAPL 190.30").ok


def test_what_is_lent_is_not_known_any_more_once_the_line_is_gone(at_ib: AtIb) -> None:
    desk = at_ib()
    desk.end.gateway.quote("AAPL", shortable="3.0", shortable_shares="150")
    desk.until(lambda: desk.view.quotes[0].lendable == 150)
    desk.end.gateway.compete()
    desk.until(lambda: desk.view.quotes[0].source is Source.MISSING)
    assert desk.view.quotes[0].lendable == -1 and not desk.view.quotes[0].lending


# ── symbols that were added ────────────────────────────────────────────────────────────────────


def test_a_symbol_is_found_added_traded_and_taken_off_through_the_desks_door(at_ib: AtIb) -> None:
    desk = at_ib()
    found = desk.asks(FindSymbols("msft", 7))
    assert isinstance(found, SymbolsFound) and found.request == 7
    (match,) = found.matches
    assert desk.asks(ListSymbol(match)) == SymbolListed("MSFT")
    assert "MSFT" in desk.session.state.instruments
    desk.end.gateway.quote("MSFT", bid="420.10", bid_size=500, ask="420.12", ask_size=500)
    desk.until(lambda: desk.end.ib.market.quotes["MSFT"].is_two_sided)
    assert desk.says("buy 10 MSFT 420").ok
    answer = desk.asks(DropSymbol("MSFT"))
    assert isinstance(answer, Notice) and "MSFT stays: something is held" in answer.text
    desk.until(lambda: desk.end.gateway.broker.open_orders)
    assert desk.says("cancel 1").ok
    desk.until(lambda: not desk.session.state.live)
    answer = desk.asks(DropSymbol("MSFT"))
    assert isinstance(answer, Notice) and answer.text == "MSFT has left the watchlist"
    desk.until(lambda: "MSFT" in desk.session.state.unlisted)
    assert not desk.says("buy 10 MSFT 420").ok
