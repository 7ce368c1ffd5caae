"""The secrets of a FIX session out of this home's vault, by the names that its settings say."""

from collections.abc import Callable, Collection, Iterable

from data.errors import VaultError
from data.home import Home
from data.vault.secret import Secret
from data.vault.vault import Vault


def secrets_of(home: Home, names: Iterable[str]) -> Callable[[str], Secret | None]:
    """Reads them once, before anybody is called: a keyring may take seconds to answer, and a
    session that logs on again must not wait for one. Raises VaultError."""
    wanted = [name for name in names if name]
    return secrets_from(Vault(home, _nobody), wanted)


def secrets_from(vault: Vault, names: Collection[str]) -> Callable[[str], Secret | None]:
    """What is not kept is not in it, so that what stood in a setting by mistake is not repeated."""
    index = vault.index if names else None
    kept = {
        name: vault.get(name)
        for name in names
        if index is not None and index.entry(name) is not None
    }
    return kept.get


def _nobody(is_new: bool) -> Secret:
    raise VaultError(
        "this home's secrets are in an encrypted file, and a session at a FIX venue cannot ask for"
        " its passphrase; keep what it needs in the keyring (`trader secrets` in another --home)"
    )
