"""Three protected positions, every act, and a crash between any two commits: what is protected."""

from collections.abc import Callable

import pytest
from msgspec import structs

from engine.domain import commands as cmd
from engine.domain.commands import CancelScope, ExitsOnKill
from engine.domain.contingent.protection import (
    left_bare_by,
    left_unprotected,
    protected_quantity,
)
from engine.domain.events import FlattenStep
from engine.domain.lifecycle import LIVE
from engine.values import Instruction, Price, Quantity, Side
from tests.harness import DeskBench

from .bench import ASK, BID, STOP, TARGET, desk, entry, leg, told

SYMBOLS = ("AAPL", "GOOG", "MSFT")
PROTECTED = {"AAPL": 100, "GOOG": 60, "MSFT": 50}


def three_protected(**named) -> DeskBench:
    """AAPL: a bracket, filled. GOOG: 60 of its 100 filled. MSFT: two exits without an entry."""
    bench = DeskBench(**named)
    requote(bench)
    bench.submit(entry(100, symbol="AAPL", ticket="a"))
    bench.other(Side.SELL, 100, "AAPL", BID)
    bench.submit(entry(100, symbol="GOOG", ticket="g"))
    bench.other(Side.SELL, 60, "GOOG", BID)
    bench.submit(entry(50, symbol="MSFT", ticket="m", target=None, stop_loss=None))
    bench.other(Side.SELL, 50, "MSFT", BID)
    exits = cmd.ProtectPosition("o", "PAPER", "MSFT", Instruction.SELL, Quantity(50), TARGET, STOP)
    bench.submit(exits)
    requote(bench)
    return bench


def requote(bench: DeskBench) -> None:
    for symbol in SYMBOLS:
        bench.quotes(symbol, Price(BID - 100), ASK)


def protected(bench: DeskBench) -> dict[str, int]:
    return {s: int(protected_quantity(bench.state, "PAPER", s)) for s in SYMBOLS}


def live(bench: DeskBench) -> list[str]:
    return [bench.state.orders[i].name for i in bench.state.live]


def entries_live(bench: DeskBench) -> list[str]:
    return [o.name for o in bench.state.orders.values() if o.status in LIVE and not o.leg]


def crashes(bench: DeskBench, since: int) -> list[DeskBench]:
    """The same desk, killed after each commit from `since` on, and started again."""
    whole = list(bench.journal.kept)
    found = []
    for kept in range(since, len(whole) + 1):
        again = three_protected(has_oca=bench.state.has_oca)
        again.journal.kept = whole[:kept]
        again.restart()
        requote(again)
        again.pass_time(3)
        found.append(again)
    return found


ACTS: dict[str, cmd.Command] = {
    "halt": cmd.Halt("PAPER", "test"),
    "cancel entries": cmd.CancelMany("PAPER", scope=CancelScope.ENTRIES),
    "cancel everything": cmd.CancelMany("PAPER"),
    "flatten": cmd.Flatten("PAPER"),
    "kill, exits kept": cmd.Kill("PAPER", ExitsOnKill.KEEP, "test"),
    "kill, exits cancelled": cmd.Kill("PAPER", ExitsOnKill.CANCEL, "test"),
    "kill, flattened": cmd.Kill("PAPER", ExitsOnKill.FLATTEN, "test"),
}
both = pytest.mark.parametrize("has_oca", [True, False], ids=["groups", "no groups"])


def exits_stay(bench: DeskBench) -> None:
    assert protected(bench) == PROTECTED
    assert entries_live(bench) == ["2"]


def exits_stay_and_entries_go(bench: DeskBench) -> None:
    assert protected(bench) == PROTECTED
    assert entries_live(bench) == []
    assert [bench.position(s) for s in SYMBOLS] == [100, 60, 50]


def nothing_stays(bench: DeskBench) -> None:
    assert live(bench) == []
    assert protected(bench) == dict.fromkeys(SYMBOLS, 0)
    assert [bench.position(s) for s in SYMBOLS] == [100, 60, 50]
    assert not any(order.is_held for order in bench.state.orders.values())


def all_is_flat(bench: DeskBench) -> None:
    """Cut off in the middle, a flatten asks; done again, it goes on to the end."""
    if bench.state.flattening:
        assert {run.step for run in bench.state.flattening.values()} == {FlattenStep.ASKING}
        bench.submit(cmd.Flatten("PAPER"))
        bench.pass_time(3)
    assert [bench.position(s) for s in SYMBOLS] == [0, 0, 0]
    assert live(bench) == []


PROMISES: dict[str, Callable[[DeskBench], None]] = {
    "halt": exits_stay,
    "cancel entries": exits_stay_and_entries_go,
    "cancel everything": nothing_stays,
    "flatten": all_is_flat,
    "kill, exits kept": exits_stay_and_entries_go,
    "kill, exits cancelled": nothing_stays,
    "kill, flattened": all_is_flat,
}


