"""Application messages that a dictionary allows and nobody expects: at a desk, and at our venue."""

import random
import socket
from collections import Counter
from pathlib import Path
from random import Random

import msgspec
import pytest

from connectors.fix.client.store import SessionMemory, SessionStore
from connectors.fix.client.terms import NEVER_RESENT
from connectors.fix.client.venue import FixVenue
from connectors.fix.dictionary.reading import shipped
from connectors.fix.line import Instant
from connectors.fix.link.redial import Redial
from connectors.fix.message import Field, encode
from connectors.fix.settings import APPL_VER_IDS, VERSIONS, SessionSettings
from connectors.fix.stamps import format_stamp
from connectors.fix.tags import Tag
from engine.domain.reports import Report
from engine.domain.requests import CancelRequest, NewOrderRequest, OpenOrdersRequest, ReplaceRequest
from engine.instruments import Instrument
from engine.values import (
    FIGURE_MAX,
    NANOS_PER_SECOND,
    Instruction,
    Nanos,
    OrderType,
    Price,
    Quantity,
    TimeInForce,
)
from tests.connectors.fix.message_maker import Maker
from tests.connectors.fix.test_practice import House
from tests.harness import DeskBench
from tests.unit.runtime.desk import say

NOW = Instant(Nanos(0), Nanos(1_780_000_000 * NANOS_PER_SECOND))
VENUE_SAYS = ("8", "8", "8", "8", "9", "j", "3", "r", "W", "X", "Y", "y", "d", "h", "f", "C")
CLIENT_SAYS = ("D", "D", "D", "F", "G", "G", "H", "AF", "q", "V", "x", "c", "g", "Q")
ORDERS = 4
TIME_END = 7_258_118_400 * NANOS_PER_SECOND


def nobody() -> socket.socket:
    raise ConnectionRefusedError(111, "nobody is dialled here")


class Desk:
    """Session, connector and desk, with the venue's words put into the session's mouth."""

    def __init__(self, folder: Path, version: str, rng: Random) -> None:
        self.bench = DeskBench(symbols=("AAPL", "MSFT"))
        self.bench.quotes("AAPL", 1_900_000, 1_900_200)
        self.settings = SessionSettings(
            version=version,
            sender="DESK",
            target="VENUE",
            is_initiator=True,
            is_tolerant=True,
            never_resent=NEVER_RESENT,
            garbled_max=0,
        )
        store = SessionStore(folder / f"{version}.db")
        self.fix = FixVenue(
            self.settings,
            SessionMemory(store, "session", 0),
            nobody,
            desk="TEST-1",
            trade_date_of=lambda at: 20_260_105,
            redial=Redial(Random(1)),
            clock=lambda: Nanos(NANOS_PER_SECOND),
        )
        self.fix._know((Instrument("AAPL"), Instrument("MSFT")))
        self.session = self.fix._caller.session
        self.session.connect(NOW)
        appl = APPL_VER_IDS.get(version)
        agreed = [(1137, appl.encode())] if appl else []
        self.hears("A", [(98, b"0"), (108, b"30"), *agreed])
        assert self.session.is_active
        self.fix._feed.subscribe()
        self.names = self._trade()
        known = self.settings.dictionary(version)
        self.maker = Maker(rng, known, self.names)

    def hears(self, type: str, body: list[Field], *, head: tuple[Field, ...] = ()) -> None:
        fields = {
            34: b"%d" % self.session.memory.next_in,
            49: b"VENUE",
            52: format_stamp(NOW.utc),
            56: b"DESK",
        } | dict(head)
        if not self.session.is_active and type != "A":
            self.session.connect(NOW)
            appl = APPL_VER_IDS.get(self.settings.version)
            agreed = [(1137, appl.encode())] if appl else []
            self.hears("A", [(98, b"0"), (108, b"30"), *agreed])
            fields[34] = b"%d" % self.session.memory.next_in
        data = encode(self.settings.begin, type, sorted(fields.items()), body)
        self.session.receive(data, NOW)

    def _trade(self) -> dict[int, list[bytes]]:
        """Orders of the desk, known to both; what a venue may call them."""
        names: list[str] = []
        for number in range(1, ORDERS + 1):
            say(self.bench, f"buy 100 AAPL {180 + number} gtc")
            names.append(f"TEST-1-{number}-0")
        limit, day = OrderType.LIMIT, TimeInForce.GTC
        for name in names:
            order = NewOrderRequest(
                name, "PAPER", "AAPL", Instruction.BUY, Quantity(100), limit, day, Price(1_810_000)
            )
            self.fix.release([order], self.fix.stage([order]))
        more = [
            ReplaceRequest(names[1], f"{names[1][:-1]}1", Price(1_800_000), Quantity(50)),
            CancelRequest(names[2]),
            OpenOrdersRequest(7),
        ]
        self.fix.release(more, self.fix.stage(more))
        ours = [name.encode() for name in (*names, f"{names[1][:-1]}1")]
        cancels = [b"TEST-1-X0", b"TEST-1-X1"]
        numbers = [b"%d" % each for each in range(self.session.memory.next_out)]
        return {
            Tag.CL_ORD_ID: [*ours, *cancels, b"OTHER"],
            Tag.ORIG_CL_ORD_ID: ours,
            Tag.ORDER_ID: [b"O-1", b"O-2", b"O-3", b"NONE"],
            Tag.EXEC_ID: [b"E-%d" % each for each in range(6)],
            Tag.EXEC_REF_ID: [b"E-%d" % each for each in range(6)],
            Tag.SYMBOL: [b"AAPL", b"AAPL", b"MSFT", b"ZZZ", b"[N/A]"],
            Tag.SIDE: [b"1", b"1", b"1", b"2"],
            Tag.MASS_STATUS_REQ_ID: [b"O7", b"O8"],
            Tag.REF_SEQ_NUM: numbers,
            Tag.REF_MSG_TYPE: [b"D", b"F", b"G", b"AF", b"V", b"x", b"g"],
            Tag.MD_REQ_ID: [*self.fix._feed._symbols, b"?"],
            Tag.LAST_QTY: [b"10", b"100"],
            Tag.LAST_PX: [b"181.00"],
        }

    def survives(self, kind: str) -> list[Report]:
        """One message of that type; what it made the desk believe can be kept and counted."""
        head: tuple[Field, ...] = ((43, b"Y"), (122, format_stamp(NOW.utc)))
        is_repeat = self.maker._rng.random() < 0.1
        self.hears(kind, self.maker.body(kind), head=head if is_repeat else ())
        reports = self.fix.collect()
        for report in reports:
            encoded = msgspec.msgpack.encode(report)
            assert msgspec.msgpack.decode(encoded, type=type(report)) == report
            at = getattr(report, "at", 0)
            assert 0 <= at < TIME_END
            for name in ("price", "quantity", "stop", "cumulative", "leaves"):
                assert abs(getattr(report, name, 0)) <= FIGURE_MAX
        self.bench.submit(*reports)
        return reports


