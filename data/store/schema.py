"""The tables that every question can count on: columns, their kinds, and how each is stored."""

from enum import Enum
from typing import NamedTuple

SCHEMA_VERSION = 9
"""Raised when a table changes or is filled differently; an older store is then made anew."""


WIDE_SIZE_TYPE = "decimal(28, 8)"
WIDE_SIZE_STORED = "{0}::decimal(38, 0) * 0.00000001::decimal(9, 8)"
WIDE_SIZE_STAGED = "({0}::decimal(36, 8) * 100000000)::hugeint"


class Kind(Enum):
    """How an integer, text or flag of an event is stored: (column type, staging type, SQL)."""

    COUNT = ("bigint", "bigint", "{0}", "{0}")
    SIZE = ("bigint", "hugeint", "({0} // 100000000)::bigint", "{0}::hugeint * 100000000")
    """Staged in 10⁻⁸ of a share or coin. Whole numbers as long as only whole shares were listed;
    with the first instrument whose sizes have decimals every column of sizes has them."""
    TEXT = ("varchar", "varchar", "{0}", "{0}")
    FLAG = ("boolean", "boolean", "{0}", "{0}")
    PRICE = (
        "decimal(18, 9)",
        "bigint",
        "{0} * 0.000000001::decimal(10, 9)",
        "({0}::decimal(27, 9) * 1000000000::decimal(10, 0))::bigint",
    )
    """Staged in 10⁻⁹ of the currency, whatever the instrument's own scale is."""
    MONEY = (
        "decimal(18, 6)",
        "bigint",
        "{0} * 0.000001::decimal(7, 6)",
        "({0}::decimal(27, 6) * 1000000::decimal(7, 0))::bigint",
    )
    """Staged in money units."""
    TIME = ("timestamp_ns", "bigint", "make_timestamp_ns(nullif({0}, 0))", "epoch_ns({0})")
    """Staged in nanoseconds UTC; 0 is never."""
    DATE = (
        "date",
        "bigint",
        "make_date({0} // 10000, {0} // 100 % 100, {0} % 100)",
        "year({0}) * 10000 + month({0}) * 100 + day({0})",
    )
    """Staged as YYYYMMDD."""

    @property
    def column_type(self) -> str:
        return self.value[0]

    @property
    def wide_type(self) -> str:
        """The column where sizes have decimals; the same for all that are no sizes."""
        return WIDE_SIZE_TYPE if self is Kind.SIZE else self.value[0]

    @property
    def staging_type(self) -> str:
        return self.value[1]

    def stored(self, name: str, *, is_wide: bool) -> str:
        """SQL from the staged column to the stored value."""
        sql = WIDE_SIZE_STORED if is_wide and self is Kind.SIZE else self.value[2]
        return sql.format(name)

    def staged(self, name: str, *, is_wide: bool) -> str:
        """SQL from the stored column back to what was staged."""
        sql = WIDE_SIZE_STAGED if is_wide and self is Kind.SIZE else self.value[3]
        return sql.format(name)


class Table(NamedTuple):
    """One table; a `key` names the columns that find the row a projection replaces."""

    name: str
    columns: tuple[tuple[str, Kind], ...]
    key: tuple[str, ...] = ()

    @property
    def create(self) -> str:
        columns = ", ".join(f'"{name}" {kind.column_type}' for name, kind in self.columns)
        return f"create table {self.name} ({columns})"

    @property
    def create_stage(self) -> str:
        columns = ", ".join(f'"{name}" {kind.staging_type}' for name, kind in self.columns)
        return f"create or replace temp table stage_{self.name} ({columns})"

    @property
    def widen(self) -> list[str]:
        """SQL, a statement each, that gives its sizes decimals; no value changes."""
        return [
            f'alter table {self.name} alter "{name}" set data type {kind.wide_type}'
            for name, kind in self.columns
            if kind is Kind.SIZE
        ]

    def move(self, *, is_wide: bool) -> str:
        """SQL that moves what is staged into the table."""
        values = ", ".join(kind.stored(f'"{name}"', is_wide=is_wide) for name, kind in self.columns)
        return f"insert into {self.name} select {values} from stage_{self.name}"

    @property
    def forget(self) -> str:
        """SQL that removes the rows which the staged ones replace."""
        kinds = dict(self.columns)
        # As it is stored: a date, say, is staged as a number. No key is a size.
        staged = {name: kinds[name].stored(f"staged.{name}", is_wide=False) for name in self.key}
        same = " and ".join(f"{self.name}.{name} = {value}" for name, value in staged.items())
        return f"delete from {self.name} using stage_{self.name} as staged where {same}"

    def read_back(self, *, is_wide: bool) -> str:
        """SQL for rows as they were staged; the caller adds a condition."""
        values = ", ".join(kind.staged(f'"{name}"', is_wide=is_wide) for name, kind in self.columns)
        return f"select {values} from {self.name}"


def _table(name: str, columns: str, key: tuple[str, ...] = ()) -> Table:
    """From one line a kind: `count: a b c` (in the order of the table)."""
    pairs = []
    for line in columns.strip().splitlines():
        kind, _, names = line.strip().partition(":")
        pairs += [(column, Kind[kind.strip().upper()]) for column in names.split()]
    return Table(name, tuple(pairs), key)


_EVENT = """
    count: sequence
    time:  at
    count: order_id
    text:  account strategy symbol
"""

