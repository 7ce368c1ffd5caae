"""The suite's own reader of a process: what it has read ahead belongs to what it returns."""

import subprocess
import sys

from tests.process.trader_process import ended, read_until

LINES = 200


def test_lines_read_ahead_are_in_what_the_process_wrote() -> None:
    text = "".join(f'{{"event": {number}}}\n' for number in range(LINES))
    program = f"import os; os.write(1, {text.encode()!r})"  # in one piece, buffered or not
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    first = read_until(process, 0)  # type: ignore[arg-type]
    assert len(first) + len(ended(process).output.splitlines()) == LINES
