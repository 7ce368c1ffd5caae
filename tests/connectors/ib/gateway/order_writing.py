"""Writes what the server says of an order: openOrder with its ghosts, completedOrder and fills.

An echoed order is no template. What a client never set comes back as the real server writes it:
`auxPrice` 0.0, an `ocaType` of 3, a `displaySize` of 2147483647, a `trailStopPrice` one above the
limit, a `deltaNeutralOrderType` of "None". Layouts: the decoders of ib_insync 0.9.86 and ib_async
2.1.0; values: the captured message that spec/ib.md cites.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.connectors.ib.gateway.listings import Listing
from tests.connectors.ib.gateway.orders import BrokerOrder, Execution, Terms
from tests.connectors.ib.gateway.wire import UNSET, UNSET_INTEGER, plain

NO_DELTA_NEUTRAL = ("0", "", "", "", "?", "0", "0", "")
EMPTY_MARGIN = (UNSET,) * 9


@dataclass(frozen=True)
class Margins:
    """What a what-if answer says; texts as sent."""

    before: tuple[str, str, str] = ("1000.0", "900.0", "100000.0")
    """Initial margin, maintenance margin, equity with loan."""
    change: tuple[str, str, str] = ("500.0", "450.0", "0.0")
    after: tuple[str, str, str] = ("1500.0", "1350.0", "100000.0")
    commission: str = "1.0"
    commission_min: str = ""
    commission_max: str = ""
    currency: str = "USD"
    warning: str = ""

    def fields(self) -> tuple[str, ...]:
        return (
            *self.before,
            *self.change,
            *self.after,
            self.commission,
            self.commission_min or UNSET,
            self.commission_max or UNSET,
            self.currency,
            self.warning,
        )


NO_MARGINS = (*EMPTY_MARGIN, "", "", "", "", "")
UNSET_MARGINS = (*EMPTY_MARGIN, UNSET, UNSET, UNSET, "", "")


def contract_fields(listing: Listing, exchange: str) -> list[Any]:
    """The eleven fields of a contract that orders, executions and positions share."""
    return [
        listing.con_id,
        listing.symbol,
        listing.sec_type,
        listing.expiry,
        listing.strike,
        listing.right or "?",
        listing.multiplier,
        exchange,
        listing.currency,
        listing.named(),
        listing.trading_class or listing.symbol,
    ]


def double(number: Decimal | None, unset: str = UNSET) -> str:
    """A price as Java prints a double: `190.0`, never `190`."""
    if number is None:
        return unset
    text = plain(number)
    return text if "." in text else text + ".0"


def open_order(
    order: BrokerOrder, version: int, margins: tuple[str, ...] = NO_MARGINS
) -> list[Any]:
    """The fields of openOrder after the message's number."""
    terms = order.terms
    return [
        order.order_id,
        *contract_fields(order.listing, order.exchange),
        *_head(order),
        order.client_id,
        order.perm_id,
        *_middle(terms, version, shares_allocation=True),
        *("0", "", "", "", "", ""),  # auctionStrategy … stockRangeUpper
        terms.text("displaySize") if terms.number("displaySize") else UNSET_INTEGER,
        *("0", "0", terms.text("allOrNone"), terms.text("minQty")),
        order.group_type or 3,
        *("0", "0", "", terms.parent_id, terms.text("triggerMethod")),
        *("", "0", "None", "", *NO_DELTA_NEUTRAL, "0", "0"),
        *(_trail_stop(terms, ""), terms.text("trailingPercent"), "", "", ""),
        *(0, 0, 0),  # legs, prices of legs, routing parameters
        *(UNSET_INTEGER, UNSET_INTEGER, ""),  # scale
        *("", "0", "", "IB", "0", "0"),  # hedge … no delta neutral contract
        *_algo(terms),
        *("0", terms.what_if, order.status.value),
        *margins,
        *("0", "0"),
        *_conditions(terms),
        *("None", UNSET, _trail_stop(terms, UNSET), terms.text("lmtPriceOffset") or UNSET),
        *(UNSET, UNSET, UNSET, "0", "", "", ""),
        *(terms.text("cashQty") or "0", "1", "0", "0", terms.text("usePriceMgmtAlgo") or "0"),
        *([UNSET_INTEGER] if version >= 159 else []),
        *([UNSET_INTEGER] if version >= 160 else []),
        *(["0"] if version >= 162 else []),
        *(["", "", "", "", ""] if version >= 170 else []),
    ]


def _head(order: BrokerOrder) -> list[Any]:
    terms = order.terms
    return [
        terms.action,
        order.quantity,
        terms.kind,
        double(terms.limit_price, "0.0"),
        double(terms.aux_price, "0.0"),
        terms.tif or "DAY",
        order.group,
        order.account,
        "",
        "0",
        terms.ref,
    ]


