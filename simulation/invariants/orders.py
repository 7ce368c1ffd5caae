"""Promises about orders that must hold after every step, whatever the line does."""

from engine.domain.closing_time import why_not_now
from engine.domain.commands import ExitsOnKill
from engine.domain.events import FlattenStarted, Killed
from engine.domain.flatten import closing_order
from engine.domain.lifecycle import Status
from engine.domain.orders import Order
from engine.domain.reducing import exits_of
from engine.domain.requests import CancelRequest, NewOrderRequest, ReplaceRequest
from engine.domain.state import State
from simulation.account import VenueAccount
from simulation.broken import hold
from simulation.evidence import Evidence
from simulation.wire import Sent


def i01_quantities_add_up(order: Order, evidence: Evidence) -> None:
    """I-01: filled, open and cancelled are the whole, and filled is what the journal says."""
    if order.status is Status.DENIED:
        return
    filled = evidence.filled.get(order.order_id, 0)
    hold(0 <= order.cumulative == filled, "I-01", f"{order.label}: {order.cumulative} of {filled}")
    if order.is_overfilled or order.manual or order.pending_replace is not None:
        return
    whole = order.cumulative + order.leaves + order.cancelled
    hold(whole == order.quantity, "I-01", f"{order.label}: {whole} is not {order.quantity}")


def i04_a_done_order_has_nothing_in_flight(order: Order) -> None:
    """I-04: what is done waits for nothing and holds nothing."""
    if not order.is_done:
        return
    pending = (order.pending_new, order.pending_cancel, order.pending_replace)
    hold(pending == (None, None, None), "I-04", f"{order.label} is done and waits")
    hold(order.reserved == 0, "I-25", f"{order.label} is done and holds {order.reserved}")
    hold(order.opening == 0, "I-29", f"{order.label} is done and opens {order.opening}")


def i06_every_name_leaves_once(sent: Sent, names: dict[str, bytes]) -> None:
    """I-06: an order, or a change of one, is sent once, in every life of the process together."""
    request = sent.request
    if isinstance(request, NewOrderRequest):
        name = request.client_order_id
    elif isinstance(request, ReplaceRequest):
        name = request.new_client_order_id
    else:
        return
    hold(name not in names, "I-06", f"{name} was sent twice")
    names[name] = sent.bytes


def i07_nothing_leaves_that_is_not_durable(sent: Sent, evidence: Evidence) -> None:
    """I-07: the same bytes lie on the disk already; a cancel of a desk whose journal failed is
    the one thing that may leave without, and names what is durable."""
    request = sent.request
    if not isinstance(request, NewOrderRequest | CancelRequest | ReplaceRequest):
        return  # a question changes nothing
    if sent.from_memory:
        is_known = evidence.knows(request.client_order_id)
        may_leave = isinstance(request, CancelRequest) and is_known
        hold(may_leave, "I-07", f"{request} left without a journal")
        return
    since = evidence.staged.get(sent.bytes)
    hold(since is not None and since <= sent.committed, "I-07", f"{request} was not durable")


def i09_nothing_alive_is_shown_dead(
    state: State, account: VenueAccount, evidence: Evidence
) -> None:
    """I-09: what may still trade at the venue counts at the desk, at its worst; not what another
    hand sent and nobody has found yet, nor what a person's word was taken off."""
    for known in account.by_number.values():
        if not known.is_live:
            continue
        order_id = state.by_client_id.get(known.client_order_id)
        if order_id in evidence.resolved or (order_id is None and known.is_foreign):
            continue
        order = state.orders.get(order_id) if order_id is not None else None
        if order is not None and evidence.has_word_about(state, order):
            continue
        name = known.client_order_id
        if order is None:
            hold(False, "I-09", f"{name} lives at the venue and nobody here knows it")
            return
        hold(
            not order.is_done, "I-09", f"{name} lives at the venue, here it is {order.status.name}"
        )
        worst = order.cumulative + order.worst_leaves
        if known.group and account.has_been_misjudged:
            continue  # a fill that nobody had seen has made it smaller here
        there = known.total - known.taken
        hold(worst >= there, "I-09", f"{name}: {worst} at worst, there {there}")


def i25_reserves_add_up(state: State, account: str) -> None:
    """I-25: what is held is the sum of what live orders hold, and never below zero."""
    total = sum(state.orders[order_id].reserved for order_id in state.live)
    held = state.accounts[account].reserved
    hold(total == held >= 0, "I-25", f"{held} held, {total} by orders")


