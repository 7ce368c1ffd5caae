"""Brackets among traders, slow messages, crashes and a hand that meddles, from a seed."""

from random import Random

from connectors.paper.orders import OwnOrder
from engine.domain import commands as cmd
from engine.domain.apply import state_hash
from engine.domain.commands import CancelScope, ExitTerm, SubmitOrder
from engine.domain.contingent.groups import covered_by, legs_of
from engine.domain.identity import group_of, leg_of
from engine.domain.lifecycle import LIVE, Status
from engine.domain.orders import Order
from engine.domain.reports import OrderReport
from engine.domain.requests import Request
from engine.values import (
    NANOS_PER_MILLISECOND,
    Instruction,
    Nanos,
    OrderId,
    OrderType,
    Price,
    Quantity,
    Side,
    TimeInForce,
)
from tests.harness import DeskBench

SYMBOL = "AAPL"
CENT = 100
MID = 1_900_000
NEAR = 3 * CENT
"""How far from the middle the entry, its target and its stop stand: everything is in reach."""
SETTLED_AFTER_SECONDS = 8
MESSAGE_MILLISECONDS_MAX = 400


class SeededDelays:
    """Every message takes what the seed says, none for a venue next door."""

    def __init__(self, rng: Random, most: int) -> None:
        self._rng, self._most = rng, most

    def out(self, request: Request) -> Nanos:
        return Nanos(self._rng.randint(0, self._most) * NANOS_PER_MILLISECOND)

    def back(self, report: OrderReport) -> Nanos:
        return Nanos(self._rng.randint(0, self._most) * NANOS_PER_MILLISECOND)


