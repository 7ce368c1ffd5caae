"""What a fold over events has to remember between two of them, and the rows that come of it."""

from typing import Any

import msgspec

from data.store.schema import TABLES, Table
from engine.domain.lifecycle import Status
from engine.domain.orders import STATE_WORDS
from engine.instruments import Instrument
from engine.values import FIGURE_MAX, clamped

PRICE_DIGITS = 9
MONEY_DIGITS = 6
QUANTITY_DIGITS = 8
"""Sizes of every row here are in 10⁻⁸ of a share or coin, whatever their instrument counts."""
UNKNOWN_SYMBOL_DIGITS = 4
"""Prices of an order for a symbol that nobody knows: denied, and written as US prices are."""

STATUS_OF_WORD = {word: status for status, word in STATE_WORDS.items()}


class OrderRow(msgspec.Struct, gc=False):
    """The row of `orders`, in the order of its columns; edited by each event of the order."""

    order_id: int
    trade_date: int
    number: int
    account: str
    strategy: str
    symbol: str
    side: str
    instruction: str
    type: str
    time_in_force: str
    quantity: int
    price: int | None
    stop: int | None
    state: str
    filled: int
    cancelled: int
    leaves: int
    currency: str
    """What it trades in; `reserved` alone is in the account's own."""
    average_price: int | None
    notional: int
    fees: int
    fills: int
    client_order_id: str
    venue_order_id: str
    ticket: str
    origin: str
    tag: str
    note: str
    post_only: bool
    reduce_only: bool
    reserved: int
    queue_ahead: int | None
    reason: str
    created_at: int
    changed_at: int
    cancel_requested_at: int | None
    replace_requested_at: int | None
    first_sequence: int
    last_sequence: int
    parent_id: int | None = None
    """Of an exit: the entry that it belongs to, or the number of the two without one."""
    leg: int | None = None
    taken: int = 0
    """What a sibling's fills took off it: in `cancelled` too, while it was open."""
    oca_group: str = ""


class PositionRow(msgspec.Struct, gc=False):
    """The row of `positions`."""

    account: str
    strategy: str
    symbol: str
    currency: str
    quantity: int
    cost: int
    average_cost: int | None
    realised: int
    fees: int
    fills: int
    changed_at: int
    last_sequence: int


class LotRow(msgspec.Struct, gc=False):
    """The row of `lots`; a lot with nothing left is closed and stays as history."""

    account: str
    strategy: str
    symbol: str
    currency: str
    lot_id: int
    quantity: int
    cost: int
    opened_at: int
    closed_at: int | None
    last_sequence: int


class SessionRow(msgspec.Struct, gc=False):
    """The row of `sessions`; still open while `ended_at` is None."""

    first_sequence: int
    run: str
    mode: str
    market: str
    source: str
    trade_date: int
    account: str
    strategy: str
    fee_table: str
    limits_digest: str
    seed: int
    started_at: int
    ended_at: int | None
    clean: bool | None
    reason: str
    epoch: int | None
    executions_displaced: int | None = None
    shares_displaced: int | None = None
    shares_unfilled: int | None = None


class Book:
    """Orders, positions, open lots, instruments and the session as the last event left them."""

    def __init__(self) -> None:
        self.orders: dict[int, OrderRow] = {}
        self.positions: dict[tuple[str, str], PositionRow] = {}
        self.lots: dict[tuple[str, str, int], LotRow] = {}
        self.instruments: dict[str, Instrument] = {}
        self.session: SessionRow | None = None
        self.rows: dict[str, list[tuple[Any, ...]]] = {table.name: [] for table in TABLES}
        """New rows by table, as they are staged."""
        self.touched: dict[str, dict[Any, Any]] = {table.name: {} for table in TABLES if table.key}
        """Rows of projections that replace what the store holds, by table and key."""

    def add(self, table: Table, row: tuple[Any, ...]) -> None:
        self.rows[table.name].append(row)

    def touch(self, table: Table, key: Any, row: Any) -> None:
        self.touched[table.name][key] = row

    def forget_rows(self) -> None:
        """They are in the store now."""
        for rows in self.rows.values():
            rows.clear()
        for touched in self.touched.values():
            touched.clear()

    def let_go(self, orders_max: int) -> None:
        """Keep memory bounded: an order that is spoken of again is read back."""
        if len(self.orders) > orders_max:
            self.orders.clear()

    def instrument(self, symbol: str) -> Instrument:
        found = self.instruments.get(symbol)
        return found or Instrument(symbol, price_digits=UNKNOWN_SYMBOL_DIGITS)

    def price(self, symbol: str, price: int) -> int:
        """A price of the symbol's own scale in 10⁻⁹ of its currency, at most what a column holds:
        a quote that was seen may be of a market of no bounds."""
        scaled = price * int(10 ** (PRICE_DIGITS - self.instrument(symbol).price_digits))
        return scaled if -FIGURE_MAX <= scaled <= FIGURE_MAX else clamped(scaled)

    def size(self, symbol: str, quantity: int) -> int:
        """A size of the symbol's own scale in 10⁻⁸ of a share or coin."""
        digits = self.instrument(symbol).quantity_digits
        return quantity * int(10 ** (QUANTITY_DIGITS - digits))

    def size_or_none(self, symbol: str, quantity: int) -> int | None:
        """The same where a number below zero means that it is not known."""
        return self.size(symbol, quantity) if quantity >= 0 else None

    def price_or_none(self, symbol: str, price: int) -> int | None:
        """The same where 0 means that there is none."""
        return self.price(symbol, price) if price else None


def status_of(row: OrderRow) -> Status:
    return STATUS_OF_WORD[row.state]
