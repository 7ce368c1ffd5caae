"""Orders of the practice venue as FIX tells of them: ids, quantities, and what is in force."""

import msgspec

from connectors.fix.codes import Status
from engine.domain.requests import NewOrderRequest
from engine.instruments import Instrument
from engine.values import Price, Quantity


class FixOrder(msgspec.Struct):
    """One order of one session. `client_id` is the last that was accepted (11), as FIX chains."""

    client: str
    """The session it came by."""
    client_id: str
    order_id: str
    request: NewOrderRequest
    quantity: Quantity
    price: Price
    stop: Price
    cumulative: Quantity = Quantity(0)
    value: int = 0
    """Sum of price × quantity of its fills."""
    status: bytes = Status.PENDING_NEW
    lost: Quantity = Quantity(0)
    """Of trades that were taken back: it does not come into the market again."""
    triggered: bool = False
    """A stop that stands in the book, or traded."""
    trade_date: int = 0
    """On which it came."""

    @property
    def is_open(self) -> bool:
        return self.status in (Status.NEW, Status.PARTIAL, Status.REPLACED, Status.PENDING_NEW)

    @property
    def leaves(self) -> Quantity:
        open_quantity = self.quantity - self.cumulative - self.lost
        return Quantity(open_quantity if self.is_open else 0)

    def filled(self, price: Price, quantity: Quantity) -> None:
        self.cumulative = Quantity(self.cumulative + quantity)
        self.value += price * quantity
        done = self.cumulative + self.lost >= self.quantity
        self.status = Status.FILLED if done else Status.PARTIAL

    def busted(self, price: Price, quantity: Quantity) -> None:
        """A trade is taken back; an order that it had filled is over all the same."""
        self.cumulative = Quantity(self.cumulative - quantity)
        self.lost = Quantity(self.lost + quantity)
        self.value -= price * quantity
        if self.status == Status.FILLED and self.lost:
            self.status = Status.CANCELLED
        elif self.is_open:
            self.working()

    def corrected(self, price: Price, quantity: Quantity) -> None:
        """What stands in a busted trade's place; it counts as filled and opens nothing again."""
        self.cumulative = Quantity(self.cumulative + quantity)
        self.lost = Quantity(max(0, self.lost - quantity))
        self.value += price * quantity
        if self.is_open:
            self.working()

    def working(self) -> None:
        """It stands, as it was asked for or as it was changed."""
        self.status = Status.PARTIAL if self.cumulative else Status.NEW

    def average(self, instrument: Instrument) -> str:
        """AvgPx (6): six digits beyond the price scale, cut off; 0 before the first fill."""
        if not self.cumulative:
            return "0"
        scaled = self.value * 10**AVERAGE_DIGITS // (self.cumulative * 10**instrument.price_digits)
        whole, rest = divmod(scaled, 10**AVERAGE_DIGITS)
        return f"{whole}.{rest:0{AVERAGE_DIGITS}d}".rstrip("0").rstrip(".")


AVERAGE_DIGITS = 8
