"""What a venue's application messages mean for the desk: the application of the desk's session."""

import time
from collections.abc import Callable, Mapping, Sequence

from connectors.fix.client.asking import FIX42
from connectors.fix.client.disputes import Disputes
from connectors.fix.client.feed import Feed
from connectors.fix.client.hearing import Hearer, words
from connectors.fix.client.listing import Listing
from connectors.fix.client.refusals import Refusals
from connectors.fix.client.roll import Roll
from connectors.fix.client.sessions import Sessions
from connectors.fix.client.statements import Statements, is_answer
from connectors.fix.client.sweeps import Sweeps
from connectors.fix.client.trades import Trades
from connectors.fix.dictionary.arranging import Arranged
from connectors.fix.incoming import UNSUPPORTED_TYPE
from connectors.fix.line import Refused, Reply
from connectors.fix.message import Message
from connectors.fix.settings import Sent
from connectors.fix.tags import Tag, Type
from engine.domain.reports import Report
from engine.instruments import Instrument
from engine.values import Nanos

OF_ORDERS = (Type.EXECUTION_REPORT, Type.CANCEL_REJECT)
LISTS = (Type.SECURITY_LIST_REQUEST, Type.SECURITY_DEFINITION_REQUEST)


class Talk:
    """Turns messages into reports, in their order; they collect until somebody takes them."""

    def __init__(
        self,
        version: str,
        roll: Roll,
        trades: Trades,
        instruments: Mapping[str, Instrument],
        feed: Feed,
        listing: Listing,
        sessions: Sessions,
        *,
        find: Callable[[int], Sent | None],
        note: Callable[[str], None],
        clock: Callable[[], Nanos],
        takes_mass_cancel: bool = True,
        desk: str = "",
    ) -> None:
        """`desk`: what the ids of this desk begin with. `find`: an application message of ours by
        its number; `clock`: what time it is."""
        self.reports: list[Report] = []
        self._feed, self._listing, self._sessions = feed, listing, sessions
        self._note, self._clock = note, clock
        self.disputes = Disputes(note, desk)
        self.hearer = Hearer(version, roll, trades, instruments, note, self.disputes)
        self.statements = Statements(version, roll, self.hearer, instruments, note)
        is_allowed = takes_mass_cancel and version != FIX42  # which has none
        self.sweeps = Sweeps(roll, note, is_allowed=is_allowed)
        self._refusals = Refusals(find, self.hearer, self.statements, self.sweeps, note)
        self._handlers: dict[str, Callable[[Arranged, Message], None]] = {
            Type.EXECUTION_REPORT: self._execution,
            Type.CANCEL_REJECT: self._cancel_rejected,
            Type.BUSINESS_REJECT: self._business_rejected,
            Type.MARKET_DATA_SNAPSHOT: self._snapshot,
            Type.MARKET_DATA_INCREMENT: self._increment,
            Type.MARKET_DATA_REJECT: self._no_market_data,
            Type.SESSION_STATUS: self._session,
            Type.SECURITY_STATUS: self._security,
            Type.SECURITY_LIST: self._listed,
            Type.SECURITY_DEFINITION: self._listed,
            Type.MASS_CANCEL_REPORT: self._swept,
            Type.EMAIL: self._said,
        }

    # The session's application.

    def take(self, arranged: Arranged, message: Message) -> Sequence[Reply] | Refused:
        handler = self._handlers.get(message.type)
        if handler is None:
            return UNSUPPORTED_TYPE
        handler(arranged, message)
        return ()

    def ended(self) -> None:
        self.statements.forget()
        self.sweeps.forget()
        self._feed.lost(self._clock())

    def unread(self, message: Message, why: str) -> None:
        """What the session rejected: of an order it may have been a trade, which is lost to us."""
        if message.type in OF_ORDERS:
            self._note(
                f"message {message.text(Tag.MSG_SEQ_NUM)} told of an order and could not be read"
                f" ({why}): a trade may be missing; open orders are compared within half a minute"
            )
        if message.type == Type.EXECUTION_REPORT:
            self.reports += self.hearer.unread(message, why)

    def rejected(self, message: Message) -> None:
        """A Reject (3) of the session layer: some message of ours could not be read."""
        self._refuse(message)

    # Kinds of messages.

    def _execution(self, arranged: Arranged, message: Message) -> None:
        kind = self.hearer.kind(message)
        if is_answer(message, kind):
            # Told again it answers what an earlier connection asked, and may have changed since.
            if not message.is_set(Tag.POSS_DUP):
                self.reports += self.statements.heard(message)
        else:
            self.reports += self.hearer.execution(message)

    def _swept(self, arranged: Arranged, message: Message) -> None:
        self.sweeps.heard(message, Nanos(time.monotonic_ns()))

    def _cancel_rejected(self, arranged: Arranged, message: Message) -> None:
        if self.sweeps.has(message.text(Tag.CL_ORD_ID)):
            self.sweeps.refused(message.text(Tag.CL_ORD_ID), words(message), for_good=False)
            return
        self.reports += self.hearer.refused(message)

    def _business_rejected(self, arranged: Arranged, message: Message) -> None:
        self._refuse(message)

    def _refuse(self, message: Message) -> None:
        if message.text(Tag.REF_MSG_TYPE) in LISTS:
            if not self._listing.is_complete:
                self._listing.refused(words(message) or "no such list")
            return
        if message.text(Tag.REF_MSG_TYPE) == Type.SESSION_STATUS_REQUEST:
            self.reports += self._sessions.refused()
            return
        self.reports += self._refusals.read(message)

    def _session(self, arranged: Arranged, message: Message) -> None:
        if not message.is_set(Tag.POSS_DUP):
            self.reports += self._sessions.session(message)

    def _security(self, arranged: Arranged, message: Message) -> None:
        if not message.is_set(Tag.POSS_DUP):
            self.reports += self._sessions.security(message)

    def _snapshot(self, arranged: Arranged, message: Message) -> None:
        self._feed.snapshot(arranged, message, self._clock())

    def _increment(self, arranged: Arranged, message: Message) -> None:
        self._feed.increment(arranged, message, self._clock())

    def _no_market_data(self, arranged: Arranged, message: Message) -> None:
        self._feed.rejected(message)

    def _listed(self, arranged: Arranged, message: Message) -> None:
        if not self._listing.is_complete:
            self._listing.heard(arranged, message)

    def _said(self, arranged: Arranged, message: Message) -> None:
        if text := words(message):
            self._note(f"the venue says: {text}")
