"""kill -9 at each step on the way of an order to a FIX venue and of its reports back."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.process.fix_venue import VenueProcess
from tests.process.test_fix_session import agree
from tests.process.trader_process import ROOT, Trader

PLANTED = r"""
import os, re, signal, sys
from connectors.fix.client.store import SessionMemory
from connectors.fix.client.venue import FixVenue
from connectors.fix.client.wire import Wire
from data.journal import Journal
from engine.domain.reports import ORDER_REPORTS
import trader
where, at, seen = sys.argv.pop(1), int(sys.argv.pop(1)), [0]
place, moment = where.split("-")
ORDER = re.compile(rb"\x0135=[DFG]\x01")
has = lambda data: ORDER.search(data) is not None
owner, name, counts = {
    "commit": (Journal, "append", lambda self, f, l, p, staged: any(map(has, staged))),
    "keep": (SessionMemory, "commit", lambda self: any(has(s.data) for s in self._fresh)),
    "wire": (Wire, "send", lambda self, data: has(data)),
    "collect": (FixVenue, "collect", lambda self: any(
        isinstance(r, ORDER_REPORTS) for r in self._talk.reports)),
}[place]
real = getattr(owner, name)
def killed(*given):
    is_it = counts(*given)
    seen[0] += is_it
    if is_it and seen[0] == at and moment == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    result = real(*given)
    if is_it and seen[0] == at:
        os.kill(os.getpid(), signal.SIGKILL)
    return result
setattr(owner, name, killed)
sys.exit(trader.main())
"""
"""A kill at the n-th step of its kind that carries an order or a word about one."""
SYMBOLS = ("AAPL", "MSFT", "F", "GOOG", "IBM", "INTC", "AMD")
MOMENTS = (
    "commit-before",
    "commit-after",
    "keep-before",
    "keep-after",
    "wire-before",
    "wire-after",
    "collect-before",
    "collect-after",
)


@pytest.fixture
def venue(tmp_path: Path) -> Iterator[VenueProcess]:
    venue = VenueProcess(tmp_path, symbols=",".join(SYMBOLS))
    yield venue
    venue.leave()


def killed(trader: Trader, venue: VenueProcess, where: str, at: int, symbol: str) -> bool:
    """Whether it was: a day can end before its n-th step comes.

    In a symbol of its own: what is in doubt lets nothing more leave in its own (D04).
    """
    lines = [
        f"buy 10 {symbol} mkt",
        f"buy 20 {symbol} bid-20t gtc",
        "wait order 2 working within 20s",
        "replace 2 qty 30",
        "cancel 2",
        "wait order 2 cancelled within 20s",
        f"sell 4 {symbol} mkt",
    ]
    words = ["--home", str(trader.home), *map(str, venue.flags), "--exec", *lines]
    done = subprocess.run(
        [sys.executable, "-c", PLANTED, where, str(at), *words],
        capture_output=True, text=True, cwd=ROOT, timeout=60,
        env={**os.environ, "TRADER_NO_BOOTSTRAP": "1"},
    )  # fmt: skip
    return done.returncode == -signal.SIGKILL


def kills(trader: Trader, venue: VenueProcess, steps: Sequence[tuple[str, int]]) -> None:
    rows = zip(steps, SYMBOLS, strict=False)
    count = sum(killed(trader, venue, where, at, symbol) for (where, at), symbol in rows)
    assert count >= len(steps) - 1
    agree(venue, trader)


def test_a_kill_at_any_step_of_an_order_loses_no_fill_and_doubles_none(
    venue: VenueProcess, tmp_path: Path
) -> None:
    steps = [("commit-after", 1), ("keep-after", 3), ("wire-after", 1), ("collect-after", 2)]
    kills(Trader(tmp_path / "desk"), venue, steps)


@pytest.mark.long
@pytest.mark.parametrize("where", MOMENTS)
def test_kills_at_every_step_of_a_day(venue: VenueProcess, tmp_path: Path, where: str) -> None:
    kills(Trader(tmp_path / "desk"), venue, [(where, at) for at in range(1, 7)])
