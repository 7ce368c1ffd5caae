"""Every line of the table of bad input that no script can write, at a venue and at a client."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from connectors.fix.dictionary.arranging import Arranged
from connectors.fix.echo import VENUE, Echo
from connectors.fix.line import Closed, Instant, Noted, Outgoing, Output, Refused, Reply
from connectors.fix.message import Field, Message, encode, parse
from connectors.fix.practice.guarded import Guarded
from connectors.fix.session import Session
from connectors.fix.settings import SessionSettings, ShortMemory
from connectors.fix.stamps import format_stamp
from connectors.fix.tags import DATA_LENGTHS, Tag
from engine.values import NANOS_PER_SECOND, Nanos
from tests.connectors.fix.test_practice import House

START = Nanos(1_780_000_000 * NANOS_PER_SECOND)
NOW = Instant(START, START)
CLIENT = "TW44"
SIDES = pytest.mark.parametrize("is_client", [False, True], ids=["venue", "client"])
ORDER: list[Field] = [(11, b"A"), (40, b"1"), (54, b"1"), (55, b"INTC"), (60, format_stamp(START))]


class Heard(Echo):
    """Echoes, and remembers what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[Message] = []

    def take(self, arranged: Arranged, message: Message) -> Sequence[Reply] | Refused:
        self.messages.append(message)
        return super().take(arranged, message)


class Side:
    """One of our sessions, logged on, and the hand that plays the other end."""

    def __init__(self, *, is_client: bool, **more: int) -> None:
        self.us, self.them = (CLIENT, VENUE) if is_client else (VENUE, CLIENT)
        settings = SessionSettings(
            version="FIX.4.4",
            sender=self.us,
            target=self.them,
            is_initiator=is_client,
            is_tolerant=is_client,
            **({"garbled_max": 0} | more),
        )
        self.heard = Heard()
        self.session = Session(settings, ShortMemory(), self.heard)
        self.session.connect(NOW)
        said = self.tell("A", 1, [(98, b"0"), (108, b"30")])
        assert self.session.is_active, said

    def tell(self, type: str, number: int | bytes, body: list[Field]) -> list[Message]:
        """What is answered to one message."""
        return self.raw(self.written(type, number, body))

    def written(self, type: str, number: int | bytes, body: list[Field]) -> bytes:
        text = number if isinstance(number, bytes) else b"%d" % number
        head = [(34, text), (49, self.them.encode()), (52, format_stamp(START))]
        return encode("FIX.4.4", type, [*head, (56, self.us.encode())], body)

    def raw(self, data: bytes) -> list[Message]:
        self.outputs: list[Output] = self.session.receive(data, NOW)
        found = [parse(o.data) for o in self.outputs if isinstance(o, Outgoing)]
        return [each for each in found if isinstance(each, Message)]

    @property
    def is_closed(self) -> bool:
        return any(isinstance(output, Closed) for output in self.outputs)

    def is_alive(self, number: int) -> bool:
        answers = self.tell("1", number, [(112, b"HELLO")])
        return [each.get(112) for each in answers] == [b"HELLO"]


@SIDES
def test_what_is_garbled_is_ignored_and_counted_and_too_much_of_it_ends_the_line(
    is_client: bool,
) -> None:
    side = Side(is_client=is_client, garbled_max=3)
    bad = side.written("0", 2, [])[:-4] + b"999\x01"
    for count in (1, 2):
        assert side.raw(bad) == []
        assert side.session.garbled == count
        assert not side.is_closed
    assert side.raw(bad) == []
    assert side.is_closed


@SIDES
def test_garbled_messages_that_are_far_apart_end_nothing(is_client: bool) -> None:
    side = Side(is_client=is_client, garbled_max=3)
    bad = side.written("0", 2, [])[:-4] + b"999\x01"
    for number in range(6):
        at = Nanos(START + number * 6 * NANOS_PER_SECOND)
        assert not side.session.receive(bad, Instant(at, at))[1:]
    assert side.session.garbled == 6
    assert side.session.is_active


@pytest.mark.parametrize("most", [0, 3])
def test_a_flood_of_garbage_within_a_second_is_not_kept(most: int) -> None:
    side = Side(is_client=False, garbled_max=most)
    for _ in range(5_000):
        side.raw(b"x" * 20)
    assert len(side.session._garbled_at) <= most
    assert side.session.garbled == (most or 5_000)


