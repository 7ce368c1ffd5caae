"""Known ways of the industry to let more out than a limit allows, as patches of the desk."""

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from engine.domain import desk_changes, events, messages, submission
from engine.domain.lifecycle import Status
from engine.domain.loss_facts import LossSeen
from engine.domain.risk import frame, proposal
from engine.domain.risk.rules import exposures, flow, quantities
from engine.runtime import loss_watch
from simulation.reach import OPENING
from tests.simulation.patches import Patches, changes, decides

Forgotten = Callable[[Any], int]
"""Of an open order: how much of its open quantity nobody counts."""


def _blind_to(forgotten: Forgotten) -> Patches:
    """R08 and R09 as they are, over less than there is; what closes is counted as ever."""

    def position(p: Any, state: Any, *rest: Any) -> Any:
        usual = p.open_same
        p.open_same -= sum(forgotten(o) for o in _others(p, state) if o.side == p.side)
        try:
            return quantities.position(p, state, *rest)
        finally:
            p.open_same, p.position_worst = usual, None

    def exposure(p: Any, state: Any, *rest: Any) -> Any:
        account = p.account
        usual = account.opening_long, account.opening_short
        for order in (state.orders[i] for i in state.live):
            if order is p.replaces or not order.worst_leaves:
                continue
            less = order.opening * forgotten(order) // order.worst_leaves
            account.opening_long -= less if order.side > 0 else 0
            account.opening_short -= less if order.side < 0 else 0
        try:
            return exposures.exposure(p, state, *rest)
        finally:
            account.opening_long, account.opening_short = usual

    return _instead({quantities.position: position, exposures.exposure: exposure})


def _others(p: Any, state: Any) -> list[Any]:
    ids = state.live_by_symbol.get(p.order.symbol, ())
    return [state.orders[i] for i in ids if state.orders[i] is not p.replaces]


def _instead(others: dict[Any, Any]) -> Patches:
    return [
        patch.object(frame, name, tuple(others.get(check, check) for check in getattr(frame, name)))
        for name in ("_ENTRY_CHECKS", "_EXIT_CHECKS")
    ]


def what_is_not_acknowledged_does_not_count() -> Patches:
    """The worst case forgets orders that are on their way."""
    return _blind_to(lambda order: order.worst_leaves if order.status is Status.SENT else 0)


def what_is_unknown_counts_as_nothing() -> Patches:
    """No answer, so no exposure."""
    return _blind_to(lambda order: order.worst_leaves if order.is_unknown else 0)


def part_filled_orders_do_not_count() -> Patches:
    """Their fills are in the position, so nothing else of them is looked at."""
    return _blind_to(lambda order: order.worst_leaves if order.status is Status.PARTIAL else 0)


def fills_are_taken_off_twice() -> Patches:
    """What was filled of an order is taken off what is open of it once more."""
    return _blind_to(lambda order: min(order.cumulative, order.worst_leaves))


def part_filled_orders_count_twice() -> Patches:
    """What was filled of an order is still open as well."""
    return _blind_to(lambda order: -order.cumulative)


def a_smaller_change_counts_at_once() -> Patches:
    """A replace is its difference from the moment it is asked for, whatever the venue says."""

    def forgotten(order: Any) -> int:
        change = order.pending_replace
        return 0 if change is None else max(0, order.quantity - change.quantity)

    return _blind_to(forgotten)


def a_change_is_judged_by_what_it_adds() -> Patches:
    """What the order is already does not count beside it."""
    usual = proposal.propose_replace

    def propose(order: Any, *rest: Any, **more: Any) -> Any:
        made = usual(order, *rest, **more)
        if order.order.instruction in OPENING:
            made.worst_leaves = max(0, made.quantity - order.quantity)
        return made

    return [patch.object(submission, "propose_replace", propose)]


def a_tightening_is_told_and_not_used() -> Patches:
    """Rules go on with the limits that they had read."""

    def make(usual: Any) -> Any:
        def change(state: Any, event: Any) -> None:
            before = state.limits
            usual(state, event)
            state.limits = before

        return change

    return [changes(events.LimitTightened, make)]


def a_tightening_counts_for_what_is_new() -> Patches:
    """What is open already holds what it held under the looser margin."""
    return [patch.object(desk_changes, "hold_more", lambda state, before: None)]


def exposure_is_what_is_held() -> Patches:
    """Gross and net of positions, and the order itself; open orders are forgotten."""

    def of_positions(p: Any, *rest: Any) -> Any:
        account = p.account
        kept = account.opening_long, account.opening_short
        account.opening_long = account.opening_short = 0
        try:
            return exposures.exposure(p, *rest)
        finally:
            account.opening_long, account.opening_short = kept

    return _instead({exposures.exposure: of_positions})


def only_confirmed_orders_are_open() -> Patches:
    """How many are open is counted from acknowledgements."""

    def confirmed(p: Any, state: Any, *rest: Any) -> Any:
        kept = state.live, state.live_by_symbol
        known = {i: None for i in state.live if state.orders[i].status is not Status.SENT}
        state.live = known
        state.live_by_symbol = {
            symbol: {i: None for i in ids if i in known} for symbol, ids in kept[1].items()
        }
        try:
            return flow.open_orders(p, state, *rest)
        finally:
            state.live, state.live_by_symbol = kept

    return _instead({flow.open_orders: confirmed})


def a_loss_is_told_and_nothing_follows() -> Patches:
    """The limit of the day's loss is a line in a log."""

    def make(usual: Any) -> Any:
        def tell(*arguments: Any) -> Any:
            return [e for e in usual(*arguments) if type(e) is not events.TradingStateChanged]

        return tell

    return [decides(LossSeen, make)]


def what_is_held_has_lost_nothing() -> Patches:
    """Only what was sold counts as lost."""
    usual = loss_watch.day_profit

    def realised(position: Any, *rest: Any) -> Any:
        return 0 if position.quantity else usual(position, *rest)

    return [patch.object(loss_watch, "day_profit", realised)]


def messages_are_not_paced() -> Patches:
    """A burst leaves as it comes."""
    return [patch.object(messages, "message_rate", lambda state: 10**6)]
