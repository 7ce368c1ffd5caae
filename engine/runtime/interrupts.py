"""What must interrupt whoever sits at the desk: which events, how loudly, in which words."""

from engine.domain import breaker_facts as facts
from engine.domain import events as ev
from engine.domain.contingent.protection import left_bare_by
from engine.domain.loss_facts import LossLimitReached
from engine.domain.orders import short_label
from engine.domain.reasons import Refusal
from engine.domain.records import Record
from engine.domain.state import State
from engine.domain.views import Severity
from engine.ports import Notice
from engine.runtime.narration import Narrator
from engine.runtime.narration_words import sentence
from engine.values import OrderId


class Interrupts:
    """Turns durable records into notices, as one account's person should hear them."""

    def __init__(self, state: State, account: str) -> None:
        self._state, self._account = state, account
        self._narrator = Narrator(state, lambda order: short_label(order, state.trade_date))

    def notice_of(self, record: Record) -> Notice | None:
        """A record in words, if it is one that must interrupt; of an order that is known here."""
        severity = _NOTICES.get(type(record.body))
        if type(record.body) is ev.ReplaceDenied and record.body.refusal == Refusal.NOT_KEPT:
            severity = Severity.ATTENTION  # nobody has asked: nobody else would say it
        if type(record.body) is ev.FlattenMoved and record.body.step in _STUCK:
            severity = Severity.ATTENTION
        if severity is None:
            return None
        state, order_id = self._state, OrderId(getattr(record.body, "order_id", 0))
        if order_id and order_id not in state.orders:
            return None
        fields = self._narrator.tell(record.body)  # type: ignore[arg-type]
        if fields is None:
            return None
        if isinstance(record.body, ev.CancelRejected) and state.orders[order_id].is_done:
            # Too late to cancel: the fill won the race, and nothing is wrong (F16).
            severity = Severity.OK
        own = state.accounts[self._account].currency
        text, bare = sentence(fields, own), ""
        if type(record.body) in _ENDINGS:
            bare = left_bare_by(state, state.orders[order_id])
        if bare:
            severity, text = Severity.ATTENTION, f"{text} — {bare}"
        return Notice(severity, fields["event"], text, order_id)


_STUCK = (ev.FlattenStep.WAITING, ev.FlattenStep.ASKING)
"""Steps of a flatten on which what it was to close is still there, and nothing closes it now."""
_ENDINGS = (ev.OrderCancelled, ev.OrderExpired, ev.OrderRejected, ev.OrderDenied)
_NOTICES: dict[type, Severity] = {
    ev.OrderFilled: Severity.OK,
    ev.OrderDenied: Severity.ATTENTION,
    ev.OrderRejected: Severity.ATTENTION,
    ev.OrderTriggered: Severity.OK,
    ev.ExitsSwapped: Severity.OK,
    ev.OrderCancelled: Severity.OK,
    ev.OrderExpired: Severity.OK,
    ev.CancelRejected: Severity.ATTENTION,
    ev.ReplaceRejected: Severity.ATTENTION,
    ev.OutcomeUnknown: Severity.DEGRADED,
    ev.TradingStateChanged: Severity.ATTENTION,
    ev.LimitLooseningAsked: Severity.ATTENTION,
    ev.LimitLooseningDropped: Severity.OK,
    ev.LimitLoosened: Severity.ATTENTION,
    ev.SecondFactorChanged: Severity.ATTENTION,
    ev.SecondFactorFailed: Severity.ATTENTION,
    ev.LiveArmed: Severity.ATTENTION,
    ev.ArmingSuspended: Severity.DEGRADED,
    ev.LiveDisarmed: Severity.ATTENTION,
    ev.StrategyDisabled: Severity.ATTENTION,
    ev.StrategyEnabled: Severity.ATTENTION,
    ev.LinkMoved: Severity.ATTENTION,
    ev.LinkOperated: Severity.ATTENTION,
    ev.PhaseEntered: Severity.ATTENTION,
    ev.FlattenMoved: Severity.OK,
    ev.FlattenFinished: Severity.OK,
    ev.CommandRefused: Severity.ATTENTION,
    ev.CancelDenied: Severity.ATTENTION,
    ev.Faulted: Severity.UNAVAILABLE,
    ev.DiskSpaceChanged: Severity.ATTENTION,
    ev.FillReversed: Severity.ATTENTION,
    ev.OrderRestated: Severity.ATTENTION,
    ev.OrderResolved: Severity.ATTENTION,
    ev.OrderAdopted: Severity.ATTENTION,
    ev.ForeignOrderFound: Severity.ATTENTION,
    ev.PositionAdopted: Severity.ATTENTION,
    ev.DifferenceFound: Severity.ATTENTION,
    ev.ReconcileFinished: Severity.ATTENTION,
    ev.ClockMoved: Severity.ATTENTION,
    ev.MachineWoke: Severity.DEGRADED,
    LossLimitReached: Severity.ATTENTION,
    facts.BreakerTripped: Severity.ATTENTION,
    facts.MarketHalted: Severity.ATTENTION,
    facts.MarketResumed: Severity.OK,
    facts.ShortSaleRestricted: Severity.ATTENTION,
    facts.ShortSaleFreed: Severity.OK,
    facts.SlowModeChanged: Severity.ATTENTION,
}
