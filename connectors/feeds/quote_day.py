"""A recorded day told in quotes, trades or bars, as a market for the paper venue."""

from collections.abc import Sequence
from typing import Protocol

from connectors.feeds.flow import FlowSink
from connectors.feeds.lobster_names import RecordingError
from connectors.feeds.lobster_silence import Silence
from connectors.feeds.sessions import Session
from engine.domain.quotes import Phase, Source
from engine.exchange.quoted.assumptions import Assumptions
from engine.exchange.quoted.bars import BarAssumptions
from engine.exchange.quoted.house import QuotedExchange
from engine.instruments import Instrument
from engine.values import Nanos, Price

EVERY_SYMBOL = "*"
_CURSOR_BYTES_MAX = 32


class Tape(Protocol):
    """What was recorded of one symbol, in time order."""

    instrument: Instrument

    def rewind(self) -> None:
        """The next step is the first again."""

    def next_at(self) -> Nanos | None:
        """Market time of the next step; None after the last."""

    def step(self, sink: FlowSink) -> None:
        """Everything that is recorded for `next_at()`: told to the sink's exchange, and what
        follows from it to the sink."""


class QuoteDay:
    """One session of one or more symbols: its open, its rows, its close.

    What was recorded before the open makes the first quotes; from `starts_at` on, rows before the
    open are the phase PRE_OPEN. Rows after the close are not played. The cursor is the market time
    up to which everything has been played.
    """

    source = Source.REPLAY

    def __init__(
        self,
        tapes: Sequence[Tape],
        session: Session,
        *,
        description: str,
        assumptions: Assumptions | BarAssumptions,
        note: str = "",
        starts_at: Nanos | None = None,
    ) -> None:
        assert tapes, "a day of nothing"
        self._tapes = tuple(tapes)
        self._session = session
        self._starts_at = session.opens_at if starts_at is None else starts_at
        self._at = self._starts_at
        self._phase = Phase.CLOSED
        self.instruments = tuple(tape.instrument for tape in tapes)
        self.trade_date = session.trade_date
        self.description = description
        self.assumptions = assumptions
        self.note = note

    def open(self, sink: FlowSink, cursor: bytes) -> Nanos:
        until, is_closed = self._place_of(cursor)
        self._at = until if cursor else self._starts_at
        self._phase = Phase.CLOSED if is_closed else self._phase_at(self._at)
        house, silent = sink.exchange, Silence(sink)
        for tape in self._tapes:
            tape.rewind()
            self._play_silently(tape, silent, Nanos(min(until, self._session.opens_at - 1)))
            if until >= self._session.opens_at - 1:
                self._begin_figures(sink, tape)
                # A bar that began while the symbol traded reaches orders, also after a restart.
                house.entered(tape.instrument.symbol, is_open=True)
            self._play_silently(tape, silent, until)
            sink.touched(tape.instrument.symbol)
        house.now = self._at
        sink.entered_phase(EVERY_SYMBOL, self._phase)
        return self._at

    def next_at(self) -> Nanos | None:
        if self._phase is Phase.CLOSED:
            return None
        times = [at for tape in self._tapes if (at := tape.next_at()) is not None]
        return min([*times, self._next_phase_at()])

    def step(self, sink: FlowSink) -> None:
        at = self.next_at()
        assert at is not None, "the session goes on"
        self._at = at
        sink.exchange.now = at
        ends = at == self._session.closes_at
        if at == self._next_phase_at() and not ends:
            self._enter(Phase.OPEN, sink)
            for tape in self._tapes:
                self._begin_figures(sink, tape)
        for tape in self._tapes:
            if tape.next_at() == at:
                tape.step(sink)
                sink.touched(tape.instrument.symbol)
        if ends:
            self._enter(Phase.CLOSED, sink)

    def cursor(self) -> bytes:
        """Market time played so far, and whether the session has closed."""
        return b"%d%s" % (self._at, b" closed" if self._phase is Phase.CLOSED else b"")

    # --- inside

    @staticmethod
    def _play_silently(tape: Tape, silent: Silence, until: Nanos) -> None:
        while (at := tape.next_at()) is not None and at <= until:
            silent.exchange.now = silent.now = at
            tape.step(silent)

    @staticmethod
    def _begin_figures(sink: FlowSink, tape: Tape) -> None:
        """Open, high and low are those of the session; what traded before it counts as volume."""
        quote = sink.market.quotes[tape.instrument.symbol]
        quote.open = quote.high = quote.low = Price(0)

    def _enter(self, phase: Phase, sink: FlowSink) -> None:
        self._phase = phase
        sink.entered_phase(EVERY_SYMBOL, phase)

    def _phase_at(self, at: Nanos) -> Phase:
        return Phase.OPEN if at >= self._session.opens_at else Phase.PRE_OPEN

    def _next_phase_at(self) -> Nanos:
        session = self._session
        return session.opens_at if self._phase is Phase.PRE_OPEN else session.closes_at

    def _place_of(self, cursor: bytes) -> tuple[Nanos, bool]:
        """(time up to which rows were played, whether it is closed)."""
        if not cursor:
            return Nanos(self._starts_at - 1), False
        digits = cursor.removesuffix(b" closed")
        if len(cursor) > _CURSOR_BYTES_MAX or not digits.isdigit():
            raise RecordingError("the place in the recording that was kept cannot be read")
        at = Nanos(int(digits))
        if not self._session.midnight <= at <= self._session.closes_at:
            raise RecordingError("the place that was kept is no part of this recording's day")
        return at, cursor.endswith(b"closed")


def quoted_house(sink: FlowSink) -> QuotedExchange:
    """The sink's exchange, which is one of quotes."""
    house = sink.exchange
    assert isinstance(house, QuotedExchange), "quotes are played in a house of quotes"
    return house
