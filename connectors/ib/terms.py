"""How a desk reaches IB, whose money it may move there, and what the place is called."""

from datetime import UTC, tzinfo

import msgspec

from connectors.ib.line import HEARTBEAT_EVERY
from connectors.ib.lines import LINES_MAX
from connectors.ib.rounds import ANSWERS_WITHIN
from connectors.ib.safety import masked
from connectors.ib.turnstile import MESSAGES_A_SECOND
from connectors.ib.wire import CONNECT_SECONDS, Dial
from engine.values import NANOS_PER_SECOND, Nanos

IB_MARKET = "IB "
"""How the description of every market at Interactive Brokers begins: its orders work on without
this desk."""
FIRST_QUOTES = Nanos(2 * NANOS_PER_SECOND)
DELAYED_IF_NO_LIVE, LIVE_ALONE = 3, 1


class IbTerms(msgspec.Struct, frozen=True):
    """What settings and flags make of a session."""

    host: str
    port: int
    client_id: int
    account: str = ""
    """Empty: the only one that the gateway has."""
    is_live: bool = False
    data_type: int = DELAYED_IF_NO_LIVE
    lines_max: int = LINES_MAX
    """Market data lines that the account has."""
    contracts: dict[str, int] = {}
    """Symbol → conId, where a person said which of several is meant."""
    restart: str = ""
    """When the gateway restarts itself, such as `23:45 America/New_York`; empty: not known."""
    login: str = ""
    """When it logs out each week, such as `sun 01:00 America/New_York`; empty: not known."""
    connect_seconds: float = CONNECT_SECONDS
    bare_zone: tzinfo = UTC
    messages_a_second: int = MESSAGES_A_SECOND
    heartbeat: Nanos = HEARTBEAT_EVERY
    answers_within: Nanos = ANSWERS_WITHIN
    """How long a list may take to come to its end."""
    asks_what_if: bool = True
    """IB's own preview is asked for what a ticket would need and cost."""
    first_quotes: Nanos = FIRST_QUOTES
    """So long a start waits for a first word of every market; a closed one may have none."""

    @property
    def dial(self) -> Dial:
        return Dial(self.host, self.port, self.client_id, self.connect_seconds, self.bare_zone)


def description_of(account: str) -> str:
    """`IB DU•••567`: one account, with orders that no other has."""
    return f"{IB_MARKET}{masked(account)}"
