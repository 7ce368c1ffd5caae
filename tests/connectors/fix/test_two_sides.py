"""Two sessions of ours over a line that splits, delays and cuts: nothing lost, nothing twice."""

import random
from collections.abc import Sequence

import pytest

from connectors.fix.dictionary.arranging import Arranged
from connectors.fix.line import Closed, Instant, Outgoing, Output, Phase, Refused, Reply
from connectors.fix.message import Field, Message
from connectors.fix.session import Session
from connectors.fix.settings import SessionSettings, ShortMemory
from engine.values import NANOS_PER_SECOND, Nanos

ORDER: list[Field] = [(40, b"1"), (54, b"1"), (55, b"INTC"), (60, b"20260101-10:00:00")]
REPORT: list[Field] = [
    *[(14, b"0"), (37, b"O"), (39, b"0"), (54, b"1"), (55, b"INTC"), (150, b"0"), (151, b"1")],
    (6, b"0"),
]
ROUNDS = 60
SETTLE_ROUNDS = 40
NEVER_RESENT = frozenset("DFG")


class Desk:
    """Writes down what it was given, by the id that names it."""

    def __init__(self, tag: int) -> None:
        self._tag = tag
        self.taken: list[int] = []
        self.possible_duplicates = 0

    def take(self, arranged: Arranged, message: Message) -> Sequence[Reply] | Refused:
        self.taken.append(int(message.get(self._tag) or b"0"))
        return ()

    def ended(self) -> None:
        pass


class Pair:
    """Both ends, the bytes between them, one clock."""

    def __init__(self, seed: int, version: str) -> None:
        self.rng = random.Random(seed)
        self.now = Nanos(1_780_000_000 * NANOS_PER_SECOND)
        self.desks = (Desk(17), Desk(11))
        self.sessions = (
            _session(version, self.desks[0], is_initiator=True),
            _session(version, self.desks[1], is_initiator=False),
        )
        self.wires = [bytearray(), bytearray()]
        """What is under way to the initiator, and to the acceptor."""
        self.sent = [0, 0]

    @property
    def instant(self) -> Instant:
        return Instant(self.now, self.now)

    def connect(self) -> None:
        if any(session.phase is not Phase.DISCONNECTED for session in self.sessions):
            return
        self.wires = [bytearray(), bytearray()]
        self._act(1, self.sessions[1].connect(self.instant))
        self._act(0, self.sessions[0].connect(self.instant))

    def cut(self) -> None:
        """What is under way is gone."""
        self.wires = [bytearray(), bytearray()]
        for side, session in enumerate(self.sessions):
            self._act(side, session.disconnected(self.instant, "cut"))

    def say(self, side: int) -> None:
        """An order from the initiator, or a report from the acceptor."""
        self.sent[side] += 1
        number = b"%d" % self.sent[side]
        kind, tag, body = ("D", 11, ORDER) if side == 0 else ("8", 17, REPORT)
        fields = sorted([(tag, number), *body], key=lambda field: field[0])
        self._act(side, self.sessions[side].send(kind, fields, self.instant))

    def carry(self, side: int, size: int) -> None:
        """So many bytes arrive."""
        chunk = bytes(self.wires[side][:size])
        del self.wires[side][:size]
        if chunk:
            self._act(side, self.sessions[side].receive(chunk, self.instant))

    def pass_time(self, seconds: float) -> None:
        self.now = Nanos(self.now + int(seconds * NANOS_PER_SECOND))
        for side, session in enumerate(self.sessions):
            self._act(side, session.tick(self.instant))

    def _act(self, side: int, outputs: list[Output]) -> None:
        for output in outputs:
            if isinstance(output, Outgoing):
                self.wires[1 - side] += output.data
            elif isinstance(output, Closed):
                self.cut()

    def misfortune(self) -> None:
        match self.rng.randrange(10):
            case 0:
                self.cut()
            case 1:
                self.pass_time(self.rng.random() * 40)
            case 2 | 3:
                self.say(self.rng.randrange(2))
            case _:
                self.carry(self.rng.randrange(2), self.rng.randrange(1, 400))
        if self.rng.random() < 0.4:
            self.connect()

    def settle(self) -> None:
        for _ in range(SETTLE_ROUNDS):
            self.connect()
            for _ in range(4):
                self.carry(0, 1 << 20)
                self.carry(1, 1 << 20)
            self.pass_time(1)


def _session(version: str, desk: Desk, *, is_initiator: bool) -> Session:
    names = ("DESK", "VENUE") if is_initiator else ("VENUE", "DESK")
    settings = SessionSettings(
        version=version,
        sender=names[0],
        target=names[1],
        is_initiator=is_initiator,
        never_resent=NEVER_RESENT if is_initiator else frozenset(),
    )
    return Session(settings, ShortMemory(), desk)


@pytest.mark.parametrize("version", ["FIX.4.4", "FIX.5.0SP2"])
@pytest.mark.parametrize("seed", range(60))
def test_every_report_arrives_once_and_in_order_and_no_order_twice(seed: int, version: str) -> None:
    pair = Pair(seed, version)
    pair.connect()
    for _ in range(ROUNDS):
        pair.misfortune()
    pair.settle()
    reports, orders = pair.desks[0].taken, pair.desks[1].taken
    assert reports == list(range(1, pair.sent[1] + 1))
    assert orders == sorted(set(orders)), "an order came twice or out of turn"
    assert set(orders) <= set(range(1, pair.sent[0] + 1))
    for here, there in (pair.sessions, pair.sessions[::-1]):
        assert here.memory.next_in == there.memory.next_out


def test_orders_that_were_under_way_when_the_line_was_cut_are_not_sent_again() -> None:
    pair = Pair(1, "FIX.4.4")
    pair.connect()
    pair.settle()
    pair.say(0)
    pair.cut()
    pair.settle()
    assert pair.desks[1].taken == []
    pair.say(0)
    pair.settle()
    assert pair.desks[1].taken == [2]


def test_missing_messages_are_asked_for_in_pieces_where_that_was_agreed() -> None:
    pair = Pair(1, "FIX.4.4")
    asker = pair.sessions[0]
    asker.settings = _chunked(asker.settings)
    pair.connect()
    pair.settle()
    pair.cut()
    for _ in range(25):
        pair.say(1)
    pair.settle()
    assert pair.desks[0].taken == list(range(1, 26))


def _chunked(settings: SessionSettings) -> SessionSettings:
    return SessionSettings(
        version=settings.version,
        sender=settings.sender,
        target=settings.target,
        is_initiator=True,
        resend_chunk=10,
    )
