"""What a crowd believes one symbol is worth, how sure of itself it is and how excited."""

from math import exp, sqrt
from random import Random

from connectors.feeds.synthetic.calendar import SESSION_SECONDS
from connectors.feeds.synthetic.chance import bell
from connectors.feeds.synthetic.symbols import TICK, Listing
from connectors.feeds.synthetic.weather import (
    JITTER,
    MARKET_VOLATILITY,
    TREND_PER_SECOND,
    Weather,
    drift_mood,
    drift_trend,
)
from engine.values import NANOS_PER_SECOND

DAY_MOVE_MAX = 0.12
"""Belief stays this close to the previous close, whatever anybody buys or sells."""
LIFE_MOVE_MAX = 4.0
"""And over all days within this factor of where the symbol began."""
HEAT_MAX = 10.0
"""At most this many times the usual activity comes from excitement."""
HEAT_SECONDS = 2.5
OPENING_HEAT = 2.0
LEAN_SECONDS = 20.0
BRANCHING = 0.45
"""Expected further trades that one trade excites; below one, or bursts would never end."""
TAKES_SHARE = 0.28
"""Share of a crowd's actions that take liquidity: what `BRANCHING` is spread over."""
PERMANENT_IMPACT = 0.08
"""Spreads by which belief moves for good when a usual best queue is taken."""
LEAN_IMPACT = 0.5
"""Spreads by which dealers lean away for a while."""
LEAN_MAX = 4.0
"""Spreads that dealers lean at most."""
IMPACT_QUEUES_MAX = 60.0
"""One print moves belief as if it had taken at most so many usual queues."""
OVERNIGHT_SHARE = 0.4
"""Of a session's own volatility that shows between a close and the next open."""
WOBBLE_SECONDS, WOBBLE_SPREADS = 20.0, 2.0
"""Dealers err together for a while, by about so many spreads, never more than it usually moves."""
FLURRY_SECONDS, FLURRY_SPREAD = 45.0, 0.85
"""Volatility comes in flurries: its fast logarithm fades and varies like this."""
NEWS_SIZE = 0.0022
NEWS_HEAT = 6.0

_OWN_VOLATILITY_MIN = 0.35
_FLURRY_MEAN_BUSY = exp(-(FLURRY_SPREAD**2) / 8)
_FLURRY_MEAN_SIGMA = exp(-(FLURRY_SPREAD**2))
"""What keeps the mean activity and the mean variance at one."""


