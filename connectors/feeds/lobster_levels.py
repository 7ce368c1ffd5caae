"""A LOBSTER recording as a market of levels: what a feed of quotes would have told of that day.

For holding the fills of a quoted market against the order-by-order truth of the same day.
"""

from collections.abc import Iterator

from connectors.feeds.flow import FlowSink
from connectors.feeds.lobster_file import Recording
from connectors.feeds.lobster_names import Identity, RecordingError
from connectors.feeds.lobster_rows import (
    EXECUTED,
    EXECUTED_HIDDEN,
    NO_ASK,
    NO_BID,
    BookRow,
    Message,
)
from connectors.feeds.quote_day import QuoteDay, quoted_house
from connectors.feeds.sessions import Session
from engine.exchange.quoted.assumptions import Assumptions, QueueModel
from engine.exchange.quoted.house import QuotedExchange
from engine.exchange.quoted.sight import ShownLevel
from engine.instruments import Instrument
from engine.values import NANOS_PER_SECOND, Nanos, Price, Side

NEVER_STALE = 86_400 * NANOS_PER_SECOND
"""Every change is recorded: a quote that nobody changed still stands."""


class LevelTape:
    """Executions as trades, and the book file's levels after each row."""

    __slots__ = (
        "_ahead",
        "_asks",
        "_bids",
        "_identity",
        "_levels",
        "_recording",
        "_rows",
        "_tells_aggressor",
        "instrument",
    )

    def __init__(
        self, recording: Recording, identity: Identity, *, levels: int, tells_aggressor: bool
    ) -> None:
        if not recording.has_book:
            raise RecordingError("levels need the orderbook file of the recording")
        self.instrument = Instrument(identity.symbol, name=identity.symbol)
        self._recording = recording
        self._identity = identity
        self._levels = levels
        self._tells_aggressor = tells_aggressor
        self.rewind()

    def rewind(self) -> None:
        self._rows: Iterator[tuple[Message, BookRow]] = self._walk()
        self._ahead = next(self._rows, None)
        self._bids: list[ShownLevel] = []
        self._asks: list[ShownLevel] = []

    def _walk(self) -> Iterator[tuple[Message, BookRow]]:
        for chunk in self._recording.chunks():
            yield from zip(chunk.messages, chunk.books, strict=True)

    def next_at(self) -> Nanos | None:
        if self._ahead is None:
            return None
        return Nanos(self._identity.midnight + self._ahead[0][0])

    def step(self, sink: FlowSink) -> None:
        """Every row of the next time: its trade, then the levels that it left."""
        assert self._ahead is not None, "there is another row"
        at, house = self._ahead[0][0], quoted_house(sink)
        while self._ahead is not None and self._ahead[0][0] == at:
            message, row = self._ahead
            self._tell(message, row, house, sink)
            self._ahead = next(self._rows, None)

    def _tell(self, message: Message, row: BookRow, house: QuotedExchange, sink: FlowSink) -> None:
        symbol = self.instrument.symbol
        _, kind, _, size, price, direction = message
        if kind in (EXECUTED, EXECUTED_HIDDEN):
            came = Side(direction).opposite if self._tells_aggressor else None
            sink.took_place(house.traded(symbol, price, size, came))
        end = 4 * self._levels
        bids = _levels(row[2:end:4], row[3:end:4], NO_BID)
        asks = _levels(row[0:end:4], row[1:end:4], NO_ASK)
        if bids == self._bids and asks == self._asks:
            house.heard(symbol)
            return
        events = house.shown(
            symbol,
            bids if bids != self._bids else None,
            asks if asks != self._asks else None,
        )
        self._bids, self._asks = bids, asks
        if events:
            sink.took_place(events)


def level_day(
    recording: Recording,
    *,
    levels: int = 10,
    tells_aggressor: bool = True,
    queue: QueueModel = QueueModel.PESSIMISTIC,
) -> QuoteDay:
    """The recorded day as a feed of `levels` levels a side would have told it."""
    identity = recording.identity()
    tape = LevelTape(recording, identity, levels=levels, tells_aggressor=tells_aggressor)
    session = Session(identity.trade_date, identity.midnight, identity.starts_at, identity.ends_at)
    return QuoteDay(
        [tape],
        session,
        description=f"{identity.symbol} {identity.day.isoformat()} ({levels} levels)",
        assumptions=Assumptions(queue=queue, stale_after=NEVER_STALE, print_lag=0, levels=levels),
    )


def _levels(prices: list[int], sizes: list[int], nobody: int) -> list[ShownLevel]:
    return [
        (Price(price), size)
        for price, size in zip(prices, sizes, strict=True)
        if size and price != nobody
    ]
