"""What one seed is: which faults there are, how often, and how the trader trades."""

import msgspec

from connectors.faults.rates import Faults, Rates
from engine.values import NANOS_PER_SECOND, Nanos
from simulation.chance import Chance

SYMBOLS = ("AAPL", "GOOG", "MSFT")
STEPS_MIN, STEPS_MAX = 30, 110
DELAYS_SECONDS = (1, 5, 60)
CASH = (40_000, 200_000, 1_000_000)
NEVER = 0
SWARM = 400
"""Thousandths: each fault is part of a seed this often, so that many seeds have few of them."""


class Plan(msgspec.Struct, frozen=True):
    """Everything drawn once for a seed; chances are thousandths a step unless said otherwise."""

    seed: int
    steps: int
    symbols: tuple[str, ...]
    line: Faults
    crash: int
    """The process dies at one of the next points where it can."""
    crash_again: int
    """Of a start: it dies too (F51)."""
    disconnect: int
    venue_restart: int
    disk_full: int
    disk_error: int
    rot: int
    """Of a start: a byte of the journal has changed, or its end is gone."""
    clock_step: int
    suspend: int
    snapshot: int
    """Of a start: what it recovered is kept as a snapshot for the next one."""
    busy: int
    """Messages a second that the venue takes; 0: any number."""
    stubborn: int
    """Of cancels: the venue says no."""
    breaks_off: int
    """Of statements: the venue does not come to the end of them."""
    rejects: int
    """Of orders: the venue says no."""
    venue_cancels: int
    """The venue lets go of an order by itself."""
    busts: int
    """The venue takes a trade back, or corrects it."""
    restates: int
    """The venue makes an order smaller by itself."""
    halts: int
    rolls: int
    """A new trade date; what was good for a day is over."""
    bug: int
    """Our own code raises in the next step, once that is durable (F42)."""
    disk_low: int
    """Of the trader's turns: the host has looked at the room on the disk."""
    leaves: int
    """The session ends cleanly; another begins."""
    fee_table: str
    cash: int
    """At the opening, in units of currency: little of it makes buying power matter."""
    hurried: int
    """Of the trader's turns: a burst of orders by hand, all at once."""
    shorts: bool
    """Whether the trader ever sells short; without, cash alone has to cover everything."""
    acts: dict[str, int]
    """What the trader does, by weight."""
    groups: bool = False
    """The venue takes groups of orders that cancel each other."""
    foreign: int = NEVER
    """Another hand at the account does something at the venue."""
    attends: int = NEVER
    """Of the trader's turns: a person answers something that waits for one."""
    consents: bool = False
    """Foreign orders wait for a person, as they do live; else they are taken over."""
    tight: tuple[tuple[str, str], ...] = ()
    """Limits that bind at once, by key; the others are those of paper."""
    tightens: tuple[tuple[str, str], ...] = (
        ("order_quantity_max", "500"),
        ("position_max", "900"),
        ("open_orders_max", "12"),
    )
    """What the trader tightens while he trades; some of it is no tighter and refused."""
    watches: bool = False
    """The desk looks at its losses once a second, as its host lets it."""
    shocks: int = NEVER
    """A market jumps by some percent."""
    factor: bool = False
    """A second factor is enrolled: what raises risk wants a code."""
    dies_at: frozenset[int] = frozenset()
    """Points at which the process ends for certain, counted over all its lives."""


ACTS = {
    "submit": 40,
    "bracket": 10,
    "protect": 4,
    "cancel": 10,
    "replace": 12,
    "ticket_again": 3,
    "cancel_many": 3,
    "flatten": 4,
    "reverse": 3,
    "halt": 1,
    "resume": 3,
    "kill": 1,
    "tighten": 1,
}
_ALWAYS_THERE = ("submit", "resume")
TIGHT = (
    ("risk.order_quantity_max", "150"),
    ("risk.order_notional_max", "20000"),
    ("risk.position_max", "20"),
    ("risk.exposure_max", "40"),
    ("risk.exposure_net_max", "30"),
    ("risk.open_orders_max", "4"),
    ("risk.open_orders_symbol_max", "3"),
    ("risk.cancel_ratio_max", "2"),
    ("risk.daily_notional_max", "1"),
    ("risk.daily_orders_max", "8"),
    ("risk.daily_loss_max", "0.1"),
    ("risk.drawdown_max", "0.1"),
    ("risk.loss_velocity_max", "0.1"),
    ("risk.symbol_move_max", "1"),
    ("risk.message_rate_max", "5"),
    ("risk.repeated_execution_max", "2"),
    ("risk.order_rate_script", "5"),
    ("risk.unknown_orders_max", "1"),
    ("risk.short_selling", "off"),
    ("risk.price_min", "500"),
    ("risk.quote_age_max", "1"),
)
"""Values that a few orders of a seed come to."""


