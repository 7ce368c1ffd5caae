"""Tells the desk, in reports, what happened to its orders at the paper exchange."""

from collections.abc import Sequence

import msgspec

from connectors.feeds.flow import OWN_ORDER_IDS_FROM
from connectors.paper import words
from connectors.paper.marker import Marker
from connectors.paper.orders import OrderRoll, OwnOrder
from connectors.paper.quoting import MarketKeeper
from connectors.paper.tally import Tally
from engine.domain.luck import Assumed
from engine.domain.order_events import Levels
from engine.domain.reports import (
    Report,
    VenueAccepted,
    VenueCancelled,
    VenueCompared,
    VenueExpired,
    VenueFilled,
    VenueOrderWaited,
    VenueTriggered,
)
from engine.domain.views import TradePrint
from engine.exchange.auctions import AuctionEvent, Cross, CrossFilled
from engine.exchange.exchange import Exchange, Telling
from engine.exchange.messages import (
    Accepted,
    Cancelled,
    CancelReason,
    Event,
    Traded,
    Triggered,
)
from engine.instruments import Instrument
from engine.values import Liquidity, Nanos, Price, Quantity, Side

_MAKER, _TAKER = Liquidity.MAKER, Liquidity.TAKER
_UNSAID = Nanos(0)
_ORDERS, _BARS = Telling.ORDERS, Telling.BARS
PRICE_TEXTS_MAX = 4_096
"""Remembered texts of prices: fills come again and again at the same few."""


