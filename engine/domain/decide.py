"""The one door of the core: what follows from an inbound, decided before anything is applied."""

from collections.abc import Callable
from typing import Any

from engine.domain import commands as cmd
from engine.domain import reports as rep
from engine.domain.acts import cancel_many, halt, kill, resume, tighten_limit
from engine.domain.events import Event
from engine.domain.flatten import flatten, reverse
from engine.domain.quotes import Market
from engine.domain.records import Inbound
from engine.domain.sessions import (
    checkpoint,
    close_session,
    engine_fault,
    enter_phase,
    fire_timer,
    know_instruments,
    move_link,
    open_session,
    roll_date,
)
from engine.domain.state import State
from engine.domain.submission import cancel, replace, submit
from engine.domain.venue_reports import (
    venue_accepted,
    venue_cancel_refused,
    venue_cancelled,
    venue_expired,
    venue_filled,
    venue_order_unknown,
    venue_rejected,
    venue_replace_refused,
    venue_replaced,
    venue_triggered,
)
from engine.values import Nanos

Decision = Callable[[State, Any, Market, Nanos], list[Event]]


def decide(state: State, inbound: Inbound, market: Market, now: Nanos) -> list[Event]:
    """Changes nothing; refusals are events too. `market` holds the last values, read-only."""
    return _DECISIONS[type(inbound)](state, inbound, market, now)


_DECISIONS: dict[type, Decision] = {
    cmd.SubmitOrder: submit,
    cmd.CancelOrder: cancel,
    cmd.CancelMany: cancel_many,
    cmd.ReplaceOrder: replace,
    cmd.Halt: halt,
    cmd.Resume: resume,
    cmd.Kill: kill,
    cmd.Flatten: flatten,
    cmd.Reverse: reverse,
    cmd.TightenLimit: tighten_limit,
    rep.VenueAccepted: venue_accepted,
    rep.VenueRejected: venue_rejected,
    rep.VenueFilled: venue_filled,
    rep.VenueCancelled: venue_cancelled,
    rep.VenueExpired: venue_expired,
    rep.VenueReplaced: venue_replaced,
    rep.VenueCancelRefused: venue_cancel_refused,
    rep.VenueReplaceRefused: venue_replace_refused,
    rep.VenueTriggered: venue_triggered,
    rep.VenueOrderUnknown: venue_order_unknown,
    rep.VenueCheckpoint: checkpoint,
    rep.LinkChanged: move_link,
    rep.SessionOpened: open_session,
    rep.InstrumentsListed: know_instruments,
    rep.PhaseChanged: enter_phase,
    rep.TradeDateRolled: roll_date,
    rep.TimerFired: fire_timer,
    rep.SessionEnded: close_session,
    rep.EngineFaulted: engine_fault,
}
