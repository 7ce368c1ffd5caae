"""What all symbols share: the market factor, its volatility, the time of day and the news."""

from math import exp, sqrt
from random import Random

from connectors.feeds.synthetic.calendar import SESSION_SECONDS
from connectors.feeds.synthetic.chance import bell, stream, waiting

TREND_SHARE = 0.8
"""Part of a session's variance that comes as trends of half an hour; the rest is jitter."""
TREND_SECONDS = 1_500.0
MARKET_VOLATILITY = 0.0055
"""Standard deviation of the factor's return over a session."""
OVERNIGHT_VOLATILITY = 0.003
STEP_SECONDS = 0.4
"""Mean time between two moves of the factor."""
NEWS_SECONDS = 3_600.0
"""Mean time between two pieces of news about the whole market."""
NEWS_SIZE = 0.0018

JITTER = sqrt(1.0 - TREND_SHARE)
TREND_PER_SECOND = sqrt(TREND_SHARE / (2.0 * TREND_SECONDS))
"""What makes both parts add up: a trend's integral over T has variance 2 · TREND_SECONDS · T."""

_CALM = 0.75
_OPEN_EXTRA, _OPEN_SECONDS = 0.9, 1_500.0
_CLOSE_EXTRA, _CLOSE_SECONDS = 0.8, 900.0
_VOLATILITY_SECONDS = 600.0
_VOLATILITY_SPREAD = 0.4


def season(seconds: float) -> float:
    """How busy the market is so many seconds after the open: a U that averages about 0.8."""
    opening = _OPEN_EXTRA * exp(-seconds / _OPEN_SECONDS)
    closing = _CLOSE_EXTRA * exp(-(SESSION_SECONDS - seconds) / _CLOSE_SECONDS)
    return _CALM + opening + closing


class Weather:
    """The common part of every symbol's day."""

    __slots__ = ("factor", "mood", "random", "season", "trend")

    def __init__(self, *, seed: int, at: int, factor: float = 0.0, mood: float = 0.0) -> None:
        self.random: Random = stream(seed=seed, name="weather", at=at)
        self.factor = factor
        """Sum of the market's logarithmic returns."""
        self.mood = mood
        """Logarithm of the market's volatility against the usual."""
        self.trend = 0.0
        self.season = season(0.0)

    def pass_time(self, *, elapsed: float, since_open: float) -> bool:
        """Lets `elapsed` seconds pass; says whether news broke for the whole market."""
        random = self.random
        self.season = season(since_open)
        self.mood = drift_mood(self.mood, elapsed, random)
        self.trend = drift_trend(self.trend, elapsed, random)
        self.factor += MARKET_VOLATILITY * (
            JITTER * sqrt(self.season * elapsed / SESSION_SECONDS) * exp(self.mood) * bell(random)
            + TREND_PER_SECOND * self.trend * elapsed / sqrt(SESSION_SECONDS)
        )
        if random.random() >= elapsed / NEWS_SECONDS:
            return False
        self.factor += NEWS_SIZE * bell(random)
        return True

    def sleep(self) -> None:
        """A night passes."""
        self.factor += OVERNIGHT_VOLATILITY * bell(self.random)
        self.mood *= 0.5
        self.season = season(0.0)

    def next_seconds(self) -> float:
        """Until the factor moves again."""
        return STEP_SECONDS * waiting(self.random)


def drift_mood(mood: float, elapsed: float, random: Random) -> float:
    """A logarithm of volatility that wanders and comes home within about ten minutes."""
    pull = min(1.0, elapsed / _VOLATILITY_SECONDS)
    return mood * (1.0 - pull) + _VOLATILITY_SPREAD * sqrt(2.0 * pull) * bell(random)


def drift_trend(trend: float, elapsed: float, random: Random) -> float:
    """A direction with mean 0 and standard deviation 1 that lasts for about half an hour."""
    pull = min(1.0, elapsed / TREND_SECONDS)
    return trend * (1.0 - pull) + sqrt(2.0 * pull) * bell(random)
