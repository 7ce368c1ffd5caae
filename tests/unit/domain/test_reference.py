"""Tables that a desk may have: journaled when they change, off when they go, accepted once live."""

import msgspec
import pytest

from engine.domain import events as ev
from engine.domain.apply import state_hash
from engine.domain.commands import LoosenLimit
from engine.domain.factor_facts import FactorVerdict, SecondFactorChecked, SecondFactorKnown
from engine.domain.reference_facts import (
    AverageVolume,
    Earnings,
    ReferenceKnown,
    ReferenceListed,
    Restriction,
    Sector,
)
from engine.domain.risk.off import SOURCES, reasons_of
from engine.runtime.history import OrderHistory
from engine.runtime.snapshot import Tail, read_snapshot, take_snapshot
from engine.values import Sequence
from tests.harness import DeskBench
from tests.unit.runtime.desk import say

TABLES = ReferenceListed(
    volumes=(AverageVolume("AAPL", 20260102, 10_000),),
    sectors=(Sector("AAPL", "technology"), Sector("*", "other")),
    restricted=(Restriction("GOOG", False, "talks"), Restriction("MSFT", True)),
    earnings=(Earnings("*", 20260102, 0), Earnings("AAPL", 20260102, 20260129)),
)


@pytest.fixture
def bench() -> DeskBench:
    bench = DeskBench()
    for symbol in ("AAPL", "GOOG", "MSFT"):
        bench.quotes(symbol, 500_000, 500_100, 1_000)
    return bench


def rules_of(bench: DeskBench, line: str) -> list[str]:
    """What spoke of a new order."""
    events = [e for e in say(bench, line) if isinstance(e, ev.OrderReleased | ev.OrderDenied)]
    return [found.rule for found in events[0].findings]


def because(bench: DeskBench, line: str) -> dict[str, str]:
    (event,) = [e for e in say(bench, line) if isinstance(e, ev.OrderReleased)]
    return reasons_of(event.off_because)


def test_the_same_tables_again_change_nothing(bench: DeskBench) -> None:
    assert bench.submit(ReferenceListed()) == []
    (known,) = bench.submit(TABLES)
    assert isinstance(known, ReferenceKnown)
    assert bench.submit(TABLES) == []
    (gone,) = bench.submit(msgspec.structs.replace(TABLES, earnings=None))
    assert isinstance(gone, ReferenceKnown) and bench.state.reference.earnings is None


def test_what_a_rule_is_off_for_stands_in_the_journal_with_the_order(bench: DeskBench) -> None:
    told = because(bench, "buy 10 AAPL 50.00")
    assert told["R37"] == "no earnings file, no dividend table"
    bench.submit(TABLES)
    told = because(bench, "buy 10 AAPL 50.01")
    assert told["R37"] == "no dividend table" and not {"R07", "R11"} & told.keys()


def test_each_table_reaches_its_rule(bench: DeskBench) -> None:
    bench.submit(TABLES)
    assert rules_of(bench, "buy 10 AAPL 50.00") == []
    assert rules_of(bench, "buy 101 AAPL 50.00") == ["R07"]
    assert rules_of(bench, "buy 10 AAPL 50.00 gtc") == ["R37"]
    assert rules_of(bench, "buy 10 GOOG 50.00 gtc") == ["R07", "R28"]
    assert rules_of(bench, "buy 10 MSFT 50.00") == ["R07", "R28"]


def test_tables_and_tallies_come_back_from_journal_and_snapshot(bench: DeskBench) -> None:
    bench.submit(TABLES)
    say(bench, "buy 100 AAPL 49.00")
    say(bench, "short 50 AAPL 51.00")
    account = bench.state.accounts["PAPER"]
    assert (account.opening_long, account.opening_short) == (5_000_500_000, 2_550_000_000)
    assert account.opening == {"AAPL": 7_550_500_000}
    now = state_hash(bench.state)
    assert bench.replayed_hash() == now
    snapshot = take_snapshot(Sequence(1), bench.state, OrderHistory(bench.journal.blocks), Tail())
    state, _, _ = read_snapshot(snapshot)
    assert state_hash(state) == now and state.reference == bench.state.reference


