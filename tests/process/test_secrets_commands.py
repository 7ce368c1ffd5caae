"""Secrets and the second factor from the outside: terminals, files, outputs, and no leaks."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pyotp
import pytest

import trader as launcher
from tests.process.screens import ENTER, QUIT, Desk, Screen, desk_in, wait_for
from tests.process.trader_process import SECONDS_MAX, Done, Trader

PASSPHRASE = "canary-horse"
SECRET = "canary-ib-password"
SECRET_TEXT = re.compile(r"secret=([A-Z2-7]{32})")
RECOVERY_CODE = re.compile(r"\b([A-HJ-NP-Z2-9]{5})-([A-HJ-NP-Z2-9]{5})\b")
STEP_SECONDS = 30


@pytest.fixture
def trader(tmp_path: Path) -> Trader:
    return Trader(tmp_path / "home")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_in(tmp_path) as desk:
        yield desk


def with_passphrase(trader: Trader, *words: str, text: str | None = None) -> Done:
    """The passphrase comes through a pipe, as a service manager gives it."""
    read, write = os.pipe()
    os.write(write, PASSPHRASE.encode() + b"\n")
    os.close(write)
    try:
        return trader.run(*words, "--passphrase-fd", str(read), text=text, pass_fds=(read,))
    finally:
        os.close(read)


class TestSecrets:
    """`trader secrets` as a process."""

    def test_a_secret_is_kept_listed_rotated_and_deleted(self, trader: Trader) -> None:
        kept = with_passphrase(
            trader, "secrets", "set", "ib.password", "--backend", "file", text=SECRET
        )
        assert (kept.code, kept.output) == (0, "ib.password is kept (encrypted file)\n")
        listed = trader.run("--json", "secrets", "list").lines
        assert (listed[0]["name"], listed[0]["backend"]) == ("ib.password", "file")
        assert listed[1] == {"result": "ok", "secrets": 1}
        assert with_passphrase(trader, "secrets", "rotate", "ib.password", text="other").code == 0
        assert trader.run("--json", "secrets", "list").lines[0]["rotations"] == 1
        assert with_passphrase(trader, "secrets", "delete", "ib.password").code == 0
        assert trader.run("secrets", "list").output == "no secret is kept in this home\n"
        everything = b"".join(p.read_bytes() for p in trader.home.rglob("*") if p.is_file())
        assert SECRET.encode() not in everything

    def test_a_machine_without_a_keyring_says_what_to_do(self, trader: Trader) -> None:
        env = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}
        saved = {key: os.environ.get(key) for key in env}
        os.environ.update(env)
        try:
            done = trader.run("secrets", "set", "ib.password", text=SECRET)
        finally:
            for key, value in saved.items():
                os.environ.pop(key) if value is None else os.environ.update({key: value})
        assert done.code == 3
        assert "--backend file" in done.complaints
        assert SECRET not in done.complaints

    @pytest.mark.parametrize(
        ("words", "code", "said"),
        [
            (("secrets", "set"), 2, "takes a name"),
            (("secrets", "list", "x"), 2, "takes nothing more"),
            (("secrets", "set", "IB"), 3, "lower-case"),
            (("secrets", "rotate", "ib"), 3, "no secret ib is kept"),
            (("secrets", "delete", "ib"), 3, "no secret ib is kept"),
            (("secrets", "set", "totp"), 3, "totp enrol"),
            (("totp", "verify"), 3, "no second factor is enrolled"),
            (("totp", "show"), 2, "invalid choice"),
            (("secrets", "set", "ib", "--value", "x"), 2, "unrecognized arguments"),
        ],
    )
    def test_what_cannot_be_done_is_said_in_one_sentence(
        self, trader: Trader, words: tuple[str, ...], code: int, said: str
    ) -> None:
        done = trader.run(*words)
        assert done.code == code
        assert said in done.complaints
        assert done.output == ""

    def test_a_wrong_passphrase_is_told_from_a_damaged_file(self, trader: Trader) -> None:
        with_passphrase(trader, "secrets", "set", "ib", "--backend", "file", text=SECRET)
        read, write = os.pipe()
        os.write(write, b"another one\n")
        os.close(write)
        wrong = trader.run(
            *("secrets", "rotate", "ib", "--passphrase-fd", str(read)), text="x", pass_fds=(read,)
        )
        os.close(read)
        assert (wrong.code, "passphrase is not the one" in wrong.complaints) == (3, True)
        vault = trader.home / "vault.enc"
        content = bytearray(vault.read_bytes())
        content[70] ^= 1
        vault.write_bytes(content)
        damaged = with_passphrase(trader, "secrets", "rotate", "ib", text="x")
        assert (damaged.code, "is damaged: its checksum" in damaged.complaints) == (1, True)

    def test_the_environment_is_read_on_request_alone_with_a_warning(self, trader: Trader) -> None:
        os.environ["TRADER_SECRET"], os.environ["TRADER_PASSPHRASE"] = SECRET, PASSPHRASE
        try:
            words = ("secrets", "set", "ib", "--backend", "file")
            done = trader.run(*words, "--secrets-from-env")
            without = trader.run("secrets", "set", "other", text="x")
        finally:
            del os.environ["TRADER_SECRET"], os.environ["TRADER_PASSPHRASE"]
        assert done.code == 0
        assert done.complaints.count("was read from the environment") == 2
        assert without.code == 3
        assert "there is no terminal to ask at" in without.complaints


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_session_writes_no_core_file_and_lets_nobody_look_inside(trader: Trader) -> None:
    session = trader.start("--headless", "--market", "sim", "--speed", "1", "--json")
    try:
        limits = Path(f"/proc/{session.pid}/limits")
        wait_for(lambda: re.search(r"core file size +0 +0", limits.read_text()) is not None, "0")
        # The kernel gives the files of what may not be dumped to root.
        wait_for(lambda: Path(f"/proc/{session.pid}/environ").stat().st_uid == 0, "root's")
    finally:
        session.kill()
        session.communicate()


@pytest.mark.parametrize("flags", [("--live",), ("--venue", "ib"), ("--venue", "fix", "--live")])
def test_a_machine_that_is_forced_to_paper_refuses_live_in_its_own_words(
    trader: Trader, flags: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRADER_FORCE_PAPER", "1")
    done = trader.run(*flags, "--headless")
    assert (done.code, "TRADER_FORCE_PAPER=1" in done.complaints) == (2, True)
    assert not trader.home.exists(), "nothing was begun"


def test_a_machine_that_is_forced_to_paper_trades_on_paper(
    trader: Trader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRADER_FORCE_PAPER", "1")
    assert trader.exec("buy 1 AAPL mkt").code == 0


# ── a second factor, from its enrolment to a locked screen, and what of it is left anywhere ──────


class Phone:
    """Waits for a code that was not used yet."""

    def __init__(self, secret: str, used: int) -> None:
        self._totp = pyotp.TOTP(secret)
        self.used = used

    def code(self) -> str:
        """One step ahead is accepted too, so the wait is short."""
        step = max(int(time.time()) // STEP_SECONDS, self.used + 1)
        wait_for(lambda: int(time.time()) // STEP_SECONDS >= step - 1, "the next half minute")
        self.used = step
        return self._totp.generate_otp(step)


class Enrolled(NamedTuple):
    """What a person has after `totp enrol`, and the home that was made by it."""

    home: Path
    secret: str
    recovery: list[str]
    used: int
    """The half minute whose code was given."""


@pytest.fixture(scope="module")
def enrolled_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Enrolled]:
    """By hand at a terminal: scrypt makes it slow on purpose, so it is done once."""
    with desk_in(tmp_path_factory.mktemp("enrolled")) as desk:
        screen = desk.screen("totp", "enrol", "--backend", "file")
        screen.until_said("new passphrase")
        screen.press(*PASSPHRASE, ENTER)
        screen.until_said("the same again")
        screen.press(*PASSPHRASE, ENTER)
        screen.until_said("phone shows now")
        found = SECRET_TEXT.search("".join(screen.written.split()))
        assert found is not None
        phone = Phone(found[1], int(time.time()) // STEP_SECONDS - 1)
        screen.press(*"000000", ENTER)
        screen.until_said("that is not its code")
        screen.press(*phone.code(), ENTER)
        screen.until_said("Enter, when they are written")
        codes = ["".join(halves) for halves in RECOVERY_CODE.findall(screen.written)]
        screen.press(ENTER)
        screen.until_said("the second factor is active")
        assert screen.exit_code() == 0
        assert screen.written.count("\x1b[?1049h") == screen.written.count("\x1b[?1049l") == 1
        assert "otpauth" not in screen.written.partition("\x1b[?1049l")[2]
        yield Enrolled(desk.home, found[1], codes, phone.used)


@pytest.fixture
def enrolled(enrolled_once: Enrolled, desk: Desk) -> tuple[Phone, list[str], str]:
    """The desk's home is a copy of the enrolled one."""
    shutil.copytree(enrolled_once.home, desk.home, dirs_exist_ok=True)
    phone = Phone(enrolled_once.secret, enrolled_once.used)
    return phone, list(enrolled_once.recovery), enrolled_once.secret


