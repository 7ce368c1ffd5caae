"""One connection to a gateway at a time, in a thread with a loop of its own.

Whoever speaks to IB never waits for a socket: requests are handed over as text and leave when the
turnstile lets them; what is said waits in an `Ear` until somebody looks.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, tzinfo
from typing import Any

import msgspec

from connectors.ib.ear import Crossed, Ear, Heard
from connectors.ib.library import COMPLAINTS, Library
from connectors.ib.turnstile import MESSAGES_A_SECOND, Leaving, Turnstile
from engine.values import NANOS_PER_SECOND, Nanos

CONNECT_SECONDS = 10.0
LOOK_SECONDS = 0.25
LINGER_SECONDS = 1.0
TICKS_RING_SECONDS = 0.02
"""Market data wakes nobody more often than this."""
ID_IN_USE = 326
SILENT = "it takes the connection and says nothing"
REFUSED = "nothing listens there"
CLOSED = "the gateway closed the connection"
NO_ID_YET = -1


class Dial(msgspec.Struct, frozen=True):
    """Where to call, and as whom."""

    host: str
    port: int
    client_id: int
    seconds: float = CONNECT_SECONDS
    bare_zone: tzinfo = UTC

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Opened(msgspec.Struct, frozen=True, gc=False):
    """A session stands: the gateway has said its version, its accounts and its next order id."""

    version: int
    accounts: tuple[str, ...]
    next_id: int


class Gone(msgspec.Struct, frozen=True, gc=False):
    """It ended, or never came to be."""

    reason: str
    code: int
    """IB's, where an error of its own ended it; else 0."""
    was_open: bool
    never_left: tuple[str, ...]
    """Keys of what still waited for its turn."""


Happened = Opened | Gone | Heard
Ticks = dict[tuple[int, int], tuple[float, float]]


class Wire:
    """Give it text, ask it what happened; `wake` is called from its thread when something did."""

    def __init__(
        self, library: Library, wake: Callable[[], None], rate: int = MESSAGES_A_SECOND
    ) -> None:
        """`rate`: messages a second."""
        self._library, self._wake, self._rate = library, wake, rate
        self._life: _Life | None = None

    @property
    def is_busy(self) -> bool:
        """A connection stands, or is being made."""
        return self._life is not None

    def connect(self, dial: Dial) -> None:
        """Begins; `Opened` or `Gone` comes when it is known."""
        assert self._life is None, "one connection at a time"
        self._life = _Life(self._library, dial, self._wake, self._rate)
        self._life.start()

    def send(self, leaving: Leaving) -> bool:
        """False: it never leaves. Over a connection that is gone nothing does."""
        return self._life is not None and self._life.send(leaving)

    def withdraw(self, key: str) -> bool:
        """True: it still waited for its turn and will not leave."""
        return self._life is not None and self._life.turnstile.withdraw(key)

    def hang_up(self) -> tuple[str, ...]:
        """The connection ends; nothing more is heard of it. Keys of what never left."""
        life, self._life = self._life, None
        return life.hang_up() if life is not None else ()

    def happened(self) -> list[Happened]:
        """What happened since the last call, in order; never waits."""
        life = self._life
        if life is None:
            return []
        found = life.taken()
        if found and isinstance(found[-1], Gone):
            self._life = None
        return found

    def ticks(self) -> Ticks:
        return self._life.ear.ticks() if self._life is not None else {}

    def used(self) -> tuple[int, int]:
        """(messages that left within the last second, those that wait for their turn)."""
        turnstile = self.turnstile
        if turnstile is None:
            return 0, 0
        return turnstile.used(Nanos(time.monotonic_ns())), turnstile.waiting

    @property
    def turnstile(self) -> Turnstile | None:
        return self._life.turnstile if self._life is not None else None

    @property
    def ear(self) -> Ear | None:
        return self._life.ear if self._life is not None else None


