"""Trades that fit no order of this desk: told, and refused (Q) if a person says so.

A desk never refuses a trade by itself: an order that came by telephone, or a drop copy, trades for
this account as well, and a venue takes a DontKnowTrade back less easily than it takes one.
"""

from collections.abc import Callable

import msgspec

from connectors.fix.client.asking import NO_SYMBOL, Ask, Unsayable
from connectors.fix.client.roll import Standing
from connectors.fix.codes import SIDES
from connectors.fix.message import Message
from connectors.fix.tags import Tag, Type
from engine.domain.requests import LinkRequest

KEPT_MAX = 1_000
DISPUTE = "dispute"
NO_ORDER, WRONG_SYMBOL, WRONG_SIDE, TOO_MUCH, BEYOND_LIMIT = b"D", b"A", b"B", b"C", b"E"
"""DKReason (127)."""
WORDS = {
    NO_ORDER: "is of no order that this desk sent",
    WRONG_SYMBOL: "is in another symbol than its order",
    WRONG_SIDE: "is on the other side than its order",
    TOO_MUCH: "fills more than its order asked for",
    BEYOND_LIMIT: "is beyond its order's limit",
}
BOOKED = "it is booked as told"
WHAT_COMES = {
    NO_ORDER: "it is booked where that order was adopted, and nowhere else",
    WRONG_SYMBOL: "nothing is booked by it",
    WRONG_SIDE: "nothing is booked by it",
}
_TOLD_AGAIN = (
    Tag.LAST_PX,
    Tag.LAST_QTY,
    Tag.ORDER_ID,
    Tag.ORDER_QTY,
    Tag.EXEC_ID,
    Tag.SIDE,
    Tag.SYMBOL,
)


class Doubted(msgspec.Struct, frozen=True, gc=False):
    """One trade as it was told, and what is wrong with it."""

    reason: bytes
    fields: dict[int, bytes]


class Disputes:
    """The newest doubted trades, by the venue's id (17)."""

    def __init__(self, note: Callable[[str], None], desk: str = "") -> None:
        """`desk`: what the ids of this desk begin with; an order of it may be over and forgotten
        here while its trades still come."""
        self._note = note
        self._instance = desk.rpartition("-")[0]
        self._doubted: dict[str, Doubted] = {}

    def look_at(self, message: Message, order: Standing | None, price: int) -> None:
        """A trade that is new, after it was counted; `price` in the instrument's scale."""
        reason = _what_is_wrong(message, order, price)
        if not reason or (order is None and self._is_ours(message.text(Tag.CL_ORD_ID))):
            return
        exec_id = message.text(Tag.EXEC_ID)
        told = {tag: value for tag in _TOLD_AGAIN if (value := message.get(tag))}
        self._doubted[exec_id] = Doubted(reason, told)
        if len(self._doubted) > KEPT_MAX:
            del self._doubted[next(iter(self._doubted))]
        size, at = message.text(Tag.LAST_QTY), message.text(Tag.LAST_PX)
        self._note(
            f"trade {exec_id} ({size} {message.text(Tag.SYMBOL)} at {at}) {WORDS[reason]}:"
            f' {WHAT_COMES.get(reason, BOOKED)}; `link dispute {exec_id} "why"` refuses it to the'
            " venue"
        )

    def _is_ours(self, name: str) -> bool:
        return bool(self._instance) and name.startswith(f"{self._instance}-")

    def asks(self, request: LinkRequest) -> list[Ask] | Unsayable:
        """The DontKnowTrade of a person's word; nothing of another one."""
        if request.what != DISPUTE:
            return []
        doubted = self._doubted.get(request.value)
        if doubted is None:
            return Unsayable(f"no trade {request.value} is doubted here: nothing was disputed")
        text = request.reason.encode("ascii", "replace")
        # OrderQty (38) stands in the message's terms; what is not known of it is what traded.
        fields = {Tag.ORDER_QTY: doubted.fields.get(Tag.LAST_QTY, b"0"), **doubted.fields}
        fields |= {Tag.TEXT: text, Tag.DK_REASON: doubted.reason}
        return [Ask(Type.DONT_KNOW_TRADE, sorted(fields.items()))]


def _what_is_wrong(message: Message, order: Standing | None, price: int) -> bytes:
    if order is None or order.is_foreign:
        return NO_ORDER
    if misfit := reason_of_misfit(message, order):
        return misfit
    if order.cumulative > order.quantity:
        return TOO_MUCH
    is_limited = order.type.has_limit and order.price > 0 and order.change is None
    if is_limited and price > 0 and (price - order.price) * order.instruction.side > 0:
        return BEYOND_LIMIT
    return b""


def reason_of_misfit(message: Message, order: Standing | None) -> bytes:
    """Why a report cannot be of the order whose name it bears; empty where it can."""
    if order is None:
        return b""
    if message.get(Tag.SYMBOL) not in (None, NO_SYMBOL, order.symbol.encode("latin-1")):
        return WRONG_SYMBOL
    side = SIDES.get(message.get(Tag.SIDE) or b"")
    if side is not None and side.side is not order.instruction.side:
        return WRONG_SIDE
    return b""