class Clerk:
    """Sees every event of the exchange once: quotes and tape follow, and the desk's reports."""

    __slots__ = (
        "_exchange",
        "_instruments",
        "_keeper",
        "_mids_before",
        "_next_execution",
        "_price_texts",
        "marker",
        "now",
        "reports",
        "roll",
        "shares_provided",
        "shares_taken",
        "tally",
    )

    def __init__(
        self,
        exchange: Exchange,
        keeper: MarketKeeper,
        instruments: Sequence[Instrument],
        *,
        next_execution: int,
    ) -> None:
        self._exchange = exchange
        self._keeper = keeper
        self._instruments = {instrument.symbol: instrument for instrument in instruments}
        self._next_execution = next_execution
        self._price_texts: dict[tuple[str, int], str] = {}
        self._mids_before: dict[str, int] = {}
        """Twice the mid of a symbol just before the own trades of the batch that is heeded."""
        self.marker = Marker(keeper.market)
        self.tally = Tally(instruments)
        self.roll = OrderRoll()
        self.reports: list[Report] = []
        self.now = Nanos(0)
        self.shares_provided = self.shares_taken = 0

    def heed(self, events: Sequence[Event]) -> None:
        """What became true in one batch; own orders' reports wait in `reports` afterwards."""
        has_own, keeper = False, self._keeper
        touched: dict[str, bool] = {}
        """Symbols, and whether more happened there than that somebody came."""
        of_others: list[Traded] = []
        for event in events:
            symbol = event.symbol
            if not isinstance(event, Traded):
                has_own = has_own or event.order_id >= OWN_ORDER_IDS_FROM
                touched[symbol] = type(event) is not Accepted or touched.get(symbol, False)
                continue
            touched[symbol] = True
            is_own = event.maker_id >= OWN_ORDER_IDS_FROM or event.taker_id >= OWN_ORDER_IDS_FROM
            quantity = event.quantity
            trade = TradePrint(self.now, event.price, quantity, event.taker_side, False, is_own)
            if not is_own:
                of_others.append(event)
                keeper.printed(symbol, trade)
                continue
            has_own = True
            # The quote still is what it was before this batch: it follows further down.
            self._mids_before[symbol] = keeper.twice_mid(symbol)
            keeper.printed(symbol, trade, quantity)
        for symbol in touched:
            if symbol in self._instruments:
                keeper.refresh(self._exchange.book(symbol), self.now)
        if self.roll.by_exchange_id:
            # Where queues are known who joins one stands behind all that wait there.
            self._watch(of_others, touched, self._exchange.told_in is _ORDERS)
        if has_own:
            self._tell(events)

    def crossed(
        self, symbol: str, name: str, cross: Cross | None, events: Sequence[AuctionEvent]
    ) -> None:
        """An auction took place: one print for all of it, and every own order hears its part."""
        own = [event for event in events if event.order_id in self.roll.by_exchange_id]
        if cross is not None:
            side = Side.BUY if cross.imbalance >= 0 else Side.SELL
            mine = sum(event.quantity for event in own if type(event) is CrossFilled)
            self._mids_before[symbol] = self._keeper.twice_mid(symbol)
            price, size = cross.price, cross.quantity
            trade = TradePrint(self.now, price, size, side, own=mine > 0, auction=True)
            self._keeper.printed(symbol, trade, mine)
        for event in own:
            order = self.roll.by_exchange_id[event.order_id]
            if type(event) is CrossFilled:
                assert cross is not None, "who is filled was part of a cross"
                why = words.as_cross(
                    name,
                    cross,
                    self._price(symbol, cross.price),
                    got=event.quantity,
                    wanted=order.open_quantity,
                    known=self._instruments[symbol],
                )
                self._fill(order, event.price, event.quantity, Liquidity.AUCTION, why)
            elif type(event) is Cancelled and event.reason is CancelReason.AUCTION_OVER:
                at = "" if cross is None else self._price(symbol, cross.price)
                self.gone_by_rule(order, words.left_by_cross(name, at))
            elif type(event) is Cancelled:
                self._tell_gone(order, event.reason)

    def queue_ahead(self, order: OwnOrder) -> int:
        """Quantity ahead of the order now; NOT_QUEUED when it stands in no queue."""
        return self._exchange.queue_ahead(order.symbol, order.exchange_id)

    def waiting(self) -> tuple[str, ...]:
        """Client order ids of what has not met its market yet."""
        is_fresh, held = self._exchange.is_fresh, self.roll.by_exchange_id
        return tuple(order.client_order_id for number, order in held.items() if is_fresh(number))

    def accepted(self, order: OwnOrder, bids: Levels = (), asks: Levels = ()) -> None:
        """The order passed the exchange's checks and stands, waits or has traded.

        `bids` and `asks` are the book that it met.
        """
        ahead = self._exchange.queue_ahead(order.symbol, order.exchange_id)
        self.roll.stands(order)
        name = order.client_order_id
        answer = VenueAccepted(name, order.venue_order_id, ahead, _UNSAID, bids, asks)
        self.roll.answered(name, answer)
        if ahead != order.history.ahead:
            order.history.stands(self.now, ahead)
        self.reports.append(answer)

    def restored(self, order: OwnOrder) -> None:
        """After a restart: a status query hears that the order stands; the desk knows already."""
        name = order.client_order_id
        self.roll.answered(name, VenueAccepted(name, order.venue_order_id))

    def gone_by_rule(self, order: OwnOrder, text: str) -> None:
        """The exchange let go of the order, or of what was left of it, by a rule of its own."""
        count = order.cumulative
        gone = VenueCancelled(order.client_order_id, text, requested=False, cumulative=count)
        self._gone(order, gone)

    # --- reports of own orders

    def _tell(self, events: Sequence[Event]) -> None:
        for position, event in enumerate(events):
            if type(event) is Accepted:
                continue  # told when the request was answered
            if isinstance(event, Traded):
                self._tell_trade(event, events, position)
                continue
            order = self.roll.by_exchange_id.get(event.order_id)
            if order is None:
                continue
            if type(event) is Triggered:
                order.history.stands(self.now, self.queue_ahead(order))
                self.reports.append(VenueTriggered(order.client_order_id, event.stop))
            elif type(event) is Cancelled:
                self._tell_gone(order, event.reason)

    def _tell_gone(self, order: OwnOrder, reason: CancelReason) -> None:
        text, count = words.CANCELS[reason], order.cumulative
        if reason is CancelReason.EXPIRED:
            self._gone(order, VenueExpired(order.client_order_id, text, cumulative=count))
        elif reason is CancelReason.REQUESTED:
            self._gone(order, VenueCancelled(order.client_order_id, text, cumulative=count))
        else:
            self.gone_by_rule(order, text)

    def _gone(self, order: OwnOrder, last_word: VenueCancelled | VenueExpired) -> None:
        self._tell_wait(order)
        # What was missed by not being filled is told with the word that says so.
        twice_mid = self._keeper.twice_mid_or_close(order.symbol)
        last_word = msgspec.structs.replace(last_word, twice_mid=twice_mid)
        self.roll.ended(order, last_word)
        self.reports.append(last_word)
        self._compare(order)

    def waited(self, order: OwnOrder) -> VenueOrderWaited | None:
        """How the order has waited so far; None for one that never stood in a queue."""
        history = order.history
        if not (history.points or history.nearest):
            return None
        return VenueOrderWaited(
            order.client_order_id,
            history.places(),
            Quantity(history.traded_at_price),
            Price(history.nearest),
            order.is_estimate,
        )

    def _tell_wait(self, order: OwnOrder) -> None:
        if (told := self.waited(order)) is not None:
            self.reports.append(told)

    def _tell_trade(self, trade: Traded, events: Sequence[Event], position: int) -> None:
        maker = self.roll.by_exchange_id.get(trade.maker_id)
        if maker is not None:
            self._fill(
                maker,
                trade.price,
                trade.quantity,
                Liquidity.MAKER,
                self._why_maker(maker, trade, events[:position]),
            )
        taker = self.roll.by_exchange_id.get(trade.taker_id)
        if taker is not None:
            self._fill_taker(taker, trade, events, position)

    def _fill_taker(
        self, taker: OwnOrder, last: Traded, events: Sequence[Event], position: int
    ) -> None:
        """One fill a price: told with the last of the trades that the order made there in a row."""
        if position + 1 < len(events) and _is_same_run(last, events[position + 1]):
            return
        quantity, orders = last.quantity, 1
        while orders <= position:
            event = events[position - orders]
            if type(event) is not Traded or not _is_same_run(last, event):
                break
            quantity += event.quantity  # type: ignore[assignment]  # a sum of quantities is one
            orders += 1
        price = self._price(taker.symbol, last.price)
        why = self._why_taker(taker.symbol, last, quantity, price, orders)
        self._fill(taker, last.price, quantity, _TAKER, why)

    def _why_taker(self, symbol: str, last: Traded, quantity: int, price: str, orders: int) -> str:
        told_in = self._exchange.told_in
        known = self._instruments[symbol]
        size = known.format_quantity(quantity)
        if told_in is _ORDERS:
            return words.as_taker(last.taker_side, size, price, orders)
        if told_in is _BARS:
            read = self._exchange.read_as(last.taker_id)
            return words.as_taker_of_a_bar(size, price) + words.reading_in_words(read, known)
        assumed = self._exchange.is_assumed(symbol, last.taker_side, last.price)
        return words.as_taker_of_a_quote(last.taker_side, size, price, assumed=assumed)

    def _why_maker(self, maker: OwnOrder, trade: Traded, before: Sequence[Event]) -> str:
        """The size is what the aggressor still wanted when it reached this price."""
        known, price = self._instruments[maker.symbol], self._price(maker.symbol, trade.price)
        if self._exchange.told_in is Telling.BARS:
            size_of_it = known.format_quantity(trade.quantity)
            read = self._exchange.read_as(trade.maker_id)
            why = words.as_maker_in_a_bar(size_of_it, price, trade.taker_side, read)
            return why + words.reading_in_words(read, known)
        ahead = 0
        size = trade.quantity + trade.taker_leaves
        for event in before:
            if isinstance(event, Traded) and event.taker_id == trade.taker_id:
                ahead += event.quantity if event.price == trade.price else 0
        return words.as_maker(
            trade.taker_side,
            size + ahead,
            price,
            ahead=ahead,
            got=trade.quantity,
            known=known,
        )

    def _fill(
        self,
        order: OwnOrder,
        price: Price,
        quantity: Quantity,
        liquidity: Liquidity,
        explanation: str,
    ) -> None:
        if liquidity is _MAKER:
            self.shares_provided += quantity
        elif liquidity is _TAKER:
            self.shares_taken += quantity
        execution_id = f"P-{self._next_execution}"
        self._next_execution += 1
        self.marker.filled(execution_id, order.symbol, self._mids_before[order.symbol], self.now)
        fill = VenueFilled(
            order.client_order_id, execution_id, price, quantity, liquidity, explanation
        )
        order.filled(fill)
        if order.oca_group:
            self.roll.filled_in_group(order, quantity)
        self.tally.filled(order, fill, self.now)
        if order.is_live:
            order.history.stands(self.now, self.queue_ahead(order))
            self.reports.append(fill)
            return
        if order.history.points or order.history.nearest:
            self._tell_wait(order)
        self.roll.ended(order, fill)
        self.reports.append(fill)
        self._compare(order)

    def _compare(self, order: OwnOrder) -> None:
        """The order is out of the market: what every assumption gave it while it was there."""
        outcomes = self._exchange.outcomes(order.exchange_id)
        if not outcomes:
            return
        told = tuple(
            Assumed(o.assumption, o.filled, Nanos(o.first_at), Nanos(o.done_at), o.paid)
            for o in outcomes
        )
        booked = self._exchange.booked_model
        self.reports.append(VenueCompared(order.client_order_id, booked, order.price, told))

    def _watch(
        self, of_others: Sequence[Traded], touched: dict[str, bool], only_moved: bool
    ) -> None:
        """The queue ahead of every own order in these books, and what traded meanwhile."""
        place, by_symbol = self._exchange.queue_ahead, self.roll.by_symbol
        known: dict[int, int] = {}
        for symbol, moved in touched.items():
            if only_moved and not moved:
                continue
            for exchange_id, order in (by_symbol.get(symbol) or {}).items():
                if of_others:
                    self._saw_trades(order, of_others)
                ahead = place(symbol, exchange_id, known)
                if ahead != order.history.ahead:
                    order.history.stands(self.now, ahead)

    def _saw_trades(self, order: OwnOrder, of_others: Sequence[Traded]) -> None:
        """Beside an order that waits in a queue or for its stop."""
        resting = self._exchange.book(order.symbol).orders.get(order.exchange_id)
        passive, history = order.instruction.side, order.history
        if resting is not None:
            sign = -passive
        elif order.type.has_stop:
            sign = passive
        else:
            return
        for trade in of_others:
            if trade.symbol != order.symbol:
                continue
            history.saw_trade(trade.price, sign=sign)
            at_price = resting is not None and trade.price == resting.level.price
            if at_price and trade.taker_side is not passive:
                history.traded(trade.quantity)

    def _price(self, symbol: str, price: Price) -> str:
        texts = self._price_texts
        text = texts.get((symbol, price))
        if text is None:
            if len(texts) >= PRICE_TEXTS_MAX:
                texts.clear()
            text = texts[symbol, price] = self._instruments[symbol].format_price(price)
        return text


def _is_same_run(trade: Traded, event: Event) -> bool:
    return (
        type(event) is Traded
        and event.taker_id == trade.taker_id
        and event.price == trade.price
        and event.symbol == trade.symbol
    )
