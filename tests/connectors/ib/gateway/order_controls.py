"""A test's hand on the broker: fills, rejects, corrections, and the truth to compare with."""

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests.connectors.ib.gateway import account_requests, filling, revising
from tests.connectors.ib.gateway.checks import Refusal
from tests.connectors.ib.gateway.hub import GatewayHub
from tests.connectors.ib.gateway.listings import Wanted
from tests.connectors.ib.gateway.notices import Charged
from tests.connectors.ib.gateway.order_reading import Placed
from tests.connectors.ib.gateway.orders import BrokerOrder, Execution, Status, Terms

Number = Decimal | int | str


class Truth:
    """What the broker holds, as copies: nothing in them changes under the reader."""

    def __init__(self, do: Callable[..., Any], hub: GatewayHub) -> None:
        self._do = do
        self._broker = hub.broker

    @property
    def orders(self) -> list[BrokerOrder]:
        """Every order that the broker ever took, in the order in which it took them."""
        return self._do(lambda: [_frozen(order) for order in self._broker.orders.values()])

    @property
    def open_orders(self) -> list[BrokerOrder]:
        return [order for order in self.orders if not order.is_done]

    def of(self, ref: str) -> list[BrokerOrder]:
        """All orders of a reference: more than one is an order doubled."""
        return [order for order in self.orders if order.ref == ref]

    def order(self, ref: str) -> BrokerOrder:
        """The one order of a reference. AssertionError where there is none, or two."""
        found = self.of(ref)
        assert len(found) == 1, f"{len(found)} orders with the reference {ref!r}"
        return found[0]

    @property
    def executions(self) -> list[Execution]:
        """What stands today, corrections in the place of what they corrected."""
        return self._do(lambda: list(self._broker.executions))

    @property
    def positions(self) -> dict[tuple[str, str], Decimal]:
        """Quantities by account and symbol, those of zero left out."""
        return self._do(
            lambda: {
                (book.account, holding.listing.named()): holding.quantity
                for book in self._broker.books.values()
                for holding in book.holdings.values()
                if holding.quantity
            }
        )


def _frozen(order: BrokerOrder) -> BrokerOrder:
    other = copy(order)
    other.revisions = list(order.revisions)
    return other


