"""Sorts the fields of a message into header, body and trailer, with groups as entries."""

import msgspec

from connectors.fix.dictionary.tables import Dictionary, Part
from connectors.fix.message import Field, Message
from connectors.fix.tags import ADMIN_TYPES


class Node(msgspec.Struct, frozen=True, gc=False):
    """One field; a field that counts a group has its entries."""

    tag: int
    value: bytes
    entries: list[list["Node"]] | None = None


class Arranged(msgspec.Struct, frozen=True):
    """A message by its parts, each in the order of the wire."""

    type: str
    header: list[Node]
    body: list[Node]
    trailer: list[Node]
    misplaced: int = 0
    """The first field that stands behind a part it does not belong behind; 0 where none does."""

    def get(self, tag: int) -> bytes | None:
        """Of header and body; None where it is not there."""
        for nodes in (self.header, self.body):
            for node in nodes:
                if node.tag == tag:
                    return node.value
        return None


GROUP_ENTRIES_MAX = 10_000
_NO_PART = Part.of()


def arrange(message: Message, session: Dictionary, application: Dictionary) -> Arranged:
    """Never raises: what does not fit is left for the checks."""
    known = session if message.type in ADMIN_TYPES else application
    spec = known.messages.get(message.type)
    body_part = spec.body if spec is not None else _NO_PART
    header: list[Node] = []
    body: list[Node] = []
    trailer: list[Node] = []
    in_header, in_trailer, misplaced = True, False, 0
    fields, at = message.fields, 0
    in_head, in_trail = session.header.members, session.trailer.members
    groups = body_part.groups
    while at < len(fields):
        tag, value = fields[at]
        if tag in in_head:
            node, at = _node(fields, at, session.header)
            header.append(node)
            misplaced = misplaced or (0 if in_header else tag)
        elif tag in in_trail:
            node, at = _node(fields, at, session.trailer)
            trailer.append(node)
            in_header, in_trailer = False, True
        else:
            if tag in groups:
                node, at = _node(fields, at, body_part)
            else:
                node, at = Node(tag, value), at + 1
            body.append(node)
            misplaced = misplaced or (tag if in_trailer else 0)
            in_header = in_trailer = False
    return Arranged(message.type, header, body, trailer, misplaced)


def _node(fields: list[Field], at: int, part: Part) -> tuple[Node, int]:
    """(the field at `at` with its entries, where the next one begins)."""
    tag, value = fields[at]
    at += 1
    if tag not in part.groups:
        return Node(tag, value), at
    group = part.groups[tag]
    entries: list[list[Node]] = []
    seen: set[int] = set()
    while at < len(fields) and group.has(fields[at][0]):
        inner = fields[at][0]
        if not entries or inner == group.fields[0] or inner in seen:
            if len(entries) == GROUP_ENTRIES_MAX:
                break
            entries.append([])
            seen = set()
        node, at = _node(fields, at, group)
        entries[-1].append(node)
        seen.add(inner)
    order = {inner: place for place, inner in enumerate(group.fields)}
    for entry in entries:
        entry.sort(key=lambda node: order[node.tag])
    return Node(tag, value, entries), at


def flatten(nodes: list[Node]) -> list[Field]:
    """The fields again, ascending; the entries of a group in their order behind their count."""
    fields: list[Field] = []
    for node in sorted(nodes, key=lambda node: node.tag):
        fields.append((node.tag, node.value))
        for entry in node.entries or ():
            for inner in entry:
                fields += [(inner.tag, inner.value)] if inner.entries is None else flatten([inner])
    return fields
