"""The practice venue, told in FIX: what a client of it can rely on, and how it misbehaves."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from connectors.fix.dictionary.arranging import Arranged
from connectors.fix.dictionary.checks import find_problem
from connectors.fix.line import Closed, Instant, Outgoing, Output, Refused, Reply
from connectors.fix.message import Field, Message
from connectors.fix.practice.mischief import MischiefError
from connectors.fix.practice.rules import OPEN_HOUSE, HouseRules
from connectors.fix.practice.server import VENUE, PracticeVenue
from connectors.fix.session import Session
from connectors.fix.settings import VERSIONS, SessionSettings, ShortMemory
from engine.values import NANOS_PER_SECOND, Instruction, Nanos, OrderType, Price, Quantity
from tests.connectors.conftest import QuietFlow

START = Nanos(1_780_000_000 * NANOS_PER_SECOND)
SYMBOL = b"AAPL"
STAMP = b"20260101-10:00:00.000"


class Trader:
    """Somebody else's program: an initiator that keeps what it heard, by type."""

    def __init__(self, house: "House", name: str, version: str) -> None:
        self.house, self.name, self.version = house, name, version
        self.heard: list[Message] = []
        self.outgoing, self.incoming = bytearray(), bytearray()
        settings = SessionSettings(version=version, sender=name, target=VENUE, is_initiator=True)
        self.session = Session(settings, ShortMemory(), self)
        self.is_closed = False
        self._next = 0

    def take(self, arranged: Arranged, message: Message) -> Sequence[Reply] | Refused:
        problem = find_problem(
            arranged, self.session.known, self.session.app_known, is_tolerant=False
        )
        assert problem is None, f"{problem} in {message.raw!r}"
        self.heard.append(message)
        return ()

    def ended(self) -> None:
        pass

    def say(self, type: str, *fields: Field) -> list[Message]:
        """Sends one message and gives what came of it."""
        before = len(self.heard)
        ordered = sorted(fields, key=lambda field: field[0]) if type != "V" else list(fields)
        self.house.carry(self, self.session.send(type, ordered, self.house.instant))
        return self.heard[before:]

    def order(self, name: bytes, quantity: bytes, price: bytes, **more: bytes) -> list[Message]:
        fields: list[Field] = [
            (11, name),
            (21, b"1"),
            (38, quantity),
            (40, more.get("kind", b"2")),
            (44, price),
            (54, more.get("side", b"1")),
            (55, more.get("symbol", SYMBOL)),
            (59, more.get("lives", b"0")),
            (60, STAMP),
        ]
        return self.say("D", *fields)

    def cancel(self, name: bytes, of: bytes) -> list[Message]:
        return self.say("F", (11, name), (41, of), (54, b"1"), (55, SYMBOL), (60, STAMP))

    def replace(self, name: bytes, of: bytes, quantity: bytes, price: bytes) -> list[Message]:
        return self.say(
            "G",
            *((11, name), (21, b"1"), (38, quantity), (40, b"2"), (41, of), (44, price)),
            *((54, b"1"), (55, SYMBOL), (60, STAMP)),
        )


