"""Garbage costs a session neither its life nor memory, whatever it is and however it is cut."""

import random
import re
import resource
import sys
from pathlib import Path

import pytest

from connectors.fix.echo import CLIENTS, VENUE, echo_session
from connectors.fix.frames import MESSAGE_BYTES_MAX, Framer
from connectors.fix.line import Instant, Outgoing, Phase
from connectors.fix.message import Field, encode
from connectors.fix.session import Session
from connectors.fix.settings import SessionSettings, ShortMemory
from connectors.fix.stamps import format_stamp
from engine.values import NANOS_PER_SECOND, Nanos
from tests.connectors.fix.conversation import Table, cases

START = Nanos(1_780_000_000 * NANOS_PER_SECOND)
NOW = Instant(START, START)
SCRIPTS = sorted((Path(__file__).parent / "scripts").glob("*.txt"))
LOOK_EVERY = 500
CHUNK_MAX = 300
GROWN_MIB_MAX = 64
"""Of the whole process, caches of Python's included; kept garbage of a million would be 200."""
_BITS = (b"\x01", b"=", b"8=", b"9=", b"10=", b"35=", b"34=", b"\x0110=000\x01", b"\xff", b"-1")
_ODD = [
    b"34=0",
    b"34=-1",
    b"34=1e3",
    b"34=99999999999999999999",
    b"36=123456789012345678",
    b"146=1000000000",
    b"268=2",
    b"95=500",
    b"95=-3",
    b"96=a\x01b",
    b"58=" + b"x" * 70_000,
    b"58=\x00",
    "58=größer €".encode(),
    b"43=Y",
    b"97=Y",
    b"123=Y",
    b"141=Y",
    b"122=20990101-00:00:00",
    b"52=x",
    b"108=-1",
    b"35=A",
    b"8=FIX.4.4",
    b"=",
    b"0=",
    b"5000=1",
]


def corpus(version: str) -> list[bytes]:
    """Every message that a client sends in a script."""
    found: list[bytes] = []
    table = Table(version)
    for path in SCRIPTS:
        for case in cases(path):
            for _, text in case.lines:
                if text.startswith("> ") and "<now" not in text.partition("|8=")[0][:8]:
                    found.append(table._filled(text[2:]))
    return found


def fitting(data: bytes) -> bytes:
    """The same with the length and checksum of a message, so that it gets past the framer."""
    head, mark, rest = data.partition(b"\x0135=")
    body = mark[1:] + rest.rpartition(b"\x0110=")[0] + b"\x01"
    begin = head.partition(b"\x01")[0]
    start = begin + b"\x019=%d\x01" % len(body) + body
    return start + b"10=%03d\x01" % (sum(start) % 256)


def garbage(rng: random.Random, known: list[bytes], expected: int = 0) -> bytes:
    """One input: noise, a damaged message, or a well-formed one that says what none may.

    `expected`: the number that most of the well-formed ones bear; 0: what they had.
    """
    kind = rng.randrange(12)
    if kind == 0:
        return rng.randbytes(rng.randrange(200))
    if kind == 1:
        return b"".join(rng.choice(_BITS) for _ in range(rng.randrange(30)))
    data = rng.choice(known)
    if kind == 2:
        return data[: rng.randrange(len(data))]
    if expected and rng.randrange(8):
        data = re.sub(rb"\x0134=\d+\x01", b"\x0134=%d\x01" % expected, data, count=1)
    fields = data.split(b"\x01")
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
        _damage(rng, fields)
    joined = b"\x01".join(fields)
    return joined if kind == 3 else fitting(joined)


def _damage(rng: random.Random, fields: list[bytes]) -> None:
    """One field is put in, taken out, said again or changed; mostly one of the body."""
    first = 3 if not rng.randrange(6) else min(7, len(fields) - 2)
    at = rng.randrange(first, max(first + 1, len(fields) - 2))
    act = rng.randrange(5)
    if act == 0:
        fields.insert(at, rng.choice(_ODD))
    elif act == 1 and len(fields) > 6:
        del fields[at]
    elif act == 2:
        fields.insert(at, fields[rng.randrange(len(fields))])
    else:
        name, _, value = fields[at].partition(b"=")
        changed = bytes(rng.choice(b"0123456789-.Y \x00\xff") for _ in value[:9])
        fields[at] = name + b"=" + changed


