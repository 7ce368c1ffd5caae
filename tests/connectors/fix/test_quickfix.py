"""Judged by QuickFIX: its dictionaries read what we say, its engine trades with ours both ways.

An outside job: it runs where TRADER_QUICKFIX names a Python that can import `quickfix` (PyPI; it is
built from source, which takes many minutes), and is skipped everywhere else:

    TRADER_QUICKFIX=/path/to/python python3 trader.py test -- tests/connectors/fix/test_quickfix.py
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from itertools import product
from pathlib import Path

import pytest

from connectors.fix.acceptor import now
from connectors.fix.dictionary.arranging import Arranged
from connectors.fix.dictionary.reading import shipped
from connectors.fix.dictionary.tables import Part
from connectors.fix.dictionary.xml_reading import load_xml
from connectors.fix.line import Outgoing, Output, Refused, Reply
from connectors.fix.message import Field, Message, encode
from connectors.fix.practice.server import VENUE
from connectors.fix.session import Session
from connectors.fix.settings import VERSIONS, SessionSettings, ShortMemory
from connectors.fix.tags import ADMIN_TYPES, Tag
from engine.domain.requests import (
    CancelRequest,
    NewOrderRequest,
    OpenOrdersRequest,
    ReplaceRequest,
    Request,
    StatusRequest,
)
from engine.values import Instruction, OrderType, Price, Quantity, TimeInForce
from tests.connectors.fix.conversation import Table, cases
from tests.connectors.fix.test_client_words import Talk, new
from tests.connectors.fix.test_practice import House, Trader

ROOT = Path(__file__).resolve().parents[3]
PEER = Path(__file__).parent / "quickfix_peer.py"
SCRIPTS = sorted((Path(__file__).parent / "scripts").glob("*.txt"))
"""Without those of its folders, whose lines make our side say what only a test would."""
PATIENCE = 20.0
STAMP = "20260101-10:00:00.000"


def _python() -> str:
    """The Python that has QuickFIX; empty where there is none."""
    path = os.environ.get("TRADER_QUICKFIX", "")
    if not path:
        return ""
    tried = subprocess.run([path, "-c", "import quickfix"], capture_output=True, check=False)
    return path if tried.returncode == 0 else ""


PYTHON = _python()
pytestmark = pytest.mark.skipif(
    not PYTHON, reason="TRADER_QUICKFIX names no Python that can import quickfix"
)


# ── its dictionaries read what we say ──────────────────────────────────────────────────────────


def judged(version: str, messages: Sequence[bytes]) -> list[str]:
    """What QuickFIX's dictionary of the version says of each message."""
    lines = [f"{version}\t{data.decode('latin-1').replace(chr(1), '|')}" for data in messages]
    done = subprocess.run(
        [PYTHON, str(PEER), "validate"],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.splitlines()


def wrong(version: str, messages: Sequence[bytes]) -> list[str]:
    verdicts = judged(version, messages)
    assert len(verdicts) == len(messages)
    return [
        f"{verdict}: {data!r}"
        for verdict, data in zip(verdicts, messages, strict=True)
        if verdict != "ok"
    ]


def test_it_does_find_what_is_wrong() -> None:
    """A judge who lets everything pass would be none."""
    table = Table("FIX.4.4")
    head = "35=D|34=2|11=ID|40=1|54=1|60=<now>|55=INTC"
    bad = [table._filled(f"{head}|38=x"), table._filled(f"{head}|35=D|38=1|999=1")]
    assert judged("FIX.4.4", [table._filled(head), *bad]) != ["ok"] * 3
    assert judged("FIX.4.4", bad).count("ok") == 0


@pytest.mark.parametrize("version", VERSIONS)
def test_what_the_session_says_in_every_script_is_valid(version: str) -> None:
    said: list[bytes] = []
    for path in SCRIPTS:
        for case in cases(path):
            table = Table(version)
            table.overhear = said.append
            table.play(case)
    types = {data.partition(b"\x0135=")[2].partition(b"\x01")[0] for data in said}
    assert types >= {b"0", b"1", b"2", b"3", b"4", b"5", b"A", b"D", b"d", b"j"}
    # Its own acceptance cases want 1137 in a refusal, where its own dictionary has no place for it.
    told = [d for d in said if not (version == "FIX.5.0SP2" and b"\x0135=j\x01" in d)]
    assert not wrong(version, told)


def spec_of(name: str) -> Path:
    """A dictionary that comes with the package."""
    told = subprocess.run(
        [PYTHON, "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True, check=True
    )
    path = Path(told.stdout.strip()) / "share" / "quickfix" / name
    return path if path.is_file() else pytest.skip(f"this QuickFIX came without {name}")


SPECS = {"FIX.4.2": "FIX42.xml", "FIX.4.4": "FIX44.xml", "FIXT.1.1": "FIXT11.xml"}


@pytest.mark.parametrize("version", SPECS)
def test_our_tables_say_what_its_dictionary_says(version: str) -> None:
    ours, theirs = shipped(version), load_xml(spec_of(SPECS[version]), version)
    assert (ours.types, ours.tags) == (theirs.types, theirs.tags)
    for mine, other in ((ours.header, theirs.header), (ours.trailer, theirs.trailer)):
        assert (mine.members, set(mine.required)) == (other.members, set(other.required))
    for type, message in ours.messages.items():
        assert differences(message.body, theirs.messages[type].body) == []
        assert message.body.members == theirs.messages[type].body.members, type
    for tag, field in ours.fields.items():
        assert field == theirs.fields[tag]


WANTED_MORE = {"C": {33}, "V": {146, 267}, "W": {268}, "X": {268}}
"""Groups that its 5.0 SP2 lets be absent and that 4.4 wants, as we do in both."""


def test_our_part_of_sp2_is_a_part_of_its_dictionary() -> None:
    version = "FIX.5.0SP2"
    ours, theirs = shipped(version), load_xml(spec_of("FIX50SP2.xml"), version)
    assert (ours.types, ours.tags) == (theirs.types, theirs.tags)
    for type, message in ours.messages.items():
        if type in ADMIN_TYPES:
            continue
        other = theirs.messages[type].body
        assert message.body.members <= other.members, type
        more = set(message.body.required) - set(other.required)
        assert more == WANTED_MORE.get(type, set()), type
        assert set(other.required) <= set(message.body.required), type


def differences(ours: Part, theirs: Part) -> list[str]:
    """What is required and how groups look, all the way down."""
    found = []
    if set(ours.required) != set(theirs.required):
        found.append(f"required {ours.required} and {theirs.required}")
    if set(ours.groups) != set(theirs.groups):
        found.append(f"groups {sorted(ours.groups)} and {sorted(theirs.groups)}")
    for tag, group in ours.groups.items():
        if group.fields != theirs.groups[tag].fields:
            found.append(f"entries of {tag}: {group.fields} and {theirs.groups[tag].fields}")
        found += differences(group, theirs.groups[tag])
    return found


class Overheard(House):
    """A house in which every word of both sides is written down."""

    def __init__(self, path: Path) -> None:
        self.said: list[bytes] = []
        super().__init__(path)

    def carry(self, trader: Trader, outputs: list[Output]) -> None:
        self.said += [output.data for output in outputs if isinstance(output, Outgoing)]
        super().carry(trader, outputs)

    def _to_trader(self, session: Session, outputs: list[Output]) -> None:
        self.said += [output.data for output in outputs if isinstance(output, Outgoing)]
        super()._to_trader(session, outputs)


@pytest.mark.parametrize("version", VERSIONS)
def test_what_trader_and_venue_say_in_a_day_is_valid(version: str, tmp_path: Path) -> None:
    house = Overheard(tmp_path / "venue.db")
    anne, bob = house.joins("ANNE", version), house.joins("BOB", version)
    anne.order(b"A1", b"100", b"190.00")
    anne.replace(b"A2", b"A1", b"200", b"190.10")
    bob.order(b"B1", b"50", b"190.10", side=b"2")
    house.venue.mischief.heed("bust")
    anne.order(b"A3", b"0", b"190.00")
    anne.order(b"A4", b"100", b"180.00", symbol=b"NOSUCH")
    anne.order(b"A5", b"100", b"180.00", lives=b"1")
    anne.order(b"A6", b"100", b"180.00", lives=b"3")
    anne.say("H", (11, b"A2"), (54, b"1"), (55, b"AAPL"))
    anne.say("H", (11, b"NONE"), (54, b"1"), (55, b"AAPL"))
    anne.cancel(b"C1", b"NONE")
    anne.cancel(b"C2", b"A2")
    book: list[Field] = [(262, b"M1"), (263, b"1"), (264, b"0"), (265, b"1"), (267, b"2")]
    book += [(269, b"0"), (269, b"1"), (146, b"1"), (55, b"AAPL")]
    anne.say("V", *book)
    anne.say("V", *book)
    if version != "FIX.4.2":
        anne.say("AF", (584, b"S1"), (585, b"7"))
        anne.say("x", (320, b"L1"), (559, b"4"))
        anne.say("q", (11, b"Q1"), (530, b"7"), (60, STAMP.encode()))
        anne.say("g", (263, b"0"), (335, b"T1"))
        anne.say("c", (320, b"D1"), (321, b"3"))
    house.settle()
    house.venue.close()
    types = {data.partition(b"\x0135=")[2].partition(b"\x01")[0] for data in house.said}
    assert types >= {b"A", b"8", b"9", b"D", b"F", b"G", b"H", b"V", b"W", b"Y"}
    if version != "FIX.4.2":
        assert types >= {b"AF", b"q", b"r", b"x", b"y", b"g", b"h", b"c", b"j"}
    assert not wrong(version, house.said)


def requests() -> list[Request]:
    """Every kind of order with every life that it can have, and all that can follow one."""
    found: list[Request] = []
    for number, (kind, life, side) in enumerate(product(OrderType, TimeInForce, Instruction)):
        prices = {
            "price": Price(1_901_200 if kind.has_limit else 0),
            "stop": Price(1_890_000 if kind.has_stop else 0),
        }
        terms = {"type": kind, "time_in_force": life, "instruction": side}
        found.append(new(f"N{number}", **terms, **prices, post_only=number % 2 == 0))
    found += [
        new("A"),
        ReplaceRequest("A", "B", Price(1_901_300), Quantity(200)),
        StatusRequest("B", 1),
        CancelRequest("B"),
        OpenOrdersRequest(2),
    ]
    return found


@pytest.mark.parametrize("version", VERSIONS)
def test_what_a_desk_asks_of_its_venue_is_valid(version: str) -> None:
    talk, said = Talk(version), []
    begin = SessionSettings(version=version, sender="D", target="V", is_initiator=True).begin
    head: list[Field] = [(34, b"2"), (49, b"D"), (52, STAMP.encode()), (56, b"V")]
    for request in requests():
        asks = talk.asker.asks(request, now().utc, 7)
        told = asks if isinstance(asks, list) else []
        said += [encode(begin, ask.type, head, ask.body) for ask in told]
        if isinstance(request, NewOrderRequest):
            talk.roll.entered(request)
        elif isinstance(request, ReplaceRequest):
            talk.roll.changes(request)
    types = {data.partition(b"\x0135=")[2].partition(b"\x01")[0] for data in said}
    assert types >= {b"D", b"F", b"G", b"H"} | ({b"AF"} if version != "FIX.4.2" else set())
    assert len(said) > 60
    assert not wrong(version, said)


# ── its engine trades with ours ────────────────────────────────────────────────────────────────


class Peer:
    """QuickFIX's engine in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.heard: list[str] = []

    @staticmethod
    async def start(side: str, port: int, version: str, ours: str, theirs: str) -> "Peer":
        words = [str(PEER), side, str(port), version, ours, theirs]
        pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
        peer = Peer(await asyncio.create_subprocess_exec(PYTHON, *words, **pipes))
        await peer.hears("up")
        return peer

    async def hears(self, word: str) -> str:
        """The next line that begins so; those before it are kept in `heard`."""
        assert self._process.stdout is not None
        while True:
            try:
                line = await asyncio.wait_for(self._process.stdout.readline(), PATIENCE)
            except TimeoutError:
                pytest.fail(f"it never said {word}, only {self.heard}")
            text = line.decode("latin-1").rstrip("\n")
            assert line, f"it ended; it had said {self.heard}"
            self.heard.append(text)
            if text.startswith(word):
                return text

    async def reports(self, **wanted: str) -> dict[str, str]:
        """The next application message, whose fields must be as said (`f39="0"`)."""
        line = await self.hears("app ")
        fields = dict(part.split("=", 1) for part in line[4:].split("|") if part)
        for name, value in wanted.items():
            assert fields.get(name[1:]) == value, f"{name}={value} in {line}"
        return fields

    def says(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")

    async def close(self) -> None:
        if self._process.returncode is None:
            self._process.terminate()
        await self._process.wait()


class VenueAtWork:
    """`trader venue` as a person starts it, and its standard input."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process, self.port = process, port

    @staticmethod
    async def start(home: Path, port: int = 0) -> "VenueAtWork":
        words = ["--home", str(home), "venue", "--port", str(port)]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(ROOT / "trader.py"), *words),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "TRADER_NO_BOOTSTRAP": "1"},
        )
        assert process.stdout is not None
        said = (await asyncio.wait_for(process.stdout.readline(), PATIENCE)).decode()
        return VenueAtWork(process, int(said.partition("127.0.0.1:")[2].split()[0]))

    async def killed(self) -> None:
        """As `kill -9` does."""
        self.process.kill()
        await self.process.wait()

    async def heeds(self, line: str, said: str) -> None:
        """A line on its standard input, until it has said what it will do."""
        assert self.process.stdin is not None and self.process.stderr is not None
        self.process.stdin.write(line.encode() + b"\n")
        answer = ""
        while said not in answer:
            told = await asyncio.wait_for(self.process.stderr.readline(), PATIENCE)
            assert told, "the venue ended"
            answer = told.decode()


