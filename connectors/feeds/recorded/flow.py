"""A session recorded by ourselves as a market for the paper venue."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from connectors.feeds.flow import FlowSink
from connectors.feeds.lobster_silence import Silence
from connectors.feeds.recorded.blocks import (
    BlockReader,
    RecordedFileError,
    survey,
)
from connectors.feeds.recorded.frames import (
    FORMAT_VERSION,
    BookImage,
    Carried,
    Depth,
    Frame,
    Gap,
    Head,
    Levels,
    OwnChange,
    OwnFill,
    OwnOrder,
    Phased,
    Printed,
    PrintedHidden,
    Quoted,
    put_figures,
)
from connectors.feeds.recorded.images import as_ghost, hang, take_down
from connectors.feeds.recorded.level_play import LevelPlayer
from engine.domain.phases import CROSSES
from engine.domain.quotes import Phase, Source
from engine.exchange.auctions import uncross
from engine.exchange.messages import NewOrder
from engine.instruments import Instrument
from engine.values import Nanos, Price

_CURSOR_BYTES_MAX = 32
_LEVEL_DATA = (Quoted, Printed, Levels, Depth)
_BEGINNINGS = (Head, BookImage, Depth)
"""With which a recording begins, all of them at one time."""


class RecordedFlow:
    """One recorded session: every batch, phase and book as it was, at the same nanosecond.

    The trader's orders of that session are part of it, as somebody else's. A step is everything of
    one time. After the last frame every symbol closes, one nanosecond later, and nothing follows.
    A `cursor` counts frames: opening there replays them without today's trader.
    """

    source = Source.REPLAY

    def __init__(self, path: Path) -> None:
        """Holds every block against its checksum once. Raises RecordedFileError."""
        contents = survey(path, thoroughly=True)
        if not contents.blocks:
            raise RecordedFileError(f"{path.name}: nothing of the recording can be read")
        self._path = path
        self._blocks = contents.blocks
        self._reader = BlockReader(path)
        head = _head_of(self._reader.frames_of(contents.blocks[0]), path)
        self.head = head
        self.instruments = head.instruments
        self.trade_date = head.trade_date
        day = str(head.trade_date)
        on = f"{day[:4]}-{day[4:6]}-{day[6:]}"
        market = head.market if on in head.market else f"{head.market} {on}"
        self.description = f"{market} (recorded, {head.identity})"
        self.assumptions = head.quotes
        """Of a market of quotes; None: it is one of orders."""
        self._levels = LevelPlayer()
        lost = contents.blocks[-1].lost
        gaps = f"the recording has gaps: {lost:,} frames were lost when it was made" if lost else ""
        self.note = "; ".join(part for part in (contents.damage, gaps, head.note) if part)
        self.span = (contents.blocks[0].first_at, contents.blocks[-1].last_at)
        self._frames: Iterator[Frame] = iter(())
        self._next: Frame | None = None
        self._block = 0
        self._done = 0
        self._at = Nanos(0)
        self._is_closed = False
        self._phases: dict[str, Phase] = {}

    # --- the contract

    def open(self, sink: FlowSink, cursor: bytes) -> Nanos:
        wanted, is_closed = _read_cursor(cursor)
        silent = _Mute(sink, {one.symbol: one for one in self.instruments})
        self._begin(silent)
        while self._done < wanted and self._next is not None:
            self._at = silent.now = silent.exchange.now = self._next[0]
            self._step_frames(silent)
        if self._done < wanted:
            raise RecordedFileError(
                f"the session stood after frame {wanted:,}, but the recording has"
                f" {self._done:,}: it is not the same one"
            )
        if is_closed:
            self._close(silent)
        sink.exchange.now = self._at
        for symbol, phase in self._phases.items():
            sink.touched(symbol)
            sink.entered_phase(symbol, phase)
        return self._at

    def next_at(self) -> Nanos | None:
        if self._next is not None:
            return self._next[0]
        return None if self._is_closed else Nanos(self._at + 1)

    def step(self, sink: FlowSink) -> None:
        if self._next is None:
            self._close(sink)
            return
        self._at = self._next[0]
        self._step_frames(sink)

    def cursor(self) -> bytes:
        """Frames done, and whether the session has closed."""
        return b"%d%s" % (self._done, b" closed" if self._is_closed else b"")

    def next_own_fill(self, after: Nanos) -> Nanos | None:
        """Market time of the next execution that the trader had in this session, after `after`."""
        for block in self._blocks:
            if block.own_fills and block.last_at > after:
                for at, body in self._reader.frames_of(block):
                    if at > after and type(body) is OwnFill:
                        return at
        return None

    # --- frames

    def _begin(self, silent: Silence) -> None:
        """The books with which the recording begins stand before the first step."""
        self._frames = self._all_frames()
        self._next, self._done, self._is_closed = next(self._frames, None), 0, False
        self._phases = {}
        self._levels.restart()
        self._at = silent.now = silent.exchange.now = self._blocks[0].first_at
        while self._next is not None and self._next[0] == self._at:
            if type(self._next[1]) not in _BEGINNINGS:
                break
            self._take(silent, self._next)
        for instrument in self.instruments:
            self._phases.setdefault(instrument.symbol, Phase.CLOSED)

    def _all_frames(self) -> Iterator[Frame]:
        for block in self._blocks:
            yield from self._reader.frames_of(block)

    def _step_frames(self, sink: FlowSink) -> None:
        while self._next is not None and self._next[0] == self._at:
            self._take(sink, self._next)
        if self.assumptions is not None:
            for instrument in self.instruments:
                sink.touched(instrument.symbol)

    def _take(self, sink: FlowSink, frame: Frame) -> None:
        self._next = next(self._frames, None)
        self._done += 1
        at, body = frame
        kind = type(body)
        if kind is Carried:
            assert isinstance(body, Carried)
            sink.submit([as_ghost(operation) for operation in body.operations])
        elif isinstance(body, Phased):
            self._enter(sink, body, at)
        elif isinstance(body, OwnOrder | OwnChange | OwnFill):
            sink.own_fact(body)
        elif isinstance(body, PrintedHidden):
            sink.printed_hidden(body.symbol, body.price, body.quantity, body.aggressor)
        elif isinstance(body, BookImage):
            self._put_up(sink, body, at)
        elif isinstance(body, Gap):
            self._levels.restart()
        elif isinstance(body, _LEVEL_DATA):
            if self.assumptions is None:
                raise RecordedFileError(
                    f"{self._path.name} has quotes among the operations of a market of orders"
                )
            self._levels.play(sink, body)

    def _enter(self, sink: FlowSink, body: Phased, at: Nanos) -> None:
        before = self._phases.get(body.symbol, Phase.CLOSED)
        if before is Phase.CLOSED:
            # A day's figures begin; later ones follow from what prints, today's trader included.
            put_figures(sink.market.quotes[body.symbol], body.figures, at)
        self.trade_date = body.trade_date
        self._phases[body.symbol] = body.phase
        sink.entered_phase(body.symbol, body.phase, body.text)
        if self.assumptions is not None and before is Phase.PRE_OPEN:
            # What traded before the open counts as volume and not for the day's extremes.
            quote = sink.market.quotes[body.symbol]
            quote.open = quote.high = quote.low = Price(0)

    def _put_up(self, sink: FlowSink, image: BookImage, at: Nanos) -> None:
        """A book as it was; paper orders that stood in it go to the end of their queues."""
        symbol = image.symbol
        book = sink.exchange.book(symbol)
        is_first = symbol not in self._phases
        own: list[NewOrder] = []
        if is_first:
            sink.market.quotes[symbol].phase = image.phase
        if self.assumptions is not None:
            self._levels.put_up(sink, image)
        else:
            own = take_down(book)
            sink.exchange.call(symbol, image.phase in CROSSES)
            hang(book, image)
        if is_first or self._phases[symbol] is Phase.CLOSED:
            put_figures(sink.market.quotes[symbol], image.figures, at)
        self.trade_date = image.trade_date
        if own:
            sink.submit(own)
        sink.touched(symbol)
        if not is_first and self._phases[symbol] is not image.phase:
            sink.entered_phase(symbol, image.phase)
        self._phases[symbol] = image.phase

    def _close(self, sink: FlowSink) -> None:
        """The recording is over: whatever was still open closes."""
        self._is_closed = True
        for symbol, phase in self._phases.items():
            if phase is not Phase.CLOSED:
                self._phases[symbol] = Phase.CLOSED
                sink.entered_phase(symbol, Phase.CLOSED)


class _Mute(Silence):
    """As `Silence`, for phases that matter: auctions take place, and DAY orders expire."""

    def __init__(self, sink: FlowSink, instruments: Mapping[str, Instrument]) -> None:
        super().__init__(sink)
        self._instruments = instruments

    def entered_phase(self, symbol: str, phase: Phase, text: str = "") -> None:
        quote, exchange = self.market.quotes[symbol], self.exchange
        if not exchange.runs_auctions:
            quote.phase = phase
            return
        if quote.phase in CROSSES and phase not in CROSSES:
            reference = quote.last or quote.previous_close
            tick = self._instruments[symbol].tick_at(reference)
            cross, _ = uncross(exchange.book(symbol), CROSSES[quote.phase][1], reference, tick)
            if cross is not None:
                quote.record_trade(cross.price, cross.quantity, self.now)
        exchange.call(symbol, phase in CROSSES)
        quote.phase = phase
        if phase is Phase.CLOSED:
            exchange.expire_day_orders([symbol])


def _head_of(frames: Sequence[Frame], path: Path) -> Head:
    head = frames[0][1]
    if not isinstance(head, Head):
        raise RecordedFileError(f"{path.name}: the recording does not say what it is one of")
    if head.version > FORMAT_VERSION:
        raise RecordedFileError(
            f"{path.name}: recorded in format {head.version}; this program reads up to"
            f" {FORMAT_VERSION}"
        )
    return head


def _read_cursor(cursor: bytes) -> tuple[int, bool]:
    digits = cursor.removesuffix(b" closed")
    if not cursor:
        return 0, False
    if len(cursor) > _CURSOR_BYTES_MAX or not digits.isdigit():
        raise RecordedFileError("the place in the recording that was kept cannot be read")
    return int(digits), cursor.endswith(b" closed")
