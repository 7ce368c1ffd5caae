"""The practice venue's door: TLS, pins, client certificates and passwords, against our own desk."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from connectors.fix.client.store import SessionMemory, SessionStore
from connectors.fix.client.terms import NEVER_RESENT
from connectors.fix.client.venue import FixVenue
from connectors.fix.link.redial import Redial
from connectors.fix.link.terms import Wishes, agree
from connectors.fix.link.tls_papers import is_valid, make_certificate
from connectors.fix.practice.door import NOT_YOURS, read_credentials, tls_of
from connectors.fix.practice.rules import HouseRules
from connectors.fix.practice.server import VENUE
from connectors.fix.settings import SessionSettings
from connectors.line_error import LineError
from data.vault.secret import Secret
from engine.errors import InputError
from tests.connectors.contract.fix_end import SOON
from tests.connectors.contract.fix_house import CLIENT, House
from tests.connectors.fix.link.authority import Authority, Server

PASSWORD = "correct-horse"
PINNED_ELSEWHERE = "cert:" + "00" * 32


class Door:
    """A venue behind TLS that asks for a password, and desks before it."""

    def __init__(self, folder: Path, *, asks_for_papers: bool = False) -> None:
        self.folder = folder
        self.cert, self.key = folder / "venue.pem", folder / "venue.key"
        for path, content in zip((self.cert, self.key), make_certificate(), strict=True):
            path.write_bytes(content)
        self.authority = Authority(folder)
        clients = Path(self.authority.path) if asks_for_papers else None
        tls = tls_of(self.cert, self.key, clients)
        rules = HouseRules(credentials={CLIENT: ("trader", PASSWORD)})
        self.house = House(folder / "practice.db", rules=rules, tls=tls)

    def called(self, password: str = PASSWORD, **wishes: Any) -> FixVenue:
        """A desk that has dialled. Raises LineError."""
        believes = {} if "tls_ca_file" in wishes else {"tls_ca_file": str(self.cert)}
        terms = agree(
            Wishes(
                hosts=(f"127.0.0.1:{self.house.port}",),
                username="trader",
                password_secret="fix.password",
                **believes,
                **wishes,
            ),
            lambda name: Secret(password) if name == "fix.password" else None,
        )
        settings = SessionSettings(
            version="FIX.4.4",
            sender=CLIENT,
            target=VENUE,
            is_initiator=True,
            is_tolerant=True,
            never_resent=NEVER_RESENT,
        )
        redial = Redial(Random(1), terms.doors, waits=SOON)
        desk = FixVenue(
            terms.session(settings),
            SessionMemory(SessionStore(self.folder / "fix.db"), "session", 1_800_000_000),
            terms.dialer(lambda: redial.door),
            desk="A-1",
            trade_date_of=lambda at: 20_260_105,
            redial=redial,
        )
        try:
            desk.stand_up()
        except LineError:
            desk.close(is_orderly=False)
            raise
        return desk


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    door = Door(tmp_path)
    yield door
    door.house.close()


def test_who_believes_the_venue_and_knows_the_password_is_let_in(door: Door) -> None:
    desk = door.called()
    assert desk._is_up
    kept = desk.messages(lambda name: "") + tuple(door.house.notes)
    assert not any(PASSWORD in line for line in kept), "nobody repeats it"
    desk.close()


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [
        ({"password": "wrong"}, f"the venue says: {NOT_YOURS}"),
        ({"tls_pins": (PINNED_ELSEWHERE,)}, "none of those pinned in fix.tls_pins"),
        ({"tls_name": "venue.example.com"}, "another name than venue.example.com"),
        ({"tls_ca_file": "", "tls_system_trust": True}, "nobody believed here"),
    ],
)
def test_each_no_is_a_sentence_and_the_right_word_is_taken_after_it(
    door: Door, wishes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(LineError) as refused:
        door.called(**wishes)
    assert sentence in str(refused.value) and "wrong" not in str(refused.value)
    desk = door.called()
    assert desk._is_up
    desk.close()


def test_who_has_to_show_papers_does_not_come_in_without_them(tmp_path: Path) -> None:
    door = Door(tmp_path, asks_for_papers=True)
    with pytest.raises(LineError, match="without a word"):
        door.called()  # asyncio ends the connection without TLS's own word for it
    papers = door.authority.signed("desk")
    desk = door.called(tls_cert_file=papers.cert, tls_key_file=papers.key)
    assert desk._is_up
    desk.close()
    door.house.close()


def test_what_tls_says_after_the_handshake_is_told_as_it_is(door: Door) -> None:
    """A venue that does send TLS's word for it: not taken for a name that it does not know."""
    papers = door.authority.signed("other", "127.0.0.1")
    server = Server(papers, clients_of=door.authority.path)
    door.house.port, port = server.port, door.house.port
    with pytest.raises(LineError, match=r"the venue wants a client certificate \(fix\.tls_cert"):
        door.called(tls_ca_file=door.authority.path)
    door.house.port = port
    server.close()


def written(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def test_passwords_are_a_line_a_client(tmp_path: Path) -> None:
    file = written(tmp_path / "p", "# mine\nDESK trader secret\n\nDESK2 other word\n")
    assert read_credentials(file) == {"DESK": ("trader", "secret"), "DESK2": ("other", "word")}


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        (lambda p: written(p, "DESK trader secret", 0o644), "chmod 600"),
        (lambda p: written(p, "DESK secret"), "line 1"),
        (lambda p: written(p, "A b secret\nA b secret"), "line 2"),
        (lambda p: p, "cannot be read"),
    ],
)
def test_a_file_that_is_none_is_refused_and_no_password_repeated(
    tmp_path: Path, write: Callable[[Path], Path], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence) as refused:
        read_credentials(write(tmp_path / "p"))
    assert "secret" not in str(refused.value)


def test_a_certificate_of_its_own_is_made_anew_when_it_is_none(tmp_path: Path) -> None:
    path = tmp_path / "venue.pem"
    assert not is_valid(path)
    path.write_bytes(make_certificate()[0])
    assert is_valid(path)
    path.write_bytes(b"nothing")
    assert not is_valid(path)
    with pytest.raises(InputError, match="cannot be used"):
        tls_of(path, path)
