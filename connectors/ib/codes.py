"""What IB's error codes mean for an order and for the line: by their effect, never by a list alone.

Sources: IB's table of message codes, and what gateways were seen to do (the project's own notes on
Interactive Brokers). A code that is not here changes nothing by itself: it is told, and the order
is asked about.
"""

from enum import IntEnum


class Kind(IntEnum):
    """What a code about an order can mean at all; what it does mean depends on the order."""

    WARNING = 1
    """The order stays as it is."""
    REFUSAL = 2
    """Of the newest request: of the order itself where it was never acknowledged."""
    CANCEL_CONFIRMED = 3
    TOO_LATE = 4
    """A cancel of what is over already, or cannot be cancelled now."""
    NOT_FOUND = 5
    """A cancel of what is not in the gateway's book: filled, gone, or never there."""
    ID_USED = 6
    """The id was used before: nobody knows by which order of ours."""
    NOT_SENT = 7
    """The gateway has no connection: the request did not happen."""
    UNKNOWN = 8


DUPLICATE_ID = 103
ALREADY_FILLED = 104
READ_ONLY = 321
CLIENT_ID_IN_USE = 326
PACING = 100
NOT_CONNECTED = 504
LOST, RESTORED_ANEW, RESTORED = 1100, 1101, 1102
SERVER_BROKEN = 2110
COMPETING_SESSION = 10197
NO_CONTRACT = 200
CANCELLED = 202

WARNINGS = frozenset({399, 404, 492, 10311, 10314, 10315, 10328, 10349})
REFUSALS = frozenset(
    {
        *(103, 104, 105, 106, 107, 109, 110, 111, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122),
        *(123, 124, 125, 126, 129, 131, 132, 133, 134, 135, 137, 138, 139, 140, 141, 144, 145, 146),
        *(147, 148, 151, 152, 153, 154, 155, 156, 157, 158, 159, 160, 163, 164, 166, 167, 168, 200),
        *(201, 203, 321, 387, 388, 389, 390, 391, 392, 393, 394, 395, 396, 397, 398, 400, 401, 402),
        *(403, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 419, 422, 423),
        *(424, 425, 426, 427, 428, 429, 430, 431, 432, 433, 434, 435, 436, 437, 439, 440, 441, 443),
        *(444, 445, 446, 447, 448, 449, 460, 461, 462, 463, 478, 481, 10003, 10005, 10006, 10007),
        *(10008, 10020, 10043, 10052, 10243, 10244, 10268, 10269, 10289, 10318, 10329),
    }
)
FARM_BROKEN = frozenset({2103, 2105, 2157})
FARM_OK = frozenset({2104, 2106, 2158})
FARM_IDLE = frozenset({2107, 2108})
FARM_CONNECTING = frozenset({2119})
FARMS = FARM_BROKEN | FARM_OK | FARM_IDLE | FARM_CONNECTING
PROTOCOL = frozenset({320, 501, 503, 505, 506, 507, 509})
"""The two sides do not understand each other any more: the line is made anew."""
SYSTEM_WARNINGS = range(2100, 2200)
_NOT_FOUND = frozenset({10147, 136})
_TOO_LATE = frozenset({161, 10148})


def kind_of(code: int) -> Kind:
    """Of an error about an order."""
    if code == CANCELLED:
        return Kind.CANCEL_CONFIRMED
    if code in _TOO_LATE:
        return Kind.TOO_LATE
    if code in _NOT_FOUND:
        return Kind.NOT_FOUND
    if code == DUPLICATE_ID:
        return Kind.ID_USED
    if code == NOT_CONNECTED:
        return Kind.NOT_SENT
    if code in REFUSALS:
        return Kind.REFUSAL
    if code in WARNINGS or code in SYSTEM_WARNINGS:
        return Kind.WARNING
    return Kind.UNKNOWN
