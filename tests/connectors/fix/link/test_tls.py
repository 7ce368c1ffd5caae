"""S08: only the venue that was meant is spoken to, in TLS, in bounded time, and no says why."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from connectors.fix.link.dialing import Dialer
from connectors.fix.link.redial import Door
from connectors.fix.link.secrecy import Secrecy
from connectors.fix.link.tls import Tls, TlsError, context_of, pins_of
from engine.errors import InputError
from tests.connectors.fix.link.authority import HELLO, Authority, Papers, Server

HOST = "fix.example.com"
Serve = Callable[..., Server]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def venue(authority: Authority) -> Papers:
    return authority.signed("venue", HOST, "127.0.0.1")


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[Server] = []

    def start(papers: Papers | None = None, **more: object) -> Server:
        servers.append(Server(papers, **more))  # type: ignore[arg-type]
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def dial(server: Server, seconds: float = 5.0, passphrase: str = "", **tls: object) -> bytes:
    """The first bytes that the venue says, once the line is secret."""
    tls = {"name": HOST} | tls
    dialer = Dialer(
        lambda: Door("127.0.0.1", server.port),
        Secrecy(tls=Tls(**tls)),  # type: ignore[arg-type]
        seconds=seconds,
        passphrase=lambda: passphrase,
    )
    with dialer() as line:
        return line.recv(100)


def test_a_venue_of_our_authority_is_spoken_to_and_told_its_name(
    authority: Authority, venue: Papers, serve: Serve
) -> None:
    server = serve(venue)
    assert dial(server, ca_file=authority.path) == HELLO
    assert server.names == [HOST]


def test_without_a_name_the_host_that_is_dialled_has_to_be_in_the_certificate(
    authority: Authority, venue: Papers, serve: Serve
) -> None:
    assert dial(serve(venue), ca_file=authority.path, name="") == HELLO
    other = authority.signed("other", HOST)
    with pytest.raises(TlsError, match=r"for another name than 127\.0\.0\.1"):
        dial(serve(other), ca_file=authority.path, name="")


def test_a_venue_of_another_authority_is_not(
    authority: Authority, venue: Papers, serve: Serve, tmp_path: Path
) -> None:
    other = Authority(tmp_path, "other")
    with pytest.raises(TlsError, match="nobody believed here"):
        dial(serve(venue), ca_file=other.path)


def test_a_certificate_that_has_expired_or_begins_tomorrow_is_not_taken(
    authority: Authority, serve: Serve
) -> None:
    old = authority.signed("old", HOST, days=(-30, -1))
    early = authority.signed("early", HOST, days=(1, 30))
    with pytest.raises(TlsError, match="has expired"):
        dial(serve(old), ca_file=authority.path)
    with pytest.raises(TlsError, match="not valid yet"):
        dial(serve(early), ca_file=authority.path)


def test_a_certificate_for_another_name_is_not_taken(authority: Authority, serve: Serve) -> None:
    other = authority.signed("other", "evil.example.com")
    with pytest.raises(TlsError, match=f"another name than {HOST}"):
        dial(serve(other), ca_file=authority.path)
    nameless = authority.signed(HOST)
    with pytest.raises(TlsError, match=f"another name than {HOST}"):
        dial(serve(nameless), ca_file=authority.path)


def test_without_somebody_to_believe_nobody_is_called() -> None:
    with pytest.raises(InputError, match="whom to believe"):
        context_of(Tls())


def test_a_pinned_key_is_known_again_after_its_certificate_was_renewed(
    authority: Authority, serve: Serve
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    spki, own = pins_of(authority.signed("first", HOST, key=key).der)
    renewed = authority.signed("second", HOST, key=key)
    server = serve(renewed)
    assert dial(server, ca_file=authority.path, pins=(spki,)) == HELLO
    with pytest.raises(TlsError, match="none of those pinned"):
        dial(server, ca_file=authority.path, pins=(own,))


def test_a_pin_of_another_key_is_refused_though_the_authority_is_right(
    authority: Authority, venue: Papers, serve: Serve
) -> None:
    pins = pins_of(authority.signed("other", HOST).der)
    with pytest.raises(TlsError, match="ask the venue before you believe") as told:
        dial(serve(venue), ca_file=authority.path, pins=pins)
    assert all(pin in str(told.value) for pin in pins_of(venue.der))


def test_one_of_several_pins_is_enough_and_hex_may_have_colons_and_capitals(
    authority: Authority, venue: Papers, serve: Serve
) -> None:
    _, own = pins_of(venue.der)
    digits = own.removeprefix("cert:").upper()
    colons = "cert:" + ":".join(digits[at : at + 2] for at in range(0, 64, 2))
    pins = (pins_of(authority.signed("other", HOST).der)[0], colons)
    assert dial(serve(venue), ca_file=authority.path, pins=pins) == HELLO


def test_a_pin_does_not_make_up_for_a_wrong_authority(
    venue: Papers, serve: Serve, tmp_path: Path
) -> None:
    other = Authority(tmp_path, "other")
    with pytest.raises(TlsError, match="nobody believed here"):
        dial(serve(venue), ca_file=other.path, pins=pins_of(venue.der))


@pytest.mark.parametrize("pin", ["", "spki:", "spki:AAAA", "cert:zz", "cert:" + "a" * 63, "sha256"])
def test_what_is_no_pin_is_refused_before_anybody_is_called(pin: str, authority: Authority) -> None:
    with pytest.raises(InputError, match="is no pin"):
        context_of(Tls(ca_file=authority.path, pins=(pin,)))


class TestClientCertificate:
    @pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
    def test_it_is_shown_where_it_is_asked_for(
        self, authority: Authority, venue: Papers, serve: Serve, version: ssl.TLSVersion
    ) -> None:
        server = serve(venue, clients_of=authority.path, at_most=version)
        ours = authority.signed("desk")
        papers = {"cert_file": ours.cert, "key_file": ours.key}
        assert dial(server, ca_file=authority.path, **papers) == HELLO

    @pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
    def test_without_one_the_venue_says_no_and_we_say_why(
        self, authority: Authority, venue: Papers, serve: Serve, version: ssl.TLSVersion
    ) -> None:
        server = serve(venue, clients_of=authority.path, at_most=version)
        with pytest.raises(TlsError, match="client certificate"):
            dial(server, ca_file=authority.path)

    def test_one_that_the_venue_does_not_believe(
        self, authority: Authority, venue: Papers, serve: Serve, tmp_path: Path
    ) -> None:
        ours = Authority(tmp_path, "other").signed("desk")
        server = serve(venue, clients_of=authority.path)
        with pytest.raises(TlsError, match="does not believe the issuer"):
            dial(server, ca_file=authority.path, cert_file=ours.cert, key_file=ours.key)

    def test_a_key_with_a_passphrase_asks_nobody_at_the_terminal(
        self, authority: Authority, venue: Papers, serve: Serve
    ) -> None:
        server = serve(venue, clients_of=authority.path)
        ours = authority.signed("desk", passphrase=b"horse")
        papers = {"ca_file": authority.path, "cert_file": ours.cert, "key_file": ours.key}
        assert dial(server, passphrase="horse", **papers) == HELLO
        with pytest.raises(InputError, match="passphrase"):
            dial(server, passphrase="cow", **papers)
        with pytest.raises(InputError, match="cannot be used"):
            context_of(Tls(**papers))

    @pytest.mark.parametrize("missing", ["ca_file", "cert_file", "key_file"])
    def test_a_file_that_is_not_there_is_named(self, authority: Authority, missing: str) -> None:
        ours = authority.signed("desk")
        papers = {"ca_file": authority.path, "cert_file": ours.cert, "key_file": ours.key}
        papers[missing] = "/nowhere.pem"
        with pytest.raises(InputError, match=f"tls_.*{missing}.*is not there"):
            context_of(Tls(**papers))

    def test_a_certificate_without_its_key_is_named(self, authority: Authority) -> None:
        ours = authority.signed("desk")
        with pytest.raises(InputError, match="needs both"):
            context_of(Tls(ca_file=authority.path, cert_file=ours.cert))

    def test_a_file_that_is_no_certificate_is_named(
        self, authority: Authority, tmp_path: Path
    ) -> None:
        (tmp_path / "notes.txt").write_text("buy milk")
        with pytest.raises(InputError, match="tls_ca_file"):
            context_of(Tls(ca_file=str(tmp_path / "notes.txt")))


def test_a_venue_without_tls_is_said_to_have_none(authority: Authority, serve: Serve) -> None:
    with pytest.raises(TlsError, match="does not speak TLS"):
        dial(serve(None), ca_file=authority.path)


def test_a_venue_that_hangs_in_the_handshake_is_given_up_in_time(
    authority: Authority, serve: Serve
) -> None:
    begun = time.monotonic()
    with pytest.raises(TlsError, match="did not finish the TLS handshake"):
        dial(serve(None, hangs=True), seconds=0.3, ca_file=authority.path)
    assert time.monotonic() - begun < 3


def test_a_venue_that_drips_its_handshake_is_given_up_in_time(authority: Authority) -> None:
    """Every byte keeps a socket's own time-out away; the handshake's is over all of them."""
    begun = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as door:
        import threading

        def drip() -> None:
            line, _ = door.accept()
            with line:
                try:
                    for byte in b"\x16\x03\x03\x40\x00" + bytes(200):
                        line.sendall(bytes([byte]))
                        time.sleep(0.05)
                except OSError:
                    pass

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        dialer = Dialer(
            lambda: Door("127.0.0.1", door.getsockname()[1]),
            Secrecy(tls=Tls(ca_file=authority.path)),
            seconds=0.5,
        )
        with pytest.raises(TlsError):
            dialer()
        thread.join(5)
    assert time.monotonic() - begun < 4


def test_older_versions_are_not_spoken(authority: Authority, venue: Papers, serve: Serve) -> None:
    server = serve(venue, at_most=ssl.TLSVersion.TLSv1_2)
    assert dial(server, ca_file=authority.path) == HELLO
    with pytest.raises(TlsError, match="no TLS of the versions"):
        dial(server, ca_file=authority.path, only_13=True)
    assert context_of(Tls(ca_file=authority.path)).minimum_version is ssl.TLSVersion.TLSv1_2


def test_nothing_of_the_machine_is_believed_unless_it_was_asked_for(
    authority: Authority, venue: Papers, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", authority.path)
    server = serve(venue)
    own = Authority(Path(authority.path).parent, "own")
    with pytest.raises(TlsError, match="nobody believed here"):
        dial(server, ca_file=own.path)
    assert dial(server, system_trust=True) == HELLO
