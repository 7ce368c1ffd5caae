"""What every desk at a venue beyond a line has in common: flags, trade dates, where it may go."""

from argparse import Namespace
from calendar import weekday

from connectors.fix.client.terms import LINE_MARKET
from connectors.ib.terms import IB_MARKET
from data.settings import Settings
from data.settings.load import SHIPPED_SOURCE
from engine.domain.state import State
from engine.errors import InputError
from engine.instruments import Instrument
from engine.runtime.market_time import exchange_date
from engine.values import NANOS_PER_SECOND, Nanos

SATURDAY, MONDAY = 5, 7
"""Days of a week that begins with Monday as 0."""
A_DAY = 86_400 * NANOS_PER_SECOND
VENUES_KEY = "risk.venues_allowed"
NOT_SIMULATED = {
    "market": "the venue says what is traded",
    "latency": "its distance is what it is",
    "speed": "its time is everybody's",
    "record": "only simulated markets are recorded",
}
"""Flags of a session that mean nothing at a venue beyond a line, and why."""

OPENS_WITHOUT = (
    "Until it is there this desk shows what its journal says, and sends nothing new; it goes on by"
    " itself"
)
"""What is said of a desk that opens though its venue is not there."""

_FLAGS = {LINE_MARKET: "--venue fix", IB_MARKET: "--venue ib"}


def flag_of(market: str) -> str:
    """Where a desk is opened whose orders of that market work with or without it; else empty."""
    return next((flag for start, flag in _FLAGS.items() if market.startswith(start)), "")


def refuse_flags_of_a_simulation(options: Namespace, venue: str) -> None:
    """`venue`: as a sentence has it, such as "a FIX venue". Raises InputError."""
    for flag, why in NOT_SIMULATED.items():
        if getattr(options, flag):
            raise InputError(f"--{flag} goes with a simulated market; at {venue} {why}")


def trade_date(at: Nanos) -> int:
    """The exchange's date, YYYYMMDD; a weekend belongs to its Monday."""
    date = exchange_date(at)
    day = weekday(date // 10_000, date // 100 % 100, date % 100)
    return date if day < SATURDAY else exchange_date(Nanos(at + (MONDAY - day) * A_DAY))


def limits_at(settings: Settings, venue: str) -> tuple[tuple[str, str], ...]:
    """Who asks for a venue by its flag is let in, unless a list of venues was written."""
    source = next((e.source for e in settings.effective if e.key == VENUES_KEY), SHIPPED_SOURCE)
    if source not in (SHIPPED_SOURCE, f"profile {settings.paper.limits}"):
        return settings.limits
    return tuple(
        (key, f"{value},{venue}" if key == VENUES_KEY else value) for key, value in settings.limits
    )


def is_scripted(options: Namespace) -> bool:
    """Nobody is there to wait for a venue: what was to be done cannot be done."""
    is_about_the_line = any(line.split()[:1] == ["link"] for line in options.exec_lines)
    return bool(options.headless or options.script) and not is_about_the_line


def last_listed(state: State, market: str) -> tuple[Instrument, ...]:
    """What was traded at that venue when this home was there last; empty for another market."""
    if state.market != market:
        return ()
    known, gone = state.instruments, set(state.unlisted)
    return tuple(known[symbol] for symbol in known if symbol not in gone)


def known_markets(state: State) -> set[str]:
    """Where this home has traded."""
    return {state.market, *(order.market for order in state.orders.values())}