@pytest.fixture
async def venue(tmp_path: Path) -> AsyncIterator[VenueAtWork]:
    venue = await VenueAtWork.start(tmp_path)
    yield venue
    venue.process.terminate()
    await venue.process.wait()


def order(name: str, *, kind: str = "2", price: str = "1.00", symbol: str = "AAPL") -> str:
    limit = f"|44={price}" if kind == "2" else ""
    return f"D|11={name}|21=1|38=100|40={kind}{limit}|54=1|55={symbol}|59=0|60={STAMP}"


@pytest.mark.parametrize("version", VERSIONS)
async def test_its_initiator_trades_with_our_venue(version: str, venue: VenueAtWork) -> None:
    peer = await Peer.start("initiator", venue.port, version, "DESK", VENUE)
    await peer.hears("logon")
    peer.says(order("A1"))
    await peer.reports(f35="8", f11="A1", f150="0", f39="0", f151="100")
    peer.says(f"G|11=A2|41=A1|21=1|38=300|40=2|44=1.01|54=1|55=AAPL|60={STAMP}")
    await peer.reports(f35="8", f11="A2", f41="A1", f150="5", f38="300", f44="1.01")
    peer.says(f"F|11=A3|41=A2|38=300|54=1|55=AAPL|60={STAMP}")
    await peer.reports(f35="8", f11="A3", f41="A2", f150="4", f39="4", f151="0")
    peer.says(f"F|11=A4|41=A2|38=300|54=1|55=AAPL|60={STAMP}")
    await peer.reports(f35="9", f11="A4", f41="A2", f39="4", f102="0", f434="1")
    peer.says(order("A5", symbol="NOSUCH"))
    await peer.reports(f35="8", f11="A5", f150="8", f39="8")
    peer.says(order("A6", kind="1"))
    await peer.reports(f35="8", f11="A6", f150="0")
    filled = 0
    while filled < 100:
        fill = await peer.reports(f35="8", f11="A6", f54="1")
        assert fill["150"] in ("1", "2") if version == "FIX.4.2" else fill["150"] == "F"
        filled = int(fill["14"])
    peer.says("H|11=A6|54=1|55=AAPL")
    await peer.reports(f35="8", f11="A6", f39="2", f14="100")
    peer.says("logout")
    await peer.hears("logout")
    await peer.close()
    assert not [line for line in peer.heard if line.startswith("reject")], peer.heard


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_report_that_was_lost_is_asked_for_and_comes(
    version: str, venue: VenueAtWork
) -> None:
    peer = await Peer.start("initiator", venue.port, version, "DESK", VENUE)
    await peer.hears("logon")
    await venue.heeds("drop 1", "the next 1 messages are lost")
    peer.says(order("A1"))
    peer.says(order("A2"))
    asked = await peer.hears("ask")
    assert "|7=2|" in asked
    again = await peer.reports(f35="8", f11="A1", f43="Y")
    assert "122" in again
    await peer.reports(f35="8", f11="A2")
    await peer.close()
    assert not [line for line in peer.heard if line.startswith("reject")], peer.heard


