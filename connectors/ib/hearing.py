"""The desk's own order life at IB, from raw callbacks: what each one proves, in whatever order.

A code alone ends nothing that IB has acknowledged, and fills decide quantities; what stays open is
asked about (`rechecks`), and nothing is ever concluded from silence.
"""

from collections.abc import Callable
from typing import Any

from connectors.ib.codes import ALREADY_FILLED, READ_ONLY, Kind, kind_of
from connectors.ib.commissions import Commissions
from connectors.ib.contracts import Contracts
from connectors.ib.groups import NOTHING_LEFT, Groups
from connectors.ib.reading import (
    CANCELLED,
    FILLED,
    INACTIVE,
    PENDING,
    PENDING_CANCEL,
    WORKING,
    foreign,
    instrument_of,
    shown,
    size_of,
    terms_of,
    trade_of,
)
from connectors.ib.roll import Roll, Standing, Terms
from connectors.ib.store import Ids
from connectors.ib.trades import Trade, Trades
from engine.domain import reports as rep
from engine.values import Quantity

Reports = list[rep.Report]
CHANGED_THERE = "changed at IB"
INACTIVE_THERE = "IB made it inactive"
EXPIRED_WORDS = ("expir", "end of day")


class Hearer:
    """`recheck` asks IB about all orders again soon; `note` is told what a person should know."""

    def __init__(
        self,
        roll: Roll,
        trades: Trades,
        contracts: Contracts,
        groups: Groups,
        commissions: Commissions,
        ids: Ids,
        client_id: int,
        recheck: Callable[[], None],
        note: Callable[[str], None],
    ) -> None:
        self._roll, self._trades, self._contracts = roll, trades, contracts
        self._groups, self._commissions = groups, commissions
        self._ids, self._client_id = ids, client_id
        self._recheck, self._note = recheck, note
        self.seen: set[int] = set()
        """permIds that the newest whole list of open orders has, or that were told since."""
        self._listed: set[int] = set()
        self.is_listing = False
        """A list of all open orders is on its way: what it names as working is."""

    def listing_begins(self) -> None:
        """A list of all open orders is asked for. Until its end the one before it counts."""
        self.is_listing = True
        self._listed.clear()

    def listing_ends(self) -> None:
        """It is whole."""
        self.is_listing = False
        self.seen = set(self._listed)

    # openOrder and orderStatus

    def open_order(self, order_id: int, contract: Any, order: Any, state: Any) -> Reports:
        standing = self._found(order, order_id)
        if standing is None:
            standing = foreign(order, contract, self._contracts)
            self._roll.add(standing)
        perm_id = int(order.permId)
        self._stands(standing, perm_id, order_id, int(order.clientId))
        self.seen.add(perm_id)
        self._listed.add(perm_id)
        status = standing.status_there = str(state.status)
        told = self._status(standing, perm_id, status)
        if status in WORKING:
            instrument = instrument_of(contract, self._contracts)
            told += self._terms(standing, terms_of(order, standing.type, instrument))
        return told

    def status(
        self, order_id: int, status: str, filled: object, perm_id: int, client: int, held: str
    ) -> Reports:
        standing = self._roll.of_perm(perm_id)
        if standing is None and client == self._client_id:
            standing = self._roll.of_id(order_id)
        if standing is None:
            return []  # of an order that openOrder has not told yet: it will
        self._stands(standing, perm_id, order_id, client)
        standing.status_there, standing.why_held = status, held
        standing.filled = size_of(filled, self._contracts.instrument(standing.symbol))
        return self._status(standing, perm_id, status)

    def _found(self, order: Any, order_id: int) -> Standing | None:
        """By our reference first, by IB's permId second, by the id of this connection last."""
        found = self._roll.of_ref(str(order.orderRef)) or self._roll.of_perm(int(order.permId))
        if found is None and int(order.clientId) == self._client_id:
            found = self._roll.of_id(order_id)
            if found is not None and order.orderRef and found.ref != str(order.orderRef):
                return None  # the gateway has given the id away a second time
        return found

    def _stands(self, standing: Standing, perm_id: int, order_id: int, client: int) -> None:
        is_ours = client == self._client_id
        if is_ours:
            self._ids.seen(order_id)
        if self._roll.stands_as(standing, perm_id, order_id if is_ours else 0):
            self._note(
                f"{standing.name} stands more than once at IB (permIds"
                f" {', '.join(map(str, standing.live_handles))}): a cancel takes all of them back"
            )

    def _status(self, order: Standing, perm_id: int, status: str) -> Reports:
        if status in PENDING:
            return []
        if status in WORKING or status == PENDING_CANCEL:
            if perm_id in order.over and not self.is_listing:
                return []  # a late repeat; where it stands again after all, the next list says so
            order.over.discard(perm_id)
            return self._works(order, status)
        if status in CANCELLED:
            return self._cancelled(order, perm_id)
        if status == FILLED:
            return self._filled(order, perm_id)
        if status == INACTIVE:
            return self._inactive(order)
        self._note(f"{order.name}: IB says '{shown(status)}', which this desk does not know")
        self._look_elsewhere()
        return []

    def _works(self, order: Standing, status: str) -> Reports:
        if order.is_done:
            self._roll.stands_again(order)
            self._note(f"{order.name} stands at IB again, after it was taken for over")
        was_known, order.is_acknowledged = order.is_acknowledged, True
        if was_known or order.is_foreign:
            return []
        return [rep.VenueAccepted(order.name, venue_id(order))]

    def _cancelled(self, order: Standing, perm_id: int) -> Reports:
        if order.is_done:
            return []
        if perm_id:
            order.over.add(perm_id)
        if order.live_handles:
            return []  # another of the same reference still stands
        return self.ended(order, order.words, order.filled)

    def ended(self, order: Standing, words: str, filled: Quantity) -> Reports:
        """It left the book with so much filled, by IB's count."""
        was_asked, was_known = order.is_cancelling, order.is_acknowledged
        if not words and not was_asked and self._groups.is_used_up(order):
            words = NOTHING_LEFT
        told = self._no_change_any_more(order, "it is over")
        self._roll.done(order)
        is_expired = any(word in words.lower() for word in EXPIRED_WORDS)
        why = words or ("" if was_asked else "it left IB's book, and nobody here asked for that")
        if not was_known and not filled and not was_asked and words:
            order.ending = rep.VenueRejected(order.name, words)
        elif is_expired and not was_asked:
            order.ending = rep.VenueExpired(order.name, words, cumulative=filled)
        else:
            order.ending = rep.VenueCancelled(order.name, why, was_asked, cumulative=filled)
        return [*told, order.ending]

    def _filled(self, order: Standing, perm_id: int) -> Reports:
        """Executions say what was filled; where they stay away they are asked for."""
        told = self._works(order, FILLED) if not order.is_done else []
        if perm_id:
            order.over.add(perm_id)
        if self._trades.told_of(order.ref) < order.filled:
            self._recheck()
        if not order.live_handles:
            told += self._no_change_any_more(order, "it is filled")
            self._roll.done(order)
        return told

    def _no_change_any_more(self, order: Standing, why: str) -> Reports:
        """What is over cannot be changed, whether or not IB still says so of the change itself."""
        change, order.change = order.change, None
        if change is None:
            return []
        return [rep.VenueReplaceRefused(order.name, why, change.new_client_order_id)]

    def _inactive(self, order: Standing) -> Reports:
        """Rejected, or parked: which of both, its completion says, or its absence from all."""
        if order.is_done:
            return []
        if not order.is_acknowledged and order.words:
            return self._rejected(order)
        self._look_elsewhere()
        return []

    def _look_elsewhere(self) -> None:
        """What a list of IB's says is not asked of the same list again, for ever."""
        if not self.is_listing:
            self._recheck()

    def _terms(self, order: Standing, terms: Terms) -> Reports:
        """What IB confirms of an order that works: a change that was made, or one of IB's own."""
        if order.oca_group:
            terms = self._groups.heard(order, terms)
        if order.change is not None:
            told = self._changed(order, terms)
            self._look_beside(order)
            return told
        self._look_beside(order)
        if terms == order.terms or not order.is_acknowledged:
            return []
        order.price, order.quantity, order.stop = terms.price, terms.quantity, terms.stop
        if order.is_foreign:
            return []
        return [rep.VenueRestated(order.name, terms.price, terms.quantity, CHANGED_THERE)]

    def _look_beside(self, order: Standing) -> None:
        """A fill beside it may have crossed what was asked of it: what IB holds is looked up."""
        if self._groups.is_miscounted(order):
            self._recheck()

    def _changed(self, order: Standing, terms: Terms) -> Reports:
        change = order.change
        assert change is not None, "only what was asked for can have been done"
        asked = Terms(change.price, change.quantity, change.stop or order.stop)
        if terms != asked and terms == order.terms:
            return []  # it stands as before: the answer is still to come
        was = order.name
        self._roll.renamed(order, change.new_client_order_id, terms)
        return [
            rep.VenueReplaced(
                was,
                change.new_client_order_id,
                terms.price,
                terms.quantity,
                stop=terms.stop,
            )
        ]

    # executions

    def execution(self, contract: Any, execution: Any, *, is_live: bool) -> Reports:
        """`is_live`: it was made just now, and is no answer to a question."""
        order = self._of_execution(execution)
        ref = order.ref if order is not None else f"P{execution.permId}"
        trade = trade_of(contract, execution, ref, self._contracts)
        known = self._trades.find(trade.base)
        if not self._trades.is_news(trade):
            return []
        if order is None or (order.is_foreign and not is_live):
            return []
        told: Reports = []
        if not order.is_acknowledged:
            told += self._works(order, FILLED)
        if any(not each.is_counted for each in self._groups.open_beside(order)):
            self._recheck()
        return [*told, self._trade(order, trade, known), *self._commissions.of_trade(trade.base)]

    def _of_execution(self, execution: Any) -> Standing | None:
        found = self._roll.of_ref(str(execution.orderRef)) or self._roll.of_perm(
            int(execution.permId)
        )
        if found is None and int(execution.clientId) == self._client_id:
            ref = self._ids.ref_of(int(execution.orderId))
            found = self._roll.of_ref(ref)
        return found

    def _trade(self, order: Standing, trade: Trade, known: Trade | None) -> rep.Report:
        if trade.revision == 0 and known is None:
            return rep.VenueFilled(
                order.name,
                trade.base,
                trade.price,
                trade.quantity,
                trade.liquidity,
                "",
                trade.at,
            )
        if not trade.quantity:
            price, size = trade.price, trade.quantity
            if known is not None:
                price, size = known.price, known.quantity
            return rep.VenueTradeBusted(
                order.name, trade.base, price, size, "IB took the trade back", at=trade.at
            )
        return rep.VenueTradeCorrected(
            order.name,
            trade.base,
            trade.revision,
            trade.price,
            trade.quantity,
            trade.liquidity,
            f"corrected by IB ({trade.exec_id})",
            at=trade.at,
        )

    # completed orders

    def completed(self, contract: Any, order: Any, state: Any) -> Reports:
        """Of an order that stands here as open, and was not told as open in the same round."""
        perm_id = int(order.permId)
        standing = self._roll.of_ref(str(order.orderRef)) or self._roll.of_perm(perm_id)
        if standing is None or standing.is_foreign:
            return []
        self._roll.stands_as(standing, perm_id, 0)
        standing.over.add(perm_id)
        if standing.is_done or perm_id in self.seen or standing.live_handles:
            return []
        instrument = instrument_of(contract, self._contracts)
        standing.filled = max(standing.filled, size_of(order.filledQuantity, instrument))
        told = self._works(standing, str(state.status)) if standing.filled else []
        if str(state.status) == FILLED:
            told += self._no_change_any_more(standing, "it is filled")
            self._roll.done(standing)
            return told
        words = standing.words or shown(state.completedStatus)
        return told + self.ended(standing, words, standing.filled)

    def _rejected(self, order: Standing) -> Reports:
        self._roll.done(order)
        order.ending = rep.VenueRejected(order.name, order.words)
        return [order.ending]

    def told_again(self, order: Standing) -> Reports:
        """How an order ended, for somebody who has not heard of it."""
        if order.ending is None:
            return [rep.VenueAccepted(order.name, venue_id(order))]
        return [order.ending]

    # errors about orders

    def refused(self, order: Standing, code: int, text: str, more: str) -> Reports:
        """An error that names the order: what it does depends on what IB has proved of it."""
        words = f"{shown(text)} ({code})" + (f" {shown(more)}" if more else "")
        kind = kind_of(code)
        if kind is Kind.CANCEL_CONFIRMED and order.is_done:
            return []
        if kind is Kind.CANCEL_CONFIRMED:
            order.words = "" if order.is_cancelling else words
            self._recheck()  # the status that ends it may never come
            return []
        if kind is Kind.WARNING:
            self._note(f"{order.name}: IB warns: {words}; the order stays as it is")
            return []
        order.words = words
        if kind in (Kind.TOO_LATE, Kind.NOT_FOUND):
            return self._not_cancelled(order, kind, words)
        if code == READ_ONLY and order.is_cancelling:
            order.is_cancelling = False
            return [rep.VenueCancelRefused(order.name, words)]
        if order.change is not None and kind in (Kind.REFUSAL, Kind.ID_USED, Kind.NOT_SENT):
            self._recheck()
            return self._not_changed(order, words)
        if not order.is_acknowledged and kind in (Kind.ID_USED, Kind.NOT_SENT):
            order.may_be_nothing = True
        elif not order.is_acknowledged and kind is Kind.REFUSAL:
            return self._rejected(order)
        if code == ALREADY_FILLED or kind is Kind.REFUSAL:
            self._note(f"{order.name}: IB says: {words}; it is asked what became of the order")
        else:
            self._note(f"{order.name}: IB says: {words}; nothing is concluded, it is asked again")
        self._recheck()
        return []

    def _not_cancelled(self, order: Standing, kind: Kind, words: str) -> Reports:
        self._recheck()
        if kind is Kind.NOT_FOUND and not order.is_done:
            order.not_found = True
        if not order.is_cancelling or order.not_found:
            return []  # what became of it, the lists say
        order.is_cancelling = False
        return [rep.VenueCancelRefused(order.name, words)]

    def _not_changed(self, order: Standing, words: str) -> Reports:
        change, order.change = order.change, None
        assert change is not None, "a change that was asked for"
        return [rep.VenueReplaceRefused(order.name, words, change.new_client_order_id)]


def venue_id(order: Standing) -> str:
    """The venue's own id of an order: its permId, as soon as IB has told it."""
    return next((str(perm) for perm in order.handles), "") or f"#{order.order_id}"
