"""What is told of a coin that trades in parts: sizes as people write them, wherever they stand."""

import re

from engine.domain import events as ev
from engine.domain import reports as rep
from engine.domain import statements as st
from engine.domain.commands import Reconcile, SubmitOrder
from engine.domain.requests import ExecutionsRequest, OpenOrdersRequest, PositionsRequest, Request
from engine.instruments import Instrument
from engine.runtime.narration import Narrator
from engine.values import (
    Instruction,
    Liquidity,
    Nanos,
    OrderType,
    Price,
    Quantity,
    TimeInForce,
)
from tests.harness import DeskBench

COIN = Instrument("BTC", quantity_digits=8)
FIRST = "TEST-1-1-0"
WHOLE = 100_000_000
PRICE = Price(1_900_000)
RAW = re.compile(r"\d{7,}|\d{1,3}(,\d{3}){2,}")
"""Eight digits in a row, or millions: no size and no price in this test has them."""


def never(request: Request) -> Nanos:
    return Nanos(10**15)


def desk() -> DeskBench:
    bench = DeskBench(symbols=(COIN,), latency=never)
    bench.quotes("BTC", PRICE, Price(PRICE + 200), 10 * WHOLE)
    size = Quantity(WHOLE // 2)
    order = SubmitOrder("t", "PAPER", "BTC", Instruction.BUY, size, OrderType.LIMIT, PRICE)
    bench.submit(order, rep.VenueAccepted(FIRST, "V1"))
    assert bench.state.live
    return bench


def row(name: str, quantity: int, price: int = PRICE) -> st.OpenOrder:
    kind, day = OrderType.LIMIT, TimeInForce.DAY
    size = Quantity(quantity)
    return st.OpenOrder(
        name, "V", "BTC", Instruction.BUY, kind, day, size, Quantity(0), Price(price)
    )


def test_differences_are_told_in_sizes_and_prices_that_people_write() -> None:
    bench = desk()
    bench.submit(Reconcile("PAPER"))
    query = bench.state.recon.query
    stranger = st.Execution(
        "NOBODY", "X1", "BTC", Instruction.BUY, PRICE, Quantity(WHOLE // 4), Liquidity.MAKER, 0,
        Nanos(0),
    )  # fmt: skip
    answers = {
        OpenOrdersRequest: st.VenueOpenOrders(
            query, (row(FIRST, WHOLE // 4, PRICE - 100), row("PERM-9", WHOLE // 8))
        ),
        ExecutionsRequest: st.VenueExecutions(query, Nanos(0), (stranger,)),
        PositionsRequest: st.VenuePositions(query, "PAPER", (("BTC", Quantity(WHOLE // 8)),)),
    }
    happened = [event for answer in answers.values() for event in bench.submit(answer)]
    found = [event for event in happened if isinstance(event, ev.DifferenceFound)]
    told = [(event.ours, event.venues) for event in found]
    assert ("0.5 at 190.00", "0.25 at 189.99") in told
    assert ("no such order", "buy 0.125 open for 0.125") in told
    assert ("not booked", "buy 0.25 at 190.00 (X1)") in told
    assert ("+0", "+0.125") in told
    assert not [words for pair in told for words in pair if RAW.search(words)]


def test_busts_are_narrated_in_sizes_that_people_write() -> None:
    bench = desk()
    narrator = Narrator(bench.state, lambda order: order.label)
    half = Quantity(WHOLE // 2)
    bench.submit(rep.VenueFilled(FIRST, "E1", PRICE, half, Liquidity.MAKER))
    (busted,) = [
        event
        for event in bench.submit(rep.VenueTradeBusted(FIRST, "E1"))
        if isinstance(event, ev.FillReversed)
    ]
    fields = narrator.tell(busted)
    assert fields is not None
    assert (fields["quantity"], fields["position"], fields["filled"]) == ("0.5", "0", "0")
