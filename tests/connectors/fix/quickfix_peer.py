"""QuickFIX at the other end: run by a Python that has it, told and asked in lines.

`peer.py validate`: each line is a version, a tab and a message with `|` for separators; each
answer is `ok` or what its dictionary finds.
`peer.py initiator|acceptor PORT VERSION OURS THEIRS`: a session of its engine under that name.
Lines in are application messages to send, `D|11=a|55=AAPL`, or `logout`; lines out tell what
happens: `logon`, `logout`, `app …`, `reject …` (a Reject that it sends or gets), `ask …` (its
ResendRequest).
"""

# ruff: noqa: N802  (the names of its callbacks are QuickFIX's)
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import quickfix as fix

SPEC = Path(sys.prefix) / "share" / "quickfix"
FILES = {"FIX.4.2": "FIX42.xml", "FIX.4.4": "FIX44.xml", "FIX.5.0SP2": "FIX50SP2.xml"}
FIXT = "FIX.5.0SP2"
ADMIN = [f"{type}\x01" for type in "012345A"]
GROUPS = {"146": ("55",), "267": ("269",)}
"""Count fields of the groups that lines may hold, and what each entry has."""


def say(*words: str) -> None:
    print(" ".join(words), flush=True)


def validate() -> None:
    own = {version: fix.DataDictionary(str(SPEC / name)) for version, name in FILES.items()}
    session = fix.DataDictionary(str(SPEC / "FIXT11.xml"))
    for line in sys.stdin:
        version, _, text = line.rstrip("\n").partition("\t")
        raw = text.replace("|", "\x01")
        try:
            if version == FIXT:
                is_admin = raw.partition("\x0135=")[2][:2] in ADMIN
                app = session if is_admin else own[version]
                message = fix.Message(raw, session, app, True)
                fix.DataDictionary.validate(message, session, app)
            else:
                message = fix.Message(raw, own[version], True)
                own[version].validate(message)
        except Exception as error:
            say(type(error).__name__, str(error).replace("\n", " "))
        else:
            say("ok")


class Peer(fix.Application):
    """Tells all that happens to its one session."""

    def __init__(self) -> None:
        super().__init__()
        self.session = None

    def onCreate(self, session: object) -> None:
        self.session = session

    def onLogon(self, session: object) -> None:
        say("logon")

    def onLogout(self, session: object) -> None:
        say("logout")

    def toAdmin(self, message: object, session: object) -> None:
        self._tell_admin(message)

    def fromAdmin(self, message: object, session: object) -> None:
        self._tell_admin(message)

    def toApp(self, message: object, session: object) -> None:
        pass

    def fromApp(self, message: object, session: object) -> None:
        say("app", message.toString().replace("\x01", "|"))

    def _tell_admin(self, message: object) -> None:
        text = message.toString().replace("\x01", "|")
        for type, word in (("3", "reject"), ("2", "ask")):
            if f"|35={type}|" in text:
                say(word, text)


def settings_of(side: str, port: str, version: str, ours: str, theirs: str) -> str:
    begin = "FIXT.1.1" if version == FIXT else version
    lines = [
        "[DEFAULT]",
        f"ConnectionType={side}",
        "StartTime=00:00:00",
        "EndTime=00:00:00",
        "HeartBtInt=30",
        "ReconnectInterval=1",
        "SocketReuseAddress=Y",
        f"SocketConnectHost=127.0.0.1\nSocketConnectPort={port}",
        f"SocketAcceptPort={port}",
        "[SESSION]",
        f"BeginString={begin}",
        f"SenderCompID={ours}",
        f"TargetCompID={theirs}",
    ]
    if version == FIXT:
        lines += [
            "DefaultApplVerID=FIX.5.0SP2",
            f"TransportDataDictionary={SPEC / 'FIXT11.xml'}",
            f"AppDataDictionary={SPEC / FILES[version]}",
        ]
    else:
        lines.append(f"DataDictionary={SPEC / FILES[version]}")
    return "\n".join(lines) + "\n"


def talk(side: str, port: str, version: str, ours: str, theirs: str) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".cfg") as file:
        file.write(settings_of(side, port, version, ours, theirs))
        file.flush()
        settings = fix.SessionSettings(file.name)
    peer = Peer()
    make = fix.SocketInitiator if side == "initiator" else fix.SocketAcceptor
    engine = make(peer, fix.MemoryStoreFactory(), settings)
    if side == "initiator":
        # It may be logged on before `start` returns.
        say("up")
    engine.start()
    if side == "acceptor":
        say("up")
    for line in sys.stdin:
        if line.strip() == "logout":
            fix.Session.lookupSession(peer.session).logout()
        elif line.strip():
            # It calls back before it takes itself for logged on: what is sent between stays here.
            wait_for(fix.Session.lookupSession(peer.session).isLoggedOn)
            fix.Session.sendToTarget(message_of(line.strip()), peer.session)
    engine.stop()


def wait_for(is_so: Callable[[], bool], seconds: float = 5.0) -> None:
    until = time.monotonic() + seconds
    while not is_so() and time.monotonic() < until:
        time.sleep(0.01)


def message_of(line: str) -> object:
    """A message with its type first; a count field opens a group of one field an entry."""
    type, *fields = line.split("|")
    message = fix.Message()
    message.getHeader().setField(fix.MsgType(type))
    group = None
    for field in fields:
        tag, _, value = field.partition("=")
        if tag in GROUPS:
            group = (int(tag), GROUPS[tag])
        elif group is not None and tag in group[1]:
            entry = fix.Group(group[0], int(group[1][0]))
            entry.setField(int(tag), value)
            message.addGroup(entry)
        else:
            message.setField(int(tag), value)
    return message


if __name__ == "__main__":
    if sys.argv[1] == "validate":
        validate()
    else:
        talk(*sys.argv[1:])
