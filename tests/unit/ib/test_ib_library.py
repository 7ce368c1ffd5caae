"""The vendor's library is imported whatever asyncio has done before, in whichever thread."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
AFTER_A_RUN = "import asyncio; asyncio.run(asyncio.sleep(0)); load()"
IN_A_THREAD = "import threading; t = threading.Thread(target=load); t.start(); t.join()"


@pytest.mark.parametrize("way", ["load()", AFTER_A_RUN, IN_A_THREAD])
def test_it_is_there_and_writes_a_request(way: str) -> None:
    code = (
        "from connectors.ib.library import Library, Scribe\n"
        "def load(): print(repr(Scribe(Library.load()).write('reqCurrentTime')))\n" + way
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.startswith("'49"), done.stderr
