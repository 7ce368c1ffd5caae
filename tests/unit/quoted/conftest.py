"""A quoted house with one symbol, in a test's words."""

from collections.abc import Sequence

import pytest

from engine.exchange.messages import CancelOrder, Event, NewOrder, ReplaceOrder, SelfMatch, Traded
from engine.exchange.quoted.assumptions import Assumptions
from engine.exchange.quoted.house import QuotedExchange
from engine.exchange.settings import BookSettings
from engine.values import (
    NANOS_PER_SECOND,
    Nanos,
    OrderType,
    Price,
    Quantity,
    Side,
    TimeInForce,
)

OWNER = 1
FIRST_OWN = 1 << 60


class House:
    """`bid`, `ask` and `trade` are the feed's words; `buy` and `sell` the trader's."""

    def __init__(self, **assumptions: object) -> None:
        self.exchange = QuotedExchange(
            BookSettings(self_match=SelfMatch.CANCEL_AGGRESSIVE),
            Assumptions(**assumptions),  # type: ignore[arg-type]
        )
        self.exchange.list_symbol("IBM", tick=100)
        self.exchange.entered("IBM", is_open=True)
        self._orders = FIRST_OWN

    def later(self, seconds: float) -> None:
        self.exchange.now = Nanos(self.exchange.now + int(seconds * NANOS_PER_SECOND))

    def quote(
        self, bid: tuple[int, int] | None = None, ask: tuple[int, int] | None = None
    ) -> list[tuple[int, int, int]]:
        bids = None if bid is None else (bid,)
        asks = None if ask is None else (ask,)
        return self.own(self.exchange.shown("IBM", bids, asks))

    def levels(
        self, bids: Sequence[tuple[int, int]], asks: Sequence[tuple[int, int]]
    ) -> list[tuple[int, int, int]]:
        return self.own(self.exchange.shown("IBM", bids, asks))

    def trade(
        self, price: int, quantity: int, side: Side | None = None, **more: bool
    ) -> list[tuple[int, int, int]]:
        return self.own(self.exchange.traded("IBM", price, quantity, side, **more))

    def order(self, side: Side, quantity: int, price: int = 0, **more: object) -> int:
        """The order's id; what it did at once is in `events`."""
        self._orders += 1
        kind = more.pop("kind", OrderType.LIMIT if price else OrderType.MARKET)
        order = NewOrder(
            self._orders,
            "IBM",
            side,
            kind,  # type: ignore[arg-type]
            Quantity(quantity),
            Price(price),
            owner=OWNER,
            **{"time_in_force": TimeInForce.DAY, **more},  # type: ignore[arg-type]
        )
        self.events: list[Event] = self.exchange.submit([order])
        return self._orders

    def buy(self, quantity: int, price: int = 0, **more: object) -> int:
        return self.order(Side.BUY, quantity, price, **more)

    def sell(self, quantity: int, price: int = 0, **more: object) -> int:
        return self.order(Side.SELL, quantity, price, **more)

    def cancel(self, order_id: int) -> None:
        self.events = self.exchange.submit([CancelOrder(order_id, "IBM")])

    def replace(self, order_id: int, price: int, quantity: int) -> None:
        operation = ReplaceOrder(order_id, "IBM", Price(price), Quantity(quantity))
        self.events = self.exchange.submit([operation])

    def ahead(self, order_id: int) -> int:
        return self.exchange.queue_ahead("IBM", order_id)

    def got(self, order_id: int) -> list[int]:
        """Shares under pessimistic, proportional and front."""
        return [int(outcome.filled) for outcome in self.exchange.outcomes(order_id)]

    def took(self) -> list[tuple[int, int]]:
        """(price, quantity) of what the last order took at once."""
        return [(int(e.price), int(e.quantity)) for e in self.events if isinstance(e, Traded)]

    @staticmethod
    def own(events: Sequence[Event]) -> list[tuple[int, int, int]]:
        """(order, price, quantity) of the trader's fills."""
        return [
            (event.maker_id if event.maker_id > FIRST_OWN else event.taker_id, *figures)
            for event in events
            if isinstance(event, Traded) and max(event.maker_id, event.taker_id) > FIRST_OWN
            for figures in [(int(event.price), int(event.quantity))]
        ]


@pytest.fixture
def make_house() -> type[House]:
    return House


@pytest.fixture
def house() -> House:
    """10.00 × 300 bid, 10.02 × 200 offered; only these two levels are known."""
    opened = House()
    opened.quote((100_000, 300), (100_200, 200))
    return opened
