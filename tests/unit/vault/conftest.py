"""A home with a vault whose store, clocks and chance are the test's."""

import hashlib
from pathlib import Path

import pytest

from data.home import Home
from data.vault.factor import Enrolment, HomeFactor
from data.vault.secret import Secret
from data.vault.totp import STEP_SECONDS
from data.vault.vault import Index, Vault


def quick_hash(code: str, salt: bytes) -> str:
    """scrypt makes each guess cost; here it would make each test cost."""
    return hashlib.sha256(salt + code.encode()).hexdigest()


class MemoryStore:
    """A store that keeps what it is told."""

    name = "memory"

    def __init__(self) -> None:
        self.kept: dict[str, Secret] = {}

    def open(self) -> None:
        return None

    def get(self, name: str) -> Secret | None:
        return self.kept.get(name)

    def put(self, name: str, secret: Secret) -> None:
        self.kept[name] = secret

    def remove(self, name: str) -> None:
        self.kept.pop(name, None)


class Clock:
    """A wall that somebody sets, and a steady clock with the name of its boot."""

    def __init__(self) -> None:
        self.unix = 1_800_000_000.0
        self.steady = 1_000 * 10**9
        self.boot_name = "boot 1"

    def wall(self) -> float:
        return self.unix

    def nanos(self) -> int:
        return self.steady

    def boot(self) -> str:
        return self.boot_name

    def pass_by(self, seconds: float) -> None:
        self.unix += seconds
        self.steady += int(seconds * 10**9)

    def reboot(self) -> None:
        self.boot_name += "'"
        self.steady = 10**9


class Desk:
    """One home, and as many processes on it as a test wants."""

    def __init__(self, path: Path) -> None:
        self.home = Home.prepare(path)
        self.store = MemoryStore()
        self.clock = Clock()
        self.begun: Enrolment | None = None

    def vault(self) -> Vault:
        def nobody(is_new: bool) -> Secret:
            raise AssertionError("nobody is asked for a passphrase here")

        def make(index: Index) -> MemoryStore:
            return self.store

        return Vault(self.home, nobody, make_store=make)

    def factor(self) -> HomeFactor:
        """As a new process has it."""
        clock = self.clock
        return HomeFactor(self.home, self.vault(), wall=clock.wall, steady=clock, hashed=quick_hash)

    def enrol(self) -> HomeFactor:
        factor = self.factor()
        self.begun = factor.begin()
        assert factor.activate(self.begun, self.code(), "keyring")
        return factor

    def code(self, steps: int = 0) -> str:
        """What the phone shows now, or so many half minutes later."""
        import pyotp

        assert self.begun is not None
        totp = pyotp.TOTP(self.begun.secret.reveal())
        return totp.at(self.clock.unix + steps * STEP_SECONDS)

    def wrong_code(self) -> str:
        near = {self.code(steps) for steps in range(-2, 3)}
        return next(f"{n:06d}" for n in range(10) if f"{n:06d}" not in near)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "home")
