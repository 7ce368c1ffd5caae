"""Seeded draws, made from `Random.random` alone so that every Python version draws the same."""

from math import log
from random import Random


def stream(*, seed: int, name: str, at: int) -> Random:
    """An independent stream for one symbol or purpose, from one market time on."""
    return Random(f"synthetic/{seed}/{name}/{at}")


def bell(random: Random) -> float:
    """Mean 0, standard deviation 1, never beyond ±3: the sum of three even draws."""
    draw = random.random
    return 2.0 * (draw() + draw() + draw() - 1.5)


def waiting(random: Random) -> float:
    """An exponential waiting time with mean 1."""
    return -log(1.0 - random.random())


def heavy(random: Random, *, exponent: float, at_most: int) -> int:
    """A whole number from 1 on whose tail falls as a power: many small, few very large."""
    return min(at_most, int((1.0 - random.random()) ** (-1.0 / exponent)))