SESSIONS = _table(
    "sessions",
    """
    count: first_sequence
    text:  run mode market source
    date:  trade_date
    text:  account strategy fee_table limits_digest
    count: seed
    time:  started_at ended_at
    flag:  clean
    text:  reason
    count: epoch executions_displaced
    size:  shares_displaced shares_unfilled
    """,
    key=("first_sequence",),
)
ORDERS = _table(
    "orders",
    """
    count: order_id
    date:  trade_date
    count: number
    text:  account strategy symbol side instruction type time_in_force
    size:  quantity
    price: price stop
    text:  state
    size:  filled cancelled leaves
    text:  currency
    price: average_price
    money: notional fees
    count: fills
    text:  client_order_id venue_order_id ticket origin tag note
    flag:  post_only reduce_only
    money: reserved
    size:  queue_ahead
    text:  reason
    time:  created_at changed_at cancel_requested_at replace_requested_at
    count: first_sequence last_sequence
    count: parent_id leg taken
    text:  oca_group
    """,
    key=("order_id",),
)
ORDER_EVENTS = _table(
    "order_events",
    _EVENT
    + """
    count: cause
    text:  event state
    price: price
    size:  quantity queue_ahead
    text:  client_order_id text
    price: mid
    """,
)
DECISION_ROWS = _table(
    "decision_rows",
    _EVENT
    + """
    text:  rule code verdict sentence actual limit_value room rules
    count: passed off
    """,
)
"""What is asked is the view `decisions` over it: `passed` and `off` are sets of rules."""
DECISION_QUOTES = _table(
    "decision_quotes",
    _EVENT
    + """
    price: bid
    size:  bid_size
    price: ask
    size:  ask_size
    price: last
    time:  quoted_at
    """,
)
FILLS = _table(
    "fills",
    """
    count: sequence order_id
    date:  trade_date
    count: number
    text:  account strategy symbol side instruction
    size:  quantity
    text:  currency
    price: price
    money: notional fee
    text:  liquidity venue execution_id
    size:  position_after
    money: realised cash_delta
    flag:  resurrected overfill
    text:  explanation
    time:  at
    count: session epoch
    text:  source
    """,
)
CHARGES = _table(
    "charges",
    _EVENT
    + """
    text:  execution_id currency
    money: fee change
    date:  trade_date
    count: session epoch
    text:  source
    """,
)
"""What a venue charged for an execution, and by how much that is more than its fill says."""
MARKOUTS = _table(
    "markouts",
    """
    count: sequence
    time:  at
    count: session
    text:  execution_id symbol
    count: seconds
    price: mid
    """,
)
TAPE = _table(
    "tape",
    """
    count: session
    text:  symbol
    size:  volume
    count: trades
    size:  own_volume
    time:  at
    """,
    key=("session", "symbol"),
)
POSITIONS = _table(
    "positions",
    """
    text:  account strategy symbol currency
    size:  quantity
    money: cost
    price: average_cost
    money: realised fees
    count: fills
    time:  changed_at
    count: last_sequence
    """,
    key=("account", "symbol"),
)
LOTS = _table(
    "lots",
    """
    text:  account strategy symbol currency
    count: lot_id
    size:  quantity
    money: cost
    time:  opened_at closed_at
    count: last_sequence
    """,
    key=("account", "symbol", "lot_id"),
)
CASH_MOVEMENTS = _table(
    "cash_movements",
    _EVENT
    + """
    text:  kind currency
    money: amount
    text:  text
    """,
)
FX_RATES = _table(
    "fx_rates",
    """
    date:  from_date
    text:  currency base
    price: rate
    count: sequence
    """,
    key=("currency", "from_date"),
)
RECONCILIATIONS = _table(
    "reconciliations",
    _EVENT
    + """
    count: query
    text:  kind ours venues action
    flag:  break
    """,
)
"""A row a difference, by its kind, and one a run (`run`): its cause in `ours`, its end in words."""
ALERTS = _table("alerts", _EVENT + "text: severity code text")
LATENCIES = _table(
    "latencies",
    _EVENT
    + """
    text:  kind
    count: nanoseconds
    """,
)
INSTRUMENTS = _table(
    "instruments",
    """
    text:  symbol name mic currency asset_class
    count: price_digits
    size:  lot_size
    count: multiplier quantity_digits
    money: notional_min
    """,
    key=("symbol",),
)

ASSUMED_FILLS = _table(
    "assumed_fills",
    _EVENT
    + """
    text:  assumption
    flag:  booked
    price: price average_price
    size:  filled
    time:  first_at done_at
    """,
)

TABLES = (
    SESSIONS,
    ORDERS,
    ORDER_EVENTS,
    DECISION_ROWS,
    DECISION_QUOTES,
    FILLS,
    CHARGES,
    POSITIONS,
    LOTS,
    CASH_MOVEMENTS,
    ALERTS,
    LATENCIES,
    INSTRUMENTS,
    ASSUMED_FILLS,
    MARKOUTS,
    TAPE,
    FX_RATES,
    RECONCILIATIONS,
)

HIGH_WATER = """
create table high_water (
    schema_version integer, instance varchar, epoch integer, sequence bigint, block bigint,
    chain blob
)
"""
"""One row: which journal this store holds, up to where, and the hash of the chain there."""
