"""A stop of the engine waits for a flatten that runs, and says what it had to cut off."""

import pytest

from engine.attachment import StopEngine
from engine.domain.commands import ExitsOnKill
from engine.domain.contingent.protection import protected_quantity
from engine.domain.quotes import Phase
from engine.ports import Act, DoAct, EngineStopped
from engine.values import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, Nanos, OrderType
from tests.harness import DeskBench
from tests.unit.runtime.desk import say
from tests.unit.runtime.test_live_desk import a_desk

LATENCY = Nanos(50 * NANOS_PER_MILLISECOND)


def test_a_stop_lets_a_flatten_that_has_begun_come_to_its_end() -> None:
    bench = DeskBench(latency=lambda request: LATENCY)

    bench.quotes("AAPL", 1_900_000, 1_900_200)
    say(bench, "buy 5 AAPL mkt")
    bench.pass_time(1)
    say(bench, "sell 5 AAPL stp 180 gtc")
    bench.pass_time(1)
    assert (bench.position("AAPL"), len(bench.state.live)) == (5, 1)
    desk, listener = a_desk(bench, speed=1)
    desk.start()
    # Two shells: `trader kill --flatten`, and `trader stop --yes` a moment later.
    desk.send(DoAct(Act.KILL, exits=ExitsOnKill.FLATTEN, reason="trader kill", ticket="k"))
    desk.send(StopEngine())
    end = listener.first(EngineStopped)
    desk.close()
    stops = [o for o in bench.state.orders.values() if o.order.type is OrderType.STOP]
    protects = [o for o in stops if not o.is_done and not o.is_cancelling]
    assert bench.position("AAPL") == 0 or protects, end


def test_a_flatten_that_cannot_end_in_time_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.runtime.live.CANCELS_NANOS_MAX", 0)
    bench = DeskBench(latency=lambda request: Nanos(1_000 * LATENCY))
    bench.quotes("AAPL", 1_900_000, 1_900_200)
    say(bench, "buy 5 AAPL mkt")
    bench.pass_time(200)
    assert bench.position("AAPL") == 5
    desk, listener = a_desk(bench, speed=1)
    desk.start()
    desk.send(DoAct(Act.FLATTEN_SYMBOL, "AAPL"))
    desk.send(StopEngine())
    end = listener.first(EngineStopped)
    desk.close()
    assert "the flatten of AAPL was cut off" in end.text


def test_a_flatten_that_waits_for_a_reopening_holds_no_stop_up_and_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("engine.runtime.live.CANCELS_NANOS_MAX", 3_600 * NANOS_PER_SECOND)
    bench = DeskBench()
    bench.quotes("AAPL", 1_900_000, 1_900_200)
    say(bench, "buy 5 AAPL mkt sl 180.00")
    bench.pass_time(1)
    bench.enters("AAPL", Phase.HALTED)
    desk, listener = a_desk(bench, speed=1)
    desk.start()
    desk.send(DoAct(Act.FLATTEN_SYMBOL, "AAPL"))
    desk.send(StopEngine())
    end = listener.first(EngineStopped)
    desk.close()
    assert "the flatten of AAPL was cut off" in end.text
    assert protected_quantity(bench.state, "PAPER", "AAPL") == 5