class House:
    """The venue and everybody who trades there, without sockets: bytes go straight across."""

    def __init__(self, path: Path, rules: HouseRules = OPEN_HOUSE) -> None:
        self.path, self.rules = path, rules
        self.now = START
        self.notes: list[str] = []
        self.traders: list[Trader] = []
        self.open()

    def open(self) -> None:
        self.venue = PracticeVenue(
            QuietFlow(),
            self.path,
            clients=("ANNE", "BOB"),
            note=self.notes.append,
            rules=self.rules,
        )

    def kill(self) -> None:
        """As if the process had been killed: nothing is said, and what was committed stays."""
        for trader in self.traders:
            trader.session.disconnected(self.instant, "killed")
        self.venue.ledger.close()
        self.open()

    @property
    def instant(self) -> Instant:
        return Instant(self.now, self.now)

    def joins(self, name: str, version: str = "FIX.4.4") -> Trader:
        trader = Trader(self, name, version)
        self.traders.append(trader)
        self.connect(trader)
        return trader

    def connect(self, trader: Trader) -> None:
        session = self.session_of(trader)
        session.connect(self.instant)
        self.carry(trader, trader.session.connect(self.instant))

    def session_of(self, trader: Trader) -> Session:
        return self.venue.sessions[f"{trader.name}:{trader.version}"]

    def carry(self, trader: Trader, outputs: list[Output]) -> None:
        """To the venue, and what everybody says of it back, until all is quiet."""
        trader.outgoing += _bytes(outputs)
        self.settle()

    def settle(self) -> None:
        """Unasked words go out, after they are written down; then the bytes cross both ways."""
        while self._unasked() or self._cross():
            self.venue.commit()

    def _unasked(self) -> bool:
        self.venue.commit()
        said = False
        for name, desk in self.venue.desks.items():
            session = self.venue.sessions[name]
            for reply in desk.fetch():
                said = True
                self._to_trader(session, session.send(reply.type, reply.body, self.instant))
        return said

    def _cross(self) -> bool:
        moved = False
        for trader in self.traders:
            session = self.session_of(trader)
            if trader.outgoing:
                moved, data = True, bytes(trader.outgoing)
                trader.outgoing.clear()
                self._to_trader(session, session.receive(data, self.instant))
            if trader.incoming:
                moved, data = True, bytes(trader.incoming)
                trader.incoming.clear()
                trader.outgoing += _bytes(trader.session.receive(data, self.instant))
        return moved

    def _to_trader(self, session: Session, outputs: list[Output]) -> None:
        thrown = self.venue.mischief.throw(session, outputs, self.instant)
        for trader in self.traders:
            if self.session_of(trader) is session:
                trader.incoming += _bytes(thrown)
                trader.is_closed = trader.is_closed or any(isinstance(o, Closed) for o in thrown)


def _bytes(outputs: list[Output]) -> bytes:
    return b"".join(output.data for output in outputs if isinstance(output, Outgoing))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "venue.db")
    yield made
    made.venue.close()


@pytest.fixture(params=VERSIONS)
def anne(request: pytest.FixtureRequest, house: House) -> Trader:
    return house.joins("ANNE", request.param)


def shown(message: Message) -> tuple[bytes, ...]:
    """(status, filled, open) of a report."""
    return tuple(message.get(tag) or b"" for tag in (39, 14, 151))


