"""The live desk in its thread: one door, everything encoded, and an end that is always told."""

import threading
from collections.abc import Callable

import pytest

from engine.attachment import StopEngine
from engine.domain.reports import InstrumentsListed
from engine.domain.views import Severity
from engine.instruments import Instrument
from engine.ports import (
    Act,
    DeskAnswer,
    DoAct,
    EngineStopped,
    FocusSymbol,
    InstrumentsTold,
    LineAnswered,
    Notice,
    SendLine,
)
from engine.runtime.clock_watch import waking_nanos
from engine.runtime.history import OrderHistory
from engine.runtime.live import INBOX_REQUESTS_MAX, InboxFullError, LiveDesk
from engine.runtime.terminals.messages import view_decoder
from engine.runtime.view import ViewBuilder
from tests.harness import DeskBench
from tests.unit.runtime.desk import say

PATIENCE_SECONDS = 10.0


class Listener:
    """Keeps what was told, and wakes whoever waits for one kind of answer."""

    def __init__(self) -> None:
        self.heard: list[DeskAnswer] = []
        self._arrived = threading.Condition()

    def __call__(self, answer: DeskAnswer) -> None:
        with self._arrived:
            self.heard.append(answer)
            self._arrived.notify_all()

    def first(self, kind: type) -> DeskAnswer:
        return self.until(lambda answer: isinstance(answer, kind))

    def until(self, fits: Callable[[DeskAnswer], bool]) -> DeskAnswer:
        def found() -> list[DeskAnswer]:
            return [answer for answer in self.heard if fits(answer)]

        with self._arrived:
            assert self._arrived.wait_for(lambda: bool(found()), PATIENCE_SECONDS), self.heard
            return found()[0]


class Shown:
    """Keeps the newest views that were published together, and waits for some that fit."""

    def __init__(self) -> None:
        self._frames: dict = {}
        self._arrived = threading.Condition()

    def __call__(self, frames) -> None:
        with self._arrived:
            self._frames = dict(frames)
            self._arrived.notify_all()

    def first(self, fits: Callable[[dict], bool]) -> dict:
        with self._arrived:
            assert self._arrived.wait_for(lambda: fits(self._frames), PATIENCE_SECONDS)
            return self._frames


def a_desk(
    bench: DeskBench, work: Callable[[Callable[[str], None]], None] | None = None, speed: float = 0
) -> tuple[LiveDesk, Listener]:
    bench.quotes("AAPL", 1_900_000, 1_900_200)
    desk = LiveDesk(
        bench.host,
        ViewBuilder(bench.session, bench.venue, "PAPER"),
        OrderHistory(bench.journal.blocks),
        account="PAPER",
        speed=speed,
        work=work,
    )
    listener = Listener()
    desk.listen(listener)
    return desk, listener


def test_a_line_is_answered_and_the_fill_interrupts() -> None:
    desk, listener = a_desk(DeskBench())
    desk.start()
    try:
        desk.send(SendLine("buy 5 AAPL 190.02", "k1"))
        answer = listener.first(LineAnswered)
        assert isinstance(answer, LineAnswered)
        assert (answer.ok, answer.text, answer.ticket) == (True, "order 1 sent", "k1")
        notice = listener.first(Notice)
        assert isinstance(notice, Notice)
        assert notice.code == "order_filled"
    finally:
        desk.close()
    assert not any(isinstance(answer, EngineStopped) for answer in listener.heard)


def test_what_a_venue_says_late_of_what_it_trades_is_told_to_every_screen() -> None:
    bench = DeskBench()
    desk, listener = a_desk(bench)
    listed = (*bench.venue.instruments, Instrument("LATE"))
    bench.submit(InstrumentsListed(listed))
    told = listener.first(InstrumentsTold)
    assert isinstance(told, InstrumentsTold)
    assert told.instruments == desk.instruments() and "LATE" in told.instruments
    desk.close()


def test_a_stop_that_goes_interrupts_with_what_it_leaves_bare() -> None:
    bench = DeskBench()
    desk, listener = a_desk(bench)
    say(bench, "buy 5 AAPL 190.02 tp 192 sl 189")
    say(bench, "cancel 1.1")
    say(bench, "cancel 1.2")
    told = [a for a in listener.heard if isinstance(a, Notice) and a.code == "order_cancelled"]
    assert [notice.severity for notice in told] == [Severity.OK, Severity.ATTENTION]
    assert told[1].text.endswith("— +5 AAPL without a stop")
    desk.close()


