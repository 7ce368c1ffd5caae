"""Whose turn it is where one exit at a time may stand: prices call the others, and bring them."""

from engine.domain import commands as cmd
from engine.domain import events as ev
from engine.domain import reports as rep
from engine.domain.contingent.exits import (
    is_flattening,
    is_killed,
    turn_of,
)
from engine.domain.contingent.groups import (
    covered_by,
    filled_by,
    has_successor,
    legs_of,
    newest,
    shares_at_venue,
)
from engine.domain.contingent.terms import KINDS, STOP, exit_price
from engine.domain.orders import Order
from engine.domain.quotes import Market, Quote
from engine.domain.state import State
from engine.values import Nanos, Price


def exit_reached(
    state: State, report: rep.ExitReached, market: Market, now: Nanos
) -> list[ev.Event]:
    """It is the turn of another exit: what stands is taken back, and its end waited for."""
    leg = state.orders.get(report.order_id)
    if leg is None or leg not in exits_waiting(state):
        return [ev.DuplicateIgnored(now, f"exit {report.order_id} reached")]
    others = [other for other in legs_of(state, leg.group) if other.is_live]
    cancels: list[ev.Event] = [
        ev.CancelRequested(now, other.order_id, other.client_order_id, cmd.Origin.DESK)
        for other in others
        if other.pending_cancel is None
    ]
    taken_back = tuple(other.order_id for other in others)
    return [ev.ExitsSwapped(now, leg.order_id, taken_back, report.price), *cancels]


def exits_waiting(state: State) -> list[Order]:
    """Exits that stand here and not at the venue because another one of their group does there.

    None at a venue with groups: there every exit stands at the venue itself. Nor of a group that
    does nothing now: a turn that nobody takes would go back and forth.
    """
    if state.is_read_only:
        return []
    found: list[Order] = []
    for group, bracket in state.brackets.items():
        legs = [leg for leg in legs_of(state, group) if leg.market == state.market]
        if shares_at_venue(state, legs):
            continue
        if covered_by(state, group, bracket) <= filled_by(state, group):
            continue
        if is_flattening(state, bracket) or is_killed(state, bracket):
            continue
        turn = turn_of(bracket, legs)
        others = (newest(legs, kind) for kind in KINDS if kind is not turn)
        found += [leg for leg in others if leg and (leg.is_held or has_successor(bracket, leg))]
    return found


def exits_reached(state: State, market: Market) -> list[rep.ExitReached]:
    """Those of them whose price the market shows: the host brings them back as reports.

    At both prices at once the stop has the turn and keeps it: the loss is ended first.
    """
    waiting = [(leg, market.quotes.get(leg.order.symbol)) for leg in exits_waiting(state)]
    found: list[rep.ExitReached] = []
    for leg, quote in waiting:
        price = Price(0) if quote is None else _reached_at(state, leg, quote)
        if quote is not None and price and not _is_at_its_stop(state, leg, quote):
            found.append(rep.ExitReached(leg.order_id, price))
    return found


def _is_at_its_stop(state: State, leg: Order, quote: Quote) -> bool:
    """The stop of a target's group, whose turn it is, is reached as well."""
    stop = newest(legs_of(state, leg.group), STOP)
    return stop is not None and stop is not leg and _reached_at(state, stop, quote) > 0


def _reached_at(state: State, leg: Order, quote: Quote) -> Price:
    """The market's price that reached it; 0 where none did."""
    entry = state.orders.get(leg.group)
    instrument = state.instruments[leg.order.symbol]
    at = leg.price or leg.stop or (exit_price(leg.order, entry, instrument) if entry else Price(0))
    if not at:
        return Price(0)
    side = leg.side
    if leg.order.type is STOP:
        return quote.last if quote.last and (quote.last - at) * side >= 0 else Price(0)
    touch = quote.bid if side < 0 else quote.ask
    return touch if touch and (at - touch) * side >= 0 else Price(0)
