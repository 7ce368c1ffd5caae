"""Settings that would be secrets: no file of settings has a place for one, and says where it is."""

SECRET_WORDS = (
    *("password", "passwd", "passphrase", "secret", "token", "api_secret", "private_key"),
    *("credentials", "raw_data", "signing_key"),
)
NAMED_ENDING = "_secret"
"""A setting that ends so holds the name of a secret in the vault."""


def misplaced_secret(key: str) -> str:
    """Why a key that nobody knows is no setting, where it looks like a secret; else empty. What
    was written there is not repeated."""
    table, _, name = key.partition(".")
    word = name.lower().replace("-", "_")
    if not any(word == each or word.endswith(f"_{each}") for each in SECRET_WORDS):
        return ""
    kept = f"{table}.{word.removesuffix(NAMED_ENDING).replace('_', '-')}"
    return (
        f"a secret has no place in a file: keep it with `trader secrets set {kept}`, take it out of"
        " here, and change it where it is used, because files are copied"
    )
