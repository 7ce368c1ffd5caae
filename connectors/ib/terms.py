"""How a desk reaches IB, whose money it may move there, and what the place is called."""

from datetime import UTC, tzinfo

import msgspec

from connectors.ib.safety import masked
from connectors.ib.turnstile import MESSAGES_A_SECOND
from connectors.ib.wire import CONNECT_SECONDS, Dial

IB_MARKET = "IB "
"""How the description of every market at Interactive Brokers begins: its orders work on without
this desk."""
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
    contracts: dict[str, int] = {}
    """Symbol → conId, where a person said which of several is meant."""
    restart: str = ""
    """When the gateway restarts itself, such as `23:45 America/New_York`; empty: not known."""
    connect_seconds: float = CONNECT_SECONDS
    bare_zone: tzinfo = UTC
    messages_a_second: int = MESSAGES_A_SECOND

    @property
    def dial(self) -> Dial:
        return Dial(self.host, self.port, self.client_id, self.connect_seconds, self.bare_zone)


def description_of(account: str) -> str:
    """`IB DU•••567`: one account, with orders that no other has."""
    return f"{IB_MARKET}{masked(account)}"
