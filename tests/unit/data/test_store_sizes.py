"""Sizes with decimals in the store: whole numbers for whoever trades shares, decimals for coins."""

import duckdb
import msgspec

from connectors.feeds.binance.pairs import PAIRS
from data.store.ask import SIZE_SCALE
from data.store.fold import fold
from data.store.load import Loader, table_digests
from engine.domain.cost_facts import FxRate
from engine.domain.reports import FxRatesSet
from tests.harness import DeskBench
from tests.unit.runtime.desk import say

BTC = PAIRS["BTCUSDT"]
COIN = 10**8


def traded(*symbols: object) -> DeskBench:
    bench = DeskBench(symbols=symbols, fee_table="zero")  # type: ignore[arg-type]
    opening = msgspec.structs.replace(bench.opening(), fee_tables=(("USDT", "binance_spot"),))
    bench.submit(opening, FxRatesSet("USD", (FxRate(20200101, "USDT", 10**9),)))
    return bench


def loaded(bench: DeskBench, *, steps: int) -> tuple[duckdb.DuckDBPyConnection, Loader]:
    """The journal's records in so many flushes, each by a loader that recalls the ones before."""
    connection = duckdb.connect()
    loader = Loader(connection)
    loader.create("TEST", 1)
    records = list(bench.journal.records())
    share = -(-len(records) // steps)
    for first in range(0, len(records), share):
        part = records[first : first + share]
        loader = Loader(connection)
        loader.recall()
        loader.recall_orders([1, 2])
        fold(loader.book, part)
        loader.flush(part[-1].sequence, 1)
    return connection, loader


def types(connection: duckdb.DuckDBPyConnection) -> set[str]:
    rows = connection.execute(
        "select data_type from duckdb_columns() where table_name = 'fills'"
        " and column_name in ('quantity', 'position_after')"
    ).fetchall()
    return {kind for (kind,) in rows}


def test_a_store_of_shares_has_whole_numbers_as_ever() -> None:
    bench = traded("AAPL")
    bench.quotes("AAPL", 1_900_000, 1_900_100, 500)
    say(bench, "buy 120 AAPL 190.01")
    connection, _ = loaded(bench, steps=2)
    assert types(connection) == {"BIGINT"}
    assert connection.execute("select quantity, position_after from fills").fetchall() == [
        (120, 120)
    ]
    assert connection.execute("select filled, leaves from orders").fetchone() == (120, 0)
    assert connection.execute("select bid_size from decision_quotes").fetchone() == (500,)


def test_the_first_coin_gives_every_size_its_decimals_and_changes_no_value() -> None:
    bench = traded("AAPL", BTC)
    bench.quotes("AAPL", 1_900_000, 1_900_100, 500)
    bench.quotes("BTCUSDT", 6_100_000, 6_100_001, COIN)
    say(bench, "buy 120 AAPL 190.01")
    say(bench, "buy 0.01513 BTCUSDT 61000.01")
    for steps in (1, 3):
        connection, _ = loaded(bench, steps=steps)
        assert types(connection) == {f"DECIMAL(28{SIZE_SCALE}"}
        rows = connection.execute("select symbol, quantity::varchar from fills").fetchall()
        assert rows == [("AAPL", "120.00000000"), ("BTCUSDT", "0.01513000")]
        average = connection.execute("select average_price::varchar from orders").fetchall()
        # 922.930151, which is rounded to the money unit, over 0.01513.
        assert [price for (price,) in average] == ["190.010000000", "61000.009980172"]
        again = Loader(connection)
        again.recall()
        assert again.book.instruments["BTCUSDT"].lot_size == BTC.lot_size
        assert again.book.positions["PAPER", "BTCUSDT"].quantity == 1_513_000
    whole, _ = loaded(bench, steps=1)
    assert table_digests(whole) == table_digests(connection)


def test_rates_that_are_told_again_replace_the_rows_they_were() -> None:
    bench = traded("AAPL")
    bench.submit(FxRatesSet("USD", (FxRate(20200101, "USDT", 10**9), FxRate(20250101, "USDT", 2))))
    connection, _ = loaded(bench, steps=len(list(bench.journal.records())))
    rows = connection.execute("select from_date::varchar, rate from fx_rates order by 1").fetchall()
    assert [(day, float(rate)) for day, rate in rows] == [("2020-01-01", 1.0), ("2025-01-01", 2e-9)]