@SIDES
@pytest.mark.parametrize("stamp", [b"x", b"20260101", b"20260230-10:00:00", b"00000000-00:00:00"])
def test_a_time_that_is_none_is_rejected_and_it_ends(is_client: bool, stamp: bytes) -> None:
    side = Side(is_client=is_client)
    good = side.written("0", 2, [])
    content = good[good.index(b"35=") : -7].replace(format_stamp(START), stamp)
    reject, logout = side.raw(framed(content))
    assert (reject.type, reject.get(371), reject.get(373)) == ("3", b"52", b"6")
    assert logout.type == "5"
    assert side.session.memory.next_in == 3


@SIDES
@pytest.mark.parametrize(
    "number", [b"1e3", b"99999999999999999999", b"0x2", b"1.0", b"+2", b"--2", b"-1"]
)
def test_a_number_that_is_none_is_garbled_and_uses_nothing_up(
    is_client: bool, number: bytes
) -> None:
    side = Side(is_client=is_client)
    assert side.tell("0", number, []) == []
    assert side.session.garbled == 1
    assert side.is_alive(2)


@SIDES
def test_a_number_below_all_others_is_too_low(is_client: bool) -> None:
    side = Side(is_client=is_client)
    (logout,) = side.tell("0", 0, [])
    text = "MsgSeqNum too low, expecting 2 but received 0"
    assert (logout.type, logout.text(58)) == ("5", text)
    assert side.is_closed


@SIDES
@pytest.mark.parametrize(
    "text", [b"gr\xf6\xdfer", "größer €".encode(), b"\x00", b"a=b|c", b"x" * 65_536]
)
def test_a_text_comes_through_as_its_bytes(is_client: bool, text: bytes) -> None:
    side = Side(is_client=is_client)
    (echo,) = side.tell("D", 2, sorted([*ORDER, (58, text)]))
    assert echo.get(58) == text == side.heard.messages[0].get(58)
    assert side.heard.messages[0].text(58) == text.decode("latin-1")


def framed(content: bytes) -> bytes:
    """A message with a length and a checksum that fit, whatever it says."""
    start = b"8=FIX.4.4\x019=%d\x01%b" % (len(content), content)
    return start + b"10=%03d\x01" % (sum(start) % 256)


@SIDES
@pytest.mark.parametrize("second", [b"8=FIX.4.4", b"9=100", b"10=000"])
@pytest.mark.parametrize("before", [b"34=", b"40="])
def test_a_field_of_the_frame_that_is_there_twice_is_garbled(
    is_client: bool, second: bytes, before: bytes
) -> None:
    side = Side(is_client=is_client)
    good = side.written("D", 2, ORDER)
    content = good[good.index(b"35=") : -7]
    content = content.replace(b"\x01" + before, b"\x01" + second + b"\x01" + before)
    assert side.raw(framed(content)) == []
    assert side.session.garbled == 1
    assert side.heard.messages == []
    assert side.is_alive(2)


@SIDES
def test_a_second_type_is_rejected(is_client: bool) -> None:
    side = Side(is_client=is_client)
    good = side.written("D", 2, ORDER)
    content = good[good.index(b"35=") : -7].replace(b"\x0134=", b"\x0135=D\x0134=")
    (reject,) = side.raw(framed(content))
    assert (reject.type, reject.get(371), reject.get(373)) == ("3", b"35", b"13")
    assert side.is_alive(3)


@SIDES
def test_a_million_fields_are_too_large_a_message_and_nothing_is_kept(is_client: bool) -> None:
    side = Side(is_client=is_client)
    content = b"35=D\x01" + b"1=A\x01" * 1_000_000
    assert side.raw(framed(content)) == []
    assert side.session._framer.held == 0
    assert side.is_alive(2)


@SIDES
def test_as_many_fields_as_fit_are_looked_at_in_time(is_client: bool) -> None:
    side = Side(is_client=is_client)
    answers = side.tell("D", 2, [*ORDER, *[(58, b"x")] * 150_000])
    assert [each.get(373) for each in answers] == [b"13"]
    assert side.is_alive(3)


@SIDES
def test_a_group_of_a_thousand_million_entries_is_counted_by_its_entries(is_client: bool) -> None:
    side = Side(is_client=is_client)
    body: list[Field] = [*ORDER, (386, b"1000000000"), (336, b"1"), (336, b"2")]
    (reject,) = side.tell("D", 2, body)
    assert (reject.type, reject.get(371), reject.get(373)) == ("3", b"386", b"16")
    assert side.is_alive(3)


