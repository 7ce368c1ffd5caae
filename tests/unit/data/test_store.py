"""The store tells what the journal holds, in whatever steps it is fed."""

import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest

from data.errors import JournalDamagedError, StoreDamagedError, StoreError
from data.home import Home
from data.journal import JournalReader
from data.store import lock
from data.store.ask import ask
from data.store.canned import canned_question
from data.store.compare import differences
from data.store.feeder import QUARANTINED_MAX, catch_up, rebuild
from data.store.fold import FOLDS, WITHOUT_ROWS
from data.store.load import table_digests
from data.store.questions import StoreQuestions
from data.store.schema import TABLES
from engine.domain import events as ev
from engine.domain.events import Event, OrderDenied
from engine.domain.risk.findings import bit_of
from tests.unit.data.desk_records import OPEN, a_day, bought, ending, opening, write


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.prepare(tmp_path / "home")


def rows(home: Home, sql: str) -> list[tuple[Any, ...]]:
    with ask(home, sql) as answer:
        return list(answer.rows)


def digests(home: Home) -> dict[str, tuple[int, int]]:
    with duckdb.connect(str(home.store_path), read_only=True) as connection:
        return table_digests(connection)


def test_every_event_either_has_rows_or_is_known_to_have_none() -> None:
    assert set(FOLDS) | WITHOUT_ROWS == set(Event.__args__)
    assert not set(FOLDS) & WITHOUT_ROWS


def test_fills_carry_the_figures_of_their_events(home: Home) -> None:
    write(home, a_day())
    found = rows(
        home,
        "select order_id, symbol, side, quantity, price, fee, liquidity, venue, position_after,"
        " realised, at from fills order by sequence",
    )
    assert found[0] == (
        1, "AAPL", "buy", 50, "190.00", "1.00", "maker", "paper", 50, "0.00",
        "2026-01-05T14:30:00.000000012Z",
    )  # fmt: skip
    assert found[2][2:6] == ("sell", 100, "190.01", "0.00")
    assert found[2][8:10] == (0, "1.00")


def test_orders_end_as_their_events_left_them(home: Home) -> None:
    write(home, a_day())
    found = rows(
        home,
        "select order_id, state, quantity, filled, cancelled, leaves, price, average_price,"
        " client_order_id, queue_ahead, strategy from orders order by order_id",
    )
    assert found == [
        (1, "filled", 100, 100, 0, 0, "190.00", "190.00", "C-1", 300, "opening"),
        (2, "denied", 20_000, 0, 0, 0, "100.00", None, "", None, "opening"),
        (3, "filled", 100, 100, 0, 0, "190.01", "190.01", "C-3", None, "opening"),
        (4, "cancelled", 60, 0, 60, 0, "151.00", None, "C-r", 400, "opening"),
        (5, "filled", 20, 20, 0, 0, "190.00", "190.00", "C-5", 300, "opening"),
    ]


def test_cash_positions_and_lots_agree_with_the_fills(home: Home) -> None:
    write(home, a_day())
    cash = rows(home, "select kind, sum(amount) from cash_movements group by 1 order by 1")
    assert cash == [("fee", "-2.00"), ("opening", "1000000.00"), ("trade", "-3799.00")]
    assert rows(home, "select quantity, cost, average_cost, realised, fees from positions") == [
        (20, "3800.00", "190.00", "1.00", "2.00")
    ]
    lots = rows(home, "select lot_id, quantity, cost, closed_at is null from lots order by 1")
    assert lots == [(1, 0, "0.00", False), (5, 20, "3800.00", True)]


def test_decisions_alerts_and_latencies_are_there_to_be_asked(home: Home) -> None:
    # A step has one time: what took a while between two events took more than one step.
    write(home, a_day(), a_block=1)
    verdicts = rows(home, "select order_id, rule, verdict from decisions order by 1, 2")
    assert (2, "ALL", "deny") in verdicts
    assert (2, "R01", "deny") in verdicts
    assert (1, "ALL", "pass") in verdicts
    codes = rows(home, "select code, severity from alerts where severity <> 'ok' order by 1")
    assert codes == [("cancel_unknown", "degraded"), ("trading_halted", "attention")]
    waits = dict(rows(home, "select kind, nanoseconds from latencies where order_id = 4"))
    assert waits == {"acknowledged": 1, "replaced": 1, "cancelled": 2}


