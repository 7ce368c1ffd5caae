"""What is said of the line to a gateway: how it is, and why nothing leaves."""

from collections.abc import Sequence

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
    " works at IB works on. Take the tick off `Read-Only API` in its API settings, then"
    ' `link go "why"`'
)
TAKES_ORDERS_AGAIN = "the API of the gateway takes orders again"
GO, SWEEP = "go", "sweep"
"""What a person can say of this line."""
SWEPT = (
    "IB was asked to cancel everything in the account, of other programs and by hand too; what"
    " became of it is looked up"
)
NOT_SWEPT = "the line to the gateway is down: nothing was asked of IB, and everything works on"
LOOKS_ALONE = "the API of the gateway is read-only: nothing can be sent"
NO_NUMBERS = (
    "a gateway has no numbers to set and no trade to dispute: nothing was done. `link go` dials"
    " anew, `link sweep` cancels everything in the account"
)
_STATES = {
    State.DOWN: "down",
    State.CONNECTING: "connecting",
    State.RECOVERING: "asking what happened before",
    State.UP: "up",
    State.DEGRADED: "up, but the gateway has lost IB",
}


def line_told(
    line: Line, health: Health, wrong: Sequence[str], *, used: int, waiting: int, rate: int
) -> LineTold:
    """`wrong`: what else is, with the data of all symbols or with the API. `used`: messages of the
    last second, of `rate` that may leave; `waiting`: for their turn."""
    trouble = f" ({line.trouble})" if line.trouble and line.state is not State.UP else ""
    words = f"{_STATES[line.state]}{trouble}, {used} of {rate} messages in the last second"
    if waiting:
        words += f", {waiting} waiting"
    broken = health.broken
    if broken:
        words += f", broken: {', '.join(broken)}"
    for each in wrong:
        words += f", {each}"
    return LineTold(words, is_doubtful=bool(broken or wrong) or line.state is not State.UP)
