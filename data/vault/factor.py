"""The second factor of one home: enrolled once, asked for before risk may rise."""

import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from data.errors import VaultError
from data.home import Home
from data.vault import totp
from data.vault.attempts import (
    Steady,
    Tries,
    Wall,
    counted,
    lock_left,
    read_tries,
    write_tries,
)
from data.vault.secret import Secret
from data.vault.vault import FILE, TOTP_NAME, Vault, locked
from engine.domain.factor_facts import FactorVerdict
from engine.errors import TraderError
from engine.second_factor import FactorAnswer, FactorStanding, Proof

USED = "that code was used already, or is older than one that was: wait for the next one"
WRONG = "that is not the code"
UNREADABLE = f"a code has {totp.DIGITS} digits, a recovery code {totp.RECOVERY_CHARACTERS} letters"
GONE = "no second factor is enrolled in this home: `trader totp enrol` sets it up"


class Enrolment(msgspec.Struct, frozen=True):
    """A second factor that is not active yet: until its first code was given, nothing is kept."""

    secret: Secret
    codes: tuple[Secret, ...]

    def __repr__(self) -> str:
        return "Enrolment(…)"


class HomeFactor:
    """Checks codes for every process of a home; nothing accepted is ever accepted again."""

    def __init__(
        self,
        home: Home,
        vault: Vault,
        *,
        wall: Wall = time.time,
        steady: Steady | None = None,
        hashed: Callable[[str, bytes], str] = totp.recovery_hash,
    ) -> None:
        self.home = home
        self._vault = vault
        self._wall = wall
        self._steady = steady or Steady()
        self._hashed = hashed
        self._secret: tuple[str, Secret] | None = None
        """(enrolment, its secret), once read: the vault is opened once a process."""

    @property
    def enrolment(self) -> str:
        """The id of what is enrolled; empty where nothing is. Raises VaultDamagedError."""
        tries = read_tries(self.home.factor_path)
        return tries.enrolment if tries is not None else ""

    @property
    def recovery_left(self) -> int:
        tries = read_tries(self.home.factor_path)
        return len(tries.recovery) if tries is not None else 0

    @property
    def needs_passphrase(self) -> bool:
        """Whether the secret lies in an encrypted file that this process has not opened."""
        index = self._vault.index
        is_read = self._secret is not None and self._secret[0] == self.enrolment
        return index is not None and index.backend == FILE and not is_read

    # ── checking ───────────────────────────────────────────────────────────────────────────────

    def check(self, typed: str) -> FactorAnswer:
        """Looks at a code once; what it changes is durable when this returns.

        Raises VaultError where the secret cannot be read: then no try was used.
        """
        code, enrolment = totp.squeezed(typed), self.enrolment
        if not enrolment:
            return FactorAnswer(FactorVerdict.NOT_ENROLLED, text=GONE)
        is_code = totp.is_code(code)
        if not is_code and len(code) != totp.RECOVERY_CHARACTERS:
            return FactorAnswer(FactorVerdict.WRONG, enrolment, text=UNREADABLE)
        secret = self._read(enrolment) if is_code else Secret("")
        with locked(self.home):
            tries = read_tries(self.home.factor_path)
            if tries is None or tries.enrolment != enrolment:
                return FactorAnswer(FactorVerdict.NOT_ENROLLED, text=GONE)
            left, tries = lock_left(tries, self._steady)
            if left:
                self._keep(tries)
                return FactorAnswer(FactorVerdict.LOCKED, enrolment, text=_locked(left))
            tried = counted(tries, self._steady)
            self._keep(tried)
            if is_code:
                return self._by_code(code, secret, before=tries, tried=tried)
            return self._by_recovery(code, before=tries, tried=tried)

    def _by_code(self, code: str, secret: Secret, *, before: Tries, tried: Tries) -> FactorAnswer:
        enrolment = before.enrolment
        step = totp.step_of(code, secret, self._wall())
        if step is None:
            return self._wrong(tried)
        if step <= before.last_step:
            # It was right once: whoever has it has learned nothing, and is not locked out.
            self._keep(before)
            return FactorAnswer(FactorVerdict.USED, enrolment, step, text=USED)
        self._keep(msgspec.structs.replace(before, last_step=step, fails=0))
        return FactorAnswer(FactorVerdict.PASSED, enrolment, step)

    def _by_recovery(self, code: str, *, before: Tries, tried: Tries) -> FactorAnswer:
        hashed = self._hashed(code, bytes.fromhex(before.salt))
        if not totp.is_among(hashed, before.recovery):
            return self._wrong(tried)
        kept = tuple(each for each in before.recovery if each != hashed)
        self._keep(msgspec.structs.replace(before, recovery=kept, fails=0))
        text = f"a recovery code was used; {len(kept)} are left"
        return FactorAnswer(FactorVerdict.PASSED, before.enrolment, by_recovery=True, text=text)

    def _wrong(self, tried: Tries) -> FactorAnswer:
        left, _ = lock_left(tried, self._steady)
        text = f"{WRONG}; {_locked(left)}" if left else WRONG
        return FactorAnswer(FactorVerdict.WRONG, tried.enrolment, text=text)

    def _read(self, enrolment: str) -> Secret:
        if self._secret is None or self._secret[0] != enrolment:
            self._secret = (enrolment, self._vault.get(TOTP_NAME))
        return self._secret[1]

    def _keep(self, tries: Tries) -> None:
        try:
            write_tries(self.home.factor_path, tries)
        except OSError as error:
            raise VaultError(
                f"the second factor's tries cannot be kept ({error.strerror}), so no code is taken"
            ) from error

    # ── enrolling ──────────────────────────────────────────────────────────────────────────────

    def prepare(self, backend: str | None) -> None:
        """Raises VaultError now where the secret could not be kept later."""
        if any(entry.name == TOTP_NAME for entry in self._vault.entries()):
            self._vault.check_kept(TOTP_NAME)
        else:
            self._vault.check_new(TOTP_NAME, backend)

    def begin(self) -> Enrolment:
        """A new secret and new recovery codes, kept nowhere yet."""
        return Enrolment(totp.new_secret(), tuple(totp.new_recovery_codes()))

    def activate(self, begun: Enrolment, typed: str, backend: str | None) -> bool:
        """Keeps it when the code fits; whether it did. Raises VaultError where it cannot be kept.

        The code is spent by this: the step that it is of counts as accepted.
        """
        step = totp.step_of(totp.squeezed(typed), begun.secret, self._wall())
        if step is None:
            return False
        index = self._vault.index
        if index is not None and index.entry(TOTP_NAME) is not None:
            self._vault.rotate(TOTP_NAME, begun.secret)
        else:
            self._vault.set(TOTP_NAME, begun.secret, backend=backend)
        salt = os.urandom(16)
        tries = Tries(
            enrolment=os.urandom(4).hex(),
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            salt=salt.hex(),
            recovery=tuple(self._hashed(code.reveal(), salt) for code in begun.codes),
            last_step=step,
        )
        with locked(self.home):
            self._keep(tries)
        return True


