"""A dictionary in QuickFIX's XML format becomes our tables, or a sentence with line and column."""

import random
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.fix.dictionary.reading import FILES, DictionaryError, shipped
from connectors.fix.dictionary.tables import KINDS, Dictionary, FieldKind, Part
from connectors.fix.dictionary.xml_reading import load_all, load_xml, read_xml
from connectors.fix.dictionary.xml_tree import ELEMENTS_MAX, NESTED_MAX
from connectors.fix.echo import echo_session
from tests.connectors.fix.conversation import Case, Table

SMALL = """<fix type='FIX' major='4' minor='4' servicepack='0'>
 <header>
  <field name='MsgType' required='Y' />
  <field name='MsgSeqNum' required='Y' />
 </header>
 <messages>
  <message name='Deal' msgtype='U1' msgcat='app'>
   <field name='Key' required='Y' />
   <component name='People' required='Y' />
   <component name='Venue' required='N' />
  </message>
 </messages>
 <trailer>
  <field name='CheckSum' required='Y' />
 </trailer>
 <components>
  <component name='People'>
   <group name='NoPeople' required='Y'>
    <field name='Person' required='Y' />
    <component name='Ways' required='N' />
   </group>
  </component>
  <component name='Ways'>
   <group name='NoWays' required='N'>
    <field name='Way' required='Y' />
   </group>
  </component>
  <component name='Venue'>
   <field name='Place' required='Y' />
  </component>
 </components>
 <fields>
  <field number='35' name='MsgType' type='STRING' />
  <field number='34' name='MsgSeqNum' type='SEQNUM' />
  <field number='10' name='CheckSum' type='STRING' />
  <field number='5001' name='Key' type='CHAR'>
   <value enum='A' description='FIRST' />
   <value enum='B' description='SECOND' />
  </field>
  <field number='5002' name='NoPeople' type='NUMINGROUP' />
  <field number='5003' name='Person' type='STRING' />
  <field number='5004' name='NoWays' type='NUMINGROUP' />
  <field number='5005' name='Way' type='QTY' />
  <field number='5006' name='Place' type='SOMETHING' />
 </fields>
</fix>
"""
_WORDS = {kind: word for word, kind in reversed(KINDS.items())} | {FieldKind.TEXT: "STRING"}


def written(told: Dictionary) -> bytes:
    """Our tables in the format of the others, with every group in its place."""

    def part(inner: Part) -> str:
        lines = []
        for tag in inner.fields:
            needed = "Y" if tag in inner.required else "N"
            name = quoteattr(_name(told, tag))
            if tag in inner.groups:
                lines.append(f"<group name={name} required='{needed}'>")
                lines.append(part(inner.groups[tag]) + "</group>")
            else:
                lines.append(f"<field name={name} required='{needed}'/>")
        return "\n".join(lines)

    kind, *numbers = told.version.replace("SP", ".").split(".")
    major, minor, pack = [*numbers, "0"][:3]
    messages = "\n".join(
        f"<message name={quoteattr(each.name)} msgtype='{each.type}' msgcat='app'>"
        f"{part(each.body)}</message>"
        for each in told.messages.values()
    )
    fields = "\n".join(_field(told, tag) for tag in sorted(told.tags | set(told.fields)))
    return (
        f"<fix type='{kind}' major='{major}' minor='{minor}' servicepack='{pack}'>"
        f"<header>{part(told.header)}</header><messages>{messages}</messages>"
        f"<trailer>{part(told.trailer)}</trailer><fields>{fields}</fields></fix>"
    ).encode()


def _name(told: Dictionary, tag: int) -> str:
    return told.fields[tag].name if tag in told.fields else f"Field{tag}"


def _field(told: Dictionary, tag: int) -> str:
    spec = told.fields.get(tag)
    kind = _WORDS[spec.kind] if spec is not None else "STRING"
    values = sorted(spec.values) if spec is not None else []
    inner = "".join(f"<value enum={quoteattr(v.decode())} description='V'/>" for v in values)
    name = quoteattr(_name(told, tag))
    return f"<field number='{tag}' name={name} type='{kind}'>{inner}</field>"


@pytest.mark.parametrize("version", FILES)
def test_what_we_ship_is_the_same_in_their_format(version: str) -> None:
    ours = shipped(version)
    theirs = read_xml(written(ours))
    assert (theirs.version, theirs.header, theirs.trailer) == (version, ours.header, ours.trailer)
    assert theirs.messages == ours.messages
    assert {tag: theirs.fields[tag] for tag in ours.fields} == ours.fields
    assert theirs.tags >= ours.tags


