"""F42: whichever handler of the engine raises, the desk stops, says so, and sends nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from engine.attachment import StopEngine
from engine.domain import apply as applying
from engine.domain import decide as deciding
from engine.domain import events as ev
from engine.domain import reports as rep
from engine.domain.apply import state_hash
from engine.domain.events import TradingState
from engine.domain.reports import DiskSpaceSeen, MachineSlept, SpaceLevel
from engine.domain.requests import CancelRequest, Request
from engine.ports import (
    Act,
    CancelById,
    CancelMarked,
    DeskRequest,
    DoAct,
    EngineStopped,
    ExplainOrder,
    PreviewLine,
    SendLine,
    SetSpeed,
    TellRealism,
)
from engine.runtime.failstop import ENGINE_FAULT, fail_stop
from engine.runtime.live import LiveDesk
from engine.runtime.session import DeskStoppedError
from engine.values import NANOS_PER_SECOND, Nanos, OrderId
from tests.harness import DeskBench
from tests.unit.runtime.desk import say
from tests.unit.runtime.test_live_desk import a_desk

NEEDED_TO_OPEN = (
    rep.SessionOpened, rep.InstrumentsListed, rep.PhaseChanged,
    ev.SessionStarted, ev.AccountOpened, ev.InstrumentsKnown, ev.PhaseEntered,
)  # fmt: skip
"""Without these there is no desk that could stop."""
Handlers = dict[type, Callable[..., object]]


def a_day(bench: DeskBench) -> Iterator[None]:
    """Enough for most handlers to have their turn; a step at a time."""
    bench.quotes("AAPL", 1_900_000, 1_900_200)
    for line in (
        "buy 10 AAPL 190.02", "buy 10 AAPL 189", "replace 2 price 189.5", "cancel 2", "cancel 2",
        "sell 5 AAPL mkt", "set order_quantity_max 100", "buy 5000 AAPL 190", "buy 30 AAPL 188",
        "buy 10 AAPL 190.02 tp 195 sl 185", "buy 3 AAPL 190.02", "flatten AAPL",
    ):  # fmt: skip
        say(bench, line)
        yield
    bench.pass_time(4)
    for report in (
        MachineSlept(Nanos(3 * NANOS_PER_SECOND), is_suspend=True),
        DiskSpaceSeen(SpaceLevel.WARN, "low"),
    ):
        bench.submit(report)
        yield
    for line in ("halt", 'resume "fine"', "cancel *", "kill"):
        say(bench, line)
        yield
    bench.restart()
    yield


@contextmanager
def noting(table: Handlers, used: set[type]) -> Iterator[None]:
    """While it lasts every handler of the table says when it has a turn."""
    kept = dict(table)

    def told(kind: type, handler: Callable[..., object]) -> Callable[..., object]:
        def called(*words: object) -> object:
            used.add(kind)
            return handler(*words)

        return called

    table.update({kind: told(kind, handler) for kind, handler in kept.items()})
    try:
        yield
    finally:
        table.update(kept)


def handlers_of_a_day() -> list[tuple[str, type]]:
    found: list[tuple[str, type]] = []
    for name, table in TABLES.items():
        used: set[type] = set()
        with noting(table, used):
            for _ in a_day(DeskBench()):
                pass
        found += [(name, kind) for kind in table if kind in used]
    return found


TABLES: dict[str, Handlers] = {"decide": deciding._DECISIONS, "apply": applying.CHANGES}


def stops(bench: DeskBench) -> tuple[Exception, list[Request]]:
    """The fault, and what had left by then."""
    try:
        for _ in a_day(bench):
            pass
    except ZeroDivisionError as fault:
        return fault, list(bench.paper.heard)
    raise AssertionError("the planted handler never had its turn")


def test_a_handler_that_raises_stops_the_desk_and_nothing_but_cancels_leaves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stopped = [
        breaks_at(table, kind, monkeypatch)
        for table, kind in handlers_of_a_day()
        if kind not in NEEDED_TO_OPEN
    ]
    assert len(stopped) >= 35 and sum(stopped) >= 25


def breaks_at(table: str, kind: type, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the fault could be written down: not where what writes it down is what broke."""

    def broken(*_: object) -> object:
        raise ZeroDivisionError("a bug of ours")

    bench = DeskBench()
    with monkeypatch.context() as planted:
        planted.setitem(TABLES[table], kind, broken)
        fault, heard = stops(bench)
        stopped = fail_stop(bench.session, fault)
    assert stopped.exit_code == ENGINE_FAULT, kind
    assert "engine fault: ZeroDivisionError: a bug of ours" in stopped.text, kind
    left = {type(request) for request in bench.paper.heard[len(heard) :]}
    assert left <= {CancelRequest}, kind
    with pytest.raises(DeskStoppedError):
        bench.session.step([DiskSpaceSeen(SpaceLevel.HALT, "none")])
    bench.restart()
    assert bench.replayed_hash() == state_hash(bench.state), kind
    is_written = "; ZeroDivisionError" not in stopped.text
    if is_written:
        assert bench.state.accounts["PAPER"].trading.state >= TradingState.HALTED, kind
        assert bench.state.faults == 1, kind
    return is_written


@pytest.mark.parametrize(
    "asked",
    [
        SendLine("buy 5 AAPL 190.02", "k1"), PreviewLine("buy 5 AAPL 190.02", 1),
        CancelById(OrderId(1)), CancelMarked((OrderId(1),)), DoAct(Act.HALT), DoAct(Act.KILL),
        ExplainOrder(OrderId(1)),
        TellRealism(), SetSpeed(2.0), StopEngine(),
    ],
    ids=lambda asked: type(asked).__name__,
)  # fmt: skip
def test_a_request_whose_handler_raises_ends_the_engine_in_words(asked: DeskRequest) -> None:
    bench = DeskBench()
    desk, listener = a_desk(bench)
    say(bench, "buy 5 AAPL 189")

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a bug of ours")

    plant(desk, broken)
    desk.send(asked)
    desk.start()
    ended = listener.first(EngineStopped)
    desk.close()
    assert isinstance(ended, EngineStopped) and ended.exit_code == ENGINE_FAULT
    assert "a bug of ours; 1 cancel of an entry sent" in ended.text
    bench.restart()
    assert bench.state.accounts["PAPER"].trading.state is TradingState.HALTED


@pytest.mark.parametrize("fault", [MemoryError(), RecursionError("too deep"), OSError(5, "I/O")])
def test_whatever_is_raised_is_an_end_in_words(fault: Exception) -> None:
    """F45 among them: memory that is refused is a fault like any other."""
    desk, listener = a_desk(DeskBench())

    def broken(*_: object) -> None:
        raise fault

    plant(desk, broken)
    desk.send(TellRealism())
    desk.start()
    ended = listener.first(EngineStopped)
    desk.close()
    assert isinstance(ended, EngineStopped) and ended.exit_code == ENGINE_FAULT
    assert f"engine fault: {type(fault).__name__}" in ended.text


def plant(desk: LiveDesk, broken: Callable[..., None]) -> None:
    desk._counter.serve = broken  # type: ignore[method-assign]
    desk._stop = broken  # type: ignore[method-assign]
