"""What a message breaks of its dictionary: the first problem, as FIX engines look."""

from enum import IntEnum

import msgspec

from connectors.fix.dictionary.arranging import Arranged, Node
from connectors.fix.dictionary.formats import fits
from connectors.fix.dictionary.tables import Dictionary, FieldKind, FieldSpec, Part


class RejectReason(IntEnum):
    """SessionRejectReason (373)."""

    INVALID_TAG = 0
    REQUIRED_MISSING = 1
    NOT_FOR_THIS_TYPE = 2
    UNDEFINED_TAG = 3
    NO_VALUE = 4
    BAD_VALUE = 5
    BAD_FORMAT = 6
    COMP_ID = 9
    SENDING_TIME = 10
    INVALID_TYPE = 11
    REPEATED_TAG = 13
    OUT_OF_ORDER = 14
    BAD_GROUP_COUNT = 16


REJECT_TEXTS: dict[RejectReason, str] = {
    RejectReason.INVALID_TAG: "Invalid tag number",
    RejectReason.REQUIRED_MISSING: "Required tag missing",
    RejectReason.NOT_FOR_THIS_TYPE: "Tag not defined for this message type",
    RejectReason.UNDEFINED_TAG: "Undefined Tag",
    RejectReason.NO_VALUE: "Tag specified without a value",
    RejectReason.BAD_VALUE: "Value is incorrect (out of range) for this tag",
    RejectReason.BAD_FORMAT: "Incorrect data format for value",
    RejectReason.COMP_ID: "CompID problem",
    RejectReason.SENDING_TIME: "SendingTime accuracy problem",
    RejectReason.INVALID_TYPE: "Invalid MsgType",
    RejectReason.REPEATED_TAG: "Tag appears more than once",
    RejectReason.OUT_OF_ORDER: "Tag specified out of required order",
    RejectReason.BAD_GROUP_COUNT: "Incorrect NumInGroup count for repeating group",
}
"""Text (58) of each, word for word what counterparties compare."""


class Problem(msgspec.Struct, frozen=True, gc=False):
    """Why a message is rejected; tag −1 where no field is to blame."""

    reason: RejectReason
    tag: int = -1


NO_TAG = -1


def find_problem(
    arranged: Arranged, session: Dictionary, application: Dictionary, *, is_tolerant: bool
) -> Problem | None:
    """The first thing that is wrong with a message; None where all is well.

    Order, presence of what is required, then header, trailer and body by ascending field. A
    tolerant reader lets fields and values pass that its dictionary does not know.
    """
    if arranged.misplaced:
        return Problem(RejectReason.OUT_OF_ORDER, arranged.misplaced)
    if arranged.type not in application.types and arranged.type not in session.types:
        return Problem(RejectReason.INVALID_TYPE)
    spec = application.messages.get(arranged.type)
    missing = _missing(arranged, session, spec.body if spec is not None else None)
    if missing:
        return Problem(RejectReason.REQUIRED_MISSING, missing)
    for nodes in (arranged.header, arranged.trailer):
        problem = _look(nodes, session, None, is_tolerant=is_tolerant)
        if problem is not None:
            return problem
    return _look(
        arranged.body,
        application,
        spec.body if spec is not None else None,
        is_tolerant=is_tolerant,
    )


def _missing(arranged: Arranged, session: Dictionary, body: Part | None) -> int:
    """The lowest field that is required and is not there; 0 where none is missing."""
    for part, nodes in ((session.header, arranged.header), (body, arranged.body)):
        if part is None:
            continue
        missing = _missing_of(part, nodes)
        if missing:
            return missing
    return 0


def _missing_of(part: Part, nodes: list[Node]) -> int:
    present = {node.tag for node in nodes}
    for tag in sorted(part.required):
        if tag not in present and tag not in _FRAME:
            return tag
    for node in nodes:
        group = part.groups.get(node.tag)
        for entry in node.entries or () if group is not None else ():
            assert group is not None
            missing = _missing_of(group, entry)
            if missing:
                return missing
    return 0


_FRAME = frozenset({8, 9, 10, 35})
"""Without these nothing was parsed."""


def _look(
    nodes: list[Node], known: Dictionary, part: Part | None, *, is_tolerant: bool
) -> Problem | None:
    """`part` is None for header and trailer, which no message may refuse."""
    before: int | None = None
    for node in sorted(nodes, key=lambda node: node.tag):
        if node.tag == before:
            return Problem(RejectReason.REPEATED_TAG, node.tag)
        before = node.tag
        if not node.value:
            return Problem(RejectReason.NO_VALUE, node.tag)
        spec = known.fields.get(node.tag)
        problem = _value_problem(spec, node) if spec is not None else None
        if problem is not None and not (is_tolerant and problem.reason is RejectReason.BAD_VALUE):
            return problem
        problem = _place_problem(node, known, part)
        if problem is not None and not (is_tolerant and problem.reason in _TOLERATED):
            return problem
    return None


_TOLERATED = (RejectReason.INVALID_TAG, RejectReason.NOT_FOR_THIS_TYPE)


def _value_problem(spec: FieldSpec, node: Node) -> Problem | None:
    if not fits(spec.kind, node.value):
        return Problem(RejectReason.BAD_FORMAT, node.tag)
    if not spec.values or spec.kind is FieldKind.BOOLEAN:
        return None
    values = node.value.split(b" ") if spec.kind is FieldKind.MANY else (node.value,)
    if all(value in spec.values for value in values):
        return None
    return Problem(RejectReason.BAD_VALUE, node.tag)


def _place_problem(node: Node, known: Dictionary, part: Part | None) -> Problem | None:
    if node.tag not in known.tags and node.tag not in known.fields:
        return Problem(RejectReason.INVALID_TAG, node.tag)
    if part is None:
        return None
    if not part.has(node.tag):
        return Problem(RejectReason.NOT_FOR_THIS_TYPE, node.tag)
    if node.entries is not None and node.value != b"%d" % len(node.entries):
        return Problem(RejectReason.BAD_GROUP_COUNT, node.tag)
    return None
