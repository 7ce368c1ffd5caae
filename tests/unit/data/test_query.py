"""A question can read the tables of its own store and do nothing else."""

import csv
import io
import json
from argparse import Namespace
from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands import query
from data.errors import QueryError
from data.home import Home
from data.store import ask as asking
from data.store.ask import ask, quote_at, readable
from data.store.canned import canned_names, canned_question
from engine.errors import InputError
from tests.unit.data.desk_records import a_day, write


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home.prepare(tmp_path_factory.mktemp("query") / "home")
    write(home, a_day())
    return home


signs = st.sampled_from([*query.FORMULA_STARTS, "'", '"', ",", "1", "cmd|' /C calc'!A0"])
cells = st.text(max_size=20) | st.lists(signs, max_size=5).map("".join)

ATTACKS = [
    "select * from read_csv('/etc/passwd')",
    "select * from read_csv_auto('/etc/passwd')",
    "select * from read_text('/etc/passwd')",
    "select * from read_blob('/etc/passwd')",
    "select * from read_json('/etc/passwd')",
    "select * from read_parquet('/etc/passwd')",
    "select * from sniff_csv('/etc/passwd')",
    "select * from glob('/etc/*')",
    "select * from '/etc/passwd'",
    "select * from 'https://example.org/x.parquet'",
    "select * from read_csv('http://127.0.0.1:1/x')",
    "from '/etc/passwd'",
    "select * from parquet_metadata('/etc/passwd')",
    "select getenv('HOME')",
    "copy fills to '/tmp/stolen.csv'",
    "copy fills from '/etc/passwd'",
    "copy (select * from fills) to '/tmp/stolen.parquet' (format parquet)",
    "export database '/tmp/stolen'",
    "import database '/tmp/stolen'",
    "attach '/tmp/other.duckdb' as other",
    "attach ':memory:' as other",
    "detach store",
    "use memory",
    "install httpfs",
    "load httpfs",
    "force install httpfs from community",
    "set enable_external_access = true",
    "set threads = 64",
    "reset memory_limit",
    "pragma enable_external_access",
    "pragma database_list",
    "call pragma_version()",
    "create table stolen as select * from fills",
    "create temp table stolen as select * from fills",
    "create view stolen as select 1",
    "create macro stolen() as 1",
    "create secret (type s3)",
    "create function f(x) as x",
    "drop table fills",
    "alter table fills add column x integer",
    "delete from fills",
    "truncate fills",
    "update fills set quantity = 0",
    "insert into fills select * from fills",
    "merge into fills using fills as f on true when matched then delete",
    "begin",
    "commit",
    "checkpoint",
    "vacuum",
    "prepare p as select 1",
    "execute p",
    "explain analyze select 1",
    "select 1; drop table fills",
    "drop table fills; select 1",
    "select 1 /* */ ; /* */ select 2",
    "with x as (delete from fills returning *) select * from x",
    "select * from query('drop table fills')",
    "",
    ";",
    "-- nothing",
    "select 1\0",
    "select " + "1," * 60_000 + "1",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_question_reaches_beyond_the_store_or_changes_it(home: Home, attack: str) -> None:
    before = home.store_path.stat().st_mtime_ns if home.store_path.exists() else 0
    with pytest.raises(QueryError) as caught, ask(home, attack) as answer:
        list(answer.rows)
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1_000
    if before:
        assert home.store_path.stat().st_mtime_ns == before


def test_a_question_that_thinks_too_long_is_stopped(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "ASK_SECONDS_MAX", 0.2)
    with (
        pytest.raises(QueryError, match="took longer"),
        ask(home, "select count(*) from range(100000000000) a, range(100000000000) b") as answer,
    ):
        list(answer.rows)


def test_a_question_that_wants_too_much_memory_is_one_sentence(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(asking.READER_CONFIG, "memory_limit", "64MB")
    greedy = "select list(x) from range(500000000) t(x) group by x % 2"
    with pytest.raises(QueryError), ask(home, greedy) as answer:
        list(answer.rows)


@pytest.mark.parametrize(
    ("sql", "place"),
    [
        ("selct 1", "line 1, column 1"),
        ("select foo from fills", "line 1, column 8"),
        ("select 1,\n  foo from fills", "line 2, column 3"),
        ("select cast('x' as integer)", "line 1, column 8"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_position(home: Home, sql: str, place: str) -> None:
    with pytest.raises(QueryError, match=place), ask(home, sql) as answer:
        list(answer.rows)


@pytest.mark.parametrize(
    ("sql", "quoted"),
    [
        ("select at from fills", 'select "at" from fills'),
        ("select max(at), 'at' from fills", "select max(\"at\"), 'at' from fills"),
        ("select now() at time zone 'UTC', AT", "select now() at time zone 'UTC', \"at\""),
        ('select "at" -- at\nfrom fills', 'select "at" -- at\nfrom fills'),
        ("select at_time, format_at from x", "select at_time, format_at from x"),
    ],
)
def test_the_column_at_needs_no_quotes(sql: str, quoted: str) -> None:
    assert quote_at(sql) == quoted


def test_questions_of_any_shape_are_answered_in_order(home: Home) -> None:
    for sql in (
        "select sequence from fills order by at desc -- newest first",
        "from fills select sequence order by sequence desc;",
        "with f as (select * from fills) select sequence from f order by 1 desc",
        "select unnest([3, 2, 1]) as sequence",
    ):
        with ask(home, sql) as answer:
            found = [row[0] for row in answer.rows]
        assert found == sorted(found, reverse=True)
        assert len(found) >= 3


@given(st.text(max_size=80))
def test_no_text_is_anything_but_answered_or_refused(text: str) -> None:
    try:
        readable(text)
    except QueryError as error:
        assert "\n" not in str(error)


def run(home: Home, sql: str, capsys: pytest.CaptureFixture[str], **form: object) -> str:
    options = {"home": home.path, "sql": sql, "csv": False, "parquet": None, "json": False}
    assert query.run(Namespace(**{**options, **form})) == 0
    return capsys.readouterr().out


def test_json_has_a_row_an_object_with_decimals_and_times_as_text(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    sql = (
        "select order_id, price, at, trade_date, resurrected, null as nothing, 0.5::double as half,"
        " 'nan'::double as nan, [1, 2] as list from fills order by sequence limit 1"
    )
    assert json.loads(run(home, sql, capsys, json=True)) == {
        "order_id": 1,
        "price": "190.00",
        "at": "2026-01-05T14:30:00.000000012Z",
        "trade_date": "2026-01-05",
        "resurrected": False,
        "nothing": None,
        "half": 0.5,
        "nan": "nan",
        "list": "[1, 2]",
    }


def test_json_keeps_columns_of_one_name_apart(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert json.loads(run(home, "select 1 as a, 2 as a", capsys, json=True)) == {"a": 1, "a_2": 2}


def test_csv_gives_no_spreadsheet_a_formula_and_leaves_numbers_alone(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    sql = "select t, -1 as n, -1.5::decimal(4, 2) as d from (values ('=1+1'), ('+1'), ('-1'),"
    sql += " ('@x'), (chr(9) || 'x'), (chr(13) || 'x'), ('fine'), ('a,\"b\"')) v(t)"
    table = list(csv.reader(io.StringIO(run(home, sql, capsys, csv=True), newline="")))
    assert table[0] == ["t", "n", "d"]
    assert [row[0] for row in table[1:]] == [
        "'=1+1", "'+1", "'-1", "'@x", "'\tx", "'\rx", "fine", 'a,"b"',
    ]  # fmt: skip
    assert {(row[1], row[2]) for row in table[1:]} == {("-1", "-1.50")}


@given(st.lists(st.tuples(cells, st.integers(-(10**12), 10**12)), min_size=1, max_size=8))
def test_every_text_comes_back_from_csv_as_it_was_and_none_is_a_formula(
    rows: list[tuple[str, int]],
) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    for text, number in rows:
        cells_of = (query.safe_cell(text, is_text=True), query.safe_cell(number, is_text=False))
        writer.writerow(cells_of)
    read = list(csv.reader(io.StringIO(file.getvalue(), newline="")))
    assert [(query.original_cell(text), int(number)) for text, number in read] == rows
    assert not any(text.startswith(query.FORMULA_STARTS) for text, _ in read)


def test_a_table_shows_foreign_text_inert_and_cut(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    out = run(home, "select chr(27) || ']52;c;x' as evil, repeat('x', 500) as long", capsys)
    assert "\x1b" not in out
    assert "�]52;c;x" in out
    assert max(len(line) for line in out.splitlines()) < 120


def test_a_parquet_file_keeps_the_types(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "it's.parquet"
    run(home, "select price, at, quantity from fills order by at", capsys, parquet=file)
    with duckdb.connect() as reader:
        relation = reader.read_parquet(str(file))
        assert [str(kind) for kind in relation.types] == ["DECIMAL(18,9)", "TIMESTAMP_NS", "BIGINT"]
        assert len(relation.fetchall()) == 5
    with pytest.raises(QueryError, match="cannot be written"):
        run(home, "select 1", capsys, parquet=tmp_path / "no" / "x.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["it's.parquet"]


@pytest.mark.parametrize("name", canned_names())
def test_every_canned_question_says_what_a_row_means_and_has_an_answer(
    home: Home, name: str
) -> None:
    sql = canned_question(name)
    assert sql.startswith("-- one row per ")
    with ask(home, sql) as answer:
        assert list(answer.rows)
    with ask(home, canned_question(name, first=date(2027, 1, 1))) as answer:
        assert not list(answer.rows), "what is asked for later days tells nothing of earlier ones"


def test_an_answer_never_takes_the_place_of_what_a_home_keeps(home: Home) -> None:
    before = home.journal_path.read_bytes()
    options = Namespace(home=home.path, sql="select 1 a", parquet=home.journal_path, json=False)
    with pytest.raises(InputError, match="lies in the trader home"):
        query.run(options)
    assert home.journal_path.read_bytes() == before
