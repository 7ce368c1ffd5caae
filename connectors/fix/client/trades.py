"""Trades by the venue's ids: one key for a trade, whatever it is corrected to."""

from collections.abc import Iterable

import msgspec

TRADES_KEPT_MAX = 100_000


class Trade(msgspec.Struct, frozen=True, gc=False):
    """What one report (17) of a trade said, and of which trade it is."""

    exec_id: str
    side: str
    """FIX's code: both sides of a trade with oneself bear one id."""
    date: str
    """On which it was told, YYYYMMDD: ids are unique for a day at many venues."""
    key: str
    """Of the trade, from its first report on: `P-17/20261130/1`."""
    revision: int
    """0 as it was made, n after its n-th correction."""
    price: int
    quantity: int


def trade_key(exec_id: str, side: str, date: str) -> str:
    """What the desk calls the trade of a report (17) of that side and date."""
    return f"{exec_id}/{date}/{side}"


class Trades:
    """The newest trades; what is new waits in `fresh` until the store has it."""

    def __init__(self, known: Iterable[Trade] = ()) -> None:
        self._by_id: dict[tuple[str, str, str], Trade] = {}
        self._newest: dict[tuple[str, str], Trade] = {}
        self._revisions: dict[str, int] = {}
        self.fresh: list[Trade] = []
        for trade in known:
            self._keep(trade)

    def find(self, exec_id: str, side: str, date: str) -> Trade | None:
        """This very report, if it was heard before."""
        return self._by_id.get((exec_id, side, date))

    def referred(self, exec_id: str, side: str) -> Trade | None:
        """The newest trade that a bust or a correction can mean by that id (19)."""
        return self._newest.get((exec_id, side))

    def made(self, exec_id: str, side: str, date: str, price: int, quantity: int) -> Trade:
        """A trade is told; the same one again is the same trade, as it was told first."""
        known = self.find(exec_id, side, date)
        if known is not None:
            return known
        key = trade_key(exec_id, side, date)
        return self._add(Trade(exec_id, side, date, key, 0, price, quantity))

    def corrected(
        self, exec_id: str, ref: str, side: str, date: str, price: int, quantity: int
    ) -> Trade:
        """A correction (17) of a trade (19); the same one again is the same revision."""
        known = self.find(exec_id, side, date)
        if known is not None:
            return known
        before = self.referred(ref, side)
        key = before.key if before is not None else trade_key(ref, side, date)
        revision = self._revisions.get(key, 0) + 1
        return self._add(Trade(exec_id, side, date, key, revision, price, quantity))

    def _add(self, trade: Trade) -> Trade:
        self._keep(trade)
        self.fresh.append(trade)
        return trade

    def _keep(self, trade: Trade) -> None:
        self._by_id[trade.exec_id, trade.side, trade.date] = trade
        self._newest[trade.exec_id, trade.side] = trade
        self._revisions[trade.key] = max(trade.revision, self._revisions.get(trade.key, 0))
        if len(self._by_id) > TRADES_KEPT_MAX:
            gone = self._by_id.pop(next(iter(self._by_id)))
            if self._newest.get((gone.exec_id, gone.side)) is gone:
                del self._newest[gone.exec_id, gone.side]
            if self._revisions.get(gone.key) == gone.revision:
                del self._revisions[gone.key]
