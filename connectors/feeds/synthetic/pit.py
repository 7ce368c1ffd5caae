"""One symbol's place of trade: its crowd at its book, phase by phase."""

from connectors.feeds.flow import FlowSink
from connectors.feeds.synthetic import calls, day
from connectors.feeds.synthetic.crowd import Crowd
from connectors.feeds.synthetic.cursor import SymbolCursor
from connectors.feeds.synthetic.halts import Halt, HaltWatch
from connectors.feeds.synthetic.symbols import TICK
from connectors.feeds.synthetic.weather import Weather
from engine.domain.quotes import Phase, Quote
from engine.exchange.book import Book
from engine.exchange.messages import Event, Traded
from engine.values import Nanos, Price, TimeInForce


class Pit:
    """Lets the crowd act on the exchange and tells it what trades mean."""

    __slots__ = (
        "_heard_volume",
        "book",
        "crowd",
        "halted_for",
        "next_phase_at",
        "phase",
        "quote",
        "reopens_at",
        "symbol",
        "watch",
    )

    def __init__(self, crowd: Crowd, book: Book, quote: Quote) -> None:
        self.crowd = crowd
        self.book = book
        self.quote = quote
        self.symbol = crowd.listing.symbol
        self.phase = Phase.CLOSED
        self.watch = HaltWatch()
        self.next_phase_at = self.reopens_at = Nanos(0)
        """Of a halt: when orders may line up, and when it reopens."""
        self.halted_for = ""
        self._heard_volume = int(quote.volume)

    # --- the day

    def open_day(self, sink: FlowSink, weather: Weather, previous_close: Price, at: Nanos) -> None:
        """A new session without an auction: figures from zero, the opening print, the book."""
        self._wake(sink, weather, previous_close, at)
        self._enter(sink, Phase.OPEN)
        day.print_opening(sink, self.crowd)
        day.build_book(sink, self.crowd)
        self._heard_volume = int(self.quote.volume)

    def call_open(self, sink: FlowSink, weather: Weather, previous_close: Price, at: Nanos) -> None:
        """A new session with its pre-open: orders line up around what was believed overnight."""
        self._wake(sink, weather, previous_close, at)
        self._enter(sink, Phase.PRE_OPEN)
        day.build_book(sink, self.crowd)

    def line_up(self, sink: FlowSink, weather: Weather, now: Nanos, span: int) -> float:
        """Somebody sends an order for the auction to come; seconds until the next does."""
        crowd = self.crowd
        crowd.belief.pass_time(now, weather, crowd.random)
        if self.phase is Phase.PRE_OPEN:
            sink.submit([calls.for_cross(crowd, TimeInForce.OPG)])
            return calls.seconds_to_next(crowd, span, calls.ORDERS_PER_CALL)
        sink.submit([calls.to_reopen(crowd)])
        return calls.seconds_to_next(crowd, span, calls.REOPENING_ORDERS)

    def open_after_call(self, sink: FlowSink) -> None:
        """The auction takes place, and trading goes on from its price."""
        self.halted_for = ""
        self.watch.forget()
        self._enter(sink, Phase.OPEN)
        self._heard_volume = int(self.quote.volume)

    def reopen(self, sink: FlowSink, known: SymbolCursor, phase: Phase, at: Nanos) -> None:
        """The session of a cursor goes on: its figures, and a new book around its values."""
        day.restore_figures(self.quote, known, at)
        belief = self.crowd.belief
        belief.fair, belief.mood = known.fair, known.mood
        belief.begin_day(previous_close=known.previous_close)
        self.next_phase_at, self.reopens_at = Nanos(known.next_phase_at), Nanos(known.reopens_at)
        self.halted_for = known.halted_for
        self._enter(sink, phase)
        day.build_book(sink, self.crowd)
        self._heard_volume = int(self.quote.volume)

    def catch_up(self, sink: FlowSink, lives: TimeInForce, *, gone: int, span: int) -> None:
        """After a restart: those who had lined up for an auction line up again."""
        orders = calls.caught_up(self.crowd, lives, gone=gone, span=span)
        if orders:
            sink.submit(orders)

    def act(self, sink: FlowSink, weather: Weather, now: Nanos, to_close: int) -> float:
        """One action of the crowd; seconds until the next."""
        crowd = self.crowd
        self._hear_others()
        crowd.belief.pass_time(now, weather, crowd.random)
        operations = crowd.act(self.book)
        if to_close <= calls.ON_CLOSE_FROM:
            wish = calls.for_close(crowd, to_close)
            operations = operations if wish is None else [*operations, wish]
        if operations:
            self._hear(sink.submit(operations))
            self._heard_volume = int(self.quote.volume)
        return crowd.seconds_to_next(weather)

    def begin_closing(self, sink: FlowSink) -> None:
        self.halted_for = ""
        self._enter(sink, Phase.AUCTION)

    def close(self, sink: FlowSink) -> None:
        """The closing auction takes place; the book stands as it is until the next open."""
        self._enter(sink, Phase.CLOSED)
        self._heard_volume = int(self.quote.volume)

    # --- halts

    def halt(self, sink: FlowSink, halt: Halt, now: Nanos) -> None:
        """Nothing trades from now on; what the news means is believed at once."""
        self.next_phase_at = Nanos(now + halt.pause)
        self.reopens_at = Nanos(self.next_phase_at + halt.quotation)
        self.halted_for = halt.text
        if halt.move:
            self.crowd.belief.heard_news(halt.move)
        self._enter(sink, Phase.HALTED)

    def begin_quotation(self, sink: FlowSink) -> None:
        """Orders may line up; some of the crowd do at once."""
        self._enter(sink, Phase.QUOTATION)

    def closing_price(self) -> Price:
        """The last print, or what the crowd believes where nothing printed."""
        return self.quote.last or Price(int(self.crowd.belief.fair) * TICK)

    def cursor(self) -> SymbolCursor:
        quote, belief = self.quote, self.crowd.belief
        return SymbolCursor(
            symbol=self.symbol,
            fair=belief.fair,
            mood=belief.mood,
            previous_close=quote.previous_close,
            last=quote.last,
            open=quote.open,
            high=quote.high,
            low=quote.low,
            volume=quote.volume,
            trades=quote.trades,
            phase=self.phase,
            next_phase_at=self.next_phase_at,
            reopens_at=self.reopens_at,
            halted_for=self.halted_for,
        )

    def _wake(self, sink: FlowSink, weather: Weather, previous_close: Price, at: Nanos) -> None:
        day.begin_figures(self.quote, previous_close, at)
        day.clear_book(sink, self.crowd)
        self.crowd.belief.begin_day(previous_close=previous_close)
        self.crowd.belief.wake(at, weather, self.crowd.random)

    def _enter(self, sink: FlowSink, phase: Phase) -> None:
        self.phase = phase
        quote, is_halted = self.quote, phase in (Phase.HALTED, Phase.QUOTATION)
        # While nothing trades there is no band: after it the mean begins anew.
        quote.band_low = quote.band_high = Price(0)
        quote.pauses_at = Nanos(0)
        quote.reopens_at = self.reopens_at if is_halted else Nanos(0)
        sink.entered_phase(self.symbol, phase, self.halted_for)

    def _hear(self, events: list[Event]) -> None:
        taken = 0
        for event in events:
            if type(event) is Traded:
                taken += event.taker_side * event.quantity
        if not taken:
            return
        self.crowd.belief.grew_excited()
        if not self.crowd.corrects:
            self.crowd.belief.saw_taker(taken)

    def _hear_others(self) -> None:
        """What the trader took since the last action moves belief like any other trade."""
        others = int(self.quote.volume) - self._heard_volume
        if others == 0:
            return
        self._heard_volume = int(self.quote.volume)
        if others > 0:
            bought = self.quote.last / TICK >= self.crowd.belief.fair
            self.crowd.belief.saw_taker(others if bought else -others)
