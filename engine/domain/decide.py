"""The one door of the core: what follows from an inbound, decided before anything is applied."""

from collections.abc import Callable
from typing import Any

from engine.domain import commands as cmd
from engine.domain import reports as rep
from engine.domain import statements as st
from engine.domain.acts import cancel_many, halt, kill, resume, tighten_limit
from engine.domain.adopting import adopt_order, adopt_position
from engine.domain.arming import arm, disarm, reconciled
from engine.domain.arming_facts import AccountReconciled
from engine.domain.breaker_facts import IndexSeen, PriceFell, PriceRan, ShortSaleFlagged
from engine.domain.breakers import heed_fall, heed_flag, heed_index, heed_run
from engine.domain.charging import fee_charged
from engine.domain.clocks import heed_clock_step, heed_sleep
from engine.domain.closing_time import wakes
from engine.domain.contingent.groups import nudges, reductions
from engine.domain.contingent.position import protect_position
from engine.domain.contingent.turns import exit_reached
from engine.domain.conversion import convert
from engine.domain.desk_breakers import (
    VOLUME_FACTOR,
    after_errors,
    too_large_a_break,
    too_many_orders,
)
from engine.domain.doubt import venue_order_unknown
from engine.domain.events import CommandRefused, Event
from engine.domain.factor_facts import SecondFactorChecked, SecondFactorKnown
from engine.domain.flatten import flatten, reverse
from engine.domain.linking import operate_link
from engine.domain.loosening import loosen_limit
from engine.domain.loss_facts import EquitySeen, LossSeen
from engine.domain.losses import heed_equity, heed_loss
from engine.domain.margin_calls import heed_margin
from engine.domain.margin_facts import MarginSeen
from engine.domain.message_counts import is_unlimited
from engine.domain.message_facts import MESSAGES_COUNTED_MAX
from engine.domain.messages import in_turn, woken
from engine.domain.outbox import WRITES
from engine.domain.quotes import Market
from engine.domain.reasons import Refusal
from engine.domain.reconcile import (
    hear_cash,
    hear_executions,
    hear_open_orders,
    hear_positions,
    position_moved,
    reconcile_now,
    resume_session,
)
from engine.domain.records import Inbound
from engine.domain.reference_changes import know_reference
from engine.domain.reference_facts import ReferenceListed
from engine.domain.resolving import resolve_order
from engine.domain.second_factor import check_factor, know_factor
from engine.domain.sessions import (
    checkpoint,
    close_session,
    engine_fault,
    enter_phase,
    fire_timer,
    heed_disk_space,
    know_borrow,
    know_dividends,
    know_fx_rates,
    know_instruments,
    move_link,
    note_marks,
    note_tape,
    open_session,
    roll_date,
)
from engine.domain.state import State
from engine.domain.strategies import filled_of, submit_of
from engine.domain.submission import cancel, replace
from engine.domain.trade_reports import venue_trade_busted, venue_trade_corrected
from engine.domain.venue_reports import (
    venue_accepted,
    venue_cancel_refused,
    venue_cancelled,
    venue_compared,
    venue_expired,
    venue_order_waited,
    venue_rejected,
    venue_replace_refused,
    venue_replaced,
    venue_restated,
    venue_triggered,
)
from engine.values import Nanos

_TIMER_FIRED, _ENGINE_FAULTED = rep.TimerFired, rep.EngineFaulted
Decision = Callable[[State, Any, Market, Nanos], list[Event]]


def decide(state: State, inbound: Inbound, market: Market, now: Nanos) -> list[Event]:
    """Changes nothing; refusals are events too. `market` holds the last values, read-only."""
    kind = type(inbound)
    events = _DECISIONS[kind](state, inbound, market, now)
    breaks = _TRIPS.get(kind)
    if breaks is not None and (tripped := breaks(state, events, market, now)):
        events = [*events, *tripped]
    if state.brackets and kind is not _TIMER_FIRED:
        events = [*events, *reductions(state, events, now), *nudges(state, events, now)]
    if state.flattening:
        events = [*events, *wakes(state, events, now)]
    if state.messages.waiting:
        events = [*events, *woken(state, events, now)]
    if state.is_read_only:
        return [event for event in events if type(event) not in WRITES]
    if not state.venue_rate and state.limits.message_rate_max > MESSAGES_COUNTED_MAX:
        return events  # as `is_unlimited` would say
    if kind is _ENGINE_FAULTED or is_unlimited(state):
        return events  # after a fault nobody will be there to let out what waits
    return in_turn(state, events, now)


def _of_known_account(word: str, decision: Decision) -> Decision:
    """The decision, once the account that the command names is known to be there."""

    def decide_or_refuse(state: State, command: Any, market: Market, now: Nanos) -> list[Event]:
        if command.account in state.accounts:
            return decision(state, command, market, now)
        return [CommandRefused(now, word, Refusal.UNKNOWN_ACCOUNT, command.account)]

    return decide_or_refuse


