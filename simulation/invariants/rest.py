"""Promises that must hold once everything has come to rest: faults are over, time has passed."""

from engine.domain.apply import state_hash
from engine.domain.closing_time import why_not_now
from engine.domain.doubt import in_flight
from engine.domain.events import FlattenStep
from engine.domain.flatten import closing_order
from engine.domain.lifecycle import Certainty
from engine.domain.orders import Order
from engine.domain.patience import ASKS_MAX
from engine.domain.state import State
from engine.runtime.recovery import recover, replay
from engine.values import TimeInForce
from simulation.account import VenueAccount, VenueOrder
from simulation.broken import hold
from simulation.disk import INSTANCE, NOTHING, Disk, SimJournal
from simulation.evidence import Evidence
from simulation.fate import Fate


def i10_nothing_is_left_open(state: State) -> None:
    """I-10: no request waits for an answer, unless it was asked about until only a person helps."""
    for order_id in state.live:
        order = state.orders[order_id]
        for request, pending in in_flight(order):
            is_asked = pending.certainty is Certainty.UNKNOWN and pending.asked >= ASKS_MAX
            name = f"the {request.name.lower()} of {order.client_order_id}"
            hold(is_asked, "I-10", f"{name} is {pending.certainty.name}, asked {pending.asked} x")


def i10_protocols_have_ended_or_ask(state: State) -> None:
    """I-10: no flatten or reverse goes on for ever: it is over, or a person is asked.

    One that waits has something to close, and could not close it now.
    """
    for key, run in state.flattening.items():
        if any(found.symbol == key.partition("/")[2] for found in state.recon.breaks.values()):
            continue  # a person is asked about an order of it, or about what is held
        if run.step is FlattenStep.WAITING:
            hold(_cannot_close(state, key), "I-10", f"the flatten of {key} waits")
            continue
        hold(run.step is FlattenStep.ASKING, "I-10", f"the flatten of {key} is {run.step.name}")


def _cannot_close(state: State, key: str) -> bool:
    account, _, symbol = key.partition("/")
    position = state.accounts[account].positions.get(symbol)
    if position is None or not position.quantity:
        return False
    close = closing_order(account, symbol, position.quantity, "probe", "")
    return why_not_now(state, close) != ""


def i18_what_does_not_rest_is_gone(account: VenueAccount) -> None:
    """I-18: an IOC leaves nothing, a FOK is filled whole or not at all."""
    for order in account.by_number.values():
        lives, name = order.asked.time_in_force, order.client_order_id
        if lives in (TimeInForce.IOC, TimeInForce.FOK):
            waits = order.asked.type.has_stop
            hold(waits or not order.is_live, "I-18", f"{name} is {lives.name} and lives")
        if lives is TimeInForce.FOK and not order.asked.type.has_stop:
            filled = order.cumulative + order.taken_back
            hold(filled in (0, order.total), "I-18", f"{name}: {filled} of {order.total} filled")


def i17_what_traded_is_what_was_filled(account: VenueAccount, traded: dict[int, int]) -> None:
    """I-17: for each order, what the book traded is what its owner was told of."""
    for number, order in account.by_number.items():
        there = traded.get(number, 0)
        there -= order.taken_back
        hold(order.cumulative == there, "I-17", f"{order.client_order_id}: {there} traded")


def i02_orders_are_the_venues(state: State, account: VenueAccount, evidence: Evidence) -> None:
    """I-02, I-10: each order is filled, open and priced as it is at the venue."""
    known = {order.number: order for order in account.by_number.values()}
    for there in known.values():
        order_id = state.by_client_id.get(there.client_order_id)
        order = state.orders.get(order_id) if order_id is not None else None
        if there.is_foreign and there.asked.client_order_id not in evidence.adopted:
            continue
        if order is None:
            _was_known(there, evidence)
        elif not _a_person_is_asked(state, order, account, evidence):
            _same(order, there)
    for order_id in state.live:
        order = state.orders[order_id]
        is_known = order.client_order_id in account.by_client_id
        is_asked = _a_person_is_asked(state, order, account, evidence)
        hold(is_known or is_asked, "I-10", f"{order.client_order_id} lives here alone")