class BracketMachine:
    """Long brackets of 100 in one symbol; `step` does one thing and then looks at every promise."""

    def __init__(self, seed: int, *, has_oca: bool, meddles: bool) -> None:
        self.rng = Random(seed)
        self.log: list[str] = []
        self.has_oca, self.meddles = has_oca, meddles
        most = self.rng.choice((0, 0, 20, MESSAGE_MILLISECONDS_MAX))
        self.bench = DeskBench(
            symbols=(SYMBOL,), has_oca=has_oca, latency=SeededDelays(self.rng, most)
        )
        self.tickets = 0
        self.hand_took: set[int] = set()
        self.fill_book()
        self.enter()

    # --- what can happen

    def step(self) -> None:
        moves = [self.trade, self.trade, self.trade, self.wait, self.wait, self.fill_book]
        moves += [self.enter, self.crash]
        if self.meddles:
            moves += [self.cancel_one, self.replace_one, self.cancel_entries, self.flatten]
        move = self.rng.choice(moves)
        self.log.append(move.__name__)
        move()
        self.check()

    def fill_book(self) -> None:
        for side in (Side.BUY, Side.SELL):
            price = MID - side * CENT * self.rng.randint(1, 6)
            self.bench.other(side, self.rng.randint(1, 120), SYMBOL, price)

    def enter(self) -> None:
        if sum(not order.is_done for order in self.bench.state.orders.values()) > 12:
            return
        self.tickets += 1
        kind = self.rng.choice((OrderType.LIMIT, OrderType.MARKET))
        offset = ExitTerm(offset=NEAR), ExitTerm(offset=-NEAR)
        fixed = ExitTerm(Price(MID + NEAR)), ExitTerm(Price(MID - NEAR))
        target, stop = offset if kind is OrderType.MARKET else fixed
        parts = self.rng.choice(((target, stop), (target, stop), (None, stop), (target, None)))
        entry = SubmitOrder(
            f"t{self.tickets}",
            "PAPER",
            SYMBOL,
            Instruction.BUY,
            Quantity(self.rng.choice((100, 37))),
            kind,
            Price(MID - CENT * self.rng.randint(-1, 2)) if kind is OrderType.LIMIT else Price(0),
            time_in_force=TimeInForce.DAY,
            override="test",
            target=parts[0],
            stop_loss=parts[1],
        )
        self.bench.submit(entry)

    def trade(self) -> None:
        side = self.rng.choice((Side.BUY, Side.SELL))
        price = MID + CENT * self.rng.randint(-6, 6)
        self.bench.other(side, self.rng.randint(1, 150), SYMBOL, price, time_in_force=_IOC)

    def wait(self) -> None:
        self.bench.pass_time(self.rng.choice((0.01, 0.1, 0.5, 2)))

    def crash(self) -> None:
        """Killed between two commits; the books of others are gone with the process."""
        if self.rng.random() < 0.3:
            self.bench.restart()
            self.fill_book()

    def cancel_one(self) -> None:
        ids = list(self.bench.state.orders)
        order_id = self.rng.choice(ids)
        self.hand_took.add(order_id)
        self.bench.submit(cmd.CancelOrder(OrderId(order_id)))

    def replace_one(self) -> None:
        order = self.rng.choice(list(self.bench.state.orders.values()))
        price = Price(MID + CENT * self.rng.randint(-4, 4))
        stop = Price(0)
        if order.order.type is OrderType.STOP:
            price, stop = Price(0), price
        quantity = Quantity(0 if order.leg else self.rng.choice((0, 60, 150)))
        change = cmd.ReplaceOrder(order.order_id, price, quantity, override="test", stop=stop)
        self.bench.submit(change)

    def cancel_entries(self) -> None:
        self.bench.submit(cmd.CancelMany("PAPER", scope=CancelScope.ENTRIES))

    def flatten(self) -> None:
        if self.rng.random() < 0.2:
            ids = [i for i, o in self.bench.state.orders.items() if o.leg and not o.is_done]
            self.hand_took.update(ids)
            self.bench.submit(cmd.Flatten("PAPER", SYMBOL))

    # --- what must hold whatever happens

    def check(self) -> None:
        self.at_the_venue()
        self.at_the_desk()
        assert self.bench.replayed_hash() == state_hash(self.bench.state)

    def at_the_venue(self) -> None:
        """I-12, I-51: by the venue's own count, which the desk may not have heard yet."""
        state = self.bench.state
        there = self.venue_orders()
        traded = {i: int(order.cumulative) for i, order in state.orders.items()}
        # After a crash the venue knows what stood; what was over before is in the journal alone.
        traded |= {i: int(order.cumulative) for i, order in there.items()}
        position = sum(state.orders[i].side * quantity for i, quantity in traded.items())
        assert position >= 0, "the position crossed zero"
        for group in state.brackets:
            legs = [i for i in traded if leg_of(i) and group_of(i) == group]
            sold = sum(traded[i] for i in legs)
            assert sold <= traded.get(group, 0), "its exits sold more than was bought"
            standing = sum(there[i].is_live for i in legs if i in there)
            assert self.has_oca or standing <= 1, "two exits stand where none ends another"

    def venue_orders(self) -> dict[int, OwnOrder]:
        """By the desk's id."""
        ids = self.bench.state.by_client_id
        roll = self.bench.paper._clerk.roll._by_client_id
        return {ids[name]: order for name, order in roll.items() if name in ids}

    def at_the_desk(self) -> None:
        state = self.bench.state
        for group, bracket in state.brackets.items():
            covered = covered_by(state, group, bracket)
            for leg in legs_of(state, group):
                if leg.status in LIVE:
                    assert leg.worst_quantity + leg.base <= covered, "an exit beyond its entry"
                    in_flight = leg.pending_replace is not None
                    assert leg.leaves + leg.base + leg.taken <= covered or in_flight

    # --- and what must be so in the end

    def settle(self) -> None:
        """Nothing more happens; whatever is on its way arrives."""
        self.bench.pass_time(SETTLED_AFTER_SECONDS)
        self.check()

    def everything_is_protected(self) -> None:
        """To the share, what every entry has left: by its stop, or by the exit whose turn it is."""
        state = self.bench.state
        for group, bracket in state.brackets.items():
            legs = legs_of(state, group)
            left = covered_by(state, group, bracket) - sum(leg.cumulative for leg in legs)
            if any(_ran_dry(leg) for leg in legs):
                continue
            live = [leg for leg in legs if leg.status in LIVE]
            kinds = {leg.order.type for leg in legs} if self.has_oca else {None}
            for kind in kinds:
                work = sum(leg.leaves for leg in live if kind in (None, leg.order.type))
                assert work == left, f"{work} of {left} shares of order {group} have their exit"


def _ran_dry(leg: Order) -> bool:
    """A stop that could not sell, because nobody bid: it was a market order by then."""
    return leg.is_triggered and leg.status is Status.CANCELLED


_IOC = TimeInForce.IOC