def i29_openings_add_up(state: State, account: str) -> None:
    """I-29: what limits of exposure count is the sum of what live orders may still open."""
    live = [state.orders[order_id] for order_id in state.live]
    longs = sum(order.opening for order in live if order.side > 0)
    shorts = sum(order.opening for order in live if order.side < 0)
    known = state.accounts[account]
    told = (known.opening_long, known.opening_short, sum(known.opening.values()))
    hold(told == (longs, shorts, longs + shorts), "I-29", f"{told} told, {longs}, {shorts} open")
    hold(all(known.opening.values()), "I-29", "a symbol in which nothing opens has a row")


def i05_one_change_at_a_time(order: Order) -> None:
    """I-05: no change is in flight beside the order's own beginning."""
    both = order.pending_new is not None and order.pending_replace is not None
    hold(not both, "I-05", f"{order.label} is being changed and has no answer yet")


def live_lists_are_what_lives(state: State) -> None:
    """I-01: the lists that every rule counts from name exactly the orders that live."""
    live = [order_id for order_id, order in state.orders.items() if order.is_live]
    hold(sorted(state.live) == sorted(live), "I-01", "the list of live orders is wrong")
    by_symbol = sorted(i for ids in state.live_by_symbol.values() for i in ids)
    hold(by_symbol == sorted(live), "I-01", "the lists by symbol are wrong")


def i31_cancels_always_pass(open_ones: set[int], asked: set[int]) -> None:
    """I-31: a cancel of something open leaves, whatever the state of the desk."""
    hold(open_ones <= asked, "I-31", f"cancels of {sorted(open_ones - asked)} did not leave")


def i11_a_kill_leaves_no_entry_uncancelled(event: Killed, state: State) -> None:
    """I-11: what may open or increase is being cancelled; exits stay unless the kill takes them.

    Of a flatten that runs already, and of what the venue does not give back, exits stay too.
    """
    takes_exits = event.exits is ExitsOnKill.CANCEL
    exits = {i for symbol in state.live_by_symbol for i in exits_of(state, event.account, symbol)}
    for order_id in state.live:
        order = state.orders[order_id]
        may_stay = order_id in exits and not takes_exits
        # What owes fills has ended at the venue: there is nothing to cancel any more.
        is_over = order.pending_cancel is not None or order.has_ended
        is_going = is_over or order.created_at >= event.at
        hold(may_stay or is_going, "I-11", f"{order.label} works on after the kill")


def i11_exits_stay_while_nothing_can_close(
    event: FlattenStarted, state: State, taken: set[int]
) -> None:
    """I-11: a flatten that could not close what is held takes nothing away that protects it.

    `taken`: what was asked to go in the same step, and by nobody else.
    """
    account, symbol = event.account, event.symbol
    position = state.accounts[account].positions.get(symbol)
    if position is None or not position.quantity:
        return
    close = closing_order(account, symbol, position.quantity, "probe", "")
    bared = taken & exits_of(state, account, symbol) if why_not_now(state, close) else set[int]()
    hold(not bared, "I-11", f"exits {sorted(bared)} go though {symbol} cannot be closed")


def i51_nothing_that_closes_crosses_zero(account: VenueAccount) -> None:
    """I-51: at the venue, in the order in which it really happened."""
    hold(not account.crossings, "I-51", "; ".join(account.crossings))


def i12_exits_fill_no_more_than_their_entry(account: VenueAccount, evidence: Evidence) -> None:
    """I-12: at the venue, both exits of an entry together; a successor counts with its forerunner.

    An exit's ticket is its entry's, a dot, and the number of its leg.
    """
    entered: dict[str, int] = {}
    left: dict[str, int] = {}
    for known in account.by_number.values():
        released = evidence.released.get(known.asked.client_order_id)
        if released is None:
            continue  # the process died before anybody could read it back
        stem, dot, _ = released.order.ticket.partition(".")
        if dot:
            left[stem] = left.get(stem, 0) + known.cumulative
        else:
            entered[stem] = known.cumulative
    for stem, filled in left.items():
        bound = entered.get(stem, evidence.protected.get(stem, 0))
        hold(filled <= bound, "I-12", f"exits of {stem} filled {filled}, it was for {bound}")
