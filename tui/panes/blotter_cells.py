"""What stands in each cell of the blotter: orders, fills and positions."""

from collections.abc import Sequence
from functools import cache

from rich.style import Style

from engine.domain.attention import AttentionRow
from engine.domain.identity import LEGS_MAX, group_of, leg_of
from engine.domain.reasons import Verdict
from engine.domain.views import FillRow, GhostFillRow, GhostRow, OrderRow, PositionRow
from engine.values import Liquidity, TimeInForce
from tui.clock import age_text, milliseconds_text, seconds_text
from tui.columns import Column
from tui.host import Host
from tui.paint import (
    MISSING,
    clean,
    compact_quantity,
    money_text,
    order_number,
    price_text,
    protection_text,
    quantity_text,
    side_style,
    signed_style,
)
from tui.panes.attention import attention_cell
from tui.panes.ghosts import Ghost, ghost_cell, ghost_key

Listed = OrderRow | FillRow | PositionRow | Ghost | AttentionRow
FILLED_CELLS = 11
DATED_NUMBER_CELLS = 9
"""`1119-12.1`: of an earlier day, as a line names it."""
DENIED_STATES = ("denied", "rejected")

ORDER_COLUMNS = (
    Column("number", 5, 0, title="#", gap=0),
    Column("time", 8, 9),
    Column("side", 5, 1, right=False),
    Column("quantity", 7, 2, title="qty"),
    Column("symbol", 7, 3, right=False),
    Column("type", 11, 8, right=False),
    Column("price", 9, 4),
    Column("stop", 9, 5),
    Column("filled", FILLED_CELLS, 5),
    Column("average", 9, 10, title="avg"),
    Column("state", 9, 6, right=False),
    Column("age", 4, 11),
    Column("queue", 6, 7),
    Column("origin", 7, 12, right=False, title="from"),
    Column("text", 30, 13, right=False, title=""),
)
FILL_COLUMNS = (
    Column("time", 12, 2, gap=0),
    Column("number", 5, 0, title="#"),
    Column("side", 5, 1, right=False),
    Column("quantity", 7, 3, title="qty"),
    Column("symbol", 7, 4, right=False),
    Column("price", 9, 5),
    Column("fee", 8, 7),
    Column("realised", 11, 6, title="real"),
    Column("position", 9, 8, title="pos after"),
    Column("liquidity", 5, 9, right=False, title=""),
    Column("why", 40, 10, right=False),
)
POSITION_COLUMNS = (
    Column("symbol", 8, 0, right=False, gap=0),
    Column("position", 8, 1, title="pos"),
    Column("average", 10, 2, title="avg"),
    Column("mark", 10, 3),
    Column("open", 11, 4),
    Column("realised", 12, 7, title="real"),
    Column("day", 11, 6),
    Column("protected", 11, 5),
)


