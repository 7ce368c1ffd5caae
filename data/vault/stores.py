"""The two places that can keep secrets, behind one small door."""

import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from data.errors import (
    VaultDamagedError,
    VaultError,
    VaultUnavailableError,
    WrongPassphraseError,
)
from data.home import write_durably
from data.vault import backends
from data.vault.sealed import Derive, derive, header_of, seal, tuned_log_n, unseal
from data.vault.secret import Secret

KEYRING_SECONDS_MAX = 3.0
PASSPHRASE_CHARACTERS_MIN = 8

T = TypeVar("T")


class Store(Protocol):
    """Secrets by name; every method raises VaultError with a sentence, and never hangs."""

    @property
    def name(self) -> str: ...

    def open(self) -> None:
        """Raises VaultError now where a secret could not be kept later."""

    def get(self, name: str) -> Secret | None: ...

    def put(self, name: str, secret: Secret) -> None:
        """Returns when it is there and can be read back."""

    def remove(self, name: str) -> None: ...


class KeyringStore:
    """The keyring of the operating system, each call in a thread that is waited for 3 s."""

    def __init__(
        self,
        service: str,
        *,
        allowed: str | None = None,
        find: Callable[[str | None], Any] | None = None,
        seconds: float = KEYRING_SECONDS_MAX,
    ) -> None:
        """`find` gives the backend for what --allow-keyring named; it may hang or raise."""
        self._service = service
        self._allowed = allowed
        self._find = find or find_backend
        self._seconds = seconds
        self._backend: Any = None
        self._is_hung = False

    @property
    def name(self) -> str:
        return backends.name_of(self._found())

    def open(self) -> None:
        self._found()

    def get(self, name: str) -> Secret | None:
        backend = self._found()
        text = self._call("read", lambda: backend.get_password(self._service, name))
        return Secret(text) if isinstance(text, str) else None

    def put(self, name: str, secret: Secret) -> None:
        backend = self._found()
        self._call("write", lambda: backend.set_password(self._service, name, secret.reveal()))
        if self.get(name) != secret:
            raise VaultUnavailableError(
                f"the keyring {self.name} took {name} and does not give it back: nothing is kept"
            )

    def remove(self, name: str) -> None:
        backend = self._found()
        if self.get(name) is not None:
            self._call("delete", lambda: backend.delete_password(self._service, name))

    def _found(self) -> Any:
        if self._backend is None:
            self._backend = self._call("found", lambda: self._find(self._allowed))
        return self._backend

    def _call(self, doing: str, call: Callable[[], T]) -> T:
        """What the call gives. A thread that hangs is left behind, and no other one started."""
        if self._is_hung:
            raise VaultUnavailableError(_hung(doing, self._seconds))
        answers: queue.SimpleQueue[tuple[bool, Any]] = queue.SimpleQueue()
        work = threading.Thread(
            target=_answer_of, args=(call, answers), name="keyring", daemon=True
        )
        work.start()
        try:
            is_done, answer = answers.get(timeout=self._seconds)
        except queue.Empty:
            self._is_hung = True
            raise VaultUnavailableError(_hung(doing, self._seconds)) from None
        if is_done:
            return answer  # type: ignore[no-any-return]
        if isinstance(answer, VaultError):
            raise answer
        raise VaultUnavailableError(
            f"the keyring cannot be {_PAST[doing]} ({type(answer).__name__}): unlock it, and try"
            " again; paper trading goes on without"
        )


def _answer_of(call: Callable[[], T], answers: queue.SimpleQueue[tuple[bool, Any]]) -> None:
    try:
        answers.put((True, call()))
    except Exception as error:
        # Backends are other people's code over other people's services: whatever one raises means
        # that it has no answer, and the one who waits says so, without the values in it.
        answers.put((False, error))


_PAST = {"read": "read", "write": "written", "delete": "changed", "found": "reached"}


def _hung(doing: str, seconds: float) -> str:
    return (
        f"the keyring did not answer within {seconds:g} s when it was to be {_PAST[doing]}: it is"
        " locked, or waits for a window that nobody sees; paper trading goes on without"
    )


def find_backend(allowed: str | None) -> Any:
    """The keyring of this machine that may be used. Raises VaultUnavailableError."""
    from keyring.backend import get_all_keyring

    # Looked at before a backend is loaded: an override may name code of another folder.
    overriding = backends.overrides(backends.environment(), backends.config_path())
    backends.refuse_overrides(overriding, allowed)
    return backends.choose(get_all_keyring(), allowed)


class FileStore:
    """One encrypted file in the home; the passphrase is asked for once, when it is needed."""

    name = "encrypted file"

    def __init__(
        self,
        path: Path,
        ask: Callable[[bool], Secret],
        *,
        derive: Derive = derive,
        tuned: Callable[[], int] = tuned_log_n,
    ) -> None:
        """`ask` gets whether the passphrase is a new one; raises VaultError where nobody can be
        asked."""
        self._path = path
        self._ask = ask
        self._derive = derive
        self._tuned = tuned
        self._passphrase: Secret | None = None

    def open(self) -> None:
        self._read()

    def get(self, name: str) -> Secret | None:
        if not self._path.exists():
            raise VaultDamagedError(
                f"the vault {self._path} is gone; put it back from a backup, or set the secrets"
                " again"
            )
        return self._read().get(name)

    def put(self, name: str, secret: Secret) -> None:
        self._write(self._read() | {name: secret})

    def remove(self, name: str) -> None:
        kept = self._read()
        if kept.pop(name, None) is not None:
            self._write(kept)

    def _read(self) -> dict[str, Secret]:
        try:
            sealed = self._path.read_bytes()
        except FileNotFoundError:
            if self._passphrase is None:
                self._passphrase = self._new_passphrase()
            return {}
        try:
            header_of(sealed)  # told before anybody types a passphrase
            if self._passphrase is None:
                self._passphrase = self._ask(False)
            return unseal(sealed, self._passphrase, self._derive)
        except VaultDamagedError as damage:
            raise VaultDamagedError(
                f"the vault {self._path} is damaged: {damage}; put it back from a backup, or remove"
                " it and set the secrets again"
            ) from None
        except WrongPassphraseError:
            self._passphrase = None
            raise

    def _new_passphrase(self) -> Secret:
        passphrase = self._ask(True)
        if len(passphrase.reveal()) < PASSPHRASE_CHARACTERS_MIN:
            raise VaultError(
                f"a passphrase has at least {PASSPHRASE_CHARACTERS_MIN} characters; nothing was"
                " written"
            )
        return passphrase

    def _write(self, secrets: dict[str, Secret]) -> None:
        assert self._passphrase is not None, "what is written was read first"
        if self._path.exists():
            log_n = header_of(self._path.read_bytes()).log_n
        else:
            log_n = self._tuned()
        sealed = seal(secrets, self._passphrase, log_n, self._derive)
        assert unseal(sealed, self._passphrase, self._derive) == secrets
        write_durably(self._path, sealed)
