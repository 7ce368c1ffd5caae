"""The four letters that tell one desk's order ids from another's."""

import os
from hashlib import blake2b

INSTANCE_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
INSTANCE_LENGTH = 4


def new_instance() -> str:
    """At random, for a home that a person uses."""
    return _letters(os.urandom(16))


def instance_from_seed(seed: int) -> str:
    """The same for the same seed, for headless sessions that must repeat byte for byte."""
    return _letters(blake2b(str(seed).encode(), digest_size=16, person=b"instance").digest())


def _letters(entropy: bytes) -> str:
    number, letters = int.from_bytes(entropy, "big"), ""
    for _ in range(INSTANCE_LENGTH):
        number, place = divmod(number, len(INSTANCE_LETTERS))
        letters += INSTANCE_LETTERS[place]
    return letters
