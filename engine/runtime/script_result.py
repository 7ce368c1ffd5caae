"""How a script ended, and the failure that ends one."""

from enum import IntEnum

import msgspec


class Outcome(IntEnum):
    OK = 0
    FAILED = 1
    DENIED = 5


class Failure(Exception):  # noqa: N818 - the end of a script, not a fault of ours
    """A line that did not come true; ends the script with exit code 1."""


class ScriptResult(msgspec.Struct, frozen=True):
    outcome: Outcome
    problem: str
    orders: int
    fills: int