class FactorDesk:
    """engine.second_factor.SecondFactor: asks the home's factor in a thread of its own."""

    def __init__(self, home: Home, make_vault: Callable[[Callable[[bool], Secret]], Vault]) -> None:
        self._passphrase = ""
        self._factor = HomeFactor(home, make_vault(self._ask))
        self._busy = threading.Lock()

    def _ask(self, is_new: bool) -> Secret:
        if is_new or not self._passphrase:
            raise VaultError("the vault is an encrypted file: its passphrase is needed first")
        return Secret(self._passphrase)

    def standing(self) -> FactorStanding:
        try:
            enrolment = self._factor.enrolment
            return FactorStanding(enrolment, bool(enrolment) and self._factor.needs_passphrase)
        except TraderError as problem:
            return FactorStanding(problem=str(problem))

    def check(self, proof: Proof, done: Callable[[FactorAnswer], None]) -> None:
        work = threading.Thread(
            target=self._check, args=(proof, done), name="second factor", daemon=True
        )
        work.start()

    def _check(self, proof: Proof, done: Callable[[FactorAnswer], None]) -> None:
        with self._busy:
            self._passphrase = proof.passphrase
            try:
                answer = self._factor.check(proof.code)
            except (TraderError, OSError) as problem:
                answer = FactorAnswer(FactorVerdict.UNAVAILABLE, text=str(problem))
            self._passphrase = ""
        done(answer)


def _locked(seconds: int) -> str:
    minutes = f"{seconds // 60} min {seconds % 60:02d} s" if seconds >= 60 else f"{seconds} s"
    return f"too many wrong codes: the next one is looked at in {minutes}"
