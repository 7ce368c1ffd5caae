"""ExecutionReport (8) and OrderCancelReject (9) as reports of a venue; counts, and dedupes trades.

Working quantities and requests are apart: a report of a request moves no quantity, and a fill that
comes while a change is pending bears the old name (FIX 4.4 volume 4, order state changes).
"""

from collections.abc import Callable, Mapping

from connectors.fix.client.asking import FIX42
from connectors.fix.client.disputes import WORDS, WRONG_SYMBOL, Disputes, reason_of_misfit
from connectors.fix.client.reading import (
    date_of,
    instruction_of,
    instrument_of,
    life_of,
    liquidity_of,
    price_of,
    size_of,
    terms_of,
    type_of,
    when,
)
from connectors.fix.client.roll import Roll, Standing
from connectors.fix.client.trades import Trade, Trades, trade_key
from connectors.fix.codes import Exec, Status
from connectors.fix.message import Message
from connectors.fix.tags import Tag
from engine.domain import reports as rep
from engine.domain.amendments import LEAVES_UNSAID
from engine.instruments import Instrument
from engine.values import Price, Quantity, TimeInForce

TEXT_MAX = 512
CANCEL_42, CORRECT_42, STATUS_42 = b"1", b"2", b"3"
"""ExecTransType (20), of FIX 4.2 alone."""
FILLS = (Exec.TRADE, Exec.PARTIAL_42, Exec.FILL_42)
OF_TRADES = (*FILLS, Exec.BUST, Exec.CORRECT)
DUPLICATE_ORDER, UNKNOWN_ORDER = "6", "5"
"""OrdRejReason (103)."""
ALREADY_PENDING = "3"
"""CxlRejReason (102): another request is on its way, whose answer is still to come."""
TO_REPLACE = b"2"
"""CxlRejResponseTo (434)."""
Reports = list[rep.Report]


