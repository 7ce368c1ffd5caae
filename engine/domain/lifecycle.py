"""The life of an order as a table: (status, what happened) → status; nothing else may move it."""

from enum import IntEnum


class Status(IntEnum):
    """What the venue last proved; STAGED, HELD and DENIED never left the desk."""

    STAGED = 1
    HELD = 2
    SENT = 3
    """Journaled as released; the venue has proved nothing yet."""
    WORKING = 4
    PARTIAL = 5
    FILLED = 6
    CANCELLED = 7
    REJECTED = 8
    DENIED = 9
    EXPIRED = 10


class Happening(IntEnum):
    """What can happen to an order, seen from its life."""

    STAGE = 1
    HOLD = 2
    RELEASE = 3
    ACCEPT = 4
    PARTIAL_FILL = 5
    FULL_FILL = 6
    CANCEL = 7
    REJECT = 8
    EXPIRE = 9
    DISCARD = 10
    """A staged or held order is withdrawn before it was ever sent."""
    BUST_TO_PART = 11
    """A trade was taken back, and others are left."""
    BUST_TO_NOTHING = 12
    """The only trade was taken back."""
    BUST_AFTER_END = 13
    """A trade was taken back of an order that was over whatever it had traded."""


class Request(IntEnum):
    """A request in flight beside the status."""

    NEW = 1
    CANCEL = 2
    REPLACE = 3


class Certainty(IntEnum):
    """Whether the outcome of a request in flight can still be known by waiting."""

    KNOWN = 1
    UNKNOWN = 2


DONE = frozenset({Status.FILLED, Status.CANCELLED, Status.REJECTED, Status.DENIED, Status.EXPIRED})
LIVE = frozenset({Status.SENT, Status.WORKING, Status.PARTIAL})
"""May stand at the venue and counts as exposure."""

_S, _H = Status, Happening
TRANSITIONS: dict[tuple[Status, Happening], Status] = {
    (_S.STAGED, _H.RELEASE): _S.SENT,
    (_S.STAGED, _H.HOLD): _S.HELD,
    (_S.STAGED, _H.DISCARD): _S.CANCELLED,
    (_S.HELD, _H.RELEASE): _S.SENT,
    (_S.HELD, _H.DISCARD): _S.CANCELLED,
    (_S.SENT, _H.ACCEPT): _S.WORKING,
    (_S.SENT, _H.REJECT): _S.REJECTED,
    (_S.SENT, _H.CANCEL): _S.CANCELLED,
    (_S.SENT, _H.EXPIRE): _S.EXPIRED,
    # A fill can overtake the acknowledgement; the acknowledgement that follows changes nothing.
    (_S.SENT, _H.PARTIAL_FILL): _S.PARTIAL,
    (_S.SENT, _H.FULL_FILL): _S.FILLED,
    (_S.PARTIAL, _H.ACCEPT): _S.PARTIAL,
    (_S.FILLED, _H.ACCEPT): _S.FILLED,
    (_S.CANCELLED, _H.ACCEPT): _S.CANCELLED,
    (_S.EXPIRED, _H.ACCEPT): _S.EXPIRED,
    (_S.REJECTED, _H.ACCEPT): _S.REJECTED,
    (_S.WORKING, _H.ACCEPT): _S.WORKING,
    (_S.WORKING, _H.PARTIAL_FILL): _S.PARTIAL,
    (_S.WORKING, _H.FULL_FILL): _S.FILLED,
    (_S.WORKING, _H.CANCEL): _S.CANCELLED,
    (_S.WORKING, _H.EXPIRE): _S.EXPIRED,
    # Venues do reject late, after an acknowledgement.
    (_S.WORKING, _H.REJECT): _S.REJECTED,
    (_S.PARTIAL, _H.PARTIAL_FILL): _S.PARTIAL,
    (_S.PARTIAL, _H.FULL_FILL): _S.FILLED,
    (_S.PARTIAL, _H.CANCEL): _S.CANCELLED,
    (_S.PARTIAL, _H.EXPIRE): _S.EXPIRED,
    (_S.PARTIAL, _H.REJECT): _S.REJECTED,
    # A late fill is always applied: the venue is right (U5). Done stays done, the figures move.
    (_S.CANCELLED, _H.PARTIAL_FILL): _S.CANCELLED,
    (_S.CANCELLED, _H.FULL_FILL): _S.FILLED,
    (_S.EXPIRED, _H.PARTIAL_FILL): _S.EXPIRED,
    (_S.EXPIRED, _H.FULL_FILL): _S.FILLED,
    (_S.REJECTED, _H.PARTIAL_FILL): _S.REJECTED,
    (_S.REJECTED, _H.FULL_FILL): _S.FILLED,
    # More than was ordered (U8): applied and flagged.
    (_S.FILLED, _H.FULL_FILL): _S.FILLED,
    (_S.FILLED, _H.PARTIAL_FILL): _S.FILLED,
    # A trade taken back is missing again. What is gone for another reason stays gone; what was
    # only done because it was filled is open until the venue says otherwise: the worse case.
    (_S.PARTIAL, _H.BUST_TO_PART): _S.PARTIAL,
    (_S.PARTIAL, _H.BUST_TO_NOTHING): _S.WORKING,
    (_S.FILLED, _H.BUST_TO_PART): _S.PARTIAL,
    (_S.FILLED, _H.BUST_TO_NOTHING): _S.WORKING,
    # It was filled and its end was proved as well: without the trade only the end is left.
    (_S.FILLED, _H.CANCEL): _S.CANCELLED,
    (_S.FILLED, _H.EXPIRE): _S.EXPIRED,
    (_S.FILLED, _H.REJECT): _S.REJECTED,
    (_S.CANCELLED, _H.BUST_AFTER_END): _S.CANCELLED,
    (_S.EXPIRED, _H.BUST_AFTER_END): _S.EXPIRED,
    (_S.REJECTED, _H.BUST_AFTER_END): _S.REJECTED,
}


FOLLOWING: dict[Happening, dict[Status, Status]] = {
    happening: {before: after for (before, each), after in TRANSITIONS.items() if each is happening}
    for happening in Happening
}
"""The same table by what happens: every order is looked up several times."""


def next_status(status: Status, happening: Happening) -> Status | None:
    """The status that follows, or None where the table has no such row."""
    return FOLLOWING[happening].get(status)
