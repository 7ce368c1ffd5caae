"""A file of orders for the matching engine alone: its text read, its operations played.

The contract is the row `match` of the command line's documentation. What it leaves open:

- Waiting stops count as resting: they can be cancelled, reduced and replaced, and stand in the
  count of resting orders at the end. A replace whose `stop` is empty leaves the stop; the limit
  of a stop_limit likewise; a new price or stop, or more quantity, waits again as the youngest.
- replace with quantity 0 takes the order out.
- A post order that is replaced arrives again as a plain limit: only `post` itself is refused.
- Owners trade with themselves: self-match prevention is a rule of a venue, and there is none.
- An id may come back when its order is gone; while it rests, a second one is an error.
"""

import csv
from collections.abc import Sequence
from hashlib import sha256

import msgspec

from engine.errors import InputError
from engine.exchange.book import Book
from engine.exchange.exchange import Exchange
from engine.exchange.messages import (
    ANONYMOUS,
    NO_PRICE,
    CancelOrder,
    Event,
    NewOrder,
    Operation,
    ReduceOrder,
    Refusal,
    Refused,
    ReplaceOrder,
    Traded,
)
from engine.exchange.settings import BookSettings
from engine.values import OrderType, Price, Quantity, Side, TimeInForce

REQUIRED_COLUMNS = ("op", "order_id", "side", "price", "quantity")
OPTIONAL_COLUMNS = ("owner", "stop")
TRADES_HEADER = "taker,maker,price,quantity"
NUMBER_DIGITS_MAX = 18
NAME_CHARACTERS_MAX = 64
SYMBOL = "match"
"""The file names no symbol: all of it is one book."""

_SIDES = {"B": Side.BUY, "S": Side.SELL}
_LIVES = {"ioc": TimeInForce.IOC, "fok": TimeInForce.FOK}
_TYPES = {
    "limit": OrderType.LIMIT,
    "market": OrderType.MARKET,
    "ioc": OrderType.LIMIT,
    "fok": OrderType.LIMIT,
    "post": OrderType.LIMIT,
    "stop": OrderType.STOP,
    "stop_limit": OrderType.STOP_LIMIT,
}
OPS = (*_TYPES, "cancel", "reduce", "replace")
_CONTRADICTIONS = {
    Refusal.DUPLICATE_ID: (
        "order_id",
        "order {} is still resting; a new order needs an id of its own",
    ),
    Refusal.BAD_PRICE: (
        "price",
        "order {} rests at a price; to replace it a whole number of 1 or more fits",
    ),
}


class MatchFileError(InputError):
    """A row that cannot be read; the sentence names line and column and says what would fit."""

    def __init__(self, line: int, column: str, problem: str) -> None:
        where = f"line {line}, column {column}" if column else f"line {line}"
        super().__init__(f"{where}: {problem}")
        self.line = line
        self.column = column


class MatchFile(msgspec.Struct, frozen=True):
    """The operations of a file in order, the line of each, and the text of each order's id.

    Orders are counted from 1 in the order in which the file first names them; that count is the
    order id inside the engine and the place in `names` (whose first entry stands for none).
    """

    operations: list[Operation]
    lines: list[int]
    names: list[str]


class MatchResult(msgspec.Struct, frozen=True):
    """What became of a file; `digest` is the SHA-256 of `trades_text` in UTF-8."""

    operations: int
    trades: int
    missed: int
    resting: int
    trades_text: str
    digest: str


def parse(text: str) -> MatchFile:
    """The file's text as operations on one book. Raises MatchFileError."""
    reader = csv.reader(text.split("\n"), strict=True)
    parsed = MatchFile([], [], [""])
    line = 1
    try:
        row = _Row(_places_of(next(reader, [])))
        orders = _OrderReader(row, parsed.names)
        line = 2
        for fields in reader:
            if any(fields):
                row.turn_to(fields, line)
                parsed.operations.append(orders.operation())
                parsed.lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        # A quote that is never closed swallows the rest: the line where it stands is the one.
        raise MatchFileError(line, "", f"no CSV: {error}") from error
    return parsed


def run_operations(parsed: MatchFile) -> tuple[Book, list[Event]]:
    """Plays the operations as one batch on a book of their own, with no rule switched on."""
    exchange = _exchange()
    return exchange.book(SYMBOL), exchange.submit(parsed.operations)


def result_of(parsed: MatchFile, book: Book, events: Sequence[Event]) -> MatchResult:
    """Counts and trades of a run. Raises MatchFileError where a row contradicted the book."""
    refusals = [event for event in events if type(event) is Refused]
    if any(refusal.reason in _CONTRADICTIONS for refusal in refusals):
        raise _contradiction_in(parsed)
    names, rows = parsed.names, [TRADES_HEADER]
    for event in events:
        if type(event) is Traded:
            taker, maker = names[event.taker_id], names[event.maker_id]
            rows.append(f"{taker},{maker},{event.price},{event.quantity}")
    trades_text = "\n".join(rows) + "\n"
    return MatchResult(
        operations=len(parsed.operations),
        trades=len(rows) - 1,
        missed=sum(1 for refusal in refusals if refusal.reason is Refusal.NOT_RESTING),
        resting=len(book.orders) + len(book.stops.waiting),
        trades_text=trades_text,
        digest=sha256(trades_text.encode()).hexdigest(),
    )


