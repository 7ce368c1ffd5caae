"""What can keep a secret on this machine, and what this home keeps."""

from pathlib import Path

from data.errors import VaultError
from data.home import default_home
from data.vault.attempts import read_tries
from data.vault.secret import Secret
from data.vault.stores import KeyringStore
from data.vault.vault import FILE, Vault


def vault_words(path: Path | None) -> tuple[str, str]:
    """(word, text). Paper goes on without a keyring, so that is never worse than attention."""
    home = default_home(path)
    vault = Vault(home, _nobody)
    try:
        index, count, tries = vault.index, len(vault.entries()), read_tries(home.factor_path)
    except VaultError as damage:
        return "attention", str(damage)
    kept = f"{count} secret{'' if count == 1 else 's'} kept"
    factor = "a second factor is enrolled" if tries is not None else "no second factor"
    if index is not None and index.backend == FILE:
        return "ok", f"{kept} in an encrypted file, {factor}"
    try:
        name = KeyringStore("trader-doctor").name
    except VaultError as problem:
        word = "attention" if count else "ok"
        return word, f"{kept}, {factor}; {problem}"
    return "ok", f"{name}: {kept}, {factor}"


def _nobody(is_new: bool) -> Secret:
    raise VaultError("doctor opens no vault")