def test_components_and_groups_go_into_each_other() -> None:
    told = read_xml(SMALL.encode())
    body = told.messages["U1"].body
    assert body.fields == (5001, 5002, 5006)
    assert body.required == (5001, 5002), "what is required of a component that is not, is not"
    people = body.groups[5002]
    assert (people.fields, people.required) == ((5003, 5004), (5003,))
    assert people.groups[5004].fields == (5005,)
    assert people.groups[5004].required == (5005,)
    assert told.messages["U1"].allowed == {5001, 5002, 5003, 5004, 5005, 5006}
    assert told.fields[5001].values == {b"A", b"B"}
    assert told.fields[5005].kind is FieldKind.FLOAT
    assert told.fields[5006].kind is FieldKind.TEXT, "a kind that we do not know is plain text"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("</fix>", "", "line 47, column 1: this is no XML: no element found"),
        ("<header>", "<header", "line 3, column 3: this is no XML: not well-formed"),
        ("<trailer>", "<tail>", "this is no XML: mismatched tag"),
        ("<trailer>", "<messages/><trailer>", "line 13, column 2: a second <messages>"),
        ("<trailer>", "<sender/><trailer>", "column 2: <sender> is nothing that a dictionary has"),
        ("<fix ", "<fox ", "this is no XML: mismatched tag"),
        ("major='4'", "major='3'", "line 1, column 1: FIX.3.4 is not spoken here"),
        ("major='4'", "major=''", "line 1, column 1: <fix> without major"),
        ("'Key' required", "'Kay' required", "line 8, column 4: there is no field Kay in <fields>"),
        ("name='Venue' r", "name='Vanue' r", "line 10, column 4: there is no component Vanue"),
        ("name='NoWays' r", "name='NoWoys' r", "line 24, column 4: there is no field NoWoys"),
        (
            "<component name='Ways' required='N' />",
            "<component name='People' required='N' />",
            "a component that holds itself: People in People",
        ),
        ("number='5002'", "number='5001'", "column 3: a second field 5001: NoPeople and Key"),
        ("name='Place' type", "name='Way' type", "a second field Way: 5006 and 5005"),
        ("number='5002'", "number='5x02'", "'5x02' is no number of a field: NoPeople"),
        ("number='5002'", "number='5002000000'", "'5002000000' is no number of a field"),
        (
            "<component name='Venue' required='N' />",
            "<field name='Key' required='N' />",
            "line 10, column 4: field 5001 (Key) stands a second time in <message> Deal",
        ),
        (
            "<field name='Place' required='Y' />",
            "<field name='NoPeople' required='Y' />",
            "line 10, column 4: field 5002 (NoPeople) stands a second time in <message> Deal",
        ),
        ("<component name='Venue'>", "<component name='Ways'>", "a second component Ways"),
        (" required='Y' />", " required='X' />", "required='X' is neither Y nor N"),
        (
            "<field name='Way' required='Y' />",
            "",
            "line 24, column 4: group NoWays holds nothing",
        ),
        ("<value enum='A'", "<word enum='A'", "<word> in <field>"),
        ("<value enum='A'", "<value enum=''", "<value> without enum"),
        ("<value enum='A'", "<value enum='€'", "a value that cannot be sent"),
        ("type='SOMETHING'", "", "<field> without type"),
        ("msgtype='U1'", "", "<message> without msgtype"),
        (
            " </messages>",
            "<message name='Other' msgtype='U1' msgcat='app'/></messages>",
            "a second message of type U1: Other",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(before: str, after: str, said: str) -> None:
    assert before in SMALL
    with pytest.raises(DictionaryError) as told:
        read_xml(SMALL.replace(before, after, 1).encode())
    assert said in str(told.value)
    assert str(told.value).startswith("line ")


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
OUTSIDE = [
    f'<!DOCTYPE fix [<!ENTITY l0 "ha">{LAUGHS}]>',
    '<!DOCTYPE fix [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE fix [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]>',
    '<!DOCTYPE fix SYSTEM "http://127.0.0.1:9/fix.dtd">',
    "<!DOCTYPE fix>",
]


@pytest.mark.parametrize("head", OUTSIDE)
def test_nothing_expands_and_no_other_file_is_opened(head: str) -> None:
    used = SMALL.replace("description='FIRST'", "description='&l9;&x;'")
    with pytest.raises(
        DictionaryError, match=r"^line 1, column \d+: document types and entities are not"
    ):
        read_xml((head + used).encode())


def test_an_entity_that_nobody_declared_is_no_xml() -> None:
    with pytest.raises(DictionaryError, match=r"line 37, column .*: this is no XML: undefined"):
        read_xml(SMALL.replace("description='FIRST'", "description='&x;'").encode())


def test_what_has_no_end_is_not_read_to_its_end() -> None:
    deep = "<fix>" + "<a>" * (NESTED_MAX + 1)
    with pytest.raises(DictionaryError, match="elements within elements deeper"):
        read_xml(deep.encode())
    with pytest.raises(DictionaryError, match="elements"):
        read_xml(b"<fix>" + b"<a/>" * (ELEMENTS_MAX + 1))


def test_groups_that_go_too_deep_by_way_of_components_are_refused() -> None:
    """Each component is made before the next one holds it, so that none is deep by itself."""
    count = 12
    fields = "".join(
        f"<field number='{6_000 + n}' name='No{n}' type='INT'/>" for n in range(count + 1)
    )
    parts = "".join(
        f"<component name='C{n}'><group name='No{n}' required='N'><field name='No{count}'"
        f" required='N'/>{f'<component name={chr(39)}C{n - 1}{chr(39)}/>' if n else ''}"
        "</group></component>"
        for n in range(count)
    )
    head = "<fix type='FIX' major='4' minor='4'>"
    with pytest.raises(DictionaryError, match="groups within groups deeper than 8"):
        read_xml(f"{head}<components>{parts}</components><fields>{fields}</fields></fix>".encode())


@pytest.mark.parametrize("code", ["utf-8", "utf-16", "latin-1"])
def test_the_encoding_of_a_file_is_its_own_affair(code: str) -> None:
    head = f"<?xml version='1.0' encoding='{code}'?>"
    text = (head + SMALL).replace("FIRST", "première")
    assert read_xml(text.encode(code)) == read_xml(SMALL.encode())


@settings(max_examples=150)
@given(st.integers(0, 2**32))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(seed: int) -> None:
    rng = random.Random(seed)
    data = bytearray(SMALL.encode())
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(data))
        data[at : at + rng.randrange(3)] = rng.choices(b"<>/='&;!A5 \x00\xff", k=rng.randrange(3))
    try:
        read_xml(bytes(data))
    except DictionaryError as error:
        assert "line " in str(error)