def _middle(terms: Terms, version: int, *, shares_allocation: bool) -> list[Any]:
    return [
        terms.text("outsideRth"),
        terms.text("hidden"),
        terms.text("discretionaryAmt") or "0",
        terms.text("goodAfterTime"),
        *([""] if shares_allocation else []),
        *("", "", ""),  # faGroup, faMethod, faPercentage
        *([""] if version < 177 else []),  # faProfile
        "",
        terms.text("goodTillDate"),
        "",
        terms.text("percentOffset"),
        *("", "0", "", "-1"),  # settlingFirm, shortSaleSlot, designatedLocation, exemptCode
    ]


def _trail_stop(terms: Terms, unset: str) -> str:
    """What the client set, or the ghost: one above the limit price."""
    if terms.text("trailStopPrice"):
        return terms.text("trailStopPrice")
    return double(terms.limit_price + 1) if terms.limit_price is not None else unset


def _algo(terms: Terms) -> list[Any]:
    if not terms.text("algoStrategy"):
        return [""]
    named = [text for pair in terms.algo_params for text in pair]
    return [terms.text("algoStrategy"), len(terms.algo_params), *named]


def _conditions(terms: Terms) -> list[Any]:
    if not terms.conditions:
        return [0]
    flat = [text for condition in terms.conditions for text in condition]
    flags = [terms.text("conditionsIgnoreRth"), terms.text("conditionsCancelOrder")]
    return [len(terms.conditions), *flat, *flags]


def completed_order(order: BrokerOrder, version: int, parent_perm_id: int) -> list[Any]:
    """The fields of completedOrder: neither the order id nor the client id is among them."""
    terms = order.terms
    return [
        *contract_fields(order.listing, order.exchange),
        *_head(order),
        order.perm_id,
        *_middle(terms, version, shares_allocation=False),
        *("", "", "", "", ""),  # startingPrice … stockRangeUpper
        terms.text("displaySize") if terms.number("displaySize") else UNSET_INTEGER,
        *("0", terms.text("allOrNone"), terms.text("minQty")),
        order.group_type or 3,
        *(terms.text("triggerMethod"), "", "0", "None", "", "0", "0", "0", ""),
        *("0", "0", _trail_stop(terms, ""), terms.text("trailingPercent"), ""),
        *(0, 0, 0, UNSET_INTEGER, UNSET_INTEGER, "", ""),
        *("", "IB", "0", "0"),
        *_algo(terms),
        *("0", order.status.value, "0", "0"),
        *_conditions(terms),
        *(_trail_stop(terms, UNSET), terms.text("lmtPriceOffset") or UNSET),
        *(terms.text("cashQty") or "0", "1", "0", "", order.filled, "0", "0", "", "0", "0"),
        parent_perm_id,
        order.completed_at,
        order.completed_status,
        *(["", "", "", "", ""] if version >= 170 else []),
    ]


def order_status(order: BrokerOrder) -> list[Any]:
    return [
        order.order_id,
        order.status.value,
        order.filled,
        order.remaining,
        double(order.average_price),
        order.perm_id,
        order.terms.parent_id,
        double(order.last_price),
        order.client_id,
        order.why_held,
        "0.0",
    ]


def exec_details(fill: Execution, request_id: int, when: str, version: int) -> list[Any]:
    return [
        request_id,
        # Executions of a person's order at TWS come with an id that is not set.
        fill.order_id or UNSET_INTEGER,
        *contract_fields(fill.listing, fill.exchange),
        fill.exec_id,
        when,
        fill.account,
        fill.exchange,
        fill.side,
        fill.shares,
        double(fill.price),
        fill.perm_id,
        fill.client_id,
        "0",
        fill.cumulative,
        double(fill.average),
        fill.ref,
        *("", "", "", fill.liquidity),
        *([fill.pending_revision] if version >= 178 else []),
    ]


def commission_report(fill: Execution) -> list[Any]:
    return [
        1,
        fill.exec_id,
        fill.commission,
        fill.commission_currency,
        fill.realized or UNSET,
        UNSET,
        "",
    ]


def when_text(at: float, style: str) -> str:
    """A time as TWS writes it: with a zone's name, bare in its own zone, or in UTC with a dash."""
    if style == "utc":
        return datetime.fromtimestamp(at, UTC).strftime("%Y%m%d-%H:%M:%S")
    kind, _, zone = style.partition(" ")
    local = datetime.fromtimestamp(at, ZoneInfo(zone or "US/Eastern"))
    if kind == "bare":
        return local.strftime("%Y%m%d  %H:%M:%S")
    return local.strftime("%Y%m%d %H:%M:%S ") + (zone or "US/Eastern")
