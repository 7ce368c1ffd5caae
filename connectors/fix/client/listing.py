"""What a venue trades: asked for once a session, as a security list or as definitions (4.2)."""

from collections.abc import Callable, Sequence

from connectors.fix.client.asking import FIX42, Ask
from connectors.fix.client.reading import scaled
from connectors.fix.dictionary.arranging import Arranged, Node
from connectors.fix.message import Message
from connectors.fix.tags import Tag, Type
from engine.instruments import Instrument
from engine.values import NANOS_PER_SECOND, Nanos, Quantity

SYMBOL_LENGTH_MAX = 20
LISTED_MAX = 20_000
REQUEST_ID = b"L1"
ANSWERS_WITHIN = Nanos(5 * NANOS_PER_SECOND)
EVERYTHING, LIST_OF_SECURITIES = b"4", b"3"
"""SecurityListRequestType (559), SecurityRequestType (321)."""


class Listing:
    """Collects instruments until the venue has told the last of them."""

    def __init__(self, version: str, wanted: Sequence[str], note: Callable[[str], None]) -> None:
        """`wanted`: only these symbols; without a list of the venue's, exactly these."""
        self._is_42 = version == FIX42
        self._wanted = tuple(wanted)
        self._note = note
        self._found: dict[str, Instrument] = {}
        self.is_complete = False
        self.objection = ""
        """Why nothing is traded here, as a sentence; empty where something is."""
        self._asked_at = Nanos(0)

    def ask(self, now: Nanos) -> Ask:
        self._asked_at = now
        if self._is_42:
            body = [(Tag.SECURITY_REQ_ID, REQUEST_ID)]
            body.append((Tag.SECURITY_REQUEST_TYPE, LIST_OF_SECURITIES))
            return Ask(Type.SECURITY_DEFINITION_REQUEST, body)
        body = [(Tag.SECURITY_REQ_ID, REQUEST_ID), (Tag.SECURITY_LIST_TYPE, EVERYTHING)]
        return Ask(Type.SECURITY_LIST_REQUEST, body)

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        return tuple(self._found.values())

    def heard(self, arranged: Arranged, message: Message) -> None:
        """y, in one message or in fragments, or d."""
        for entry in _entries(arranged):
            self._add({node.tag: node.value.decode("latin-1") for node in entry})
        total = message.number(Tag.TOT_NO_RELATED_SYM)
        is_last = message.get(Tag.LAST_FRAGMENT) != b"N"
        if is_last or (total is not None and len(self._found) >= total):
            self._done("the venue lists none of the symbols that are wanted")

    def late(self, now: Nanos) -> None:
        """A venue that does not answer at all has no list either."""
        if self._asked_at and not self.is_complete and now - self._asked_at >= ANSWERS_WITHIN:
            self.refused("it does not answer")

    def refused(self, text: str) -> None:
        """It has no such list: what was named has to do."""
        for symbol in self._wanted:
            self._found[symbol] = Instrument(symbol)
        self._note(f"the venue lists nothing ({text}); taken as named: {len(self._found)} symbols")
        self._done(f"the venue does not say what it trades ({text}): name it with --symbols")

    def _done(self, objection: str) -> None:
        self.is_complete = True
        self.objection = "" if self._found else objection

    def _add(self, told: dict[int, str]) -> None:
        symbol = told.get(Tag.SYMBOL) or told.get(Tag.UNDERLYING_SYMBOL) or ""
        is_readable = symbol.isascii() and symbol.isprintable() and " " not in symbol
        if not (is_readable and 0 < len(symbol) <= SYMBOL_LENGTH_MAX):
            return
        if self._wanted and symbol not in self._wanted:
            return
        if len(self._found) >= LISTED_MAX:
            return
        lot = scaled(told.get(Tag.ROUND_LOT, ""), 0)
        self._found[symbol] = Instrument(
            symbol,
            name=told.get(Tag.SECURITY_DESC, "")[:60],
            currency=told.get(Tag.CURRENCY, "USD"),
            lot_size=Quantity(lot.value if lot.is_exact and lot.value > 0 else 1),
        )


def _entries(arranged: Arranged) -> Sequence[Sequence[Node]]:
    for node in arranged.body:
        if node.tag == Tag.NO_RELATED_SYM:
            return node.entries or ()
    return ()
