"""`trader match`: what a file may say, what it may not, and what comes out."""

import json
from hashlib import sha256

import pytest

from commands.match import run
from engine.errors import InputError
from engine.exchange.matchfile import (
    OPS,
    MatchFileError,
    MatchResult,
    parse,
    result_of,
    run_operations,
)

HEADER = "op,order_id,side,price,quantity,stop"


def play(*rows: str, header: str = HEADER) -> MatchResult:
    parsed = parse("\n".join((header, *rows)) + "\n")
    return result_of(parsed, *run_operations(parsed))


def trades_of(*rows: str, header: str = HEADER) -> list[str]:
    return play(*rows, header=header).trades_text.splitlines()[1:]


def problem_of(*rows: str, header: str = HEADER) -> str:
    with pytest.raises(MatchFileError) as problem:
        play(*rows, header=header)
    return str(problem.value)


def test_trades_come_out_in_the_order_in_which_they_happened():
    rows = ("limit,1,S,101,5,", "limit,2,S,100,5,", "market,3,B,,7,")
    assert trades_of(*rows) == ["3,2,100,5", "3,1,101,2"]


def test_columns_may_stand_in_any_order():
    rows = ("5,limit,1,100,S", "5,limit,2,100,B")
    assert trades_of(*rows, header="quantity,op,order_id,price,side") == ["2,1,100,5"]


def test_an_operation_on_an_order_that_does_not_rest_is_missed():
    rows = (
        "limit,1,B,100,5,",
        "ioc,2,S,100,5,",
        "cancel,1,,,,",
        "reduce,1,,,0,",
        "replace,9,,1,1,",
    )
    result = play(*rows)
    assert (result.missed, result.resting) == (3, 0)


def test_what_rests_at_the_end_counts_waiting_stops():
    result = play("limit,1,B,100,5,", "stop,2,B,,5,120", "stop,3,B,,5,120", "cancel,3,,,,")
    assert (result.resting, result.missed) == (2, 0)


def test_a_stop_enters_when_the_operation_that_reached_it_is_done():
    rows = (
        "stop,9,B,,1,101",
        "limit,1,S,101,1,",
        "limit,2,S,102,1,",
        "limit,3,S,103,1,",
        "market,4,B,,2,",
    )
    assert trades_of(*rows) == ["4,1,101,1", "4,2,102,1", "9,3,103,1"]


def test_reduce_to_zero_takes_the_order_out():
    assert trades_of("limit,1,B,100,5,", "reduce,1,,,5,", "market,2,S,,5,") == []


def test_replace_to_zero_takes_the_order_out():
    assert play("limit,1,B,100,5,", "replace,1,,100,0,").resting == 0


def test_a_replaced_post_order_arrives_again_and_may_trade():
    assert trades_of("limit,1,S,101,5,", "post,2,B,99,5,", "replace,2,,101,5,") == ["2,1,101,5"]


def test_owners_trade_with_themselves():
    header = "op,order_id,side,price,quantity,owner"
    assert trades_of("limit,1,S,100,5,me", "limit,2,B,100,5,me", header=header) == ["2,1,100,5"]


def test_ids_may_be_words():
    assert trades_of("limit,A-1,S,100,5,", "limit,B.2,B,100,5,") == ["B.2,A-1,100,5"]


def test_an_id_may_come_back_when_its_order_is_gone():
    assert play("limit,1,B,100,5,", "cancel,1,,,,", "limit,1,B,100,5,").resting == 1


def test_empty_lines_and_carriage_returns_do_not_matter():
    text = HEADER + "\r\nlimit,1,S,100,5,\r\n\r\nlimit,2,B,100,5,\r\n"
    parsed = parse(text)
    assert result_of(parsed, *run_operations(parsed)).trades == 1


