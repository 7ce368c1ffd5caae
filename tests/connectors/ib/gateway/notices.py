"""What the broker has to say, before anybody has decided which session hears it."""

from dataclasses import dataclass
from decimal import Decimal

from tests.connectors.ib.gateway.listings import Listing
from tests.connectors.ib.gateway.orders import BrokerOrder, Execution


@dataclass(frozen=True)
class Opened:
    """openOrder; with margins it answers a what-if."""

    order: BrokerOrder
    margins: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stated:
    """orderStatus."""

    order: BrokerOrder


@dataclass(frozen=True)
class Executed:
    """execDetails of a fill that just happened."""

    fill: Execution


@dataclass(frozen=True)
class Charged:
    """commissionReport."""

    fill: Execution


@dataclass(frozen=True)
class Failed:
    """An error or a warning about an order."""

    client_id: int
    order_id: int
    code: int
    text: str
    ref: str = ""
    json: str = ""


@dataclass(frozen=True)
class Held:
    """A position that changed."""

    account: str
    listing: Listing
    quantity: Decimal
    average_cost: Decimal


Notice = Opened | Stated | Executed | Charged | Failed | Held
