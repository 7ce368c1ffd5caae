"""What a clock that was set, or a machine that slept, means for the desk (F27, F28)."""

from collections.abc import Callable
from typing import Any

from engine.domain import events as ev
from engine.domain import reports as rep
from engine.domain.arming import all_disarmed
from engine.domain.commands import ALL_SYMBOLS, Origin
from engine.domain.modes import is_simulated
from engine.domain.quotes import Market
from engine.domain.state import State
from engine.values import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, Nanos

WOKE_SHOWN = 60 * NANOS_PER_SECOND
"""Market time for which the screen says that nothing ran: long enough to look at every price."""
STEP_SHOWN = 100 * NANOS_PER_MILLISECOND
"""A clock that was set back to less than this is right again."""


def heed_clock_step(
    state: State, report: rep.ClockStepped, market: Market, now: Nanos
) -> list[ev.Event]:
    """A fact for the trail and the eye: order and timers never asked the wall clock."""
    return [ev.ClockMoved(now, report.by)]


def heed_sleep(
    state: State, report: rep.MachineSlept, market: Market, now: Nanos
) -> list[ev.Event]:
    """Nobody looked for that long. A simulated market slept too; at a venue the world went on, so
    every account is disarmed there until a person has looked."""
    happened: list[ev.Event] = [ev.MachineWoke(now, report.span, report.is_suspend)]
    if is_simulated(state.mode):
        return happened
    disarmed, reason = ev.TradingState.DISARMED, sleep_in_words(report.span, report.is_suspend)
    for account in state.accounts.values():
        if account.trading.state not in (disarmed, ev.TradingState.KILLED):
            change = (now, account.account, ALL_SYMBOLS, disarmed, False, reason, Origin.DESK)
            happened.append(ev.TradingStateChanged(*change))
    return happened + all_disarmed(state, reason, now)


def sleep_in_words(span: int, is_suspend: bool) -> str:
    """Such as `asleep 7,200 s: the machine was suspended`; the figure first, for narrow screens."""
    seconds = f"{span // NANOS_PER_SECOND:,} s"
    if is_suspend:
        return f"asleep {seconds}: the machine was suspended"
    return f"stopped {seconds}: the engine stood still, or the machine was too busy"


def step_in_words(by: int) -> str:
    """Such as `the wall clock is 3,600.000 s ahead of where it was`."""
    seconds = f"{abs(by) // NANOS_PER_SECOND:,}.{abs(by) % NANOS_PER_SECOND // 1_000_000:03d} s"
    return f"the wall clock is {seconds} {'ahead of' if by > 0 else 'behind'} where it was"


def _clock_moved(state: State, event: ev.ClockMoved) -> None:
    """Steps add up, so that one that is taken back leaves nothing to warn of."""
    state.clock_off = Nanos(state.clock_off + event.by)


def _machine_woke(state: State, event: ev.MachineWoke) -> None:
    state.woke_at, state.woke_text = event.at, sleep_in_words(event.span, event.is_suspend)


def clock_condition(state: State) -> str:
    """For the status line; empty while the clock stands where it stood when the run began."""
    off = state.clock_off
    if abs(off) < STEP_SHOWN:
        return ""
    # What counts comes first: a narrow screen cuts the rest off.
    seconds = off // NANOS_PER_SECOND if off > 0 else -(-off // NANOS_PER_SECOND)
    return f"clock {seconds:+,} s: {step_in_words(off)}" if seconds else step_in_words(off)


def woke_condition(state: State, now: Nanos) -> str:
    """The same of a sleep, for a while after it."""
    is_recent = state.woke_text and now - state.woke_at < WOKE_SHOWN
    return f"{state.woke_text}; look before you send" if is_recent else ""


CLOCK_CHANGES: dict[type, Callable[[State, Any], None]] = {
    ev.ClockMoved: _clock_moved,
    ev.MachineWoke: _machine_woke,
}
"""Event type → what it changes."""
