"""A small desk's journal made of real events, for the tests of store, backup and verify."""

from typing import Any

from data.home import Home
from data.journal import Journal
from engine.domain import events as ev
from engine.domain.commands import Origin, SubmitOrder
from engine.domain.lifecycle import Request
from engine.domain.quotes import Source
from engine.domain.reasons import Finding, Refusal, Verdict
from engine.domain.records import Step, encode_step
from engine.domain.reports import LinkState, SessionEnded, TimerFired
from engine.domain.risk.limits import default_pairs
from engine.instruments import Instrument
from engine.values import Instruction, Liquidity, OrderType

OPEN = 1_767_623_400_000_000_000
CENT = 100
QUOTE = ev.QuoteSeen(bid=1_899_900, bid_size=300, ask=1_900_000, ask_size=200, last=0, at=OPEN)


def submit(symbol: str, instruction: Instruction, quantity: int, price: int) -> SubmitOrder:
    return SubmitOrder(
        ticket=f"T-{symbol}-{quantity}-{price}",
        account="PAPER",
        symbol=symbol,
        instruction=instruction,
        quantity=quantity,
        type=OrderType.LIMIT,
        price=price,
        strategy="opening",
        note="=1+1",
        origin=Origin.SCRIPT,
    )


def opening() -> list[Any]:
    return [
        ev.SessionStarted(
            OPEN, "R1", "PAPER", "synthetic", Source.SYNTHETIC, 20260105, "PAPER", "us_retail",
            default_pairs(), "digest", 7,
        ),
        ev.AccountOpened(OPEN, "PAPER", "USD", 1_000_000_000_000),
        ev.InstrumentsKnown(OPEN, (Instrument("AAPL", "Apple"), Instrument("IBM"))),
        ev.LinkMoved(OPEN, "paper", LinkState.UP, ""),
    ]  # fmt: skip


def released(order_id: int, order: SubmitOrder, at: int) -> ev.OrderReleased:
    return ev.OrderReleased(
        at, order_id, 20260105, order_id, f"C-{order_id}", order, 5_000_000, 0, QUOTE, (), "rules"
    )


def bought(order_id: int, at: int, *, quantity: int = 100, price: int = 1_900_000) -> list[Any]:
    """A buy that rests, fills in two parts and costs a fee once."""
    order = submit("AAPL", Instruction.BUY, quantity, price)
    half, cost = quantity // 2, quantity // 2 * price * CENT
    lot = ev.LotChange(order_id, half, cost, at + 2)
    return [
        released(order_id, order, at),
        ev.OrderWorking(at + 1, order_id, f"V-{order_id}", 300),
        filled(order_id, at + 2, half, price, -cost - 1_000_000, (lot,), half, fee=1_000_000),
        filled(order_id, at + 3, half, price, -cost, (lot,), quantity, part=2),
    ]


def filled(
    order_id: int,
    at: int,
    quantity: int,
    price: int,
    cash: int,
    lots: tuple[ev.LotChange, ...],
    position: int,
    *,
    fee: int = 0,
    realised: int = 0,
    part: int = 1,
) -> ev.OrderFilled:
    return ev.OrderFilled(
        at, order_id, f"X-{order_id}-{part}", price, quantity, Liquidity.MAKER, fee, realised,
        cash, position, lots, QUOTE, "met the queue",
    )  # fmt: skip


def sold(order_id: int, at: int, lot_id: int) -> list[Any]:
    """A sell that closes the lot of `bought`, one cent better."""
    order, price = submit("AAPL", Instruction.SELL, 100, 1_900_100), 1_900_100
    cost, proceeds = 100 * 1_900_000 * CENT, 100 * price * CENT
    lot = ev.LotChange(lot_id, -100, -cost, OPEN)
    return [
        released(order_id, order, at),
        filled(order_id, at + 1, 100, price, proceeds, (lot,), 0, realised=proceeds - cost),
        ev.OrderWorking(at + 2, order_id, f"V-{order_id}", -1),
    ]


def changed(order_id: int, at: int) -> list[Any]:
    """An order that is replaced, refused another change, and cancelled."""
    return [
        released(order_id, submit("IBM", Instruction.SHORT, 50, 1_500_000), at),
        ev.OrderWorking(at + 1, order_id, "V", 0),
        ev.ReplaceRequested(at + 2, order_id, "C-r", 1_510_000, 60, 6_000_000, (), Origin.LINE),
        ev.OrderReplaced(at + 3, order_id, "C-r", 1_510_000, 60, 6_000_000, 400),
        ev.ReplaceDenied(at + 4, order_id, Refusal.NOTHING_TO_CHANGE, ()),
        ev.CancelRequested(at + 5, order_id, "C-r", Origin.LINE),
        ev.OutcomeUnknown(at + 6, order_id, Request.CANCEL, "no answer within 5 s"),
        ev.OrderCancelled(at + 7, order_id, 60, "", True),
    ]


def denied(order_id: int, at: int) -> list[Any]:
    finding = Finding(
        "R01", "order_quantity", Verdict.DENY, "Quantity 20,000 is above your limit.", "20,000"
    )
    order = submit("NONE", Instruction.BUY, 20_000, 1_000_000)
    return [ev.OrderDenied(at, order_id, 20260105, order_id, order, QUOTE, (finding,), "rules")]


def a_day() -> list[Any]:
    return [
        *opening(),
        *bought(1, OPEN + 10),
        *denied(2, OPEN + 20),
        *sold(3, OPEN + 30, 1),
        *changed(4, OPEN + 40),
        *bought(5, OPEN + 60, quantity=20),
        ev.TradingStateChanged(
            OPEN + 70, "PAPER", "*", ev.TradingState.HALTED, False, "lunch", Origin.LINE
        ),
    ]


def ending(at: int = OPEN + 90) -> list[Any]:
    return [ev.SessionClosed(at, "the script ended", True)]


def write(home: Home, facts: list[Any], *, a_block: int = 3) -> None:
    """Appends events in blocks, each block behind an inbound that caused it."""
    journal = Journal.open(home, instance="TEST")
    for start in range(0, len(facts), a_block):
        first = journal.last_sequence + 1
        group = facts[start : start + a_block]
        inbound = SessionEnded("x", True) if start else TimerFired("x")
        step = Step(first, group[0].at, list(range(len(group) + 1)), [inbound, *group])
        journal.append(first, step.last, encode_step(step), ())
    journal.close()
