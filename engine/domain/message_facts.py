"""Messages to the venue that are decided and wait here: for their turn, or for another's end."""

from enum import IntEnum

import msgspec

from engine.domain.facts import Fact
from engine.domain.recon_events import StatementAsked
from engine.values import Nanos, OrderId

MESSAGES_COUNTED_MAX = 1_000
"""A limit above this many messages a second is none: nothing is counted and nothing waits."""
ENTRIES_PERCENT = 70
"""What orders that open, and their changes, may use of the rate: the rest is kept for cancels."""
MESSAGES_TIMER = "messages"
"""The one timer of everything that waits."""


class Message(IntEnum):
    """What is asked of the venue."""

    NEW = 1
    CANCEL = 2
    REPLACE = 3
    STATUS = 4
    STATEMENT = 5


class Turn(IntEnum):
    """Who goes first when there is room again."""

    CANCEL = 1
    EXIT = 2
    QUESTION = 3
    ENTRY = 4


class Waiting(msgspec.Struct):
    """One message that has not left."""

    message: Message
    order_id: OrderId
    """0 for a statement."""
    turn: Turn
    since: Nanos
    behind: tuple[OrderId, ...] = ()
    """Own orders that have to be proved over first (R34); empty: it only waits for its turn."""
    asked: StatementAsked | None = None


class Messages(msgspec.Struct):
    """What left lately, and what waits."""

    sent: list[Nanos] = []
    """When messages left, all of them; as many as the limit counts."""
    entries: list[Nanos] = []
    """The same of those that open."""
    waiting: dict[str, Waiting] = {}
    """By `message_key`, in the order in which they were decided."""


class MessageQueued(Fact, frozen=True, tag="message_queued"):
    """What the next event asks for does not leave yet."""

    at: Nanos
    order_id: OrderId
    message: Message
    turn: Turn
    behind: tuple[OrderId, ...] = ()
    asked: StatementAsked | None = None


class MessageSent(Fact, frozen=True, tag="message_sent"):
    """Its turn has come: it leaves now."""

    at: Nanos
    order_id: OrderId
    message: Message
    asked: StatementAsked | None = None


def message_key(message: Message, order_id: int, asked: StatementAsked | None = None) -> str:
    """One message of a kind waits for one order at a time: a repeated cancel adds nothing."""
    if asked is None:
        return f"{message + 0}:{order_id}"
    return f"{message + 0}:{asked.query}.{asked.statement + 0}"
