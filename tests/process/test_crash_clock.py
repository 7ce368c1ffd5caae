"""kill -9 between two checkpoints: the next start goes on at the journal's last market time."""

from itertools import pairwise
from pathlib import Path

import pytest

from tests.process.test_crash_kills import Kept
from tests.process.trader_process import GOOG, Trader, ended, read_until

DENIALS = 5
LONG = ("synthetic", "quotes")
"""Of markets whose like is in the first tier."""
MARKETS = {
    "synthetic": ("sim", "AAPL", "none"),
    "synthetic over a line": ("sim", "AAPL", "retail"),
    "orders": (f"lobster/{GOOG}", "GOOG", "none"),
    "quotes": ("ticks/ibm_20131007_quote.zip", "IBM", "none"),
    "bars": ("bars/us_minute/aapl_20140605_trade.zip", "AAPL", "none"),
}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.long) if name in LONG else name for name in MARKETS],
)
def test_market_time_never_runs_back_over_a_kill(
    tmp_path: Path, market_data: Path, name: str
) -> None:
    path, symbol, latency = MARKETS[name]
    market = path if path == "sim" else market_data / path
    flags = ("--market", market, "--latency", latency)
    trader = Trader(tmp_path / "home")
    lines = ["at 09:31:10", f"buy 10 {symbol} bid-20t gtc"]
    for second in range(12, 20):
        # Denied: it is in the journal, and the market's place is not written down with it.
        lines += [f"at 09:31:{second}", f"buy 9999999 {symbol} mkt"]
    process = trader.start("--json", *flags, "--speed", 50, "--exec", *lines, "at 10:00")
    for _ in range(DENIALS):
        read_until(process, "order_denied")
    process.kill()
    ended(process)
    cut_off = Kept(trader.home)
    assert cut_off.state.checkpoints[cut_off.state.market].at < cut_off.ends_at

    trader.exec(f"buy 10 {symbol} bid-21t gtc", flags=flags)
    kept = Kept(trader.home)
    assert len(kept.records) > len(cut_off.records)
    back = [(one.at, two) for one, two in pairwise(kept.records) if two.at < one.at]
    assert not back
    assert cut_off.working() <= kept.working()
    trader.verify()
