"""What is known of a Logon in the moment in which it is made."""

import msgspec

from engine.values import Nanos


class Moment(msgspec.Struct, frozen=True, gc=False):
    """A signature covers these, so they are what the message itself will say."""

    sender: bytes
    """49."""
    target: bytes
    """56."""
    number: int
    """34."""
    stamp: bytes
    """52, as it is written."""
    utc: Nanos
    """The same."""