class TestOrders:
    def test_an_order_stands(self, anne: Trader) -> None:
        (report,) = anne.order(b"A1", b"100", b"190.00")
        assert report.type == "8"
        assert (report.get(11), report.get(150)) == (b"A1", b"0")
        assert shown(report) == (b"0", b"0", b"100")

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"symbol": b"NOSUCH"}, "nothing called 'NOSUCH'"),
            ({"quantity": b"0"}, "above zero"),
            ({"price": b"190.00001"}, "190.00001"),
            ({"lives": b"6"}, "orders here live"),
            ({"side": b"8"}, "sides here are"),
        ],
    )
    def test_what_cannot_be_is_rejected_in_words(
        self, anne: Trader, fields: dict[str, bytes], said: str
    ) -> None:
        asked = {"quantity": b"100", "price": b"190.00"} | fields
        (report,) = anne.order(b"A1", asked.pop("quantity"), asked.pop("price"), **asked)
        assert shown(report) == (b"8", b"0", b"0")
        assert said in report.text(58)

    def test_the_same_id_again_is_told_about_and_never_entered_twice(self, anne: Trader) -> None:
        anne.order(b"A1", b"100", b"190.00")
        (again,) = anne.order(b"A1", b"100", b"190.00")
        assert again.get(17) == b"0"
        assert len(anne.house.venue.floor.venue._clerk.roll.by_exchange_id) == 1

    def test_a_cancel_carries_its_own_id_and_names_the_order(self, anne: Trader) -> None:
        anne.order(b"A1", b"100", b"190.00")
        (gone,) = anne.cancel(b"A2", b"A1")
        assert (gone.get(11), gone.get(41), gone.get(150)) == (b"A2", b"A1", b"4")
        assert shown(gone) == (b"4", b"0", b"0")

    def test_a_cancel_that_comes_too_late_is_refused(self, anne: Trader) -> None:
        anne.order(b"A1", b"100", b"190.00")
        anne.cancel(b"A2", b"A1")
        (refused,) = anne.cancel(b"A3", b"A1")
        assert (refused.type, refused.get(102), refused.get(434)) == ("9", b"0", b"1")

    def test_a_cancel_of_nothing_is_refused(self, anne: Trader) -> None:
        (refused,) = anne.cancel(b"A2", b"A1")
        assert (refused.type, refused.get(102), refused.get(37)) == ("9", b"1", b"NONE")

    def test_a_change_chains_the_ids(self, anne: Trader) -> None:
        anne.order(b"A1", b"100", b"190.00")
        (changed,) = anne.replace(b"A2", b"A1", b"200", b"189.50")
        assert (changed.get(150), changed.get(11), changed.get(41)) == (b"5", b"A2", b"A1")
        assert shown(changed) == (b"0", b"0", b"200")
        (refused,) = anne.cancel(b"A3", b"A1")
        assert refused.type == "9"
        assert "since it was changed" in refused.text(58)

    def test_a_status_is_told_and_an_unknown_one_too(self, anne: Trader) -> None:
        anne.order(b"A1", b"100", b"190.00")
        (known,) = anne.say("H", (11, b"A1"), (54, b"1"), (55, SYMBOL))
        (unknown,) = anne.say("H", (11, b"A9"), (54, b"1"), (55, SYMBOL))
        assert shown(known) == (b"0", b"0", b"100")
        assert (unknown.get(39), unknown.get(37)) == (b"8", b"NONE")

    def test_two_clients_trade_with_each_other_and_nobody_with_himself(
        self, anne: Trader, house: House
    ) -> None:
        bob = house.joins("BOB")
        anne.order(b"A1", b"100", b"190.00")
        *_, sold = bob.order(b"B1", b"40", b"190.00", side=b"2")
        bought = anne.heard[-1]
        assert shown(bought) == (b"1", b"40", b"60")
        assert shown(sold) == (b"2", b"40", b"0")
        assert bought.get(31) == sold.get(31) == b"190.00"
        assert bought.get(6) == b"190"
        *_, gone = anne.order(b"A2", b"60", b"190.00", side=b"2")
        assert gone.get(39) == b"4"


class TestMany:
    def test_a_mass_cancel_takes_all_that_is_open(self, house: House) -> None:
        anne = house.joins("ANNE")
        for number in range(3):
            anne.order(b"A%d" % number, b"100", b"190.00")
        told = anne.say("q", (11, b"Q1"), (60, STAMP), (530, b"7"))
        assert [message.type for message in told] == ["8", "8", "8", "r"]
        assert (told[-1].get(531), told[-1].get(533)) == (b"7", b"3")

    def test_an_order_is_named_by_the_venues_own_id_where_the_version_allows_it(
        self, house: House
    ) -> None:
        anne = house.joins("ANNE", "FIX.5.0SP2")
        accepted = anne.order(b"A1", b"100", b"190.00")[0]
        (unknown,) = anne.say("F", (11, b"C1"), (54, b"1"), (55, SYMBOL), (60, STAMP))
        assert (unknown.type, unknown.get(102), unknown.get(41)) == ("9", b"1", None)
        order_id = accepted.get(37) or b""
        (gone,) = anne.say("F", (11, b"C2"), (37, order_id), (54, b"1"), (55, SYMBOL), (60, STAMP))
        assert (gone.get(39), gone.get(41), gone.get(11)) == (b"4", b"A1", b"C2")

    def test_a_mass_status_tells_each_and_which_is_the_last(self, house: House) -> None:
        anne = house.joins("ANNE")
        anne.order(b"A1", b"100", b"190.00")
        anne.order(b"A2", b"100", b"189.00")
        told = anne.say("AF", (584, b"S1"), (585, b"7"))
        assert [(m.get(11), m.get(912)) for m in told] == [(b"A1", b"N"), (b"A2", b"Y")]

    def test_a_desk_without_orders_hears_so_and_nobody_watches_it(self, house: House) -> None:
        (none,) = house.joins("ANNE").say("AF", (584, b"S1"), (585, b"7"))
        assert (none.type, none.get(380), none.get(379)) == ("j", b"1", b"S1")
        assert not any("refused" in note for note in house.notes), "each desk asks all the time"

    def test_what_it_does_not_know_is_refused(self, house: House) -> None:
        anne = house.joins("ANNE")
        (refused,) = anne.say("C", (33, b"1"), (58, b"hello"), (94, b"0"), (147, b"subject"),
                              (164, b"1"))  # fmt: skip
        assert (refused.type, refused.get(380)) == ("j", b"3")


