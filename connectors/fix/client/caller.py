"""The line to the venue: dials, logs on, hears, and says when it is whole or gone."""

import errno
import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from connectors.fix.client.asking import Ask
from connectors.fix.client.pulse import Pulse
from connectors.fix.client.record import Record
from connectors.fix.client.store import SessionMemory
from connectors.fix.client.talk import Talk
from connectors.fix.client.wire import CLOSED, Came, Gone, Opened, Wire
from connectors.fix.frames import Framer, Garbled
from connectors.fix.line import Closed, Instant, Noted, Outgoing, Output, Phase
from connectors.fix.link.redial import Redial
from connectors.fix.message import Message
from connectors.fix.session import Session
from connectors.fix.tags import Tag, Type
from engine.errors import MachineError
from engine.values import NANOS_PER_SECOND, Nanos

KEEP_EVERY = NANOS_PER_SECOND
"""How often the inbound number is written down while nothing leaves."""
WITHOUT_A_WORD = (
    "the venue closed the line without a word: it does not know {sender} as a client of {target} in"
    " {version}, or {sender} is logged on already (fix.sender, fix.target, fix.version), or its"
    " clock is minutes away from this machine's"
)
TOLD_ELSEWHERE = ("disconnected: ", "messages ")
"""Words of the session that the line's own state says better, or that a trader can do nothing with:
that it is gone, and that what was missing has come."""
WORDLESS = (CLOSED, *(os.strerror(each) for each in (errno.ECONNRESET, errno.EPIPE)))
"""How a connection ends of which nobody says why; TLS does say it."""
UNDER_A_CONVERSATION = (
    "the numbers do not change while somebody is logged on: `link reset` begins both anew, and the"
    " rest waits until the line is down"
)
NO_ANSWER = "the venue did not answer the logon"


