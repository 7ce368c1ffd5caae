"""What a mutant is, and the ways to put it into the desk."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from unittest.mock import patch

from engine.domain import apply, decide
from engine.domain.risk import frame
from simulation.families import EVERYTHING

Patches = list[Any]


class Mutant(NamedTuple):
    """A bug, and the promises of which one has to notice it."""

    name: str
    caught_by: tuple[str, ...]
    patches: Callable[[], Patches]
    only: str = EVERYTHING
    """The family of seeds that is to notice it."""

    @contextmanager
    def alive(self) -> Iterator[None]:
        started = self.patches()
        for each in started:
            each.start()
        try:
            yield
        finally:
            for each in reversed(started):
                each.stop()


def decides(kind: type, make: Callable[[Any], Any]) -> Any:
    """`make(usual decision)` decides in its place."""
    return patch.dict(decide._DECISIONS, {kind: make(decide._DECISIONS[kind])})


def changes(kind: type, make: Callable[[Any], Any]) -> Any:
    return patch.dict(apply.CHANGES, {kind: make(apply.CHANGES[kind])})


def without_rule(*checks: Any) -> Patches:
    """The rules' loop passes over them."""
    return [
        patch.object(
            frame, name, tuple(each for each in getattr(frame, name) if each not in checks)
        )
        for name in ("_ENTRY_CHECKS", "_EXIT_CHECKS", "_CALM_EXIT_CHECKS")
    ]


def without(state: Any, field: str, usual: Any, *arguments: Any) -> Any:
    """Decides as if the state remembered nothing there."""
    kept = getattr(state, field)
    setattr(state, field, {})
    try:
        return usual(state, *arguments)
    finally:
        setattr(state, field, kept)
