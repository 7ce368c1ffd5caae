"""Holds the desk to its limit of the day's loss, by what the account is really worth."""

from collections.abc import Callable
from typing import Any

from engine.domain import events as ev
from engine.domain.commands import Origin
from engine.domain.ledger.valuation import mark_of
from engine.domain.loss_facts import LossLevel, LossLimitReached, LossMeasure
from engine.domain.losses import STEPS
from engine.domain.quotes import Phase
from engine.domain.records import Record
from engine.values import NANOS_PER_SECOND
from simulation.broken import hold
from simulation.crowd import TICK
from simulation.desk import Desk
from simulation.evidence import Evidence
from simulation.limits import LimitsKept
from simulation.reach import MONEY_PER_TICK
from simulation.venue import SimVenue

BPS = 10_000
PATIENCE = 5 * NANOS_PER_SECOND
"""A loss has to hold for two seconds of looks a second apart; this is twice as long."""
USUAL_TICKS = 2
"""A spread that is believed whatever was usual before."""
EVERYTHING, RULE = "*", "R21"


class LossesKept:
    """R21 of the account. In its family nobody else trades, no date rolls and no trade is undone.

    It waits while the desk cannot know: a fill is not told, a quote is wide or missing. It begins
    anew with every start of the desk, every change of its limits and every word of a person, who
    has accepted the loss so far.
    """

    def __init__(self, venue: SimVenue, limits: LimitsKept, opening: int) -> None:
        self._venue, self._limits, self._opening = venue, limits, opening
        self._since: int | None = None
        self._told = 0
        """Basis points that the desk has told of today."""
        self._is_stopped = False
        """It has told of one, and no person has let it trade again since."""

    def heed(self, record: Record) -> None:
        look = _LOOKS.get(type(record.body))
        if look is not None:
            look(self, record.body)

    def begun_anew(self, event: Any) -> None:
        self._since = None

    def lowered_or_raised(self, event: ev.TradingStateChanged) -> None:
        self._since = None
        is_person = event.origin is not Origin.DESK
        if is_person and event.symbol == EVERYTHING and event.state is ev.TradingState.ACTIVE:
            self._is_stopped = False

    def told(self, event: LossLimitReached) -> None:
        is_ours = (event.measure, event.level, event.symbol) == (
            LossMeasure.DAY,
            LossLevel.LIMIT,
            EVERYTHING,
        )
        if is_ours:
            self._told, self._since, self._is_stopped = event.share, None, True
            self._limits.count(RULE).denied += 1

    def hold_now(self, desk: Desk | None, evidence: Evidence) -> None:
        """At every moment at which something can have changed."""
        is_active = evidence.trading is ev.TradingState.ACTIVE
        hold(not (self._is_stopped and is_active), "I-29", f"{RULE} was told, and nothing followed")
        loss = None if desk is None else self._loss(evidence)
        if desk is None or loss is None or loss * BPS <= self._limit() * self._opening:
            self._since = None
            return
        now = desk.clock.now
        if self._since is None:
            self._since = now
            self._limits.count(RULE).near += 1
        if now - self._since < PATIENCE:
            return
        self._limits.count(RULE).kept += 1
        lost = f"{loss * BPS // self._opening} of {self._limit()} basis points lost"
        seen = f"{RULE} {lost} for {PATIENCE // NANOS_PER_SECOND} s, and entries may leave"
        hold(not is_active, "I-29", seen)

    def _limit(self) -> int:
        """The limit, or a quarter of it beyond what was told before."""
        limit = self._limits.limits.daily_loss_max
        return max(limit, self._told + max(1, limit // STEPS)) if self._told else limit

    def _loss(self, evidence: Evidence) -> int | None:
        """Since the opening, fees included; None where the desk cannot know it."""
        account, quotes = self._venue.account, self._venue.market.quotes
        worth = account.cash - evidence.fees
        for order in account.orders():
            order_id = evidence.find(order.asked.client_order_id)
            if order_id is None or evidence.filled.get(order_id, 0) != order.cumulative:
                return None
        for symbol, held in account.positions.items():
            if not held:
                continue
            quote = quotes[symbol]
            is_usual = 0 < quote.bid < quote.ask <= quote.bid + USUAL_TICKS * TICK
            if not is_usual or quote.phase is not Phase.OPEN:
                return None
            worth += held * mark_of(quote) * MONEY_PER_TICK
        return -worth


_LOOKS: dict[type, Callable[[LossesKept, Any], None]] = {
    ev.SessionStarted: LossesKept.begun_anew,
    ev.TradingStateChanged: LossesKept.lowered_or_raised,
    ev.LimitTightened: LossesKept.begun_anew,
    ev.LimitLoosened: LossesKept.begun_anew,
    LossLimitReached: LossesKept.told,
}
