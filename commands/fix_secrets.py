"""The secrets of a FIX session out of this home's vault, by the names that its settings say."""

from collections.abc import Callable

from data.vault.secret import Secret
from data.vault.vault import Vault


def secrets_from(vault: Vault) -> Callable[[str], Secret | None]:
    """None for what is not kept, so that what stood in a setting by mistake is not repeated.

    Raises VaultError where the vault cannot be opened.
    """

    def secret_of(name: str) -> Secret | None:
        index = vault.index
        if index is None or index.entry(name) is None:
            return None
        return vault.get(name)

    return secret_of
