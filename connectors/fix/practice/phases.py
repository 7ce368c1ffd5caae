"""Sessions and halts of the practice market, told in FIX to who asked to hear of them."""

from collections import Counter

from connectors.fix.line import Reply
from connectors.fix.message import Field, Message
from connectors.fix.practice.floor import Floor
from connectors.fix.practice.telling import FIX42, plain
from connectors.fix.tags import Tag, Type
from engine.domain.quotes import Phase

SUBSCRIBE, UNSUBSCRIBE = b"1", b"2"
THE_DAY = b"1"
"""TradingSessionID (336): this market has one session a day."""
SESSIONS = {
    Phase.CLOSED: b"3",
    Phase.PRE_OPEN: b"4",
    Phase.AUCTION: b"5",
    Phase.OPEN: b"2",
    Phase.HALTED: b"1",
    Phase.QUOTATION: b"1",
}
"""TradSesStatus (340)."""
HALTED, RESUMED = b"2", b"3"
"""SecurityTradingStatus (326)."""
_PAUSES = (Phase.HALTED, Phase.QUOTATION)


class Phases:
    """Of one client: the market's phase, and symbols that are halted while it is open."""

    def __init__(self, floor: Floor, version: str) -> None:
        self._floor = floor
        self._has_words = version != FIX42
        self._asked = b""
        self._told: Phase | None = None
        self._halted: set[str] = set()

    def forget(self) -> None:
        self._asked, self._told = b"", None
        self._halted.clear()

    def asked(self, message: Message) -> list[Reply]:
        """The answer to a TradingSessionStatusRequest; what changes is told from then on."""
        kind, name = message.get(Tag.SUBSCRIPTION_TYPE), message.get(Tag.TRAD_SES_REQ_ID) or b"-"
        self.forget()
        if kind == UNSUBSCRIBE:
            return []
        self._asked = name
        told = self.changes()
        if kind != SUBSCRIBE:
            self.forget()
        return told

    def changes(self) -> list[Reply]:
        """What changed since it was told last; nothing where nobody asked."""
        if not self._asked:
            return []
        quotes = self._floor.venue.market.quotes
        phases = Counter(quote.phase for quote in quotes.values() if quote.phase not in _PAUSES)
        now = phases.most_common(1)[0][0] if phases else Phase.HALTED
        told: list[Reply] = []
        if now is not self._told:
            self._told = now
            told.append(self._session(now))
        halted = {symbol for symbol, quote in quotes.items() if quote.phase in _PAUSES}
        for symbol in sorted(halted ^ self._halted):
            is_told_why = symbol in halted and self._has_words
            words = quotes[symbol].phase_text if is_told_why else ""
            told.append(_status(symbol, words, is_halted=symbol in halted))
        self._halted = halted
        return told

    def _session(self, phase: Phase) -> Reply:
        body: list[Field] = [
            (Tag.TRAD_SES_REQ_ID, self._asked),
            (Tag.TRADING_SESSION_ID, THE_DAY),
            (Tag.TRAD_SES_STATUS, SESSIONS[phase]),
        ]
        return Reply(Type.SESSION_STATUS, body)


def _status(symbol: str, words: str, *, is_halted: bool) -> Reply:
    body: list[Field] = [
        (Tag.SYMBOL, symbol.encode("ascii")),
        *([(Tag.TEXT, plain(words))] if words else []),
        (Tag.SECURITY_TRADING_STATUS, HALTED if is_halted else RESUMED),
    ]
    return Reply(Type.SECURITY_STATUS, body)
