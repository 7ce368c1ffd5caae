"""Each application message of the table, in each version: what it must have, at both ends."""

import pytest

from connectors.fix.dictionary.reading import shipped
from connectors.fix.dictionary.tables import FieldKind, Part
from connectors.fix.echo import CLIENTS, VENUE, Echo
from connectors.fix.line import Instant, Outgoing
from connectors.fix.message import Field, Message, encode, parse
from connectors.fix.session import Session
from connectors.fix.settings import APPL_VER_IDS, SessionSettings, ShortMemory
from connectors.fix.stamps import format_stamp
from engine.values import NANOS_PER_SECOND, Nanos

START = Nanos(1_780_000_000 * NANOS_PER_SECOND)
NOW = Instant(START, START)
V42, V44, SP2 = "FIX.4.2", "FIX.4.4", "FIX.5.0SP2"

# type: what is required in 4.2, 4.4 and 5.0 SP2; None where the version has no such message here.
REQUIRED: dict[str, tuple[str | None, str | None, str | None]] = {
    "D": ("11 21 55 54 60 40", "11 54 60 40", "11 54 60 40"),
    "F": ("41 11 55 54 60", "41 11 54 60", "11 54 60"),
    "G": ("41 11 21 55 54 60 40", "41 11 54 60 40", "11 54 60 40"),
    "8": ("37 17 20 150 39 55 54 151 14 6", "37 17 150 39 54 151 14 6", "37 17 150 39 54 151 14"),
    "9": ("37 11 41 39 434", "37 11 41 39 434", "37 11 39 434"),
    "H": ("11 55 54", "11 54", "54"),
    "AF": (None, "584 585", "584 585"),
    "q": (None, "11 530 60", "11 530 60"),
    "r": (None, "37 530 531", "37 530 531 1369"),
    "V": ("262 263 264 267 146", "262 263 264 267 146", "262 263 264 267 146"),
    "W": ("55 268", "268", "268 779"),
    "X": ("268", "268", "268"),
    "Y": ("262", "262", "262"),
    "c": ("320 321", "320 321", "320 321"),
    "d": ("320 322 393", "320 322 323", ""),
    "x": (None, "320 559", "320 559"),
    "y": (None, "320 322 560", ""),
    "e": ("324 55 263", "324 263", "324 263"),
    "f": ("55", "", ""),
    "g": ("335 263", "335 263", "335 263"),
    "h": ("336 340", "336 340", "336 340"),
    "j": ("372 380", "372 380", "372 380"),
    "Q": ("37 17 127 55 54", "37 17 127 54", "37 17 127 54"),
    "C": ("164 94 147 33", "164 94 147 33", "164 94 147 33"),
}
ENTRIES = {
    ("V", 267): {269},
    ("V", 146): {55},
    ("W", 268): {269, 270},
    ("X", 268): {279},
    ("C", 33): {58},
}
"""What every entry of a group must have, by message and count field, in FIX 4.2."""
ROWS = [
    pytest.param(type, version, required, id=f"{type}-{version}")
    for type, by_version in REQUIRED.items()
    for version, required in zip((V42, V44, SP2), by_version, strict=True)
]


@pytest.mark.parametrize(("type", "version", "required"), ROWS)
def test_the_dictionary_wants_what_the_table_says(
    type: str, version: str, required: str | None
) -> None:
    spec = shipped(version).messages.get(type)
    if required is None:
        assert spec is None
        return
    assert spec is not None
    assert set(spec.body.required) == {int(tag) for tag in required.split()}
    for (message, count), inner in ENTRIES.items():
        if message == type and version == V42:
            assert set(spec.body.groups[count].required) == inner


def value_of(version: str, tag: int) -> bytes:
    """One that the dictionary lets pass."""
    spec = shipped(version).fields[tag]
    if spec.values:
        return sorted(spec.values)[0]
    return {
        FieldKind.TEXT: b"A",
        FieldKind.CHAR: b"1",
        FieldKind.INT: b"1",
        FieldKind.FLOAT: b"1.5",
        FieldKind.BOOLEAN: b"Y",
        FieldKind.STAMP: b"20260101-10:00:00.000",
        FieldKind.DATE: b"20260101",
        FieldKind.TIME: b"10:00:00",
        FieldKind.MONTH: b"202601",
        FieldKind.DAY: b"1",
        FieldKind.DATA: b"x",
        FieldKind.MANY: b"1",
    }[spec.kind]


def least(version: str, part: Part, *, without: int = 0) -> list[Field]:
    """The smallest body that is whole: what is required, one entry in each group of it."""
    fields: list[Field] = []
    for tag in part.fields:
        if tag not in part.required or tag == without:
            continue
        group = part.groups.get(tag)
        if group is None:
            fields.append((tag, value_of(version, tag)))
            continue
        first = group.fields[0]
        inner = least(version, group)
        if not inner or inner[0][0] != first:
            inner.insert(0, (first, value_of(version, first)))
        fields += [(tag, b"1"), *inner]
    return fields


class End:
    """A session of ours at either end, logged on; whatever comes is said back."""

    def __init__(self, version: str, *, is_client: bool) -> None:
        names = (CLIENTS[version], VENUE) if is_client else (VENUE, CLIENTS[version])
        self.us, self.them = names
        settings = SessionSettings(
            version=version,
            sender=self.us,
            target=self.them,
            is_initiator=is_client,
            is_tolerant=is_client,
            refuses_with_version=False,
        )
        self.session = Session(settings, ShortMemory(), Echo())
        self.session.connect(NOW)
        body: list[Field] = [(98, b"0"), (108, b"30")]
        if version in APPL_VER_IDS:
            body.append((1137, APPL_VER_IDS[version].encode()))
        self.tell("A", 1, body)

    def tell(self, type: str, number: int, body: list[Field]) -> list[Message]:
        head = [(34, b"%d" % number), (49, self.them.encode()), (52, format_stamp(START))]
        data = encode(self.session.settings.begin, type, [*head, (56, self.us.encode())], body)
        outputs = self.session.receive(data, NOW)
        found = [parse(each.data) for each in outputs if isinstance(each, Outgoing)]
        return [each for each in found if isinstance(each, Message)]


ENDS = pytest.mark.parametrize("is_client", [False, True], ids=["venue", "client"])
KNOWN = [row for row in ROWS if row.values[2] is not None]


@ENDS
@pytest.mark.parametrize(("type", "version", "required"), KNOWN)
def test_what_is_required_is_enough_and_each_of_it_is_missed(
    type: str, version: str, required: str, is_client: bool
) -> None:
    end = End(version, is_client=is_client)
    body = shipped(version).messages[type].body
    answers = end.tell(type, 2, least(version, body))
    # Taken: echoed where the echo does that, else refused as what is known and not done here.
    assert [each.type for each in answers] == [type if type in "DdC" else "j"], answers[0].raw
    for number, tag in enumerate(sorted(body.required), 3):
        (reject,) = end.tell(type, number, least(version, body, without=tag))
        found = reject.type, reject.get(373), reject.get(371), reject.get(372)
        assert found == ("3", b"1", b"%d" % tag, type.encode()), reject.raw
    assert end.session.is_active


@ENDS
def test_an_entry_that_lacks_what_each_must_have_is_missed(is_client: bool) -> None:
    end = End(V42, is_client=is_client)
    asked: list[Field] = [(262, b"1"), (263, b"1"), (264, b"0"), (267, b"1"), (269, b"0")]
    (reject,) = end.tell("V", 2, [*asked, (146, b"2"), (55, b"A"), (48, b"1"), (48, b"2")])
    assert (reject.get(373), reject.get(371)) == (b"1", b"55")
