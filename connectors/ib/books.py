"""The desk's questions, answered by rounds that begin after them: orders, trades, positions, cash.

"Never had it" is said of an order that is in none of three lists, each with its end marker; how
often that has to be so before it is believed is the desk's own rule.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from connectors.ib.contracts import Contracts
from connectors.ib.groups import MISCOUNTED, Groups
from connectors.ib.hearing import Hearer, venue_id
from connectors.ib.roll import Roll, Standing
from connectors.ib.rounds import Kind, Rounds, Want
from connectors.ib.trades import Trade, Trades
from engine.domain import reports as rep
from engine.domain.requests import (
    CashRequest,
    ExecutionsRequest,
    OpenOrdersRequest,
    PositionsRequest,
    StatementRequest,
    StatusRequest,
)
from engine.domain.statements import (
    OpenOrder,
    VenueCash,
    VenueExecutions,
    VenueOpenOrders,
    VenuePositions,
)
from engine.values import Money, Quantity, Side, clamped

ROWS_MAX = 50_000
"""Rows of one statement; more are not whole."""
THREE_LISTS = (Kind.ORDERS, Kind.COMPLETED, Kind.EXECUTIONS)
Reports = list[rep.Report]


class Completed(msgspec.Struct, frozen=True, gc=False):
    """One row of the list of completed orders, raw."""

    contract: Any
    order: Any
    state: Any


class _Asked(msgspec.Struct):
    """One question, and the rounds that it waits for."""

    request: StatementRequest | StatusRequest | None
    """None: the connector itself wants to look again."""
    wants: list[Want]


class Books:
    """Gathers rows between the begin and the end of a round, and answers who waits for them."""

    def __init__(
        self,
        roll: Roll,
        trades: Trades,
        hearer: Hearer,
        contracts: Contracts,
        groups: Groups,
        recheck: Callable[[], None],
    ) -> None:
        """`recheck` asks IB about all orders once more, soon."""
        self._roll, self._trades, self._hearer = roll, trades, hearer
        self._contracts, self._groups, self._recheck = contracts, groups, recheck
        self._asked: list[_Asked] = []
        self._completed: list[Completed] = []
        self._bases: dict[str, None] = {}
        """Trades of the list of executions that is on its way."""
        self._told_bases: dict[str, None] = {}
        """Of the newest whole one; the next may have begun before it is answered from."""
        self._positions: dict[tuple[str, int], tuple[str, Quantity]] = {}
        self._told: dict[tuple[str, int], tuple[str, Quantity]] = {}
        self._is_counting = False
        """Positions are being listed; otherwise IB tells one that has changed, unasked."""
        self.moved = ""
        """A symbol of which it did so, until somebody takes note of it."""
        self.found: Reports = []
        """What the end of a list proved, for whoever collects reports."""

    # What rounds bring.

    def began(self, kind: Kind) -> None:
        if kind is Kind.ORDERS:
            self._hearer.listing_begins()
        elif kind is Kind.COMPLETED:
            self._completed.clear()
        elif kind is Kind.EXECUTIONS:
            self._bases.clear()
        elif kind is Kind.POSITIONS:
            self._is_counting = True
            self._positions.clear()

    def ended(self, kind: Kind) -> None:
        if kind is Kind.ORDERS:
            self._hearer.listing_ends()
        elif kind is Kind.COMPLETED:
            for row in self._completed:
                self.found += self._hearer.completed(row.contract, row.order, row.state)
        elif kind is Kind.EXECUTIONS:
            self._told_bases = dict(self._bases)
        elif kind is Kind.POSITIONS:
            self._is_counting = False
            self._told = dict(self._positions)

    def completed(self, contract: Any, order: Any, state: Any) -> None:
        self._completed.append(Completed(contract, order, state))

    def executed(self, base: str) -> None:
        self._bases[base] = None

    @property
    def held(self) -> set[str]:
        """Symbols in which IB says that something is held."""
        rows = (*self._positions.values(), *self._told.values())
        return {symbol for symbol, quantity in rows if quantity}

    def position(self, account: str, contract: Any, quantity: Quantity) -> None:
        symbol = self._contracts.symbol_of(contract)
        self._positions[account, int(contract.conId)] = (symbol, quantity)
        if not self._is_counting:
            self.moved = symbol

    # What is asked.

    def asked(self, request: StatementRequest | StatusRequest, rounds: Rounds) -> None:
        self._asked.append(_Asked(request, [rounds.want(kind) for kind in _needs(request)]))

    def recheck(self, rounds: Rounds) -> None:
        """Of its own accord, and from where ids go on; one that has not begun yet is enough."""
        if not any(
            each.request is None and not any(map(rounds.has_begun, each.wants))
            for each in self._asked
        ):
            wants = [rounds.want(kind) for kind in (*THREE_LISTS, Kind.IDS)]
            self._asked.append(_Asked(None, wants))

    def forget(self) -> None:
        """The line is gone, and with it what was asked: whoever still wants to know asks again."""
        self._asked.clear()
        self._hearer.is_listing = self._is_counting = False
        self.moved = ""

    def answers(self, account: str) -> Reports:
        """What can be said now."""
        told, self.found = self.found, []
        over = [each for each in self._asked if all(want.is_over for want in each.wants)]
        for each in over:
            self._asked.remove(each)
            failed = next((want.failed for want in each.wants if want.failed), "")
            told += self._answer(each.request, failed, account)
        return told

    def _answer(
        self, request: StatementRequest | StatusRequest | None, failed: str, account: str
    ) -> Reports:
        whole = not failed
        match request:
            case None:
                return self._settled() if whole else []
            case StatusRequest():
                return (
                    self._status(request) if whole else []
                )  # a question that failed proves nothing
            case OpenOrdersRequest(query=query):
                rows = self._open_orders()
                whole = whole and len(rows) <= ROWS_MAX
                return [VenueOpenOrders(query, rows[:ROWS_MAX], whole, failed)]
            case ExecutionsRequest(query=query, since=since):
                rows_of = tuple(
                    each.as_execution(self._name(each), self._trades.fee_of(each))
                    for each in self._of_list()
                    if each.at >= since and each.quantity
                )
                return [VenueExecutions(query, since, rows_of, whole, failed)]
            case PositionsRequest(query=query, account=of):
                held = tuple(
                    (symbol, quantity)
                    for (name, _), (symbol, quantity) in self._told.items()
                    if name == account and quantity
                )
                return [VenuePositions(query, of, held, whole, failed)]
            case CashRequest(query=query, account=of):
                return [VenueCash(query, of, self._traded(account), True, whole, failed)]

    def _status(self, request: StatusRequest) -> Reports:
        """What became of one order, by all three lists."""
        name, query = request.client_order_id, request.query
        order = self._roll.get(name)
        if order is None:
            return [rep.VenueOrderUnknown(name, query=query)]
        change = order.change
        is_change = change is not None and name == change.new_client_order_id
        is_open = self._is_open(order)
        if is_change and is_open:
            order.change_is_missing = True
            return [rep.VenueOrderUnknown(name, query=query)]  # it stands with its old terms
        if is_open:
            return [rep.VenueAccepted(order.name, venue_id(order))]
        if order.is_done:
            return self._hearer.told_again(order)
        if not order.handles and not self._trades.told_of(order.ref):
            return [rep.VenueOrderUnknown(name, query=query)]
        return []  # it is neither open nor completed, and was there: a person has to look

    def _settled(self) -> Reports:
        """A look of the connector's own: cancels that found nothing are answered now."""
        told: Reports = []
        for order in self._roll.open():
            is_open = self._is_open(order)
            if order.not_found and order.is_cancelling:
                order.not_found, order.is_cancelling = False, False
                there = "it stands there all the same" if is_open else "no list of IB's has it"
                told.append(rep.VenueCancelRefused(order.name, f"{order.words}; {there}"))
            if order.may_be_nothing and not is_open and not order.is_acknowledged:
                order.may_be_nothing = False
                self._roll.done(order)
                order.ending = rep.VenueRejected(
                    order.name, f"{order.words}: nothing was placed, IB's lists do not have it"
                )
                told.append(order.ending)
            if is_open and order.oca_group and not order.is_foreign:
                told += self._counted(order)
        return told

    def _is_open(self, order: Standing) -> bool:
        """By the newest list of open orders, and nothing heard since that ended it."""
        return not order.is_done and bool(self._hearer.seen & set(order.live_handles))

    def _counted(self, order: Standing) -> Reports:
        """What IB holds it for, against all fills beside it: the desk hears of a difference, and
        puts it right."""
        groups = self._groups
        if order.change is not None or not order.quantity_there:
            return []
        total = groups.total_of(order)
        order.is_counted = total == order.quantity
        if order.is_counted:
            return []
        if total < order.quantity and order.short_there != order.quantity_there:
            # Of a fill beside it that IB has counted and not told yet: the next look has it.
            order.short_there = order.quantity_there
            self._recheck()
            return []
        listed = self._contracts.get(order.symbol)
        size = listed.instrument.format_quantity if listed is not None else str
        wanted = Quantity(order.quantity - groups.filled_beside(order.oca_group, order.ref))
        text = MISCOUNTED.format(size(order.quantity_there), size(Quantity(max(0, wanted))))
        order.quantity = total
        return [rep.VenueRestated(order.name, order.price, total, text)]

    def _open_orders(self) -> tuple[OpenOrder, ...]:
        return tuple(_row(order) for order in self._roll.open() if self._is_open(order))

    def _of_list(self) -> tuple[Trade, ...]:
        found = (self._trades.find(base) for base in self._told_bases)
        return tuple(trade for trade in found if trade is not None)

    def _name(self, trade: Trade) -> str:
        order = self._roll.of_ref(trade.ref)
        return order.name if order is not None else trade.ref

    def _traded(self, account: str) -> tuple[tuple[str, Money], ...]:
        """By currency, what the trades of the newest list moved, before fees."""
        sums: dict[str, int] = {}
        for trade in self._of_list():
            listed = self._contracts.get(trade.symbol)
            if listed is None or trade.account != account:
                continue
            instrument = listed.instrument
            paid = instrument.notional(trade.price, trade.quantity)
            is_bought = trade.instruction.side is Side.BUY
            sums[instrument.currency] = sums.get(instrument.currency, 0) + (
                -paid if is_bought else paid
            )
        return tuple((currency, Money(clamped(amount))) for currency, amount in sums.items())


def _needs(request: StatementRequest | StatusRequest) -> tuple[Kind, ...]:
    match request:
        case StatusRequest():
            return THREE_LISTS
        case OpenOrdersRequest():
            return (Kind.ORDERS,)
        case PositionsRequest():
            return (Kind.POSITIONS,)
        case ExecutionsRequest() | CashRequest():
            return (Kind.EXECUTIONS,)


def _row(order: Standing) -> OpenOrder:
    return OpenOrder(
        order.name,
        venue_id(order),
        order.symbol,
        order.instruction,
        order.type,
        order.time_in_force,
        order.quantity,
        order.filled,
        order.price,
        order.stop,
    )
