"""Plays a script of a FIX conversation against sessions in memory, byte for byte.

```
== 4b a test request is answered          a case; connections begin anew
connect                                   `connect 2` is a second one beside the first
> 35=A|34=1|98=0|108=30                   sent: 8, 9, 49, 52, 56 and 10 are filled in unless given
< 35=A|34=1|98=0|108=30                   expected next, whole and in this order
wait 3                                    seconds
closed                                    the other side ends the connection
[FIX.4.2] < ...                           only in this version
```
`{logon}` and `{goodbye 5 3}` are a logon with its answer, and a logout with both numbers.
`|` separates fields, `<now>` and `<now-200>` are stamps, `{client}` is who connects.
A line that begins with `raw` is sent as it stands, with `|` for separators.

`only FIX.4.4` leaves the rest of a case to that version, and `{appl}` is what FIXT wants in a Logon
besides. Scripts of the folder `around` are about what two sides agree on; it comes first:
```
as venue tells_next_expected              our side, and what is set there; `hours=…` goes last
as client resets_on_logon
say 35=D|11=A                             our application sends
sleep 3600                                seconds in which nothing of ours ran
told the other side begins                something that whoever watches was told
numbers 3 4                               expected next, and ours next
person resets numbers                     also: `person goes on`, `person goes on 5 7`
refused opens Friday                      our side does not connect, and says why
```
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from connectors.fix.acceptor import LOGON_SECONDS
from connectors.fix.echo import CLIENTS, VENUE, Echo, echo_session
from connectors.fix.frames import Framer, Garbled
from connectors.fix.line import Closed, Instant, Noted, Outgoing, Output, Phase
from connectors.fix.link.schedule import read_hours
from connectors.fix.message import Message
from connectors.fix.session import Session
from connectors.fix.settings import SessionSettings, ShortMemory, UnaskedReset
from connectors.fix.stamps import format_stamp
from connectors.fix.tags import Tag, Type
from engine.values import NANOS_PER_SECOND, Nanos

START = Nanos(1_780_000_000 * NANOS_PER_SECOND)
TICK = Nanos(NANOS_PER_SECOND // 20)
_STAMP = re.compile(rb"\d{8}-\d\d:\d\d:\d\d\.\d{3}")
_NOW = re.compile(r"<now([+-]\d+)?>")


class Case(msgspec.Struct):
    """One conversation of a file."""

    name: str
    lines: list[tuple[int, str]]


def cases(path: Path) -> list[Case]:
    found: list[Case] = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        text = line.strip()
        if text.startswith("=="):
            found.append(Case(text[2:].strip(), []))
        elif text and not text.startswith("#"):
            found[-1].lines.append((number, text))
    return found


class Table:
    """The venue's session of one version, and the connections to it."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.now = START
        self.session = echo_session(version)
        self.begin = self.session.settings.begin
        self.client = CLIENTS[version]
        self.here, self.there = VENUE, self.client
        self.notes: list[str] = []
        self.connections: dict[int, Connection] = {}
        self.owner: Connection | None = None
        self.overhear: Callable[[bytes], object] = lambda data: None
        """Hears every message that the venue says."""

    @property
    def instant(self) -> Instant:
        return Instant(self.now, self.now)

    def play(self, case: Case) -> None:
        for number, text in case.lines:
            if text.startswith("only ") and self.version not in text.split():
                return
            only = re.match(r"\[([^\]]+)\]\s*(.*)", text)
            if only is not None:
                if self.version not in only[1].split():
                    continue
                text = only[2]
            self._play_line(f"{case.name}, line {number}: {text}", text)

    def _play_line(self, where: str, text: str) -> None:
        if text.startswith("{"):
            for line in self._short(text):
                self._play_line(where, line)
            return
        word, _, rest = text.partition(" ")
        which = int(match[1]) if (match := re.fullmatch(r"(\d)[<>]", word)) else 1
        word = word[-1] if match else word
        match word:
            case "connect":
                self.connections[int(rest or "1")] = Connection(self)
            case "only":
                pass
            case "as":
                self._agree(rest)
            case "say":
                self._say(rest)
            case "sleep":
                self.now = Nanos(self.now + int(float(rest) * NANOS_PER_SECOND))
                self.wait(0.05)
            case "told":
                assert any(rest in note for note in self.notes), f"{where}\n{self.notes}"
                self.notes.clear()
            case "numbers":
                memory = self.session.memory
                assert [memory.next_in, memory.next_out] == [int(n) for n in rest.split()], (
                    where,
                    memory.next_in,
                    memory.next_out,
                )
            case "person":
                self._person(rest)
            case "refused":
                outputs = self.session.connect(self.instant)
                assert isinstance(outputs[-1], Closed) and rest in outputs[-1].reason, where
            case ">":
                self.connections[which].send(self._filled(rest))
            case "raw":
                self.connections[which].send(rest.replace("|", "\x01").encode("latin-1"))
            case "<":
                self.connections[which].expect(self._expected(rest), where)
            case "wait":
                self.wait(float(rest))
            case "closed":
                self.connections[int(rest or "1")].expect_closed(where)
            case "drop":
                self.connections[int(rest or "1")].drop()
            case _:
                raise AssertionError(f"{where}: nothing that a script says")

    def _agree(self, text: str) -> None:
        side, *words = text.partition("hours=")[0].split()
        given: dict[str, Any] = {}
        for word in words:
            name, _, value = word.partition("=")
            is_choice = name == "unasked_reset"
            given[name] = UnaskedReset(value) if is_choice else int(value) if value else True
        if "hours=" in text:
            given["schedule"] = read_hours(text.partition("hours=")[2])
        is_client = side == "client"
        self.here, self.there = (VENUE, self.client)[:: -1 if is_client else 1]
        settings = SessionSettings(
            version=self.version,
            sender=self.here,
            target=self.there,
            is_initiator=is_client,
            **given,
        )
        self.session = Session(settings, ShortMemory(), Echo())

    def _say(self, text: str) -> None:
        fields = [field.partition("=") for field in self._stamped(text).split("|")]
        body = [(int(tag), value.encode()) for tag, _, value in fields[1:]]
        outputs = self.session.send(fields[0][2], body, self.instant)
        self._all_act(outputs)

    def _person(self, text: str) -> None:
        words = text.split()
        if words[:2] == ["resets", "numbers"]:
            self._all_act(self.session.reset_numbers(self.instant))
            return
        numbers = [int(word) for word in words[2:]] or [None, None]
        self._all_act(self.session.set_numbers(next_in=numbers[0], next_out=numbers[1]))

    def _all_act(self, outputs: list[Output]) -> None:
        for connection in self.connections.values():
            connection.act(outputs)
            return

    def _short(self, text: str) -> list[str]:
        """`{logon}` or `{logon 2}`: with so many seconds; `{goodbye 5 3}`: both numbers."""
        word, *values = text.strip("{}").split()
        if word == "logon":
            body = f"35=A|34=1|98=0|108={values[0] if values else 30}{self._appl}"
            return [f"> {body}", f"< {body}"]
        assert word == "goodbye", text
        return [f"> 35=5|34={values[0]}", f"< 35=5|34={values[1]}", "closed"]

    @property
    def _appl(self) -> str:
        return "|1137=9" if self.version == "FIX.5.0SP2" else ""

    def expect_nothing_more(self, where: str) -> None:
        for connection in self.connections.values():
            connection.expect_quiet(where)

    def wait(self, seconds: float) -> None:
        end = self.now + int(seconds * NANOS_PER_SECOND)
        while self.now < end:
            self.now = Nanos(self.now + TICK)
            for connection in self.connections.values():
                connection.tick()

    def _stamped(self, text: str) -> str:
        def stamp(found: re.Match[str]) -> str:
            at = Nanos(self.now + int(found[1] or "0") * NANOS_PER_SECOND)
            return format_stamp(at).decode()

        text = text.replace("{client}", self.client).replace("{appl}", self._appl)
        return _NOW.sub(stamp, text)

    def _filled(self, text: str) -> bytes:
        """A message with what it does not say itself; `-52` leaves a field out."""
        fields = self._stamped(text).split("|")
        left_out = {field[1:] for field in fields if re.fullmatch(r"-\d+", field)}
        fields = [field for field in fields if not re.fullmatch(r"-\d+", field)]
        given = {field.partition("=")[0] for field in fields} | left_out
        head = {
            "49": self.there,
            "52": format_stamp(self.now).decode(),
            "56": self.here,
        }
        begin = self.begin
        if "8" in given:
            begin = fields.pop(0)[2:]
        length = fields.pop(0)[2:] if fields[0].startswith("9=") else ""
        check = fields.pop()[3:] if fields[-1].startswith("10=") else ""
        added = [f"{tag}={value}" for tag, value in head.items() if tag not in given]
        content = "\x01".join([fields[0], *added, *fields[1:]]).encode("latin-1") + b"\x01"
        start = f"8={begin}\x019={length or len(content)}\x01".encode("latin-1") + content
        return start + f"10={check or f'{sum(start) % 256:03d}'}\x01".encode()

    def _expected(self, text: str) -> bytes:
        """The fields as they must stand, with every stamp as `<t>`."""
        fields = self._stamped(text).replace("{stamp}", "<t>").split("|")
        head = {"49": self.here, "52": "<t>", "56": self.there}
        given = {field.partition("=")[0] for field in fields}
        split = next((at for at, field in enumerate(fields) if field == "/"), len(fields))
        front = [f for f in fields[1:split] if f.partition("=")[0] in _HEAD]
        body = [f for f in fields[1:] if f not in front and f != "/"]
        front += [f"{tag}={value}" for tag, value in head.items() if tag not in given]
        front.sort(key=lambda field: int(field.partition("=")[0]))
        return "|".join([fields[0], *front, *body]).encode()


