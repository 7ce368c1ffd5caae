"""Which keyring may hold a secret: an allow-list by class, and a word for each that may not."""

import configparser
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from data.errors import VaultUnavailableError

ALLOWED = (
    "keyring.backends.SecretService.Keyring",
    "keyring.backends.kwallet.DBusKeyring",
    "keyring.backends.kwallet.DBusKeyringKWallet4",
    "keyring.backends.macOS.Keyring",
    "keyring.backends.Windows.WinVaultKeyring",
)
"""Kept by the operating system, behind the person's own login; first is best."""
NEVER = {
    "keyrings.alt.file.PlaintextKeyring": "writes secrets as plain text",
    "keyring.backends.null.Keyring": "keeps nothing, and says nothing",
    "keyring.backends.fail.Keyring": "is the word for no keyring at all",
}
CHAINER = "keyring.backends.chainer.ChainerBackend"
BACKEND_VARIABLE = "PYTHON_KEYRING_BACKEND"
INSTEAD = "; `--backend file` keeps an encrypted file in the home instead"


class Override(NamedTuple):
    """Somebody said which keyring to take: where that stands, and what it says."""

    place: str
    says: str


def name_of(backend: object) -> str:
    """The full name of a backend's class, as it is written in settings of the keyring library."""
    return f"{type(backend).__module__}.{type(backend).__qualname__}"


def overrides(environment: Mapping[str, str], config: Path) -> list[Override]:
    """What would make the library load another backend, or code from another folder."""
    found = []
    if environment.get(BACKEND_VARIABLE):
        found.append(Override(BACKEND_VARIABLE, environment[BACKEND_VARIABLE]))
    parser = configparser.RawConfigParser()
    try:
        parser.read(config, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError, OSError):
        return [*found, Override(str(config), "what cannot be read")]
    keys = [key for key in ("default-keyring", "keyring-path") if parser.has_option("backend", key)]
    said = [Override(f"{config} ({key})", parser.get("backend", key).strip()) for key in keys]
    return found + said


def refuse_overrides(overriding: Iterable[Override], allowed: str | None) -> None:
    """Raises VaultUnavailableError for one that the person has not named with --allow-keyring."""
    for override in overriding:
        if override.says != allowed:
            raise VaultUnavailableError(
                f"{override.place} says {override.says}: a keyring that something else chose is not"
                " used; take it away, or name its class with --allow-keyring"
            )


def choose(found: Iterable[Any], allowed: str | None) -> Any:
    """The best of the backends that may be used. Raises VaultUnavailableError saying why none is.

    `allowed` is the class that the person named with --allow-keyring. Plain text, nothing and
    failure are refused even then.
    """
    by_name = {name_of(backend): backend for backend in found}
    if allowed is not None:
        return _named(by_name, allowed)
    usable = [by_name[name] for name in ALLOWED if name in by_name]
    if usable:
        return usable[0]
    refused = [f"{name} {NEVER.get(name, 'is not known as safe')}" for name in by_name
               if name != CHAINER and name != "keyring.backends.fail.Keyring"]  # fmt: skip
    there = f" ({'; '.join(refused)})" if refused else ""
    raise VaultUnavailableError(f"this machine has no keyring that is safe{there}{INSTEAD}")


def _named(by_name: Mapping[str, Any], allowed: str) -> Any:
    backend = by_name.get(allowed)
    if allowed in NEVER:
        raise VaultUnavailableError(f"{allowed} {NEVER[allowed]}: it is never used{INSTEAD}")
    if backend is None:
        raise VaultUnavailableError(f"there is no keyring {allowed} on this machine{INSTEAD}")
    members = {name_of(each) for each in getattr(backend, "backends", ())}
    bad = sorted(members & set(NEVER))
    if bad:
        raise VaultUnavailableError(f"{allowed} hands on to {bad[0]}, which {NEVER[bad[0]]}")
    return backend


def config_path() -> Path:
    """Where the keyring library looks for its settings."""
    from keyring.util import platform_

    return Path(str(platform_.config_root())) / "keyringrc.cfg"


def environment() -> Mapping[str, str]:
    """The process's own, read when it is asked for."""
    return os.environ