def test_what_may_open_follows_fills_changes_and_ends(bench: DeskBench) -> None:
    account = bench.state.accounts["PAPER"]
    say(bench, "buy 100 AAPL 49.00")
    say(bench, "replace 1 price 49.50")
    assert account.opening_long == 5_000_500_000, "a passive price counts at the mark of then"
    say(bench, "buy 1,500 AAPL 50.01")
    assert bench.position("AAPL") == 1_000 and account.opening_long == 30_005_500_000
    say(bench, "sell 500 AAPL 51.00")
    assert account.opening_short == 0, "what closes opens nothing"
    say(bench, "cancel AAPL")
    assert (account.opening_long, account.opening_short, account.opening) == (0, 0, {})


def test_a_market_buy_may_open_as_much_as_its_band_lets_it_cost(bench: DeskBench) -> None:
    (released,) = [e for e in say(bench, "buy 100 AAPL mkt") if isinstance(e, ev.OrderReleased)]
    order = bench.order(1)
    assert order.worst_price == released.protection and order.opening == 0


def live(bench: DeskBench, *limits: tuple[str, str]) -> None:
    opening = bench.opening()
    pairs = tuple((dict(opening.limits) | dict(limits)).items())
    bench.submit(SecondFactorKnown("abc"))
    bench.submit(msgspec.structs.replace(opening, run="R2", mode="LIVE", limits=pairs))


def test_live_an_input_without_a_source_is_accepted_once_with_the_second_factor(
    bench: DeskBench,
) -> None:
    live(bench, ("risk.accounts_allowed", "PAPER"))
    assert rules_of(bench, "buy 10 AAPL 50.00") == ["R42", "R41"]
    everything = ",".join(sorted(SOURCES))
    accept = LoosenLimit("PAPER", "off_accepted", everything, "a small desk")
    (refused,) = bench.submit(accept)
    assert isinstance(refused, ev.CommandRefused)
    passed = SecondFactorChecked(FactorVerdict.PASSED, "set", "abc", 7)
    bench.submit(passed, accept)
    assert rules_of(bench, "buy 11 AAPL 50.00") == ["R42", "R41"], "the minute is not over"
    bench.pass_time(61)
    assert rules_of(bench, "buy 12 AAPL 50.00") == ["R42"]
    assert dict(bench.state.configured)["risk.off_accepted"] == everything


def test_writing_it_into_the_settings_alone_accepts_nothing(bench: DeskBench) -> None:
    live(bench, ("risk.off_accepted", "earnings"))
    assert bench.state.limits.off_accepted == ()
    (dropped,) = [e for e in bench.journal.events() if isinstance(e, ev.LimitLooseningDropped)]
    assert dropped.key == "risk.off_accepted"


def test_live_the_sentence_names_what_is_missing_and_the_line_that_accepts_it(
    bench: DeskBench,
) -> None:
    bench.submit(TABLES)
    live(bench, ("risk.accounts_allowed", "PAPER"))
    events = [e for e in say(bench, "buy 10 AAPL 50.00") if isinstance(e, ev.OrderDenied)]
    found = next(found for found in events[0].findings if found.rule == "R41")
    assert found.sentence == (
        "Rules are off and nobody has accepted that: no borrow table (R28), no dividend table "
        '(R37); give the files, or `set off_accepted borrow,dividends "reason"` '
        "(R41 not_ready, risk.off_accepted)."
    )


@pytest.mark.parametrize(
    ("kind", "added", "default"),
    [(ev.OrderReleased, 1, ("off_because", 0)), (ev.SessionStarted, 1, ("venue", "paper"))],
)
def test_records_of_before_are_read(
    bench: DeskBench, kind: type, added: int, default: tuple[str, object]
) -> None:
    say(bench, "buy 10 AAPL 50.00")
    fact = next(event for event in bench.journal.events() if isinstance(event, kind))
    fields = msgspec.msgpack.decode(msgspec.msgpack.encode(fact))
    before = msgspec.msgpack.decode(msgspec.msgpack.encode(fields[:-added]), type=kind)
    assert getattr(before, default[0]) == default[1]
    assert msgspec.structs.replace(before, **{default[0]: getattr(fact, default[0])}) == fact
