"""Market data of one session: which symbols are subscribed, how deep, and what is heard of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from connectors.fix.client.asking import Ask
from connectors.fix.client.books import BID, OFFER, TRADE, Entry, SymbolBook
from connectors.fix.dictionary.arranging import Arranged, Node
from connectors.fix.message import Field, Message
from connectors.fix.tags import Tag, Type
from engine.domain.quotes import Market
from engine.domain.views import DepthRow, TradePrint
from engine.instruments import Instrument
from engine.values import Nanos, Side

SYMBOLS_MAX = 150
"""Subscribed at a time; of a venue that lists more the rest is read by nobody."""
DEEP_MAX = 4
"""Symbols whose depth is subscribed; the one that was looked at longest ago gives way."""
TOUCH_LEVELS, DEEP_LEVELS = 1, 50
SNAPSHOT_AND_UPDATES, UNSUBSCRIBE = b"1", b"2"
INCREMENTAL = b"1"
KINDS = (BID, OFFER, TRADE)
IN_DOUBT = "the book of {} had a change that fits nothing: it is asked for anew"


class Feed:
    """Writes the market that rules and screen read; gives the requests that it wants to leave."""

    def __init__(
        self, instruments: Mapping[str, Instrument], market: Market, note: Callable[[str], None]
    ) -> None:
        self._instruments, self._market, self._note = instruments, market, note
        self._books: dict[str, SymbolBook] = {}
        self._ids: dict[str, bytes] = {}
        """The newest subscription (262) of a symbol."""
        self._symbols: dict[bytes, str] = {}
        self._deep: dict[str, None] = {}
        self._overfull: set[str] = set()
        """Symbols whose book was cut off, and somebody was told."""
        self._count = 0
        self._wanted: list[Ask] = []
        self._own: Callable[[str], dict[int, int]] = lambda symbol: {}

    def marks_own(self, own: Callable[[str], dict[int, int]]) -> None:
        """`own`: the desk's open quantity in a symbol, by price."""
        self._own = own

    def lists(self, symbols: Iterable[str]) -> None:
        """These are traded, and nothing else: each has a quote from now on, empty until something
        is heard."""
        symbols = list(symbols)
        for gone in self._books.keys() - set(symbols):
            del self._books[gone], self._market.quotes[gone]
            self._deep.pop(gone, None)
        for symbol in symbols:
            if symbol not in self._books:
                book = self._books[symbol] = SymbolBook(
                    self._instruments[symbol], self._market.bars.of(symbol)
                )
                self._market.quotes[symbol] = book.quote

    def subscribe(self) -> None:
        """On a line that is new: everything again, under ids that were never used."""
        self._ids.clear()
        self._symbols.clear()
        symbols = list(self._books)
        if len(symbols) > SYMBOLS_MAX:
            self._note(
                f"the venue lists {len(symbols):,} symbols; {SYMBOLS_MAX} are subscribed: name"
                " those that you want with --symbols"
            )
        for symbol in symbols[:SYMBOLS_MAX]:
            self._ask(symbol)

    def lost(self, at: Nanos) -> None:
        """The line is gone: what it said of the market is old from now on."""
        self._market.doubted_at = at
        self._wanted.clear()

    def look_at(self, symbol: str) -> None:
        """Somebody looks at its depth: it is subscribed deep from now on."""
        if symbol not in self._ids:
            return
        was_deep = symbol in self._deep
        self._deep.pop(symbol, None)
        self._deep[symbol] = None
        if was_deep:
            return
        self._change_depth(symbol)
        if len(self._deep) > DEEP_MAX:
            shallow = next(iter(self._deep))
            del self._deep[shallow]
            self._change_depth(shallow)

    def wanted(self) -> list[Ask]:
        """What is to leave for it now."""
        wanted, self._wanted = self._wanted, []
        return wanted

    # What is heard.

    def snapshot(self, arranged: Arranged, message: Message, at: Nanos) -> None:
        """W: the whole book of a symbol."""
        symbol = message.text(Tag.SYMBOL)
        book = self._books.get(symbol)
        if book is None or not self._is_current(message, symbol):
            return
        book.replaced_by(_entries(arranged), at)

    def increment(self, arranged: Arranged, message: Message, at: Nanos) -> None:
        """X: entries of one symbol or of several, each by itself."""
        id = message.get(Tag.MD_REQ_ID) or b""
        touched: dict[str, SymbolBook] = {}
        symbol = self._symbols.get(id, "")
        for entry in _entries(arranged):
            symbol = entry.get(Tag.SYMBOL, symbol.encode("latin-1")).decode("latin-1")
            book = self._books.get(symbol)
            if book is None or not self._is_current(message, symbol):
                continue
            touched[symbol] = book
            if not book.changed_by(entry, at):
                self._note(IN_DOUBT.format(symbol))
                self._change_depth(symbol)
        for symbol, book in touched.items():
            book.settle(at)
            if book.is_overfull and symbol not in self._overfull:
                self._overfull.add(symbol)
                self._note(f"the book of {symbol} is longer than this desk keeps: it is cut off")

    def rejected(self, message: Message) -> None:
        """Y: a subscription that is not to be."""
        symbol = self._symbols.pop(message.get(Tag.MD_REQ_ID) or b"", "")
        text = message.text(Tag.TEXT) or f"reason {message.text(Tag.MD_REQ_REJ_REASON) or 'unsaid'}"
        self._note(f"no market data of {symbol or 'a symbol'}: {text}")

    # What is asked of it.

    def depth(self, symbol: str, levels: int) -> tuple[tuple[DepthRow, ...], tuple[DepthRow, ...]]:
        book = self._books.get(symbol)
        if book is None:
            return (), ()
        own = self._own(symbol)
        return book.rows(BID, levels, own), book.rows(OFFER, levels, own)

    def tape(self, symbol: str, prints: int) -> tuple[TradePrint, ...]:
        book = self._books.get(symbol)
        return tuple(book.tape)[-prints:] if book is not None and prints > 0 else ()

    def taken_by(self, symbol: str, side: Side, price: int, quantity: int) -> list[tuple[int, int]]:
        book = self._books.get(symbol)
        return [] if book is None else book.taken_by(side, price, quantity)

    # Subscriptions.

    def _change_depth(self, symbol: str) -> None:
        """The old subscription ends and one of the depth that is wanted now begins."""
        old = self._ids.pop(symbol, None)
        if old is not None:
            self._symbols.pop(old, None)
            self._wanted.append(_request(old, symbol, UNSUBSCRIBE, TOUCH_LEVELS))
        self._ask(symbol)

    def _ask(self, symbol: str) -> None:
        self._count += 1
        id = b"M%d" % self._count
        self._ids[symbol], self._symbols[id] = id, symbol
        levels = DEEP_LEVELS if symbol in self._deep else TOUCH_LEVELS
        self._wanted.append(_request(id, symbol, SNAPSHOT_AND_UPDATES, levels))

    def _is_current(self, message: Message, symbol: str) -> bool:
        """Of the subscription that is in force; what was sent before, or again, is old.

        Where it is sent again on the line that it was asked for on, something was lost on the way
        and is late: the book begins anew.
        """
        id = message.get(Tag.MD_REQ_ID)
        if message.is_set(Tag.POSS_DUP):
            if id is not None and id == self._ids.get(symbol):
                self._change_depth(symbol)
            return False
        return id is None or id == self._ids.get(symbol)


def _request(id: bytes, symbol: str, kind: bytes, levels: int) -> Ask:
    body: list[Field] = [
        (Tag.NO_RELATED_SYM, b"1"),
        (Tag.SYMBOL, symbol.encode("ascii")),
        (Tag.MD_REQ_ID, id),
        (Tag.SUBSCRIPTION_TYPE, kind),
        (Tag.MARKET_DEPTH, b"%d" % levels),
    ]
    if kind == SNAPSHOT_AND_UPDATES:
        body.append((Tag.MD_UPDATE_TYPE, INCREMENTAL))
    body.append((Tag.NO_MD_ENTRY_TYPES, b"%d" % len(KINDS)))
    body += [(Tag.MD_ENTRY_TYPE, each) for each in KINDS]
    return Ask(Type.MARKET_DATA_REQUEST, body)


def _entries(arranged: Arranged) -> list[Entry]:
    for node in arranged.body:
        if node.tag == Tag.NO_MD_ENTRIES:
            return [_entry(nodes) for nodes in node.entries or ()]
    return []


def _entry(nodes: Sequence[Node]) -> Entry:
    return {node.tag: node.value for node in nodes}
