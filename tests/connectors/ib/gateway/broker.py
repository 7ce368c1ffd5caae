"""The broker's order book, which is the truth: it takes orders, holds them and ends them.

It knows no sockets. Whatever it has to say goes to `tell`, in the order in which TWS would say it;
who hears it, and whether anybody does, is the gateway's affair.
"""

from collections.abc import Callable
from dataclasses import replace

from tests.connectors.ib.gateway import checks, groups
from tests.connectors.ib.gateway.checks import Refusal
from tests.connectors.ib.gateway.house import House
from tests.connectors.ib.gateway.ledger import Book
from tests.connectors.ib.gateway.listings import Listing, Reference
from tests.connectors.ib.gateway.notices import (
    Failed,
    Held,
    Notice,
    Opened,
    Stated,
)
from tests.connectors.ib.gateway.order_reading import Placed
from tests.connectors.ib.gateway.order_writing import UNSET_MARGINS, when_text
from tests.connectors.ib.gateway.orders import (
    BrokerOrder,
    Execution,
    Status,
    Terms,
)

FIRST_PERM_ID = 1_928_374_650


class Broker:
    """Orders by permId; the key (client, order id) names the newest order that used it."""

    def __init__(self, house: House, reference: Reference) -> None:
        self.house = house
        self.reference = reference
        self.tell: Callable[[Notice], None] = lambda notice: None
        self.orders: dict[int, BrokerOrder] = {}
        self.executions: list[Execution] = []
        """Of today, corrections in the place of what they correct."""
        self.said: list[Execution] = []
        """Every execution ever, corrected ones too."""
        self.books: dict[str, Book] = {}
        self.open_books()
        self._keys: dict[tuple[int, int], int] = {}
        self._highest: dict[int, int] = {}
        self._perm_ids = FIRST_PERM_ID
        self._bound_ids = 0

    # ── finding ────────────────────────────────────────────────────────────────────────────────

    def find(self, client_id: int, order_id: int) -> BrokerOrder | None:
        perm_id = self._keys.get((client_id, order_id))
        return self.orders.get(perm_id) if perm_id is not None else None

    def all_of(self, ref: str) -> list[BrokerOrder]:
        return [order for order in self.orders.values() if order.ref == ref]

    def one(self, ref: str | int) -> BrokerOrder:
        """The newest order of a reference, or the one of a permId. KeyError where there is none."""
        if isinstance(ref, int):
            return self.orders[ref]
        found = self.all_of(ref)
        if not found:
            raise KeyError(f"the broker has no order with the reference {ref!r}")
        return found[-1]

    def next_id(self, client_id: int) -> int:
        return max(self.house.first_id, self._highest.get(client_id, 0) + 1)

    def open_books(self) -> None:
        """A book for every account that the house has by now."""
        for account in self.house.accounts:
            self.books.setdefault(account, Book(account))

    def roll_ids_back(self) -> None:
        """Forget which order ids were used: `nextValidId` starts again, orders stay."""
        self._highest.clear()

    def begin_day(self) -> None:
        """Midnight at IB: day orders end, and what was done before is told of no more."""
        for order in list(self.orders.values()):
            if not order.is_done and order.terms.tif == "DAY":
                self.end(order, Status.CANCELLED, "Expired")
        self.executions.clear()
        for order in self.orders.values():
            order.completed_at = ""

    def bind(self, order: BrokerOrder) -> None:
        """Give an order of TWS itself the negative id under which client 0 may change it."""
        own = self.orders[order.perm_id]
        if own.order_id == 0:
            self._bound_ids -= 1
            own.order_id = self._bound_ids
            self._keys[own.key] = own.perm_id
        order.order_id = own.order_id

    # ── taking ─────────────────────────────────────────────────────────────────────────────────

    def place(self, client_id: int, placed: Placed) -> None:
        """A new order, the modification of one, or a preview."""
        order = self.find(client_id, placed.order_id)
        used = placed.order_id <= self._highest.get(client_id, 0)
        if order is not None and not (order.is_done and not used):
            self._modify(order, placed)
        elif used and not placed.terms.what_if:
            self._fail(client_id, placed, checks.DUPLICATE)
        else:
            self._new(client_id, placed)

    def _new(self, client_id: int, placed: Placed) -> None:
        terms = placed.terms
        if not terms.what_if or self.house.previews_use_ids:
            self._highest[client_id] = max(self._highest.get(client_id, 0), placed.order_id)
        listing = checks.listing_of(self.reference, placed.wanted)
        account = checks.account_of(self.house, terms)
        if isinstance(listing, Refusal):
            return self._fail(client_id, placed, listing)
        if isinstance(account, Refusal):
            return self._fail(client_id, placed, account)
        exchange = placed.wanted.exchange or listing.exchange
        refusal = (
            checks.refusal_of(self.reference, listing, exchange, terms)
            or self._parent_refusal(client_id, terms)
            or self._count_refusal(account, listing, terms)
        )
        if refusal:
            return self._fail(client_id, placed, refusal)
        order = BrokerOrder(
            0,
            client_id,
            placed.order_id,
            account,
            listing,
            exchange,
            terms,
            quantity=terms.quantity,
        )
        if terms.what_if:
            return self._preview(order)
        self._enter(order)
        if not terms.transmit:
            self._hold(order)
        else:
            for one in groups.family(self, order):
                self._send(one)
        return None

    def _enter(self, order: BrokerOrder) -> None:
        self._perm_ids += 1
        order.perm_id = self._perm_ids
        order.group = order.terms.oca_group
        order.group_type = order.terms.oca_type
        self.orders[order.perm_id] = order
        self._keys[order.key] = order.perm_id
        if not order.terms.tif and self.house.tif_preset:
            order.terms = order.terms.but(tif=self.house.tif_preset)
            text = f"Order TIF was set to {self.house.tif_preset} based on order preset."
            self.warn(order, 10349, text)

    def enter_elsewhere(self, client_id: int, order_id: int, placed: Placed, account: str) -> int:
        """An order of another client or of a person at TWS; returns its permId."""
        listing = checks.listing_of(self.reference, placed.wanted)
        if isinstance(listing, Refusal):
            raise ValueError(listing.text)
        exchange = placed.wanted.exchange or listing.exchange
        terms = placed.terms
        order = BrokerOrder(
            0, client_id, order_id, account, listing, exchange, terms, quantity=terms.quantity
        )
        self._enter(order)
        self._send(order)
        return order.perm_id

    def _hold(self, order: BrokerOrder) -> None:
        order.status = Status.API_PENDING
        if self.house.held_is_said:
            self.say(order)

    def _send(self, order: BrokerOrder) -> None:
        groups.join(self, order)
        order.status, order.why_held = groups.first_status(self, order)
        if self.house.acknowledges:
            self.acknowledge(order)

    def acknowledge(self, order: BrokerOrder) -> None:
        """Say for the first time that the order is there, as TWS does: held, then working."""
        order.acknowledged = True
        if self.house.first_without_perm_id:
            self.say(replace(order, perm_id=0, status=Status.PRE_SUBMITTED))
        elif order.status is Status.SUBMITTED:
            self.say(replace(order, status=Status.PRE_SUBMITTED))
        self.say(order)

    def say(self, order: BrokerOrder) -> None:
        """openOrder and orderStatus, as often as the house likes to repeat itself."""
        for _ in range(self.house.echoes):
            self.tell(Opened(order))
            self.tell(Stated(order))

    def _modify(self, order: BrokerOrder, placed: Placed) -> None:
        terms = placed.terms
        refusal: Refusal | None = None
        if order.is_done:
            filled = order.status is Status.FILLED
            refusal = checks.FILLED if filled else checks.DUPLICATE
        elif not placed.wanted.describes(order.listing) or terms.action != order.terms.action:
            refusal = checks.CHANGED
        else:
            refusal = checks.refusal_of(
                self.reference, order.listing, order.exchange, terms
            ) or self._parent_refusal(order.client_id, terms)
        if refusal:
            return self._fail(order.client_id, placed, refusal)
        order.revisions.append(order.terms)
        order.terms = terms if terms.tif else terms.but(tif=order.terms.tif)
        order.quantity = max(terms.quantity, order.filled)
        if order.status is Status.API_PENDING and terms.transmit:
            for one in groups.family(self, order):
                self._send(one)
        elif self.house.acknowledges and order.status is not Status.API_PENDING:
            self.say(order)
        return None

    def _preview(self, order: BrokerOrder) -> None:
        order.status = Status.PRE_SUBMITTED
        if self.house.what_if_twice:
            self.tell(Opened(order, UNSET_MARGINS))
        self.tell(Opened(order, self.house.margins.fields()))

    def _parent_refusal(self, client_id: int, terms: Terms) -> Refusal | None:
        if not terms.parent_id:
            return None
        parent = self.find(client_id, terms.parent_id)
        gone = parent is None or parent.is_done
        return checks.no_parent(terms.parent_id) if gone else None

    def _count_refusal(self, account: str, listing: Listing, terms: Terms) -> Refusal | None:
        working = sum(
            order.is_live
            and order.account == account
            and order.listing.con_id == listing.con_id
            and order.terms.action == terms.action
            for order in self.orders.values()
        )
        maximum = self.house.active_orders_max
        return checks.too_many(maximum) if working >= maximum and not terms.what_if else None

    def _fail(self, client_id: int, placed: Placed, refusal: Refusal) -> None:
        ref = placed.terms.ref
        self.tell(Failed(client_id, placed.order_id, refusal.code, refusal.text, ref))

    # ── ending ─────────────────────────────────────────────────────────────────────────────────

    def cancel(self, client_id: int, order_id: int) -> None:
        """The client's wish; 10147 and 10148 are the answers to one that cannot be."""
        order = self.find(client_id, order_id)
        if order is None:
            text = f"OrderId {order_id} that needs to be cancelled is not found."
            return self.tell(Failed(client_id, order_id, 10147, text))
        if order.is_done:
            text = (
                f"OrderId {order_id} that needs to be cancelled cannot be cancelled, "
                f"state: {order.status}."
            )
            return self.tell(Failed(client_id, order_id, 10148, text, order.ref))
        return self.request_cancel(order)

    def cancel_all(self) -> None:
        """Everything in the account, of every client and of TWS itself."""
        for order in list(self.orders.values()):
            if not order.is_done:
                self.request_cancel(order)

    def request_cancel(self, order: BrokerOrder) -> None:
        if order.status is Status.API_PENDING:
            order.acknowledged = True
            return self.confirm_cancel(order)
        order.status, order.parked = Status.PENDING_CANCEL, False
        self.tell(Stated(order))
        if self.house.confirms_cancels:
            self.confirm_cancel(order)
        return None

    def confirm_cancel(self, order: BrokerOrder) -> None:
        self.end(order, Status.CANCELLED)
        self.warn(order, 202, "Order Canceled - reason:")

    def end(self, order: BrokerOrder, status: Status, words: str = "") -> None:
        """Terminal without a fill; children that waited for it go too."""
        order.status = status
        order.why_held = ""
        self.complete(order, words or f"{status} by Trader")
        if order.acknowledged:
            self.tell(Stated(order))
        groups.ended(self, order)

    def reject(self, order: BrokerOrder, refusal: Refusal, json: str = "") -> None:
        """The exchange or IB's own risk says no to an order that it had taken."""
        order.status = Status.INACTIVE
        self.complete(order, "Inactive")
        self.warn(order, refusal.code, refusal.text, json)
        if self.house.inactive_on_reject:
            self.tell(Opened(order))
            self.tell(Stated(order))
        groups.ended(self, order)

    def park(self, order: BrokerOrder, why: str) -> None:
        """Inactive, and yet alive: it stays listed, and a trigger or a cancel moves it on."""
        order.status, order.why_held, order.parked = Status.INACTIVE, why, True
        self.say(order)

    def warn(self, order: BrokerOrder, code: int, text: str, json: str = "") -> None:
        """An error message about the order, which changes nothing about it."""
        self.tell(Failed(order.client_id, order.order_id, code, text, order.ref, json))

    def complete(self, order: BrokerOrder, words: str) -> None:
        """Note when and how it ended, for completedOrder."""
        style = self.house.time_style
        order.completed_at = when_text(self.house.clock(), style)
        order.completed_status = words

    def tell_position(self, account: str, listing: Listing) -> None:
        holding = self.books[account].holding(listing)
        self.tell(Held(account, listing, holding.quantity, holding.average_cost))
