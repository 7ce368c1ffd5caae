"""What leaves is the same whoever writes it: our own hand, or simplefix for the rare messages."""

import random

import pytest
import simplefix
from hypothesis import given
from hypothesis import strategies as st

from connectors.fix import encoding
from connectors.fix.dictionary.reading import FILES, shipped
from connectors.fix.encoding import EVERYDAY, write_rare, written
from connectors.fix.message import Field, FieldValueError, encode
from tests.connectors.fix.message_maker import Maker

HEAD: list[Field] = [(34, b"2"), (49, b"TW44"), (52, b"20260101-10:00:00.000"), (56, b"ISLD")]
BODIES_EACH = 25


@pytest.mark.parametrize("version", FILES)
def test_every_message_of_every_dictionary_is_written_alike(version: str) -> None:
    known = shipped(version)
    assert known.messages
    for type in known.messages:
        maker = Maker(random.Random(type), known, {})
        for _ in range(BODIES_EACH):
            body = maker.body(type)
            ours = encode(known.version, type, HEAD, body)
            assert write_rare(known.version, type, HEAD, body) == ours
            assert written(known.version, type, HEAD, body) == ours


@given(st.lists(st.tuples(st.integers(36, 5_000), st.binary(max_size=20)), max_size=8))
def test_what_one_refuses_the_other_refuses(body: list[Field]) -> None:
    """Values with separators, empty ones, and data that may hold them."""
    answers = []
    for write in (encode, write_rare):
        try:
            answers.append(write("FIX.4.4", "B", HEAD, body))
        except FieldValueError as error:
            answers.append(str(error))
    assert answers[0] == answers[1]


def test_data_may_hold_separators_as_far_as_its_length_says() -> None:
    body = [(148, b"News"), (95, b"5"), (96, b"a\x01b=c")]
    assert write_rare("FIX.4.4", "B", HEAD, body) == encode("FIX.4.4", "B", HEAD, body)
    with pytest.raises(FieldValueError, match="field 96"):
        write_rare("FIX.4.4", "B", HEAD, [(95, b"4"), (96, b"a\x01b=c")])


def test_simplefix_writes_what_is_rare_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    class Watched(simplefix.FixMessage):
        def encode(self, raw: bool = False) -> bytes:
            asked.append(self.message_type)
            return super().encode(raw)

    monkeypatch.setattr(simplefix, "FixMessage", Watched)
    known = shipped("FIX.4.4")
    for type in known.messages:
        encoding.written("FIX.4.4", type, HEAD, [(58, b"text")])
    assert {type.decode() for type in asked} == known.messages.keys() - EVERYDAY
    assert known.messages.keys() >= EVERYDAY