class TestMarketData:
    def asked(
        self, anne: Trader, kind: bytes, update: bytes = b"0", symbol: bytes = SYMBOL
    ) -> Message:
        (told,) = anne.say(
            "V",
            *((262, b"M1"), (263, kind), (264, b"0"), (265, update)),
            *((267, b"3"), (269, b"0"), (269, b"1"), (269, b"2")),
            *((146, b"1"), (55, symbol)),
        )
        return told

    def test_a_snapshot_has_the_book(self, anne: Trader) -> None:
        anne.order(b"A1", b"100", b"190.00")
        told = self.asked(anne, b"0")
        assert (told.type, told.get(55)) == ("W", SYMBOL)
        assert (270, b"190.00") in told.fields

    def test_a_subscription_hears_what_changes(self, anne: Trader) -> None:
        self.asked(anne, b"1", b"1")
        anne.order(b"A1", b"100", b"190.00")
        desk = anne.house.venue.desks[f"ANNE:{anne.version}"]
        desk.outbox += desk.depths.changes()
        anne.house.settle()
        change = anne.heard[-1]
        assert change.type == "X"
        assert [value for tag, value in change.fields if tag in (279, 269, 270, 271)] == [
            *(b"0", b"0", b"190.00", b"100")
        ]
        anne.cancel(b"A2", b"A1")
        desk.outbox += desk.depths.changes()
        anne.house.settle()
        assert anne.heard[-1].get(279) == b"2"

    def test_an_unknown_symbol_and_a_used_id_are_rejected(self, anne: Trader) -> None:
        assert self.asked(anne, b"1", symbol=b"NOSUCH").get(281) == b"0"
        self.asked(anne, b"1")
        assert self.asked(anne, b"1").get(281) == b"1"


class TestKill:
    def test_orders_numbers_and_what_was_sent_survive(self, house: House) -> None:
        anne = house.joins("ANNE")
        anne.order(b"A1", b"100", b"190.00")
        house.kill()
        house.connect(anne)
        (known,) = anne.say("H", (11, b"A1"), (54, b"1"), (55, SYMBOL))
        assert shown(known) == (b"0", b"0", b"100")
        assert house.session_of(anne).memory.next_out == anne.session.memory.next_in
        bob = house.joins("BOB")
        bob.order(b"B1", b"100", b"190.00", side=b"2")
        assert shown(anne.heard[-1]) == (b"2", b"100", b"0")

    def test_a_fill_that_came_while_away_is_asked_for_and_comes(self, house: House) -> None:
        anne, bob = house.joins("ANNE"), house.joins("BOB")
        anne.order(b"A1", b"100", b"190.00")
        house.session_of(anne).disconnected(house.instant, "cut")
        anne.session.disconnected(house.instant, "cut")
        bob.order(b"B1", b"100", b"190.00", side=b"2")
        house.kill()
        house.connect(anne)
        assert shown(anne.heard[-1]) == (b"2", b"100", b"0")
        assert anne.heard[-1].is_set(43)


