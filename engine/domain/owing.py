"""When fills that an order goes on owing will not come any more: the venue's list has none."""

from engine.domain import events as ev
from engine.domain.answers import nudged
from engine.domain.lifecycle import Happening
from engine.domain.orders import Order
from engine.domain.recon import Run
from engine.domain.recon_events import DifferenceKind
from engine.domain.state import State
from engine.domain.statements import VenueExecutions
from engine.values import Nanos

TAKEN_BACK = "what it still owed is not among the venue's trades: it was taken back there"


def nothing_owed(state: State, report: VenueExecutions, now: Nanos) -> list[ev.Event]:
    """Orders that are over and wait for fills alone, which a whole list of trades does not have.

    The venue had counted them before the order's end was heard, and can have busted or corrected
    them before anybody was told. A list proves it that was asked for so long after the last word of
    the order that it would have them, as with "never had it"; what it had has been booked by now.
    """
    run = state.recon.run
    if run is None or run.query != report.query or not report.is_complete:
        return []
    happened: list[ev.Event] = []
    for order_id in state.live:
        order = state.orders[order_id]
        is_ours = order.market == state.market and order.order.account == run.account
        if is_ours and order.owed and run.asked_at >= order.changed_at + state.patience.settle:
            happened += _settled(state, order, run, report.at, now)
    return happened


def _settled(state: State, order: Order, run: Run, venue_at: Nanos, now: Nanos) -> list[ev.Event]:
    size = state.instruments[order.order.symbol].format_quantity(order.owed)
    difference = ev.DifferenceFound(
        now,
        run.query,
        DifferenceKind.FILL,
        run.account,
        order.order.symbol,
        order.order_id,
        f"{size} owed",
        "no such trade",
        "nothing is owed any more: the venue is right",
        False,
    )
    ended: ev.Event = ev.OrderCancelled(
        now, order.order_id, order.owed, TAKEN_BACK, False, venue_at
    )
    if order.ending == Happening.EXPIRE:
        ended = ev.OrderExpired(now, order.order_id, order.owed, TAKEN_BACK, venue_at)
    return [difference, ended, *nudged(state, order, now)]
