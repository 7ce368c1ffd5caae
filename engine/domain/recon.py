"""What the desk remembers of comparing its books with the venue's."""

import msgspec

from engine.domain.recon_events import DifferenceFound, ReconCause
from engine.domain.statements import OpenOrder, Statement
from engine.values import Nanos

ORDERS_TIMER, POSITIONS_TIMER = "reconcile:orders", "reconcile:positions"
GAVE_WAY = "another one took its place"
"""How a comparison ends that matters less than one that began meanwhile."""
BACKGROUND = "reconcile:"
"""How the names of timers begin that let a market end: they only look."""
DIFFERENCES_KEPT_MAX = 200
UNKNOWN_TIME = Nanos(1 << 62)
"""Of a trade whose venue does not say when: later than anything that it states."""


class Run(msgspec.Struct):
    """One comparison that is under way."""

    query: int
    cause: ReconCause
    asked_at: Nanos
    account: str
    awaiting: dict[int, None]
    """Statements that have not come yet."""
    heard: dict[int, None]
    """Statements that came whole."""
    differences: int = 0
    breaks: int = 0
    failed: str = ""
    has_adopted: bool = False
    """An order was taken over since it asked, whose trades its list may have heard as nobody's."""
    traded: dict[str, Nanos] = {}
    """Symbols of which trades were booked since it asked: when the venue made the newest."""


class Recon(msgspec.Struct):
    """The run that is under way, and what the last ones found."""

    query: int = 0
    run: Run | None = None
    finished_at: Nanos = Nanos(0)
    """When all that was asked was last compared; 0 before the first time."""
    executions_since: Nanos = Nanos(0)
    """Trades up to here have been asked for already."""
    figures_adopted: dict[str, None] = {}
    """Symbols whose position a person took over: trades of before are in that figure."""
    suspected: dict[str, int] = {}
    """Differences that may still be on their way: how many runs in a row saw them."""
    breaks: dict[str, DifferenceFound] = {}
    """By `position/SYMBOL` or `order/ID`: what nobody can explain."""
    foreign: dict[str, OpenOrder] = {}
    """Orders at the venue that are nobody's here and wait for consent, by their name there."""
    differences: list[DifferenceFound] = []
    """The newest, for the report."""
    text: str = ""
    """How the last run ended, in words."""
    outdated: dict[str, None] = {}
    """Symbols of which a trade was booked since the break of their position was found."""

    def took_over(self, symbol: str) -> None:
        """An order of somebody else is ours now: what it has traded may be older than what was last
        asked for, and was nobody's when it was heard. Where a figure was taken over that may have
        it in already, it is not asked for again."""
        if symbol not in self.figures_adopted:
            self.executions_since = Nanos(0)
            if self.run is not None:
                self.run.has_adopted = True

    @property
    def holds_orders(self) -> bool:
        """Nothing new leaves until books are compared after a start or a broken link."""
        return self.run is not None and self.run.cause.holds_orders

    def heard_trade(self, symbol: str, made_at: Nanos) -> None:
        """What the venue states of this symbol may be of before it, and may be of after it."""
        if self.run is not None:
            traded = self.run.traded
            traded[symbol] = max(traded.get(symbol, Nanos(0)), made_at or UNKNOWN_TIME)
        if f"position/{symbol}" in self.breaks:
            self.outdated[symbol] = None

    def awaits(self, query: int, statement: Statement) -> bool:
        """Whether this answer is one that the run under way is waiting for."""
        run = self.run
        return run is not None and run.query == query and statement in run.awaiting
