"""One question to the store: a single SELECT that reaches no file, network or setting."""

import math
import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from data.errors import QueryError, StoreDamagedError, StoreError
from data.home import Home, refuse_inside_a_home
from data.store.feeder import Fed, caught_up, make_anew
from data.store.load import table_digests

ASK_SECONDS_MAX = 30.0
ASK_MEMORY = "1GB"
ASK_THREADS = 2
SQL_CHARACTERS_MAX = 100_000
ROWS_A_FETCH = 1_000
READER_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "memory_limit": ASK_MEMORY,
    "threads": str(ASK_THREADS),
    "temp_directory": "",
    "lock_configuration": "true",
}
NUMBER_TYPES = (
    "tinyint", "smallint", "integer", "bigint", "hugeint", "utinyint", "usmallint", "uinteger",
    "ubigint", "uhugeint", "float", "double", "decimal",
)  # fmt: skip
PLAIN_TYPES = frozenset({"boolean", "varchar", *NUMBER_TYPES} - {"decimal"})
"""Types whose Python values are shown as they are; all others become text in SQL."""
SIZE_SCALE = ",8)"
"""How the type of a column ends that has sizes with decimals, or sums of them."""
TIME_TYPES = frozenset(
    {"timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns", "timestamp with time zone"}
)

DAMAGE = (duckdb.IOException, duckdb.FatalException, duckdb.SerializationException)

_AT_KEPT = re.compile(r"\s*(\(|time\s+zone\b)", re.IGNORECASE)
_POSITION = re.compile(r"^LINE (\d+): (.*)\n(\s*)\^", re.MULTILINE)


class Answer(NamedTuple):
    """Columns and rows of an open question; rows are read as they are asked for."""

    columns: tuple[str, ...]
    are_text: tuple[bool, ...]
    """Whether a column holds words; numbers and decimals do not, times and lists do."""
    rows: Iterator[tuple[Any, ...]]
    """Booleans, numbers and text; decimals and times are text already."""
    fed: Fed


@contextmanager
def ask(home: Home, sql: str) -> Iterator[Answer]:
    """Asks the store of a home, caught up first.

    A store whose bytes cannot be read is made anew from the journal, and asked again.
    Raises QueryError for anything but one readable SELECT, and for one that takes too long;
    StoreDamagedError where rows were already given when it broke: then it was made anew as well.
    """
    statement = readable(sql)
    with ExitStack() as stack:
        try:
            answer = _answer(stack, home, statement)
        except StoreDamagedError as damage:
            stack.close()
            mended = make_anew(home, damage)
            answer = _answer(stack, home, statement)._replace(fed=mended)
        try:
            yield answer
        except StoreDamagedError as damage:
            stack.close()
            sentence = make_anew(home, damage).sentence
            raise StoreDamagedError(f"{sentence}; the answer was cut off: ask again") from damage


def _answer(stack: ExitStack, home: Home, statement: str) -> Answer:
    """Open until the stack is; its first rows are read, so that most damage shows here."""
    fed, _lock = stack.enter_context(caught_up(home))
    connection = stack.enter_context(reading(home))
    columns, types = _described(connection, statement)
    are_text = tuple(not kind.startswith(NUMBER_TYPES) for kind in types)
    are_sizes = tuple(kind.endswith(SIZE_SCALE) for kind in types)
    rows = _rows(connection, _as_plain_values(statement, types), are_sizes)
    begun = list(islice(rows, 1))
    return Answer(columns, are_text, chain(begun, rows), fed)