def rattle(folder: Path, version: str, seed: int, count: int) -> int:
    rng = random.Random(seed)
    desk = Desk(folder, version, rng)
    kinds = [kind for kind in VENUE_SAYS if kind in shipped(version).messages]
    told = sum(len(desk.survives(rng.choice(kinds))) for _ in range(count))
    assert desk.bench.replayed_hash()
    assert all(quote.bid < FIGURE_MAX for quote in desk.fix.market.quotes.values())
    return told


@pytest.mark.parametrize("version", VERSIONS)
def test_a_desk_survives_whatever_its_venue_tells(tmp_path: Path, version: str) -> None:
    assert rattle(tmp_path, version, seed=1, count=600) > 100


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 7))
@pytest.mark.parametrize("version", VERSIONS)
def test_a_desk_survives_more_of_it(tmp_path: Path, version: str, seed: int) -> None:
    assert rattle(tmp_path, version, seed, count=10_000) > 1_000


def besiege(folder: Path, version: str, seed: int, count: int) -> Counter[str]:
    """Clients of our venue say whatever their dictionary allows; the answers by their type."""
    rng = random.Random(seed)
    house = House(folder / "venue.db")
    anne, bob = house.joins("ANNE", version), house.joins("BOB", version)
    names = [b"A%d" % number for number in range(12)]
    maker = Maker(
        rng,
        shipped(version),
        {
            Tag.CL_ORD_ID: names,
            Tag.ORIG_CL_ORD_ID: names,
            Tag.SYMBOL: [b"AAPL", b"AAPL", b"AAPL", b"MSFT", b"ZZZ"],
            Tag.ORDER_QTY: [b"100", b"10", b"250"],
            Tag.PRICE: [b"190.00", b"190.01", b"189.90"],
            Tag.ORD_TYPE: [b"2", b"2", b"1"],
            Tag.TIME_IN_FORCE: [b"0", b"1", b"3"],
            Tag.SIDE: [b"1", b"2"],
            Tag.MD_REQ_ID: [b"M1", b"M2"],
            Tag.EXEC_ID: [b"E-1"],
        },
    )
    kinds = [kind for kind in CLIENT_SAYS if kind in shipped(version).messages]
    answers: Counter[str] = Counter()
    for _ in range(count):
        trader, type = rng.choice((anne, bob)), rng.choice(kinds)
        data = trader.session.send(type, maker.body(type), house.instant)
        before = len(trader.heard)
        house.carry(trader, data)
        answers.update(message.type for message in trader.heard[before:])
        assert house.session_of(trader).is_active, house.notes[-3:]
    faults = [note for note in house.notes if "a fault of the venue" in note]
    assert not faults, faults[:3]
    house.kill()
    house.venue.close()
    return answers


@pytest.mark.parametrize("version", VERSIONS)
def test_our_venue_has_no_fault_whatever_its_clients_ask(tmp_path: Path, version: str) -> None:
    answers = besiege(tmp_path, version, seed=1, count=400)
    assert answers["8"] > 50 and answers["9"] > 5 and answers["W"] > 3, answers


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 7))
@pytest.mark.parametrize("version", VERSIONS)
def test_our_venue_has_none_in_more_of_it(tmp_path: Path, version: str, seed: int) -> None:
    assert besiege(tmp_path, version, seed, count=5_000)["8"] > 500
