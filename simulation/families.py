"""Families of seeds: the swarm of everything, or one part of the desk in many short lives."""

from collections.abc import Callable

import msgspec

from connectors.faults.rates import Faults, Rates
from engine.values import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, Nanos
from simulation.chance import Chance
from simulation.plan import NEVER, SYMBOLS, Plan, plan_of

EVERYTHING = ""
EXITS = "exits"
EXITS_STEPS_MIN, EXITS_STEPS_MAX = 8, 28
EXITS_ACTS = {
    "bracket": 30,
    "protect": 10,
    "submit": 10,
    "flatten": 14,
    "reverse": 12,
    "close": 12,
    "cancel_many": 6,
    "cancel": 4,
    "replace": 4,
    "kill": 4,
    "resume": 6,
}
"""Protected positions, and the acts that close them."""
_LATE = (20 * NANOS_PER_MILLISECOND, 400 * NANOS_PER_MILLISECOND, 5 * NANOS_PER_SECOND)
_CALM = (
    "disk_full",
    "disk_error",
    "rot",
    "clock_step",
    "suspend",
    "busy",
    "breaks_off",
    "rolls",
    "halts",
    "disk_low",
    "leaves",
    "hurried",
    "bug",
)
"""What has nothing to do with exits, or ends a life before they are at work."""


def exits_plan_of(seed: int) -> Plan:
    """Stop fills, cancel acknowledgements and closing fills in any order: one symbol, a line that
    is late and shuffles, a process that dies in the middle, a venue with groups or without."""
    chance = Chance(seed, "exits")

    def some(*rates: int) -> int:
        return chance.pick(rates) if chance.happens(300) else NEVER

    return msgspec.structs.replace(
        plan_of(seed),
        steps=chance.between(EXITS_STEPS_MIN, EXITS_STEPS_MAX),
        symbols=SYMBOLS[:1],
        line=_shuffled(chance),
        crash=some(20, 80),
        crash_again=some(400),
        disconnect=some(20, 60),
        venue_restart=some(20),
        stubborn=some(150),
        rejects=some(100),
        venue_cancels=some(30),
        busts=some(30),
        restates=some(30),
        snapshot=some(500),
        cash=1_000_000,
        foreign=NEVER,
        attends=NEVER,
        acts=EXITS_ACTS,
        groups=chance.happens(500),
        **dict.fromkeys(_CALM, NEVER),
    )


def _shuffled(chance: Chance) -> Faults:
    late = Nanos(chance.pick(_LATE))
    reorder, delay, twice = chance.pick((0, 200, 500)), chance.pick((100, 400)), 50
    lost = chance.pick((20, 100)) if chance.happens(150) else NEVER
    # What overtakes a request is believed no sooner than it can have arrived (T_settle, 30 s).
    requests = Rates(lost, twice, delay, reorder, late)
    reports = Rates(NEVER, twice, delay, reorder, late)
    return Faults(requests, reports, keeps_reports=True, holds_requests=chance.happens(500))


FAMILIES: dict[str, Callable[[int], Plan]] = {EVERYTHING: plan_of, EXITS: exits_plan_of}
"""By the word of `trader sim --only`."""
