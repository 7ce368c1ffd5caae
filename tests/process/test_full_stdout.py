"""A command whose stdout is full says so in one sentence, with the code of the machine's faults."""

from pathlib import Path

import pytest

import trader
from commands.exit_codes import ExitCode
from tests.process.trader_process import Trader

FULL = Path("/dev/full")
COMMANDS = (
    ("config", "limits", "--json"),
    ("config", "show"),
    ("doctor",),
    ("query", "select 1", "--json"),
    ("verify", "--json"),
    ("recordings",),
    ("--headless", "--exec", "buy 1 AAPL mkt"),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    trader = Trader(tmp_path_factory.mktemp("full") / "home")
    trader.exec("buy 1 AAPL mkt")
    return trader.home


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_it_is_told_once_and_nothing_else(
    home: Path, words: tuple[str, ...], unbuffered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    with FULL.open("w") as full:
        process = Trader(home).start(*words, stdout=full)
        _, said = process.communicate(timeout=60)
    assert process.returncode == ExitCode.ENVIRONMENT, said
    (line,) = [line for line in said.splitlines() if "stdout" in line]
    assert line.startswith("trader: stdout cannot be written")
    assert "Traceback" not in said and "Exception ignored" not in said


def test_a_fault_that_is_none_of_stdouts_writes_nothing_there(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def refuse(options: object) -> int:
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setitem(trader.TARGETS, "verify", refuse)
    assert trader.main(["verify", "--home", str(tmp_path / "home")]) == ExitCode.ENGINE_FAULT
    assert capfd.readouterr().out == ""
