"""Says what is wrong with a message: as a Reject (3), or as a BusinessMessageReject (j)."""

from connectors.fix.dictionary.checks import NO_TAG, REJECT_TEXTS, Problem, RejectReason
from connectors.fix.line import Instant, Line, Refused
from connectors.fix.message import Field, Message
from connectors.fix.tags import ADMIN_TYPES, Tag, Type

CONDITIONALLY_MISSING = 5
_ROUTES = (
    (Tag.ON_BEHALF_OF_COMP_ID, Tag.DELIVER_TO_COMP_ID),
    (Tag.ON_BEHALF_OF_SUB_ID, Tag.DELIVER_TO_SUB_ID),
    (Tag.ON_BEHALF_OF_LOCATION_ID, Tag.DELIVER_TO_LOCATION_ID),
)
_FIX42, _FIX50SP2 = "FIX.4.2", "FIX.5.0SP2"
OTHER, THROTTLED = 0, 8
"""BusinessRejectReason (380)."""


def reject(line: Line, message: Message, problem: Problem, now: Instant) -> None:
    """A Reject back on the way it came; uses up the number of a message that was in its turn."""
    number = message.number(Tag.MSG_SEQ_NUM)
    body: list[Field] = []
    if number is not None:
        body.append((Tag.REF_SEQ_NUM, b"%d" % number))
    body.append((Tag.TEXT, REJECT_TEXTS[problem.reason].encode("ascii")))
    if problem.tag != NO_TAG or problem.reason is RejectReason.INVALID_TAG:
        body.append((Tag.REF_TAG_ID, b"%d" % problem.tag))
    body.append((Tag.REF_MSG_TYPE, message.type.encode("latin-1")))
    if line.settings.version != _FIX42 or problem.reason <= RejectReason.INVALID_TYPE:
        body.append((Tag.SESSION_REJECT_REASON, b"%d" % problem.reason))
    if message.type not in (Type.LOGON, Type.SEQUENCE_RESET) and number == line.memory.next_in:
        line.memory.next_in += 1
        if message.type not in ADMIN_TYPES:
            line.unread(message, f"{REJECT_TEXTS[problem.reason]}, field {problem.tag}")
    line.note(f"message {number} rejected: {REJECT_TEXTS[problem.reason]}, field {problem.tag}")
    line.emit(Type.REJECT, body, now, head=_route_back(message))


def absent_party(line: Line, message: Message, tag: int, now: Instant) -> None:
    """A message that does not say from whom or for whom it is."""
    if message.type in ADMIN_TYPES:
        reject(line, message, Problem(RejectReason.REQUIRED_MISSING, tag), now)
        if message.type == Type.LOGON:
            line.close("a logon without names", now)
        return
    text = f"Conditionally Required Field Missing ({tag})"
    line.unread(message, text)
    refuse(line, message, Refused(CONDITIONALLY_MISSING, text), now)


def refuse(line: Line, message: Message, refused: Refused, now: Instant) -> None:
    """The application does not take a message; its number is used up."""
    body: list[Field] = [
        (Tag.REF_SEQ_NUM, message.get(Tag.MSG_SEQ_NUM) or b"0"),
        (Tag.TEXT, refused.text.encode("ascii", "replace")),
        (Tag.REF_MSG_TYPE, message.type.encode("latin-1")),
    ]
    if refused.ref_id:
        body.append((Tag.BUSINESS_REJECT_REF_ID, refused.ref_id))
    body.append((Tag.BUSINESS_REJECT_REASON, b"%d" % refused.reason))
    if line.settings.appl_ver_id and line.settings.refuses_with_version:
        body.append((Tag.DEFAULT_APPL_VER_ID, line.settings.appl_ver_id.encode("ascii")))
    if not refused.is_usual:
        line.note(f"message {message.text(Tag.MSG_SEQ_NUM)} refused: {refused.text}")
    line.memory.next_in += 1
    line.emit(Type.BUSINESS_REJECT, body, now)


def too_fast(line: Line, message: Message) -> Refused:
    """More messages than were agreed on; from 5.0 SP2 on there is a reason for it."""
    reason = THROTTLED if line.settings.version == _FIX50SP2 else OTHER
    text = f"more than {line.settings.rate_max} messages a second; this one was not taken"
    ref_id = message.get(Tag.CL_ORD_ID) or message.get(Tag.MD_REQ_ID) or b""
    return Refused(reason, text, ref_id)


def _route_back(message: Message) -> list[Field]:
    """On whose behalf it came is to whom it goes back, and the other way round."""
    back: list[Field] = []
    for behalf, deliver in _ROUTES:
        for here, there in ((behalf, deliver), (deliver, behalf)):
            value = message.get(here)
            if value:
                back.append((there, value))
    return back
