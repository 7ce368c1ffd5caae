"""When the venue trades, as it tells: the phase of its session, and halts of single symbols."""

from connectors.fix.client.asking import Ask
from connectors.fix.message import Message
from connectors.fix.tags import Tag, Type
from engine.domain.quotes import Market, Phase
from engine.domain.reports import PhaseChanged, Report
from engine.values import NANOS_PER_SECOND, Nanos

EVERY_SYMBOL = "*"
REQUEST_ID = b"S1"
SUBSCRIBE = b"1"
ANSWERS_WITHIN = Nanos(3 * NANOS_PER_SECOND)
PHASES = {
    b"1": Phase.HALTED,
    b"2": Phase.OPEN,
    b"3": Phase.CLOSED,
    b"4": Phase.PRE_OPEN,
    b"5": Phase.AUCTION,
}
"""TradSesStatus (340); what is unknown there (0) stays as it was."""
STATUSES = {
    b"2": Phase.HALTED,
    b"3": Phase.OPEN,
    b"17": Phase.OPEN,
    b"18": Phase.CLOSED,
    b"21": Phase.PRE_OPEN,
}
"""SecurityTradingStatus (326): halt, resume, ready to trade, not available, pre-open."""


class Sessions:
    """Keeps the phase of every quote.

    A venue that tells none is taken as open: it knows itself when an order may come.
    """

    def __init__(self, market: Market) -> None:
        self._market = market
        self.is_known = False
        """The venue has told a phase, or that it tells none."""
        self._phase = Phase.CLOSED
        self._halted: dict[str, str] = {}
        self._doubted: set[str] = set()
        """Halted when the line broke: who asks again is told of those that are still."""
        self._asked_at = Nanos(0)

    def ask(self, now: Nanos) -> Ask:
        self._asked_at, self._doubted = now, set(self._halted)
        body = [(Tag.SUBSCRIPTION_TYPE, SUBSCRIBE), (Tag.TRAD_SES_REQ_ID, REQUEST_ID)]
        return Ask(Type.SESSION_STATUS_REQUEST, body)

    def late(self, now: Nanos) -> list[Report]:
        """A venue that does not answer at all tells no sessions either, and a halt that it does
        not tell again is over: nobody would ever say so any more."""
        if not self._asked_at or now - self._asked_at < ANSWERS_WITHIN:
            return []
        over, self._doubted = sorted(self._doubted), set()
        return self.refused() + [told for symbol in over for told in self._resumed(symbol)]

    def refused(self) -> list[Report]:
        """It tells no sessions."""
        return [] if self.is_known else self._enter(Phase.OPEN)

    def session(self, message: Message) -> list[Report]:
        """h: the phase of all that is traded there."""
        phase = PHASES.get(message.get(Tag.TRAD_SES_STATUS) or b"")
        if phase is None:
            return self.refused()
        if self.is_known and phase is self._phase:
            return []
        return self._enter(phase)

    def security(self, message: Message) -> list[Report]:
        """f: one symbol by itself."""
        symbol = message.text(Tag.SYMBOL)
        phase = STATUSES.get(message.get(Tag.SECURITY_TRADING_STATUS) or b"")
        quote = self._market.quotes.get(symbol)
        if phase is None or quote is None:
            return []
        self._doubted.discard(symbol)
        if phase is Phase.OPEN:
            return self._resumed(symbol)
        quote.phase, quote.phase_text = phase, message.text(Tag.TEXT)
        self._halted[symbol] = quote.phase_text
        return [PhaseChanged(symbol, phase, quote.phase_text)]

    def _resumed(self, symbol: str) -> list[Report]:
        """It is again whatever the market is."""
        self._halted.pop(symbol, None)
        quote = self._market.quotes.get(symbol)
        if quote is None:
            return []  # it is listed no more
        quote.phase, quote.phase_text = self._phase, ""
        return [PhaseChanged(symbol, self._phase)]

    def _enter(self, phase: Phase) -> list[Report]:
        self.is_known, self._phase = True, phase
        for symbol, quote in self._market.quotes.items():
            if symbol not in self._halted:
                quote.phase, quote.phase_text = phase, ""
        told: list[Report] = [PhaseChanged(EVERY_SYMBOL, phase)]
        quotes = self._market.quotes
        halted = [(s, quotes[s].phase, why) for s, why in self._halted.items() if s in quotes]
        return told + [PhaseChanged(*each) for each in halted]
