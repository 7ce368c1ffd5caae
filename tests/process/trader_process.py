"""Runs the program as a person does, as a process of its own, with a home of its own."""

import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
GOOG = "LOBSTER_SampleFile_GOOG_2012-06-21_10.zip"
SECONDS_MAX = 60


class Done(NamedTuple):
    """How a process ended: its code and what it wrote."""

    code: int
    output: str
    complaints: str

    @property
    def warnings(self) -> str:
        """What it complained of, without the line that every session with fills ends with."""
        lines = self.complaints.splitlines(keepends=True)
        return "".join(line for line in lines if not line.startswith("trader: realism: "))

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.output.splitlines()]

    @property
    def result(self) -> dict[str, Any]:
        return self.lines[-1]

    def events(self, name: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line.get("event") == name]


class Trader:
    """The command line on one home; every call is a new process."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def start(
        self, *words: object, home: Path | None = None, **options: Any
    ) -> subprocess.Popen[str]:
        place = ["--home", str(home or self.home)]
        return subprocess.Popen(
            [sys.executable, str(ROOT / "trader.py"), *place, *map(str, words)],
            stdin=options.pop("stdin", subprocess.DEVNULL),
            stdout=options.pop("stdout", subprocess.PIPE),
            stderr=options.pop("stderr", subprocess.PIPE),
            text=True,
            cwd="/",
            env={**os.environ, "TRADER_NO_BOOTSTRAP": "1"},
            **options,
        )

    def run(self, *words: object, text: str | None = None, **options: Any) -> Done:
        """To its end; `text` is what it finds on standard input."""
        if text is not None:
            options["stdin"] = subprocess.PIPE
        process = self.start(*words, **options)
        try:
            output, complaints = process.communicate(text, timeout=SECONDS_MAX)
        finally:
            process.kill()
        return Done(process.returncode, output or "", complaints)

    def exec(self, *lines: str, flags: tuple[object, ...] = ()) -> Done:
        """A script of these lines with `--json`."""
        return self.run("--json", *flags, "--exec", *lines)

    def verify(self) -> dict[str, Any]:
        done = self.run("verify", "--json")
        assert done.code == 0, done
        return done.result

    def query(self, sql: str) -> list[dict[str, Any]]:
        done = self.run("query", "--json", sql)
        assert done.code == 0, done
        return done.lines


def read_until(process: subprocess.Popen[str], event: str) -> list[str]:
    """Lines of stdout up to the first with this event; fails when the process ends before."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if json.loads(line).get("event") == event:
            return lines
    raise AssertionError(f"no {event} in {lines}: {process.communicate()[1]}")


def ended(process: subprocess.Popen[str], number: signal.Signals | None = None) -> Done:
    """After a signal, if one is given: how it ended, within the time that the contract allows.

    Not by `communicate`: it reads the pipe itself and loses what a reader of lines has read ahead.
    """
    assert process.stdout is not None and process.stderr is not None
    if number is not None:
        process.send_signal(number)
    late = threading.Event()

    def kill() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(SECONDS_MAX, kill)
    timer.start()
    try:
        with process.stdout, process.stderr, ThreadPoolExecutor(1) as beside:
            complaints = beside.submit(process.stderr.read)
            output = process.stdout.read()
            code = process.wait()
            assert not late.is_set(), f"not ended after {SECONDS_MAX} s: {complaints.result()}"
            return Done(code, output, complaints.result())
    finally:
        timer.cancel()
        process.kill()
        process.wait()
