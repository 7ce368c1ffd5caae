"""What a paper venue can be asked to do badly, so that the hand learns it."""

from enum import StrEnum


class Drill(StrEnum):
    """The word after `practice`."""

    DISCONNECT = "disconnect"
    REJECT = "reject"
    HALT = "halt"