@SIDES
def test_more_entries_than_any_group_has_are_rejected(is_client: bool) -> None:
    side = Side(is_client=is_client)
    body: list[Field] = [*ORDER, (386, b"20000"), *[(336, b"1")] * 20_000]
    (reject,) = side.tell("D", 2, body)
    assert reject.type == "3"
    assert side.is_alive(3)


@pytest.mark.parametrize(("length", "data"), DATA_LENGTHS.items())
def test_every_data_field_may_hold_separators_and_whole_messages(length: int, data: int) -> None:
    value = b"a\x0110=000\x018=FIX.4.4\x019=5\x01=\x01"
    body: list[Field] = [(length, b"%d" % len(value)), (data, value), (9_999, b"after")]
    message = parse(encode("FIX.4.4", "C", [(34, b"2")], body))
    assert isinstance(message, Message)
    assert (message.get(data), message.get(9_999)) == (value, b"after")


@SIDES
@pytest.mark.parametrize("size", [b"3", b"30", b"500", b"-1", b"x"])
def test_a_data_field_that_lies_about_its_length_is_garbled_or_rejected(
    is_client: bool, size: bytes
) -> None:
    side = Side(is_client=is_client)
    good = side.written("D", 2, [*ORDER, (354, b"5"), (355, b"a\x01b\x01c")])
    content = good[good.index(b"35=") : -7].replace(b"\x01354=5", b"\x01354=" + size)
    answers = side.raw(framed(content))
    assert answers == [] or answers[0].type == "3"
    assert side.is_alive(3 if answers else 2)


@SIDES
def test_what_never_comes_to_its_end_swallows_only_what_it_may(is_client: bool) -> None:
    side = Side(is_client=is_client)
    assert side.raw(b"8=FIX.4.4\x019=999999999\x0135=0\x01") == []
    assert side.is_alive(2)


class Broken:
    """An application with a fault."""

    def take(self, arranged: Arranged, message: Message) -> Sequence[Reply] | Refused:
        raise ZeroDivisionError("a fault")

    def ended(self) -> None:
        raise AssertionError("not asked here")


def test_a_fault_of_the_venue_is_a_refusal_and_the_session_lives() -> None:
    side = Side(is_client=False)
    notes: list[str] = []
    side.session.application = Guarded(Broken(), notes.append)
    (refusal,) = side.tell("D", 2, ORDER)
    assert (refusal.type, refusal.get(380), refusal.get(372)) == ("j", b"4", b"D")
    assert "ZeroDivisionError" in notes[0]
    assert side.is_alive(3), "its number was used up"


class Speechless(Echo):
    """An application that says what cannot be said."""

    def take(self, arranged: Arranged, message: Message) -> Sequence[Reply] | Refused:
        return (Reply("8", [(11, b"A"), (41, b"")]),)


def test_an_answer_that_cannot_be_said_is_a_refusal_too() -> None:
    side = Side(is_client=False)
    notes: list[str] = []
    side.session.application = Guarded(Speechless(), notes.append)
    (refusal,) = side.tell("D", 2, ORDER)
    assert (refusal.type, refusal.get(380)) == ("j", b"4") and "field 41" in notes[0]
    assert side.is_alive(3)


def test_a_fault_of_a_desk_is_not_swallowed_and_its_message_comes_again() -> None:
    side = Side(is_client=True)
    side.session.application = Broken()
    with pytest.raises(ZeroDivisionError):
        side.tell("D", 2, ORDER)
    assert side.session.memory.next_in == 2


def test_the_practice_venue_has_the_door(tmp_path: Path) -> None:
    house = House(tmp_path / "venue.db")
    assert all(isinstance(each.application, Guarded) for each in house.venue.sessions.values())
    house.venue.close()


def test_what_was_wrong_is_noted_for_whoever_watches() -> None:
    side = Side(is_client=False)
    side.tell("D", 2, [*ORDER, (999, b"1")])
    notes = [output.text for output in side.outputs if isinstance(output, Noted)]
    assert notes == ["message 2 rejected: Invalid tag number, field 999"]
    assert side.session.memory.next_in == 3
    assert side.heard.messages == []


