"""The application of session conformance suites: it sends back what it got."""

from collections.abc import Mapping, Sequence

from connectors.fix.dictionary.arranging import Arranged, flatten
from connectors.fix.dictionary.tables import Dictionary
from connectors.fix.incoming import UNSUPPORTED_TYPE
from connectors.fix.line import Refused, Reply
from connectors.fix.message import Field, Message
from connectors.fix.session import Session
from connectors.fix.settings import SessionSettings, ShortMemory
from connectors.fix.tags import Tag, Type

VENUE = "ISLD"
CLIENTS = {"FIX.4.2": "TW42", "FIX.4.4": "TW44", "FIX.5.0SP2": "TW50SP2"}
"""Who connects, by version: the names that conformance suites use."""

SEEN_MAX = 100_000
_ECHOED = (Type.NEW_ORDER_SINGLE, Type.SECURITY_DEFINITION, Type.EMAIL)
_NOT_REPEATED = frozenset(
    {
        Tag.MSG_TYPE,
        Tag.MSG_SEQ_NUM,
        Tag.SENDER_COMP_ID,
        Tag.TARGET_COMP_ID,
        Tag.SENDING_TIME,
        Tag.POSS_DUP,
        Tag.ORIG_SENDING_TIME,
    }
)


class Echo:
    """Orders, security definitions and mails go back; an order that may be a repeat does not."""

    def __init__(self) -> None:
        self._seen: dict[bytes, None] = {}

    def take(self, arranged: Arranged, message: Message) -> Sequence[Reply] | Refused:
        if message.type not in _ECHOED:
            return UNSUPPORTED_TYPE
        if message.type == Type.NEW_ORDER_SINGLE and self._is_repeat(message):
            return ()
        head: tuple[Field, ...] = tuple(
            (node.tag, node.value) for node in arranged.header if node.tag not in _NOT_REPEATED
        )
        return (Reply(message.type, flatten(arranged.body), head),)

    def ended(self) -> None:
        self._seen.clear()

    def _is_repeat(self, message: Message) -> bool:
        order_id = message.get(Tag.CL_ORD_ID) or b""
        if message.is_set(Tag.POSS_RESEND) and order_id in self._seen:
            return True
        self._seen[order_id] = None
        if len(self._seen) > SEEN_MAX:
            del self._seen[next(iter(self._seen))]
        return False


def echo_session(version: str, dictionaries: Mapping[str, Dictionary] | None = None) -> Session:
    """What a conformance suite expects: numbers begin anew with each Logon, everything is checked.

    Raises KeyError for a version that is not supported.
    """
    settings = SessionSettings(
        version=version,
        sender=VENUE,
        target=CLIENTS[version],
        is_initiator=False,
        resets_on_logon=True,
        garbled_max=0,
        refuses_with_version=True,
        dictionaries=dictionaries or {},
    )
    return Session(settings, ShortMemory(), Echo())
