"""Which host of a venue is dialled next, when, and when a person has to look first: pure."""

from collections.abc import Sequence
from random import Random

import msgspec

from engine.errors import InputError
from engine.values import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, Nanos

FIRST_WAIT = Nanos(250 * NANOS_PER_MILLISECOND)
LONGEST_WAIT = Nanos(30 * NANOS_PER_SECOND)
STEADY_AFTER = Nanos(5 * NANOS_PER_SECOND)
"""A session that stood so long was no attempt any more: the next wait is a short one again."""
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


class Redial:
    """Every door once, a short wait between them; then twice as long as after the last round."""

    def __init__(self, rng: Random, doors: Sequence[Door] = ()) -> None:
        """`rng` is seeded where the same waits have to come again. Without doors it tells only
        when, and somebody else knows where."""
        self._rng = rng
        self._doors = tuple(doors)
        self._tries = 0
        self._refusals = 0
        self._stood_at: Nanos | None = None
        self.due_at = Nanos(0)
        """By the monotonic clock."""
        self.stopped = ""
        """Why nothing is dialled before a person has looked; empty while it is."""

    @property
    def door(self) -> Door:
        """Where the next call goes."""
        return self._doors[self._tries % len(self._doors)]

    def is_due(self, now: Nanos) -> bool:
        return not self.stopped and now >= self.due_at

    def stood(self, now: Nanos) -> None:
        """Somebody is logged on."""
        self._refusals = 0
        self._stood_at = now

    def failed(self, now: Nanos) -> None:
        """No connection, or one that broke. After one that was steady the first door comes first:
        it is the one that is preferred."""
        stood_at, self._stood_at = self._stood_at, None
        if stood_at is not None and now - stood_at >= STEADY_AFTER:
            self._tries = 0
            self.due_at = Nanos(now + self._spread(FIRST_WAIT))
            return
        self._tries += 1
        rounds, within = divmod(self._tries, max(1, len(self._doors)))
        wait = FIRST_WAIT
        if not within:
            wait = min(Nanos(FIRST_WAIT << min(rounds - 1, _DOUBLINGS_MAX)), LONGEST_WAIT)
        self.due_at = Nanos(now + self._spread(wait))

    def refused(self, why: str, now: Nanos) -> None:
        """A connection stood and no logon came of it. Its host answered, so the next is tried as
        after a failure; after some in a row a person has to look."""
        self._refusals += 1
        if self._refusals >= REFUSALS_MAX:
            self.stop(f"{self._refusals} logons in a row were refused, the last: {why}")
        self.failed(now)

    def stop(self, why: str) -> None:
        self.stopped = why

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
