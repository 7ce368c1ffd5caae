"""A desk and a venue over a line that breaks in the middle of messages: all adds up in the end."""

import time
from random import Random

import pytest

from connectors.fix.practice.orders import FixOrder
from engine.domain.reports import Report, VenueFilled
from tests.connectors.chaos import ChaosBeside, Mood
from tests.connectors.contract.conftest import cancel, new
from tests.connectors.contract.fix_end import FixEnd

SETTLES_SECONDS = 20.0
HARSH_BYTES = 4_000
"""A logon with what it brings is about a thousand bytes: few connections live for five orders."""


def settled(end: FixEnd, told: list[Report]) -> None:
    """Until the line is up and both sides have heard all of each other."""
    until = time.monotonic() + SETTLES_SECONDS
    while time.monotonic() < until:
        told += end.hear()
        if end.fix._is_up and end._is_quiet():
            told += end.hear()
            return
    raise AssertionError("the line never came to rest")


def trade_over(end: FixEnd, seed: int, orders: int, *, most: int = HARSH_BYTES) -> int:
    chaos = ChaosBeside(end.house.port, seed, (Mood.PIECES,), bytes_most=most)
    end.port = chaos.port
    end.house.cut()
    rng, told = Random(seed), list[Report]()
    for number in range(orders):
        while not end.fix._is_up:
            told += end.hear()
        end.send(new(f"N{number}"))
        told += end.hear()
        name = f"N{rng.randrange(number + 1)}"
        there = end.house.desk(end.version).orders.get(name)
        if there is not None and there.leaves and rng.random() < 0.7:
            end.fill(name, rng.randint(1, int(there.leaves)))
        elif rng.random() < 0.5:
            end.send(cancel(name))
    breaks = chaos.breaks
    chaos.calm()
    settled(end, told)
    fills = {each.execution_id: each for each in told if isinstance(each, VenueFilled)}
    assert len(fills) == sum(isinstance(each, VenueFilled) for each in told), "one told twice"
    booked: dict[str, int] = {}
    for fill in fills.values():
        booked[fill.client_order_id] = booked.get(fill.client_order_id, 0) + fill.quantity
    there_now: dict[str, FixOrder] = end.house.desk(end.version).orders
    assert booked == {n: o.cumulative for n, o in there_now.items() if o.cumulative}
    assert booked
    end.port = 0
    chaos.close()
    return breaks


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_breaks_in_the_middle_of_messages_lose_and_double_nothing(seed: int) -> None:
    end = FixEnd()
    assert trade_over(end, seed, orders=30) > 5
    end.close()


@pytest.mark.long
@pytest.mark.parametrize("most", [12_000, 3_000, 2_000])
@pytest.mark.parametrize("seed", range(4, 12))
@pytest.mark.parametrize("version", ["FIX.4.2", "FIX.4.4", "FIX.5.0SP2"])
def test_more_breaks_in_every_version(seed: int, version: str, most: int) -> None:
    end = FixEnd(version)
    assert trade_over(end, seed, orders=45, most=most) > 0
    end.close()