def test_what_waits_for_its_turn_has_a_bound_in_bytes() -> None:
    side = Side(is_client=True, queued_bytes_max=10_000)
    for number in range(3, 11):
        side.tell("0", number, [])
        assert not side.is_closed
    side.tell("0", 20, [(58, b"x" * 10_000)])
    assert side.is_closed and side.session.memory.next_in == 2, "asked for again after a break"


def test_bytes_that_waited_once_do_not_count_for_ever() -> None:
    side = Side(is_client=True, queued_bytes_max=1_000)
    for number in range(2, 40, 2):
        side.tell("0", number + 1, [(58, b"x" * 500)])
        side.tell("0", number, [])
        assert not side.is_closed and side.session.memory.next_in == number + 2


def test_an_unknown_field_of_a_venue_is_no_reason_for_a_client_to_reject() -> None:
    side = Side(is_client=True)
    (echo,) = side.tell("D", 2, [*ORDER, (Tag.TEXT, b"ok"), (9_001, b"1")])
    assert echo.type == "D"


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ([(52, format_stamp(Nanos(START + 200 * NANOS_PER_SECOND)))], "look at the clock"),
        ([(49, b"NOBODY")], "other names than were agreed on"),
    ],
)
def test_an_answer_to_a_logon_that_cannot_be_taken_says_what_is_wrong_with_it(
    head: list[Field], words: str
) -> None:
    settings = SessionSettings(version="FIX.4.4", sender=CLIENT, target=VENUE, is_initiator=True)
    session = Session(settings, ShortMemory(), Echo())
    session.connect(NOW)
    usual = {34: b"1", 49: VENUE.encode(), 52: format_stamp(START), 56: CLIENT.encode()}
    answer = encode(
        "FIX.4.4", "A", sorted((usual | dict(head)).items()), [(98, b"0"), (108, b"30")]
    )
    (closed,) = [o for o in session.receive(answer, NOW) if isinstance(o, Closed)]
    assert words in closed.reason


@SIDES
def test_who_asks_for_the_same_again_and_again_is_let_go(is_client: bool) -> None:
    side = Side(is_client=is_client)
    for number in range(2, 40):
        side.tell("2", number, [(7, b"1"), (16, b"0")])
        if side.is_closed:
            break
    assert 25 < number < 35
    assert not side.session.is_active


def test_who_asks_piece_by_piece_or_now_and_then_is_answered() -> None:
    side = Side(is_client=False)
    for number in range(2, 102):
        side.tell("1", number, [(112, b"HELLO")])
    for number in range(102, 202):
        side.tell("2", number, [(7, b"%d" % (number - 101)), (16, b"%d" % (number - 101))])
        assert not side.is_closed
    later = START
    for number in range(202, 262):
        later = Nanos(later + 11 * NANOS_PER_SECOND)
        request = side.written("2", number, [(7, b"1"), (16, b"1")])
        said = side.session.receive(request, Instant(later, START))
        assert not any(isinstance(each, Closed) for each in said)


@pytest.mark.parametrize(("digits", "fraction"), [(0, b""), (3, b".123"), (6, b".123456")])
def test_a_time_has_as_many_digits_as_were_agreed_and_any_of_them_are_read(
    digits: int, fraction: bytes
) -> None:
    now = Instant(START, Nanos(START + 123_456_789))
    mine = SessionSettings(
        version="FIX.4.4", sender=CLIENT, target=VENUE, is_initiator=True, stamp_digits=digits
    )
    desk = Session(mine, ShortMemory(), Echo())
    (logon,) = [each for each in desk.connect(now) if isinstance(each, Outgoing)]
    venue = Session(
        SessionSettings(
            version="FIX.4.4", sender=VENUE, target=CLIENT, is_initiator=False, stamp_digits=9
        ),
        ShortMemory(),
        Echo(),
    )
    venue.connect(now)
    (answer,) = [each for each in venue.receive(logon.data, now) if isinstance(each, Outgoing)]
    assert not any(isinstance(each, Closed) for each in desk.receive(answer.data, now))
    assert venue.is_active and desk.is_active
    said, told = parse(logon.data), parse(answer.data)
    assert isinstance(said, Message) and isinstance(told, Message)
    assert said.get(52) == format_stamp(START, 0) + fraction
    assert (told.get(52) or b"").endswith(b".123456789")