@pytest.mark.parametrize("version", VERSIONS)
async def test_it_reads_our_market_data(version: str, venue: VenueAtWork) -> None:
    peer = await Peer.start("initiator", venue.port, version, "DESK", VENUE)
    await peer.hears("logon")
    peer.says("V|262=M1|263=1|264=5|265=1|267=3|269=0|269=1|269=2|146=2|55=AAPL|55=MSFT")
    seen = {(await peer.reports(f35="W", f262="M1"))["55"] for _ in range(2)}
    assert seen == {"AAPL", "MSFT"}
    for _ in range(3):
        assert "268" in await peer.reports(f35="X", f262="M1")
    peer.says("V|262=M2|263=0|264=1|267=1|269=0|146=1|55=NOSUCH")
    while (await peer.reports()).get("35") != "Y":
        pass
    await peer.close()
    assert not [line for line in peer.heard if line.startswith("reject")], peer.heard


@pytest.mark.parametrize("version", VERSIONS)
async def test_it_goes_on_where_it_was_when_the_venue_was_killed(
    version: str, tmp_path: Path
) -> None:
    """Numbers go on on both sides, the order stands, and nothing is told twice."""
    venue = await VenueAtWork.start(tmp_path)
    peer = await Peer.start("initiator", venue.port, version, "DESK", VENUE)
    await peer.hears("logon")
    peer.says(order("A1"))
    before = await peer.reports(f35="8", f11="A1", f150="0")
    await venue.killed()
    await peer.hears("logout")
    again = await VenueAtWork.start(tmp_path, venue.port)
    await peer.hears("logon")
    peer.says("H|11=A1|54=1|55=AAPL")
    after = await peer.reports(f35="8", f11="A1", f39="0", f151="100")
    assert after["37"] == before["37"]
    assert int(after["34"]) > int(before["34"])
    peer.says(f"F|11=A2|41=A1|38=100|54=1|55=AAPL|60={STAMP}")
    await peer.reports(f35="8", f11="A2", f150="4")
    await peer.close()
    again.process.terminate()
    await again.process.wait()
    assert not [line for line in peer.heard if line.startswith("reject")], peer.heard
    assert sum("|150=0|" in line for line in peer.heard) <= 2, "told again only as its status"