def plan_of(seed: int) -> Plan:
    """The swarm: a random part of all faults and of all acts, each with a rate of its own."""
    chance = Chance(seed, "plan")

    def some(*rates: int) -> int:
        return chance.pick(rates) if chance.happens(SWARM) else NEVER

    line = _line_of(chance)
    foreign, attends, consents = _others_of(Chance(seed, "others"))
    return Plan(
        seed=seed,
        steps=chance.between(STEPS_MIN, STEPS_MAX),
        symbols=SYMBOLS[: chance.between(1, len(SYMBOLS))],
        line=line,
        crash=some(5, 20, 60),
        crash_again=some(100, 400),
        disconnect=some(5, 20, 50),
        venue_restart=some(5, 20),
        disk_full=some(3, 10),
        disk_error=some(3, 10),
        rot=some(100, 500),
        clock_step=some(10, 50),
        suspend=some(5, 20),
        snapshot=some(300, 1_000),
        busy=some(5, 20),
        stubborn=some(100, 400),
        breaks_off=some(100, 400),
        rejects=some(50, 300),
        venue_cancels=some(10, 40),
        # A bust that is lost shows as a break, for a person to look at.
        busts=some(10, 40) if line.keeps_reports else NEVER,
        restates=some(10, 40),
        halts=some(10, 30),
        # A new date that overtakes a fill of the old one is not told apart yet.
        rolls=some(10, 30),
        bug=some(5, 20),
        disk_low=some(20, 100),
        leaves=some(5, 20),
        fee_table=chance.pick(("zero", "us_retail")),
        cash=chance.pick(CASH),
        hurried=some(50, 200),
        shorts=chance.happens(700),
        acts=_acts_of(chance),
        # A stream of its own: what was drawn of a seed before there were groups stays as it was.
        groups=Chance(seed, "groups").happens(500),
        factor=Chance(seed, "factor").happens(300),
        tight=_tight_of(Chance(seed, "limits")),
        foreign=foreign,
        attends=attends,
        consents=consents,
    )


def _tight_of(chance: Chance) -> tuple[tuple[str, str], ...]:
    """Half of all seeds meet limits that paper's figures never reach, each by chance."""
    if not chance.happens(500):
        return ()
    return tuple((key, value) for key, value in TIGHT if chance.happens(SWARM))


def _others_of(chance: Chance) -> tuple[int, int, bool]:
    """Foreign orders, a person who answers, and whether he is asked; most seeds have none."""
    return (
        chance.pick((20, 80)) if chance.happens(150) else NEVER,
        chance.pick((50, 300)) if chance.happens(300) else NEVER,
        chance.happens(500),
    )


def _acts_of(chance: Chance) -> dict[str, int]:
    def weight(name: str, usual: int) -> int:
        if name not in _ALWAYS_THERE and chance.happens(250):
            return NEVER
        return usual * chance.between(1, 3)

    return {name: weight(name, usual) for name, usual in ACTS.items()}


def _line_of(chance: Chance) -> Faults:
    def some(*rates: int) -> int:
        return chance.pick(rates) if chance.happens(SWARM) else NEVER

    def longest() -> Nanos:
        return Nanos(chance.pick(DELAYS_SECONDS) * NANOS_PER_SECOND)

    # What overtakes a request is believed no sooner than it can have arrived (T_settle, 30 s).
    reorder = some(50, 200)
    late = Nanos(20 * NANOS_PER_SECOND) if reorder else longest()
    requests = Rates(some(20, 100, 300), some(50, 200), some(50, 300), reorder, late)
    # A FIX session asks again for what it missed; an IB gateway says nothing twice.
    keeps = chance.happens(600)
    lost = NEVER if keeps else some(20, 100, 300)
    reports = Rates(lost, some(100, 500), some(50, 300), some(50, 300), longest())
    return Faults(requests, reports, keeps_reports=keeps, holds_requests=chance.happens(500))
