"""A LOBSTER recording as a market for the paper venue, the trader's orders in its book."""

from collections.abc import Iterator
from datetime import date
from itertools import islice

from connectors.feeds.flow import FlowSink
from connectors.feeds.lobster_file import NO_BOOK_NOTE, Chunk, Recording
from connectors.feeds.lobster_names import Identity, RecordingError
from connectors.feeds.lobster_presence import Presence
from connectors.feeds.lobster_replay import Replay
from connectors.feeds.lobster_rows import (
    CROSSED,
    EXECUTED,
    EXECUTED_HIDDEN,
    HALTED,
    Message,
)
from connectors.feeds.lobster_silence import Silence
from engine.domain.quotes import Phase, Source
from engine.instruments import Instrument
from engine.values import Nanos, Price, Quantity, Side

HIDDEN_SIDE_UNKNOWN_FROM = date(2014, 7, 14)
"""Since then the direction of hidden rows says nothing (LOBSTER, data from ITCH 5.0)."""
_PHASES = {-1: Phase.HALTED, 0: Phase.QUOTATION, 1: Phase.OPEN}
HALTED_THEN = "halted on that day's own record"
"""What the price of a type 7 row says: halted, quoting again, trading again."""
_CURSOR_BYTES_MAX = 32


class LobsterFlow:
    """One recorded day of one symbol.

    The book of the first row stands when the session starts, in continuous trading. Every step is
    all rows of one time. After the last row the session closes at its end, and nothing follows.
    Auction prints of the file meet nobody here. A `cursor` is a count of rows: opening there
    replays them without the trader, whose earlier fills are then no part of this market.
    """

    source = Source.REPLAY

    def __init__(self, recording: Recording) -> None:
        """Reads and checks the whole recording once. Raises RecordingError."""
        self._recording = recording
        self._identity: Identity = recording.identity()
        self._rows_total = recording.check()
        self._shows_all = recording.levels >= self._identity.levels
        """Whether the book file shows all that the messages speak of: then it is followed."""
        identity = self._identity
        self.instruments: tuple[Instrument, ...] = (
            Instrument(identity.symbol, name=identity.symbol),
        )
        self.trade_date = identity.trade_date
        self.description = (
            f"{identity.symbol} {identity.day.isoformat()} (LOBSTER, {identity.levels} levels)"
        )
        self.note = recording.note
        if recording.has_book and not self._shows_all:
            self.note = f"{NO_BOOK_NOTE} below level {recording.levels}"
        self._chunks: Iterator[Chunk] = iter(())
        self._chunk: Chunk | None = None
        self._offset = 0
        self._rows_done = 0
        self._is_closed = False
        self._phase = Phase.CLOSED
        self._replay: Replay | None = None

    @property
    def span(self) -> tuple[Nanos, Nanos]:
        """Market times at which the recorded day begins and ends."""
        return self._identity.starts_at, self._identity.ends_at

    @property
    def presence(self) -> Presence:
        """How far the trader has changed the recording since it was opened."""
        return Presence() if self._replay is None else self._replay.presence

    # --- the contract

    def open(self, sink: FlowSink, cursor: bytes) -> Nanos:
        rows = self._rows_of(cursor)
        silent = Silence(sink)
        self._begin(silent)
        at = self._identity.starts_at
        while self._rows_done < rows:
            at = self._at(self._message())
            silent.now = at
            self._step_rows(silent)
        if cursor.endswith(b"closed"):
            at, self._is_closed, self._phase = self._closes_at(), True, Phase.CLOSED
        assert self._replay is not None
        self._replay.turn_to(sink)
        sink.touched(self._identity.symbol)
        sink.entered_phase(self._identity.symbol, self._phase)
        return at

    def next_at(self) -> Nanos | None:
        if self._is_closed:
            return None
        return self._closes_at() if self._chunk is None else self._at(self._message())

    def step(self, sink: FlowSink) -> None:
        if self._chunk is not None:
            self._step_rows(sink)
            return
        self._is_closed = True
        self._enter_phase(sink, Phase.CLOSED)

    def cursor(self) -> bytes:
        """Rows done, and whether the session has closed."""
        return b"%d%s" % (self._rows_done, b" closed" if self._is_closed else b"")

    # --- rows

    def _begin(self, sink: FlowSink) -> None:
        """The opening book; the first row's own message is in it already."""
        self._chunks = self._recording.chunks()
        self._chunk, self._offset, self._rows_done = next(self._chunks), 0, 1
        books = self._chunk.books
        self._replay = Replay(sink, self._identity.symbol, follows_book=self._shows_all)
        self._replay.seed(self._chunk.messages[0], books[0] if books else None)
        self._is_closed, self._phase = False, Phase.OPEN
        self._go_on(1)

    def _step_rows(self, sink: FlowSink) -> None:
        """All rows of the next time, an arriving order at once."""
        chunk = self._chunk
        assert chunk is not None and self._replay is not None
        at, messages, books = self._message()[0], chunk.messages, chunk.books
        begin = offset = self._offset
        while offset < len(messages) and messages[offset][0] == at:
            rows = self._rows_together(messages, offset)
            self._carry_out(sink, rows)
            offset += len(rows)
            if books and self._shows_all:
                self._replay.follow(books[offset - 1])
        self._rows_done += offset - begin
        self._go_on(offset - begin)

    def _rows_together(self, messages: list[Message], offset: int) -> list[Message]:
        """The rows of one arriving order, or the one row."""
        first = messages[offset]
        if not _is_execution(first):
            return [first]
        any_hidden = self._identity.day >= HIDDEN_SIDE_UNKNOWN_FROM
        rows: list[Message] = []
        direction = 0
        for row in islice(messages, offset, None):
            says_side = not any_hidden or row[1] == EXECUTED
            if row[0] != first[0] or not _is_execution(row):
                break
            if says_side and direction not in (0, row[5]):
                break
            direction = row[5] if says_side else direction
            rows.append(row)
        return rows

    def _carry_out(self, sink: FlowSink, rows: list[Message]) -> None:
        assert self._replay is not None
        first = rows[0]
        if _is_execution(first):
            self._replay.execute(rows, [self._aggressor_of(row) for row in rows])
        elif first[1] == CROSSED:
            if first[3] > 0 and first[4] > 0:
                price, size = Price(first[4]), Quantity(first[3])
                sink.printed_hidden(self._identity.symbol, price, size, Side.BUY)
        elif first[1] == HALTED:
            self._enter_phase(sink, _PHASES.get(first[4], Phase.OPEN))
        else:
            self._replay.apply(first)

    def _aggressor_of(self, row: Message) -> Side | None:
        """Who came for the order of this row; None where a newer file cannot tell."""
        if row[1] == EXECUTED or self._identity.day < HIDDEN_SIDE_UNKNOWN_FROM:
            return Side(row[5]).opposite
        assert self._replay is not None
        twice_mid = self._replay.twice_mid
        if not twice_mid or 2 * row[4] == twice_mid:
            return None
        return Side.BUY if 2 * row[4] > twice_mid else Side.SELL

    def _enter_phase(self, sink: FlowSink, phase: Phase) -> None:
        self._phase = phase
        is_halt = phase in (Phase.HALTED, Phase.QUOTATION)
        sink.entered_phase(self._identity.symbol, phase, HALTED_THEN if is_halt else "")

    # --- the place in the file

    def _go_on(self, rows: int) -> None:
        self._offset += rows
        assert self._chunk is not None
        if self._offset == len(self._chunk.messages):
            self._chunk, self._offset = next(self._chunks, None), 0

    def _message(self) -> Message:
        assert self._chunk is not None, "the recording has another row"
        return self._chunk.messages[self._offset]

    def _at(self, message: Message) -> Nanos:
        return Nanos(self._identity.midnight + message[0])

    def _closes_at(self) -> Nanos:
        return self._identity.ends_at

    def _rows_of(self, cursor: bytes) -> int:
        digits = cursor.removesuffix(b" closed")
        if not cursor:
            return 1
        if len(cursor) > _CURSOR_BYTES_MAX or not digits.isdigit():
            raise RecordingError("the place in the recording that was kept cannot be read")
        rows = int(digits)
        if not 1 <= rows <= self._rows_total:
            raise RecordingError(
                f"the session stood after row {rows:,}, but the recording has"
                f" {self._rows_total:,} rows: it is not the same one"
            )
        return rows


def _is_execution(row: Message) -> bool:
    return row[1] == EXECUTED or row[1] == EXECUTED_HIDDEN
