"""Another hand at the same account: orders that this desk never sent, and knows by asking alone."""

from engine.domain.quotes import Phase
from engine.domain.requests import NewOrderRequest
from engine.domain.state import DEFAULT_ACCOUNT
from engine.values import Instruction, OrderType, Price, Quantity, TimeInForce
from simulation.chance import Chance
from simulation.crowd import MID, TICK
from simulation.plan import Plan
from simulation.venue import SimVenue

REACH_TICKS = 8
QUANTITIES = (10, 50, 100)
SIDES = (Instruction.BUY, Instruction.SELL)


class Stranger:
    """Sends from somewhere else, and takes back what it sent; its fills move the one position."""

    def __init__(self, plan: Plan, chance: Chance, venue: SimVenue) -> None:
        self._plan, self._chance, self._venue = plan, chance, venue
        self._sent = 0

    def act(self) -> str:
        """What it did, in words."""
        there = [order for order in self._venue.account.live() if order.is_foreign]
        if there and self._chance.happens(300):
            order = self._chance.pick(there)
            self._venue.let_go(order, "whoever sent it took it back")
            return f"{order.client_order_id} is taken back elsewhere"
        self._sent += 1
        request = self._order(f"PERM-{self._sent}")
        if self._venue.keeper.phase(request.symbol) is not Phase.OPEN:
            # What crossed in a halt would stand crossed when it ends: no auction reopens here.
            return f"{request.client_order_id} is refused elsewhere: {request.symbol} is halted"
        self._venue.enter_foreign(request)
        return f"{request.client_order_id} comes from elsewhere: {request}"

    def _order(self, name: str) -> NewOrderRequest:
        chance = self._chance
        side = chance.pick(SIDES)
        ticks = chance.between(-REACH_TICKS, REACH_TICKS)
        return NewOrderRequest(
            name,
            DEFAULT_ACCOUNT,
            chance.pick(self._plan.symbols),
            side,
            Quantity(chance.pick(QUANTITIES)),
            OrderType.LIMIT,
            TimeInForce.GTC,
            Price(MID + ticks * TICK),
        )