class TestMischief:
    @pytest.fixture
    def anne(self, house: House) -> Trader:
        return house.joins("ANNE")

    def test_reject(self, anne: Trader, house: House) -> None:
        house.venue.mischief.heed("reject 1")
        (first,) = anne.order(b"A1", b"100", b"190.00")
        (second,) = anne.order(b"A2", b"100", b"190.00")
        assert (first.get(39), second.get(39)) == (b"8", b"0")

    def test_what_is_dropped_comes_when_it_is_asked_for(self, anne: Trader, house: House) -> None:
        house.venue.mischief.heed("drop 1")
        assert anne.order(b"A1", b"100", b"190.00") == []
        told = anne.order(b"A2", b"100", b"190.00")
        assert [message.get(11) for message in told] == [b"A1", b"A2"]

    def test_a_duplicate_is_ignored_by_who_counts(self, anne: Trader, house: House) -> None:
        house.venue.mischief.heed("duplicate 1")
        anne.order(b"A1", b"100", b"190.00")
        assert anne.is_closed or len(anne.heard) == 1

    def test_a_gap_is_asked_about_and_filled(self, anne: Trader, house: House) -> None:
        house.venue.mischief.heed("gap 3")
        told = anne.order(b"A1", b"100", b"190.00")
        assert [message.get(11) for message in told] == [b"A1"]

    def test_a_trade_is_taken_back(self, anne: Trader, house: House) -> None:
        bob = house.joins("BOB")
        anne.order(b"A1", b"100", b"190.00")
        bob.order(b"B1", b"40", b"190.00", side=b"2")
        filled = anne.heard[-1]
        execution = filled.text(17)
        assert execution in house.venue.mischief.heed(f"bust {execution}")
        house.settle()
        bust = anne.heard[-1]
        assert (bust.get(150), bust.get(19)) == (b"H", filled.get(17))
        assert shown(bust) == (b"0", b"0", b"60")

    def test_numbers_that_begin_anew_unasked_are_taken_as_they_come(
        self, anne: Trader, house: House
    ) -> None:
        anne.order(b"A1", b"100", b"190.00")
        anne.session.disconnected(house.instant, "cut")
        house.session_of(anne).disconnected(house.instant, "cut")
        house.venue.mischief.heed("reset ANNE")
        house.connect(anne)
        memory, theirs = anne.session.memory, house.session_of(anne).memory
        assert (memory.next_in, memory.next_out) == (theirs.next_out, theirs.next_in) == (2, 2)
        (again,) = anne.say("H", (11, b"A1"), (54, b"1"), (55, SYMBOL))
        assert shown(again) == (b"0", b"0", b"100")

    @pytest.mark.parametrize("line", ["", "explode", "drop x", "delay -1", "reject 100000"])
    def test_what_it_cannot_do_is_said(self, house: House, line: str) -> None:
        with pytest.raises(MischiefError):
            house.venue.mischief.heed(line)


def test_orders_stay_in_their_place_in_the_queue_over_a_kill(house: House) -> None:
    anne = house.joins("ANNE")
    house.venue.floor.venue.submit([_other(1, 300)])
    anne.order(b"A1", b"100", b"190.00")
    assert house.venue.floor.venue.queue_ahead("ANNE:FIX.4.4/A1") == 300
    house.kill()
    assert house.venue.floor.venue.queue_is_estimate("ANNE:FIX.4.4/A1")


def _other(number: int, quantity: int) -> object:
    from engine.exchange.messages import NewOrder

    side = Instruction.BUY.side
    return NewOrder(number, "AAPL", side, OrderType.LIMIT, Quantity(quantity), Price(1_900_000))