@pytest.mark.parametrize(
    ("row", "line_and_column"),
    [
        ("buy,1,B,100,5,", "line 3, column op"),
        ("limit,,B,100,5,", "line 3, column order_id"),
        ("limit,a b,B,100,5,", "line 3, column order_id"),
        ("limit,1,X,100,5,", "line 3, column side"),
        ("limit,1,B,,5,", "line 3, column price"),
        ("limit,1,B,0,5,", "line 3, column price"),
        ("limit,1,B,190.12,5,", "line 3, column price"),
        ("limit,1,B,١٠٠,5,", "line 3, column price"),
        ("limit,1,B,1_0,5,", "line 3, column price"),
        ("limit,1,B,100,0,", "line 3, column quantity"),
        ("limit,1,B,100,-5,", "line 3, column quantity"),
        ("limit,1,B,100,", "line 3, column quantity"),
        ("limit,1,B,100,1234567890123456789,", "line 3, column quantity"),
        ("limit,1,B,100,5,99", "line 3, column stop"),
        ("market,1,B,100,5,", "line 3, column price"),
        ("stop,1,B,,5,", "line 3, column stop"),
        ("stop_limit,1,B,,5,99", "line 3, column price"),
        ("reduce,1,,,x,", "line 3, column quantity"),
        ("replace,1,,100,,", "line 3, column quantity"),
        ("limit,1,B,100,5,,7", "line 3: 7 fields"),
        ('limit,"1,B,100,5,', "line 3: no CSV"),
        ("limit,0,B,100,5,", "line 3, column order_id: order 0 is still resting"),
        ("replace,0,,,5,", "line 3, column price: order 0 rests"),
    ],
)
def test_a_row_that_does_not_fit_names_line_and_column(row, line_and_column):
    assert problem_of("limit,0,B,1,1,", row).startswith(line_and_column)


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("", "column op: missing"),
        ("op,order_id,side,price", "column quantity: missing"),
        ("op,order_id,side,price,quantity,colour", "'colour' is no column"),
        ("op,order_id,side,price,quantity,op", "'op' is no column, or stands twice"),
    ],
)
def test_a_header_that_does_not_fit_says_what_would(header, says):
    problem = problem_of(header=header)
    assert says in problem
    assert "op, order_id, side, price, quantity" in problem


def test_a_stop_needs_the_column_stop():
    problem = problem_of("stop,1,B,,5", header="op,order_id,side,price,quantity")
    assert problem.startswith("line 2, column stop: the header does not name this column")


def test_an_unknown_op_says_which_there_are():
    assert all(op in problem_of("hold,1,B,1,1,") for op in OPS)


def test_the_command_writes_the_trades_and_prints_their_digest(tmp_path, capsys):
    file, out = tmp_path / "orders.csv", tmp_path / "trades.csv"
    file.write_text(f"{HEADER}\nlimit,1,S,100,5,\nmarket,2,B,,3,\ncancel,7,,,,\n")
    assert run(file, out, True) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer.pop("ops_per_second") > 0
    digest = sha256(out.read_bytes()).hexdigest()
    assert answer == {
        "operations": 3, "trades": 1, "missed": 1, "resting": 1, "trades_digest": digest,
    }  # fmt: skip
    assert out.read_text() == "taker,maker,price,quantity\n2,1,100,3\n"


def test_a_file_that_does_not_fit_leaves_the_old_trades_as_they_are(tmp_path):
    file, out = tmp_path / "orders.csv", tmp_path / "trades.csv"
    file.write_text(f"{HEADER}\nlimit,1,S,100,5,\nlimit,2,B\n")
    out.write_text("old")
    with pytest.raises(InputError, match=r"orders\.csv: line 3, column price"):
        run(file, out, True)
    assert out.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["orders.csv", "trades.csv"]


def test_the_orders_are_never_overwritten_by_their_trades(tmp_path):
    file = tmp_path / "orders.csv"
    file.write_text(f"{HEADER}\n")
    with pytest.raises(InputError, match="is the file to play"):
        run(file, file, False)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", None])
def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path, content):
    file = tmp_path / "orders.csv"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputError, match=r"orders\.csv"):
        run(file, None, False)


def test_a_file_of_a_header_alone_has_no_trades(tmp_path, capsys):
    file = tmp_path / "orders.csv"
    file.write_text(f"\ufeff{HEADER}\n", encoding="utf-8")
    assert run(file, None, True) == 0
    assert json.loads(capsys.readouterr().out)["trades"] == 0


def test_the_trades_never_take_the_place_of_a_journal(tmp_path):
    file, journal = tmp_path / "orders.csv", tmp_path / "home" / "journal.db"
    file.write_text(f"{HEADER}\nlimit,1,B,100,1,\n")
    journal.parent.mkdir()
    journal.write_bytes(b"a journal")
    with pytest.raises(InputError, match="lies in the trader home") as refused:
        run(file, journal, False)
    assert refused.value.exit_code == 2
    assert journal.read_bytes() == b"a journal"
