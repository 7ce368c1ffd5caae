"""Seeded draws, from `Random.random` alone so that every Python version draws the same."""

from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import TypeVar

MILLE = 1_000
Option = TypeVar("Option")


class Chance:
    """One stream of draws with a name of its own, so that a draw more elsewhere changes nothing."""

    __slots__ = ("_draw",)

    def __init__(self, seed: int, name: str) -> None:
        self._draw = Random(f"{name}/{seed}").random

    def below(self, bound: int) -> int:
        """0 … bound − 1."""
        return int(self._draw() * bound)

    def between(self, low: int, high: int) -> int:
        """low … high, both included."""
        return low + int(self._draw() * (high - low + 1))

    def happens(self, mille: int) -> bool:
        """True in so many of a thousand; nothing is drawn for what never happens."""
        return mille > 0 and self._draw() * MILLE < mille

    def pick(self, options: Sequence[Option]) -> Option:
        return options[int(self._draw() * len(options))]


class Weighted:
    """Options of which some come more often than others."""

    __slots__ = ("_ends", "_options")

    def __init__(self, weights: dict[str, int]) -> None:
        self._options = tuple(name for name, weight in weights.items() if weight)
        self._ends = tuple(accumulate(weight for weight in weights.values() if weight))

    def draw(self, chance: Chance) -> str:
        drawn = chance.below(self._ends[-1])
        for option, end in zip(self._options, self._ends, strict=True):
            if drawn < end:
                return option
        raise AssertionError("a draw lies below the last end")
