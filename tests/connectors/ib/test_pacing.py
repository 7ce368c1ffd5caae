"""How fast this desk speaks: never more than a gateway takes, and cancels before all else."""

import time
from collections.abc import Callable

import msgspec
import pytest

from connectors.ib.turnstile import MESSAGES_A_SECOND
from engine.domain.reports import VenueAccepted, VenueCancelled
from engine.domain.requests import NewOrderRequest
from engine.values import Instruction
from tests.connectors.contract.conftest import cancel, new, only
from tests.connectors.contract.ib_end import IbEnd

Desk = Callable[..., IbEnd]
ORDERS = 200
SYMBOLS = ("AAPL", "MSFT", "GOOGL", "SPY", "IBM")
SIDES = (Instruction.BUY, Instruction.SELL)


def _order(number: int) -> NewOrderRequest:
    """Twenty on each side of each symbol: more IB does not take."""
    group = number // 20
    order = new(f"N{number}", 1, symbol=SYMBOLS[group // 2])
    return msgspec.structs.replace(order, instruction=SIDES[group % 2])


@pytest.mark.long
def test_two_hundred_orders_at_once_leave_evenly_and_cancels_overtake(desk: Desk) -> None:
    end = desk(
        messages_max=50,
        symbols=(*SYMBOLS, "PENY"),
        active_orders_max=1_000,
        terms={"messages_a_second": MESSAGES_A_SECOND},
    )
    end.send(new("FIRST", price=10_100, symbol="PENY"))
    assert only(end.hear(), VenueAccepted)
    end.send(*(_order(n) for n in range(ORDERS)))
    began = time.monotonic()
    end.send(cancel("FIRST"))
    told = end.until(lambda: end.gateway.broker.order("FIRST").is_done)
    assert time.monotonic() - began < 1.0, "a cancel waits for no order"
    assert end.gateway.count("placeOrder") < ORDERS // 2
    told += end.until(lambda: end.gateway.count("placeOrder") == ORDERS + 1, seconds=30)
    told += end.until(lambda: not end.ib._wire.turnstile.waiting) + end.hear()
    assert len(only(told, VenueAccepted)) == ORDERS and len(only(told, VenueCancelled)) == 1
    assert end.gateway.peak <= 50 and end.gateway.violations == 0


def test_a_gateway_that_was_asked_too_much_is_left_before_it_hangs_up(desk: Desk) -> None:
    end = desk()
    end.gateway.say_error(-1, 100, "Max rate of messages per second has been exceeded:max=50")
    end.until(lambda: not end.ib._line.is_up)
    end.until(lambda: end.ib._line.is_up)
    assert any("too fast" in note for note in end.notes)