class _Row:
    """One row while it is read: fields by column name, and refusals that say where."""

    __slots__ = ("_fields", "_line", "_places")

    def __init__(self, places: dict[str, int]) -> None:
        self._places = places
        self._fields: list[str] = []
        self._line = 1

    def turn_to(self, fields: list[str], line: int) -> None:
        if len(fields) > len(self._places):
            problem = f"{len(fields)} fields, but the header names {len(self._places)} columns"
            raise MatchFileError(line, "", problem)
        self._fields, self._line = fields, line

    def text(self, column: str) -> str:
        place = self._places.get(column, len(self._fields))
        return self._fields[place].strip() if place < len(self._fields) else ""

    def misfit(self, column: str, fits: str) -> MatchFileError:
        text = self.text(column)
        found = f"'{text[:NAME_CHARACTERS_MAX]}' does not fit" if text else "nothing there"
        if column not in self._places:
            found = "the header does not name this column"
        return MatchFileError(self._line, column, f"{found}; {fits}")

    def number(self, column: str, least: int) -> int:
        text = self.text(column)
        is_number = text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS_MAX
        if not is_number or int(text) < least:
            raise self.misfit(column, f"a whole number of {least} or more fits")
        return int(text)

    def number_or_none(self, column: str) -> int:
        return 0 if self.text(column) == "" else self.number(column, 0)

    def nothing(self, column: str, op: str) -> None:
        if self.text(column) not in ("", "0"):
            raise self.misfit(column, f"a {op} order has no {column}, so leave it empty")

    def name(self, column: str) -> str:
        text = self.text(column)
        if not _is_name(text):
            raise self.misfit(column, "a number, or letters and digits, names an order or owner")
        return text


class _OrderReader:
    """Rows as operations; ids and owners of the file become numbers of the engine."""

    __slots__ = ("_ids", "_names", "_owners", "_row")

    def __init__(self, row: _Row, names: list[str]) -> None:
        self._row = row
        self._names = names
        self._ids: dict[str, int] = {}
        self._owners: dict[str, int] = {}

    def operation(self) -> Operation:
        row = self._row
        op = row.text("op")
        if op in _TYPES:
            return self._new_order(op)
        if op not in OPS:
            raise row.misfit("op", f"one of {', '.join(OPS)} fits")
        order_id = self._order_id()
        if op == "cancel":
            return CancelOrder(order_id, SYMBOL)
        quantity = Quantity(row.number("quantity", 0))
        if op == "reduce":
            return ReduceOrder(order_id, SYMBOL, quantity)
        if not quantity:
            return CancelOrder(order_id, SYMBOL)
        price, stop = Price(row.number_or_none("price")), Price(row.number_or_none("stop"))
        return ReplaceOrder(order_id, SYMBOL, price, quantity, stop)

    def _new_order(self, op: str) -> NewOrder:
        row, kind = self._row, _TYPES[op]
        order_id = self._order_id()
        side = _SIDES.get(row.text("side"))
        if side is None:
            raise row.misfit("side", "B or S fits")
        price = stop = NO_PRICE
        if kind.has_limit:
            price = Price(row.number("price", 1))
        else:
            row.nothing("price", op)
        if kind.has_stop:
            stop = Price(row.number("stop", 1))
        else:
            row.nothing("stop", op)
        return NewOrder(
            order_id,
            SYMBOL,
            side,
            kind,
            Quantity(row.number("quantity", 1)),
            price,
            stop,
            _LIVES.get(op, TimeInForce.GTC),
            post_only=op == "post",
            owner=self._owner(),
        )

    def _order_id(self) -> int:
        name = self._row.name("order_id")
        order_id = self._ids.get(name)
        if order_id is None:
            order_id = self._ids[name] = len(self._names)
            self._names.append(name)
        return order_id

    def _owner(self) -> int:
        # An owner of its own meets nobody of the same owner, which is what ANONYMOUS stands for.
        if not self._row.text("owner"):
            return ANONYMOUS
        return self._owners.setdefault(self._row.name("owner"), len(self._owners) + 1)


def _places_of(header: list[str]) -> dict[str, int]:
    columns = [column.strip() for column in header]
    fits = f"the header names {', '.join(REQUIRED_COLUMNS)} and may name owner, stop"
    for column in columns:
        if column not in REQUIRED_COLUMNS + OPTIONAL_COLUMNS or columns.count(column) > 1:
            shown = column[:NAME_CHARACTERS_MAX]
            raise MatchFileError(1, "", f"'{shown}' is no column, or stands twice; {fits}")
    for column in REQUIRED_COLUMNS:
        if column not in columns:
            raise MatchFileError(1, column, f"missing; {fits}")
    return {column: place for place, column in enumerate(columns)}


def _is_name(text: str) -> bool:
    plain = text.replace("-", "").replace("_", "").replace(".", "").replace(":", "")
    return plain.isascii() and plain.isalnum() and len(text) <= NAME_CHARACTERS_MAX


def _exchange() -> Exchange:
    exchange = Exchange(BookSettings(post_only_survives_replace=False))
    exchange.list_symbol(SYMBOL)
    return exchange


def _contradiction_in(parsed: MatchFile) -> MatchFileError:
    """Plays the file once more, operation by operation, up to the first that cannot be meant."""
    exchange = _exchange()
    for operation, line in zip(parsed.operations, parsed.lines, strict=True):
        for event in exchange.submit((operation,)):
            if type(event) is Refused and event.reason in _CONTRADICTIONS:
                column, problem = _CONTRADICTIONS[event.reason]
                problem = problem.format(parsed.names[operation.order_id])
                return MatchFileError(line, column, problem)
    raise AssertionError("the same operations gave other events")
