"""The realism report is the sum over the journal's fills: store, tally and a plain count agree."""

from fractions import Fraction
from pathlib import Path

import pytest

from data.home import Home
from data.journal import Journal
from data.store.realism import Scope, realism_of
from engine.domain import events as ev
from engine.domain.records import decode_records
from engine.domain.state import State
from engine.runtime.realism import Realism
from engine.runtime.realism_tally import RealismTally
from engine.runtime.recovery import replay_into
from engine.values import Liquidity
from tests.harness import MemoryJournal
from tests.property.desk.machine import DeskMachine

STEPS = 250
PRICE_UNITS = 10_000


def a_day(seed: int) -> MemoryJournal:
    machine = DeskMachine(seed)
    for _ in range(STEPS):
        machine.step()
    machine.bench.pass_time(61)
    machine.bench.host.leave()
    return machine.bench.journal


def kept(journal: MemoryJournal, home: Home) -> None:
    written = Journal.open(home, instance="TEST")
    for block in journal.kept:
        written.append(block.first, block.last, block.payload)
    written.close()


def tallied(journal: MemoryJournal) -> Realism:
    state = State(instance="TEST", epoch=1)
    tally = RealismTally(state)
    replay_into(state, journal.blocks(), tally.note)
    (group,) = tally.groups()
    return group


@pytest.mark.parametrize("seed", [5, 11, 29])
def test_every_total_is_the_sum_over_the_fills_of_the_journal(seed: int, tmp_path: Path) -> None:
    journal = a_day(seed)
    home = Home.prepare(tmp_path / "home")
    kept(journal, home)
    (group,), _ = realism_of(home, Scope())
    events = [r.body for b in journal.kept for r in decode_records(b.payload)]
    fills = [body for body in events if isinstance(body, ev.OrderFilled)]
    released = {body.order_id: body for body in events if isinstance(body, ev.OrderReleased)}
    marks = [m for body in events if isinstance(body, ev.FillsMarked) for m in body.marks]
    assert len(fills) >= 5, "a day on which something was traded"
    assert group.fills == len(fills)
    assert group.shares == sum(fill.quantity for fill in fills)
    assert group.fees == sum(fill.fee for fill in fills)

    cost = base = Fraction(0)
    for fill in fills:
        quote = released[fill.order_id].quote
        if quote.bid and quote.ask:
            mid = Fraction(quote.bid + quote.ask, 2 * PRICE_UNITS)
            side = released[fill.order_id].order.instruction.side
            cost += side * (Fraction(fill.price, PRICE_UNITS) - mid) * fill.quantity
            base += mid * fill.quantity
    assert Fraction(group.slippage.amount, 2_000_000) == cost
    assert Fraction(group.slippage.base, 2_000_000) == base

    missed = asked_for = Fraction(0)
    left = [b for b in events if isinstance(b, ev.OrderCancelled | ev.OrderExpired) and b.quantity]
    left = [body for body in left if body.order_id in released]
    assert group.remainders == len(left) > 0, "a day on which something was not filled"
    for body in left:
        quote, asked = released[body.order_id].quote, released[body.order_id].order
        if quote.bid and quote.ask and body.twice_mid:
            then = Fraction(quote.bid + quote.ask, 2 * PRICE_UNITS)
            moved = Fraction(body.twice_mid, 2 * PRICE_UNITS) - then
            missed += asked.instruction.side * moved * body.quantity
            asked_for += then * body.quantity
    assert group.missed.fills > 0
    assert Fraction(group.missed.amount, 2_000_000) == missed
    assert Fraction(group.missed.base, 2_000_000) == asked_for

    by_id = {fill.execution_id: fill for fill in fills}
    for liquidity in Liquidity:
        of_it = [m for m in marks if by_id[m.execution_id].liquidity is liquidity]
        side_told = group.sides.get(liquidity.name.lower())
        for seconds in {mark.seconds for mark in of_it}:
            gain = Fraction(0)
            for mark in (mark for mark in of_it if mark.seconds == seconds):
                fill = by_id[mark.execution_id]
                side = released[fill.order_id].order.instruction.side
                moved = Fraction(mark.twice_mid - 2 * fill.price, 2 * PRICE_UNITS)
                gain += side * moved * fill.quantity
            assert side_told is not None
            assert Fraction(side_told.marks[seconds].amount, 2_000_000) == gain
    assert sum(tape.own_volume for tape in group.tape.values()) == group.shares


@pytest.mark.parametrize("seed", [5, 17])
def test_what_the_session_tallies_is_what_the_store_answers(seed: int, tmp_path: Path) -> None:
    journal = a_day(seed)
    home = Home.prepare(tmp_path / "home")
    kept(journal, home)
    (asked,), _ = realism_of(home, Scope())
    told = tallied(journal)
    assert told.sides == asked.sides
    assert (told.fees, told.notional, told.passive) == (asked.fees, asked.notional, asked.passive)
    assert (told.missed, told.remainders) == (asked.missed, asked.remainders)
    assert told.shortfall_bps == asked.shortfall_bps != told.paid_bps
    traded = {symbol: tape for symbol, tape in told.tape.items() if tape.own_volume}
    assert traded == {s: tape for s, tape in asked.tape.items() if tape.own_volume}
