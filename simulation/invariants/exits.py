"""Promises about exits at rest: what is held of a bracket is protected, to the share."""

from engine.domain.contingent.exits import is_killed
from engine.domain.contingent.groups import (
    covered_by,
    filled_by,
    has_successor,
    legs_of,
    newest,
)
from engine.domain.contingent.terms import KINDS
from engine.domain.doubt import in_flight
from engine.domain.lifecycle import Status
from engine.domain.orders import Order
from engine.domain.state import Bracket, State, flatten_key
from simulation.account import VenueAccount
from simulation.broken import hold


def what_is_left_has_its_exits(state: State, account: VenueAccount) -> None:
    """The minimal bracket's promise: every kind that nobody took away works for what is left.

    Not where somebody has to look first, nor where the venue does not keep what it is asked for.
    """
    for group, bracket in state.brackets.items():
        if not _is_quiet(state, bracket):
            continue
        left = covered_by(state, group, bracket) - filled_by(state, group)
        legs = [leg for leg in legs_of(state, group) if leg.market == state.market]
        live = [leg for leg in legs if leg.is_live]
        if any(_is_the_venues_matter(leg, account) for leg in legs):
            continue
        if group not in state.orders:
            most = max((leg.leaves for leg in live), default=0)
            hold(most <= max(0, left), "I-51", f"exits of {most} for {left} held, group {group}")
            continue
        for kind in KINDS:
            leg = newest(legs, kind)
            if leg is None or not (leg.is_live or has_successor(bracket, leg)):
                continue
            works = sum(leg.leaves for leg in live if kind is leg.order.type)
            # Where a hand's order may close some of it already, the rest is denied and told.
            least = left if _room_beside_others(state, group, bracket) >= left else 0
            is_enough = works >= least or not (state.has_oca or works or not live)
            said = f"{works} of {left} of group {group} have their {kind.name}"
            hold(is_enough and works <= max(0, left), "exits", said)


def _room_beside_others(state: State, group: int, bracket: Bracket) -> int:
    """What is held and no order outside this group may close already."""
    position = state.accounts[bracket.account].positions.get(bracket.symbol)
    held = position.quantity if position is not None else 0
    ids = state.live_by_symbol.get(bracket.symbol, {})
    others = [state.orders[i] for i in ids if state.orders[i].group != group]
    return abs(held) - sum(order.worst_leaves for order in others if order.side * held < 0)


def _is_quiet(state: State, bracket: Bracket) -> bool:
    """Nothing else has a hand on the symbol."""
    of_symbol = any(found.symbol == bracket.symbol for found in state.recon.breaks.values())
    is_flattened = flatten_key(bracket.account, bracket.symbol) in state.flattening
    return not (of_symbol or is_flattened or is_killed(state, bracket))


def _is_the_venues_matter(leg: Order, account: VenueAccount) -> bool:
    """It is in doubt, or the venue does not give it back or change it as it was asked to; or it was
    denied here, for a reason that a person was told."""
    there = account.by_client_id.get(leg.client_order_id)
    is_kept = there is not None and there.is_kept
    is_wished = leg.wish is not None and leg.wish.again > 0
    is_told = leg.status is Status.DENIED
    return is_kept or is_wished or is_told or any(True for _ in in_flight(leg))
