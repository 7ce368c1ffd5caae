"""How much of a symbol trades on an average day, from the daily bars of its last month."""

from collections.abc import Callable, Sequence
from typing import Any

from connectors.ib.bar_pace import Query
from connectors.ib.contracts import Contracts, Listed
from connectors.ib.history import History
from connectors.ib.numbers import is_number
from connectors.ib.store import Store, Volume
from engine.domain.quotes import Market
from engine.errors import MachineError
from engine.values import Quantity, clamped

DAYS_MAX, DAYS_MIN = 20, 5
"""Whole days that are averaged; of fewer nobody knows what is usual."""
DURATION, SIZE, WHAT = "1 M", "1 day", "TRADES"


class Volumes:
    """Writes `average_volume` of the quotes; asked once a day for each symbol."""

    def __init__(
        self,
        history: History,
        contracts: Contracts,
        market: Market,
        store: Store,
        trade_date: Callable[[], int],
        note: Callable[[str], None],
    ) -> None:
        self._history, self._contracts, self._market = history, contracts, market
        self._store, self._trade_date, self._note = store, trade_date, note
        self._kept = store.volumes()
        self._asked: dict[int, int] = {}
        """By conId: the date on which it was asked for in this run."""

    def look(self) -> None:
        """What is listed and was not asked for today is."""
        today = self._trade_date()
        for listed in self._contracts.every():
            kept = self._kept.get(listed.con_id)
            if kept is not None and kept.asked_on == today:
                self._write(listed, kept)  # also of a quote that is new since
                continue
            if self._asked.get(listed.con_id) == today:
                continue
            self._asked[listed.con_id] = today
            query = Query(listed.con_id, DURATION, SIZE, WHAT)
            self._history.want(query, listed.contract, self._heard(listed))

    def _heard(self, listed: Listed) -> Callable[[Sequence[Any], str], None]:
        def told(bars: Sequence[Any], trouble: str) -> None:
            volume = average(bars, listed.con_id, self._trade_date())
            if volume is None:
                return  # the rule is off for it, and says so
            self._kept[listed.con_id] = volume
            self._write(listed, volume)
            try:
                self._store.keep_volume(volume)
            except MachineError as error:
                self._note(str(error))

        return told

    def _write(self, listed: Listed, volume: Volume) -> None:
        quote = self._market.quotes.get(listed.instrument.symbol)
        if quote is not None:
            quote.average_volume = Quantity(volume.shares)
            quote.average_volume_date = volume.as_of


def average(bars: Sequence[Any], con_id: int, today: int) -> Volume | None:
    """Of the newest whole days; None of fewer than `DAYS_MIN`. `today` is none yet."""
    days = [
        (int(bar.date), float(bar.volume))
        for bar in bars
        if str(bar.date).isdigit() and is_number(bar.volume) and bar.volume >= 0
    ]
    whole = sorted(day for day in days if day[0] < today)[-DAYS_MAX:]
    if len(whole) < DAYS_MIN:
        return None
    shares = clamped(round(sum(volume for _, volume in whole) / len(whole)))
    return Volume(con_id, whole[-1][0], shares, today)
