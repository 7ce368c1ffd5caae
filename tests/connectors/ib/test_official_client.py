"""Judged by IB's own client: its decoders read what the tests' gateway says, to the last field.

An outside job: it runs where TRADER_IBAPI names a Python that can import `ibapi` (IB's, 9.81 of
PyPI speaks version 157), and is skipped everywhere else:

    TRADER_IBAPI=/path/to/python python3 trader.py test -- tests/connectors/ib
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.connectors.ib.gateway import Bar, Gateway
from tests.connectors.ib.gateway.orders import BrokerOrder

PEER = Path(__file__).parent / "ibapi_peer.py"
APPLE = 265598


def _python() -> str:
    """The Python that has ibapi; empty where there is none."""
    path = os.environ.get("TRADER_IBAPI", "")
    if not path:
        return ""
    tried = subprocess.run([path, "-c", "import ibapi"], capture_output=True, check=False)
    return path if tried.returncode == 0 else ""


PYTHON = _python()
pytestmark = pytest.mark.skipif(
    not PYTHON, reason="TRADER_IBAPI names no Python that can import ibapi"
)


@pytest.fixture
def heard() -> tuple[dict[str, BrokerOrder], list[Any], str]:
    """A session of the official client, and the gateway that it was held with."""
    with Gateway(server_version=157, matches=True) as gateway:
        gateway.quote("AAPL", bid="190.1", bid_size=2, ask="190.2", ask_size=3)
        gateway.book("AAPL", bids=[("190.1", 2)], asks=[("190.2", 3)])
        gateway.bars("AAPL", "1 min", [Bar(1_796_049_000, "190", "191", "189", "190.5", "120")])
        done = subprocess.run(
            [PYTHON, str(PEER), str(gateway.port)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        truth = {one.ref: one for one in gateway.broker.orders}
        assert gateway.bad == []
    return truth, lines, done.stderr


def test_the_official_client_reads_what_the_broker_holds(heard: Any) -> None:
    truth, lines, complaints = heard

    def said(name: str) -> list[list[Any]]:
        return [fields for kind, *fields in lines if kind == name]

    rests, fills = truth["rests"], truth["fills"]
    assert complaints == ""
    assert [fields[1] for fields in said("error") if fields[1] < 2000] == [202]
    assert said("managedAccounts") == [["DU1234567"]]
    assert said("contractDetails") == [
        [APPLE, "NASDAQ", 0.01, "26,26,26,26", "SMART,NASDAQ,NYSE,ARCA", "COMMON"]
    ]
    assert said("marketRule") == [[26, [[0.0, 0.01]]]]
    last = said("openOrder")[-1]
    assert last[:6] == [APPLE, "rests", rests.perm_id, 190.0, 0.0, "DAY"]
    assert last[6:10] == [3, 2147483647, 191.0, "Submitted"]
    assert said("whatIf")[0][10] == ["500.0", 1.0]
    live, replayed = said("execDetails")
    assert live[2:4] + live[4:8] == [live[2], 100.0, 190.2, "BOT", "fills", fills.perm_id]
    assert (live[0], replayed[0], live[1:] == replayed[1:]) == (-1, 2, True)
    assert [fields[1:] for fields in said("commissionReport")] == [[1.0, "USD"]] * 2
    assert said("completedOrder") == [
        [APPLE, "rests", rests.perm_id, 0.0, "Cancelled", "Cancelled by Trader"],
        [APPLE, "fills", fills.perm_id, 100.0, "Filled", "Filled Size: 100"],
    ]
    assert said("position") == [["DU1234567", APPLE, 100.0, 190.2]]
    assert said("updatePortfolio") == [[APPLE, "NASDAQ", 100.0, "DU1234567"]]
    assert said("pnl") == [[0.0, 0.0, 0.0]]
    assert said("tickPrice") == [[1, 190.1], [2, 190.2]]
    assert said("updateMktDepth") == [[0, 0, 1, 190.1, 2], [0, 0, 0, 190.2, 3]]
    assert said("historicalData") == [[190.5, 120, 1]]
