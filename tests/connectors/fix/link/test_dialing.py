"""S08: where the line goes, from where, in what time, and that no secret travels in clear."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from connectors.fix.link.dialing import Address, Dialer, DialError
from connectors.fix.link.redial import Door
from connectors.fix.link.secrecy import Secrecy, is_this_machine, objection
from connectors.fix.link.tls import Tls

PLAIN = Secrecy()


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(5)
        yield door


def door_of(listening: socket.socket, host: str = "127.0.0.1") -> Door:
    return Door(host, listening.getsockname()[1])


def test_the_line_says_small_things_at_once_and_comes_from_where_it_should(
    listening: socket.socket,
) -> None:
    dialer = Dialer(lambda: door_of(listening), PLAIN, source="127.0.0.2")
    with dialer() as line:
        there, address = listening.accept()
        assert address[0] == "127.0.0.2"
        assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        there.close()


def test_each_call_goes_where_it_is_sent(listening: socket.socket) -> None:
    doors = [Door("127.0.0.1", 1), door_of(listening)]
    dialer = Dialer(lambda: doors.pop(0), PLAIN)
    with pytest.raises(DialError, match=r"127\.0\.0\.1:1 cannot be reached: Connection refused"):
        dialer()
    dialer().close()


def test_an_address_of_our_own_that_we_do_not_have_is_named(listening: socket.socket) -> None:
    dialer = Dialer(lambda: door_of(listening), PLAIN, source="192.0.2.1")
    with pytest.raises(DialError, match=r"cannot be reached from 192\.0\.2\.1"):
        dialer()


def test_a_venue_that_does_not_answer_is_given_up_in_time() -> None:
    """A queue of connections that is full answers nobody, as a firewall does."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        door = door_of(full)
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex((door.host, door.port))
        begun = time.monotonic()
        with pytest.raises(DialError, match=r"did not answer within 0\.3 s"):
            Dialer(lambda: door, PLAIN, seconds=0.3)()
        assert time.monotonic() - begun < 3
        for each in waiting:
            each.close()


def test_the_next_address_of_a_name_is_tried(listening: socket.socket) -> None:
    port = listening.getsockname()[1]
    addresses: list[Address] = [
        (socket.AF_INET, ("127.0.0.3", port)),
        (socket.AF_INET, ("127.0.0.1", port)),
    ]
    Dialer(lambda: Door("venue", port), PLAIN, resolve=lambda _: addresses)().close()


def test_a_resolver_that_hangs_is_given_up_and_not_asked_again_meanwhile() -> None:
    ends, asked = threading.Event(), []

    def hang(door: Door) -> list[Address]:
        asked.append(door)
        ends.wait(20)
        return []

    dialer = Dialer(lambda: Door("venue", 1), PLAIN, seconds=0.2, resolve=hang)
    with pytest.raises(DialError, match="nobody said the address of venue in time"):
        dialer()
    with pytest.raises(DialError, match="still being asked for"):
        dialer()
    ends.set()
    assert len(asked) == 1


@pytest.mark.parametrize("host", ["nowhere.invalid", "a" * 300, "..", "x" * 64 + ".invalid"])
def test_a_name_without_an_address_is_said_to_have_none(host: str) -> None:
    with pytest.raises(DialError):
        Dialer(lambda: Door(host, 1), PLAIN, seconds=5)()


def test_a_name_for_this_machine_that_leads_to_another_gets_nothing_in_clear(
    listening: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = listening.getsockname()[1]
    here: list[Address] = [(socket.AF_INET, ("127.0.0.1", port))]
    monkeypatch.setattr(socket.socket, "getpeername", lambda _: ("198.51.100.7", port))
    door = Door("localhost", port)
    with pytest.raises(DialError, match="nothing goes there in clear"):
        Dialer(lambda: door, PLAIN, resolve=lambda _: here)()
    Dialer(lambda: door, Secrecy(plain_text=True), resolve=lambda _: here)().close()


LOCAL, AWAY = Door("127.0.0.1", 1), Door("fix.example.com", 1)
TLS = Tls(ca_file="ca.pem")


@pytest.mark.parametrize(
    ("host", "is_here"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("127.0.0.1.example.com", False),
        ("localhost.example.com", False),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("fix.example.com", False),
        ("::ffff:10.0.0.1", False),
    ],
)
def test_this_machine_is_known_by_its_address(host: str, is_here: bool) -> None:
    assert is_this_machine(host) is is_here


def told(*doors: Door, password: bool = True, **agreed: object) -> str:
    return objection(doors, Secrecy(**agreed), sends_password=password)  # type: ignore[arg-type]


def test_in_clear_nothing_goes_to_another_machine_unless_it_was_told() -> None:
    assert "plain_text = true" in told(AWAY, password=False)
    assert told(AWAY, password=False, plain_text=True) == ""
    assert told(LOCAL) == "" and told(LOCAL, Door("localhost", 2)) == ""
    assert told(AWAY, tls=TLS) == ""


def test_a_password_goes_in_clear_only_where_it_was_told_twice_and_by_name() -> None:
    assert 'password_in_clear = ["fix.example.com"]' in told(AWAY, plain_text=True)
    assert told(AWAY, plain_text=True, password_in_clear=("fix.example.com",)) == ""
    assert "plain_text = true" in told(AWAY, password_in_clear=("fix.example.com",))
    other = Door("backup.example.com", 1)
    assert "backup" in told(AWAY, other, plain_text=True, password_in_clear=(AWAY.host,))
    assert "password" in told(LOCAL, AWAY, plain_text=True)
