"""A text that nobody sees by accident: what prints, logs or formats it gets dots."""

import hmac
from typing import NoReturn

HIDDEN = "•••"


class Secret:
    """Holds one secret text; only `reveal` gives it, and only where it is handed over for use.

    Python cannot wipe memory: this keeps a secret out of output, not out of the process.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the one call that needs it."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> NoReturn:
        raise TypeError("a secret is no key: hashes of it would tell which are alike")

    def __repr__(self) -> str:
        return f"Secret({HIDDEN})"

    def __str__(self) -> str:
        return HIDDEN

    def __format__(self, spec: str) -> str:
        return HIDDEN

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a secret is never written away with something else")
