"""What an action of the screen is: its keys, where it works, and what it may do."""

from enum import StrEnum

import msgspec


class Scope(StrEnum):
    """Where keys mean something; the keyboard looks from the innermost scope outwards."""

    DANGER = "danger"
    CONFIRM = "confirm"
    LOCK = "lock"
    PAGE = "page"
    LINE = "line"
    TICKET = "ticket"
    DEPTH = "depth"
    ORDERS = "orders"
    TAPE = "tape"
    CHART = "chart"
    SYMBOL = "symbol"
    LIST = "list"
    DESK = "desk"
    EVERYWHERE = "everywhere"


class Action(msgspec.Struct, frozen=True, gc=False):
    """One thing a person can do.

    `keys` are Textual's names, the first is the one shown; `plain` is the way that every terminal
    lets through: another key, or the `:` word. `increases_risk` marks what transmits an order.
    """

    id: str
    scope: Scope
    keys: tuple[str, ...]
    words: str
    help: str
    word: str = ""
    footer: int = 0
    """Place in the footer, from 1; 0 stays out of it."""
    increases_risk: bool = False
    reduces_risk: bool = False
    later: str = ""
    """Named as not available yet."""
    same_as: str = ""
    """The action that does it, where a scope has a key of its own for it."""

    @property
    def acts_on_orders(self) -> bool:
        return self.increases_risk or self.reduces_risk


def do(
    id: str,
    scope: Scope,
    keys: str,
    words: str,
    help: str,
    *,
    word: str = "",
    footer: int = 0,
    increases_risk: bool = False,
    reduces_risk: bool = False,
    later: str = "",
    same_as: str = "",
) -> Action:
    return Action(
        id,
        scope,
        tuple(keys.split()),
        words,
        help,
        word=word,
        footer=footer,
        increases_risk=increases_risk,
        reduces_risk=reduces_risk,
        later=later,
        same_as=same_as,
    )
