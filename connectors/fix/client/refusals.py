"""Reject (3) and BusinessMessageReject (j): which of our requests they mean, and what follows."""

from collections.abc import Callable

from connectors.fix.client.hearing import Hearer, words
from connectors.fix.client.statements import Statements
from connectors.fix.client.sweeps import Sweeps
from connectors.fix.message import Message, parse
from connectors.fix.settings import Sent
from connectors.fix.tags import Tag, Type
from engine.domain import reports as rep

UNKNOWN_ID = "1"
"""BusinessRejectReason (380)."""
NOT_READ = "the venue could not read it"


class Refusals:
    """Finds the message that was refused by its number (45), in what was sent."""

    def __init__(
        self,
        find: Callable[[int], Sent | None],
        hearer: Hearer,
        statements: Statements,
        sweeps: Sweeps,
        note: Callable[[str], None],
    ) -> None:
        """`find`: a message by the number it left with."""
        self._find, self._hearer, self._statements, self._note = find, hearer, statements, note
        self._sweeps = sweeps

    def read(self, message: Message) -> list[rep.Report]:
        """An order that the venue could not read is rejected; a request about one has failed."""
        text = words(message) or NOT_READ
        number = message.number(Tag.REF_SEQ_NUM)
        sent = self._find(number) if number is not None else None
        asked = parse(sent.data) if sent is not None else None
        if not isinstance(asked, Message):
            self._note(f"the venue refuses message {number} of this desk: {text}")
            return []
        is_unknown = message.text(Tag.BUSINESS_REJECT_REASON) == UNKNOWN_ID
        name, of = asked.text(Tag.CL_ORD_ID), asked.text(Tag.ORIG_CL_ORD_ID)
        match asked.type:
            case Type.NEW_ORDER_SINGLE:
                return [rep.VenueRejected(name, text)]
            case Type.CANCEL_REQUEST:
                return [rep.VenueCancelRefused(of, text)]
            case Type.REPLACE_REQUEST:
                return self._hearer.not_replaced(of, name, text)
            case Type.STATUS_REQUEST:
                return self._statements.status_refused(name, text, is_unknown=is_unknown)
            case Type.MASS_STATUS_REQUEST:
                asked_as = asked.text(Tag.MASS_STATUS_REQ_ID)
                return self._statements.refused(asked_as, text, is_none=is_unknown)
            case Type.MASS_CANCEL_REQUEST:
                self._sweeps.refused(name, text, for_good=True)
                return []
        self._note(f"the venue refuses {asked.type}, message {number} of this desk: {text}")
        return []
