"""The line to a gateway: dials, guards, recovers in a fixed order, and says when it is whole.

Everything happens in the calls of one thread. A line that is up has told all that happened while it
was not: orders, completed ones, executions, positions and account, each with its end marker.
"""

from collections.abc import Callable
from enum import IntEnum

import msgspec

from connectors.ib.back_off import BackOff
from connectors.ib.codes import CLIENT_ID_IN_USE
from connectors.ib.ear import Heard
from connectors.ib.rounds import OF_ORDERS, Kind, Rounds, Want
from connectors.ib.speaker import Speaker
from connectors.ib.turnstile import Lane
from connectors.ib.wire import Dial, Gone, Opened, Wire
from engine.values import NANOS_PER_SECOND, Nanos

RECOVERY = (
    Kind.IDS,
    Kind.ORDERS,
    Kind.COMPLETED,
    Kind.EXECUTIONS,
    Kind.POSITIONS,
    Kind.ACCOUNT,
)
TRIES_MAX = 3
"""Of one step of a recovery; then the connection is made anew."""
HEARTBEAT_EVERY = Nanos(4 * NANOS_PER_SECOND)
"""It is the quotes' sign of life too: a quiet market says nothing for longer than they may age."""
SILENT_BEATS = 7
"""Questions for the time in a row without a word: then the other end is gone."""
SILENT_TRIES = 3
"""Connections in a row that were taken and not answered, before a restart is what helps."""
IN_USE = (
    "client id {} is in use at {}: another program has it, or an earlier desk is still being let"
    " go. End that one, or choose another with ib.client_id"
)
NOT_AGAIN = 'it is not dialled again: `link go "why"` does, when that is settled'
WEDGED = "the gateway at {} takes connections and answers nothing: restart it"


class State(IntEnum):
    DOWN = 1
    CONNECTING = 2
    RECOVERING = 3
    """A session stands, and what happened before is being told."""
    UP = 4
    DEGRADED = 5
    """The socket stands, and the gateway has lost IB: nothing new may leave, what comes counts."""


class Whole(msgspec.Struct, frozen=True, gc=False):
    """A recovery came to its end."""

    is_new_session: bool
    data_was_lost: bool


