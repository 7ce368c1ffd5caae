"""The same tests with ib_async, in an environment of its own: the two libraries cannot share one.

An outside job of the long tier: it runs where TRADER_IB_ASYNC names a Python that has ib_async and
what these tests import, and is skipped everywhere else. Such an environment is made by

    python3 -m venv FOLDER
    FOLDER/bin/pip install "ib_async>=2.1,<3" pytest pytest-asyncio pytest-timeout hypothesis \
        msgspec simplefix tzdata
    TRADER_IB_ASYNC=FOLDER/bin/python python3 trader.py test --long -- tests/connectors/ib
"""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).parent
PYTHON = os.environ.get("TRADER_IB_ASYNC", "")
NEEDED = "import ib_async, pytest_asyncio, pytest_timeout, hypothesis, msgspec, simplefix"
SECONDS = 300
WHAT = {
    "the folder": [str(HERE)],
    "the contract": [str(HERE.parent / "contract"), "-k", "IB_over"],
}


def _lacks() -> str:
    """Why the second environment cannot be used; empty where it can."""
    if not PYTHON:
        return "TRADER_IB_ASYNC names no Python that has ib_async"
    tried = subprocess.run([PYTHON, "-c", NEEDED], capture_output=True, text=True, check=False)
    if tried.returncode == 0:
        return ""
    return f"TRADER_IB_ASYNC={PYTHON}: {tried.stderr.strip().splitlines()[-1]}"


@pytest.mark.long
@pytest.mark.timeout(SECONDS + 30)
@pytest.mark.parametrize("what", WHAT)
def test_every_test_with_a_gateway_holds_with_ib_async(what: str) -> None:
    if lacks := _lacks():
        pytest.skip(lacks)
    done = subprocess.run(
        [PYTHON, "-m", "pytest", "-q", "-m", "not long and not release", *WHAT[what]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
