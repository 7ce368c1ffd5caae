"""Short memories of what left: a fingerprint and when, bounded."""

from engine.values import Nanos


def note(memory: dict[str, Nanos], key: str, at: Nanos, most: int) -> None:
    """The newest last; the oldest goes where there are too many."""
    memory.pop(key, None)
    memory[key] = at
    if len(memory) > most:
        del memory[next(iter(memory))]
