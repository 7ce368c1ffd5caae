"""Who answers what the desk cannot know: resolves and adopts, with evidence or without."""

from engine.domain.commands import (
    AdoptOrder,
    AdoptPosition,
    Command,
    Outcome,
    Reconcile,
    ResolveOrder,
)
from engine.domain.orders import Order
from engine.domain.state import DEFAULT_ACCOUNT, State
from engine.values import OrderId, Price, Quantity
from simulation.account import VenueOrder
from simulation.chance import Chance
from simulation.crowd import MID
from simulation.plan import Plan
from simulation.venue import SimVenue

WHY = "asked the venue by telephone"
WRONG = 250
"""Thousandths: what is said of an order in doubt is not what happened."""


class Person:
    """Looks at what needs attention, and says something about it now and then."""

    def __init__(self, plan: Plan, chance: Chance, venue: SimVenue) -> None:
        self._plan, self._chance, self._venue = plan, chance, venue

    def says(self, state: State) -> list[Command]:
        """At most one thing, about whatever waits for a person."""
        if not self._chance.happens(self._plan.attends):
            return []
        said: list[Command] = [Reconcile(DEFAULT_ACCOUNT)]
        doubted = [state.orders[order_id] for order_id in state.in_doubt]
        doubted += [o for o in map(state.orders.get, _orders_that_differ(state)) if o is not None]
        said += [self._resolve(order) for order in doubted]
        said += [AdoptOrder(DEFAULT_ACCOUNT, name, WHY) for name in state.recon.foreign]
        said += [
            AdoptPosition(DEFAULT_ACCOUNT, key.removeprefix("position/"), WHY)
            for key in state.recon.breaks
            if key.startswith("position/")
        ]
        picked = self._chance.pick(said)
        if isinstance(picked, AdoptPosition) and not self._knows_all_trades(state):
            # A trade that is in the venue's figure is still on its way, and will count again.
            self._venue.account.has_been_misjudged = True
        return [picked]

    def _knows_all_trades(self, state: State) -> bool:
        trades = (trade for order in self._venue.account.orders() for trade in order.fills)
        return all(trade.execution_id in state.executions for trade in trades)

    def _resolve(self, order: Order) -> Command:
        account = self._venue.account
        there = account.by_client_id.get(order.client_order_id)
        if there is None or self._chance.happens(WRONG):
            # What has not come yet may still be on its way.
            account.has_been_misjudged = True
            return self._guess(order)
        return _as_it_is(order, there)

    def _guess(self, order: Order) -> ResolveOrder:
        outcome = self._chance.pick((Outcome.NOT_PLACED, *Outcome))
        if outcome is not Outcome.FILLED:
            return ResolveOrder(order.order_id, outcome, WHY)
        quantity = Quantity(self._chance.between(1, max(1, order.worst_leaves)))
        return ResolveOrder(order.order_id, outcome, WHY, quantity, Price(MID))


def _orders_that_differ(state: State) -> list[OrderId]:
    keys = [key for key in state.recon.breaks if key.startswith("order/")]
    return [OrderId(int(key.removeprefix("order/"))) for key in keys]


def _as_it_is(order: Order, there: VenueOrder) -> Command:
    """What really became of it; of one that lives nothing can be said yet."""
    missing = there.cumulative - order.cumulative
    if missing > 0:
        price = there.fills[-1].price
        return ResolveOrder(order.order_id, Outcome.FILLED, WHY, Quantity(missing), price)
    if there.is_live:
        return Reconcile(DEFAULT_ACCOUNT)
    return ResolveOrder(order.order_id, Outcome.CANCELLED, WHY)
