"""Reads a dictionary in QuickFIX's XML format, as counterparties hand it out, into our tables.

```
<fix type='FIX' major='4' minor='4' servicepack='0'>
  <header> <field name='BeginString' required='Y'/> … </header>
  <messages> <message name='Heartbeat' msgtype='0' msgcat='admin'> field | group | component …
  <trailer> …
  <components> <component name='Parties'> …
  <fields> <field number='8' name='BeginString' type='STRING'> <value enum='1' description='…'/> …
```
A group bears the name of the field that counts its entries, and begins with its first field.
"""

from collections.abc import Iterable
from pathlib import Path

from connectors.fix.dictionary.reading import DEPTH_MAX, FILES, DictionaryError, every_tag
from connectors.fix.dictionary.tables import (
    KINDS,
    Dictionary,
    FieldKind,
    FieldSpec,
    MessageSpec,
    Part,
)
from connectors.fix.dictionary.xml_tree import (
    FILE_BYTES_MAX,
    NESTED_MAX,
    Element,
    read_tree,
)

TAG_DIGITS_MAX = 9
_SECTIONS = ("header", "messages", "trailer", "components", "fields")


def load_xml(path: Path, version: str) -> Dictionary:
    """The dictionary of that version in a file.

    Raises DictionaryError, which names the file and, where there is one, the line and column.
    """
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
        found = read_xml(data)
    except OSError as error:
        raise DictionaryError(f"{path} cannot be read: {error.strerror}") from error
    except DictionaryError as error:
        raise DictionaryError(f"{path}, {error}") from error
    if found.version != version:
        raise DictionaryError(f"{path} is a dictionary of {found.version}, not of {version}")
    return found


def load_all(words: Iterable[str]) -> dict[str, Dictionary]:
    """By version: each word is `VERSION=FILE`. Raises DictionaryError."""
    found: dict[str, Dictionary] = {}
    for word in words:
        version, _, path = word.partition("=")
        if version not in FILES or not path:
            raise DictionaryError(f"'{word}' is no VERSION=FILE with one of {', '.join(FILES)}")
        if version in found:
            raise DictionaryError(f"two dictionaries of {version}")
        found[version] = load_xml(Path(path).expanduser(), version)
    return found


def read_xml(data: bytes) -> Dictionary:
    """Raises DictionaryError."""
    root = read_tree(data)
    if root.name != "fix":
        raise root.fault(f"a dictionary begins with <fix>, not with <{root.name}>")
    version = _version(root)
    if version not in FILES:
        raise root.fault(f"{version} is not spoken here; {', '.join(FILES)} are")
    return _Reader(root).finish(version)


def _version(root: Element) -> str:
    major, minor = root.value("major"), root.value("minor")
    pack = root.attributes.get("servicepack", "0")
    name = f"{root.attributes.get('type', 'FIX')}.{major}.{minor}"
    return name if pack in ("", "0") else f"{name}SP{pack}"


