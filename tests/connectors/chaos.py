"""A bad line between two ends on this machine: everything that a network does, by seed.

Each connection draws a mood. What is drawn follows from the seed; when it happens, from the bytes
that pass, so that two runs are alike but not the same. Everything is bounded: connections, bytes
that are held, and how long anybody sleeps.
"""

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")

HOST = "127.0.0.1"
PIECE_BYTES = 4_096
MISHAPS_MAX = 200
"""After so many bad connections the line is good: a test ends."""
DELAY_SECONDS_MAX = 0.03
STALL_SECONDS_MAX = 1.0
CUT_BYTES_MAX = 3_000
SMALL_BYTES_MAX = 9
ENDLESS = 1 << 60
WAIT_SECONDS = 10.0
REPEATED_BYTES_MAX = 2_000
LAST_SECONDS = 0.01


class Mood(StrEnum):
    """What a connection is like."""

    HONEST = "honest"
    SPLIT = "split"
    """Byte by byte, and ends as CUT does."""
    PIECES = "pieces"
    """In pieces of 1 to 9 bytes, and ends as CUT does."""
    SLOW = "slow"
    """Each piece late by a moment of its own, and ends as CUT does."""
    CUT = "cut"
    """Ends on both sides somewhere, mostly within a message, with a reset."""
    HALF = "half"
    """Ends for one side; the other is heard no more and notices by silence."""
    STALL = "stall"
    """Carries nothing any more for a while, then ends."""
    TWICE = "twice"
    """What the caller says first is said again on a second connection beside it."""


BAD = tuple(mood for mood in Mood if mood is not Mood.HONEST)


class Room:
    """How much one connection still carries, both ways together."""

    def __init__(self, size: int) -> None:
        self.left = size


class Chaos:
    """Listens on a port of its own and carries everything to another one, more or less."""

    def __init__(
        self,
        port: int,
        seed: int,
        moods: tuple[Mood, ...] = BAD,
        *,
        bytes_most: int = CUT_BYTES_MAX,
    ) -> None:
        """`bytes_most`: a bad connection carries an eighth of it to all of it; 0: it never ends."""
        self.port = port
        self.moods = moods
        self.seen: Counter[Mood] = Counter()
        self.breaks = 0
        """Connections that ended because they had carried all that they could."""
        self._bytes_most = bytes_most
        self._rng = random.Random(seed)
        self._is_calm = False
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()

    async def listen(self) -> int:
        """The port to call instead of the other one."""
        self._server = await asyncio.start_server(self._called, HOST, 0)
        found: int = self._server.sockets[0].getsockname()[1]
        return found

    def calm(self) -> None:
        """Every connection from now on is honest; who is in a bad one has to come again."""
        self._is_calm = True

    async def cut_all(self) -> None:
        """Every connection that stands ends now."""
        for line in list(self._lines):
            if not line.cancelling():  # a second time would cut short how it ends
                line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        # Who was accepted in the last moment has no task yet, and gets one in the next round.
        for _ in range(3):
            await asyncio.sleep(LAST_SECONDS)
            await self.cut_all()
        if self._server is not None:
            await self._server.wait_closed()

    async def _called(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.current_task()
        assert line is not None, "a connection is a task of its own"
        self._lines.add(line)
        try:
            await self._carry(reader, writer)
        except asyncio.CancelledError:
            pass  # cut_all, and nobody waits for the connection itself
        finally:
            await ended(writer)
            self._lines.discard(line)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mood = self._mood()
        self.seen[mood] += 1
        with suppress(OSError):
            there, out = await _opened(self.port)
            rng = random.Random(self._rng.random())
            room = self._room(mood, rng)
            ways = [
                asyncio.ensure_future(_pass_on(reader, out, mood, rng, room)),
                asyncio.ensure_future(_pass_on(there, writer, mood, rng, room)),
            ]
            if mood is Mood.TWICE:
                ways[0].cancel()
                ways[0] = asyncio.ensure_future(self._twice(reader, out, rng, room))
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                self.breaks += room.left <= 0
                if mood is Mood.HALF:
                    out.transport.abort()
                    await asyncio.sleep(rng.random() * STALL_SECONDS_MAX)
                await _settle(ways)
            finally:
                out.transport.abort()  # before anything is waited for, which can be cut short
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
                await ended(out)

    def _mood(self) -> Mood:
        if self._is_calm or sum(self.seen.values()) >= MISHAPS_MAX:
            return Mood.HONEST
        return self._rng.choice(self.moods)

    def _room(self, mood: Mood, rng: random.Random) -> Room:
        most = self._bytes_most if mood is not Mood.HONEST else 0
        return Room(rng.randint(most // 8, most) if most else ENDLESS)

    async def _twice(
        self,
        reader: asyncio.StreamReader,
        out: asyncio.StreamWriter,
        rng: random.Random,
        room: Room,
    ) -> None:
        first = await reader.read(REPEATED_BYTES_MAX)
        out.write(first)
        _, beside = await _opened(self.port)
        beside.write(first)
        try:
            await _pass_on(reader, out, Mood.CUT, rng, room)
        finally:
            await ended(beside)


async def _opened(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection, or none: one that comes while nobody waits any more is ended."""
    opening = asyncio.ensure_future(asyncio.open_connection(HOST, port))
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        with suppress(OSError):
            await ended((await opening)[1])
        raise


async def ended(writer: asyncio.StreamWriter) -> None:
    """A connection that is reset, and gone when this returns."""
    writer.transport.abort()
    with suppress(OSError):
        await writer.wait_closed()


async def _settle(ways: list["asyncio.Future[None]"]) -> None:
    """The other way may say what it still has, for a moment."""
    open_ways = [way for way in ways if not way.done()]
    if open_ways:
        await asyncio.wait(open_ways, timeout=DELAY_SECONDS_MAX)


async def _pass_on(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    mood: Mood,
    rng: random.Random,
    room: Room,
) -> None:
    """One way, until it ends or the room of the connection is used up."""
    with suppress(OSError):
        while data := await reader.read(PIECE_BYTES):
            while data and room.left > 0:
                if mood is Mood.SLOW:
                    await asyncio.sleep(rng.random() * DELAY_SECONDS_MAX)
                size = min(_size(mood, rng), room.left)
                room.left -= len(data[:size])
                writer.write(data[:size])
                await writer.drain()
                data = data[size:]
            if room.left <= 0:
                if mood is Mood.STALL:
                    await asyncio.sleep(rng.random() * STALL_SECONDS_MAX)
                return


def _size(mood: Mood, rng: random.Random) -> int:
    if mood is Mood.SPLIT:
        return 1
    return rng.randint(1, SMALL_BYTES_MAX) if mood is Mood.PIECES else PIECE_BYTES


class ChaosBeside:
    """The same in a thread of its own, for tests that play both ends themselves."""

    def __init__(self, far: int, seed: int, moods: tuple[Mood, ...], *, bytes_most: int) -> None:
        """`far`: the port that everything is carried to; `port` is the one to call."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._chaos = Chaos(far, seed, moods, bytes_most=bytes_most)
        self.port = self._done(self._chaos.listen())

    @property
    def breaks(self) -> int:
        return self._chaos.breaks

    def calm(self) -> None:
        """Every connection from now on is honest, and those that stand end."""
        self._chaos.calm()
        self._done(self._chaos.cut_all())

    def close(self) -> None:
        self._done(self._chaos.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WAIT_SECONDS)
        self._loop.close()

    def _done(self, act: Coroutine[None, None, T]) -> T:
        return asyncio.run_coroutine_threadsafe(act, self._loop).result(WAIT_SECONDS)
