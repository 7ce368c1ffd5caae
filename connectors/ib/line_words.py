"""How the line to a gateway is, in one sentence of figures."""

from connectors.ib.health import Health
from connectors.ib.line import Line, State
from engine.hosted import LineTold

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
