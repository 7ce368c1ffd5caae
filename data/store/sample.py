"""Invented fills by the million, for measuring questions; never in a store of real orders."""

from pathlib import Path

import duckdb


def make_fills(store: Path, count: int, start: int) -> None:
    """Adds `count` fills of a hundred symbols from market time `start` (nanoseconds UTC) on."""
    with duckdb.connect(str(store)) as connection:
        connection.execute(
            "insert into fills (sequence, order_id, account, strategy, symbol, side, quantity,"
            ' price, notional, fee, liquidity, venue, position_after, realised, "at")'
            " select i, i // 2, 'PAPER', '', 'SYM' || (i % 100), if(i % 2 = 0, 'buy', 'sell'),"
            " 100 + i % 7, 100 + i % 50, 10000, 1.01, if(i % 3 = 0, 'maker', 'taker'), 'paper',"
            f" i % 1000, (i % 11) - 5, make_timestamp_ns({start} + i * 2340000)"
            f" from range({count}) t(i)"
        )
