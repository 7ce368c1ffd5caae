"""Fees that a venue says, in whatever order: every book has the same figure at any time."""

from random import Random

import pytest

from engine.domain import reports as rep
from engine.domain.apply import state_hash
from engine.domain.commands import SubmitOrder
from engine.domain.patience import IB_PATIENCE
from engine.values import (
    MONEY_SCALE,
    Instruction,
    Liquidity,
    Money,
    Nanos,
    OrderType,
    Price,
    Quantity,
)
from tests.harness import DeskBench

AT = Price(1_900_000)
CENT = MONEY_SCALE // 100
DATES = (20260106, 20260107)


class Venue:
    """What it has traded and charged, and what of that it has told."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.bench = DeskBench(
            patience=IB_PATIENCE, latency=lambda request: Nanos(10**17), fee_table="us_retail"
        )
        self.bench.quotes("AAPL", Price(1_899_900), Price(1_900_100), 10_000)
        self.orders: dict[str, dict[str, tuple[int, int]]] = {}
        """Order → execution → (newest revision, size)."""
        self.charged: dict[str, tuple[int, int] | None] = {}
        """Execution → (revision, cents) as the desk was last told; None for nothing yet."""
        self.dates = list(DATES)
        self.opens()

    def opens(self) -> None:
        number = self.bench.state.order_next
        name = f"TEST-1-{number}-0"
        self.bench.submit(
            SubmitOrder(
                ticket=f"t{number}",
                account="PAPER",
                symbol="AAPL",
                instruction=self.chance.choice([Instruction.BUY, Instruction.SHORT]),
                quantity=Quantity(1_000),
                type=OrderType.LIMIT,
                price=AT,
            ),
            rep.VenueAccepted(name, f"V{number}"),
        )
        if self.bench.state.orders[number].is_live:
            self.orders[name] = {}

    def step(self) -> None:
        often = [self.fills, self.charges] * 2
        self.chance.choice([*often, self.corrects, self.busts, self.repeats, self.rolls])()

    def fills(self) -> None:
        name = self.chance.choice(list(self.orders))
        execution, size = f"E{len(self.charged)}", self.chance.randint(1, 40)
        self.orders[name][execution], self.charged[execution] = (0, size), None
        early = [self._fee(name, execution, 0, 35)] if self.chance.random() < 0.2 else []
        fill = rep.VenueFilled(name, execution, AT, Quantity(size), Liquidity.TAKER)
        self.bench.submit(*early, fill)

    def _some(self) -> tuple[str, str] | None:
        every = [(name, each) for name, trades in self.orders.items() for each in trades]
        return self.chance.choice(every) if every else None

    def _fee(self, name: str, execution: str, revision: int, cents: int) -> rep.VenueFeeCharged:
        return rep.VenueFeeCharged(name, execution, revision, Money(cents * CENT))

    def charges(self) -> None:
        """Of the newest revision, or a late word of one before, which counts for nothing."""
        if some := self._some():
            name, execution = some
            newest, cents = self.orders[name][execution][0], self.chance.randint(-20, 300)
            revision = self.chance.randint(0, newest)
            self.bench.submit(self._fee(name, execution, revision, cents))
            if revision == newest:
                self.charged[execution] = revision, cents

    def corrects(self) -> None:
        if some := self._some():
            name, execution = some
            revision, size = self.orders[name][execution][0] + 1, self.chance.randint(1, 40)
            self.orders[name][execution], self.charged[execution] = (revision, size), None
            self.bench.submit(
                rep.VenueTradeCorrected(
                    name, execution, revision, AT, Quantity(size), Liquidity.TAKER
                )
            )

    def busts(self) -> None:
        if (some := self._some()) and self.chance.random() < 0.4:
            name, execution = some
            del self.orders[name][execution], self.charged[execution]
            self.charged[f"gone {len(self.charged)} {execution}"] = 0, 0
            self.bench.submit(rep.VenueTradeBusted(name, execution))

    def repeats(self) -> None:
        if some := self._some():
            name, execution = some
            told = self.charged[execution]
            if told is not None:
                self.bench.submit(self._fee(name, execution, *told))

    def rolls(self) -> None:
        if self.dates and self.chance.random() < 0.2:
            self.bench.submit(rep.TradeDateRolled(self.dates.pop(0), (("AAPL", AT),)))

    def holds(self) -> None:
        state = self.bench.state
        account = state.accounts["PAPER"]
        assert sum(account.ledger.values()) == 0 and account.ledger["cash"] == account.cash
        known = {**state.past_orders, **state.orders}
        for name, trades in self.orders.items():
            order = known[state.by_client_id[name]]
            booked = order.charges or {}
            assert set(booked) == set(trades)
            assert order.fees == sum(charge.booked for charge in booked.values())
            by_table = sum(charge.by_table for charge in booked.values())
            assert order.fees_by_table == by_table
            for execution, charge in booked.items():
                told = self.charged[execution]
                assert charge.is_confirmed == (told is not None)
                assert told is None or charge.booked == told[1] * CENT
        fees = sum(order.fees for order in known.values())
        assert account.ledger.get("fees", 0) == fees
        position = account.positions.get("AAPL")
        assert position is None or position.fees == fees


def _live(seed: int) -> None:
    venue = Venue(seed)
    for _ in range(40):
        venue.step()
        venue.holds()
    bench = venue.bench
    assert bench.replayed_hash() == state_hash(bench.state)


@pytest.mark.parametrize("seed", range(12))
def test_fees_are_the_same_in_every_book(seed: int) -> None:
    _live(seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 700))
def test_the_same_for_six_hundred_seeds(seed: int) -> None:
    _live(seed)