class Caller:
    """Owns session and wire; everything happens in the calls of one thread."""

    def __init__(
        self,
        session: Session,
        memory: SessionMemory,
        wire: Wire,
        talk: Talk,
        redial: Redial,
        note: Callable[[str], None],
        record: Record,
    ) -> None:
        self.session, self.redial, self.record = session, redial, record
        self._memory, self._wire, self._talk = memory, wire, talk
        self._note = note
        self._framer = Framer()
        self.pulse = Pulse()
        self.is_up = False
        """Somebody answered the logon, and nothing is missing of what was said before."""
        self.trouble = ""
        """Why the line is not up, as it was last told; empty before the first try."""
        self._last_words = ""
        self._was_logged_on = False
        self._kept_at = 0

    @property
    def instant(self) -> Instant:
        return Instant(Nanos(time.monotonic_ns()), Nanos(time.time_ns()))

    @property
    def is_dialling(self) -> bool:
        """A connection is being made, or nobody has logged on over it yet."""
        return self._wire.is_busy

    def look(self) -> None:
        """Whatever came since the last look; nothing waits."""
        now = self.instant
        is_free = self.session.phase is Phase.DISCONNECTED and not self._wire.is_busy
        if is_free and self.redial.is_due(now.monotonic):
            if why_not := self.session.why_not(now):
                self.trouble = why_not
            else:
                self._wire.connect()
        for each in self._wire.happened():
            match each:
                case Opened():
                    self._begin()
                case Came(data=data):
                    self._hear(data)
                case Gone(reason=reason, was_open=was_open):
                    self._lost(reason, was_open=was_open)
        self.out(self.session.tick(self.instant))
        self._settle()
        if self._memory.is_behind and now.monotonic - self._kept_at >= KEEP_EVERY:
            self._kept_at = now.monotonic
            self._memory.commit()

    def say(self, asks: Iterable[Ask], at: Instant) -> None:
        """They are numbered and written down, and then they leave, together."""
        outputs: list[Output] = []
        first = self._memory.next_out
        for ask in asks:
            outputs += self.session.send(ask.type, ask.body, at)
        try:
            self.out(outputs)
        except MachineError:
            self._memory.take_back(first)
            raise

    def out(self, outputs: list[Output]) -> None:
        """What the session says: durable first, then on the wire; what ends, ends."""
        data = [each.data for each in outputs if isinstance(each, Outgoing)]
        if data:
            self._memory.commit()
            self._wire.send(b"".join(data))
            self._keep_record(outputs)
        for each in outputs:
            if isinstance(each, Noted) and not each.text.startswith(TOLD_ELSEWHERE):
                self._note(each.text)
            elif isinstance(each, Closed):
                self._wire.hang_up()
                self._ended(each.reason)

    def operate(
        self, *, begins_anew: bool, next_in: int | None = None, next_out: int | None = None
    ) -> None:
        """A person has decided: numbers are set, or begin anew, and whoever stopped dials again."""
        session, memory = self.session, self._memory
        if begins_anew:
            outputs = session.reset_numbers(self.instant)
        elif session.phase is not Phase.DISCONNECTED:
            self._note(UNDER_A_CONVERSATION)
            return
        else:
            outputs = session.set_numbers(next_in=next_in, next_out=next_out)
        memory.held, memory.begins_anew = "", begins_anew
        if next_in is not None:
            memory.counts_from(next_in)
        self.redial.go_on()
        self.trouble = ""
        self.out(outputs)
        memory.commit()

    def close(self, *, is_orderly: bool) -> None:
        """Says goodbye where somebody listens; numbers are kept."""
        with suppress(MachineError):  # it was told when it happened; what was said is said
            self.out(self.session.log_out(self.instant))
            self._memory.end(is_orderly=is_orderly)
        self._wire.hang_up()
        self._memory.close()

    def _keep_record(self, outputs: list[Output]) -> None:
        at = self.instant
        for each in outputs:
            if isinstance(each, Outgoing):
                self.record.note(each.type, each.data, at.utc, is_ours=True)
                self.pulse.said(each.type, each.number, each.data, at.monotonic)

    # What happens.

    def _begin(self) -> None:
        self._framer = Framer()
        self._last_words, self._was_logged_on = "", False
        self.out(self.session.connect(self.instant))

    def _hear(self, data: bytes) -> None:
        for found in self._framer.feed(data):
            if self.session.phase is Phase.DISCONNECTED:
                return
            self._hear_one(found)

    def _hear_one(self, found: Message | Garbled) -> None:
        session = self.session
        expected, now = self._memory.next_in, self.instant
        session.receive_one(found, now)
        self._was_logged_on |= session.is_active
        if isinstance(found, Message):
            self.record.note(found.type, found.raw, now.utc, is_ours=False)
            self.pulse.heard(found, now.monotonic)
            number = found.number(Tag.MSG_SEQ_NUM) or 0
            if found.type == Type.REJECT and session.is_active and number >= expected:
                self._talk.rejected(found)
            elif found.type == Type.LOGOUT:
                self._last_words = session.settings.mask.text(found.text(Tag.TEXT))
        self.out(session.collect())

    def _lost(self, reason: str, *, was_open: bool) -> None:
        if self.session.phase is Phase.DISCONNECTED:
            if not was_open:
                self.trouble = reason
                self.redial.failed(self.instant.monotonic)
            return
        was_asking = self.session.phase is Phase.LOGON_SENT
        self.out(self.session.disconnected(self.instant, reason))
        if was_asking and not self._last_words and reason in WORDLESS:
            settings = self.session.settings
            reason = WITHOUT_A_WORD.format(
                sender=settings.sender, target=settings.target, version=settings.version
            )
        self._ended(reason)

    def _ended(self, reason: str) -> None:
        """A connection that stood is over, whoever ended it."""
        words = f"the venue says: {self._last_words}" if self._last_words else reason
        self.trouble = words
        now = self.instant.monotonic
        if self._was_logged_on:
            self.redial.failed(now)
        else:
            self.redial.refused(words, now)
        self.is_up = False
        self.pulse.lost()

    def _settle(self) -> None:
        session = self.session
        if not self.is_up and session.is_active and session.missing is None:
            self.is_up, self.trouble = True, ""
            self._memory.begins_anew = session.reset_wanted
            self.redial.stood(self.instant.monotonic)