class OrderControls:
    """A mixin of Gateway; every order is named by its orderRef, or by its permId as a number."""

    hub: GatewayHub
    do: Callable[..., Any]

    @property
    def broker(self) -> Truth:
        return Truth(self.do, self.hub)

    def fill(
        self, ref: str | int, quantity: Number = "", price: Number = "", **more: Any
    ) -> Execution:
        """Fill an order, by default all that is left at its limit price; `more` as in filling."""

        def act() -> Execution:
            order = self.hub.broker.one(ref)
            shares = Decimal(quantity) if quantity != "" else order.remaining
            paid = Decimal(price) if price != "" else order.terms.limit_price
            if paid is None:
                raise ValueError(f"{ref!r} has no limit price: name one")
            return filling.fill(self.hub.broker, order, shares, paid, **more)

        return self.do(act)

    def correct(self, exec_id: str, quantity: Number, price: Number) -> Execution:
        """Replace an execution: `.01` becomes `.02`, with this quantity and price."""
        shares, paid = Decimal(quantity), Decimal(price)
        return self.do(revising.correct, self.hub.broker, exec_id, shares, paid)

    def bust(self, exec_id: str) -> None:
        self.do(revising.bust, self.hub.broker, exec_id)

    def charge(self, exec_id: str, **what: str) -> None:
        """Report the commission of an execution again, or anew with other fields of it."""

        def act() -> None:
            fill = next(one for one in self.hub.broker.said if one.exec_id == exec_id)
            self.hub.broker.tell(Charged(replace(fill, **what)))

        self.do(act)

    def reject(
        self,
        ref: str | int,
        code: int = 201,
        text: str = "Order rejected - reason:",
        json: str = "",
    ) -> None:
        """End an order that was taken: an error, and Inactive."""
        self._on(ref, lambda order: self.hub.broker.reject(order, Refusal(code, text), json))

    def warn(self, ref: str | int, code: int, text: str, json: str = "") -> None:
        """An error message on an order that stays as it is (399, 404, 10349, 2109, 201 …)."""
        self._on(ref, lambda order: self.hub.broker.warn(order, code, text, json))

    def acknowledge(self, ref: str | int) -> None:
        """Say for the first time that an order is there, where the house does not by itself."""
        self._on(ref, self.hub.broker.acknowledge)

    def restate(self, ref: str | int) -> None:
        """Repeat openOrder and orderStatus as they stand."""
        self._on(ref, self.hub.broker.say)

    def cancel(self, ref: str | int) -> None:
        """A cancel from elsewhere: a person at TWS, or IB itself."""
        self._on(ref, self.hub.broker.request_cancel)

    def confirm_cancel(self, ref: str | int) -> None:
        """End an order that is PendingCancel, where the house does not by itself."""
        self._on(ref, self.hub.broker.confirm_cancel)

    def expire(self, ref: str | int) -> None:
        """The end of a day order: Cancelled, without an error."""
        self._on(ref, lambda order: self.hub.broker.end(order, Status.CANCELLED, "Expired"))

    def park(self, ref: str | int, why: str = "locate") -> None:
        """Inactive and alive, as for shares that are not to be borrowed yet."""
        self._on(ref, lambda order: self.hub.broker.park(order, why))

    def trigger(self, ref: str | int) -> None:
        """A stop's price is reached, or what parked an order is gone: it works now."""

        def act(order: BrokerOrder) -> None:
            order.status, order.why_held, order.parked = Status.SUBMITTED, "", False
            self.hub.broker.say(order)

        self._on(ref, act)

    def _on(self, ref: str | int, act: Callable[[BrokerOrder], Any]) -> None:
        self.do(lambda: act(self.hub.broker.one(ref)))

    def place_elsewhere(
        self,
        symbol: str,
        action: str,
        quantity: Number,
        price: Number = "",
        *,
        client_id: int = 0,
        order_id: int = 0,
        ref: str = "",
        account: str = "",
        **terms: str,
    ) -> int:
        """An order of another client, or (id 0) of a person at TWS; returns its permId."""
        said = {
            "action": action,
            "totalQuantity": str(quantity),
            "orderType": "LMT" if price != "" else "MKT",
            "lmtPrice": str(price),
            "tif": "DAY",
            "orderRef": ref,
            "transmit": "1",
        } | terms

        def act() -> int:
            listing = self.hub.broker.reference.by_symbol(symbol)
            placed = Placed(order_id, Wanted(con_id=listing.con_id), Terms(said))
            who = account or self.hub.house.accounts[0]
            return self.hub.broker.enter_elsewhere(client_id, order_id, placed, who)

        return self.do(act)

    # ── accounts ───────────────────────────────────────────────────────────────────────────────

    def set_position(
        self, symbol: str, quantity: Number, average: Number = "0", account: str = ""
    ) -> None:
        """A position without a fill: a split, a transfer, an exercise."""

        def act() -> None:
            who = account or self.hub.house.accounts[0]
            listing = self.hub.broker.reference.by_symbol(symbol)
            holding = self.hub.broker.books[who].holding(listing)
            holding.quantity = Decimal(quantity)
            holding.cost = Decimal(quantity) * Decimal(average)
            self.hub.broker.tell_position(who, listing)

        self.do(act)

    def set_account(self, tag: str, value: str, currency: str = "USD", account: str = "") -> None:
        """An account value, told to those who subscribed."""

        def act() -> None:
            book = self.hub.broker.books[account or self.hub.house.accounts[0]]
            book.values[tag, currency] = value
            for session in self.hub.sessions:
                account_requests.value_changed(session, book, tag, currency)

        self.do(act)

    def set_pnl(self, daily: str, unrealized: str, realized: str, account: str = "") -> None:
        """The P&L of a day; `UNSET` for what IB does not know."""

        def act() -> None:
            book = self.hub.broker.books[account or self.hub.house.accounts[0]]
            book.daily, book.unrealized, book.realized = daily, unrealized, realized
            for session in self.hub.sessions:
                account_requests.pnl_changed(session, book)

        self.do(act)
