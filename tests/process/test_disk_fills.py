"""A disk that fills under a running session: nothing new leaves, what works can be cancelled."""

import os
import subprocess
import sys
from pathlib import Path

from tests.process.trader_process import ROOT, Done, Trader

PLANTED = """
import collections, shutil, sys, time
import trader
Usage = collections.namedtuple("Usage", "total used free")
looks = []
def usage(path):
    looks.append(time.monotonic())
    return Usage(0, 0, (2_000 if looks[-1] - looks[0] < 2 else 30) << 20)
shutil.disk_usage = usage
sys.exit(trader.main())
"""
"""Two seconds after the first look at it another program has filled the disk."""
LINES = ("buy 10 AAPL bid-5 gtc", "at 09:34:00", "buy 20 AAPL mkt", "expect denied 2 trading_state",
         "cancel 1", "wait order 1 cancelled within 5s")  # fmt: skip


def test_a_disk_that_fills_halts_the_session_and_lets_it_cancel(tmp_path: Path) -> None:
    trader = Trader(tmp_path / "home")
    words = ["--home", str(trader.home), "--json", "--speed", "60", "--exec", *LINES]
    run = subprocess.run(
        [sys.executable, "-c", PLANTED, *words],
        capture_output=True, text=True, cwd=ROOT, timeout=30,
        env={**os.environ, "TRADER_NO_BOOTSTRAP": "1"},
    )  # fmt: skip
    done = Done(run.returncode, run.stdout, run.stderr)
    assert done.code == 0, done
    (filled,) = done.events("disk_space")
    assert (filled["level"], filled["text"][:14]) == ("halt", "30 MiB left on")
    assert [line["state"] for line in done.events("trading_state")] == ["HALTED"]
    assert len(done.events("order_cancelled")) == 1
    alerts = trader.query("select code from alerts where code like 'disk%'")
    assert alerts == [{"code": "disk_halt"}]
    trader.verify()