@contextmanager
def reading(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The store, read-only and locked down; interrupted when it thinks for longer than 30 s."""
    try:
        connection = duckdb.connect(str(home.store_path), read_only=True, config=READER_CONFIG)
    except duckdb.Error as error:
        raise StoreError(f"the store {home.store_path} cannot be opened ({error})") from error
    watch = threading.Timer(ASK_SECONDS_MAX, connection.interrupt)
    watch.daemon = True
    watch.start()
    try:
        yield connection
    finally:
        watch.cancel()
        watch.join()
        connection.close()


def readable(sql: str) -> str:
    """The one SELECT in the text, with the column name `at` made readable for DuckDB 2.

    Raises QueryError. DuckDB reserves `at`; the tables here have a column of that name.
    """
    if len(sql) > SQL_CHARACTERS_MAX:
        raise QueryError(f"a question has at most {SQL_CHARACTERS_MAX:,} characters")
    if "\0" in sql:
        raise QueryError("the question contains a NUL character")
    with duckdb.connect(config=READER_CONFIG) as parser:
        try:
            statements = parser.extract_statements(sql)
        except duckdb.Error as first:
            sql = quote_at(sql)
            try:
                statements = parser.extract_statements(sql)
            except duckdb.Error:
                raise _unreadable(first) from first
    if len(statements) != 1:
        raise QueryError(
            f"one question at a time: this is {len(statements)} statements"
            if statements
            else "there is no question: say a SELECT"
        )
    if statements[0].type != duckdb.StatementType.SELECT:
        kind = str(statements[0].type).rpartition(".")[2].replace("_", " ")
        raise QueryError(f"only SELECT can be asked here, not {kind}")
    return sql.strip().rstrip(";").rstrip()


def quote_at(sql: str) -> str:
    """Puts the bare word `at` in quotes, except before `time zone` and a parenthesis."""
    tokens = duckdb.tokenize(sql)
    for start, _kind in reversed(tokens):
        word = sql[start : start + 2]
        ends = not sql[start + 2 : start + 3].isalnum() and sql[start + 2 : start + 3] != "_"
        if word.lower() == "at" and ends and not _AT_KEPT.match(sql, start + 2):
            sql = f'{sql[:start]}"at"{sql[start + 2 :]}'
    return sql


def _described(
    connection: duckdb.DuckDBPyConnection, statement: str
) -> tuple[tuple[str, ...], list[str]]:
    """Names and types of the columns, before anything is read."""
    try:
        answer = connection.sql(statement)
        if answer is None:
            raise QueryError("this question has no answer: say a SELECT")
        return tuple(answer.columns), [str(kind).lower() for kind in answer.types]
    except duckdb.Error as error:
        raise _unreadable(_with_position(connection, statement, error)) from error


def _as_plain_values(statement: str, types: list[str]) -> str:
    """The question with every value that is not plain turned into text."""
    names = ", ".join(f"c{place}" for place in range(len(types)))
    values = ", ".join(_text_of(f"c{place}", kind) for place, kind in enumerate(types))
    # A comment at the end of the question must not swallow the parenthesis.
    return f"select {values} from (\n{statement}\n) as answer({names})"


def _text_of(name: str, kind: str) -> str:
    if kind in PLAIN_TYPES:
        return name
    if kind in TIME_TYPES:
        # A market's day is told in nanoseconds everywhere else, so it is here.
        if kind == "timestamp_ns":
            return (
                f"strftime({name}::timestamp, '%Y-%m-%dT%H:%M:%S.')"
                f" || lpad((epoch_ns({name}) % 1000000000)::varchar, 9, '0') || 'Z'"
            )
        at_utc = f"timezone('UTC', {name})" if kind.endswith("zone") else name
        iso = f"replace({at_utc}::varchar, ' ', 'T') || 'Z'"
        return f"case when isfinite({at_utc}::timestamp) then {iso} else {name}::varchar end"
    if kind.endswith(SIZE_SCALE):
        # As it is, and without needless zeros: whole sizes stay whole.
        return f"regexp_replace({name}::varchar, '\\.?0+$', '')"
    if kind.startswith("decimal"):
        return f"regexp_replace({name}::varchar, '(\\.\\d\\d\\d*?)0+$', '\\1')"
    return f"{name}::varchar"


def _rows(
    connection: duckdb.DuckDBPyConnection, shown: str, are_sizes: tuple[bool, ...]
) -> Iterator[tuple[Any, ...]]:
    try:
        result = connection.execute(shown)
        while batch := result.fetchmany(ROWS_A_FETCH):
            for row in batch:
                yield tuple(map(_plain, row, are_sizes))
    except duckdb.Error as error:
        raise _unreadable(error, lines_before=1) from error


def _plain(value: Any, is_size: bool) -> Any:
    """A whole size is a number, as it is in a store of shares alone; any other is decimal text."""
    if is_size and value is not None and "." not in value:
        return int(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def save_parquet(home: Home, sql: str, path: Path) -> tuple[int, Fed]:
    """The answer as a Parquet file with its own types; the number of rows.

    Who may read the store may write no file, and who writes the file sees nothing but the rows:
    two connections. Raises QueryError, and InputError for a path inside a home.
    """
    refuse_inside_a_home(path)
    statement = readable(sql)
    try:
        return _saved(home, statement, path)
    except StoreDamagedError as damage:
        mended = make_anew(home, damage)
        return _saved(home, statement, path)[0], mended


def _saved(home: Home, statement: str, path: Path) -> tuple[int, Fed]:
    aside = path.with_name(f".{path.name}.new")
    with caught_up(home) as (fed, _lock), reading(home) as connection:
        _described(connection, statement)
        with duckdb.connect() as writer:
            try:
                rows = _copy_to_parquet(writer, _Stream(connection.sql(statement)), aside)
                aside.replace(path)
            except (duckdb.IOException, OSError) as error:
                if isinstance(error, duckdb.Error) and not _is_whole(connection):
                    raise StoreDamagedError(str(error)) from error
                reason = str(error).splitlines()[0]
                raise QueryError(f"{path} cannot be written: {reason}") from error
            except duckdb.Error as error:
                raise _unreadable(error) from error
            finally:
                aside.unlink(missing_ok=True)
    return rows, fed


def _is_whole(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether every table can be read to its last byte."""
    try:
        table_digests(connection)
    except duckdb.Error:
        return False
    return True


class _Stream:
    """All that DuckDB asks of a source of rows."""

    def __init__(self, relation: duckdb.DuckDBPyRelation) -> None:
        self._relation = relation

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._relation.__arrow_c_stream__(requested_schema)


def _copy_to_parquet(writer: duckdb.DuckDBPyConnection, stream: _Stream, path: Path) -> int:
    writer.register("answer", stream)
    quoted = str(path.absolute()).replace("'", "''")
    copied = writer.execute(f"copy (select * from answer) to '{quoted}' (format parquet)")
    found = copied.fetchone()
    return int(found[0]) if found else 0


def _with_position(
    connection: duckdb.DuckDBPyConnection, statement: str, error: duckdb.Error
) -> duckdb.Error:
    """The same complaint with its position, which DuckDB only knows when it runs the statement."""
    try:
        connection.execute(statement)
    except duckdb.Error as again:
        return again
    return error


def _is_damage(error: duckdb.Error) -> bool:
    """No question reaches a file here, so what DuckDB cannot read are bytes of the store."""
    return isinstance(error, DAMAGE) or type(error) is duckdb.Error


def _unreadable(error: duckdb.Error, *, lines_before: int = 0) -> QueryError | StoreDamagedError:
    """DuckDB's complaint as one sentence with line and column.

    `lines_before` is how many lines stand before the person's own text.
    """
    text = str(error)
    if _is_damage(error):
        return StoreDamagedError(text)
    if isinstance(error, duckdb.InterruptException):
        return QueryError(
            f"the question took longer than {ASK_SECONDS_MAX:.0f} s and was stopped; ask for less"
        )
    place = _POSITION.search(text)
    complaint = " ".join(text.split("\n\n")[0].split())
    kind, _, rest = complaint.partition(": ")
    sentence = rest if kind.endswith("Error") and rest else complaint
    if place:
        column = len(place[3]) - len(f"LINE {place[1]}: ") + 1
        line = max(1, int(place[1]) - lines_before)
        sentence += f" (line {line}, column {max(1, column)})"
    return QueryError(f"the question cannot be answered: {sentence}")