def _after_orders(state: State, events: list[Event], market: Market, now: Nanos) -> list[Event]:
    most = VOLUME_FACTOR * state.limits.order_volume_normal
    if state.breakers.activity.orders_total < most:
        return []  # the sum may hold seconds that are over: below the limit it needs no look
    return too_many_orders(state, now)


def _after_a_no(state: State, events: list[Event], market: Market, now: Nanos) -> list[Event]:
    return after_errors(state, events, now)


_TRIPS: dict[type, Callable[[State, list[Event], Market, Nanos], list[Event]]] = {
    cmd.SubmitOrder: _after_orders,
    st.VenuePositions: too_large_a_break,
    **dict.fromkeys(rep.ORDER_REPORTS, _after_a_no),
}
"""What the events of a decision can trip beside it."""
del _TRIPS[rep.VenueAccepted], _TRIPS[rep.VenueFilled]
_DECISIONS: dict[type, Decision] = {
    cmd.SubmitOrder: submit_of,
    cmd.ProtectPosition: _of_known_account("oco", protect_position),
    cmd.CancelOrder: cancel,
    cmd.CancelMany: _of_known_account("cancel", cancel_many),
    cmd.ReplaceOrder: replace,
    cmd.Halt: _of_known_account("halt", halt),
    cmd.Resume: _of_known_account("resume", resume),
    cmd.Kill: _of_known_account("kill", kill),
    cmd.Flatten: _of_known_account("flatten", flatten),
    cmd.Reverse: _of_known_account("reverse", reverse),
    cmd.Convert: _of_known_account("convert", convert),
    cmd.TightenLimit: _of_known_account("set", tighten_limit),
    cmd.ResolveOrder: resolve_order,
    cmd.Reconcile: _of_known_account("reconcile", reconcile_now),
    cmd.OperateLink: _of_known_account("link", operate_link),
    cmd.AdoptOrder: _of_known_account("adopt", adopt_order),
    cmd.AdoptPosition: _of_known_account("adopt", adopt_position),
    st.VenueOpenOrders: hear_open_orders,
    st.VenueExecutions: hear_executions,
    st.VenuePositions: hear_positions,
    st.VenuePositionMoved: position_moved,
    st.VenueCash: hear_cash,
    rep.SessionResumed: resume_session,
    cmd.ArmLive: _of_known_account("arm", arm),
    cmd.DisarmLive: _of_known_account("disarm", disarm),
    cmd.LoosenLimit: _of_known_account("set", loosen_limit),
    MarginSeen: heed_margin,
    rep.VenueAccepted: venue_accepted,
    rep.VenueRejected: venue_rejected,
    rep.VenueFilled: filled_of,
    rep.VenueCancelled: venue_cancelled,
    rep.VenueExpired: venue_expired,
    rep.VenueReplaced: venue_replaced,
    rep.VenueCancelRefused: venue_cancel_refused,
    rep.VenueReplaceRefused: venue_replace_refused,
    rep.VenueTriggered: venue_triggered,
    rep.VenueOrderUnknown: venue_order_unknown,
    rep.VenueCompared: venue_compared,
    rep.VenueOrderWaited: venue_order_waited,
    rep.VenueTradeBusted: venue_trade_busted,
    rep.VenueTradeCorrected: venue_trade_corrected,
    rep.VenueFeeCharged: fee_charged,
    rep.VenueRestated: venue_restated,
    rep.VenueCheckpoint: checkpoint,
    rep.VenueMarked: note_marks,
    rep.VenueTape: note_tape,
    rep.LinkChanged: move_link,
    rep.SessionOpened: open_session,
    rep.InstrumentsListed: know_instruments,
    rep.BorrowListed: know_borrow,
    rep.DividendsListed: know_dividends,
    rep.FxRatesSet: know_fx_rates,
    ReferenceListed: know_reference,
    rep.PhaseChanged: enter_phase,
    rep.TradeDateRolled: roll_date,
    rep.TimerFired: fire_timer,
    rep.ExitReached: exit_reached,
    rep.SessionEnded: close_session,
    rep.EngineFaulted: engine_fault,
    rep.DiskSpaceSeen: heed_disk_space,
    rep.ClockStepped: heed_clock_step,
    rep.MachineSlept: heed_sleep,
    SecondFactorKnown: know_factor,
    SecondFactorChecked: check_factor,
    AccountReconciled: reconciled,
    PriceRan: heed_run,
    IndexSeen: heed_index,
    PriceFell: heed_fall,
    ShortSaleFlagged: heed_flag,
    LossSeen: heed_loss,
    EquitySeen: heed_equity,
}
