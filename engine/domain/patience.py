"""How long a venue may take to answer, and what its word that it never had an order is worth."""

import msgspec

from engine.domain.statements import Statement
from engine.values import NANOS_PER_SECOND, Nanos

PAPER_VENUE = "paper"
"""The venue of every run that did not name one."""
PRACTICE_VENUE = "practice"
"""A FIX venue with no money in it, such as `trader venue`."""
EVERYTHING = (Statement.ORDERS, Statement.EXECUTIONS, Statement.POSITIONS, Statement.CASH)
_STATED = {PRACTICE_VENUE: (Statement.ORDERS,)}


def stated_by(venue: str) -> tuple[Statement, ...]:
    """What a venue can be asked to state of itself: over FIX its open orders, and nothing else."""
    return _STATED.get(venue, EVERYTHING)


class Patience(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One profile a venue. The defaults are those of a FIX venue."""

    ack: Nanos = Nanos(5 * NANOS_PER_SECOND)
    """T_ack: without an answer for so long the outcome of a request is unknown (U1)."""
    settle: Nanos = Nanos(30 * NANOS_PER_SECOND)
    """T_settle: how old a request must be before "never had it" is believed (U3)."""
    passes: int = 1
    """How often that must be said, at least `settle` apart; 2 where there is no order status."""
    orders_every: Nanos = Nanos(30 * NANOS_PER_SECOND)
    """How often open orders are compared while any is live; 0: never by itself."""
    positions_every: Nanos = Nanos(60 * NANOS_PER_SECOND)
    """The same for trades, positions and cash."""
    tells_fees: bool = False
    """It says what it charged for each execution; until then the fee table's is provisional."""
    whole_seconds: bool = False
    """Its clock has nothing finer: which of two fills of one second was first nobody can tell."""


IB_PATIENCE = Patience(
    ack=Nanos(10 * NANOS_PER_SECOND), passes=2, tells_fees=True, whole_seconds=True
)
"""Interactive Brokers: no question about one order, so three lists have to miss it, twice."""

ASKS_MAX = 6
"""How often one request is asked about, or one cancel repeated, before only a person can help."""


def ask_again_after(ack: Nanos, asked: int) -> Nanos:
    """How long to wait after the `asked`-th question: twice as long each time."""
    return Nanos(ack << max(0, min(asked, ASKS_MAX) - 1))
