"""What is said of the line to a gateway: how it is, and why nothing leaves."""

from connectors.ib.health import Health
from connectors.ib.line import Line, State
from engine.hosted import LineTold

NEVER_LEFT = "it never left: "
VIEW_ONLY = (
    "the API of this gateway is read-only: nothing can be sent. Take the tick off `Read-Only API`"
    " in its API settings, and start the desk anew"
)
VIEW_ONLY_NOW = (
    "the API of the gateway has become read-only: nothing can be sent, not even a cancel, and what"
    " works at IB works on. Take the tick off `Read-Only API` in its API settings, and start the"
    " desk anew"
)
TAKES_ORDERS_AGAIN = "the API of the gateway takes orders again"
NO_NUMBERS = "`link` sets the numbers of a FIX session: a gateway has none, nothing was done"
_STATES = {
    State.DOWN: "down",
    State.CONNECTING: "connecting",
    State.RECOVERING: "asking what happened before",
    State.UP: "up",
    State.DEGRADED: "up, but the gateway has lost IB",
}


def line_told(
    line: Line, health: Health, data: str, *, used: int, waiting: int, rate: int
) -> LineTold:
    """`data`: what is wrong with the market data of all symbols at once, or empty. `used`: messages
    of the last second, of `rate` that may leave; `waiting`: for their turn."""
    trouble = f" ({line.trouble})" if line.trouble and line.state is not State.UP else ""
    words = f"{_STATES[line.state]}{trouble}, {used} of {rate} messages in the last second"
    if waiting:
        words += f", {waiting} waiting"
    broken = health.broken
    if broken:
        words += f", broken: {', '.join(broken)}"
    if data:
        words += f", {data}"
    return LineTold(words, is_doubtful=bool(broken or data) or line.state is not State.UP)
