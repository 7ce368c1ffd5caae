"""Which host of a venue is dialled next, when, and when a person has to look first: pure."""

from collections.abc import Sequence
from random import Random

import msgspec

from engine.errors import InputError
from engine.values import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, Nanos

FIRST_WAIT = Nanos(250 * NANOS_PER_MILLISECOND)
LONGEST_WAIT = Nanos(30 * NANOS_PER_SECOND)
STEADY_AFTER = Nanos(30 * NANOS_PER_SECOND)
SHORT_MAX = 5
"""A session that stood begins the waits anew, but for more in a row that broke within half a minute
than this: from then on they grow and the doors take turns."""
LONGEST_SHORT_WAIT = Nanos(4 * NANOS_PER_SECOND)
"""As long as a wait grows after sessions that stood: the venue is there, it lets this desk in, and
orders work there unwatched meanwhile. Half a minute is for a venue that is not there."""
REFUSALS_MAX = 5
"""Logons in a row that were refused: more would be a war with whoever has the session."""
JITTER_PERCENT = 25
"""Of a wait, either way, so that all clients of a venue do not come back at once."""
DOORS_MAX = 8
PORT_MAX = 65_535
_DOUBLINGS_MAX = 20


class Door(msgspec.Struct, frozen=True):
    """One host of a venue."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Waits(msgspec.Struct, frozen=True):
    """How long nothing is dialled."""

    first: Nanos = FIRST_WAIT
    longest: Nanos = LONGEST_WAIT
    longest_short: Nanos = LONGEST_SHORT_WAIT


USUAL_WAITS = Waits()


class Redial:
    """Every door once, a short wait between them; then twice as long as after the last round."""

    def __init__(
        self, rng: Random, doors: Sequence[Door] = (), *, waits: Waits = USUAL_WAITS
    ) -> None:
        """`rng` is seeded where the same waits have to come again. Without doors it tells only
        when, and somebody else knows where."""
        self._rng, self._waits = rng, waits
        self._doors = tuple(doors)
        self._tries = 0
        self._refusals = 0
        self._short = 0
        self._stood_at: Nanos | None = None
        self.due_at = Nanos(0)
        """By the monotonic clock."""
        self.stopped = ""
        """Why nothing is dialled before a person has looked; empty while it is."""

    @property
    def door(self) -> Door:
        """Where the next call goes."""
        return self._doors[self._tries % len(self._doors)]

    @property
    def place(self) -> str:
        """The same in words; empty where somebody else knows."""
        return str(self.door) if self._doors else ""

    def is_due(self, now: Nanos) -> bool:
        return not self.stopped and now >= self.due_at

    def stood(self, now: Nanos) -> None:
        """Somebody is logged on."""
        self._refusals = 0
        self._stood_at = now

    def failed(self, now: Nanos) -> None:
        """No connection, or one that broke. After one that stood the first door comes first: it is
        the one that is preferred."""
        stood_at, self._stood_at = self._stood_at, None
        if stood_at is not None:
            self._stood_for(Nanos(now - stood_at), now)
            return
        self._tries += 1
        rounds, within = divmod(self._tries, max(1, len(self._doors)))
        waits = self._waits
        wait = waits.first if within else self._doubled(rounds - 1, waits.longest)
        self.due_at = Nanos(now + self._spread(wait))

    def _stood_for(self, time: Nanos, now: Nanos) -> None:
        """Attempts that fail after this one are counted anew: the venue was there."""
        self._short = self._short + 1 if time < STEADY_AFTER else 0
        beyond = max(0, self._short - SHORT_MAX)
        self._tries = beyond % len(self._doors) if self._doors else 0
        wait = self._doubled(beyond, self._waits.longest_short)
        self.due_at = Nanos(now + self._spread(wait))

    def _doubled(self, times: int, most: Nanos) -> Nanos:
        return min(Nanos(self._waits.first << min(times, _DOUBLINGS_MAX)), most)

    def refused(self, why: str, now: Nanos) -> None:
        """A connection stood and no logon came of it. Its host answered, so the next is tried as
        after a failure; after some in a row a person has to look."""
        self._refusals += 1
        if self._refusals >= REFUSALS_MAX:
            self.stop(f"{self._refusals} logons in a row were refused, the last: {why}")
        self.failed(now)

    def stop(self, why: str) -> None:
        self.stopped = why

    def go_on(self) -> None:
        """A person has looked: what was refused before does not count any more."""
        self.stopped, self.due_at = "", Nanos(0)
        self._refusals = self._short = self._tries = 0

    def _spread(self, wait: Nanos) -> int:
        spread = wait * JITTER_PERCENT // 100
        return wait + self._rng.randint(-spread, spread)


def read_doors(texts: Sequence[str]) -> tuple[Door, ...]:
    """From `host:port` or `[::1]:port`, in the order in which they are tried.

    Raises InputError with a sentence.
    """
    if not 0 < len(texts) <= DOORS_MAX:
        raise InputError(f"a venue has 1 to {DOORS_MAX} hosts, such as fix.example.com:9880")
    doors = tuple(map(_door, texts))
    if len(set(doors)) != len(doors):
        raise InputError("a host of a venue is named twice")
    return doors


def _door(text: str) -> Door:
    host, mark, port = text.strip().rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    is_port = port.isascii() and port.isdigit() and 0 < int(port) <= PORT_MAX
    if not (mark and is_port and host) or not host.isascii() or not host.isprintable():
        raise InputError(f"'{text}' is no host of a venue; such as fix.example.com:9880")
    if any(letter in host for letter in " /@[]") or (":" in host and "[" not in text):
        raise InputError(f"'{text}' is no host of a venue; such as fix.example.com:9880")
    return Door(host, int(port))