class _Life:
    """One connection from its beginning to its end."""

    def __init__(self, library: Library, dial: Dial, wake: Callable[[], None], rate: int) -> None:
        self._library, self._dial, self._wake = library, dial, wake
        self.turnstile = Turnstile(rate)
        self.ear = Ear(self._ring, dial.bare_zone)
        self._found: deque[Opened | Gone] = deque()
        self._loop = asyncio.new_event_loop()
        self._is_over = asyncio.Event()
        self._is_poked = asyncio.Event()
        self._reason, self._code = "", 0
        self._was_open = self._rings = False
        self._thread = threading.Thread(target=self._run, name="ib wire", daemon=True)

    # Called by whoever owns the wire.

    def start(self) -> None:
        self._thread.start()

    def send(self, leaving: Leaving) -> bool:
        if not self.turnstile.offer(leaving):
            return False
        fields = tuple(leaving.text.split("\0"))
        self.ear.raw.append(Crossed(time.time_ns(), True, fields))
        self._do(self._is_poked.set)
        return True

    def hang_up(self) -> tuple[str, ...]:
        keys = tuple(self.turnstile.clear())
        self._do(self._end)
        return keys

    def taken(self) -> list[Happened]:
        """Callbacks of before the end come before the end."""
        ends: list[Happened] = []
        while self._found:
            ends.append(self._found.popleft())
        heard: list[Happened] = list(self.ear.taken())
        opened = [each for each in ends if isinstance(each, Opened)]
        gone = [each for each in ends if isinstance(each, Gone)]
        return [*opened, *heard, *gone]

    def _do(self, act: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop is closed: the connection is over
            self._loop.call_soon_threadsafe(act)

    # In the thread.

    def _ring(self) -> None:
        self._wake()

    def _run(self) -> None:
        COMPLAINTS.listeners[threading.get_ident()] = self._complain
        asyncio.set_event_loop(self._loop)  # the library looks for one in its thread
        try:
            self._loop.run_until_complete(self._live())
        except Exception as fault:
            # The thread's last door: a bug here must not look like a line that is merely quiet.
            self._reason = f"{type(fault).__name__}: {fault}"
        finally:
            COMPLAINTS.listeners.pop(threading.get_ident(), None)
            self._loop.close()
        never_left = tuple(self.turnstile.clear())
        self._found.append(Gone(self._reason, self._code, self._was_open, never_left))
        self._wake()

    def _complain(self, text: str) -> None:
        self.ear.take(Heard("undecoded", (text,)))

    async def _live(self) -> None:
        client = self._library.client(self.ear)
        decode = client.decoder.interpret

        def interpret(fields: list[str]) -> None:
            self.ear.reads(fields)
            decode(fields)

        client.decoder.interpret = interpret
        client.apiError += self._troubled
        self.ear.on_error = self._erred
        try:
            if await self._is_connected(client):
                self._was_open = True
                accounts = tuple(client.getAccounts())
                next_id = int(client.getReqId())
                self._found.append(Opened(client.serverVersion(), accounts, next_id))
                self._wake()
                await self._carry(client)
        finally:
            client.apiError -= self._troubled
            with suppress(Exception):  # it may be gone already, and says so in many ways
                client.disconnect()
            await asyncio.sleep(0)

    async def _is_connected(self, client: Any) -> bool:
        """Whether a session stands; if not, `_reason` says why."""
        dial = self._dial
        connecting = self._loop.create_task(
            client.connectAsync(dial.host, dial.port, dial.client_id, dial.seconds)
        )
        over = self._loop.create_task(self._is_over.wait())
        await asyncio.wait({connecting, over}, return_when=asyncio.FIRST_COMPLETED)
        over.cancel()
        if not connecting.done():
            connecting.cancel()
        try:
            await connecting
        except asyncio.CancelledError:
            return False
        except TimeoutError:
            self._reason = SILENT
            return False
        except ConnectionRefusedError:
            self._reason = REFUSED
            return False
        except OSError as error:
            self._reason = error.strerror or str(error)
            return False
        return not self._is_over.is_set()

    def _erred(self, code: int, text: str) -> None:
        if code == ID_IN_USE:
            self._code = code
            self._end(text)

    def _end(self, reason: str = "") -> None:
        """The library or the gateway has ended it."""
        if not self._reason:
            self._reason = reason or CLOSED
        self._is_over.set()
        self._is_poked.set()

    def _troubled(self, text: str) -> None:
        """What the library says of a connection that is no good any more."""
        self._end(text if "version" in text else CLOSED)

    async def _carry(self, client: Any) -> None:
        """Until one side has enough: what waits leaves at its pace, ticks ring now and then."""
        client.apiEnd += self._end
        self.ear.on_tick = self._ring_soon
        while not self._is_over.is_set():
            now = Nanos(time.monotonic_ns())
            leaving = self.turnstile.take(now)
            if leaving is not None:
                client.sendMsg(leaving.text)
                continue
            wait = self.turnstile.wait(now)
            await self._rest(LOOK_SECONDS if wait is None else wait / NANOS_PER_SECOND)
            if self.ear.is_overfull:
                self._end("this desk does not keep up with what the gateway says")

    async def _rest(self, seconds: float) -> None:
        """Until something wants to leave, or the time has passed."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._is_poked.wait(), seconds)
        self._is_poked.clear()

    def _ring_soon(self) -> None:
        """Market data came; whoever listens hears of it, but not of every tick by itself."""
        if not self._rings:
            self._rings = True
            self._loop.call_later(TICKS_RING_SECONDS, self._ring_now)

    def _ring_now(self) -> None:
        self._rings = False
        self._wake()
