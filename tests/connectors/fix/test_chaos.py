"""Two sessions of ours over a real socket and the worst of lines: nothing lost, nothing twice."""

import asyncio
import time
from collections.abc import Sequence

import pytest

from connectors.fix.acceptor import Acceptor
from connectors.fix.dictionary.arranging import Arranged
from connectors.fix.line import Refused, Reply
from connectors.fix.message import Field, Message
from connectors.fix.session import Session
from connectors.fix.settings import SessionSettings, ShortMemory
from connectors.fix.tags import Tag, Type
from engine.values import NANOS_PER_MILLISECOND, Nanos
from tests.connectors.chaos import BAD, Chaos, Mood
from tests.connectors.fix.calling import Caller

STORM_SECONDS = 1.2
PATIENCE_SECONDS = 25.0
ORDER: list[Field] = [(21, b"1"), (40, b"1"), (54, b"1"), (55, b"INTC"), (60, b"20260101-10:00:00")]
REPORT: list[Field] = [
    *[(6, b"0"), (14, b"0"), (37, b"O"), (39, b"0"), (54, b"1"), (55, b"INTC"), (150, b"0")],
    (151, b"1"),
]


class Numbered:
    """Answers each order with a report of its own, and writes down what it is given."""

    def __init__(self, tag: int, version: str) -> None:
        self._tag = tag
        self._more: list[Field] = [(Tag.EXEC_TRANS_TYPE, b"0")] if version == "FIX.4.2" else []
        self.taken: list[int] = []

    def take(self, arranged: Arranged, message: Message) -> Sequence[Reply] | Refused:
        name = message.get(self._tag) or b"0"
        self.taken.append(int(name))
        if message.type != Type.NEW_ORDER_SINGLE:
            return ()
        body = sorted([(Tag.EXEC_ID, name), *REPORT, *self._more])
        return (Reply(Type.EXECUTION_REPORT, body),)

    def ended(self) -> None:
        pass


class Line:
    """Client, bad line, venue."""

    def __init__(self, seed: int, version: str, moods: tuple[Mood, ...]) -> None:
        self.client, self.venue = Numbered(Tag.EXEC_ID, version), Numbered(Tag.CL_ORD_ID, version)
        self.there = Session(_settings(version, is_initiator=False), ShortMemory(), self.venue)
        self.here = Session(_settings(version, is_initiator=True), ShortMemory(), self.client)
        self.notes: list[str] = []
        self.acceptor = Acceptor([self.there], self.notes.append)
        self.seed, self.moods = seed, moods
        self.said = 0

    async def open(self) -> None:
        self.chaos = Chaos(await self.acceptor.listen("127.0.0.1", 0), self.seed, self.moods)
        self.caller = Caller(self.here, await self.chaos.listen())
        self.caller.start()

    async def close(self) -> None:
        await self.caller.close()
        await self.chaos.close()
        await self.acceptor.close()

    async def storm(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.said += 1
            name = b"%d" % self.said
            self.caller.say(Type.NEW_ORDER_SINGLE, sorted([(Tag.CL_ORD_ID, name), *ORDER]))
            await asyncio.sleep(0.01)

    async def settle(self) -> None:
        """On a good line both sides come to agree, or the test's patience ends."""
        self.chaos.calm()
        await self.chaos.cut_all()
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end and not self.is_whole:
            await asyncio.sleep(0.02)

    @property
    def is_whole(self) -> bool:
        here, there = self.here.memory, self.there.memory
        return (
            len(self.client.taken) >= self.said
            and here.next_in == there.next_out
            and here.next_out == there.next_in
        )


def _settings(version: str, *, is_initiator: bool) -> SessionSettings:
    names = ("DESK", "VENUE")[:: 1 if is_initiator else -1]
    return SessionSettings(
        version=version,
        sender=names[0],
        target=names[1],
        is_initiator=is_initiator,
        heartbeat_seconds=1,
        logon_wait=Nanos(500 * NANOS_PER_MILLISECOND),
        logout_wait=Nanos(200 * NANOS_PER_MILLISECOND),
        resend_wait=Nanos(500 * NANOS_PER_MILLISECOND),
        garbled_max=0,
    )


async def weather(seed: int, version: str, moods: tuple[Mood, ...]) -> Line:
    line = Line(seed, version, moods)
    await line.open()
    try:
        await line.storm(STORM_SECONDS)
        await line.settle()
    finally:
        await line.close()
    return line


@pytest.mark.parametrize("mood", [mood for mood in Mood if mood is not Mood.PIECES])
async def test_each_mood_alone_loses_nothing_and_doubles_nothing(mood: Mood) -> None:
    line = await weather(1, "FIX.4.4", (mood,))
    expected = list(range(1, line.said + 1))
    assert line.chaos.seen[mood] > 0
    assert line.venue.taken == expected, line.notes
    assert line.client.taken == expected, line.caller.notes


@pytest.mark.parametrize(("seed", "version"), [(2, "FIX.4.2"), (3, "FIX.4.4"), (4, "FIX.5.0SP2")])
async def test_all_of_it_together_loses_nothing_and_doubles_nothing(
    seed: int, version: str
) -> None:
    line = await weather(seed, version, BAD)
    expected = list(range(1, line.said + 1))
    assert line.caller.calls > 3, "the line was hardly ever bad"
    assert line.venue.taken == expected, line.notes
    assert line.client.taken == expected, line.caller.notes
    here, there = line.here.memory, line.there.memory
    assert (here.next_in, here.next_out) == (there.next_out, there.next_in)


def test_the_same_seed_draws_the_same_moods() -> None:
    drawn = [[chaos._mood() for _ in range(30)] for chaos in (Chaos(1, 7), Chaos(1, 7))]
    assert drawn[0] == drawn[1]
