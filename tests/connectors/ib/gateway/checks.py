"""What the broker refuses an order for, each with the code and the words of TWS."""

from dataclasses import dataclass
from decimal import Decimal

from tests.connectors.ib.gateway.house import House
from tests.connectors.ib.gateway.listings import Listing, Reference, Wanted
from tests.connectors.ib.gateway.orders import Terms

PRICED = {
    "LMT": ("lmtPrice",),
    "LOC": ("lmtPrice",),
    "STP": ("auxPrice",),
    "MIT": ("auxPrice",),
    "STP LMT": ("lmtPrice", "auxPrice"),
    "LIT": ("lmtPrice", "auxPrice"),
    "TRAIL": ("trailStopPrice",),
    "TRAIL LIMIT": ("trailStopPrice",),
}
"""The prices of each order type that must lie on a tick."""
KINDS = frozenset({*PRICED, "MKT", "MOC", "REL"})
LIVES = frozenset({"DAY", "GTC", "GTD", "IOC", "FOK", "OPG"})
ALGOS = {
    "Adaptive": {"adaptivePriority"},
    "Vwap": {"maxPctVol", "startTime", "endTime", "allowPastEndTime", "noTakeLiq"},
    "Twap": {"strategyType", "startTime", "endTime", "allowPastEndTime"},
}


@dataclass(frozen=True)
class Refusal:
    """A code and its text."""

    code: int
    text: str


READ_ONLY = Refusal(
    321,
    "Error validating request.-'bW' : cause - The API interface is currently in Read-Only mode.",
)
NO_CONTRACT = Refusal(200, "No security definition has been found for the request")
NO_ACCOUNT = Refusal(435, "You must specify an account.")
FRACTIONAL = Refusal(
    10243, "Fractional-sized order cannot be placed via API. Please use desktop version of TWS."
)
OFF_TICK = Refusal(
    110, "The price does not conform to the minimum price variation for this contract."
)
NO_SIZE = Refusal(434, "The order size cannot be zero.")
NO_CASH = Refusal(10244, "Cash quantity cannot be used for this order")
CHANGED = Refusal(105, "Order being modified does not match original order")
FILLED = Refusal(104, "Cannot modify a filled order.")
DUPLICATE = Refusal(103, "Duplicate order id")


def too_many(maximum: int) -> Refusal:
    return Refusal(
        201,
        f"Order rejected - reason:You have {maximum} working orders on this side of this contract, "
        "which is the maximum.",
    )


def no_parent(parent_id: int) -> Refusal:
    return Refusal(135, f"Can't find order with ID ={parent_id}")


def listing_of(reference: Reference, wanted: Wanted) -> Listing | Refusal:
    """The one contract that is meant."""
    found = reference.matches(wanted)
    if not found:
        return NO_CONTRACT
    if len(found) > 1:
        return Refusal(200, f"The contract description specified for {wanted.symbol} is ambiguous.")
    return found[0]


def account_of(house: House, terms: Terms) -> str | Refusal:
    """The account of an order: it may be left out only where there is but one."""
    if not terms.account:
        return house.accounts[0] if len(house.accounts) == 1 else NO_ACCOUNT
    if terms.account not in house.accounts:
        return Refusal(
            321,
            f"Error validating request.-'bW' : cause - Invalid account code '{terms.account}'.",
        )
    return terms.account


def refusal_of(
    reference: Reference, listing: Listing, exchange: str, terms: Terms
) -> Refusal | None:
    """What is wrong with the terms themselves."""
    if refusal := _size(listing, terms):
        return refusal
    if terms.kind not in KINDS:
        return Refusal(387, "Unsupported order type for this exchange and security type.")
    if terms.tif not in LIVES and terms.tif:
        return Refusal(201, f"Order rejected - reason:Invalid time in force: {terms.tif}")
    if terms.tif == "GTD" and not terms.text("goodTillDate"):
        return Refusal(391, "The time or time-zone entered is invalid.")
    if refusal := _algo(terms, exchange):
        return refusal
    return _prices(reference, listing, exchange, terms)


def _size(listing: Listing, terms: Terms) -> Refusal | None:
    cash = terms.number("cashQty")
    if cash:
        return None if listing.cash_quantity and not terms.quantity else NO_CASH
    if not terms.quantity:
        return NO_SIZE
    if terms.quantity % Decimal(listing.size_increment):
        return FRACTIONAL
    return None


def _algo(terms: Terms, exchange: str) -> Refusal | None:
    strategy = terms.text("algoStrategy")
    if not strategy:
        return None
    if exchange != "SMART":
        return Refusal(439, "The order processing failed. Algorithm definition not found.")
    known = ALGOS.get(strategy)
    if known is None:
        return Refusal(439, "The order processing failed. Algorithm definition not found.")
    for tag, _ in terms.algo_params:
        if tag not in known:
            return Refusal(442, f"Missing or invalid algorithm parameter: {tag}")
    return None


def _prices(reference: Reference, listing: Listing, exchange: str, terms: Terms) -> Refusal | None:
    for name in PRICED.get(terms.kind, ()):
        price = terms.number(name)
        if price is None:
            if name == "trailStopPrice":
                continue
            return Refusal(321, f"Error validating request.-'bW' : cause - {name} is missing.")
        if price % reference.increment(listing, exchange, price):
            return OFF_TICK
    return None
