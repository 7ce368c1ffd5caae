"""The orders and fills that the trader had in a recorded session, as far as it has played."""

from collections import deque
from collections.abc import Sequence

import msgspec

from connectors.feeds.recorded.frames import OwnChange, OwnFact, OwnFill, OwnOrder
from connectors.paper.quoting import MarketKeeper
from engine.domain.views import DepthRow, GhostFillRow, GhostRow, TradePrint
from engine.instruments import Instrument
from engine.values import Nanos, OrderType, Price, Quantity, Side

GHOST_ORDERS_MAX = 2_000
"""Recorded orders that are remembered; the oldest go first."""
GHOST_FILLS_MAX = 2_000
WORDS_ORDERS_MAX = 20
"""Orders of the recorded session that `why` names: the newest."""
ENDED = ("filled", "cancelled", "rejected", "denied", "expired")
PRINTS_LOOKED_AT = 50
"""So far back a fill looks for its own print on the tape; all of them are of its nanosecond."""


class Ghosts:
    """What `OwnFact`s tell, kept as rows; nothing of it can be sent, cancelled or counted."""

    def __init__(self, keeper: MarketKeeper, instruments: Sequence[Instrument]) -> None:
        self._keeper = keeper
        self._instruments = {instrument.symbol: instrument for instrument in instruments}
        self._orders: dict[tuple[int, int, int], GhostRow] = {}
        self._fills: deque[GhostFillRow] = deque(maxlen=GHOST_FILLS_MAX)
        self.fills_seen = 0

    def heed(self, fact: OwnFact, now: Nanos) -> None:
        """One thing that the trader did or got then; `now` is when the recording has it."""
        match fact:
            case OwnOrder():
                self._enter(fact)
            case OwnChange():
                self._change(fact)
            case OwnFill():
                self._fill(fact, now)

    def orders(self, most: int) -> tuple[GhostRow, ...]:
        """Newest first."""
        return tuple(list(self._orders.values())[: -most - 1 : -1])

    def fills(self, most: int) -> tuple[GhostFillRow, ...]:
        """Newest first."""
        return tuple(list(self._fills)[: -most - 1 : -1])

    def mark(self, symbol: str, side: Side, rows: tuple[DepthRow, ...]) -> tuple[DepthRow, ...]:
        """The rows with what the ghosts have open at their prices."""
        open_at: dict[int, int] = {}
        for order in self._orders.values():
            if order.is_done or order.symbol != symbol or order.instruction.side is not side:
                continue
            if order.price and order.type is OrderType.LIMIT:
                open_at[order.price] = open_at.get(order.price, 0) + order.quantity - order.filled
        if not open_at:
            return rows
        return tuple(
            msgspec.structs.replace(row, ghost=Quantity(open_at[row.price]))
            if row.price in open_at
            else row
            for row in rows
        )

    def words(self, symbol: str) -> tuple[str, ...]:
        """For `why`: what the trader really did in this symbol, an order a line."""
        there = [order for order in self._orders.values() if order.symbol == symbol]
        return tuple(
            ghost_words(order, self._instruments[symbol]) for order in there[-WORDS_ORDERS_MAX:]
        )

    # --- facts

    def _enter(self, fact: OwnOrder) -> None:
        self._orders[fact.trade_date, fact.number, fact.leg] = GhostRow(
            at=fact.at,
            changed_at=fact.at,
            number=fact.number,
            leg=fact.leg,
            symbol=fact.symbol,
            instruction=fact.instruction,
            quantity=fact.quantity,
            type=fact.type,
            time_in_force=fact.time_in_force,
            price=fact.price,
            stop=fact.stop,
            filled=fact.filled,
            state="sent",
        )
        if len(self._orders) > GHOST_ORDERS_MAX:
            del self._orders[next(iter(self._orders))]

    def _change(self, fact: OwnChange) -> None:
        key = (fact.trade_date, fact.number, fact.leg)
        order = self._orders.get(key)
        if order is None:
            return
        self._orders[key] = msgspec.structs.replace(
            order,
            changed_at=fact.at,
            state=fact.state,
            text=fact.text,
            price=fact.price or order.price,
            quantity=fact.quantity or order.quantity,
            is_done=fact.state in ENDED,
        )

    def _fill(self, fact: OwnFill, now: Nanos) -> None:
        self.fills_seen += 1
        self._fills.append(
            GhostFillRow(
                at=fact.at,
                number=fact.number,
                leg=fact.leg,
                symbol=fact.symbol,
                instruction=fact.instruction,
                quantity=fact.quantity,
                price=fact.price,
                liquidity=fact.liquidity,
                explanation=fact.explanation,
            )
        )
        key = (fact.trade_date, fact.number, fact.leg)
        order = self._orders.get(key)
        if order is not None:
            filled = Quantity(order.filled + fact.quantity)
            is_done = filled >= order.quantity
            self._orders[key] = msgspec.structs.replace(
                order,
                changed_at=fact.at,
                filled=filled,
                state="filled" if is_done else "partial",
                is_done=is_done,
            )
        self._mark_print(fact, now)

    def _mark_print(self, fact: OwnFill, now: Nanos) -> None:
        """The prints that were this fill; where today's book made others, the fill itself."""
        tape = self._keeper.tapes[fact.symbol]
        missing = int(fact.quantity)
        for place in range(1, min(len(tape), PRINTS_LOOKED_AT) + 1):
            printed = tape[-place]
            if printed.at != now or missing <= 0:
                break
            is_it = printed.price == fact.price and not printed.ghost and not printed.own
            if is_it and printed.quantity <= missing:
                tape[-place] = msgspec.structs.replace(printed, ghost=True)
                missing -= printed.quantity
        if missing > 0:
            side = fact.instruction.side
            size = Quantity(missing)
            tape.append(TradePrint(now, fact.price, size, side, ghost=True, is_memory=True))


def ghost_words(order: GhostRow, instrument: Instrument) -> str:
    """`that session: #3 BUY 100 AAPL LMT 190.12, filled 40 of 100, cancelled`."""
    price = instrument.format_price(Price(order.price)) if order.price else "MKT"
    stop = f" stop {instrument.format_price(Price(order.stop))}" if order.stop else ""
    size = instrument.format_quantity
    filled = f", {size(order.filled)} of {size(order.quantity)} filled" if order.filled else ""
    return (
        f"in the recorded session: #{order.name} {order.instruction.word.upper()}"
        f" {size(order.quantity)} {order.symbol} {price}{stop}{filled}, {order.state}"
    )
