"""Market data of one client: snapshots, increments, and what it subscribed to."""

import msgspec

from connectors.fix.dictionary.arranging import Arranged, Node
from connectors.fix.line import Reply
from connectors.fix.message import Field, Message
from connectors.fix.practice.floor import Floor
from connectors.fix.practice.phases import Phases
from connectors.fix.stamps import format_stamp
from connectors.fix.tags import Tag, Type
from engine.values import Price

SUBSCRIPTIONS_MAX = 200
LEVELS_MAX = 50
TRADES_MAX = 50
SNAPSHOT, SUBSCRIBE, UNSUBSCRIBE = b"0", b"1", b"2"
FULL, INCREMENTAL = b"0", b"1"
BID, OFFER, TRADE = b"0", b"1", b"2"
NEW, CHANGE, DELETE = b"0", b"1", b"2"
LIST_OF_SECURITIES = b"3"
"""SecurityRequestType (321), SecurityResponseType (323)."""
UNKNOWN_SYMBOL, DUPLICATE_ID, UNSUPPORTED_KIND, UNSUPPORTED_DEPTH = 0, 1, 4, 5
Entry = tuple[bytes, Price]
"""MDEntryType (269) and price."""


class Subscription(msgspec.Struct):
    """What one MDReqID (262) wants to go on hearing."""

    id: bytes
    symbol: str
    levels: int
    is_incremental: bool
    kinds: frozenset[bytes]
    seen: dict[Entry, int] = {}
    """Size by entry, as the client knows it."""
    trades_seen: int = 0


