"""What leaves the desk for a venue; a pure function of the events that allowed it."""

from engine.domain.facts import Fact
from engine.values import Instruction, Nanos, OrderType, Price, Quantity, TimeInForce, Trigger


class NewOrderRequest(Fact, frozen=True, tag="q_new"):
    """A market order leaves as its protected form: `type` LIMIT, IOC, priced at the band's edge."""

    client_order_id: str
    account: str
    symbol: str
    instruction: Instruction
    quantity: Quantity
    type: OrderType
    time_in_force: TimeInForce
    price: Price = Price(0)
    stop: Price = Price(0)
    trigger: Trigger = Trigger.LAST
    post_only: bool = False
    oca_group: str = ""
    """Orders of one group share one quantity: what fills in one is taken off the others there and
    then. Their `quantity` is the group's total, whatever any of them has filled."""


class CancelRequest(Fact, frozen=True, tag="q_cancel"):
    client_order_id: str


class ReplaceRequest(Fact, frozen=True, tag="q_replace"):
    """`quantity` is the new total, filled part included."""

    client_order_id: str
    new_client_order_id: str
    price: Price
    quantity: Quantity
    stop: Price = Price(0)
    """0 keeps the one in force."""


class StatusRequest(Fact, frozen=True, tag="q_status"):
    client_order_id: str
    query: int = 0
    """Which question about it this is, from 1: a "never had it" says which one it answers."""


class OpenOrdersRequest(Fact, frozen=True, tag="q_open_orders"):
    """Everything that stands at the venue; with FIX, an order mass status request."""

    query: int


class ExecutionsRequest(Fact, frozen=True, tag="q_executions"):
    """Every trade since then, as far as the venue goes back."""

    query: int
    since: Nanos


class PositionsRequest(Fact, frozen=True, tag="q_positions"):
    query: int
    account: str


class CashRequest(Fact, frozen=True, tag="q_cash"):
    query: int
    account: str


class LinkRequest(Fact, frozen=True, tag="q_link"):
    """What a person decided of the line itself; the connector heeds it, or says why it cannot."""

    what: str
    value: str
    reason: str


StatementRequest = OpenOrdersRequest | ExecutionsRequest | PositionsRequest | CashRequest
"""Answered by one statement with the same `query`, or by none: then nothing is concluded."""
Request = (
    NewOrderRequest
    | CancelRequest
    | ReplaceRequest
    | StatusRequest
    | StatementRequest
    | LinkRequest
)
