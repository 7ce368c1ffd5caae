"""The secrets of one home by name: where they are kept, how old they are, and each one's value."""

import fcntl
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import msgspec

from data.errors import VaultDamagedError, VaultError
from data.home import FILE_MODE, Home, write_durably
from data.vault.secret import Secret
from data.vault.stores import FileStore, KeyringStore, Store

KEYRING, FILE = "keyring", "file"
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
TOTP_NAME = "totp"
"""The second factor's own secret: `totp` makes it, `secrets` only lists it."""
SECRET_CHARACTERS_MAX = 16_384
SECRETS_MAX = 200
NO_NAME = "a secret's name is lower-case letters, digits, dots, dashes: such as ib.password"


class Entry(msgspec.Struct, frozen=True):
    """What is known of a secret without opening anything."""

    name: str
    set_at: str
    """ISO 8601, UTC: of its present value."""
    rotations: int = 0


class Index(msgspec.Struct, frozen=True):
    """`vault.json`: no secret stands in it."""

    id: str
    """Names this home's secrets in a keyring that other homes use too."""
    backend: str
    entries: tuple[Entry, ...] = ()
    version: int = 1
    allowed: str = ""
    """The keyring's class that --allow-keyring named when the first secret was kept."""

    def entry(self, name: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.name == name), None)


class Vault:
    """One writer at a time, also among processes."""

    def __init__(
        self,
        home: Home,
        ask: Callable[[bool], Secret],
        *,
        allowed_keyring: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        make_store: Callable[[Index], Store] | None = None,
    ) -> None:
        """`ask` gives the passphrase of an encrypted file; its argument says that it is new."""
        self._home = home
        self._ask = ask
        self._allowed = allowed_keyring
        self._now = now
        self._make_store = make_store or self._store_of
        self._stores: dict[str, Store] = {}

    # ── reading ────────────────────────────────────────────────────────────────────────────────

    @property
    def index(self) -> Index | None:
        """None before the first secret. Raises VaultDamagedError."""
        try:
            content = self._home.vault_index_path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            return msgspec.json.decode(content, type=Index)
        except msgspec.MsgspecError:
            raise VaultDamagedError(
                f"{self._home.vault_index_path} is damaged: it should name what the vault keeps;"
                " put it back from a backup"
            ) from None

    def entries(self) -> tuple[Entry, ...]:
        """Everything that is kept, by name; opens nothing."""
        index = self.index
        return () if index is None else tuple(sorted(index.entries, key=lambda each: each.name))

    def get(self, name: str) -> Secret:
        """Raises VaultError where it is not kept, or cannot be read now."""
        index = self.index
        if index is None or index.entry(name) is None:
            raise VaultError(f"no secret {name} is kept here; `secrets set {name}` keeps one")
        secret = self._store(index).get(name)
        if secret is None:
            raise VaultError(
                f"{self._store(index).name} no longer has {name}: it was taken out there, or"
                " another keyring answers; `secrets rotate` sets it again"
            )
        return secret

    # ── changing ───────────────────────────────────────────────────────────────────────────────

    def check_new(self, name: str, backend: str | None) -> None:
        """Raises VaultError before anybody types a value that could not be kept."""
        if not NAME.fullmatch(name):
            raise VaultError(NO_NAME)
        index = self._index_for(backend)
        if index.entry(name) is not None:
            raise VaultError(f"{name} is kept already: `secrets rotate {name}` replaces it")
        self._store(index).open()

    def check_kept(self, name: str) -> None:
        """The same for a value that is to be replaced."""
        index = self.index
        if index is None or index.entry(name) is None:
            raise VaultError(f"no secret {name} is kept here; `secrets set {name}` keeps one")
        self._store(index).open()

    def set(self, name: str, secret: Secret, *, backend: str | None = None) -> str:
        """Keeps a new secret; where, in words. `backend` is chosen once, with the first one."""
        check_secret(name, secret)
        with self._changing():
            index = self._index_for(backend)
            if index.entry(name) is not None:
                raise VaultError(f"{name} is kept already: `secrets rotate {name}` replaces it")
            if len(index.entries) >= SECRETS_MAX:
                raise VaultError(f"a home keeps at most {SECRETS_MAX} secrets")
            return self._put(index, secret, Entry(name, self._stamp()))

    def rotate(self, name: str, secret: Secret) -> str:
        """Replaces a value that is kept."""
        check_secret(name, secret)
        with self._changing():
            index = self.index
            entry = index.entry(name) if index is not None else None
            if index is None or entry is None:
                raise VaultError(f"no secret {name} is kept here; `secrets set {name}` keeps one")
            return self._put(index, secret, Entry(name, self._stamp(), entry.rotations + 1))

    def delete(self, name: str) -> None:
        with self._changing():
            index = self.index
            if index is None or index.entry(name) is None:
                raise VaultError(f"no secret {name} is kept here")
            self._store(index).remove(name)
            self._keep([each for each in index.entries if each.name != name], index)

    def _put(self, index: Index, secret: Secret, entry: Entry) -> str:
        store = self._store(index)
        store.put(entry.name, secret)
        others = [each for each in index.entries if each.name != entry.name]
        self._keep([*others, entry], index)
        return store.name

    def _keep(self, entries: list[Entry], index: Index) -> None:
        index = msgspec.structs.replace(index, entries=tuple(entries))
        text = json.dumps(msgspec.to_builtins(index), indent=1)
        write_durably(self._home.vault_index_path, text.encode())

    def _index_for(self, backend: str | None) -> Index:
        index = self.index
        if index is None:
            named = self._allowed or ""
            return Index(os.urandom(6).hex(), backend or KEYRING, allowed=named)
        if not index.entries and self._allowed:
            index = msgspec.structs.replace(index, allowed=self._allowed)
        if backend is None or backend == index.backend:
            return index
        if index.entries:
            raise VaultError(
                f"the secrets of this home are kept by: {index.backend}; delete them first to"
                f" change to: {backend}"
            )
        return msgspec.structs.replace(index, backend=backend)

    def _stamp(self) -> str:
        return self._now().isoformat(timespec="seconds")

    def _store(self, index: Index) -> Store:
        if index.backend not in self._stores:
            self._stores[index.backend] = self._make_store(index)
        return self._stores[index.backend]

    def _store_of(self, index: Index) -> Store:
        if index.backend == FILE:
            return FileStore(self._home.vault_path, self._ask)
        return KeyringStore(f"trader-{index.id}", allowed=self._allowed_by(index))

    def _allowed_by(self, index: Index) -> str | None:
        """An engine is started without the flag: what was allowed once, stays so."""
        return self._allowed or index.allowed or None

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with locked(self._home):
            yield


@contextmanager
def locked(home: Home) -> Iterator[None]:
    """Nobody else changes the vault or the second factor of this home meanwhile."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(home.vault_lock_path, flags, FILE_MODE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def check_secret(name: str, secret: Secret) -> None:
    """Raises VaultError for a name or a value that cannot be kept; never tells the value."""
    if not NAME.fullmatch(name):
        raise VaultError(NO_NAME)
    text = secret.reveal()
    if not text:
        raise VaultError(f"an empty value is no secret: nothing was kept for {name}")
    if len(text) > SECRET_CHARACTERS_MAX:
        raise VaultError(f"a secret has at most {SECRET_CHARACTERS_MAX:,} characters")
