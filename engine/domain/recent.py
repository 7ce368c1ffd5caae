"""Short memories of what left: a fingerprint and when, bounded."""

from itertools import islice
from typing import TypeVar

from engine.values import Nanos

Key = TypeVar("Key")


def note(memory: dict[Key, Nanos], key: Key, at: Nanos, most: int) -> None:
    """The newest last, at least `most` of them; of more the oldest go, a quarter at once: what is
    taken off a dict's front one by one has to be stepped over each time."""
    was_there = memory.pop(key, None) is not None  # to stand behind all others again
    memory[key] = at
    if not was_there and len(memory) >= most + most // 4:
        for old in list(islice(memory, most // 4)):
            del memory[old]
