"""Settings of a venue become a session and a line, or a sentence that names the key."""

from pathlib import Path

import pytest

from connectors.fix.link.logon import Revealed
from connectors.fix.link.moment import Moment
from connectors.fix.link.terms import Terms, Wishes, agree
from connectors.fix.settings import SessionSettings, UnaskedReset
from engine.errors import InputError
from engine.values import Nanos
from tests.connectors.fix.link.authority import HELLO, Authority, Server

BASE = SessionSettings(version="FIX.4.4", sender="DESK", target="VENUE", is_initiator=True)
MOMENT = Moment(sender=b"DESK", target=b"VENUE", number=1, stamp=b"20260528-20:26:40", utc=Nanos(1))


class Kept:
    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text


def secret_of(name: str) -> Revealed | None:
    return Kept("horse") if name.startswith("fix.") else None


def terms(**wished: object) -> Terms:
    return agree(Wishes(**wished), secret_of)  # type: ignore[arg-type]


def test_what_ships_is_a_venue_on_this_machine_without_wishes() -> None:
    agreed = terms()
    session = agreed.session(BASE)
    assert [str(door) for door in agreed.doors] == ["127.0.0.1:9878"]
    assert session.logon_extra is not None and list(session.logon_extra(MOMENT)) == []
    assert session.schedule is None, "non-stop needs no memory that knows its dates"


def test_everything_that_is_wished_reaches_the_session() -> None:
    session = terms(
        hours="mon-fri 09:30-16:00 America/New_York",
        unasked_reset="refuse",
        tells_next_expected=True,
        tells_last_processed=True,
        logon_tags=("9001=Y",),
        logout_tags=("9003=Y",),
        username="me",
        password_secret="fix.password",
    ).session(BASE)
    assert session.unasked_reset is UnaskedReset.REFUSE
    assert session.schedule is not None and session.schedule.period_at(Nanos(1)) is None
    assert session.tells_next_expected and session.tells_last_processed
    assert session.logout_fields == ((9003, b"Y"),)
    assert session.logon_extra is not None
    assert list(session.logon_extra(MOMENT)) == [(553, b"me"), (554, b"horse"), (9001, b"Y")]
    assert session.mask.text("horse") == "***"
    assert (session.sender, session.is_initiator) == ("DESK", True)


def test_a_line_in_tls_with_a_sealed_key_is_opened(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    ours = authority.signed("desk", passphrase=b"horse")
    server = Server(authority.signed("venue", "127.0.0.1"), clients_of=authority.path)
    agreed = terms(
        hosts=(f"127.0.0.1:{server.port}",),
        tls_ca_file=authority.path,
        tls_cert_file=ours.cert,
        tls_key_file=ours.key,
        tls_key_secret="fix.key",
    )
    with agreed.dialer(lambda: agreed.doors[0])() as line:
        assert line.recv(100) == HELLO
    server.close()


AWAY = ("fix.example.com:9880",)


@pytest.mark.parametrize(
    ("wished", "sentence"),
    [
        ({"hosts": ("nowhere",)}, "is no host"),
        ({"hosts": AWAY}, "plain_text = true"),
        (
            {"hosts": AWAY, "plain_text": True, "password_secret": "fix.password"},
            "password_in_clear",
        ),
        ({"hours": "always"}, "no hours of a session"),
        ({"unasked_reset": "perhaps"}, "count, recount, answer, refuse"),
        ({"logon_tags": ("554=horse",)}, r"fix\.logon_tags: 554 is a secret"),
        ({"logout_tags": ("58",)}, r"fix\.logout_tags"),
        ({"signer": "bitvavo"}, r"fix\.key_secret"),
        ({"password_secret": "Horse!"}, r"fix\.password_secret"),
        ({"tls_pins": ("spki:AAAA",)}, "whom to believe"),
        ({"tls_only_13": True}, "whom to believe"),
        ({"tls_name": "fix.example.com", "hosts": AWAY}, "whom to believe"),
    ],
)
def test_wishes_that_cannot_be_are_refused_before_anybody_is_called(
    wished: dict[str, object], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        terms(**wished)


def test_a_file_that_cannot_be_used_is_named_before_anybody_is_called() -> None:
    agreed = terms(hosts=AWAY, tls_ca_file="/nowhere.pem")
    with pytest.raises(InputError, match="tls_ca_file"):
        agreed.dialer(lambda: agreed.doors[0])