class Hearer:
    """Reads what a venue says of orders; `note` is told what a person should know of it."""

    def __init__(
        self,
        version: str,
        roll: Roll,
        trades: Trades,
        instruments: Mapping[str, Instrument],
        note: Callable[[str], None],
        disputes: Disputes | None = None,
    ) -> None:
        self._is_42 = version == FIX42
        self._roll, self._trades, self._instruments = roll, trades, instruments
        self._note = note
        self._disputes = disputes or Disputes(note)
        self._by_kind: dict[bytes, Callable[[Message, str, Standing | None], Reports]] = {
            Exec.NEW: self._accepted,
            Exec.CANCELLED: self._cancelled,
            Exec.REPLACED: self._replaced,
            Exec.REJECTED: self._rejected,
            Exec.EXPIRED: self._expired,
            Exec.DONE_FOR_DAY: self._expired,
            Exec.RESTATED: self._restated,
            Exec.TRIGGERED: self._triggered,
            Exec.BUST: self._busted,
            Exec.CORRECT: self._corrected,
            **dict.fromkeys(FILLS, self._filled),
        }

    def execution(self, message: Message) -> Reports:
        """Of a report that is no answer to a question about orders."""
        kind = self.kind(message)
        order = self.order_of(message)
        name = self.name_of(message, order)
        handler = self._by_kind.get(kind)
        misfit = reason_of_misfit(message, order)
        # A fill says itself that it contradicts its order; a venue may tell the side of a bust or a
        # correction as it likes, but its figures are of the order's symbol.
        if misfit and (kind not in OF_TRADES or (kind not in FILLS and misfit == WRONG_SYMBOL)):
            self._note(
                f"the venue tells of {name} what {WORDS[misfit]}: it is not believed, ask the venue"
            )
            return []
        if order is not None and not misfit:
            self._roll.has_id(order, message.text(Tag.ORDER_ID))
        if handler is None:
            return []  # pending, calculated, stopped: nothing of the order's own has changed
        return handler(message, name, order)

    def unread(self, message: Message, why: str) -> Reports:
        """Of a report that breaks its dictionary: a trade of an order is booked by a person."""
        kind, order = self.kind(message), self.order_of(message)
        is_trade = kind in FILLS or (not kind and message.get(Tag.LAST_QTY) is not None)
        if order is None or not is_trade:
            return []
        key = trade_key(message.text(Tag.EXEC_ID), message.text(Tag.SIDE), date_of(message))
        misfit = f"could not be read ({why})"
        return [_trade(message, self.name_of(message, order), key, *self._last(message), misfit)]

    def kind(self, message: Message) -> bytes:
        """ExecType (150); the transactions of FIX 4.2 (20) under the names of later versions."""
        if self._is_42:
            transaction = message.get(Tag.EXEC_TRANS_TYPE)
            later = {CANCEL_42: Exec.BUST, CORRECT_42: Exec.CORRECT, STATUS_42: Exec.STATUS}
            if transaction in later:
                return later[transaction]
        return message.get(Tag.EXEC_TYPE) or b""

    def status(self, message: Message, asked: str, query: int) -> Reports:
        """The answer to a question about one order, by what it was asked as."""
        order = self.order_of(message)
        status, at = message.get(Tag.ORD_STATUS), when(message)
        if order is None or status == Status.REJECTED:
            if is_unknown(message):
                return [rep.VenueOrderUnknown(asked, at, query)]
            if status == Status.REJECTED:
                return self._rejected(message, asked, order)
        if order is None:
            self._note(f"the venue tells of {asked}, which is no order of this desk")
            return []
        self._roll.has_id(order, message.text(Tag.ORDER_ID))
        name = message.text(Tag.CL_ORD_ID)
        told: Reports = []
        if order.change is not None and name == order.change.new_client_order_id:
            told += self._replaced(message, name, order)
        told.append(rep.VenueAccepted(asked, order.order_id))
        self._count(message, order)
        if status == Status.CANCELLED:
            told += self._cancelled(message, order.name, order)
        elif status in (Status.EXPIRED, Status.DONE_FOR_DAY):
            told += self._expired(message, order.name, order)
        return told

    def order_of(self, message: Message) -> Standing | None:
        """By its name, by the request that is answered, or by the venue's own id."""
        name, of = message.text(Tag.CL_ORD_ID), message.text(Tag.ORIG_CL_ORD_ID)
        return (
            self._roll.get(name)
            or self._roll.of_cancel(name)
            or (self._roll.get(of) if of else None)
            or self._roll.of_order_id(message.text(Tag.ORDER_ID))
        )

    def foreign(self, message: Message) -> Standing:
        """Somebody else's order of the same account: a cancel finds it by the name it has here."""
        instrument, order_id = self._instrument(message), message.text(Tag.ORDER_ID)
        price, quantity, stop = terms_of(message, instrument)
        order = Standing(
            name=message.text(Tag.CL_ORD_ID) or order_id,
            symbol=message.text(Tag.SYMBOL),
            instruction=instruction_of(message),
            type=type_of(message),
            time_in_force=life_of(message),
            quantity=quantity,
            price=price,
            stop=stop,
            order_id=order_id,
            cumulative=max(Quantity(0), self._cumulative(message)),
            is_foreign=True,
        )
        self._roll.add(order)
        return order

    def name_of(self, message: Message, order: Standing | None) -> str:
        """What the desk calls the order that a report is about, as the report has it."""
        name, of = message.text(Tag.CL_ORD_ID), message.text(Tag.ORIG_CL_ORD_ID)
        if order is None or self._roll.get(name) is order:
            return of if order is None and of else name
        return of if of and self._roll.get(of) is order else order.name

    def refused(self, message: Message) -> Reports:
        """OrderCancelReject: the order is what it was, under the name that it had."""
        order = self.order_of(message)
        request, of = message.text(Tag.CL_ORD_ID), message.text(Tag.ORIG_CL_ORD_ID)
        text = words(message) or "refused without a word"
        if message.text(Tag.CXL_REJ_REASON) == ALREADY_PENDING:
            self._note(f"{of or request}: {text}; the earlier request is still to be answered")
            return []
        name = of or (order.name if order is not None else request)
        if message.get(Tag.CXL_REJ_RESPONSE_TO) == TO_REPLACE:
            return self.not_replaced(name, request, text)
        return [rep.VenueCancelRefused(name, text)]

    def not_replaced(self, name: str, request: str, text: str) -> Reports:
        order = self._roll.get(request)
        change = order.change if order is not None else None
        if order is not None and change is not None and change.new_client_order_id == request:
            order.change = None
        return [rep.VenueReplaceRefused(name, text, request)]

    # What became of an order.

    def _accepted(self, message: Message, name: str, order: Standing | None) -> Reports:
        if order is None:
            self.foreign(message)
        return [rep.VenueAccepted(name, message.text(Tag.ORDER_ID), at=when(message))]

    def _filled(self, message: Message, name: str, order: Standing | None) -> Reports:
        price, quantity = self._last(message)
        exec_id, side = message.text(Tag.EXEC_ID), message.text(Tag.SIDE)
        date = date_of(message)
        known = self._trades.find(exec_id, side, date)
        trade = self._trades.made(exec_id, side, date, price, quantity)
        misfit = reason_of_misfit(message, order)
        self._look_at_repeated(known, price, quantity)
        if known is None and price > 0 and quantity > 0:
            if order is not None and not misfit and not self._is_counted(message, order):
                order.cumulative = Quantity(order.cumulative + quantity)
            self._disputes.look_at(message, order, price)
        fill = _trade(message, name, trade.key, price, quantity, WORDS.get(misfit, ""))
        if misfit:
            return [fill]
        self._count(message, order)
        if message.get(Tag.ORD_STATUS) == Status.FILLED and order is not None:
            self._roll.done(order)
        return [fill]

    def _busted(self, message: Message, name: str, order: Standing | None) -> Reports:
        ref, side = message.text(Tag.EXEC_REF_ID), message.text(Tag.SIDE)
        trade = self._trades.referred(ref, side)
        key = trade.key if trade is not None else trade_key(ref, side, date_of(message))
        price, quantity = (trade.price, trade.quantity) if trade is not None else (0, 0)
        self._recount(message, order)
        return [
            rep.VenueTradeBusted(
                name,
                key,
                Price(price),
                Quantity(quantity),
                words(message) or "the venue took the trade back",
                self._leaves(message),
                when(message),
                self._cumulative(message),
            )
        ]

    def _corrected(self, message: Message, name: str, order: Standing | None) -> Reports:
        price, quantity = self._last(message)
        ids = message.text(Tag.EXEC_ID), message.text(Tag.EXEC_REF_ID), message.text(Tag.SIDE)
        trade = self._trades.corrected(*ids, date_of(message), price, quantity)
        self._recount(message, order)
        return [
            rep.VenueTradeCorrected(
                name,
                trade.key,
                trade.revision,
                Price(trade.price),
                Quantity(trade.quantity),
                liquidity_of(message),
                words(message) or "corrected by the venue",
                self._leaves(message),
                cumulative=self._cumulative(message),
            )
        ]

    def _cancelled(self, message: Message, name: str, order: Standing | None) -> Reports:
        request = message.text(Tag.CL_ORD_ID)
        is_asked = (
            (order is not None and order.is_swept)
            or self._roll.of_cancel(request) is not None
            or (bool(message.text(Tag.ORIG_CL_ORD_ID)) and request != name)
        )
        self._end(order)
        cumulative = self._cumulative(message)
        return [
            rep.VenueCancelled(name, words(message), is_asked, when(message), cumulative=cumulative)
        ]

    def _expired(self, message: Message, name: str, order: Standing | None) -> Reports:
        is_for_the_day = self.kind(message) == Exec.DONE_FOR_DAY
        if is_for_the_day and order is not None and order.time_in_force is TimeInForce.GTC:
            self._note(f"{name} is done for the day and stands again on the next")
            return []
        text = words(message) or ("done for the day" if is_for_the_day else "")
        self._end(order)
        cumulative = self._cumulative(message)
        return [rep.VenueExpired(name, text, when(message), cumulative=cumulative)]

    def _rejected(self, message: Message, name: str, order: Standing | None) -> Reports:
        text = words(message) or "rejected without a word"
        if message.text(Tag.ORD_REJ_REASON) == DUPLICATE_ORDER:
            self._note(f"the venue has had {name} before: it is asked about, not taken for dead")
            return []
        self._end(order)
        return [rep.VenueRejected(name, text, when(message))]

    def _replaced(self, message: Message, name: str, order: Standing | None) -> Reports:
        of = message.text(Tag.ORIG_CL_ORD_ID) or (order.name if order is not None else name)
        price, quantity, stop = terms_of(message, instrument_of(message, self._instruments))
        if order is not None:
            asked = order.change
            price = price or (asked.price if asked is not None else order.price)
            quantity = quantity or (asked.quantity if asked is not None else order.quantity)
            order.price, order.quantity = price, quantity
            order.stop = stop or order.stop
            if of == name:
                of = order.name
            self._roll.renamed(order, name)
        return [rep.VenueReplaced(of, name, price, quantity, at=when(message), stop=stop)]

    def _restated(self, message: Message, name: str, order: Standing | None) -> Reports:
        price, quantity, _ = terms_of(message, instrument_of(message, self._instruments))
        if order is not None:
            price, quantity = price or order.price, quantity or order.quantity
            order.price, order.quantity = price, quantity
        text = words(message) or "changed by the venue"
        return [rep.VenueRestated(name, price, quantity, text, when(message))]

    def _triggered(self, message: Message, name: str, order: Standing | None) -> Reports:
        price = price_of(message, Tag.STOP_PX, instrument_of(message, self._instruments)).value
        return [rep.VenueTriggered(name, Price(price), when(message))]

    # What it counts.

    def _last(self, message: Message) -> tuple[int, int]:
        """Price and size of the trade that a report tells."""
        instrument = instrument_of(message, self._instruments)
        price = price_of(message, Tag.LAST_PX, instrument)
        quantity = size_of(message, Tag.LAST_QTY, instrument)
        if not (price.is_exact and quantity.is_exact):
            is_read = bool(price.value and quantity.value)
            what = "is finer than this desk counts and was rounded" if is_read else "is no trade"
            self._note(
                f"trade {message.text(Tag.EXEC_ID)}: {message.text(Tag.LAST_QTY)} at"
                f" {message.text(Tag.LAST_PX)} {what}"
            )
        return price.value, quantity.value

    def _look_at_repeated(self, known: Trade | None, price: int, quantity: int) -> None:
        if known is not None and (known.price, known.quantity) != (price, quantity):
            self._note(
                f"trade {known.exec_id} came again with another price or size; the first stands:"
                " ask the venue"
            )

    def _count(self, message: Message, order: Standing | None) -> None:
        """The sum of what was told against what the venue counts; ours is never overwritten.

        What is sent again may be older than what is known, so it is not looked at.
        """
        stated = self._cumulative(message)
        if order is None or stated < 0 or message.is_set(Tag.POSS_DUP):
            return
        if stated != order.cumulative:
            self._note(
                f"{order.name}: the venue counts {stated} as filled, its reports say"
                f" {order.cumulative}; open orders are compared again"
            )

    def _is_counted(self, message: Message, order: Standing) -> bool:
        """Told again after a crash: the order was read from a journal that had booked it."""
        return message.is_set(Tag.POSS_DUP) and 0 <= self._cumulative(message) <= order.cumulative

    def _recount(self, message: Message, order: Standing | None) -> None:
        stated = self._cumulative(message)
        if order is not None and stated >= 0:
            order.cumulative = stated

    def _cumulative(self, message: Message) -> Quantity:
        """CumQty (14); −1 where it is not said."""
        if message.get(Tag.CUM_QTY) is None:
            return rep.UNCOUNTED
        return Quantity(size_of(message, Tag.CUM_QTY, self._instrument(message)).value)

    def _leaves(self, message: Message) -> Quantity:
        if message.get(Tag.LEAVES_QTY) is None:
            return LEAVES_UNSAID
        return Quantity(size_of(message, Tag.LEAVES_QTY, self._instrument(message)).value)

    def _instrument(self, message: Message) -> Instrument:
        return instrument_of(message, self._instruments)

    def _end(self, order: Standing | None) -> None:
        if order is not None:
            self._roll.done(order)


def _trade(
    message: Message, name: str, key: str, price: int, quantity: int, misfit: str
) -> rep.VenueFilled:
    life = liquidity_of(message), words(message), when(message)
    return rep.VenueFilled(name, key, Price(price), Quantity(quantity), *life, misfit)


def is_unknown(message: Message) -> bool:
    """A status answer that says that there never was such an order."""
    return message.text(Tag.ORDER_ID) in ("", "NONE") or (
        message.text(Tag.ORD_REJ_REASON) == UNKNOWN_ORDER
    )


def words(message: Message) -> str:
    return message.text(Tag.TEXT)[:TEXT_MAX]
