"""Books and tapes as a venue tells them: levels or orders by their ids, best first, bounded."""

from collections import deque

from connectors.fix.client.reading import scaled
from connectors.fix.tags import Tag
from engine.domain.bars import BarSeries
from engine.domain.quotes import Quote, Source
from engine.domain.views import DepthRow, TradePrint
from engine.instruments import Instrument
from engine.values import FIGURE_MAX, Nanos, Price, Quantity, Side

BID, OFFER, TRADE = b"0", b"1", b"2"
"""MDEntryType (269)."""
NEW, CHANGE, DELETE = b"0", b"1", b"2"
"""MDUpdateAction (279)."""
ENTRIES_MAX = 5_000
"""Of one side of one symbol; what comes beyond is not kept, and said so."""
TAPE_PRINTS_MAX = 500
NO_QUEUE = -1
Level = tuple[int, int]
"""(price, size)."""
SIDES = {BID: Side.BUY, OFFER: Side.SELL}
Entry = dict[int, bytes]
"""The fields of one entry of a market data message."""


class SymbolBook:
    """One symbol: its two sides, its tape, and the quote that rules and screen read."""

    def __init__(self, instrument: Instrument, bars: BarSeries) -> None:
        self.instrument, self._bars = instrument, bars
        self.quote = Quote(instrument.symbol, source=Source.LIVE)
        self.tape: deque[TradePrint] = deque(maxlen=TAPE_PRINTS_MAX)
        self.is_overfull = False
        self._sides: dict[bytes, dict[bytes, Level]] = {BID: {}, OFFER: {}}
        self._sums: dict[bytes, list[tuple[int, int, int]]] = {BID: [], OFFER: []}

    def replaced_by(self, entries: list[Entry], at: Nanos) -> None:
        """A snapshot: nothing of before stands. Its trades are of before and print nowhere."""
        for side in self._sides.values():
            side.clear()
        for entry in entries:
            kind, level = entry.get(Tag.MD_ENTRY_TYPE, b""), self._level(entry)
            if kind in SIDES and level is not None:
                self._put(kind, _name(entry, level), level)
            elif kind == TRADE and level is not None and not self.quote.last:
                self.quote.last = Price(level[0])
        self._refresh(at)
        # Told again is as good as new: behind a break the same book is the book of now.
        self.quote.at = at

    def changed_by(self, entry: Entry, at: Nanos) -> bool:
        """One entry of an increment; False for what cannot be read: then the book is in doubt."""
        kind, level = entry.get(Tag.MD_ENTRY_TYPE, b""), self._level(entry)
        if kind == TRADE:
            if level is None or not level[1]:
                return False
            self._printed(level, at)
            return True
        side = self._sides.get(kind)
        if side is None:
            return True  # a kind that nobody asked for
        known = self._known(side, entry, level)
        if entry.get(Tag.MD_UPDATE_ACTION, NEW) == DELETE:
            if known is None:
                return False
            del side[known]
            return True
        if level is None:
            return False
        if known is not None:
            del side[known]
        self._put(kind, _name(entry, level), level)
        return True

    def settle(self, at: Nanos) -> None:
        """After the entries of one message: the quote follows."""
        self._refresh(at)

    def empty(self) -> None:
        """The line is gone: what it said is old."""
        for side in self._sides.values():
            side.clear()
        self._sums = {BID: [], OFFER: []}

    def rows(self, kind: bytes, levels: int, own: dict[int, int]) -> tuple[DepthRow, ...]:
        """`own`: the desk's open quantity by price."""
        return tuple(
            DepthRow(Price(p), Quantity(size), count, Quantity(own.get(p, 0)), NO_QUEUE)
            for p, size, count in self._sums[kind][:levels]
        )

    def taken_by(self, side: Side, price: int, quantity: int) -> list[Level]:
        """(price, size) that an order would take of what is on show; price 0: no limit."""
        taken: list[Level] = []
        for at, size, _ in self._sums[OFFER if side is Side.BUY else BID]:
            is_beyond = price and (at - price) * side > 0
            if quantity <= 0 or is_beyond:
                break
            taken.append((at, min(size, quantity)))
            quantity -= size
        return taken

    def _level(self, entry: Entry) -> Level | None:
        price = scaled(entry.get(Tag.MD_ENTRY_PX, b"").decode("latin-1"), self._digits[0])
        size = scaled(entry.get(Tag.MD_ENTRY_SIZE, b"").decode("latin-1"), self._digits[1])
        is_level = 0 < price.value <= self.instrument.price_max and 0 <= size.value < FIGURE_MAX
        return (price.value, size.value) if is_level else None

    @property
    def _digits(self) -> tuple[int, int]:
        return self.instrument.price_digits, self.instrument.quantity_digits

    def _known(self, side: dict[bytes, Level], entry: Entry, level: Level | None) -> bytes | None:
        """The entry that is meant: by its id, else the one at its price."""
        name = entry.get(Tag.MD_ENTRY_ID, b"")
        if name in side:
            return name
        at = b"@%d" % level[0] if level is not None else b""
        return at if at in side else None

    def _put(self, kind: bytes, name: bytes, level: Level) -> None:
        side = self._sides[kind]
        if len(side) >= ENTRIES_MAX:
            self.is_overfull = True
            return
        if level[1]:
            side[name] = level

    def _printed(self, level: Level, at: Nanos) -> None:
        price, size = Price(level[0]), Quantity(level[1])
        quote = self.quote
        # FIX does not say who came: who paid the offer did, else whoever moved the price.
        is_bought = price >= quote.ask > 0 or (not price <= quote.bid and price >= quote.last)
        quote.record_trade(price, size, at)
        self._bars.add(at, price, size)
        self.tape.append(TradePrint(at, price, size, Side.BUY if is_bought else Side.SELL))

    def _refresh(self, at: Nanos) -> None:
        for kind, side in self._sides.items():
            sums: dict[int, tuple[int, int]] = {}
            for price, size in side.values():
                total, count = sums.get(price, (0, 0))
                sums[price] = (total + size, count + 1)
            best_first = sorted(sums, reverse=kind == BID)
            self._sums[kind] = [(price, *sums[price]) for price in best_first]
        quote = self.quote
        bid, ask = self._touch(BID), self._touch(OFFER)
        if (quote.bid, quote.bid_size, quote.ask, quote.ask_size) != (*bid, *ask):
            quote.bid, quote.bid_size = Price(bid[0]), Quantity(bid[1])
            quote.ask, quote.ask_size = Price(ask[0]), Quantity(ask[1])
            quote.at = at
            quote.updates += 1

    def _touch(self, kind: bytes) -> Level:
        sums = self._sums[kind]
        return (sums[0][0], sums[0][1]) if sums else (0, 0)


def _name(entry: Entry, level: Level) -> bytes:
    return entry.get(Tag.MD_ENTRY_ID) or b"@%d" % level[0]
