"""Bars of before this desk listened: asked of IB for the charts that somebody looks at."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.ib.bar_pace import Query
from connectors.ib.contracts import Contracts, Listed
from connectors.ib.history import History
from connectors.ib.numbers import is_number, scaled
from engine.domain.bars import DAY_SECONDS, Bar, BarBook
from engine.instruments import Instrument
from engine.values import FIGURE_MAX, NANOS_PER_SECOND, Nanos, Price, Quantity

WHAT = "TRADES"
ASKED = "bars of before: IB is asked for them"
NONE = "IB has no bars of before"
ASKS: dict[int, tuple[str, str]] = {
    5: ("3600 S", "5 secs"),
    60: ("2 D", "1 min"),
    300: ("5 D", "5 mins"),
    900: ("10 D", "15 mins"),
    3_600: ("1 M", "1 hour"),
    DAY_SECONDS: ("1 Y", "1 day"),
}
"""By the seconds of a bar: how far back is asked, and the bar's size, as IB writes both."""


class Past:
    """Lets the market's bars learn what IB tells; each chart is asked for once a day and line."""

    def __init__(self, history: History, contracts: Contracts, bars: BarBook) -> None:
        self._history, self._contracts, self._bars = history, contracts, bars
        self._asked: set[tuple[int, int]] = set()
        """(conId, seconds)."""

    def look(self) -> None:
        """What somebody looks at and was not asked for yet, is."""
        for symbol, seconds in self._bars.wanted():
            listed = self._contracts.get(symbol)
            if listed is None or (listed.con_id, seconds) in self._asked:
                continue
            self._asked.add((listed.con_id, seconds))
            self._bars.remark(symbol, seconds, ASKED)
            query = Query(listed.con_id, *ASKS[seconds], WHAT)
            self._history.want(query, listed.contract, self._heard(listed, seconds), anew=True)

    def again(self) -> None:
        """Another day, or another line: what traded while nobody listened is only at IB."""
        self._asked.clear()

    def _heard(self, listed: Listed, seconds: int) -> Callable[[Sequence[Any], str], None]:
        def told(bars: Sequence[Any], trouble: str) -> None:
            symbol = listed.instrument.symbol
            if trouble or not bars:
                self._bars.remark(symbol, seconds, f"{NONE}: {trouble}" if trouble else NONE)
                return
            read = (_read(bar, listed.instrument) for bar in bars)
            self._bars.learn(symbol, seconds, [bar for bar in read if bar is not None])

        return told


def _read(bar: Any, instrument: Instrument) -> Bar | None:
    """A bar of the library; None of one that holds what is no figure."""
    begin = _begin(str(bar.date))
    figures = (bar.open, bar.high, bar.low, bar.close, bar.volume)
    if begin is None or not all(map(is_number, figures)):
        return None
    *prices, volume = figures
    first, high, low, last = (
        Price(scaled(price, instrument.price_digits).value) for price in prices
    )
    size = scaled(volume, instrument.quantity_digits).value
    is_bar = 0 < low <= min(first, last) <= max(first, last) <= high <= instrument.price_max
    if not is_bar or not 0 <= size < FIGURE_MAX:
        return None
    return Bar(begin, first, high, low, last, Quantity(size))


def _begin(date: str) -> Nanos | None:
    """`20260105` of whole days, else seconds since 1970."""
    if not date.isdigit():
        return None
    if len(date) != 8:
        return Nanos(int(date) * NANOS_PER_SECOND)
    try:
        day = datetime.strptime(date, "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    return Nanos(int(day.timestamp()) * NANOS_PER_SECOND)