class Depths:
    """Answers market data requests and tells what changed since it was last asked to."""

    def __init__(self, floor: Floor, version: str) -> None:
        self._floor = floor
        self._is_sp2 = version == "FIX.5.0SP2"
        self._subscriptions: dict[tuple[bytes, str], Subscription] = {}
        self._phases = Phases(floor, version)

    def forget(self) -> None:
        self._subscriptions.clear()
        self._phases.forget()

    def answers(self, message: Message, arranged: Arranged) -> list[Reply]:
        """To a request about the market, of whichever kind."""
        if message.type == Type.MARKET_DATA_REQUEST:
            return self._asked(arranged)
        if message.type == Type.SESSION_STATUS_REQUEST:
            return self._phases.asked(message)
        return [self._securities(message)]

    def _asked(self, arranged: Arranged) -> list[Reply]:
        """The answers to a MarketDataRequest: a snapshot a symbol, or one reject."""
        asked = arranged.get(Tag.MD_REQ_ID) or b"-"
        kind = arranged.get(Tag.SUBSCRIPTION_TYPE)
        if kind == UNSUBSCRIBE:
            for key in [key for key in self._subscriptions if key[0] == asked]:
                del self._subscriptions[key]
            return []
        if any(key[0] == asked for key in self._subscriptions):
            return [_rejected(asked, DUPLICATE_ID, "that id (262) is subscribed already")]
        symbols = _symbols(arranged)
        unknown = [symbol for symbol in symbols if symbol not in self._floor.instruments]
        if unknown or not symbols:
            text = f"nothing called {unknown[0]!r} is traded here" if unknown else "no symbol"
            return [_rejected(asked, UNKNOWN_SYMBOL, text)]
        depth = int(arranged.get(Tag.MARKET_DEPTH) or b"0")
        if depth < 0 or len(self._subscriptions) + len(symbols) > SUBSCRIPTIONS_MAX:
            text = f"{SUBSCRIPTIONS_MAX} subscriptions are all that one session may have"
            return [_rejected(asked, UNSUPPORTED_DEPTH, text)]
        told: list[Reply] = []
        for symbol in symbols:
            wanted = Subscription(
                asked,
                symbol,
                min(depth or LEVELS_MAX, LEVELS_MAX),
                arranged.get(Tag.MD_UPDATE_TYPE) == INCREMENTAL,
                _kinds(arranged),
            )
            told.append(self._snapshot(wanted))
            if kind == SUBSCRIBE:
                self._subscriptions[(asked, symbol)] = wanted
        return told

    def changes(self) -> list[Reply]:
        """What moved since the last call, one message a subscription; nothing where none did."""
        told = self._phases.changes()
        for wanted in self._subscriptions.values():
            now = self._entries(wanted)
            trades = self._trades(wanted)
            if now == wanted.seen and not trades:
                continue
            if wanted.is_incremental:
                told.append(self._increment(wanted, now, trades))
            else:
                told.append(self._snapshot(wanted))
            wanted.seen = now
        return told

    def _securities(self, message: Message) -> Reply:
        """SecurityList: everything that is traded here; as FIX 4.2 wants it where it asks so."""
        if message.type == Type.SECURITY_DEFINITION_REQUEST:
            return self._definitions(message)
        asked = message.get(Tag.SECURITY_REQ_ID) or b"-"
        body: list[Field] = [
            (Tag.NO_RELATED_SYM, b"%d" % len(self._floor.instruments)),
            *((Tag.SYMBOL, symbol.encode("ascii")) for symbol in self._floor.instruments),
            (Tag.SECURITY_REQ_ID, asked),
            (Tag.SECURITY_RESPONSE_ID, asked),
            (Tag.SECURITY_REQUEST_RESULT, b"0"),
        ]
        return Reply(Type.SECURITY_LIST, body)

    def _definitions(self, message: Message) -> Reply:
        """SecurityDefinition of FIX 4.2: everything that is traded here, as its underlyings."""
        asked = message.get(Tag.SECURITY_REQ_ID) or b"-"
        count = b"%d" % len(self._floor.instruments)
        symbols = [(Tag.UNDERLYING_SYMBOL, s.encode("ascii")) for s in self._floor.instruments]
        body: list[Field] = [
            (Tag.NO_RELATED_SYM, count),
            *symbols,
            (Tag.SECURITY_REQ_ID, asked),
            (Tag.SECURITY_RESPONSE_ID, asked),
            (Tag.SECURITY_RESPONSE_TYPE, LIST_OF_SECURITIES),
            (Tag.TOT_NO_RELATED_SYM, count),
        ]
        return Reply(Type.SECURITY_DEFINITION, body)

    def _snapshot(self, wanted: Subscription) -> Reply:
        wanted.seen = self._entries(wanted)
        wanted.trades_seen = self._traded(wanted.symbol)
        entries: list[Field] = []
        for (kind, price), size in wanted.seen.items():
            entries.append((Tag.MD_ENTRY_TYPE, kind))
            entries += self._price_and_size(wanted.symbol, price, size)
        body: list[Field] = [
            (Tag.SYMBOL, wanted.symbol.encode("ascii")),
            (Tag.MD_REQ_ID, wanted.id),
            (Tag.NO_MD_ENTRIES, b"%d" % len(wanted.seen)),
            *entries,
        ]
        if self._is_sp2:
            body.append((Tag.LAST_UPDATE_TIME, _stamp(self._floor)))
        return Reply(Type.MARKET_DATA_SNAPSHOT, body)

    def _increment(self, wanted: Subscription, now: dict[Entry, int], trades: list[Field]) -> Reply:
        """Entries are named by their side and price, so that each can be changed and deleted."""
        symbol = wanted.symbol
        entries: list[Field] = []
        count = sum(1 for tag, _ in trades if tag == Tag.MD_UPDATE_ACTION)
        for entry in now.keys() | wanted.seen.keys():
            size, before = now.get(entry, 0), wanted.seen.get(entry, 0)
            if size == before:
                continue
            action = NEW if not before else CHANGE if size else DELETE
            kind, price = entry
            entries += [
                (Tag.MD_UPDATE_ACTION, action),
                (Tag.MD_ENTRY_TYPE, kind),
                (Tag.MD_ENTRY_ID, kind + b"@%d" % price),
                (Tag.SYMBOL, symbol.encode("ascii")),
                *self._price_and_size(symbol, price, size),
            ]
            count += 1
        body: list[Field] = [
            (Tag.MD_REQ_ID, wanted.id),
            (Tag.NO_MD_ENTRIES, b"%d" % count),
            *entries,
            *trades,
        ]
        return Reply(Type.MARKET_DATA_INCREMENT, body)

    def _entries(self, wanted: Subscription) -> dict[Entry, int]:
        bids, asks = self._floor.venue.depth(wanted.symbol, wanted.levels)
        entries: dict[Entry, int] = {}
        for kind, rows in ((BID, bids), (OFFER, asks)):
            if kind in wanted.kinds:
                entries |= {(kind, row.price): int(row.quantity) for row in rows}
        return entries

    def _trades(self, wanted: Subscription) -> list[Field]:
        if TRADE not in wanted.kinds or not wanted.is_incremental:
            return []
        traded = self._traded(wanted.symbol)
        new = traded - wanted.trades_seen
        wanted.trades_seen = traded
        fields: list[Field] = []
        for print_ in self._floor.venue.tape(wanted.symbol, min(new, TRADES_MAX)):
            fields += [
                (Tag.MD_UPDATE_ACTION, NEW),
                (Tag.MD_ENTRY_TYPE, TRADE),
                (Tag.SYMBOL, wanted.symbol.encode("ascii")),
                *self._price_and_size(wanted.symbol, print_.price, int(print_.quantity)),
            ]
        return fields

    def _traded(self, symbol: str) -> int:
        """How many trades have printed since the market opened."""
        return self._floor.venue.market.quotes[symbol].trades

    def _price_and_size(self, symbol: str, price: Price, size: int) -> list[Field]:
        instrument = self._floor.instruments[symbol]
        fields = [(Tag.MD_ENTRY_PX, instrument.format_price(price).encode("ascii"))]
        if size:
            fields.append((Tag.MD_ENTRY_SIZE, instrument.plain_quantity(size).encode("ascii")))
        return fields


def _symbols(arranged: Arranged) -> list[str]:
    found: list[str] = []
    for entry in _entries_of(arranged, Tag.NO_RELATED_SYM):
        found += [node.value.decode("latin-1") for node in entry if node.tag == Tag.SYMBOL]
    return found


def _kinds(arranged: Arranged) -> frozenset[bytes]:
    entries = _entries_of(arranged, Tag.NO_MD_ENTRY_TYPES)
    return frozenset(node.value for entry in entries for node in entry)


def _entries_of(arranged: Arranged, count: int) -> list[list[Node]]:
    for node in arranged.body:
        if node.tag == count:
            return node.entries or []
    return []


def _rejected(asked: bytes, reason: int, text: str) -> Reply:
    body = [
        (Tag.TEXT, text.encode("ascii", "replace")),
        (Tag.MD_REQ_ID, asked),
        (Tag.MD_REQ_REJ_REASON, b"%d" % reason),
    ]
    return Reply(Type.MARKET_DATA_REJECT, body)


def _stamp(floor: Floor) -> bytes:
    return format_stamp(floor.now)