class _Reader:
    """The sections of a dictionary, and what was made of its components so far."""

    def __init__(self, root: Element) -> None:
        self._sections: dict[str, Element] = {}
        for section in root.inner:
            if section.name not in _SECTIONS:
                raise section.fault(f"<{section.name}> is nothing that a dictionary has")
            if section.name in self._sections:
                raise section.fault(f"a second <{section.name}>")
            self._sections[section.name] = section
        self._fields: dict[int, FieldSpec] = {}
        self._tags: dict[str, int] = {}
        self._read_fields()
        self._components: dict[str, Element] = {}
        for component in self._inner("components", "component"):
            name = component.value("name")
            if name in self._components:
                raise component.fault(f"a second component {name}")
            self._components[name] = component
        self._made: dict[tuple[str, bool], Part] = {}
        self._under_way: list[str] = []
        self._heights: dict[int, int] = {}
        """How deep the groups of a part go, by its identity: parts are shared, not copied."""

    def finish(self, version: str) -> Dictionary:
        messages: dict[str, MessageSpec] = {}
        for message in self._inner("messages", "message"):
            type, name = message.value("msgtype"), message.value("name")
            if type in messages:
                raise message.fault(f"a second message of type {type}: {name}")
            body = self._part(message, required=True)
            messages[type] = MessageSpec(type, name, body, every_tag(body))
        for name in self._components:
            # Also one that no message holds is read: a mistake in it would wait for its day.
            self._component(self._components[name], name, required=True, depth=0)
        return Dictionary(
            version=version,
            types=frozenset(messages),
            tags=frozenset(self._fields),
            header=self._part_of("header"),
            trailer=self._part_of("trailer"),
            messages=messages,
            fields=self._fields,
        )

    def _inner(self, section: str, name: str) -> list[Element]:
        """What a section holds; a section that is not there holds nothing."""
        found = self._sections.get(section)
        for element in found.inner if found is not None else ():
            if element.name != name:
                raise element.fault(f"<{element.name}> in <{section}>, which holds <{name}>s")
        return found.inner if found is not None else []

    def _read_fields(self) -> None:
        for field in self._inner("fields", "field"):
            number, name = field.value("number"), field.value("name")
            if not (number.isascii() and number.isdigit()) or len(number) > TAG_DIGITS_MAX:
                raise field.fault(f"'{number}' is no number of a field: {name}")
            tag = int(number)
            if tag in self._fields:
                raise field.fault(f"a second field {tag}: {name} and {self._fields[tag].name}")
            if name in self._tags:
                raise field.fault(f"a second field {name}: {tag} and {self._tags[name]}")
            self._tags[name] = tag
            self._fields[tag] = _spec(field, tag, name)

    def _part_of(self, section: str) -> Part:
        found = self._sections.get(section)
        return self._part(found, required=True) if found is not None else Part.of()

    def _part(self, owner: Element, *, required: bool, depth: int = 0) -> Part:
        """What is required of a component that is not is not."""
        fields: list[int] = []
        needed: list[int] = []
        groups: dict[int, Part] = {}
        for element in owner.inner:
            is_needed = required and _is_required(element)
            name = element.value("name")
            if element.name == "component":
                part = self._component(element, name, required=is_needed, depth=depth)
                added, needs, groups = part.fields, part.required, groups | part.groups
            elif element.name in ("field", "group"):
                tag = self._tag(element, name)
                added, needs = (tag,), (tag,) if is_needed else ()
                if element.name == "group":
                    groups[tag] = self._group(element, name, depth)
            else:
                raise element.fault(f"<{element.name}> in <{owner.name}>")
            for tag in added:
                if tag in fields:
                    raise element.fault(
                        f"field {tag} ({self._fields[tag].name}) stands a second time in"
                        f" <{owner.name}> {owner.attributes.get('name', '')}".rstrip()
                    )
            fields += added
            needed += needs
        # A component may have been made elsewhere: what counts is how deep its groups go.
        height = 1 + max((self._heights[id(group)] for group in groups.values()), default=0)
        if depth + height > DEPTH_MAX:
            raise owner.fault(f"groups within groups deeper than {DEPTH_MAX}")
        part = Part.of(fields, needed, groups)
        self._heights[id(part)] = height
        return part

    def _tag(self, element: Element, name: str) -> int:
        tag = self._tags.get(name)
        if tag is None:
            raise element.fault(f"there is no field {name} in <fields>")
        return tag

    def _group(self, element: Element, name: str, depth: int) -> Part:
        if depth >= DEPTH_MAX:
            raise element.fault(f"groups within groups deeper than {DEPTH_MAX}")
        part = self._part(element, required=True, depth=depth + 1)
        if not part.fields:
            raise element.fault(f"group {name} holds nothing")
        return part

    def _component(self, element: Element, name: str, *, required: bool, depth: int) -> Part:
        made = self._made.get((name, required))
        if made is not None:
            return made
        told = self._components.get(name)
        if told is None:
            raise element.fault(f"there is no component {name} in <components>")
        if name in self._under_way:
            way = " in ".join([name, *reversed(self._under_way)])
            raise element.fault(f"a component that holds itself: {way}")
        if len(self._under_way) >= NESTED_MAX:
            raise element.fault(f"components within components deeper than {NESTED_MAX}")
        self._under_way.append(name)
        part = self._made[name, required] = self._part(told, required=required, depth=depth)
        self._under_way.pop()
        return part


def _is_required(element: Element) -> bool:
    stated = element.attributes.get("required", "N")
    if stated not in ("Y", "N", "y", "n"):
        raise element.fault(f"required='{stated}' is neither Y nor N")
    return stated in ("Y", "y")


def _spec(field: Element, tag: int, name: str) -> FieldSpec:
    kind = KINDS.get(field.value("type").upper(), FieldKind.TEXT)
    values: set[bytes] = set()
    is_open = False
    for value in field.inner:
        if value.name == "values":
            raise value.fault("<values> is no part of this format: each <value> stands in <field>")
        if value.name != "value":
            raise value.fault(f"<{value.name}> in <field>")
        try:
            values.add(value.value("enum").encode("latin-1"))
        except UnicodeEncodeError as error:
            raise value.fault("a value that cannot be sent: no single bytes") from error
        is_open = is_open or value.attributes.get("allowOther", "") == "true"
    return FieldSpec(tag, name, kind, frozenset(() if is_open else values))
