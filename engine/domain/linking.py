"""A person's word about the line to a venue: kept with its reason, then heeded by the connector."""

from engine.domain import commands as cmd
from engine.domain import events as ev
from engine.domain.modes import is_simulated
from engine.domain.quotes import Market
from engine.domain.reasons import Refusal
from engine.domain.state import State
from engine.values import Nanos


def operate_link(
    state: State, command: cmd.OperateLink, market: Market, now: Nanos
) -> list[ev.Event]:
    """Whether it can be done now is the connector's to say: it alone knows the session."""
    if is_simulated(state.mode):
        return [ev.CommandRefused(now, "link", Refusal.NO_LINE, "")]
    if not command.reason:
        return [ev.CommandRefused(now, "link", Refusal.WHY_MISSING, "")]
    what, value = command.what, command.value
    return [ev.LinkOperated(now, command.account, what, value, command.reason, command.origin)]