def give(screen: Screen, *texts: str) -> None:
    for text in texts:
        screen.press(*text, ENTER)
        time.sleep(0.3)


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Runs a command line in this process; everything that it wrote to stdout and stderr."""

    def run(*words: object) -> str:
        launcher.main([*map(str, words)])
        seen = capsys.readouterr()
        return seen.out + seen.err

    return run


def test_a_second_factor_guards_the_desk_and_leaves_no_trace_of_itself(
    desk: Desk,
    enrolled: tuple[Phone, list[str], str],
    said: Callable[..., str],
    tmp_path: Path,
) -> None:
    phone, recovery, secret = enrolled
    assert len(recovery) == 10
    with_passphrase(desk.trader, "secrets", "set", "ib.password", text=SECRET)
    screen = desk.opened()
    screen.press("\x18", "h")
    screen.until("HALTED")
    screen.send('resume "lunch is over"')
    screen.until("second factor")
    wrong, right = "271828", phone.code()
    give(screen, PASSPHRASE, wrong)
    screen.until("that is not the code")
    give(screen, right)
    screen.until("ACTIVE")
    screen.press("\x18", "l")
    screen.until("LOCKED")
    assert "AAPL" not in screen.text
    give(screen, recovery[0])
    screen.until("AAPL")
    screen.press(QUIT)
    screen.until("Quit?")
    screen.press("y")
    assert screen.exit_code() == 0
    ran = [desk.trader.run("secrets", "list"), desk.trader.exec("buy 1 AAPL mkt")]
    page, copy = tmp_path / "page.html", tmp_path / "copy.db"
    at_home = ("--home", desk.home)
    told = [
        said(*at_home, *words)
        for words in (
            ("verify", "--json"),
            ("query", "from alerts"),
            ("query", "--json", "from orders"),
            ("query", "--csv", "from alerts"),
            ("why", "all", "--json"),
            ("status", "--json"),
            ("doctor", "--json"),
            ("config", "show", "--json"),
            ("report", "fills_by_order", "--html", page),
            ("backup", copy),
        )
    ]
    assert page.exists() and copy.exists() and (desk.home / "store.duckdb").exists()
    outputs = screen.written + "".join(done.output + done.complaints for done in ran)
    outputs += "".join(told) + page.read_text()
    files = b"".join(path.read_bytes() for path in desk.home.rglob("*") if path.is_file())
    files += copy.read_bytes()
    assert b"lunch is over" in files, "the grep looks at the right bytes"
    for canary in (PASSPHRASE, SECRET, secret, *recovery):
        assert canary not in outputs.replace("-", "") + outputs, canary
        assert canary.encode() not in files, canary
    journal = (desk.home / "journal.db").read_bytes()
    assert right.encode() not in journal
    assert wrong.encode() not in journal


def test_a_script_cannot_give_it_and_is_told(
    desk: Desk, enrolled: tuple[Phone, list[str], str]
) -> None:
    done = desk.trader.exec("kill", 'resume "calm"', "buy 1 AAPL mkt")
    refused = done.events("command_refused")
    assert [event["command"] for event in refused] == ["resume"]
    assert "a script cannot" in refused[0]["text"]
    assert done.code == 5


def verified_at_once(trader: Trader, code: str, processes: int) -> list[tuple[int, str]]:
    """Processes that look at the same code at the same time: exit code and verdict of each."""
    started = []
    for _ in range(processes):
        read, write = os.pipe()
        os.write(write, PASSPHRASE.encode() + b"\n")
        os.close(write)
        words = ("--json", "totp", "verify", "--passphrase-fd", read)
        started.append(trader.start(*words, stdin=subprocess.PIPE, pass_fds=(read,)))
        os.close(read)
    for process in started:  # all of them are up to the question by now, or soon
        assert process.stdin is not None
        process.stdin.write(f"{code}\n")
        process.stdin.flush()
    ends = [process.communicate(timeout=SECONDS_MAX)[0] for process in started]
    codes = [process.returncode for process in started]
    return list(zip(codes, (json.loads(end)["verdict"] for end in ends), strict=True))


def test_a_code_is_verified_once_from_the_command_line(
    desk: Desk, enrolled: tuple[Phone, list[str], str]
) -> None:
    phone, recovery, _ = enrolled
    at_once = verified_at_once(desk.trader, phone.code(), processes=3)
    assert sorted(at_once) == [(0, "passed"), (1, "used"), (1, "used")]
    spare = with_passphrase(desk.trader, "--json", "totp", "verify", text=recovery[0].lower())
    assert (spare.code, spare.result["recovery_codes_left"]) == (0, 9)
