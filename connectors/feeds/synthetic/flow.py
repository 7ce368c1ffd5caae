"""The synthetic market as a flow: one crowd per symbol, one weather for all, day after day."""

from collections.abc import Sequence
from heapq import heapify, heapreplace

from connectors.feeds.flow import FLOW_ORDER_IDS_FROM, FlowSink
from connectors.feeds.synthetic import calendar, calls
from connectors.feeds.synthetic.belief import NEWS_SIZE, Belief
from connectors.feeds.synthetic.chance import bell, stream
from connectors.feeds.synthetic.crowd import Crowd, OrderIds
from connectors.feeds.synthetic.cursor import (
    CURSOR_VERSION,
    Cursor,
    SymbolCursor,
    decode_cursor,
    encode_cursor,
)
from connectors.feeds.synthetic.halts import FOR_PRACTICE, Halt
from connectors.feeds.synthetic.pit import Pit
from connectors.feeds.synthetic.symbols import TICK, Listing, Sector, listings_of
from connectors.feeds.synthetic.weather import Weather, season
from engine.domain.quotes import Phase, Source
from engine.errors import InputError
from engine.values import NANOS_PER_SECOND, Nanos, Price, TimeInForce

STARTS_AT = "09:30"
PRE_OPEN = "pre-open"
"""A start with the pre-open and the opening auction."""
MOOD_SECONDS = 10.0
"""Volatilities change this often."""
NEWS_SECONDS = 10_800.0
"""Mean time between two pieces of news about one symbol."""
NEWS_SHARED = 0.35
"""Part of a move by news that the other symbols of the sector follow."""
CROSS_SECONDS_MAX = 2.0
"""After the close every symbol's closing cross prints within this time."""

_WEATHER = -1


