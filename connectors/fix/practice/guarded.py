"""A door before the venue's applications: one message that breaks them ends neither line nor venue.

An initiator has no such door: what breaks a desk stops it, and the message comes again.
"""

from collections.abc import Callable, Sequence

from connectors.fix.dictionary.arranging import Arranged
from connectors.fix.line import Application, Refused, Reply
from connectors.fix.message import Message, guard
from connectors.fix.tags import Tag, Type

NOT_AVAILABLE = 4
"""BusinessRejectReason (380): application not available."""


def dispute_words(message: Message) -> str:
    """A DontKnowTrade: nobody here decides it, whoever runs the venue does (`bust ID`)."""
    sender, exec_id = message.text(Tag.SENDER_COMP_ID), message.text(Tag.EXEC_ID)
    reason, text = message.text(Tag.DK_REASON), message.text(Tag.TEXT)
    return f"{sender} does not know trade {exec_id} (reason {reason}): {text or 'no word on why'}"


class Guarded:
    """An application whose failures are told to the client and to whoever runs the venue."""

    def __init__(self, inner: Application, note: Callable[[str], None]) -> None:
        self._inner, self._note = inner, note

    def take(self, arranged: Arranged, message: Message) -> Sequence[Reply] | Refused:
        if message.type == Type.DONT_KNOW_TRADE:
            self._note(dispute_words(message))
            return ()
        try:
            answer = self._inner.take(arranged, message)
            if not isinstance(answer, Refused):
                for reply in answer:
                    guard(reply.body)
            return answer
        except Exception as error:
            # The client must hear that nobody took it, and its number must be used up: sent again
            # after a reconnect it would break the same thing for ever. A practice venue is not
            # worth less for the one order it failed at.
            number = message.text(Tag.MSG_SEQ_NUM)
            self._note(f"a fault of the venue: message {number} of type {message.type}: {error!r}")
            return Refused(NOT_AVAILABLE, "the venue failed at this message: a fault of its own")

    def ended(self) -> None:
        self._inner.ended()
