"""What the paper venue has measured beside the trading, as reports that wait for a checkpoint."""

from collections.abc import Container

from connectors.feeds.flow import Flow
from connectors.feeds.lobster_presence import Presence
from connectors.paper.marker import Marker
from connectors.paper.quoting import MarketKeeper
from engine.domain.measures import Displaced, Tape
from engine.domain.reports import Report, VenueMarked, VenueTape
from engine.values import Quantity


class Measures:
    """Tells only what is new since it was told last: a commit for nothing new is none."""

    __slots__ = ("_flow", "_keeper", "_marker", "_told")

    def __init__(self, flow: Flow, keeper: MarketKeeper, marker: Marker) -> None:
        self._flow = flow
        self._keeper = keeper
        self._marker = marker
        self._told: VenueTape | None = None

    def marks(self, unheard: Container[str]) -> list[Report]:
        """Mids around fills; not those of executions in `unheard`, which the desk still awaits."""
        marks = self._marker.tell(unheard)
        return [VenueMarked(marks)] if marks else []

    def tape(self, *, every_symbol: bool) -> list[Report]:
        """Totals of the run: of symbols that the trader traded, or of all that printed."""
        tape = tuple(
            Tape(symbol, Quantity(count.volume), count.trades, Quantity(count.own_volume))
            for symbol, count in self._keeper.counts.items()
            if count.own_volume or (every_symbol and count.trades)
        )
        measured = VenueTape(tape, self._displaced())
        if not tape or measured == self._told:
            return []
        self._told = measured
        return [measured]

    def _displaced(self) -> Displaced | None:
        presence: Presence | None = getattr(self._flow, "presence", None)
        if presence is None:
            return None
        return Displaced(
            presence.executions_displaced, presence.shares_displaced, presence.shares_unfilled
        )
