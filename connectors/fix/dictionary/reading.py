"""Reads the dictionaries that ship: a line a fact, `*` for what is required, brackets for groups.

```
version FIX.4.4
extends FIX.4.2               what is not said again is as there
types   0* D 8                message types that exist; * for those of the session
tags    1-9 11                fields that exist
header  8* 9* 627(628 629)    fields in order; a group stands in brackets behind its count
component Parties 453(448 447)
message D NewOrderSingle 11* @Parties 54*
field   54 Side CHAR 1 2 3    number, name, kind, the values it may have
```
A line that begins with a space goes on with the one before it.
"""

from functools import lru_cache
from importlib.resources import files

from connectors.fix.dictionary.tables import (
    KINDS,
    Dictionary,
    FieldKind,
    FieldSpec,
    MessageSpec,
    Part,
)
from engine.errors import InputError

FILES = {
    "FIX.4.2": "fix42.txt",
    "FIX.4.4": "fix44.txt",
    "FIXT.1.1": "fixt11.txt",
    "FIX.5.0SP2": "fix50sp2.txt",
}
DEPTH_MAX = 8
"""Groups within groups."""


class DictionaryError(InputError):
    """A dictionary says something that cannot be; the sentence names the line."""


@lru_cache(maxsize=len(FILES))
def shipped(version: str) -> Dictionary:
    """The dictionary of a version. Raises KeyError for one that is not supported."""
    text = files(__package__).joinpath(FILES[version]).read_text("ascii")
    return read(text)


def read(text: str) -> Dictionary:
    """Raises DictionaryError."""
    reader = _Reader()
    for number, line in _lines(text):
        try:
            reader.take(line.split())
        except (KeyError, ValueError, IndexError) as error:
            raise DictionaryError(f"line {number} of the dictionary: {error}") from error
    return reader.finish()


def _lines(text: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(" ") and found:
            found[-1] = (found[-1][0], found[-1][1] + line)
        elif line.strip() and not line.startswith("#"):
            found.append((number, line))
    return found


class _Reader:
    """Collects the lines; components may be named before they are told."""

    def __init__(self) -> None:
        self.base: Dictionary | None = None
        self.version = ""
        self.types: frozenset[str] = frozenset()
        self.tags: frozenset[int] = frozenset()
        self.fields: dict[int, FieldSpec] = {}
        self.components: dict[str, list[str]] = {}
        self.parts: dict[str, list[str]] = {}
        self.bodies: dict[str, tuple[str, list[str]]] = {}

    def take(self, words: list[str]) -> None:
        match words:
            case ["version", version]:
                self.version = version
            case ["extends", version]:
                self._extend(version)
            case ["types", *types]:
                self.types = frozenset(word.rstrip("*") for word in types)
            case ["tags", *ranges]:
                self.tags = frozenset(tag for text in ranges for tag in _range(text))
            case [("header" | "trailer") as part, *fields]:
                self.parts[part] = _tokens(fields)
            case ["component", name, *fields]:
                self.components[name] = _tokens(fields)
            case ["message", type, name, *fields]:
                self.bodies[type] = (name, _tokens(fields))
            case ["field", tag, name, kind, *values]:
                allowed = frozenset(value.encode("ascii") for value in values)
                kind_of = KINDS.get(kind, FieldKind.TEXT)
                self.fields[int(tag)] = FieldSpec(int(tag), name, kind_of, allowed)
            case _:
                raise ValueError(f"'{words[0]}' is nothing that a dictionary says")

    def _extend(self, version: str) -> None:
        text = files(__package__).joinpath(FILES[version]).read_text("ascii")
        for _, line in _lines(text):
            words = line.split()
            if words[0] not in ("version", "types", "tags"):
                self.take(words)

    def finish(self) -> Dictionary:
        messages = {}
        for type, (name, tokens) in self.bodies.items():
            body = self.part(tokens, required=True)
            messages[type] = MessageSpec(type, name, body, every_tag(body))
        empty: list[str] = []
        return Dictionary(
            version=self.version,
            types=self.types,
            tags=self.tags,
            header=self.part(self.parts.get("header", empty), required=True),
            trailer=self.part(self.parts.get("trailer", empty), required=True),
            messages=messages,
            fields=self.fields,
        )

    def part(self, tokens: list[str], *, required: bool, depth: int = 0) -> Part:
        """The fields of a list of tokens; what is required of a component that is not is not."""
        if depth > DEPTH_MAX:
            raise DictionaryError(f"groups within groups deeper than {DEPTH_MAX}")
        fields: list[int] = []
        needed: list[int] = []
        groups: dict[int, Part] = {}
        at = 0
        while at < len(tokens):
            token = tokens[at]
            at += 1
            is_needed = token.endswith("*")
            if token.startswith("@"):
                inner = self.components.get(token[1:].rstrip("*"))
                if inner is None:
                    raise DictionaryError(f"there is no component {token[1:]}")
                part = self.part(inner, required=required and is_needed, depth=depth + 1)
                fields += part.fields
                needed += part.required
                groups |= part.groups
                continue
            tag = int(token.rstrip("*"))
            fields.append(tag)
            if is_needed and required:
                needed.append(tag)
            if at < len(tokens) and tokens[at] == "(":
                end = _closing(tokens, at)
                groups[tag] = self.part(tokens[at + 1 : end], required=True, depth=depth + 1)
                at = end + 1
        return Part.of(fields, needed, groups)


def _tokens(words: list[str]) -> list[str]:
    """Fields and brackets, each a token of its own."""
    text = " ".join(words).replace("(", " ( ").replace(")", " ) ")
    return text.split()


def _closing(tokens: list[str], at: int) -> int:
    depth = 0
    for index in range(at, len(tokens)):
        depth += (tokens[index] == "(") - (tokens[index] == ")")
        if depth == 0:
            return index
    raise DictionaryError("a group that does not end")


def _range(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def every_tag(part: Part) -> frozenset[int]:
    """Of the part and of every group in it."""
    inner = (every_tag(group) for group in part.groups.values())
    return frozenset(part.fields).union(*inner)
