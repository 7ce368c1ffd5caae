"""kill -9 right before and after each commit and release: nothing lost, nothing doubled."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.domain.events import OrderFilled, OrderReleased
from tests.process.test_crash_kills import Kept
from tests.process.trader_process import ROOT, Done, Trader

PLANTED = """
import os, signal, sys
from connectors.paper.venue import PaperVenue
from data.journal import Journal
import trader
where, at, seen = sys.argv.pop(1), int(sys.argv.pop(1)), [0]
place, moment = where.split("-")
owner, name = {"commit": (Journal, "append"), "release": (PaperVenue, "release")}[place]
real = getattr(owner, name)
def killed(*given, **named):
    seen[0] += 1
    if seen[0] == at and moment == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    real(*given, **named)
    if seen[0] == at:
        os.kill(os.getpid(), signal.SIGKILL)
setattr(owner, name, killed)
sys.exit(trader.main())
"""
"""A kill at the n-th commit or release, planted in a process of its own."""


def _lines(at: int) -> list[str]:
    """Other sizes each time, so that no order is taken for a duplicate of an earlier one."""
    return [
        f"buy {100 + at} AAPL bid+1t gtc",
        f"buy {40 + at} MSFT mkt",
        f"buy {70 + at} F bid-3t gtc",
        f"short {9 + at} AAPL ask",
        "replace 3 qty 60",
        "cancel 3",
        "at 09:45:00",
    ]


def _killed(trader: Trader, where: str, at: int) -> Done:
    words = [
        "--home",
        str(trader.home),
        "--symbols",
        "AAPL,MSFT,F",
        "--json",
        "--until",
        "10:00",
        "--exec",
        *_lines(at),
    ]
    done = subprocess.run(
        [sys.executable, "-c", PLANTED, where, str(at), *words],
        capture_output=True, text=True, cwd=ROOT, timeout=30,
        env={**os.environ, "TRADER_NO_BOOTSTRAP": "1"},
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(
    ("place", "first", "last"),
    [("commit", 2, 7), ("release", 1, 4), pytest.param("commit", 1, 40, marks=pytest.mark.long)],
)
def test_a_kill_at_any_commit_or_release_is_recovered_by_the_next_start(
    tmp_path: Path, place: str, moment: str, first: int, last: int
) -> None:
    trader, killed = Trader(tmp_path / "home"), 0
    trader.exec("buy 1 F mkt")
    for at in range(first, last + 1):
        before = len(Kept(trader.home).told)
        done = _killed(trader, f"{place}-{moment}", at)
        killed += done.code == -signal.SIGKILL
        durable = [fields["event"] for fields in Kept(trader.home).told[before:]]
        printed = [line["event"] for line in done.lines if "event" in line]
        assert printed == durable[: len(printed)]
    assert killed >= min(last, 4)

    stood = Kept(trader.home)
    released = [event.client_order_id for event in stood.bodies(OrderReleased)]  # type: ignore[attr-defined]
    assert len(released) == len(set(released))
    fills = [event.execution_id for event in stood.bodies(OrderFilled)]  # type: ignore[attr-defined]
    assert len(fills) == len(set(fills))
    again = trader.exec("cancel *", flags=("--symbols", "AAPL,MSFT,F"))
    assert again.events("order_sent") == []
    ended = [json.loads(line) for line in again.output.splitlines()]
    gone = {
        line["id"] for line in ended if line.get("event") in ("order_cancelled", "order_filled")
    }
    assert stood.working() <= gone
    after = Kept(trader.home).state
    assert (after.live, after.accounts["PAPER"].reserved) == ({}, 0)
    trader.verify()
