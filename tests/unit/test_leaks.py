"""S14, S02: what is secret stays out of crash reports, complaints, prints and other processes."""

import os
import stat
import traceback
from argparse import Namespace
from pathlib import Path

import msgspec
import pytest

import trader as launcher
from commands import engine_door
from commands.asking import SECRET_VARIABLES, Asking
from commands.exit_codes import ExitCode
from commands.faults import explain, keep_details
from data.vault.secret import Secret
from engine.ports import SendLine
from engine.runtime.terminals.messages import request_decoder
from engine.second_factor import Proof, UnlockDesk

CANARY = "canary-31415926"


def breaks(passphrase: str) -> None:
    """As a library would with a password in its variables, and a secret in its complaint."""
    code, secret = f"{passphrase}!", Secret(passphrase)
    assert code
    raise RuntimeError(f"cannot open the vault with {secret}")


def fault() -> Exception:
    try:
        breaks(CANARY)
    except RuntimeError as error:
        return error
    raise AssertionError


def test_a_fault_that_ends_a_command_tells_no_values_and_is_no_success(tmp_path: Path) -> None:
    options = Namespace(home=tmp_path / "home")
    sentence, code = explain(fault(), options)
    assert code == ExitCode.ENGINE_FAULT
    log = tmp_path / "home" / "logs" / "faults.log"
    written = log.read_text()
    assert "breaks" in written and "RuntimeError" in written
    assert CANARY not in written + sentence
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_log_that_cannot_be_written_is_told_without_values(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("no folder")
    told = keep_details(fault(), Namespace(home=tmp_path / "home"))
    assert "could not be kept" in told
    assert CANARY not in told


def test_the_last_door_of_the_program_says_one_sentence_and_a_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(launcher.TARGETS, "doctor", lambda options: breaks(CANARY) or 0)
    assert launcher.main(["--home", str(tmp_path / "home"), "doctor"]) == ExitCode.ENGINE_FAULT
    seen = capsys.readouterr()
    assert seen.out == ""
    assert "an internal fault ended this command (RuntimeError)" in seen.err
    assert CANARY not in seen.err
    assert CANARY not in (tmp_path / "home" / "logs" / "faults.log").read_text()


def test_what_carries_a_code_prints_none_of_it() -> None:
    proof = Proof(CANARY, CANARY)
    for carrier in (proof, UnlockDesk("t", CANARY, CANARY), SendLine("x", "t", proof=proof)):
        shown = f"{carrier} {carrier!r} {carrier!s} {[carrier]} {carrier}"
        assert CANARY not in shown
        error = ValueError(carrier)
        assert CANARY not in "".join(traceback.format_exception(error))


def test_a_request_that_cannot_be_read_is_named_without_what_it_held() -> None:
    request = msgspec.to_builtins(SendLine("resume", "t", proof=Proof(CANARY, CANARY)))
    request["proof"]["passphrase"] = {CANARY: [CANARY]}
    with pytest.raises(msgspec.ValidationError) as caught:
        request_decoder.decode(msgspec.msgpack.encode(request))
    assert CANARY not in str(caught.value)


def test_what_was_read_from_the_environment_is_no_longer_in_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in SECRET_VARIABLES:
        monkeypatch.setenv(name, CANARY)
    asking = Asking(Namespace(passphrase_fd=None, secrets_from_env=True))
    assert asking.value("ib").reveal() == asking.passphrase(False).reveal() == CANARY
    assert not set(SECRET_VARIABLES) & set(os.environ)
    assert CANARY not in capsys.readouterr().err


def test_an_engine_that_is_started_does_not_inherit_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRET_VARIABLES:
        monkeypatch.setenv(name, CANARY)
    monkeypatch.setenv("TRADER_MARKET_DATA", "/somewhere")
    inherited = engine_door._environment()
    assert CANARY not in inherited.values()
    assert inherited["TRADER_MARKET_DATA"] == "/somewhere"
