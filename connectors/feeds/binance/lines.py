"""Lines of a recorded Binance websocket, `<local nanoseconds> <json>`, as typed messages.

The streams are bookTicker, trade and depth, in the exchange's own envelope or without it, and the
answer of GET /api/v3/depth as a snapshot (Binance, Web Socket Streams and Market Data endpoints).
"""

from collections.abc import Iterator

import msgspec

from connectors.feeds.binance.pairs import PAIRS
from connectors.feeds.lobster_lines import Place
from connectors.feeds.lobster_names import RecordingError
from engine.instruments import Instrument, NumberTextError
from engine.values import Nanos

LINES_AT_ONCE = 4_096
LINE_BYTES_MAX = 1 << 20
"""A snapshot of the 5,000 levels that the exchange gives at most has about 350,000 bytes."""
TIME_DIGITS = (18, 19)
"""Of nanoseconds since 1970, from 2001 on."""
SIZE_MAX = 10**18

Levels = list[tuple[int, int]]
"""(price, size) in the pair's scales; size 0: nobody is left there."""


class Ticker(msgspec.Struct, frozen=True, gc=False):
    """The best bid and ask after the update with this id."""

    update_id: int
    bid: int
    bid_size: int
    ask: int
    ask_size: int


class Trade(msgspec.Struct, frozen=True, gc=False):
    """One trade; the maker of it was the buyer, or the seller."""

    trade_id: int
    price: int
    size: int
    is_buyer_maker: bool


class Update(msgspec.Struct, frozen=True, gc=False):
    """Every level that changed from the first of these ids to the last, as it is after it."""

    first_id: int
    last_id: int
    bids: Levels
    asks: Levels


class Snapshot(msgspec.Struct, frozen=True, gc=False):
    """The best levels of both sides after an update."""

    last_id: int
    bids: Levels
    asks: Levels


Message = Ticker | Trade | Update | Snapshot


class Said(msgspec.Struct, frozen=True, gc=False):
    """A message, when it was received, and the line of the file."""

    at: Nanos
    line: int
    message: Message


class _Body(msgspec.Struct, gc=False):
    """The fields of all kinds, under the exchange's own names."""

    e: str = ""
    s: str = ""
    u: int = 0
    U: int = 0
    b: list[tuple[str, str]] | str = ""
    B: str = ""
    a: list[tuple[str, str]] | str = ""
    A: str = ""
    t: int = 0
    p: str = ""
    q: str = ""
    m: bool = False
    lastUpdateId: int = 0  # noqa: N815 - the exchange's own name
    bids: list[tuple[str, str]] | None = None
    asks: list[tuple[str, str]] | None = None
    stream: str = ""


class _Envelope(_Body, gc=False):
    data: _Body | None = None


_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError)
_decoder = msgspec.json.Decoder(_Envelope)


class PairLines:
    """The messages of one file, in the order of its lines; which pair it is, the first says."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.pair: Instrument | None = None

    def read(self) -> Iterator[Said]:
        """From the first line on. Raises RecordingError naming file and line."""
        number = 0
        with self._place.lines(line_bytes_max=LINE_BYTES_MAX) as lines:
            while taken := lines.take(LINES_AT_ONCE):
                for line in taken:
                    number += 1
                    try:
                        said = self._said(line, number)
                    except (_Wrong, NumberTextError, *_UNREADABLE) as wrong:
                        raise RecordingError(_sentence(self._place.name, number, wrong)) from None
                    if said is not None:
                        yield said

    def _said(self, line: bytes, number: int) -> Said | None:
        stamp, _, text = line.strip().partition(b" ")
        if not stamp.isdigit() or len(stamp) not in TIME_DIGITS:
            raise _Wrong("it does not begin with a time in nanoseconds, as 1723161253937085768 is")
        envelope = _decoder.decode(text)
        body = envelope.data or envelope
        if body.s:
            self._is_about(body.s)
        return Said(Nanos(int(stamp)), number, self._message(body, envelope.stream))

    def _is_about(self, symbol: str) -> None:
        if self.pair is None:
            self.pair = PAIRS.get(symbol)
            if self.pair is None:
                known = ", ".join(PAIRS)
                raise _Wrong(f"tick and lot of {symbol[:24]!a} are not known here, only of {known}")
        elif self.pair.symbol != symbol:
            raise _Wrong(f"it is about {symbol[:24]!a} in a recording of {self.pair.symbol}")

    def _message(self, body: _Body, stream: str) -> Message:
        if body.bids is not None and body.asks is not None:
            # The answer to a question names no symbol: that was part of the question.
            bids, asks = self._levels(body.bids), self._levels(body.asks)
            return Snapshot(_above_zero(body.lastUpdateId, "lastUpdateId"), bids, asks)
        if body.e == "trade":
            price, size = self._price(body.p), self._size(body.q)
            if not price or not size:
                raise _Wrong("a trade has a price and a size above zero")
            return Trade(body.t, price, size, body.m)
        if body.e == "depthUpdate" and isinstance(body.b, list) and isinstance(body.a, list):
            if not 0 < body.U <= body.u:
                raise _Wrong(f"its update ids, U {body.U} to u {body.u}, are no range")
            return Update(body.U, body.u, self._levels(body.b), self._levels(body.a))
        if not body.e and isinstance(body.b, str) and isinstance(body.a, str) and body.B:
            return Ticker(
                _above_zero(body.u, "u"),
                self._price(body.b),
                self._size(body.B),
                self._price(body.a),
                self._size(body.A),
            )
        kind = body.e or stream or "without a name"
        raise _Wrong(f"a message {kind[:24]!a} is none of bookTicker, trade, depth and snapshot")

    def _levels(self, pairs: list[tuple[str, str]]) -> Levels:
        return [(self._price(price), self._size(size)) for price, size in pairs]

    def _price(self, text: str) -> int:
        pair = self._known()
        price = pair.parse_price(text)
        if not 0 <= price <= SIZE_MAX:
            raise _Wrong(f"{text[:24]!a} is no price")
        return price

    def _size(self, text: str) -> int:
        size = self._known().parse_quantity(text)
        if not 0 <= size <= SIZE_MAX:
            raise _Wrong(f"{text[:24]!a} is no size")
        return size

    def _known(self) -> Instrument:
        if self.pair is None:
            raise _Wrong("it comes before any line that names the pair")
        return self.pair


class _Wrong(ValueError):  # noqa: N818 - a word between two functions of this file
    """What is wrong with the line at hand."""


def _sentence(name: str, number: int, wrong: Exception) -> str:
    if isinstance(wrong, _UNREADABLE):
        kind = "no message of the exchange" if isinstance(wrong, _NO_MESSAGE) else "no JSON"
        return f"{name}, line {number}: what follows the time is {kind} ({wrong})"
    return f"{name}, line {number}: {wrong}"


_NO_MESSAGE = msgspec.ValidationError


def _above_zero(update_id: int, name: str) -> int:
    if update_id <= 0:
        raise _Wrong(f"its {name} is no update id")
    return update_id