@both
@pytest.mark.parametrize("act", ACTS)
def test_an_act_keeps_its_promise_after_a_crash_at_every_commit(act: str, has_oca: bool) -> None:
    bench = three_protected(has_oca=has_oca)
    assert protected(bench) == PROTECTED
    before = len(bench.journal.kept)
    bench.submit(ACTS[act])
    bench.pass_time(3)
    PROMISES[act](bench)
    not_yet, *crashed = crashes(bench, before)
    exits_stay(not_yet)
    assert crashed, "the act wrote something down"
    for again in crashed:
        PROMISES[act](again)


@both
def test_every_fill_is_protected_after_a_crash_at_every_commit(has_oca: bool) -> None:
    """Whatever had been filled when the process died has its stop again, to the share."""
    bench = three_protected(has_oca=has_oca)
    bench.other(Side.SELL, 30, "GOOG", BID)
    assert protected(bench)["GOOG"] == 90
    for again in crashes(bench, 4):
        brackets = {b.symbol for b in again.state.brackets.values()}
        for symbol in brackets:
            assert protected(again)[symbol] == again.position(symbol)


def test_a_crash_during_recovery_changes_nothing() -> None:
    """F51: killed again at every commit that the start itself makes."""
    bench = three_protected()
    whole = list(bench.journal.kept)
    for kept in range(len(whole) - 6, len(whole) + 1):
        first = three_protected()
        first.journal.kept = whole[:kept]
        first.restart()
        second_journal = list(first.journal.kept)
        for again in range(kept, len(second_journal) + 1):
            first.journal.kept = second_journal[:again]
            first.restart()
            requote(first)
            first.pass_time(3)
            brackets = {b.symbol for b in first.state.brackets.values()}
            assert all(protected(first)[s] == first.position(s) for s in brackets)


def test_a_halted_desk_still_protects_what_its_entry_fills() -> None:
    bench = three_protected()
    bench.submit(ACTS["halt"])
    bench.other(Side.SELL, 40, "GOOG", BID)
    assert bench.position("GOOG") == 100
    assert protected(bench)["GOOG"] == 100


def test_cancel_everything_says_first_what_it_leaves_without_a_stop() -> None:
    bench = three_protected()
    said = left_unprotected(bench.state, "PAPER", cmd.ALL_SYMBOLS, CancelScope.ALL)
    assert said == (
        "+100 AAPL without a stop",
        "+60 GOOG without a stop",
        "+50 MSFT without a stop",
    )
    assert not left_unprotected(bench.state, "PAPER", cmd.ALL_SYMBOLS, CancelScope.ENTRIES)


def test_a_stop_that_ends_says_what_it_leaves_bare() -> None:
    bench = three_protected()
    stop, target = leg(bench, 1, 2), leg(bench, 1, 1)
    assert left_bare_by(bench.state, stop) == ""
    bench.submit(cmd.CancelOrder(target.order_id), cmd.CancelOrder(stop.order_id))
    assert left_bare_by(bench.state, stop) == "+100 AAPL without a stop"
    assert left_bare_by(bench.state, target) == ""


def test_after_a_restart_the_exits_still_share_one_quantity() -> None:
    bench = desk()
    bench.submit(entry())
    bench.other(Side.SELL, 10_100, "AAPL", BID)
    bench.restart()
    bench.other(Side.BUY, 30, "AAPL", TARGET)
    bench.restart()
    assert told(bench, 1) == ["1.1 partial 70", "1.2 working 70"]
    bench.other(Side.BUY, 500, "AAPL", STOP)
    bench.other(Side.SELL, 10, "AAPL", STOP)
    assert bench.position("AAPL") == 0
    assert told(bench, 1) == ["1.1 cancelled 0", "1.2 filled 0"]


def test_exits_that_wait_come_back_from_the_journal_and_follow_their_entry() -> None:
    bench = desk()
    bench.submit(entry())
    bench.restart()
    assert told(bench, 1) == ["1.1 held -", "1.2 held -"]
    bench.other(Side.SELL, 60, "AAPL", BID)
    assert told(bench, 1) == ["1.1 working 60", "1.2 working 60"]


def test_what_a_hand_took_back_stays_away_after_a_restart() -> None:
    bench = three_protected()
    bench.submit(cmd.CancelOrder(leg(bench, 1, 2).order_id))
    bench.restart()
    requote(bench)
    bench.pass_time(3)
    assert protected(bench)["AAPL"] == 0
    assert told(bench, 1) == ["1.1 working 100", "1.2 cancelled 0"]


def test_a_stop_that_sleeps_in_another_market_protects_nothing() -> None:
    bench = three_protected()
    assert protected(bench) == PROTECTED
    here = bench.opening()
    bench.submit(structs.replace(here, market="another"))
    assert protected(bench) == dict.fromkeys(SYMBOLS, 0)
    assert left_unprotected(bench.state, "PAPER", cmd.ALL_SYMBOLS, CancelScope.ALL) == ()
    bench.submit(here)
    assert protected(bench) == PROTECTED
