"""S14: secrets of a Logon leave for the venue, and are in nothing else that comes of a session."""

import asyncio
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from commands.fix_secrets import secrets_from
from connectors.fix.dictionary.arranging import Arranged
from connectors.fix.frames import Framer
from connectors.fix.line import Closed, Instant, Outgoing, Reply
from connectors.fix.link.logon import Agreement, LogonWords
from connectors.fix.message import Message, encode
from connectors.fix.practice.server import VENUE, PracticeVenue
from connectors.fix.session import Session
from connectors.fix.settings import SessionSettings, ShortMemory
from connectors.fix.stamps import format_stamp
from data.settings.load import check_text
from data.vault.secret import Secret
from engine.errors import TraderError
from engine.values import NANOS_PER_SECOND, Nanos
from tests.connectors.conftest import QuietFlow
from tests.connectors.fix.calling import Caller
from tests.unit.vault.conftest import Desk

SECRETS = {
    "fix.password": "canary-password-1",
    "fix.new": "canary-new-password-22",
    "fix.raw": "canary raw data 333",
    "fix.key": "Y2FuYXJ5LWtleQ==",
}
CANARIES = (*SECRETS.values(), "canary")
START = Nanos(1_780_000_000 * NANOS_PER_SECOND)
NOW = Instant(START, START)


class Nobody:
    def take(self, arranged: Arranged, message: Message) -> Sequence[Reply]:
        return ()

    def ended(self) -> None:
        pass


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path / "home")
    for name, secret in SECRETS.items():
        desk.vault().set(name, Secret(secret), backend="keyring")
    return desk


def words(desk: Desk, **agreed: Any) -> LogonWords:
    secret_of = secrets_from(desk.vault(), SECRETS)
    return LogonWords(Agreement(**agreed), secret_of, nonce=lambda size: b"n" * size)


def client(extra: LogonWords, name: str = "DESK") -> Session:
    settings = SessionSettings(
        version="FIX.5.0SP2",
        sender=name,
        target=VENUE,
        is_initiator=True,
        logon_extra=extra,
        mask=extra.mask,
    )
    return Session(settings, RememberingMemory(), Nobody())


class RememberingMemory(ShortMemory):
    """Writes everything down that it is given, as a careless one would."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[object] = []

    def keep(self, sent: Any) -> None:
        self.written.append((sent.number, sent.type, sent.data))
        super().keep(sent)


def shown(*things: object) -> str:
    return "\n".join(repr(thing) for thing in things)


def assert_clean(text: str, *more: str) -> None:
    for canary in (*CANARIES, *more):
        assert canary not in text, text[max(0, text.find(canary) - 200) :][:400]


PASSWORDS = {
    "username": "me",
    "password_secret": "fix.password",
    "new_password_secret": "fix.new",
    "raw_data_secret": "fix.raw",
}


async def test_a_session_with_a_practice_venue_leaves_no_secret_anywhere(
    desk: Desk, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    notes: list[str] = []
    venue = PracticeVenue(
        QuietFlow(), tmp_path / "practice.db", clients=("DESK",), note=notes.append
    )
    port = await venue.acceptor.listen("127.0.0.1", 0)
    session = client(words(desk, **PASSWORDS))
    caller = Caller(session, port)
    caller.start()
    for _ in range(200):
        await asyncio.sleep(0.02)
        if session.is_active:
            break
    assert session.is_active, caller.notes
    caller.say("H", [(11, b"A"), (54, b"1")])
    await asyncio.sleep(0.1)
    await caller.close()
    await venue.acceptor.close()
    venue.close()
    sent = b"".join(each.data for each in caller.outputs if isinstance(each, Outgoing))
    for secret in list(SECRETS.values())[:3]:
        assert secret.encode() in sent, "the venue gets it"
    memory = session.memory
    assert isinstance(memory, RememberingMemory)
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    printed = capfd.readouterr()
    told = shown(notes, caller.notes, caller.outputs, memory.written, session.settings)
    assert_clean(told + printed.out + printed.err + files.decode("latin-1"))
    assert b"9=***" in memory.written[0][2], "nor how long it is"  # type: ignore[index]
    viewed = session.settings.mask.message(sent).decode("latin-1")
    assert_clean(viewed)


@pytest.mark.parametrize(
    "text", ["bad password {}", "{}", "user me / {} unknown", "554={} is wrong", "{} too low"]
)
def test_a_venue_that_repeats_the_password_is_not_quoted(desk: Desk, text: str) -> None:
    session = client(words(desk, **PASSWORDS))
    session.connect(NOW)
    said = text.format(SECRETS["fix.password"]).encode()
    head = [(34, b"1"), (49, VENUE.encode()), (52, format_stamp(START)), (56, b"DESK")]
    outputs = session.receive(encode("FIXT.1.1", "5", head, [(58, said)]), NOW)
    assert any(isinstance(each, Closed) for each in outputs)
    assert_clean(shown(*outputs, session.stopped, session.ended_by))


@pytest.mark.parametrize(
    "signer", ["coinbase_text", "deribit", "kraken", "kraken_prime", "bitvavo"]
)
def test_a_signature_is_kept_out_like_the_secret_that_made_it(desk: Desk, signer: str) -> None:
    agreed = {"username": "KEY", "signer": signer, "key_secret": "fix.key"}
    if signer == "coinbase_text":
        agreed["password_secret"] = "fix.password"
    session = client(words(desk, **agreed))
    (logon,) = [each for each in session.connect(NOW) if isinstance(each, Outgoing)]
    (message,) = Framer().feed(logon.data)
    assert isinstance(message, Message)
    secret = {message.text(tag) for tag in (554, 96, 58)} - {"", "KEY"}
    assert secret
    memory = session.memory
    assert isinstance(memory, RememberingMemory)
    viewed = session.settings.mask.message(logon.data).decode("latin-1")
    assert_clean(shown(logon, message, memory.written, session.settings) + viewed, *secret)
    for each in secret:
        session.note(f"the venue says {each}")
    assert_clean(shown(session.collect()), *secret)


def test_a_vault_that_does_not_have_it_stops_the_session_with_a_sentence(desk: Desk) -> None:
    session = client(words(desk, username="me", password_secret="canary-in-the-file"))
    outputs = session.connect(NOW)
    assert not any(isinstance(each, Outgoing) for each in outputs)
    assert "fix.password_secret" in session.stopped and "trader secrets set" in session.stopped
    assert_clean(shown(*outputs, session.stopped))
    assert session.memory.next_out == 1
    assert isinstance(session.connect(NOW)[-1], Closed), "a person has to look first"
    session.set_numbers()
    assert session.why_not(NOW) == ""


@pytest.mark.parametrize(
    "text",
    [
        '[fix]\npassword = "canary"\n',
        '[fix]\npassphrase = "canary"\n',
        '[fix]\napi_secret = "canary"\n',
        '[fix]\nnew-password = "canary"\n',
        '[paper]\ntoken = "canary"\n',
        '[fix]\nsecret = ["canary"]\n',
    ],
)
def test_a_secret_in_a_settings_file_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(TraderError, match="trader secrets set") as told:
        check_text(text, "config.toml")
    assert "line 2" in str(told.value) or "line 1" in str(told.value)
    lines = "".join(traceback.format_exception(told.value)) + shown(told.value)
    assert_clean(lines.replace(text, "").replace("test_canary", ""))