def test_a_bug_in_the_engine_is_told_written_down_and_takes_entries_back() -> None:
    bench = DeskBench()

    def work(tell: Callable[[str], None]) -> None:
        say(bench, "buy 5 AAPL 189.00")
        raise ZeroDivisionError("a bug of ours")

    desk, listener = a_desk(bench, work)
    desk.start()
    stopped = listener.first(EngineStopped)
    desk.close()
    assert isinstance(stopped, EngineStopped)
    assert stopped.exit_code == 7
    assert "a bug of ours" in stopped.text
    assert "1 cancel of an entry" in stopped.text
    assert bench.session.is_stopped
    assert bench.paper.exchange.book("AAPL").named == {}


def test_an_answer_goes_to_who_asked_and_what_happened_to_everybody() -> None:
    desk, listener = a_desk(DeskBench())
    asker = Listener()
    desk.start()
    try:
        desk.send(SendLine("buy 5 AAPL 190.02", "k1"), asker)
        assert asker.first(LineAnswered).ok
        assert listener.first(Notice).code == "order_filled"
    finally:
        desk.close()
    assert not any(isinstance(answer, LineAnswered) for answer in listener.heard)
    assert not any(isinstance(answer, Notice) for answer in asker.heard)


def test_a_line_that_came_too_late_does_nothing_and_a_cancel_still_does() -> None:
    bench = DeskBench()
    desk, _ = a_desk(bench, lambda tell: say(bench, "buy 5 AAPL 189.00"))
    asker, long_ago = Listener(), waking_nanos() - 3_000_000_000
    desk.send(SendLine("buy 5 AAPL 190.02", "k1"), asker, long_ago)
    desk.send(DoAct(Act.KILL, ticket="k2"), asker, long_ago)
    desk.start()
    try:
        late = asker.first(LineAnswered)
        assert not late.ok
        assert "only after 3 s, when the market was another: nothing was done" in late.text
        asker.until(lambda answer: getattr(answer, "ticket", "") == "k2")
    finally:
        desk.close()
    assert len(bench.session.state.orders) == 1
    assert not bench.session.state.live


def test_an_act_with_a_ticket_is_answered_with_the_state_that_it_led_to() -> None:
    desk, _ = a_desk(DeskBench())
    asker = Listener()
    desk.start()
    try:
        desk.send(DoAct(Act.KILL, reason="trader kill", ticket="k1"), asker)
        answer = asker.first(LineAnswered)
        assert answer.ok and answer.text.startswith("KILLED")
    finally:
        desk.close()


def test_a_stop_names_what_stays_and_leaves_it() -> None:
    bench = DeskBench()
    desk, listener = a_desk(bench, lambda tell: say(bench, "buy 5 AAPL 189.00"))
    desk.start()
    desk.send(StopEngine())
    end = listener.first(EngineStopped)
    desk.close()
    assert end.exit_code == 0
    assert "1 order stays in this home and will stand again at the next start" in end.text
    assert len(bench.session.state.live) == 1


def test_a_stop_that_cancels_waits_for_the_venue() -> None:
    bench = DeskBench()
    desk, listener = a_desk(bench, lambda tell: say(bench, "buy 5 AAPL 189.00"))
    desk.start()
    desk.send(StopEngine(cancel=True))
    end = listener.first(EngineStopped)
    desk.close()
    assert end.text.endswith("; 1 order that worked is gone: cancelled, or filled before that")
    assert bench.paper.exchange.book("AAPL").named == {}


def test_each_terminal_has_the_depth_of_the_symbol_it_looks_at() -> None:
    bench = DeskBench()
    bench.quotes("MSFT", 4_000_000, 4_000_200)
    desk, _ = a_desk(bench)
    shown = Shown()
    desk.show_to(shown)
    desk.look_at(1, FocusSymbol("AAPL", 5))
    desk.look_at(2, FocusSymbol("MSFT", 5))
    desk.look_at(3, FocusSymbol("AAPL", 5))
    desk.start()
    try:
        frames = shown.first(lambda frames: len(frames) == 2)
    finally:
        desk.close()
    seen = {focus: view_decoder.decode(frame).depth.symbol for focus, frame in frames.items()}
    assert seen == {FocusSymbol("AAPL", 5): "AAPL", FocusSymbol("MSFT", 5): "MSFT"}


def test_a_full_inbox_is_said_and_nothing_is_dropped_in_silence() -> None:
    desk, _ = a_desk(DeskBench())
    for number in range(INBOX_REQUESTS_MAX):
        desk.send(SendLine("buy 5", f"k{number}"))
    with pytest.raises(InboxFullError, match="this one was not taken"):
        desk.send(SendLine("buy 5", "one too many"))


def test_a_quiet_market_that_is_open_is_no_night() -> None:
    """Hours without an event in an open market: nothing is said, and nothing is skipped."""
    desk, listener = a_desk(DeskBench(), speed=1)
    desk.start()
    desk.send(SendLine("buy 5", "k1"))
    listener.first(LineAnswered)
    desk.close()
    assert not any(isinstance(answer, Notice) for answer in listener.heard)
