"""Brackets of the real engine at IB, by the broker's book: exits close what is held, and no more.

A market is on one side at a time: what crosses a change on the wire is a fill of the exit that the
market is at. The other exit is reached only once the two sides have spoken.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from data.home import Home
from engine.domain.apply import state_hash
from engine.domain.orders import Order
from engine.instruments import parse_money
from tests.connectors.ib.engine_end import EngineEnd
from tests.connectors.ib.gateway.faults import close_after, close_before, delay, duplicate, lose
from tests.connectors.ib.gateway.orders import BrokerOrder

TARGET, STOP = "LMT", "STP"
PRICES = {TARGET: Decimal("192.00"), STOP: Decimal("189.00")}


@pytest.fixture
def end(tmp_path: Path) -> Iterator[EngineEnd]:
    made = EngineEnd(Home.prepare(tmp_path / "home"))
    yield made
    made.close()


def exits(end: EngineEnd) -> dict[str, BrokerOrder]:
    """What stands to sell at the broker, by its kind."""
    working = [o for o in end.gateway.broker.open_orders if o.terms.action == "SELL"]
    assert len({o.terms.kind for o in working}) == len(working), "a kind stands twice"
    return {o.terms.kind: o for o in working}


def held(end: EngineEnd) -> int:
    return sum(int(size) for size in end.gateway.broker.positions.values())


def protects(end: EngineEnd, quantity: int) -> bool:
    """Both exits stand for so much, in one group, and so much is held."""
    standing = exits(end)
    left = {kind: int(o.remaining) for kind, o in standing.items()}
    groups = {o.group for o in standing.values()}
    return (
        held(end) == quantity
        and left == ({TARGET: quantity, STOP: quantity} if quantity else {})
        and len(groups) <= 1
    )


def entered(end: EngineEnd, quantity: int = 100) -> Order:
    order = end.bracket(quantity)
    end.until(lambda: end.gateway.broker.of(order.client_order_id))
    return order


def test_each_fill_is_protected_at_the_broker_by_both_exits(end: EngineEnd) -> None:
    order = entered(end)
    for quantity, sum_of in ((40, 40), (10, 50), (50, 100)):
        end.gateway.fill(order.client_order_id, quantity)
        end.until(lambda sum_of=sum_of: protects(end, sum_of))  # type: ignore[misc]
    end.gateway.fill(exits(end)[TARGET].perm_id, 30)
    end.until(lambda: protects(end, 70))
    end.gateway.fill(exits(end)[STOP].perm_id, 70, PRICES[STOP])
    end.until(lambda: protects(end, 0) and not end.state.live)
    assert end.state.accounts[end.ib.account].positions["AAPL"].quantity == 0


def test_the_rest_of_an_entry_that_is_cancelled_takes_no_exit_with_it(end: EngineEnd) -> None:
    """As children of their parent would be: IB cancels those."""
    order = entered(end)
    end.gateway.fill(order.client_order_id, 40)
    end.gateway.cancel(order.client_order_id)
    end.until(lambda: end.state.orders[order.order_id].is_done)
    end.until(lambda: protects(end, 40))


def test_a_kill_between_any_two_fills_leaves_what_is_held_protected(end: EngineEnd) -> None:
    order = entered(end)
    end.gateway.fill(order.client_order_id, 40)
    end.until(lambda: protects(end, 40))
    end.ib._line.close()
    end.gateway.fill(order.client_order_id, 20)
    end.gateway.fill(exits(end)[TARGET].perm_id, 10)
    assert {int(o.remaining) for o in exits(end).values()} == {30}
    end.is_killed()
    end.until(lambda: protects(end, 50))
    sent = end.gateway.orders_sent
    end.is_killed()
    end.until(lambda: protects(end, 50))
    assert end.gateway.orders_sent == sent, "a start that finds all well sends nothing"


def test_a_change_that_was_lost_with_the_desk_is_not_taken_for_made(end: EngineEnd) -> None:
    """Its old quantity, heard for the first time by the next desk, was more than none before."""
    order = entered(end)
    end.gateway.fill(order.client_order_id, 40)
    end.until(lambda: protects(end, 40))
    end.gateway.script(close_before("placeOrder"))
    end.gateway.fill(order.client_order_id, 20)
    end.until(lambda: any(each.pending_replace for each in end.state.orders.values()))
    end.is_killed()
    end.until(lambda: protects(end, 60))


class Run:
    """One random life of a bracket over a bad line."""

    def __init__(self, end: EngineEnd, seed: int) -> None:
        self.end, self.chance = end, Random(seed)
        self.entry = entered(end, 200)
        self.side = TARGET

    def step(self) -> None:
        acts = [self.buys, self.buys, self.sells, self.sells, self.spoils, self.breaks, self.rests]
        self.chance.choice([*acts, self.dies, self.turns_round])()
        for _ in range(self.chance.randrange(1, 6)):
            self.end.turn()
        assert held(self.end) >= 0, "more was sold than was held"

    def buys(self) -> None:
        entry = self.end.gateway.broker.order(self.entry.client_order_id)
        if entry.is_live and entry.remaining > 5:
            size = self.chance.choice([1, 5, int(entry.remaining) // 3 or 1])
            self.end.gateway.fill(entry.perm_id, size)

    def sells(self) -> None:
        """As much as the market takes of the exit that it is at, which may be all of it."""
        exit_order = exits(self.end).get(self.side)
        if exit_order is not None and exit_order.remaining > 0:
            size = self.chance.randint(1, int(exit_order.remaining))
            self.end.gateway.fill(exit_order.perm_id, size, PRICES[self.side])

    def turns_round(self) -> None:
        """The market reaches the other exit only once both sides have spoken."""
        self.comes_to_rest()
        self.side = STOP if self.side == TARGET else TARGET

    def spoils(self) -> None:
        kind = self.chance.choice(["openOrder", "orderStatus", "execDetails", "commissionReport"])
        faults = [lose(kind), duplicate(kind), delay(kind, 0.02)]
        cuts = [close_before("placeOrder"), close_after("placeOrder"), close_after("cancelOrder")]
        self.end.gateway.script(self.chance.choice([*faults, *faults, *cuts]))

    def breaks(self) -> None:
        if self.chance.random() < 0.3:
            self.end.gateway.restart(roll_ids_back=self.chance.random() < 0.5)

    def rests(self) -> None:
        self.end.until(lambda: self.end.ib._line.is_up)

    def dies(self) -> None:
        if self.chance.random() < 0.3:
            self.end.is_killed()

    def comes_to_rest(self) -> None:
        gateway = self.end.gateway
        gateway.do(gateway.hub.script.faults.clear)
        self.end.until(lambda: self.end.ib._line.is_up and protects(self.end, held(self.end)))


def _live(end: EngineEnd, seed: int) -> None:
    run = Run(end, seed)
    for _ in range(30):
        run.step()
    run.comes_to_rest()
    position = end.state.accounts[end.ib.account].positions["AAPL"]
    trades = end.gateway.broker.executions
    charged = sum(parse_money(trade.commission) for trade in trades)
    end.until(lambda: (position.quantity, position.fees) == (held(end), charged))
    assert end.replayed_hash() == state_hash(end.state)


def test_no_exit_sells_more_than_is_held_over_a_bad_line(end: EngineEnd) -> None:
    _live(end, seed=1)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 160))
def test_the_same_for_sixty_seeds(end: EngineEnd, seed: int) -> None:
    _live(end, seed)