def test_every_rule_has_its_verdict_whether_it_passed_denied_or_is_off(home: Home) -> None:
    passed, off = bit_of("R03") | bit_of("D01"), bit_of("R26")
    facts = [
        msgspec.structs.replace(fact, passed=passed, off=off)
        if isinstance(fact, OrderDenied)
        else fact
        for fact in a_day()
    ]
    write(home, facts)
    verdicts = rows(home, "select rule, code, verdict from decisions where order_id = 2 order by 1")
    assert verdicts == [
        ("ALL", "all", "deny"),
        ("D01", "trading_state", "pass"),
        ("R01", "order_quantity", "deny"),
        ("R03", "tick_or_lot", "pass"),
        ("R26", "short_sale", "off"),
    ]


def test_how_an_order_waited_is_a_row_of_its_events(home: Home) -> None:
    places = ((OPEN + 11, 300, 0), (OPEN + 12, 40, 260))
    told = ev.OrderWaited(OPEN + 15, 1, places, 260, 1_900_000, True)
    write(home, [*opening(), *bought(1, OPEN + 10), told])
    assert rows(
        home,
        "select price, quantity, queue_ahead, text from order_events where event = 'waited'",
    ) == [("190.00", 260, 40, "an estimate since a restart")]


def test_an_empty_journal_is_an_empty_store(home: Home) -> None:
    write(home, [])
    assert rows(home, "select count(*) from fills") == [(0,)]


def test_feeding_in_steps_gives_the_same_tables_as_a_rebuild(home: Home) -> None:
    facts = [*a_day(), *ending()]
    steps = [4, 5, 6, 11, 17, len(facts)]
    done = 0
    for until in steps:
        write(home, facts[done:until], a_block=2)
        done = until
        assert catch_up(home).rebuilt_because == ""
    fed = digests(home)
    assert fed["orders"][0] == 5
    assert rebuild(home).rows > 0
    assert digests(home) == fed
    with JournalReader(home) as journal:
        assert differences(home, journal) == ()


def test_catching_up_twice_adds_nothing(home: Home) -> None:
    write(home, a_day())
    assert catch_up(home).records > 0
    assert catch_up(home).records == 0


def test_a_changed_row_in_the_store_is_found(home: Home) -> None:
    write(home, a_day())
    catch_up(home)
    with duckdb.connect(str(home.store_path)) as connection:
        connection.execute("update fills set quantity = 51 where order_id = 1 and fee > 0")
    with JournalReader(home) as journal:
        assert differences(home, journal)[0].startswith("the table fills has")


def test_a_store_beyond_its_journal_halts_and_names_both_ends(home: Home, tmp_path: Path) -> None:
    write(home, a_day())
    fed = catch_up(home)
    with duckdb.connect(str(home.store_path)) as connection:
        connection.execute("update high_water set sequence = 999")
    with pytest.raises(JournalDamagedError, match=rf"up to 999, .* ends at {fed.sequence}"):
        catch_up(home)


def test_a_store_of_another_epoch_is_made_anew(home: Home) -> None:
    write(home, a_day())
    catch_up(home)
    with duckdb.connect(str(home.store_path)) as connection:
        connection.execute("update high_water set epoch = 7")
    assert "another journal or epoch" in catch_up(home).sentence
    assert rows(home, "select count(*) from orders") == [(5,)]


def test_a_broken_store_is_put_aside_and_rebuilt_and_it_says_so(home: Home) -> None:
    write(home, a_day())
    catch_up(home)
    expected = digests(home)
    chance = random.Random(7)
    for _ in range(6):
        content = bytearray(home.store_path.read_bytes())
        for _ in range(200):
            content[chance.randrange(len(content))] ^= 0xFF
        home.store_path.write_bytes(bytes(content[: chance.randrange(1, len(content))]))
        fed = catch_up(home)
        with JournalReader(home) as journal:
            if differences(home, journal):
                fed = rebuild(home)
        assert digests(home) == expected
    assert fed.sentence.startswith("store rebuilt from the journal")
    assert len(list(home.path.glob("store.duckdb.bad-*"))) <= QUARANTINED_MAX


ASKED = [f"select * from {name} order by all" for name in ("fills", "orders", "order_events")]


def _damaged(content: bytes, chance: random.Random) -> bytes:
    """One bit, a tail that is gone, or a sector of zeros."""
    place, kind = chance.randrange(len(content)), chance.randrange(3)
    if kind == 0:
        return (
            content[:place]
            + bytes([content[place] ^ 1 << chance.randrange(8)])
            + content[place + 1 :]
        )
    return content[:place] if kind == 1 else content[:place] + bytes(512) + content[place + 512 :]


