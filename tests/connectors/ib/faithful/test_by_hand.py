"""The gateway as a process of its own: what a session by hand is run against."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.connectors.ib.faithful.conftest import Client, until

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.connectors.ib.gateway", "--port", "0"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        yield running
        running.kill()


async def test_a_session_by_hand(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    port = int(process.stdout.readline().rpartition(":")[2])
    client = Client()
    await client.ib.connectAsync("127.0.0.1", port, clientId=1, timeout=10)
    contract = await client.stock()
    ticker = client.ib.reqMktData(contract)
    await until(lambda: ticker.bid > 0)
    trade = client.ib.placeOrder(contract, client.order("A1", orderType="MKT"))
    await until(lambda: trade.orderStatus.status == "Filled")
    lines = [
        *("orders", "fill nobody", "dance", "fill", "set tif_preset GTC", "set colour 1"),
        *("halt AAPL 2", "script lose openOrder", "script lose nothing", "new_day", "quit"),
    ]
    process.stdin.write("\n".join(lines) + "\n")
    process.stdin.flush()
    said = [process.stdout.readline() for _ in lines[:-1]]
    assert said[0].startswith("A1 Filled 100/100")
    assert "no order with the reference" in said[1]
    assert "is none of" in said[2]
    assert "missing" in said[3]
    assert said[4] == "done\n"
    assert "House has no 'colour'" in said[5]
    assert "halted=2" in said[6]
    assert said[7] == said[9] == "done\n"
    assert "names no message" in said[8]
    await until(lambda: ticker.halted == 2)
    assert process.wait(10) == 0
    client.ib.disconnect()
