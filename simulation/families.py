"""Families of seeds: the swarm of everything, or one part of the desk in many short lives."""

from collections.abc import Callable

import msgspec

from connectors.faults.rates import Faults, Rates
from engine.values import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, Nanos
from simulation.chance import Chance
from simulation.plan import NEVER, SYMBOLS, Plan, plan_of

EVERYTHING = ""
EXITS = "exits"
LIMITS = "limits"
LOSSES = "losses"
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


LIMITS_STEPS_MIN, LIMITS_STEPS_MAX = 20, 50
LIMITS_ACTS = {
    "submit": 60,
    "replace": 20,
    "cancel": 8,
    "bracket": 8,
    "reverse": 3,
    "flatten": 2,
    "tighten": 6,
    "resume": 2,
}
"""Orders that open, larger and smaller, until a limit says no."""
LIMITS_TIGHT = {
    "risk.order_quantity_max": ("120", "200", "250"),
    "risk.order_notional_max": ("10000", "20000", "40000"),
    "risk.position_max": ("12", "20", "30"),
    "risk.exposure_max": ("15", "30", "45"),
    "risk.exposure_net_max": ("10", "20", "35"),
    "risk.exposure_long_max": ("15", "25", "40"),
    "risk.exposure_short_max": ("15", "25", "40"),
    "risk.open_orders_max": ("3", "5", "8"),
    "risk.open_orders_symbol_max": ("2", "3", "5"),
    "risk.leverage_max": ("0.2", "0.4", "0.8"),
    "risk.order_rate_max": ("1", "2"),
    "risk.message_rate_max": ("4", "8"),
    "risk.margin_regime": ("reg_t", "intraday", "cash", "portfolio"),
    "risk.self_match": ("off", "cancel_passive", "decrement", "cancel_aggressive", "cancel_both"),
}
"""With an account of 200,000 and shares at 190 each binds after a few orders of 100."""
LIMITS_TIGHTENS = (
    ("order_quantity_max", "60"),
    ("order_notional_max", "8000"),
    ("position_max", "10"),
    ("exposure_max", "12"),
    ("exposure_net_max", "8"),
    ("open_orders_max", "2"),
    ("open_orders_symbol_max", "1"),
    ("leverage_max", "0.1"),
    ("leverage_max", "0.05"),
    ("short_margin", "400"),
)
BINDS = 350
"""Thousandths: each limit of the family, so that a seed has about five of them and room beside."""


def limits_plan_of(seed: int) -> Plan:
    """Small limits and many orders on a late line: what is not answered yet has to count."""
    chance = Chance(seed, "limits family")

    def some(*rates: int) -> int:
        return chance.pick(rates) if chance.happens(300) else NEVER

    line = _shuffled(chance)
    if chance.happens(400):
        # Answers that come when nobody waits for them any more: until then all is unknown.
        late = msgspec.structs.replace(line.reports, delay=400, delay_max=60 * NANOS_PER_SECOND)
        line = msgspec.structs.replace(line, reports=late)
    return msgspec.structs.replace(
        plan_of(seed),
        steps=chance.between(LIMITS_STEPS_MIN, LIMITS_STEPS_MAX),
        symbols=SYMBOLS[: chance.between(1, 2)],
        line=line,
        crash=some(20, 60),
        crash_again=some(400),
        disconnect=some(20, 60),
        venue_restart=some(20),
        stubborn=some(150),
        rejects=some(100),
        venue_cancels=some(30),
        busts=some(30, 80),
        restates=some(30),
        snapshot=some(500),
        cash=200_000,
        hurried=some(100, 300),
        rolls=some(20),
        foreign=some(40, 100) if chance.happens(500) else NEVER,
        attends=some(50) if chance.happens(500) else NEVER,
        acts=LIMITS_ACTS,
        tight=tuple((k, chance.pick(v)) for k, v in LIMITS_TIGHT.items() if chance.happens(BINDS)),
        tightens=LIMITS_TIGHTENS,
        **{name: NEVER for name in _CALM if name not in ("rolls", "hurried")},
    )


LOSSES_STEPS_MIN, LOSSES_STEPS_MAX = 20, 45
LOSSES_ACTS = {
    "submit": 60,
    "reverse": 6,
    "close": 4,
    "bracket": 8,
    "cancel": 4,
    "replace": 4,
    "resume": 6,
}
LOSSES_TIGHT = {
    "risk.drawdown_max": ("0.5", "2"),
    "risk.loss_velocity_max": ("0.5", "2"),
    "risk.swing_max": ("1", "3"),
    "risk.symbol_move_max": ("3", "5"),
}


DAILY_LOSSES = ("0.2", "0.5", "1")


def losses_plan_of(seed: int) -> Plan:
    """A market that jumps, and limits of what a day may lose: nobody else is at the account, no
    trade is taken back and no date rolls, so that the loss is the desk's own."""
    chance = Chance(seed, "losses")

    def some(*rates: int) -> int:
        return chance.pick(rates) if chance.happens(300) else NEVER

    tight = [("risk.daily_loss_max", chance.pick(DAILY_LOSSES))]
    tight += [(k, chance.pick(v)) for k, v in LOSSES_TIGHT.items() if chance.happens(400)]
    return msgspec.structs.replace(
        plan_of(seed),
        steps=chance.between(LOSSES_STEPS_MIN, LOSSES_STEPS_MAX),
        symbols=SYMBOLS[: chance.between(1, 2)],
        line=_shuffled(chance),
        crash=some(20),
        crash_again=some(400),
        disconnect=some(20),
        venue_restart=some(20),
        stubborn=NEVER,
        rejects=some(100),
        venue_cancels=some(30),
        busts=NEVER,
        restates=some(30),
        snapshot=some(500),
        cash=80_000,
        foreign=NEVER,
        attends=NEVER,
        acts=LOSSES_ACTS,
        tight=tuple(tight),
        watches=True,
        shocks=chance.pick((60, 150)),
        **dict.fromkeys(_CALM, NEVER),
    )


FAMILIES: dict[str, Callable[[int], Plan]] = {
    EVERYTHING: plan_of,
    EXITS: exits_plan_of,
    LIMITS: limits_plan_of,
    LOSSES: losses_plan_of,
}
"""By the word of `trader sim --only`."""
