"""The other side of the session core: who dials answers in a session as who is dialled does.

Every conversation of `scripts` that begins with one logon is played against a client of ours as
well, with the names the other way round; how a client logs on has scripts of its own.
"""

import re
from pathlib import Path

import pytest

from connectors.fix.echo import CLIENTS, VENUE, Echo
from connectors.fix.frames import Framer
from connectors.fix.line import Closed, Instant, Outgoing, Output, Phase
from connectors.fix.message import Message
from connectors.fix.session import Session
from connectors.fix.settings import APPL_VER_IDS, SessionSettings, ShortMemory
from connectors.fix.stamps import format_stamp
from engine.values import NANOS_PER_SECOND, Nanos
from tests.connectors.fix.conversation import Case, cases

HERE = Path(__file__).parent
START = Nanos(1_780_000_000 * NANOS_PER_SECOND)
TICK = Nanos(NANOS_PER_SECOND // 20)
_STAMP = re.compile(rb"\d{8}-\d\d:\d\d:\d\d\.\d{3}")
_HEAD = {"34", "43", "49", "52", "56", "97", "115", "116", "122", "128", "129", "144", "145"}


class Client:
    """Our initiator, and the script that plays its venue."""

    def __init__(self, version: str) -> None:
        self.version, self.us, self.them = version, CLIENTS[version], VENUE
        self.appl = f"|1137={APPL_VER_IDS[version]}" if version in APPL_VER_IDS else ""
        self.now = START
        self.heard: list[bytes] = []
        self.is_closed = False
        self.open(heartbeat=30)

    def open(self, heartbeat: int) -> None:
        settings = SessionSettings(
            version=self.version,
            sender=self.us,
            target=self.them,
            is_initiator=True,
            heartbeat_seconds=heartbeat,
            garbled_max=0,
            refuses_with_version=True,
        )
        self.session = Session(settings, ShortMemory(), Echo())

    @property
    def instant(self) -> Instant:
        return Instant(self.now, self.now)

    def act(self, outputs: list[Output]) -> None:
        for output in outputs:
            if isinstance(output, Outgoing):
                self.heard.append(output.data)
            elif isinstance(output, Closed):
                self.is_closed = True

    def play(self, case: Case) -> None:
        for number, text in case.lines:
            only = re.match(r"\[([^\]]+)\]\s*(.*)", text)
            if only is None or self.version in only[1].split():
                self.line(f"{case.name}, line {number}: {text}", only[2] if only else text)
        assert not self.heard, f"{case.name}\nsaid besides: {self.heard}"

    def line(self, where: str, text: str) -> None:
        if text.startswith("{"):
            for line in self.short(text):
                self.line(where, line)
            return
        word, _, rest = text.partition(" ")
        match word:
            case "connect":
                self.is_closed = False
                self.act(self.session.connect(self.instant))
            case "drop":
                self.act(self.session.disconnected(self.instant, "dropped"))
                self.is_closed = False
            case ">":
                self.act(self.session.receive(self.filled(self.stamped(rest)), self.instant))
            case "raw":
                data = rest.replace("|", "\x01").encode("latin-1")
                self.act(self.session.receive(data, self.instant))
            case "<":
                self.expect(self.stamped(rest), where)
            case "wait":
                self.wait(float(rest))
            case "closed":
                assert not self.heard, f"{where}\nsaid besides: {self.heard}"
                assert self.is_closed and self.session.phase is Phase.DISCONNECTED, where
            case _:
                raise AssertionError(f"{where}: nothing that a script says")

    def short(self, text: str) -> list[str]:
        word, *values = text.strip("{}").split()
        if word == "logon":
            body = f"35=A|34=1|98=0|108={values[0] if values else 30}{self.appl}"
            return [f"< {body}", f"> {body}"]
        return [f"> 35=5|34={values[0]}", f"< 35=5|34={values[1]}", "closed"]

    def wait(self, seconds: float) -> None:
        end = self.now + int(seconds * NANOS_PER_SECOND)
        while self.now < end:
            self.now = Nanos(self.now + TICK)
            self.act(self.session.tick(self.instant))

    def stamped(self, text: str) -> str:
        def stamp(found: re.Match[str]) -> str:
            seconds = int(found[1] or "0")
            return format_stamp(Nanos(self.now + seconds * NANOS_PER_SECOND)).decode()

        text = text.replace("{appl}", self.appl)
        # What a script says of the venue's client is true of the client's venue here.
        text = text.replace("49={client}", f"49={self.them}").replace("56=ISLD", f"56={self.us}")
        return re.sub(r"<now([+-]\d+)?>", stamp, text)

    def filled(self, text: str) -> bytes:
        fields = text.split("|")
        left_out = {field[1:] for field in fields if re.fullmatch(r"-\d+", field)}
        fields = [field for field in fields if not re.fullmatch(r"-\d+", field)]
        given = {field.partition("=")[0] for field in fields} | left_out
        begin = fields.pop(0)[2:] if "8" in given else self.session.settings.begin
        length = fields.pop(0)[2:] if fields[0].startswith("9=") else ""
        check = fields.pop()[3:] if fields[-1].startswith("10=") else ""
        head = {"49": self.them, "52": format_stamp(self.now).decode(), "56": self.us}
        added = [f"{tag}={value}" for tag, value in head.items() if tag not in given]
        content = "\x01".join([fields[0], *added, *fields[1:], ""]).encode("latin-1")
        start = f"8={begin}\x019={length or len(content)}\x01".encode() + content
        return start + f"10={check or f'{sum(start) % 256:03d}'}\x01".encode()

    def expect(self, text: str, where: str) -> None:
        assert self.heard, f"{where}\nnothing was said"
        data = self.heard.pop(0)
        (said,) = Framer().feed(data)
        assert isinstance(said, Message), where
        fields = text.replace("{stamp}", "<t>").split("|")
        given = {field.partition("=")[0] for field in fields}
        front = [field for field in fields[1:] if field.partition("=")[0] in _HEAD]
        body = [field for field in fields[1:] if field not in front]
        mine = {"49": self.us, "52": "<t>", "56": self.them}
        front += [f"{tag}={value}" for tag, value in mine.items() if tag not in given]
        front.sort(key=lambda field: int(field.partition("=")[0]))
        expected = "|".join([fields[0], *front, *body]).encode()
        told = b"|".join(b"%d=%b" % field for field in said.fields)
        assert _STAMP.sub(b"<t>", told) == _STAMP.sub(b"<t>", expected), where


def _mirrored() -> list[Case]:
    """One connection, and a logon that begins it: what a client answers as a venue does."""
    found = []
    for path in sorted((HERE / "scripts").glob("*.txt")):
        for case in cases(path):
            words = [text for _, text in case.lines]
            is_one = sum(text.startswith("connect") for text in words) == 1
            if is_one and words[0] == "connect" and words[1].startswith("{logon"):
                found.append(case)
    return found


MIRRORED = _mirrored()
OWN = [case for path in sorted((HERE / "client_scripts").glob("*.txt")) for case in cases(path)]


def test_most_conversations_are_played_from_both_sides() -> None:
    assert len(MIRRORED) > 45


@pytest.mark.parametrize("version", CLIENTS)
@pytest.mark.parametrize("case", MIRRORED, ids=lambda case: case.name)
def test_a_client_answers_in_a_session_as_a_venue_does(case: Case, version: str) -> None:
    client = Client(version)
    beat = re.fullmatch(r"\{logon (\d+)\}", case.lines[1][1])
    if beat is not None:
        client.open(heartbeat=int(beat[1]))
    client.play(case)


@pytest.mark.parametrize("version", CLIENTS)
@pytest.mark.parametrize("case", OWN, ids=lambda case: case.name)
def test_a_client_logs_on_as_written(case: Case, version: str) -> None:
    Client(version).play(case)