class Belief:
    """State of one symbol's crowd between two actions; prices in ticks, fractions included."""

    __slots__ = (
        "_beta",
        "_excites",
        "_factor_seen",
        "_floor",
        "_flurry",
        "_queue",
        "_roof",
        "_season",
        "_sigma",
        "_spread",
        "_start",
        "_trend",
        "_wobble",
        "_wobble_size",
        "at",
        "busy",
        "fair",
        "heat",
        "lean",
        "mood",
        "sure",
    )

    def __init__(self, listing: Listing, *, at: int, factor: float) -> None:
        self.at = at
        self.fair = float(listing.previous_close_cents)
        self.heat = 0.0
        self.lean = 0.0
        """How far dealers quote beside fair value, because of what they had to buy or sell."""
        self.mood = 0.0
        self._trend = self._wobble = 0.0
        self.sure = 1.0
        self._start = float(listing.previous_close_cents)
        self._beta = listing.beta
        self._factor_seen = factor
        self._queue = float(listing.queue)
        self._spread = float(listing.spread_ticks)
        self._sigma = _own_volatility(listing) / sqrt(SESSION_SECONDS)
        self.busy = 1.0
        """Activity against the usual, by excitement and by flurries of volatility."""
        self._flurry = 0.0
        self._season = 1.0
        usual_move = self._sigma * self.fair * sqrt(WOBBLE_SECONDS)
        self._wobble_size = min(WOBBLE_SPREADS * self._spread, usual_move)
        self._excites = BRANCHING / (TAKES_SHARE * listing.actions_per_second * HEAT_SECONDS)
        self.begin_day(previous_close=listing.previous_close_cents * TICK)

    def begin_day(self, *, previous_close: int) -> None:
        """The day's bounds follow the previous close (in price units)."""
        close = previous_close / TICK
        self._floor = max(close * (1.0 - DAY_MOVE_MAX), self._start / LIFE_MOVE_MAX)
        self._roof = min(close * (1.0 + DAY_MOVE_MAX), self._start * LIFE_MOVE_MAX)
        self.fair = min(max(self.fair, self._floor), self._roof)

    def wake(self, now: int, weather: Weather, random: Random) -> None:
        """A night has passed: belief opens with a gap, partly everybody's."""
        self.at, self.heat, self.lean = now, OPENING_HEAT, 0.0
        own = OVERNIGHT_SHARE * self._sigma * sqrt(SESSION_SECONDS) * bell(random)
        common = self._beta * (weather.factor - self._factor_seen)
        self._factor_seen = weather.factor
        self._move(self.fair * (own + common))

    def pass_time(self, now: int, weather: Weather, random: Random) -> None:
        """Belief wanders with the market and by itself; excitement and leaning fade."""
        elapsed = (now - self.at) / NANOS_PER_SECOND
        self.at, self._season = now, weather.season
        self.heat *= exp(-elapsed / HEAT_SECONDS)
        self.lean *= exp(-elapsed / LEAN_SECONDS)
        flurry = self._pass_flurry(elapsed, random)
        self.busy = (1.0 + self.heat) * sqrt(flurry) * _FLURRY_MEAN_BUSY
        jitter = JITTER * self.sure * flurry * _FLURRY_MEAN_SIGMA
        jitter *= sqrt(elapsed * weather.season) * bell(random)
        pull = min(1.0, elapsed / WOBBLE_SECONDS)
        self._wobble *= 1.0 - pull
        self._wobble += self._wobble_size * sqrt(2.0 * pull * flurry) * bell(random)
        own = self._sigma * (jitter + TREND_PER_SECOND * self._trend * elapsed)
        common = self._beta * (weather.factor - self._factor_seen)
        self._factor_seen = weather.factor
        self._move(self.fair * (own + common))

    @property
    def worth(self) -> float:
        """What dealers quote around: fair value, their lean and their common error."""
        return self.fair + self.lean + self._wobble

    def change_mood(self, elapsed: float, weather: Weather, random: Random) -> None:
        """Volatility and direction come in long swells; called now and then."""
        self.mood = drift_mood(self.mood, elapsed, random)
        self._trend = drift_trend(self._trend, elapsed, random)
        self.sure = exp(self.mood + 0.5 * weather.mood)

    def saw_taker(self, signed_quantity: int) -> None:
        """Somebody took so much (buys positive): belief moves a little, dealers lean more."""
        queues = signed_quantity / self._queue
        queues = min(max(queues, -IMPACT_QUEUES_MAX), IMPACT_QUEUES_MAX)
        self._move(PERMANENT_IMPACT * self._spread * queues)
        limit = LEAN_MAX * self._spread
        lean = self.lean + LEAN_IMPACT * self._spread * queues
        self.lean = min(max(lean, -limit), limit)

    def grew_excited(self) -> None:
        """A trade makes others look."""
        self.heat = min(HEAT_MAX, self.heat + self._excites / self._season)

    def heard_news(self, move: float) -> None:
        """News: a jump of fair value (as a return), and everybody wakes up."""
        self._move(self.fair * move)
        self.heat = min(HEAT_MAX, self.heat + NEWS_HEAT)

    def _pass_flurry(self, elapsed: float, random: Random) -> float:
        pull = min(1.0, elapsed / FLURRY_SECONDS)
        self._flurry *= 1.0 - pull
        self._flurry += FLURRY_SPREAD * sqrt(2.0 * pull) * bell(random)
        return exp(self._flurry)

    def _move(self, ticks: float) -> None:
        self.fair = min(max(self.fair + ticks, self._floor), self._roof)


def _own_volatility(listing: Listing) -> float:
    """What is left of the symbol's volatility beside its part in the market's."""
    whole = listing.volatility_bps / 10_000
    own = whole**2 - (listing.beta * MARKET_VOLATILITY) ** 2
    return sqrt(max(own, (_OWN_VOLATILITY_MIN * whole) ** 2))
