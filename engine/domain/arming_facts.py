"""Live arming in facts: what the outside says of the account, and what became true."""

from engine.domain.facts import Fact
from engine.values import Nanos


class AccountReconciled(Fact, frozen=True, tag="reconciled"):
    """After a drop: what the venue has of the account was held against what the desk has."""

    account: str
    clean: bool
    """No difference in orders, positions and cash, and no outcome unknown."""
    text: str = ""


class LiveArmed(Fact, frozen=True, tag="live_armed"):
    """Orders of the account may leave until then; `returned`: by itself, after a short drop."""

    at: Nanos
    account: str
    until: Nanos
    limits_digest: str
    reason: str
    returned: bool = False


class ArmingSuspended(Fact, frozen=True, tag="arming_suspended"):
    """The line dropped: it may return by itself for five minutes."""

    at: Nanos
    account: str
    reason: str


class LiveDisarmed(Fact, frozen=True, tag="live_disarmed"):
    at: Nanos
    account: str
    reason: str