_HEAD = {"34", "43", "49", "52", "56", "97", "115", "116", "122", "128", "129", "144", "145", "369"}


class Connection:
    """One socket's worth of talking, both ends in memory."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._framer = Framer()
        self._heard: list[bytes] = []
        self._is_closed = False
        self._has_session = False
        self._since = table.now
        if table.session.settings.is_initiator:
            self._has_session = True
            self.act(table.session.connect(table.instant))

    def send(self, data: bytes) -> None:
        for found in self._framer.feed(data):
            if self._is_closed:
                return
            if not self._has_session and not self._join(found):
                self._is_closed = True
                return
            self._table.session.receive_one(found, self._table.instant)
            self.act(self._table.session.collect())

    def _join(self, found: Message | Garbled) -> bool:
        session = self._table.session
        if isinstance(found, Garbled) or found.type != Type.LOGON:
            return False
        names = (found.begin, found.text(Tag.SENDER_COMP_ID), found.text(Tag.TARGET_COMP_ID))
        if names != (self._table.begin.encode(), self._table.client, VENUE):
            return False
        if session.phase is not Phase.DISCONNECTED:
            return False
        self.act(session.connect(self._table.instant))
        self._has_session = True
        return True

    def tick(self) -> None:
        if self._has_session and not self._is_closed:
            self.act(self._table.session.tick(self._table.instant))
        elif self._table.now - self._since > LOGON_SECONDS * NANOS_PER_SECOND:
            self._is_closed = True

    def drop(self) -> None:
        self._is_closed = True
        self.act(self._table.session.disconnected(self._table.instant, "dropped"))

    def act(self, outputs: list[Output]) -> None:
        for output in outputs:
            if isinstance(output, Outgoing):
                self._heard.append(output.data)
                self._table.overhear(output.data)
            elif isinstance(output, Closed):
                self._is_closed = True
            elif isinstance(output, Noted):
                self._table.notes.append(output.text)

    def expect(self, expected: bytes, where: str) -> None:
        assert self._heard, f"{where}\nnothing was said"
        data = self._heard.pop(0)
        begin, length, rest = data.split(b"\x01", 2)
        content, _, _ = rest.rpartition(b"10=")
        assert begin == b"8=" + self._table.begin.encode(), where
        assert length == b"9=%d" % len(content), where
        told = _STAMP.sub(b"<t>", content.rstrip(b"\x01").replace(b"\x01", b"|"))
        assert told == _STAMP.sub(b"<t>", expected), where

    def expect_closed(self, where: str) -> None:
        assert not self._heard, f"{where}\nsaid besides: {self._heard}"
        assert self._is_closed, f"{where}\nit is still open"

    def expect_quiet(self, where: str) -> None:
        assert not self._heard, f"{where}\nsaid besides: {self._heard}"