class SyntheticFlow:
    """A whole market from a seed: the same arguments and the same orders give the same bytes.

    Each weekday is open from 09:30 to 16:00 New York, then its closing auction prints and the next
    step is the next weekday's open: whether to go there, and how long to pause, is the caller's.
    """

    source = Source.SYNTHETIC
    note = ""

    def __init__(
        self,
        seed: int,
        symbols: Sequence[str] | None = None,
        start: str = STARTS_AT,
        trade_date: int = calendar.FIRST_TRADE_DATE,
    ) -> None:
        """`start` is New York time (HH:MM or HH:MM:SS) or PRE_OPEN, `trade_date` a weekday.

        Raises InputError, UnknownSymbolError.
        """
        self._now = _starts_at(start, trade_date)
        self.listings: tuple[Listing, ...] = listings_of(symbols)
        self.instruments = tuple(listing.instrument for listing in self.listings)
        # A choice of symbols is a market of its own: another choice cannot go on where it stood.
        chosen = ",".join(instrument.symbol for instrument in self.instruments)
        self.description = "synthetic" if symbols is None else f"synthetic {chosen}"
        self.trade_date = trade_date
        self._seed = seed
        self._ids = OrderIds(FLOW_ORDER_IDS_FROM)
        self._weather = Weather(seed=seed, at=self._now)
        self._weather_at = self._mood_at = self._now
        self._opens_at = calendar.opens_at(trade_date)
        self._closes_at = calendar.closes_at(trade_date)
        self._has_pre_open = self._now < self._opens_at
        """Every day of this market begins with the auction that its pre-open leads to."""
        self._pits: tuple[Pit, ...] = ()
        self._agenda: list[tuple[int, int]] = []
        """(market time, place in `_pits` or `_WEATHER`): a heap with one entry for each."""

    @property
    def span(self) -> tuple[Nanos, Nanos]:
        """When the day opens and closes."""
        return Nanos(calendar.opens_at(self.trade_date)), Nanos(self._closes_at)

    def open(self, sink: FlowSink, cursor: bytes = b"") -> Nanos:
        """Builds the opening books, or books around the values of `cursor`.

        After a cursor the market goes on from there with new orders and new chance: not as it
        would have gone without the interruption. Raises CursorError.
        """
        known: dict[str, SymbolCursor] = {}
        if cursor:
            place = decode_cursor(cursor)
            self._go_to(place)
            known = {each.symbol: each for each in place.symbols}
        else:
            self._weather.sleep()
            self._weather.season = season(self._since_open())
        self._pits = tuple(
            self._open_pit(sink, listing, known.get(listing.symbol)) for listing in self.listings
        )
        self._agenda = [self._first_visit(index) for index in range(len(self._pits))]
        self._agenda.append((self._next_change(), _WEATHER))
        heapify(self._agenda)
        return self._now

    def next_at(self) -> Nanos | None:
        """Strictly after the step before; None only before `open`: this market never ends."""
        return Nanos(max(self._agenda[0][0], self._now + 1)) if self._agenda else None

    def step(self, sink: FlowSink) -> None:
        """One person's action, a change of the weather, or one symbol's next phase."""
        at, index = self._agenda[0]
        self._now = now = Nanos(max(at, self._now + 1))
        if index == _WEATHER:
            following = self._change_weather(now)
        else:
            following = self._visit(sink, index, now)
        heapreplace(self._agenda, (following, index))

    def cursor(self) -> bytes:
        """Market time, values and the day's figures; under three kilobytes for all symbols."""
        return encode_cursor(
            Cursor(
                version=CURSOR_VERSION,
                at=self._now,
                trade_date=self.trade_date,
                next_order_id=self._ids.next,
                factor=self._weather.factor,
                mood=self._weather.mood,
                symbols=tuple(pit.cursor() for pit in self._pits),
            )
        )

    # --- opening

    def _go_to(self, place: Cursor) -> None:
        self._now, self.trade_date = Nanos(place.at), place.trade_date
        self._opens_at = calendar.opens_at(place.trade_date)
        self._closes_at = calendar.closes_at(place.trade_date)
        self._ids.next = place.next_order_id
        self._weather = Weather(seed=self._seed, at=place.at, factor=place.factor, mood=place.mood)
        self._weather_at = self._mood_at = self._now

    def _open_pit(self, sink: FlowSink, listing: Listing, known: SymbolCursor | None) -> Pit:
        symbol, now = listing.symbol, self._now
        chance = stream(seed=self._seed, name=symbol, at=now)
        belief = Belief(listing, at=now, factor=self._weather.factor if known else 0.0)
        book, quote = sink.exchange.book(symbol), sink.market.quotes[symbol]
        pit = Pit(Crowd(listing, belief, self._ids, chance), book, quote)
        pit.watch.begin_day(seed=self._seed, symbol=symbol, trade_date=self.trade_date, after=now)
        if known is not None:
            self._reopen_pit(sink, pit, known)
        elif now < self._opens_at:
            pit.call_open(sink, self._weather, Price(listing.previous_close_cents * TICK), now)
        else:
            pit.open_day(sink, self._weather, Price(listing.previous_close_cents * TICK), now)
        return pit

    def _reopen_pit(self, sink: FlowSink, pit: Pit, known: SymbolCursor) -> None:
        now = self._now
        phase = Phase.CLOSED if now >= self._closes_at else Phase.OPEN
        pit.reopen(sink, known, Phase(known.phase) if known.phase else phase, now)
        if pit.phase is Phase.PRE_OPEN:
            gone = calls.CALL_SECONDS * NANOS_PER_SECOND - (self._opens_at - now)
            span = calls.CALL_SECONDS * NANOS_PER_SECOND
            pit.catch_up(sink, TimeInForce.OPG, gone=gone, span=span)
        elif pit.phase is not Phase.CLOSED and self._closes_at - now < calls.ON_CLOSE_FROM:
            gone = calls.ON_CLOSE_FROM - (self._closes_at - now)
            span = calls.ON_CLOSE_FROM - calls.ON_CLOSE_UNTIL
            pit.catch_up(sink, TimeInForce.CLS, gone=gone, span=span)

    def _first_visit(self, index: int) -> tuple[int, int]:
        pit = self._pits[index]
        if pit.phase is Phase.CLOSED:
            return self._next_open(index), index
        if pit.phase is not Phase.OPEN:
            # A call phase or a halt: what comes next is its own affair.
            return max(self._now + 1, self._closes_at if pit.phase is Phase.AUCTION else 0), index
        return self._next_visit(self._now, index, pit.crowd.seconds_to_next(self._weather)), index

    # --- the day

    def _visit(self, sink: FlowSink, index: int, now: Nanos) -> int:
        """What one symbol does now; returns when it is to be visited again."""
        pit = self._pits[index]
        match pit.phase:
            case Phase.CLOSED:
                return self._open(sink, index, now)
            case Phase.PRE_OPEN:
                return self._call(sink, index, now, until=self._opens_at + index)
            case Phase.AUCTION:
                pit.close(sink)
                return self._next_open(index)
        if now >= self._closes_at:
            pit.begin_closing(sink)
            return _after(now, CROSS_SECONDS_MAX * (0.1 + 0.9 * pit.crowd.random.random()))
        if pit.phase is Phase.OPEN:
            return self._trade(sink, index, now)
        if pit.phase is Phase.HALTED:
            if now >= pit.next_phase_at:
                pit.begin_quotation(sink)
            return min(max(pit.next_phase_at, now + 1), self._closes_at + index)
        return min(self._call(sink, index, now, until=pit.reopens_at), self._closes_at + index)

    def _trade(self, sink: FlowSink, index: int, now: Nanos) -> int:
        """In continuous trading: somebody acts, unless the symbol is halted now."""
        pit = self._pits[index]
        halt = pit.watch.look(now, pit.quote.last, self._closes_at)
        if halt is not None:
            pit.halt(sink, halt, now)
            return min(pit.next_phase_at, self._closes_at + index)
        pit.watch.tell(pit.quote)
        seconds = pit.act(sink, self._weather, now, self._closes_at - now)
        return self._next_visit(now, index, seconds)

    def _call(self, sink: FlowSink, index: int, now: Nanos, *, until: int) -> int:
        """Orders line up until the auction at the end of the call phase."""
        pit = self._pits[index]
        if now >= until:
            pit.open_after_call(sink)
            return self._next_visit(now, index, pit.crowd.seconds_to_next(self._weather))
        span = calls.CALL_SECONDS * NANOS_PER_SECOND
        if pit.phase is Phase.QUOTATION:
            span = pit.reopens_at - pit.next_phase_at
        return min(_after(now, pit.line_up(sink, self._weather, now, span)), until)

    def _open(self, sink: FlowSink, index: int, now: Nanos) -> int:
        """A new day for this symbol: with its pre-open, or at once."""
        pit = self._pits[index]
        self._begin_day(now)
        pit.watch.begin_day(seed=self._seed, symbol=pit.symbol, trade_date=self.trade_date)
        if self._has_pre_open:
            pit.call_open(sink, self._weather, pit.closing_price(), now)
            return now + 1
        pit.open_day(sink, self._weather, pit.closing_price(), now)
        return self._next_visit(now, index, pit.crowd.seconds_to_next(self._weather))

    def halt(self, sink: FlowSink, symbol: str, *, pause: int, quotation: int, now: Nanos) -> str:
        """Halts one symbol now, for practice; why not, or empty."""
        found = [index for index, pit in enumerate(self._pits) if pit.symbol == symbol]
        if not found:
            return f"this market does not list {symbol}"
        index, pit = found[0], self._pits[found[0]]
        if pit.phase is not Phase.OPEN:
            return f"{symbol} is {pit.phase.word}: only what trades can be halted"
        pit.halt(sink, Halt(pause, quotation, FOR_PRACTICE), now)
        visit = min(pit.next_phase_at, self._closes_at + index)
        self._agenda = [(at, i) if i != index else (visit, i) for at, i in self._agenda]
        heapify(self._agenda)
        return ""

    def _next_visit(self, now: int, index: int, seconds: float) -> int:
        """The close interrupts every wait; no two symbols close in the same nanosecond."""
        return min(_after(now, seconds), self._closes_at + index)

    def _next_open(self, index: int) -> int:
        following = calendar.trade_date_after(self.trade_date)
        opens = calendar.pre_opens_at if self._has_pre_open else calendar.opens_at
        return opens(following) + index

    def _begin_day(self, now: Nanos) -> None:
        """The first symbol to open turns the page for all."""
        if now < self._closes_at:
            return
        self.trade_date = calendar.trade_date_after(self.trade_date)
        self._opens_at = calendar.opens_at(self.trade_date)
        self._closes_at = calendar.closes_at(self.trade_date)
        self._weather.sleep()
        self._weather_at = self._mood_at = now

    # --- the weather

    def _change_weather(self, now: Nanos) -> int:
        if now >= self._closes_at:
            return self._next_change()
        elapsed = (now - self._weather_at) / NANOS_PER_SECOND
        self._weather_at = now
        if self._weather.pass_time(elapsed=elapsed, since_open=self._since_open()):
            for pit in self._pits:
                pit.crowd.belief.heard_news(0.0)
        self._spread_news(elapsed)
        self._change_moods(now)
        return self._next_change()

    def _next_change(self) -> int:
        if self._now >= self._closes_at:
            return self._next_open(0) + 1
        return _after(self._now, self._weather.next_seconds())

    def _since_open(self) -> float:
        since = calendar.SESSION_SECONDS - (self._closes_at - self._now) / NANOS_PER_SECOND
        return max(0.0, since)

    def _spread_news(self, elapsed: float) -> None:
        """Now and then one symbol has news; its sector follows a part of the way."""
        random = self._weather.random
        if random.random() >= elapsed * len(self._pits) / NEWS_SECONDS:
            return
        subject = self._pits[int(random.random() * len(self._pits))].crowd
        move = NEWS_SIZE * bell(random)
        subject.belief.heard_news(move)
        if subject.listing.sector is Sector.FUND:
            return
        for pit in self._pits:
            other = pit.crowd
            if other is not subject and other.listing.sector is subject.listing.sector:
                other.belief.heard_news(NEWS_SHARED * move)

    def _change_moods(self, now: Nanos) -> None:
        elapsed = (now - self._mood_at) / NANOS_PER_SECOND
        if elapsed < MOOD_SECONDS:
            return
        self._mood_at = now
        for pit in self._pits:
            pit.crowd.belief.change_mood(elapsed, self._weather, pit.crowd.random)


def _after(now: int, seconds: float) -> int:
    return now + max(1, int(seconds * NANOS_PER_SECOND))


def _starts_at(start: str, trade_date: int) -> Nanos:
    """Market time of the first moment. Raises InputError."""
    if not calendar.is_trade_date(trade_date):
        raise InputError(f"{trade_date} is no weekday: the synthetic market trades on weekdays")
    if start == PRE_OPEN:
        return calendar.pre_opens_at(trade_date)
    at = calendar.time_of_day(trade_date, start)
    if at is None:
        raise InputError(
            f"the synthetic market cannot start at '{start[:20]}': say {PRE_OPEN}, 09:30 or later"
        )
    if at < calendar.pre_opens_at(trade_date):
        raise InputError(
            f"the synthetic market does not start at {start}: its pre-open begins at 09:25"
        )
    if at >= calendar.closes_at(trade_date):
        raise InputError(
            f"the synthetic market is closed at {start}: it trades from 09:30 to 16:00"
        )
    return at
