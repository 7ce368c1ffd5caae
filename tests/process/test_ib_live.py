"""A live account at a gateway of the tests, by a person at a terminal: typed, armed, traded."""

import time
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest

from data.home import Home
from data.vault.factor import HomeFactor
from data.vault.secret import Secret
from data.vault.vault import Vault
from tests.connectors.ib.gateway.gateway import Gateway
from tests.process.screens import ENTER, QUIT, Desk, Screen, desk_in, wait_for

ACCOUNT, ESCAPE = "U7654321", "\x1b"
PASSPHRASE = "canary-horse"
SETTINGS = f"""
[screen]
coach = false
[ib]
account = "{ACCOUNT}"
restart = ""
login = ""
port = PORT
[risk]
accounts_allowed = ["{ACCOUNT}"]
off_accepted = ["average_volume", "sectors", "restricted", "borrow", "earnings", "dividends"]
"""
WORDS = ("--venue", "ib", "--live", "--symbols", "AAPL")


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway(accounts=(ACCOUNT,), matches=True) as running:
        quoted(running)
        yield running
        assert running.bad == []


@pytest.fixture
def desk(tmp_path: Path, gateway: Gateway) -> Iterator[Desk]:
    with desk_in(tmp_path) as made:
        (made.home / "config.toml").write_text(SETTINGS.replace("PORT", str(gateway.port)))
        yield made


def quoted(gateway: Gateway) -> None:
    gateway.quote("AAPL", bid="190.10", bid_size=500, ask="190.12", ask_size=500, last="190.12")


def enrolled(home: Path) -> list[str]:
    """A second factor in an encrypted file; its recovery codes."""
    vault = Vault(Home.prepare(home), lambda is_new: Secret(PASSPHRASE))
    factor = HomeFactor(Home.prepare(home), vault)
    begun = factor.begin()
    now = pyotp.TOTP(begun.secret.reveal()).now()
    assert factor.activate(begun, now, "file")
    return [code.reveal() for code in begun.codes]


def typed(screen: Screen, account: str) -> None:
    screen.until_said("Type the account to go on")
    screen.press(*account, ENTER)


def test_who_does_not_type_the_account_opens_nothing(desk: Desk, gateway: Gateway) -> None:
    screen = desk.screen(*WORDS)
    typed(screen, "U765432")
    screen.until_said("nothing was started")
    assert screen.exit_code() == 2 and ACCOUNT not in screen.written.replace("U765432\r", "")
    assert gateway.count("startApi") == 0


@pytest.mark.long
def test_a_person_arms_a_live_account_and_it_returns_after_a_break(
    desk: Desk, gateway: Gateway
) -> None:
    recovery = enrolled(desk.home)
    screen = desk.screen(*WORDS)
    typed(screen, ACCOUNT)
    screen.until("AAPL")
    screen.until("LIVE")
    screen.press(":", *"buy 10 AAPL 190.12")
    screen.until("R42 not_armed")
    screen.press(ESCAPE)
    screen.until("kept: buy 10")
    assert gateway.broker.orders == []

    screen.say(f'arm {ACCOUNT} "the open"')
    screen.until("second factor")
    for text in (PASSPHRASE, recovery[0]):
        screen.press(*text, ENTER)
        time.sleep(0.3)
    screen.until("ARMED")
    screen.send("buy 10 AAPL 190.12")
    wait_for(lambda: gateway.broker.positions == {(ACCOUNT, "AAPL"): 10}, "the fill", screen)

    gateway.down()
    screen.until("link to ib lost")
    gateway.come_back()
    lines = gateway.count("reqMktData")
    wait_for(lambda: gateway.count("reqMktData") > lines, "the line", screen)
    quoted(gateway)
    held = ("link to ib", "comparing", "not sending")
    wait_for(lambda: not any(words in screen.text for words in held), "the line", screen)
    screen.send("sell 10 AAPL 190.10")
    wait_for(lambda: gateway.broker.positions == {}, "the exit", screen)
    screen.send("buy 1 AAPL 190.12")
    wait_for(lambda: gateway.broker.positions == {(ACCOUNT, "AAPL"): 1}, "armed again", screen)
    screen.press(QUIT)
    screen.until("Quit?")
    screen.press("y")
    assert screen.exit_code() == 0