def pieces(rng: random.Random, data: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(data):
        size = rng.randrange(1, CHUNK_MAX if len(data) < 10_000 else 30_000)
        found.append(data[at : at + size])
        at += size
    return found


def logged_on(session: Session, version: str) -> bytes:
    """A Logon of the client, after whatever was before."""
    session.disconnected(NOW, "the next round")
    session.connect(NOW)
    body: list[Field] = [(98, b"0"), (108, b"30")]
    if session.settings.appl_ver_id:
        body.append((1137, b"9"))
    return _said(session, version, "A", 1, body)


def _said(session: Session, version: str, type: str, number: int, body: list[Field]) -> bytes:
    head: list[Field] = [
        (34, b"%d" % number),
        (49, CLIENTS[version].encode()),
        (52, format_stamp(START)),
        (56, VENUE.encode()),
    ]
    return encode(session.settings.begin, type, head, body)


def is_alive(session: Session, version: str) -> bool:
    """A new connection is answered, whatever the one before it said."""
    answers = session.receive(logged_on(session, version), NOW)
    test = _said(session, version, "1", 2, [(112, b"HELLO")])
    answers += session.receive(test, NOW)
    said = b"".join(answer.data for answer in answers if isinstance(answer, Outgoing))
    return b"\x0135=A\x01" in said and b"112=HELLO" in said


def megabytes() -> float:
    """The most that this process has held."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / 1_024 / (1_024 if sys.platform == "darwin" else 1)


def play(count: int, seed: int) -> tuple[int, float]:
    """(answers, megabytes that the process grew by) of so many inputs to sessions of each version.

    The first tenth fills what Python keeps for itself, and is not counted as growth.
    """
    rng = random.Random(seed)
    sessions = {version: echo_session(version) for version in CLIENTS}
    known = {version: corpus(version) for version in CLIENTS}
    answered, before = 0, 0.0
    for number in range(count):
        version = rng.choice(list(CLIENTS))
        session = sessions[version]
        if session.phase is Phase.DISCONNECTED:
            answered += len(session.receive(logged_on(session, version), NOW))
        for piece in pieces(rng, garbage(rng, known[version], session.memory.next_in)):
            answered += len(session.receive(piece, NOW))
            assert session._framer.held <= MESSAGE_BYTES_MAX
            assert len(session.queued) <= session.settings.queued_max
        if number % LOOK_EVERY == 0:
            assert is_alive(session, version), f"input {number} of seed {seed} silenced it"
        if number == count // 10:
            before = megabytes()
    return answered, megabytes() - before


def test_garbage_neither_raises_nor_silences_a_session() -> None:
    answered, grown = play(6_000, seed=3)
    assert answered > 6_000, "most of it gets far enough to be answered"
    assert grown < GROWN_MIB_MAX


@pytest.mark.long
@pytest.mark.timeout(1_800)
def test_a_million_of_it_neither_raises_nor_grows() -> None:
    answered, grown = play(1_000_000, seed=11)
    assert answered > 1_000_000
    assert grown < GROWN_MIB_MAX


@pytest.mark.parametrize("seed", range(20))
def test_garbage_means_the_same_however_it_is_cut(seed: int) -> None:
    rng = random.Random(seed)
    known = corpus("FIX.4.4")
    stream = b"".join(garbage(rng, known) for _ in range(60)) + b"\x0110=000\x01" + known[0] * 3
    framer = Framer()
    whole = _good(framer.feed(stream))
    for _ in range(3):
        cut = Framer()
        found = [good for piece in pieces(rng, stream) for good in _good(cut.feed(piece))]
        assert found == whole
    single = Framer()
    assert [g for byte in stream for g in _good(single.feed(bytes([byte])))] == whole


def _good(found: list[object]) -> list[bytes]:
    return [each.raw for each in found if hasattr(each, "raw")]


def test_an_initiator_survives_what_a_venue_says() -> None:
    """The other side of the core: what comes is the same garbage, told by a venue."""
    rng = random.Random(5)
    settings = SessionSettings(
        version="FIX.4.4", sender="TW44", target=VENUE, is_initiator=True, is_tolerant=True
    )
    echo = echo_session("FIX.4.4")
    session = Session(settings, ShortMemory(), echo.application)
    known = [
        data.replace(b"49=TW44\x01", b"49=@\x01").replace(b"56=ISLD", b"56=TW44")
        for data in corpus("FIX.4.4")
    ]
    known = [fitting(data.replace(b"49=@\x01", b"49=ISLD\x01")) for data in known]
    for _ in range(3_000):
        if session.phase is Phase.DISCONNECTED:
            session.connect(NOW)
            head: list[Field] = [(34, b"%d" % session.memory.next_in), (49, VENUE.encode())]
            head += [(52, format_stamp(START)), (56, b"TW44")]
            session.receive(encode("FIX.4.4", "A", head, [(98, b"0"), (108, b"30")]), NOW)
        for piece in pieces(rng, garbage(rng, known, session.memory.next_in)):
            session.receive(piece, NOW)
        assert len(session.queued) <= session.settings.queued_max
