"""The screen's end of the socket: an engine that stands still or is gone is said, never guessed."""

import threading
import time

import msgspec
import pytest

from commands.bench_frames import frame
from engine.attachment import StandingChanged
from engine.domain.commands import ExitsOnKill
from engine.domain.views import Severity
from engine.instruments import Instrument
from engine.ports import (
    Act,
    DoAct,
    EngineStopped,
    InstrumentsTold,
    LineAnswered,
    Notice,
    SendLine,
)
from engine.runtime.terminals.attaching import attach
from engine.runtime.terminals.client import GONE, STALLED, EngineAwayError, SocketDesk
from engine.runtime.terminals.messages import Role
from tests.unit.terminals.parts import FACTS, House, house

PATIENCE_SECONDS = 20.0


class Ear:
    """Keeps what was told, and waits for one answer that fits."""

    def __init__(self) -> None:
        self.heard: list = []
        self._arrived = threading.Condition()

    def __call__(self, answer) -> None:
        with self._arrived:
            self.heard.append(answer)
            self._arrived.notify_all()

    def until(self, fits):
        with self._arrived:
            found = lambda: [one for one in self.heard if fits(one)]  # noqa: E731
            assert self._arrived.wait_for(lambda: bool(found()), PATIENCE_SECONDS), self.heard
            return found()[0]

    def notice(self, code: str) -> Notice:
        return self.until(lambda one: isinstance(one, Notice) and one.code == code)


class Clock:
    """Steady seconds that only the test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Sitting:
    """A screen's desk in front of a house's engine."""

    def __init__(self, here: House) -> None:
        self.here, self.clock, self.ear = here, Clock(), Ear()
        self.comes_back = threading.Event()
        self.desk = SocketDesk(self._attached(), self._again, clock=self.clock)
        self.desk.listen(self.ear)
        self.desk.start()

    def _again(self):
        if not self.comes_back.is_set():
            return None
        return self._attached()

    def _attached(self):
        return attach(self.here.path, Role.TERMINAL, seconds=10)

    def show(self, number: int) -> None:
        """Returns when the view has arrived."""
        view = msgspec.msgpack.encode(frame(number))
        self.here.server.show({("S000", 20): view})
        until = time.monotonic() + PATIENCE_SECONDS
        while self.desk.latest().frame != number:
            assert time.monotonic() < until, "the view did not arrive"
            time.sleep(0.005)


@pytest.fixture
def sitting(tmp_path):
    with house(tmp_path) as here:
        one = Sitting(here)
        yield one
        one.desk.close()


def test_it_is_a_desk_like_any_other(sitting: Sitting) -> None:
    sitting.show(7)
    assert sitting.desk.latest() is sitting.desk.latest()
    assert list(sitting.desk.instruments()) == ["S000"]
    sitting.desk.send(SendLine("buy 1 S000 mkt", "t1"))
    assert sitting.ear.until(lambda one: isinstance(one, LineAnswered)).ok


def test_what_is_traded_may_be_said_after_the_screen_was_there(sitting: Sitting) -> None:
    known = {"LATE": Instrument("LATE")}
    sitting.here.server.tell(InstrumentsTold(known))
    sitting.ear.until(lambda one: isinstance(one, InstrumentsTold))
    assert sitting.desk.instruments() == known


def test_two_seconds_without_a_view_are_a_stall_and_a_view_ends_it(sitting: Sitting) -> None:
    sitting.clock.now += 1.9
    sitting.show(1)
    sitting.clock.now += 2.1
    notice = sitting.ear.notice("engine_stalled")
    assert notice.severity is Severity.UNAVAILABLE and "`trader kill`" in notice.text
    sitting.ear.until(
        lambda one: isinstance(one, StandingChanged) and one.standing.alarm == STALLED
    )
    with pytest.raises(EngineAwayError, match="the engine is stalled"):
        sitting.desk.send(SendLine("buy 1 S000 mkt", "t1"))
    sitting.desk.send(DoAct(Act.KILL, exits=ExitsOnKill.KEEP))
    sitting.show(2)
    sitting.ear.notice("engine_back")
    sitting.desk.send(SendLine("buy 1 S000 mkt", "t2"))
    sitting.ear.until(lambda one: isinstance(one, LineAnswered))
    sent = sitting.here.desk.requests
    assert [one.ticket for one in sent if isinstance(one, SendLine)] == ["t2"]
    assert any(isinstance(one, DoAct) for one in sent), "what only reduces is never held back"


def test_an_engine_that_is_gone_is_told_with_what_was_seen_last(sitting: Sitting) -> None:
    sitting.here.close()
    text = sitting.ear.notice("engine_gone").text
    assert "at last sight 50 orders worked and 0 positions were held" in text
    assert text.index("start `trader`") < 40, "what to do is read on a narrow screen too"
    sitting.ear.until(lambda one: isinstance(one, StandingChanged) and one.standing.alarm == GONE)
    with pytest.raises(EngineAwayError):
        sitting.desk.send(DoAct(Act.HALT))


def test_it_attaches_again_by_itself_when_there_is_an_engine(tmp_path) -> None:
    with house(tmp_path) as first:
        sitting = Sitting(first)
        first.close()
        sitting.ear.notice("engine_gone")
        with house(tmp_path) as second:
            sitting.here = second
            sitting.comes_back.set()
            sitting.ear.notice("engine_back")
            sitting.desk.send(SendLine("buy 1 S000 mkt", "t1"))
            assert sitting.ear.until(lambda one: isinstance(one, LineAnswered)).ok
            sitting.desk.close()


def test_a_line_without_an_answer_is_named_and_never_sent_again(tmp_path) -> None:
    with house(tmp_path) as first:
        first.desk.send = lambda request, reply=None, until=0: None
        sitting = Sitting(first)
        sitting.desk.send(SendLine("buy 1 S000 mkt", "t1"))
        first.close()
        assert "no answer came to `buy 1 S000 mkt`" in sitting.ear.notice("unanswered").text
        with house(tmp_path) as second:
            sitting.here = second
            sitting.comes_back.set()
            sitting.ear.notice("engine_back")
            assert second.desk.requests == []
            sitting.desk.close()


def test_an_orderly_end_is_no_alarm(sitting: Sitting) -> None:
    sitting.here.tell(EngineStopped("the engine was stopped; no order was working"))
    sitting.ear.until(lambda one: isinstance(one, EngineStopped))
    sitting.here.close()
    sitting.desk._thread.join(0.5)
    assert not any(isinstance(one, Notice) for one in sitting.ear.heard)


def test_a_day_that_begins_anew_waits_for_its_first_view(sitting: Sitting) -> None:
    sitting.here.tell(EngineStopped("", begins_anew=True))
    sitting.ear.until(lambda one: isinstance(one, EngineStopped))
    assert sitting.desk.begins_anew
    assert not sitting.desk.wait_for_new_day(0.1)
    sitting.here.server.seat(sitting.here.desk, FACTS._replace(market="again"))
    assert sitting.desk.wait_for_new_day(PATIENCE_SECONDS)
    assert sitting.desk.welcome.market == "again" and not sitting.desk.begins_anew


def test_an_engine_with_another_market_is_not_taken_for_the_old_one(tmp_path) -> None:
    with house(tmp_path) as first:
        sitting = Sitting(first)
        first.close()
        sitting.ear.notice("engine_gone")
        with house(tmp_path, facts=FACTS._replace(market="another")) as second:
            sitting.here = second
            sitting.comes_back.set()
            end = sitting.ear.until(lambda one: isinstance(one, EngineStopped))
            assert "another market runs in this home now (another)" in end.text
            sitting.desk.close()