def test_a_file_is_named_in_what_is_wrong_with_it(tmp_path: Path) -> None:
    path = tmp_path / "broker.xml"
    with pytest.raises(DictionaryError, match=r"broker\.xml cannot be read: No such file"):
        load_xml(path, "FIX.4.4")
    path.write_text(SMALL.replace("'Key' required", "'Kay' required"))
    with pytest.raises(DictionaryError, match=r"broker\.xml, line 8, column 4: there is no field"):
        load_xml(path, "FIX.4.4")
    path.write_text(SMALL)
    with pytest.raises(DictionaryError, match=r"is a dictionary of FIX\.4\.4, not of FIX\.4\.2"):
        load_xml(path, "FIX.4.2")
    assert load_xml(path, "FIX.4.4").version == "FIX.4.4"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["FIX.4.5=x.xml"], "'FIX.4.5=x.xml' is no VERSION=FILE with one of FIX.4.2, FIX.4.4"),
        (["FIX.4.4="], "'FIX.4.4=' is no VERSION=FILE"),
        (["broker.xml"], "'broker.xml' is no VERSION=FILE"),
        (["FIX.4.4=@", "FIX.4.4=@"], "two dictionaries of FIX.4.4"),
        (["FIX.4.2=@"], "is a dictionary of FIX.4.4, not of FIX.4.2"),
    ],
)
def test_dictionaries_are_named_by_their_version(
    words: list[str], said: str, tmp_path: Path
) -> None:
    path = tmp_path / "broker.xml"
    path.write_text(SMALL)
    assert load_all([f"FIX.4.4={path}"])["FIX.4.4"].messages.keys() == {"U1"}
    with pytest.raises(DictionaryError) as told:
        load_all(word.replace("@", str(path)) for word in words)
    assert said in str(told.value)


def test_a_session_checks_by_the_dictionary_it_was_given() -> None:
    """A field of the broker's own is valid with the broker's dictionary, and only with it."""
    own = written(shipped("FIX.4.4")).replace(
        b"msgtype='D' msgcat='app'>",
        b"msgtype='D' msgcat='app'><field name='Desk' required='Y'/>",
    )
    own = own.replace(b"<fields>", b"<fields><field number='5001' name='Desk' type='INT'/>")
    told = read_xml(own)
    order = "35=D|34=2|11=ID|21=1|40=1|54=1|55=INTC|60=<now>"
    lines = [
        "connect",
        "{logon}",
        f"> {order}|5001=7",
        "< 35=D|34=2|11=ID|21=1|40=1|54=1|55=INTC|60=<now>|5001=7",
        f"> {order.replace('34=2', '34=3')}|5001=x",
        "< 35=3|34=3|45=3|58=Incorrect data format for value|371=5001|372=D|373=6",
        f"> {order.replace('34=2', '34=4')}",
        "< 35=3|34=4|45=4|58=Required tag missing|371=5001|372=D|373=1",
    ]
    table = Table("FIX.4.4")
    table.session = echo_session("FIX.4.4", {"FIX.4.4": told})
    table.play(Case("a dictionary of the broker's", list(enumerate(lines, 1))))
