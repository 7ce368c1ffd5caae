"""How soon a venue answers and how much crosses the line, by the clock that the test holds."""

import pytest

from connectors.fix.client.pulse import MEASURES_KEPT, WAITING_MAX, Pulse
from connectors.fix.message import Field, Message, encode
from engine.values import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, Nanos

START = Nanos(1_000 * NANOS_PER_SECOND)


def ms(count: float) -> Nanos:
    return Nanos(START + int(count * NANOS_PER_MILLISECOND))


def asks(pulse: Pulse, type: str, number: int, body: list[Field], at: Nanos) -> None:
    pulse.said(type, number, encode("FIX.4.4", type, [(34, b"%d" % number)], body), at)


def hears(pulse: Pulse, type: str, body: list[Field], at: Nanos) -> None:
    pulse.heard(Message(b"FIX.4.4", type, body), at)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (("D", [(11, b"A")]), ("8", [(11, b"A")])),
        (("F", [(11, b"X"), (41, b"A")]), ("9", [(11, b"X"), (41, b"A")])),
        (("AF", [(584, b"O7")]), ("8", [(584, b"O7")])),
        (("AF", [(584, b"O7")]), ("j", [(45, b"5")])),
        (("1", [(112, b"TEST")]), ("0", [(112, b"TEST")])),
        (("D", [(11, b"A")]), ("3", [(45, b"5")])),
    ],
)
def test_the_first_word_about_a_request_is_its_round_trip(
    question: tuple[str, list[Field]], answer: tuple[str, list[Field]]
) -> None:
    pulse = Pulse()
    assert pulse.round_trip is None
    asks(pulse, question[0], 5, question[1], ms(0))
    hears(pulse, *answer, ms(3))
    hears(pulse, *answer, ms(900))
    assert pulse.round_trip == 3 * NANOS_PER_MILLISECOND


def test_what_is_told_again_or_on_another_connection_is_no_measure() -> None:
    pulse = Pulse()
    asks(pulse, "D", 5, [(11, b"A")], ms(0))
    hears(pulse, "8", [(11, b"A"), (43, b"Y")], ms(1))
    pulse.lost()
    hears(pulse, "8", [(11, b"A")], ms(5_000))
    assert pulse.round_trip is None


def test_one_slow_answer_among_many_moves_nothing_and_old_ones_are_forgotten() -> None:
    pulse = Pulse()
    for number, took in enumerate([900, *[2] * 7, *[4] * MEASURES_KEPT]):
        asks(pulse, "D", number, [(11, b"%d" % number)], ms(0))
        hears(pulse, "8", [(11, b"%d" % number)], ms(took))
        if number == 7:
            assert pulse.round_trip == 2 * NANOS_PER_MILLISECOND
    assert pulse.round_trip == 4 * NANOS_PER_MILLISECOND


def test_a_venue_that_answers_nothing_fills_no_memory() -> None:
    pulse = Pulse()
    for number in range(10 * WAITING_MAX):
        asks(pulse, "D", number, [(11, b"%d" % number)], ms(number))
    assert len(pulse._waiting) == WAITING_MAX


def test_messages_a_second_are_those_of_the_last_ten_whole_seconds() -> None:
    pulse = Pulse()
    for at in range(0, 20_000, 50):
        hears(pulse, "X", [], ms(at))
    asks(pulse, "0", 1, [], ms(19_500))
    assert pulse.rate(ms(20_000), is_ours=False) == 20
    assert pulse.rate(ms(20_000), is_ours=True) == 0.1
    assert pulse.rate(ms(25_000), is_ours=False) == 10
    assert pulse.rate(ms(40_000), is_ours=False) == 0
