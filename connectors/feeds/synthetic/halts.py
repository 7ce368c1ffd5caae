"""When one symbol of the synthetic market is halted: a price that runs too fast, or news.

The bands are those of Limit Up-Limit Down for tier 1, around the mean of five minutes. A price
that stays beyond its band for 15 seconds pauses the symbol for five minutes. News halts are rare
and come from the seed alone.
"""

from collections import deque

import msgspec

from connectors.feeds.synthetic import calendar
from connectors.feeds.synthetic.chance import bell, stream
from connectors.feeds.synthetic.symbols import TICK
from engine.domain.price_bands import LIMIT_STATE_SECONDS, TIER_1, share_of
from engine.domain.quotes import Quote
from engine.values import NANOS_PER_SECOND, Nanos, Price

SAMPLE_SECONDS = 10
SAMPLES = 30
"""Five minutes of last prices: the mean is what a price is compared with."""
PAUSE_SECONDS, QUOTATION_SECONDS = 120, 180
"""Together the five minutes of a volatility pause: cancels only, then orders line up."""
NEWS_HALT_ONE_IN = 250
"""Days of one symbol on which it is halted for news, one in so many."""
NEWS_FROM_SECONDS, NEWS_UNTIL_SECONDS = 45 * 60, 6 * 3_600
"""After the open: when such a halt may begin."""
NEWS_PAUSE_SECONDS, NEWS_QUOTATION_SECONDS = 600, 300
NEWS_MOVE = 0.03
"""Typical size of what the news means, as a return."""

RUNS_TOO_FAST = "volatility pause: the price left its band of {band} % for 15 s"
NEWS_PENDING = "news pending"
FOR_PRACTICE = "for practice"

_BPS = 10_000


class Halt(msgspec.Struct, frozen=True):
    """A halt that begins now: how long only cancels, how long orders line up, why."""

    pause: int
    """Nanoseconds, like `quotation`."""
    quotation: int
    text: str
    move: float = 0.0
    """What the news behind it means, as a return; 0 without news."""


class HaltWatch:
    """Looks at one symbol's last price; one day after the other."""

    __slots__ = (
        "_beyond_since",
        "_news_at",
        "_news_move",
        "_prices",
        "_sample_at",
        "_share",
        "_sum",
        "_told",
    )

    def __init__(self) -> None:
        self._prices: deque[int] = deque(maxlen=SAMPLES)
        self._sum = 0
        self._sample_at = self._beyond_since = self._news_at = self._share = 0
        self._told = False
        self._news_move = 0.0

    def begin_day(self, *, seed: int, symbol: str, trade_date: int, after: int = 0) -> None:
        """Whether and when news comes is drawn once, from a stream of its own.

        News of before `after` has been heard already.
        """
        self.forget()
        chance = stream(seed=seed, name=f"halt/{symbol}", at=trade_date)
        self._news_at = 0
        if chance.random() * NEWS_HALT_ONE_IN < 1.0:
            span = NEWS_UNTIL_SECONDS - NEWS_FROM_SECONDS
            seconds = NEWS_FROM_SECONDS + int(span * chance.random())
            news_at = calendar.opens_at(trade_date) + seconds * NANOS_PER_SECOND
            self._news_at = news_at if news_at > after else 0
            self._news_move = NEWS_MOVE * bell(chance)

    def forget(self) -> None:
        """After a halt the mean begins anew."""
        self._prices.clear()
        self._sum = self._beyond_since = self._sample_at = self._share = 0
        self._told = False

    def tell(self, quote: Quote) -> None:
        """The band that holds, and when a limit state ends in a pause, for everybody to see."""
        beyond = self._beyond_since
        pauses_at = beyond + LIMIT_STATE_SECONDS * NANOS_PER_SECOND if beyond else 0
        if self._told and quote.pauses_at == pauses_at:
            return
        self._told, quote.pauses_at = True, Nanos(pauses_at)
        samples, sum = len(self._prices), self._sum
        if not samples:
            quote.band_low = quote.band_high = Price(0)
            return
        low, high = (_BPS - self._share) * sum, (_BPS + self._share) * sum
        # Inside the band, to the cent: what is beyond it by less is beyond it here as well.
        cent = TICK * _BPS * samples
        quote.band_low, quote.band_high = Price(-(-low // cent) * TICK), Price(high // cent * TICK)

    def look(self, now: Nanos, last: int, closes_at: Nanos) -> Halt | None:
        """What the newest last price means; 0 where nothing has traded."""
        if self._news_at and now >= self._news_at:
            self._news_at = 0
            return Halt(
                NEWS_PAUSE_SECONDS * NANOS_PER_SECOND,
                NEWS_QUOTATION_SECONDS * NANOS_PER_SECOND,
                NEWS_PENDING,
                self._news_move,
            )
        if not last:
            return None
        samples = len(self._prices)
        band = band_bps(last, closes_at - now)
        if band != self._share:
            self._share, self._told = band, False
        if samples:
            if abs(last * samples - self._sum) * _BPS > band * self._sum:
                return self._beyond(now, band)
            self._beyond_since = 0
        if now >= self._sample_at:
            self._sample(now, last)
        return None

    def _sample(self, now: Nanos, last: int) -> None:
        if len(self._prices) == SAMPLES:
            self._sum -= self._prices[0]
        self._prices.append(last)
        self._sum += last
        self._told = False
        self._sample_at = now + SAMPLE_SECONDS * NANOS_PER_SECOND

    def _beyond(self, now: Nanos, band: int) -> Halt | None:
        if not self._beyond_since:
            self._beyond_since = now
        if now - self._beyond_since < LIMIT_STATE_SECONDS * NANOS_PER_SECOND:
            return None
        return Halt(
            PAUSE_SECONDS * NANOS_PER_SECOND,
            QUOTATION_SECONDS * NANOS_PER_SECOND,
            RUNS_TOO_FAST.format(band=band // 100),
        )


def band_bps(price: int, to_close: int) -> int:
    """How far a price may be from its mean, in basis points of it."""
    return share_of(
        previous_close_cents=price // TICK,
        tier=TIER_1,
        trade_date=calendar.FIRST_TRADE_DATE,
        since_open=calendar.SESSION_SECONDS,
        to_close=to_close // NANOS_PER_SECOND,
    )