@pytest.mark.parametrize("damages", [6, pytest.param(100, marks=pytest.mark.long)])
def test_no_damage_to_the_store_changes_an_answer(home: Home, damages: int) -> None:
    write(home, a_day())
    expected = [rows(home, sql) for sql in ASKED]
    content, chance, noticed = home.store_path.read_bytes(), random.Random(7), 0
    for _ in range(damages):
        home.store_path.write_bytes(_damaged(content, chance))
        assert [rows(home, sql) for sql in ASKED] == expected
        noticed += any(home.path.glob("*.bad-*"))
        for file in home.path.glob("store.duckdb*"):
            file.unlink()
    assert noticed, "no damage was ever noticed: does this test still test anything?"


def test_an_answer_that_breaks_half_way_says_so_and_the_next_one_is_whole(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(home, a_day())
    monkeypatch.setattr("data.store.ask.ROWS_A_FETCH", 1)
    with (
        pytest.raises(StoreDamagedError, match=r"rebuilt from the journal.*ask again"),
        ask(home, "select order_id from orders order by 1") as answer,
    ):
        next(answer.rows)
        raise StoreDamagedError("bytes that cannot be read")
    assert len(rows(home, "select order_id from orders")) == 5


def test_zero_bytes_where_the_store_was_are_rebuilt(home: Home) -> None:
    write(home, a_day())
    catch_up(home)
    expected = digests(home)
    home.store_path.write_bytes(bytes(4096))
    assert "kept as store.duckdb.bad-1" in catch_up(home).sentence
    assert digests(home) == expected
    home.store_path.write_bytes(b"")
    catch_up(home)
    assert digests(home) == expected


def test_a_store_that_another_feeder_holds_is_not_called_broken(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(home, a_day())
    monkeypatch.setattr(lock, "WAIT_SECONDS_MAX", 0.0)
    with lock.store_lock(home), pytest.raises(StoreError, match="reading or feeding"):
        catch_up(home)
    catch_up(home)
    assert not list(home.path.glob("*.bad-*"))


def test_orders_that_the_fold_let_go_are_read_back(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.store.feeder.ORDERS_KEPT_MAX", 0)
    monkeypatch.setattr("data.store.feeder.RECORDS_A_BATCH", 3)
    write(home, [*a_day(), *bought(6, OPEN + 80)])
    assert catch_up(home).rebuilt_because == ""
    small_steps = digests(home)
    monkeypatch.undo()
    rebuild(home)
    assert digests(home) == small_steps


def test_every_table_of_the_specification_has_account_and_strategy(home: Home) -> None:
    names = {table.name for table in TABLES}
    assert names >= {
        "sessions", "orders", "order_events", "decision_rows", "decision_quotes", "fills",
        "positions", "lots", "cash_movements", "alerts", "latencies",
    }  # fmt: skip
    for table in TABLES:
        columns = {name for name, _ in table.columns}
        # What the market did belongs to nobody: a mark finds its account through its fill.
        is_of_the_market = table.name in ("instruments", "fx_rates", "markouts", "tape")
        assert is_of_the_market or {"account", "strategy"} <= columns


def test_the_questions_of_the_screen_are_bounded_text(home: Home) -> None:
    write(home, a_day())
    result = StoreQuestions(home).ask("select order_id, price, null from orders order by 1", 2)
    assert result.columns[:2] == ("order_id", "price")
    assert result.rows == (("1", "190.00", ""), ("2", "100.00", ""))
    assert result.truncated
    assert Decimal(result.rows[0][1]) == 190


def test_what_a_venue_charged_is_in_every_sum_of_fees(home: Home) -> None:
    """The fill keeps its own fee, and a corrected trade has two rows under one execution."""
    write(
        home,
        [
            *opening(),
            *bought(1, OPEN + 10),
            ev.FeeConfirmed(OPEN + 20, 1, "X-1-1", 0, 350_000, -650_000),
            ev.FeeConfirmed(OPEN + 21, 1, "X-1-2", 0, 360_000, 360_000),
            *ending(),
        ],
    )
    (order,) = rows(home, canned_question("fills_by_order"))
    assert "0.71" in order
    (symbol,) = rows(home, canned_question("profit_by_symbol"))
    assert symbol[-2:] == ("0.71", "-0.71")
    assert rows(home, "select fees from orders") == [("0.71",)]
    assert rows(home, "select fees from positions") == [("0.71",)]
    paid = "select sum(amount) from cash_movements where kind = 'fee'"
    assert rows(home, paid) == [("-0.71",)]
    assert rows(home, "select sum(fee) from charges") == [("0.71",)]