class Ours:
    """Our session core as an initiator, on a socket of the test."""

    def __init__(self, version: str) -> None:
        settings = SessionSettings(
            version=version, sender="DESK", target="QF", is_initiator=True, resets_on_logon=True
        )
        self.session = Session(settings, ShortMemory(), self)
        self.got: list[Message] = []
        self.read: asyncio.StreamReader
        self.write: asyncio.StreamWriter

    def take(self, arranged: Arranged, message: Message) -> Sequence[Reply] | Refused:
        self.got.append(message)
        return ()

    def ended(self) -> None:
        pass

    async def connect(self, port: int) -> None:
        self.read, self.write = await asyncio.open_connection("127.0.0.1", port)
        self.act(self.session.connect(now()))
        await self.until(lambda: self.session.is_active)

    def act(self, outputs: list[Output]) -> None:
        for output in outputs:
            if isinstance(output, Outgoing):
                self.write.write(output.data)

    def says(self, type: str, *fields: Field) -> None:
        self.act(self.session.send(type, fields, now()))

    async def until(self, is_done) -> None:
        while not is_done():
            chunk = await asyncio.wait_for(self.read.read(65_536), PATIENCE)
            if not chunk:
                self.session.disconnected(now(), "the other side is gone")
                assert is_done(), "the other side is gone"
                return
            self.act(self.session.receive(chunk, now()))