def _a_person_is_asked(
    state: State, order: Order, account: VenueAccount, evidence: Evidence
) -> bool:
    """Nothing is concluded about it, or a person has said what is so; where trades were taken
    back or others traded, also what is a break."""
    is_own = account.is_as_the_desk_made_it
    is_break = not is_own and f"order/{order.order_id}" in state.recon.breaks
    is_said = evidence.has_word_about(state, order)
    # What a position was adopted over is too old to be taken back one by one.
    is_said |= bool(evidence.adopted_symbols) and order.client_order_id in evidence.unexplained
    return is_break or is_said or any(True for _ in in_flight(order))


def i10_foreign_orders_are_shown(state: State, account: VenueAccount, evidence: Evidence) -> None:
    """I-10, F22: what another hand has open at the account is taken over, or waits for a word."""
    for there in account.live():
        if there.is_foreign:
            name = there.client_order_id
            is_shown = name in state.recon.foreign or name in state.by_client_id
            hold(is_shown, "I-10", f"{name} lives at the venue and nobody is shown it")


def _was_known(there: VenueOrder, evidence: Evidence) -> None:
    """Of an earlier trade date, and done: it has left the state with every fill applied."""
    name, began_as = there.client_order_id, there.asked.client_order_id
    order_id = evidence.id_of(began_as)
    is_too_old = bool(evidence.adopted_symbols) and name in evidence.unexplained
    if order_id in evidence.resolved or is_too_old:
        return
    hold(not there.is_live, "I-10", f"{name} lives at the venue and nobody here knows it")
    filled = evidence.filled.get(order_id, 0)
    hold(filled == there.cumulative, "I-02", f"{name}: {filled} here, {there.cumulative} there")


def _same(order: Order, there: VenueOrder) -> None:
    name = there.client_order_id
    # A fill can end the order before the change that it was filled under has been heard of.
    same_name = order.client_order_id == name or not there.is_live
    hold(same_name, "I-10", f"{order.client_order_id} here, {name} there")
    cumulative = f"{name}: {order.cumulative} filled here, {there.cumulative} there"
    hold(order.cumulative == there.cumulative, "I-02", cumulative)
    alive = f"{name} is {order.status.name} here, and there it lives: {there.is_live}"
    hold(order.is_done != there.is_live, "I-10", alive)
    if there.is_live:
        hold(order.leaves == there.open, "I-10", f"{name}: {order.leaves} open, not {there.open}")
        hold(order.price == there.price, "I-10", f"{name}: {order.price}, not {there.price}")


def i06_tickets_and_orders_match(evidence: Evidence, sent: dict[str, bytes]) -> None:
    """I-06: what left was released; what was released left, unless the process died between."""
    strange = set(sent) - set(evidence.released) - evidence.renamed
    hold(not strange, "I-06", f"{sorted(strange)} left and was never released")


def i06_the_venue_has_each_once(account: VenueAccount, sent: dict[str, bytes]) -> None:
    """I-06: no order came in twice, and none that was not sent."""
    for name, times in account.entered.items():
        hold(times == 1, "I-06", f"{name} came in {times} times")
        is_own = not account.by_client_id[name].is_foreign
        hold(name in sent or not is_own, "I-06", f"{name} came in and never left")


def i25_nothing_open_nothing_held(state: State, account: str) -> None:
    """I-25: without open orders no buying power is held."""
    if not state.live:
        held = state.accounts[account].reserved
        hold(held == 0, "I-25", f"{held} is held for nothing")


def i35_the_journal_gives_the_same_state(disk: Disk, live_hash: str, fate: Fate) -> None:
    """I-35, I-36, I-38: replayed from its beginning and from its snapshot, twice, bit for bit."""
    journal = SimJournal(disk, fate)
    whole = replay(journal.blocks(NOTHING), instance=INSTANCE, epoch=1)[1]
    hold(whole == live_hash, "I-35", "the journal gives another state than memory had")
    if journal.snapshot() is None:
        return
    again = state_hash(recover(journal, instance=INSTANCE, epoch=1).state)
    hold(again == live_hash, "I-38", "a start gives another state than the whole journal")
