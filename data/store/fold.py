"""The fold from records to rows: which function tells what an event means for the store."""

from collections.abc import Callable, Iterable
from typing import Any

from data.store import (
    fold_breakers,
    fold_costs,
    fold_desk,
    fold_fills,
    fold_measures,
    fold_orders,
    fold_recon,
)
from data.store.book import Book
from engine.domain import breaker_facts as facts
from engine.domain import events as ev
from engine.domain.identity import leg_of
from engine.domain.loss_facts import EquityPeaked, LossLimitReached
from engine.domain.margin_facts import MARGIN_EVENTS
from engine.domain.records import Record

FOLDS: dict[type, Callable[[Book, Record, Any], None]] = {
    ev.SessionStarted: fold_desk.session_started,
    ev.SessionClosed: fold_desk.session_closed,
    ev.AccountOpened: fold_desk.account_opened,
    ev.CarryBooked: fold_costs.carry_booked,
    ev.CurrencyConverted: fold_costs.converted,
    ev.FxRatesKnown: fold_costs.fx_known,
    ev.InstrumentsKnown: fold_desk.instruments_known,
    ev.LinkMoved: fold_desk.link_moved,
    ev.ReportOrphaned: fold_desk.orphaned,
    ev.TradingStateChanged: fold_desk.trading_state,
    ev.Killed: fold_desk.killed,
    ev.FlattenMoved: fold_desk.flatten_moved,
    ev.LimitTightened: fold_desk.limit_tightened,
    ev.LimitLooseningAsked: fold_desk.limit_loosening,
    ev.LimitLoosened: fold_desk.limit_loosened,
    ev.SecondFactorChanged: fold_desk.factor_changed,
    ev.SecondFactorPassed: fold_desk.factor_passed,
    ev.SecondFactorFailed: fold_desk.factor_failed,
    ev.LiveArmed: fold_desk.live_armed,
    ev.ArmingSuspended: fold_desk.arming_ended,
    ev.LiveDisarmed: fold_desk.arming_ended,
    ev.StrategyDisabled: fold_desk.strategy_disabled,
    ev.StrategyEnabled: fold_desk.strategy_enabled,
    ev.Faulted: fold_desk.faulted,
    ev.DiskSpaceChanged: fold_desk.disk_space,
    ev.ClockMoved: fold_desk.clock_moved,
    ev.MachineWoke: fold_desk.machine_woke,
    ev.OrderReleased: fold_orders.released,
    ev.OrderHeld: fold_orders.held,
    ev.ExitReduced: fold_orders.reduced,
    ev.ExitsSwapped: fold_orders.swapped,
    ev.OrderDenied: fold_orders.denied,
    ev.OrderWorking: fold_orders.working,
    ev.OrderRejected: fold_orders.rejected,
    ev.OrderTriggered: fold_orders.triggered,
    ev.OrderWaited: fold_orders.waited,
    ev.OrderFilled: fold_fills.filled,
    ev.FillReversed: fold_fills.reversed_,
    ev.FeeConfirmed: fold_fills.fee_confirmed,
    ev.OrderRestated: fold_orders.restated,
    ev.OrderResolved: fold_orders.resolved,
    ev.EvidenceHeard: fold_orders.evidence_heard,
    ev.OrderCancelled: fold_orders.cancelled,
    ev.OrderExpired: fold_orders.expired,
    ev.CancelRequested: fold_orders.cancel_requested,
    ev.CancelDenied: fold_orders.cancel_denied,
    ev.CancelRejected: fold_orders.cancel_rejected,
    ev.ReplaceRequested: fold_orders.replace_requested,
    ev.ReplaceDenied: fold_orders.replace_denied,
    ev.ReplaceRejected: fold_orders.replace_rejected,
    ev.OrderReplaced: fold_orders.replaced,
    ev.OutcomeUnknown: fold_orders.unknown,
    ev.StatusRequested: fold_orders.status_requested,
    ev.OrderCompared: fold_fills.compared,
    ev.FillsMarked: fold_measures.marked,
    ev.TapeMeasured: fold_measures.tape_measured,
    ev.DifferenceFound: fold_recon.difference,
    ev.ReconcileFinished: fold_recon.finished,
    ev.ForeignOrderFound: fold_recon.foreign,
    ev.OrderAdopted: fold_recon.adopted,
    ev.PositionAdopted: fold_recon.position_adopted,
    LossLimitReached: fold_breakers.loss_limit,
    **dict.fromkeys(MARGIN_EVENTS, fold_breakers.margin),
    facts.BreakerTripped: fold_breakers.tripped,
    facts.MarketHalted: fold_breakers.market_halted,
    facts.MarketResumed: fold_breakers.market_resumed,
    facts.ShortSaleRestricted: fold_breakers.short_restricted,
    facts.ShortSaleFreed: fold_breakers.short_freed,
    facts.SlowModeChanged: fold_breakers.slow_mode,
}
WITHOUT_ROWS = frozenset(
    {
        ev.PhaseEntered,
        ev.DateRolled,
        ev.BorrowKnown,
        ev.DividendsKnown,
        ev.ReferenceKnown,
        ev.CommandRefused,
        ev.LinkOperated,
        ev.DuplicateIgnored,
        ev.EntriesCancelled,
        ev.FlattenStarted,
        ev.FlattenFinished,
        ev.TimerSet,
        ev.TimerCleared,
        ev.VenueCheckpointed,
        ev.ReconcileStarted,
        ev.StatementAsked,
        ev.StatementHeard,
        ev.MessageQueued,
        ev.MessageSent,
        ev.BreakEnded,
        ev.LimitLooseningDropped,
        EquityPeaked,
    }
)
"""Events that no table tells of; inbounds have none either: they only ask or claim."""

NEW_ORDERS = (ev.OrderReleased, ev.OrderDenied, ev.OrderHeld, ev.OrderAdopted)

ORDER_FOLDS = frozenset(
    kind
    for kind in FOLDS
    if "order_id" in kind.__struct_fields__  # type: ignore[attr-defined]
    and kind not in NEW_ORDERS
    and kind is not ev.DifferenceFound
)


def fold(book: Book, records: Iterable[Record]) -> None:
    """Every record in order; the book must hold the orders that they speak of."""
    folds = FOLDS
    for record in records:
        function = folds.get(type(record.body))
        if function is not None:
            function(book, record, record.body)


def orders_spoken_of(book: Book, records: Iterable[Record]) -> list[int]:
    """Ids of orders in these records that the book does not hold and that are not new in them."""
    missing: dict[int, None] = {}
    made: set[int] = set()
    for record in records:
        body: Any = record.body
        kind = type(body)
        if kind in ORDER_FOLDS:
            if body.order_id not in book.orders and body.order_id not in made:
                missing[body.order_id] = None
        elif kind in NEW_ORDERS:
            if kind is not ev.OrderHeld and leg_of(body.order_id) and body.order_id not in made:
                # It may have waited here since an earlier load.
                missing[body.order_id] = None
            made.add(body.order_id)
    return list(missing)
