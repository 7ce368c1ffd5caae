"""What of the second factor outlives a process: the last step, failed tries, the lock, hashes.

It is written before anybody hears an answer, by one process at a time: a try is counted before it
is looked at, so that neither a kill nor a second process gives another one for nothing.
"""

import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from data.errors import VaultDamagedError
from data.home import write_durably

TRIES_FREE = 5
LOCK_SECONDS = 30
LOCK_SECONDS_MAX = 900
NANOS = 1_000_000_000
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Tries(msgspec.Struct, frozen=True):
    """`second-factor.json`: no secret stands in it, and of recovery codes only hashes do."""

    enrolment: str
    made_at: str
    salt: str
    recovery: tuple[str, ...]
    """Hashes of the codes that were not used yet."""
    last_step: int = 0
    fails: int = 0
    locked_at: int = 0
    """Steady nanoseconds of the boot `boot`; meaningless in another one."""
    lock_seconds: int = 0
    boot: str = ""
    version: int = 1


class Steady:
    """A clock that nobody sets, with the name of the boot that it counts from."""

    def nanos(self) -> int:
        clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
        return time.clock_gettime_ns(clock)

    def boot(self) -> str:
        try:
            return BOOT_ID.read_text().strip()
        except OSError:
            return "unknown"


def read_tries(path: Path) -> Tries | None:
    """None where no second factor is enrolled. Raises VaultDamagedError."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Tries)
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError:
        raise VaultDamagedError(
            f"{path} is damaged: what was tried with the second factor is not known, so no code is"
            " taken; put it back from a backup, or remove it and enrol again: `totp enrol`"
        ) from None


def write_tries(path: Path, tries: Tries) -> None:
    """Durable when it returns."""
    write_durably(path, msgspec.json.format(msgspec.json.encode(tries)))


def counted(tries: Tries, steady: Steady) -> Tries:
    """One more failed try; from the fifth on each locks, twice as long as the one before."""
    fails = tries.fails + 1
    if fails < TRIES_FREE:
        return msgspec.structs.replace(tries, fails=fails)
    doubled = LOCK_SECONDS << min(fails - TRIES_FREE, 10)
    return msgspec.structs.replace(
        tries,
        fails=fails,
        lock_seconds=min(doubled, LOCK_SECONDS_MAX),
        locked_at=steady.nanos(),
        boot=steady.boot(),
    )


def lock_left(tries: Tries, steady: Steady) -> tuple[int, Tries]:
    """(seconds until a code is looked at again, the state as it has to be kept).

    After a boot nobody knows how much of a lock has passed: it begins anew.
    """
    if not tries.lock_seconds:
        return 0, tries
    now, boot = steady.nanos(), steady.boot()
    passed = now - tries.locked_at
    if boot != tries.boot or passed < 0:
        return tries.lock_seconds, msgspec.structs.replace(tries, locked_at=now, boot=boot)
    left = tries.lock_seconds - passed // NANOS
    if left > 0:
        return int(left), tries
    return 0, msgspec.structs.replace(tries, lock_seconds=0, locked_at=0, boot="")


Wall = Callable[[], float]
"""Unix seconds: what the phone has too; may be set, forwards and back."""