class Line:
    """`guard` gives the reason why the accounts of a session may not be traded; empty: they may."""

    def __init__(
        self,
        wire: Wire,
        dial: Dial,
        back_off: BackOff,
        rounds: Rounds,
        speaker: Speaker,
        guard: Callable[[Opened], str],
        heartbeat: Nanos = HEARTBEAT_EVERY,
    ) -> None:
        self._wire, self.dial, self.back_off = wire, dial, back_off
        self._rounds, self._speaker = rounds, speaker
        self._guard, self._heartbeat = guard, heartbeat
        self.state = State.DOWN
        self.trouble = ""
        """Why it is not up, as a sentence; empty before the first try."""
        self.never_left: list[str] = []
        """Keys of what waited for its turn when a line went; for whoever takes them."""
        self.has_stood = False
        self._steps: list[Kind] = []
        self._want: Want | None = None
        self._tries = 0
        self._is_new_session = self._data_was_lost = False
        self._beat_at = Nanos(0)
        self._silent = 0
        self.heard_at = Nanos(0)
        """Monotonic: the newest sign of life."""

    @property
    def is_open(self) -> bool:
        """A session stands, whether or not it may be used for new orders."""
        return self.state >= State.RECOVERING

    @property
    def is_up(self) -> bool:
        return self.state is State.UP

    @property
    def why_down(self) -> str:
        """Why nothing can be asked over it now; empty where it can."""
        return "" if self.is_up else self.trouble or "the line to the gateway is not up yet"

    @property
    def may_come_yet(self) -> bool:
        """It is not up, and dialled on; else a person has to look first."""
        return not (self.back_off.stopped or self.is_up)

    @property
    def wants_a_person(self) -> str:
        """What no further call can mend, as a sentence with what to do; empty for nothing."""
        if self.back_off.stopped:
            return f"{self.back_off.stopped}; {NOT_AGAIN}"
        is_wedged = self.state is not State.UP and self._silent >= SILENT_TRIES
        return WEDGED.format(self.dial) if is_wedged else ""

    def look(self, now: Nanos, hear: Callable[[Heard], None]) -> Whole | None:
        """Whatever came since the last look; nothing waits. `hear` gets each callback."""
        if self.state is State.DOWN and not self._wire.is_busy and self.back_off.is_due(now):
            self.state = State.CONNECTING
            self._wire.connect(self.dial)
        for each in self._wire.happened():
            match each:
                case Opened():
                    self._opened(each, now)
                case Gone():
                    self._gone(each, now)
                case Heard():
                    self.heard_at = now
                    hear(each)
        if not self.is_open:
            return None
        self._rounds.look(now)
        whole = self._recover(now)
        self._beat(now)
        return whole

    def lost(self, why: str) -> None:
        """1100: the gateway has no connection to IB; the socket stands."""
        if self.is_open:
            self.state, self.trouble = State.DEGRADED, why
            self._steps.clear()

    def restored(self, *, data_was_lost: bool) -> None:
        """1101, 1102: it is back, and what happened meanwhile is asked for."""
        if self.is_open:
            self._begin(is_new_session=False, data_was_lost=data_was_lost)

    def drop(self, why: str, now: Nanos) -> None:
        """This side ends the connection, and makes another."""
        self._end(why, now, self._wire.hang_up())

    def stop(self, why: str) -> None:
        """Nothing is dialled any more before a person has looked."""
        self.back_off.stop(why)
        self.trouble = why

    def go(self, now: Nanos) -> None:
        """A person has seen to what was in the way: it is dialled now; one that stands, anew."""
        self.back_off.go(now)
        if self.is_open:
            self.drop("dialled anew, as a person asked for", now)
            self.back_off.go(now)

    def close(self) -> None:
        self._wire.hang_up()
        self.state = State.DOWN

    # Beginning and end.

    def _opened(self, opened: Opened, now: Nanos) -> None:
        self._silent = 0
        self._rounds.is_read_only = False
        self._speaker.scribe.version = opened.version
        why_not = self._guard(opened)
        if why_not:
            self.stop(why_not)
            self.drop(why_not, now)
            return
        self.heard_at = self._beat_at = now
        self._begin(is_new_session=True, data_was_lost=True)

    def _gone(self, gone: Gone, now: Nanos) -> None:
        why = gone.reason
        if gone.code == CLIENT_ID_IN_USE:
            why = IN_USE.format(self.dial.client_id, self.dial)
            self.back_off.stop(why)
        elif not gone.was_open and "says nothing" in why:
            self._silent += 1
            if self._silent >= SILENT_TRIES:
                why = WEDGED.format(self.dial)
        self._end(why, now, gone.never_left)

    def _end(self, why: str, now: Nanos, never_left: tuple[str, ...]) -> None:
        self.never_left += never_left
        self.state, self.trouble = State.DOWN, self.back_off.stopped or why
        self._steps.clear()
        self._rounds.forget("the line broke")
        self.back_off.failed(now)

    # Recovery.

    def _begin(self, *, is_new_session: bool, data_was_lost: bool) -> None:
        self.state = State.RECOVERING
        self._is_new_session, self._data_was_lost = is_new_session, data_was_lost
        self._steps, self._want, self._tries = list(RECOVERY), None, 0
        self._rounds.forget("the line was recovered meanwhile")

    def _recover(self, now: Nanos) -> Whole | None:
        """One step after the other; one that fails is tried again, then the line is anew."""
        while self._steps:
            if self._want is None:
                self._want = self._rounds.want(self._steps[0])
                self._rounds.look(now)
            if not self._want.is_over:
                return None
            failed, self._want = self._want.failed, None
            is_refused = self._rounds.is_read_only and self._steps[0] in OF_ORDERS
            if failed and not is_refused:
                self._tries += 1
                if self._tries >= TRIES_MAX:
                    self.drop(f"{failed}, {TRIES_MAX} times: it is dialled anew", now)
                    return None
                continue
            self._steps.pop(0)
            self._tries = 0
            if not self._steps:
                return self._is_whole(now)
        return None

    def _is_whole(self, now: Nanos) -> Whole:
        self.state, self.trouble, self.has_stood = State.UP, "", True
        self.back_off.stood(now)
        return Whole(self._is_new_session, self._data_was_lost)

    def _beat(self, now: Nanos) -> None:
        """A socket whose other end is gone says nothing: it is asked, and silence ends it."""
        if now - self._beat_at < self._heartbeat:
            return
        self._beat_at = now
        if now - self.heard_at >= SILENT_BEATS * self._heartbeat:
            self.drop("the gateway has fallen silent", now)
            return
        if now - self.heard_at >= self._heartbeat // 2:
            self._speaker.ask(Lane.RECOVERY, "reqCurrentTime")