class BlotterCells:
    """(text, style) of a row under a column, by the column's name."""

    def __init__(self, host: Host) -> None:
        self.host = host

    def cell(self, row: Listed, name: str) -> tuple[str, Style]:
        if isinstance(row, OrderRow):
            return self._order_cell(row, name)
        if isinstance(row, FillRow):
            return self._fill_cell(row, name)
        if isinstance(row, GhostRow | GhostFillRow):
            return ghost_cell(self.host, row, name)
        if isinstance(row, AttentionRow):
            return attention_cell(self.host, row, name)
        return self._position_cell(row, name)

    def _order_cell(self, row: OrderRow, name: str) -> tuple[str, Style]:
        ink, instrument = self.host.ink, self.host.instrument(row.symbol)
        text = ink.quiet if row.is_done else ink.text
        match name:
            case "number":
                return self.number(row), text
            case "time":
                return seconds_text(row.at, self.host.zone), ink.quiet
            case "side":
                return row.instruction.name, side_style(ink, row.instruction)
            case "quantity":
                return quantity_text(instrument, row.quantity), text
            case "symbol":
                return clean(row.symbol, limit=24), text if row.is_done else ink.strong
            case "type":
                return _type_words(row), text
            case "price":
                return price_text(instrument, row.price), text
            case "stop":
                return price_text(instrument, row.stop) if row.stop else "", text
            case "filled":
                done = quantity_text(instrument, row.cumulative)
                both = f"{done}/{quantity_text(instrument, row.quantity)}"
                # What of stands in its own column: part of a figure would be another figure.
                return both if len(both) <= FILLED_CELLS else done, text
            case "average":
                return price_text(instrument, row.average) if row.cumulative else "—", text
            case "state":
                return _state_words(row), self._state_style(row)
            case "age":
                age = age_text(self.host.view.market_at - row.changed_at)
                return "" if row.is_done else age, ink.quiet
            case "queue":
                if row.is_done or row.queue_ahead < 0:
                    return clean(row.place, limit=6), ink.quiet
                ahead = quantity_text(instrument, row.queue_ahead)
                if instrument.quantity_digits:
                    ahead = compact_quantity(instrument, row.queue_ahead)
                return ("~" if row.queue_is_estimate else "") + ahead, ink.own
            case "origin":
                return clean(row.origin, limit=12), ink.quiet
            case _:
                return self._reason(row), ink.caution if row.state in DENIED_STATES else ink.quiet

    def number(self, row: OrderRow) -> str:
        return order_number(row.label, row.number, self.host.view.trade_date)

    def _reason(self, row: OrderRow) -> str:
        stopping = [finding for finding in row.findings if finding.verdict >= Verdict.ASK]
        if stopping:
            more = f"  +{len(stopping) - 1} rules" if len(stopping) > 1 else ""
            return f"{stopping[0].rule} {clean(stopping[0].sentence)}{more}"
        if row.fill_time is not None and not row.text:
            return row.fill_time.text
        return clean(row.text or row.place_text)

    def _state_style(self, row: OrderRow) -> Style:
        ink = self.host.ink
        if row.state in DENIED_STATES or row.state == "unknown":
            return ink.caution
        if row.state in ("filled", "partial"):
            return ink.ok
        return ink.quiet if row.is_done else ink.strong

    def _fill_cell(self, row: FillRow, name: str) -> tuple[str, Style]:
        ink, instrument = self.host.ink, self.host.instrument(row.symbol)
        match name:
            case "time":
                return milliseconds_text(row.at, self.host.zone), ink.quiet
            case "number":
                return clean(row.label, limit=12) or str(row.number), ink.text
            case "side":
                return row.instruction.name, side_style(ink, row.instruction)
            case "quantity":
                return quantity_text(instrument, row.quantity), ink.text
            case "symbol":
                return clean(row.symbol, limit=24), ink.strong
            case "price":
                return price_text(instrument, row.price), ink.text
            case "fee":
                about = "~" if row.fee_is_provisional else ""
                return f"{about}{money_text(row.fee)}", ink.quiet
            case "realised":
                shown = money_text(row.realised, signed=True) if row.realised else ""
                return shown, signed_style(ink, row.realised)
            case "position":
                return quantity_text(instrument, row.position_after, signed=True), ink.text
            case "liquidity":
                return "maker" if row.liquidity is Liquidity.MAKER else "taker", ink.quiet
            case _:
                return clean(row.explanation), ink.quiet

    def _protection(self, row: PositionRow) -> tuple[str, Style]:
        """`100/100`, or what works against it where nobody uses stops."""
        ink, instrument = self.host.ink, self.host.instrument(row.symbol)
        badge = protection_text(instrument, row)
        if not badge:
            return quantity_text(instrument, row.exits) if row.exits else "", ink.quiet
        is_whole = row.protected >= abs(row.quantity)
        return badge.removesuffix(" protected"), ink.ok if is_whole else ink.caution

    def _position_cell(self, row: PositionRow, name: str) -> tuple[str, Style]:
        ink, instrument = self.host.ink, self.host.instrument(row.symbol)
        match name:
            case "symbol":
                return clean(row.symbol, limit=24), ink.strong
            case "position":
                held = quantity_text(instrument, row.quantity, signed=True)
                return held, ink.buy if row.quantity > 0 else ink.sell
            case "average":
                return price_text(instrument, row.average_cost), ink.text
            case "mark":
                return price_text(instrument, row.mark), ink.text
            case "open":
                return money_text(row.unrealised, signed=True), signed_style(ink, row.unrealised)
            case "realised":
                shown = money_text(row.realised_day, signed=True)
                return shown, signed_style(ink, row.realised_day)
            case "day":
                return money_text(row.day, signed=True), signed_style(ink, row.day)
            case _:
                return self._protection(row)


def indented(number: str) -> str:
    """Of a leg under its entry: `.1` behind the number, one step to the right."""
    return f"└.{number.rpartition('.')[2]}"


def is_under_its_entry(rows: Sequence[Listed], place: int) -> bool:
    """Whether the rows above tell whose leg this is; where not, it is named in full."""
    row = rows[place]
    if not isinstance(row, OrderRow) or not leg_of(row.order_id):
        return False
    group = group_of(row.order_id)
    for above in reversed(rows[max(place - LEGS_MAX, 0) : place]):
        if not isinstance(above, OrderRow) or group_of(above.order_id) != group:
            return False
        if not leg_of(above.order_id):
            return True
    return False


def _type_words(row: OrderRow) -> str:
    words = row.type.code
    if row.time_in_force is not TimeInForce.DAY:
        words += f" {row.time_in_force.name}"
    return words + (" post" if row.post_only else "") + (" ro" if row.reduce_only else "")


def _state_words(row: OrderRow) -> str:
    """What is on its way says more than the state that it starts from."""
    return clean(row.pending or row.state, limit=12) or MISSING


def key_of(row: Listed) -> object:
    """What a row is about, however its figures change."""
    if isinstance(row, OrderRow):
        return ("order", row.order_id)
    if isinstance(row, FillRow):
        return ("fill", row.order_id, row.at, row.quantity, row.position_after)
    if isinstance(row, GhostRow | GhostFillRow):
        return ghost_key(row)
    if isinstance(row, AttentionRow):
        return row.key
    return ("position", row.symbol)


def columns_of(
    columns: tuple[Column, ...], rows: Sequence[Listed], trade_date: int
) -> tuple[Column, ...]:
    """Of a list of orders: a stop price has a column, before time and type, where one has it, and
    numbers with a day the room for it."""
    if columns is not ORDER_COLUMNS:
        return columns
    orders = [row for row in rows if isinstance(row, OrderRow)]
    today = f"{trade_date}-"
    has_days = any("-" in row.label and not row.label.startswith(today) for row in orders)
    return _order_columns(any(row.stop for row in orders), has_days)


@cache
def _order_columns(has_stops: bool, has_days: bool) -> tuple[Column, ...]:
    kept = [column for column in ORDER_COLUMNS if has_stops or column.name != "stop"]
    if has_days:
        kept[0] = kept[0]._replace(width=DATED_NUMBER_CELLS)
    return tuple(kept)
