"""The synthetic market as a flow: one crowd per symbol, one weather for all, day after day."""

from collections.abc import Sequence
from heapq import heapify, heapreplace

from connectors.feeds.flow import FLOW_ORDER_IDS_FROM, FlowSink
from connectors.feeds.synthetic import calendar
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
from connectors.feeds.synthetic.pit import Pit
from connectors.feeds.synthetic.symbols import TICK, Listing, Sector, listings_of
from connectors.feeds.synthetic.weather import Weather, season
from engine.domain.quotes import Phase, Source
from engine.errors import InputError
from engine.values import NANOS_PER_SECOND, Nanos, Price

STARTS_AT = "09:30"
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

    Each weekday is open from 09:30 to 16:00 New York, then a closing cross prints and the next
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
        """`start` is New York time (HH:MM or HH:MM:SS), `trade_date` a weekday (YYYYMMDD).

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
        self._closes_at = calendar.closes_at(trade_date)
        self._pits: tuple[Pit, ...] = ()
        self._agenda: list[tuple[int, int]] = []
        """(market time, place in `_pits` or `_WEATHER`): a heap with one entry for each."""

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
        if known is None:
            pit.open_day(sink, self._weather, Price(listing.previous_close_cents * TICK), now)
        else:
            pit.reopen(sink, known, Phase.CLOSED if now >= self._closes_at else Phase.OPEN, now)
        return pit

    def _first_visit(self, index: int) -> tuple[int, int]:
        pit = self._pits[index]
        if pit.phase is Phase.CLOSED:
            return self._next_open(index), index
        return self._next_visit(self._now, index, pit.crowd.seconds_to_next(self._weather)), index

    # --- the day

    def _visit(self, sink: FlowSink, index: int, now: Nanos) -> int:
        """What one symbol does now; returns when it is to be visited again."""
        pit = self._pits[index]
        if pit.phase is Phase.OPEN:
            if now < self._closes_at:
                return self._next_visit(now, index, pit.act(sink, self._weather, now))
            pit.begin_closing(sink)
            return _after(now, CROSS_SECONDS_MAX * (0.1 + 0.9 * pit.crowd.random.random()))
        if pit.phase is Phase.AUCTION:
            pit.close(sink)
            return self._next_open(index)
        self._begin_day(now)
        pit.open_day(sink, self._weather, pit.closing_price(), now)
        return self._next_visit(now, index, pit.crowd.seconds_to_next(self._weather))

    def _next_visit(self, now: int, index: int, seconds: float) -> int:
        """The close interrupts every wait; no two symbols close in the same nanosecond."""
        return min(_after(now, seconds), self._closes_at + index)

    def _next_open(self, index: int) -> int:
        return calendar.opens_at(calendar.trade_date_after(self.trade_date)) + index

    def _begin_day(self, now: Nanos) -> None:
        """The first symbol to open turns the page for all."""
        if now < self._closes_at:
            return
        self.trade_date = calendar.trade_date_after(self.trade_date)
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
        return calendar.SESSION_SECONDS - (self._closes_at - self._now) / NANOS_PER_SECOND

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
    at = calendar.time_of_day(trade_date, start)
    if at is None:
        raise InputError(f"the synthetic market cannot start at '{start[:20]}': say 09:30 or later")
    if at < calendar.opens_at(trade_date):
        raise InputError(f"not available yet: the pre-open, so no start at {start} before 09:30")
    if at >= calendar.closes_at(trade_date):
        raise InputError(
            f"the synthetic market is closed at {start}: it trades from 09:30 to 16:00"
        )
    return at
