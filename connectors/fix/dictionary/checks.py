"""What a message breaks of its dictionary: the first problem, as FIX engines look."""

from enum import IntEnum
from operator import attrgetter

import msgspec

from connectors.fix.dictionary.arranging import Arranged, Node
from connectors.fix.dictionary.formats import CHECKS
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
    lacking = part.needed.difference([node.tag for node in nodes])
    if lacking:
        return min(lacking)
    for node in nodes:
        for entry in node.entries or ():
            missing = _missing_of(part.groups[node.tag], entry)
            if missing:
                return missing
    return 0


def _look(
    nodes: list[Node], known: Dictionary, part: Part | None, *, is_tolerant: bool
) -> Problem | None:
    """`part` is None for header and trailer, which no message may refuse."""
    before: int | None = None
    fields, tags = known.fields, known.tags
    for node in sorted(nodes, key=_by_tag):
        tag, value = node.tag, node.value
        if tag == before:
            return Problem(RejectReason.REPEATED_TAG, tag)
        before = tag
        if not value:
            return Problem(RejectReason.NO_VALUE, tag)
        spec = fields.get(tag)
        if spec is not None and value not in spec.values:
            problem = _value_problem(spec, value)
            if problem is not None and not (
                is_tolerant and problem.reason is RejectReason.BAD_VALUE
            ):
                return problem
        is_known = spec is not None or tag in tags
        is_in_place = part is None or (tag in part.members and node.entries is None)
        if is_known and is_in_place:
            continue
        problem = _place_problem(node, known, part)
        if problem is not None and not (is_tolerant and problem.reason in _TOLERATED):
            return problem
    return None


_by_tag = attrgetter("tag")
_TOLERATED = (RejectReason.INVALID_TAG, RejectReason.NOT_FOR_THIS_TYPE)


def _value_problem(spec: FieldSpec, value: bytes) -> Problem | None:
    """Of a value that is none of those listed; most fields list none."""
    check = CHECKS.get(spec.kind)
    if check is not None and not check(value):
        return Problem(RejectReason.BAD_FORMAT, spec.tag)
    if not spec.values or spec.kind is FieldKind.BOOLEAN:
        return None
    if spec.kind is FieldKind.MANY and spec.values.issuperset(value.split(b" ")):
        return None
    return Problem(RejectReason.BAD_VALUE, spec.tag)


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
