"""One symbol's place of trade: its crowd at its book, phase by phase."""

from connectors.feeds.flow import FlowSink
from connectors.feeds.synthetic import day
from connectors.feeds.synthetic.crowd import Crowd
from connectors.feeds.synthetic.cursor import SymbolCursor
from connectors.feeds.synthetic.symbols import TICK
from connectors.feeds.synthetic.weather import Weather
from engine.domain.quotes import Phase, Quote
from engine.exchange.book import Book
from engine.exchange.messages import Event, Traded
from engine.values import Nanos, Price


class Pit:
    """Lets the crowd act on the exchange and tells it what trades mean."""

    __slots__ = ("_heard_volume", "book", "crowd", "phase", "quote", "symbol")

    def __init__(self, crowd: Crowd, book: Book, quote: Quote) -> None:
        self.crowd = crowd
        self.book = book
        self.quote = quote
        self.symbol = crowd.listing.symbol
        self.phase = Phase.CLOSED
        self._heard_volume = int(quote.volume)

    def open_day(self, sink: FlowSink, weather: Weather, previous_close: Price, at: Nanos) -> None:
        """A new session: figures from zero, the opening print, the opening book."""
        day.begin_figures(self.quote, previous_close, at)
        day.clear_book(sink, self.crowd)
        self.crowd.belief.begin_day(previous_close=previous_close)
        self.crowd.belief.wake(at, weather, self.crowd.random)
        self._enter(sink, Phase.OPEN)
        day.print_opening(sink, self.crowd)
        day.build_book(sink, self.crowd)
        self._heard_volume = int(self.quote.volume)

    def reopen(self, sink: FlowSink, known: SymbolCursor, phase: Phase, at: Nanos) -> None:
        """The session of a cursor goes on: its figures, and a new book around its values."""
        day.restore_figures(self.quote, known, at)
        belief = self.crowd.belief
        belief.fair, belief.mood = known.fair, known.mood
        belief.begin_day(previous_close=known.previous_close)
        self._enter(sink, phase)
        day.build_book(sink, self.crowd)
        self._heard_volume = int(self.quote.volume)

    def act(self, sink: FlowSink, weather: Weather, now: Nanos) -> float:
        """One action of the crowd; seconds until the next."""
        crowd = self.crowd
        self._hear_others()
        crowd.belief.pass_time(now, weather, crowd.random)
        operations = crowd.act(self.book)
        if operations:
            self._hear(sink.submit(operations))
            self._heard_volume = int(self.quote.volume)
        return crowd.seconds_to_next(weather)

    def begin_closing(self, sink: FlowSink) -> None:
        self._enter(sink, Phase.AUCTION)

    def close(self, sink: FlowSink) -> None:
        """The closing cross prints; the book stands as it is until the next open."""
        day.print_closing(sink, self.crowd)
        self._enter(sink, Phase.CLOSED)

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
        )

    def _enter(self, sink: FlowSink, phase: Phase) -> None:
        self.phase = self.quote.phase = phase
        sink.entered_phase(self.symbol, phase)

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
