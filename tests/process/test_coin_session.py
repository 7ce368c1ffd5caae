"""A session on a recorded spot pair: decimals from the line to the store, and bad files by name."""

import gzip
import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.process.trader_process import ROOT, Trader

BTC = Path("depth") / "binance_spot_btcusdt_20240808.gz"
USAGE = 2


@pytest.fixture
def trader(tmp_path: Path) -> Trader:
    return Trader(tmp_path / "home")


def test_a_coin_round_trip_leaves_no_coin_and_no_stablecoin(
    trader: Trader, market_data: Path
) -> None:
    script = ROOT / "examples" / "coin_round_trip.txt"
    done = trader.run("--json", "--market", market_data / BTC, "--script", script)
    result = json.loads(done.output.splitlines()[-1])
    assert (done.code, result["result"], result["positions"]) == (0, "ok", {})
    assert result["cash_by_currency"]["USDT"] == "0.00"
    fills = done.events("order_filled")
    assert sum(Decimal(fill["quantity"]) for fill in fills if fill["side"] == "buy") == Decimal(
        "0.025"
    )
    value = sum(Decimal(f["quantity"]) * Decimal(f["price"]) for f in fills)
    # A tenth of a percent of each order's value, rounded to the sixth digit.
    assert abs(sum(Decimal(f["fee"]) for f in fills) - value / 1000) <= Decimal("0.000002")
    rows = trader.query("select currency, sum(amount) as amount from cash_movements group by 1")
    told = {row["currency"]: Decimal(row["amount"]) for row in rows}
    assert told == {"USDT": 0, "USD": Decimal(result["cash"])}
    (held,) = trader.query("select sum(if(side = 'buy', quantity, -quantity)) as held from fills")
    assert held == {"held": 0}
    sizes = trader.query("select quantity from orders order by number")
    assert [row["quantity"] for row in sizes] == ["0.015", "0.01", "0.025"]
    assert trader.verify()["ok"]


@pytest.mark.long
def test_the_same_session_twice_says_the_same(market_data: Path, tmp_path: Path) -> None:
    script = ROOT / "examples" / "coin_round_trip.txt"
    told = []
    for name in ("one", "other"):
        trader = Trader(tmp_path / name)
        done = trader.run("--json", "--market", market_data / BTC, "--script", script)
        told.append((done.output, trader.verify()))
    assert told[0] == told[1]


def test_a_file_that_cannot_be_played_is_one_sentence_and_exit_2(
    trader: Trader, market_data: Path, tmp_path: Path
) -> None:
    whole = gzip.decompress((market_data / BTC).read_bytes()).splitlines(keepends=True)
    bad = tmp_path / "pair.gz"
    cut = (market_data / BTC).read_bytes()[:200_000]
    without_snapshot = [line for line in whole[:2_000] if b"lastUpdateId" not in line]
    no_json = [*whole[:20], b"1723161254265299467 {oops\n"]
    other = [line.replace(b"BTCUSDT", b"DOGEUSDT") for line in whole[:20]]
    for raw, sentence in (
        (cut, "pair.gz is damaged or cut short"),
        (gzip.compress(b"".join(without_snapshot)), "pair.gz holds no snapshot in its 1,999 lines"),
        (gzip.compress(b"".join(no_json)), "pair.gz, line 21: what follows the time is no JSON"),
        (gzip.compress(b"".join(other)), "pair.gz, line 1: tick and lot of 'DOGEUSDT'"),
    ):
        bad.write_bytes(raw)
        done = trader.run("--market", bad, "--exec", "buy 0.01 BTCUSDT mkt")
        assert done.code == USAGE, done.complaints
        assert sentence in done.complaints
        assert "Traceback" not in done.complaints
