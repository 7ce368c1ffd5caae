"""When a fall, or a rise, of the whole market halts it: the tables of the exchanges, with dates."""

import msgspec

US, NSE = "US", "NSE"
REST_OF_DAY = -1
NO_HALT = 0
MINUTE_SECONDS = 60
ALWAYS = 24 * 3_600


class Row(msgspec.Struct, frozen=True):
    """One level before a time of day: how long trading stops, call auction included."""

    level: int
    share: int
    """Move of the index in basis points of its previous close."""
    before: int
    """Seconds of the exchange's day; the first row of a level whose time is not over counts."""
    seconds: int
    """`REST_OF_DAY`, or `NO_HALT`: the level is passed and nothing stops."""


class Table(msgspec.Struct, frozen=True):
    """What holds at one market from a date on."""

    name: str
    from_date: int
    both_ways: bool
    """A rise halts it like a fall."""
    rows: tuple[Row, ...]
    source: str


def _time(hours: int, minutes: int = 0) -> int:
    return (hours * 60 + minutes) * MINUTE_SECONDS


def _of(minutes: int) -> int:
    return minutes * MINUTE_SECONDS


TABLES: tuple[Table, ...] = (
    Table(
        US,
        20130408,
        False,
        (
            Row(1, 700, _time(15, 25), _of(15)),
            Row(1, 700, ALWAYS, NO_HALT),
            Row(2, 1_300, _time(15, 25), _of(15)),
            Row(2, 1_300, ALWAYS, NO_HALT),
            Row(3, 2_000, ALWAYS, REST_OF_DAY),
        ),
        "nasdaqtrader.com, Market Wide Circuit Breaker: S&P 500 against its previous close, "
        "implemented 2013-04-08; days that close early have another last time, which is not told",
    ),
    Table(
        NSE,
        20131014,
        True,
        (
            # Each halt is followed by a call auction of 15 minutes.
            Row(1, 1_000, _time(13), _of(45 + 15)),
            Row(1, 1_000, _time(14, 30), _of(15 + 15)),
            Row(1, 1_000, ALWAYS, NO_HALT),
            Row(2, 1_500, _time(13), _of(105 + 15)),
            Row(2, 1_500, _time(14), _of(45 + 15)),
            Row(2, 1_500, ALWAYS, REST_OF_DAY),
            Row(3, 2_000, ALWAYS, REST_OF_DAY),
        ),
        "SEBI CIR/MRD/DP/25/2013; NSE circular 85/2013 (NSE/CMTR/24709), from 2013-10-14",
    ),
)


def table_of(mic: str, trade_date: int) -> Table | None:
    """The newest table of the market that lists the index; None where none was in force."""
    name = NSE if mic == "XNSE" else US
    fitting = [t for t in TABLES if t.name == name and t.from_date <= trade_date]
    return max(fitting, key=lambda table: table.from_date, default=None)


def level_reached(table: Table, last: int, reference: int) -> int:
    """The highest level that the index has reached; 0: none, or nothing to compare with."""
    if last <= 0 or reference <= 0:
        return 0
    move = last - reference
    if move > 0 and not table.both_ways:
        return 0
    reached = [row.level for row in table.rows if abs(move) * 10_000 >= row.share * reference]
    return max(reached, default=0)


def halt_seconds(table: Table, level: int, second_of_day: int) -> int:
    """How long trading stops when the level is reached at this time of day."""
    rows = (row for row in table.rows if row.level == level and second_of_day < row.before)
    first = next(rows, None)
    return NO_HALT if first is None else first.seconds
