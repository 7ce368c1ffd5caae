"""A bad line between two FIX sessions on this machine: everything that a network does, by seed.

Each connection draws a mood. What is drawn follows from the seed; when it happens, from the bytes
that pass, so that two runs are alike but not the same. Everything is bounded: connections, bytes
that are held, and how long anybody sleeps.
"""

import asyncio
import random
from collections import Counter
from contextlib import suppress
from enum import StrEnum

HOST = "127.0.0.1"
PIECE_BYTES = 4_096
MISHAPS_MAX = 200
"""After so many bad connections the line is good: a test ends."""
DELAY_SECONDS_MAX = 0.03
STALL_SECONDS_MAX = 1.0
CUT_BYTES_MAX = 3_000
REPEATED_BYTES_MAX = 2_000


class Mood(StrEnum):
    """What a connection is like."""

    HONEST = "honest"
    SPLIT = "split"
    """Byte by byte, and ends as CUT does."""
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


class Chaos:
    """Listens on a port of its own and carries everything to another one, more or less."""

    def __init__(self, port: int, seed: int, moods: tuple[Mood, ...] = BAD) -> None:
        self.port = port
        self.moods = moods
        self.seen: Counter[Mood] = Counter()
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
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
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
            there, out = await asyncio.open_connection(HOST, self.port)
            rng = random.Random(self._rng.random())
            ways = [
                asyncio.ensure_future(_pass_on(reader, out, mood, rng)),
                asyncio.ensure_future(_pass_on(there, writer, mood, rng)),
            ]
            if mood is Mood.TWICE:
                ways[0].cancel()
                ways[0] = asyncio.ensure_future(self._twice(reader, out, rng))
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                if mood is Mood.HALF:
                    out.transport.abort()
                    await asyncio.sleep(rng.random() * STALL_SECONDS_MAX)
                await _settle(ways)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
                await ended(out)

    def _mood(self) -> Mood:
        if self._is_calm or sum(self.seen.values()) >= MISHAPS_MAX:
            return Mood.HONEST
        return self._rng.choice(self.moods)

    async def _twice(
        self, reader: asyncio.StreamReader, out: asyncio.StreamWriter, rng: random.Random
    ) -> None:
        first = await reader.read(REPEATED_BYTES_MAX)
        out.write(first)
        _, beside = await asyncio.open_connection(HOST, self.port)
        beside.write(first)
        try:
            await _pass_on(reader, out, Mood.CUT, rng)
        finally:
            await ended(beside)


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
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, mood: Mood, rng: random.Random
) -> None:
    """One way, until it ends or its mood ends it."""
    left = rng.randrange(1, CUT_BYTES_MAX)
    ends = mood is not Mood.HONEST
    with suppress(OSError):
        while data := await reader.read(PIECE_BYTES):
            if ends and len(data) >= left:
                writer.write(data[:left])
                await writer.drain()
                if mood is Mood.STALL:
                    await asyncio.sleep(rng.random() * STALL_SECONDS_MAX)
                return
            left -= len(data)
            size = 1 if mood is Mood.SPLIT else len(data)
            for at in range(0, len(data), size):
                if mood is Mood.SLOW:
                    await asyncio.sleep(rng.random() * DELAY_SECONDS_MAX)
                writer.write(data[at : at + size])
                await writer.drain()
