"""Bars of what traded: the first, highest, lowest and last price of a stretch, and its volume.

A series takes in trades as they print and keeps two sizes of bars; every longer one is folded
from these when somebody looks. None of it is journaled: it shows the market and decides nothing.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import msgspec

from engine.values import FIGURE_MAX, NANOS_PER_SECOND, Nanos, Price, Quantity

FINE_SECONDS, MINUTE_SECONDS, DAY_SECONDS = 5, 60, 86_400
INTERVALS = (FINE_SECONDS, MINUTE_SECONDS, 300, 900, 3_600, DAY_SECONDS)
"""Seconds of a bar that can be asked for; the shortest first."""
FINE_KEPT_MAX = 720
"""An hour of them, where something trades all the time; what did not trade has no bar."""
MINUTES_KEPT_MAX = 2_880
"""Some seven sessions of shares, two days of what trades around the clock."""
PAST_KEPT_MAX = 1_000
"""Bars of one chart that a venue has told."""
PASTS_KEPT_MAX = 200
"""Charts of which that is kept: 20 MB of bars at most, the newest looked at."""
WANTED_MAX = 50
"""Charts that nobody has asked a venue for yet; one that tells no past never asks."""
_FIELDS = 6


class Bar(msgspec.Struct, frozen=True, gc=False):
    """`begin` is the market time at which its stretch begins, a multiple of its length since 1970
    in UTC; prices and sizes at the scale of its instrument."""

    begin: Nanos
    open: Price
    high: Price
    low: Price
    close: Price
    volume: Quantity


class BarsTold(msgspec.Struct, frozen=True):
    """Bars as a venue can tell them, the oldest first."""

    bars: tuple[Bar, ...] = ()
    since: Nanos = Nanos(0)
    """From when on trades were taken in here; 0: none was yet."""
    note: str = ""
    """Why there are no older ones, or that they are on their way; empty where there is no more
    to say than `since`."""


class BarSeries:
    """One symbol's bars: 350 kB at most, whatever trades."""

    __slots__ = ("_fine", "_minutes", "since")

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Another run of the market begins."""
        self.since = Nanos(0)
        """When the first trade was taken in; 0: none was yet."""
        self._fine = _Kept(FINE_SECONDS, FINE_KEPT_MAX)
        self._minutes = _Kept(MINUTE_SECONDS, MINUTES_KEPT_MAX)

    def add(self, at: Nanos, price: Price, quantity: Quantity) -> None:
        """A trade. One whose time is before the newest bar counts in that: it is told now."""
        self.since = self.since or at
        self._fine.add(at, price, quantity)
        self._minutes.add(at, price, quantity)

    def bars(self, seconds: int, most: int) -> tuple[Bar, ...]:
        """The newest `most` bars of `seconds`, one of `INTERVALS`; the oldest first."""
        if seconds == FINE_SECONDS:
            return tuple(self._fine.newest(most))
        per_bar = seconds // MINUTE_SECONDS
        return tuple(folded(self._minutes.newest(most * per_bar), seconds))[-most:]


class BarBook:
    """The bars of every symbol of a market; whoever hears its trades feeds it.

    What lies before is the venue's to tell, where it can: it looks what is `wanted`, and lets the
    book `learn` it.
    """

    __slots__ = ("_past", "_series", "_wanted")

    def __init__(self) -> None:
        self._series: dict[str, BarSeries] = {}
        self._past: dict[tuple[str, int], tuple[tuple[Bar, ...], str]] = {}
        self._wanted: dict[tuple[str, int], None] = {}

    def of(self, symbol: str) -> BarSeries:
        """Empty for one that has not traded."""
        series = self._series.get(symbol)
        if series is None:
            series = self._series[symbol] = BarSeries()
        return series

    def told(self, symbol: str, seconds: int, most: int) -> BarsTold:
        """For a chart: the newest `most` bars, the past among them where a venue told it."""
        series = self.of(symbol)
        own = series.bars(seconds, most)
        self._wanted.setdefault((symbol, seconds))
        if len(self._wanted) > WANTED_MAX:
            del self._wanted[next(iter(self._wanted))]
        past, note = self._past.get((symbol, seconds), ((), ""))
        bars = tuple(with_past(past[-most:], own, series.since, seconds)[-most:]) if past else own
        return BarsTold(bars, series.since, note)

    def wanted(self) -> list[tuple[str, int]]:
        """(symbol, seconds) of charts that somebody has looked at since this was asked last."""
        wanted = list(self._wanted)
        self._wanted.clear()
        return wanted

    def learn(self, symbol: str, seconds: int, past: Sequence[Bar]) -> None:
        """What the venue tells of the time before, the oldest first."""
        self._keep(symbol, seconds, tuple(past[-PAST_KEPT_MAX:]), "")

    def remark(self, symbol: str, seconds: int, note: str) -> None:
        """Something about the time before, such as why it is not told; what was learnt stays."""
        past, _ = self._past.get((symbol, seconds), ((), ""))
        self._keep(symbol, seconds, past, note)

    def _keep(self, symbol: str, seconds: int, past: tuple[Bar, ...], note: str) -> None:
        self._past.pop((symbol, seconds), None)
        self._past[symbol, seconds] = past, note
        if len(self._past) > PASTS_KEPT_MAX:
            del self._past[next(iter(self._past))]


class _Kept:
    """Bars of one length, six whole numbers each, the newest at the end and still growing."""

    __slots__ = ("_end", "_most", "_rows", "_width")

    def __init__(self, seconds: int, most: int) -> None:
        self._width, self._most, self._end = seconds * NANOS_PER_SECOND, most, 0
        self._rows = array("q")

    def add(self, at: Nanos, price: Price, quantity: Quantity) -> None:
        rows = self._rows
        if at >= self._end:
            begin = at // self._width * self._width
            self._end = begin + self._width
            rows.extend((begin, price, price, price, price, quantity))
            if len(rows) >= 2 * _FIELDS * self._most:
                del rows[: -_FIELDS * self._most]
            return
        if price > rows[-4]:
            rows[-4] = price
        if price < rows[-3]:
            rows[-3] = price
        rows[-2] = price
        rows[-1] = min(rows[-1] + quantity, FIGURE_MAX)

    def newest(self, count: int) -> list[Bar]:
        rows = self._rows[-_FIELDS * min(count, self._most) :]
        return [
            Bar(*rows[at : at + _FIELDS])  # type: ignore[arg-type]  # its fields in their order
            for at in range(0, len(rows), _FIELDS)
        ]


def folded(bars: Iterable[Bar], seconds: int) -> Iterator[Bar]:
    """Shorter bars, the oldest first, as longer ones."""
    width = seconds * NANOS_PER_SECOND
    for begin, group in groupby(bars, key=lambda bar: bar.begin // width * width):
        parts = list(group)
        yield Bar(
            Nanos(begin),
            parts[0].open,
            max(part.high for part in parts),
            min(part.low for part in parts),
            parts[-1].close,
            Quantity(min(sum(part.volume for part in parts), FIGURE_MAX)),
        )


def with_past(past: Sequence[Bar], own: Sequence[Bar], since: Nanos, seconds: int) -> list[Bar]:
    """Bars of `seconds` that a venue tells of the past, and our own, as one row of bars.

    Ours stand where they saw all that the venue's did. They did not in the stretch that began
    before `since`, nor where more traded by the venue's bar: there was a break. A venue may begin
    an hour where a session does; it is the same stretch as ours.
    """
    width = seconds * NANOS_PER_SECOND
    told = {bar.begin // width: bar for bar in past}
    growing = past[-1].begin // width if past else -1
    row = {bar.begin // width: bar for bar in own}
    for place, bar in row.items():
        theirs = told.get(place)
        if theirs is not None and (bar.begin < since or theirs.volume > bar.volume):
            # All but the newest of theirs were over when they were told, their last price too.
            was_over = place != growing and bar.begin >= since
            row[place] = _joined(theirs, bar, theirs.close if was_over else bar.close)
    before = (bar for bar in past if bar.begin // width not in row)
    return sorted((*before, *row.values()), key=lambda bar: bar.begin)


def _joined(theirs: Bar, own: Bar, close: Price) -> Bar:
    """Neither has to be whole: the extremes of both, and the larger volume."""
    return Bar(
        own.begin,
        theirs.open,
        max(theirs.high, own.high),
        min(theirs.low, own.low),
        close,
        max(theirs.volume, own.volume),
    )
