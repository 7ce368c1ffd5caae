"""The messages of a line for people: named, paired, masked and bounded."""

from connectors.fix.client.record import KEPT_MAX, MARKET_DATA_KEPT_MAX, Record
from connectors.fix.dictionary.reading import shipped
from connectors.fix.message import encode
from engine.values import NANOS_PER_MILLISECOND, Nanos

AT = 1_780_000_000_000_000_000


class Line:
    def __init__(self) -> None:
        self.record = Record(shipped("FIX.4.4"), shipped("FIX.4.4"))

    def said(self, at_ms: int, type: str, number: int, *fields: tuple[int, bytes]) -> None:
        self._note(at_ms, type, number, fields, is_ours=True)

    def heard(self, at_ms: int, type: str, number: int, *fields: tuple[int, bytes]) -> None:
        self._note(at_ms, type, number, fields, is_ours=False)

    def _note(self, at_ms: int, type: str, number: int, fields, *, is_ours: bool) -> None:  # type: ignore[no-untyped-def]
        head = [(34, b"%d" % number), (49, b"D"), (52, b"20260529-10:00:00"), (56, b"V")]
        data = encode("FIX.4.4", type, head, fields)
        self.record.note(type, data, Nanos(AT + at_ms * NANOS_PER_MILLISECOND), is_ours=is_ours)

    @property
    def heads(self) -> list[str]:
        lines = self.record.lines(lambda name: "7" if name == "A" else "")
        return [line for line in lines if not line.startswith(" ")]


def test_an_answer_names_the_request_and_the_time_that_it_took() -> None:
    line = Line()
    line.said(0, "D", 5, (11, b"A"), (55, b"AAPL"))
    line.heard(12, "8", 9, (11, b"A"), (150, b"0"))
    assert line.heads == [
        "20:26:40.000 → #5 D NewOrderSingle — order 7",
        "20:26:40.012 ← #9 8 ExecutionReport — answers #5 after 12.0 ms — order 7",
    ]


def test_a_refusal_is_paired_by_the_number_that_it_names() -> None:
    line = Line()
    line.said(0, "AF", 5, (584, b"O1"), (585, b"7"))
    line.heard(2, "j", 9, (45, b"5"), (372, b"AF"), (380, b"1"))
    assert line.heads[-1].endswith("answers #5 after 2.0 ms")


def test_every_field_has_its_name_and_secrets_have_no_value() -> None:
    line = Line()
    line.said(0, "A", 1, (108, b"2"), (553, b"me"), (554, b"hunter2"), (925, b"hunter3"))
    told = "\n".join(line.record.lines(lambda name: ""))
    assert "108 HeartBtInt=2" in told and "554 Password=***" in told
    assert "hunter" not in told


def test_heartbeats_say_nothing_and_market_data_pushes_nothing_out() -> None:
    line = Line()
    line.said(0, "D", 1, (11, b"A"))
    for number in range(KEPT_MAX):
        line.heard(1, "X", number, (262, b"M1"))
        line.heard(1, "0", number)
    assert len(line.heads) == MARKET_DATA_KEPT_MAX + 1
    assert line.heads[-1].endswith("order 7")


def test_the_oldest_give_way() -> None:
    line = Line()
    for number in range(KEPT_MAX + 10):
        line.said(number, "H", number, (11, b"B"))
    assert len(line.record._kept) == KEPT_MAX and f"#{KEPT_MAX + 9} " in line.heads[-1]
