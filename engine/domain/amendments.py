"""What a venue takes back or changes by itself: busted and corrected trades, restated orders."""

from engine.domain.facts import Fact
from engine.values import Liquidity, Money, Nanos, Price, Quantity

LEAVES_UNSAID = Quantity(-1)
"""The venue did not say what is open after it."""
UNCOUNTED = Quantity(-1)
"""The venue does not say how much of the order it has filled."""


class VenueTradeBusted(Fact, frozen=True, tag="v_busted"):
    """The trade never was. `price` and `quantity` where the venue repeats them, else 0.

    `execution_id` is that of the first report of the trade, whatever it was corrected to since.
    """

    client_order_id: str
    execution_id: str
    price: Price = Price(0)
    quantity: Quantity = Quantity(0)
    text: str = ""
    leaves: Quantity = LEAVES_UNSAID
    """What is open at the venue after it; −1 where it does not say: then all that is missing."""
    at: Nanos = Nanos(0)
    cumulative: Quantity = UNCOUNTED
    """What is filled of the order after it, by the venue's count."""


class VenueTradeCorrected(Fact, frozen=True, tag="v_corrected"):
    """Revision n of a trade stands for it alone: every earlier one is void, heard or not."""

    client_order_id: str
    execution_id: str
    """Of the first report of the trade; the connector knows which one that was."""
    revision: int
    """From 1."""
    price: Price
    quantity: Quantity
    liquidity: Liquidity
    text: str = ""
    leaves: Quantity = LEAVES_UNSAID
    at: Nanos = Nanos(0)
    """When the trade itself was made, not its correction; 0 where the venue does not say."""
    cumulative: Quantity = UNCOUNTED


class VenueFeeCharged(Fact, frozen=True, tag="v_fee"):
    """What one execution cost, in the currency of its instrument; below 0 it was paid for. It may
    be told again, and otherwise: the last word counts."""

    client_order_id: str
    execution_id: str
    """Of the first report of the trade, as everywhere."""
    revision: int
    """Of the trade that it is for: 0 as it was made, n after its n-th correction."""
    fee: Money
    at: Nanos = Nanos(0)


class VenueRestated(Fact, frozen=True, tag="v_restated"):
    """The venue changed price or quantity by itself; the older of two by `at` changes nothing."""

    client_order_id: str
    price: Price
    quantity: Quantity
    """The new total, filled part included."""
    text: str = ""
    at: Nanos = Nanos(0)