REPORT = (
    "8|37=O-1|17=E-1|11=A1|150=0|39=0|55=AAPL|54=1|38=100|40=2|44=1.00|32=0|31=0|151=100|14=0|6=0"
)


@pytest.mark.parametrize("version", VERSIONS)
async def test_our_initiator_trades_with_its_acceptor(version: str, unused_tcp_port: int) -> None:
    peer = await Peer.start("acceptor", unused_tcp_port, version, "QF", "DESK")
    ours = Ours(version)
    await ours.connect(unused_tcp_port)
    await peer.hears("logon")
    body = [(11, b"A1"), (21, b"1"), (38, b"100"), (40, b"2"), (44, b"1.00"), (54, b"1")]
    body += [(55, b"AAPL"), (59, b"0"), (60, STAMP.encode())]
    ours.says("D", *body)
    await peer.reports(f35="D", f11="A1", f55="AAPL")
    peer.says(REPORT + ("|20=0" if version == "FIX.4.2" else ""))
    await ours.until(lambda: ours.got)
    assert (ours.got[0].type, ours.got[0].get(Tag.CL_ORD_ID)) == ("8", b"A1")
    # A number that never leaves: its engine asks for it and is told that nothing was there.
    ours.session.memory.next_out += 1
    ours.says("F", (11, b"A2"), (41, b"A1"), (54, b"1"), (55, b"AAPL"), (60, STAMP.encode()))
    asked = asyncio.create_task(peer.hears("ask"))
    taken = asyncio.create_task(ours.until(asked.done))
    await asked
    taken.cancel()
    follow = asyncio.create_task(ours.until(lambda: False))
    await peer.reports(f35="F", f11="A2")
    follow.cancel()
    await asyncio.gather(follow, taken, return_exceptions=True)
    ours.act(ours.session.log_out(now()))
    await ours.until(lambda: not ours.session.is_active)
    await peer.hears("logout")
    ours.write.close()
    await peer.close()
    assert not [line for line in peer.heard if line.startswith("reject")], peer.heard
