"""What a person reads before a live account is armed: until when, within which limits, and what
a broken line does."""

from collections.abc import Sequence

from engine.domain import events as ev
from engine.domain.arming import ARMED_MAX, RETURNS_WITHIN
from engine.domain.commands import ArmLive
from engine.domain.risk.controls.spec import LimitSpec
from engine.domain.risk.gauges import limit_words
from engine.domain.risk.limits import SPECS_BY_KEY, Limits
from engine.domain.state import State
from engine.runtime.market_time import exchange_clock
from engine.values import NANOS_PER_SECOND, Nanos

SHOWN = ("risk.order_quantity_max", "risk.order_notional_max", "risk.position_max")
"""What an order and a position may be at most: `:limits` and `trader config limits` tell all."""
MINUTE = 60 * NANOS_PER_SECOND


def arming_words(command: ArmLive, state: State, now: Nanos) -> tuple[str, ...]:
    """The panel of `arm`: account, time, limits, and what happens on disconnect."""
    latest = exchange_clock(Nanos(min(command.until or now + ARMED_MAX, now + ARMED_MAX)), digits=0)
    minutes = RETURNS_WITHIN // MINUTE
    account = state.accounts[command.account]
    return (
        f"until its session closes, {latest} at the latest",
        f"limits {state.limits_digest[:8]}: {_limits(state.limits, account.currency)}",
        "if the line drops, what works there works on and may fill, nothing new leaves",
        f"back in {minutes} min, clean, same limits: armed again; else by you",
    )


def _limits(limits: Limits, currency: str) -> str:
    """`order quantity 10,000 shares, order notional 250,000 USD, position 60 % of NLV`."""
    specs = [SPECS_BY_KEY[key] for key in SHOWN]
    told = [(_name(spec), limit_words(spec, limits.text(spec.key), currency)) for spec in specs]
    return ", ".join(f"{name} {words}" for name, words in told)


def _name(spec: LimitSpec) -> str:
    return spec.key.removeprefix("risk.").removesuffix("_max").replace("_", " ")


def armed_words(happened: Sequence[ev.Event]) -> str:
    """How a line that arms or disarms ended; empty for any other."""
    for event in happened:
        if isinstance(event, ev.LiveArmed):
            return f"{event.account} is ARMED until {exchange_clock(event.until, digits=0)}"
        if isinstance(event, ev.LiveDisarmed):
            return f"{event.account} is disarmed: {event.reason}"
    return ""
