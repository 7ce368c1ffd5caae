"""Marks that a loss may be judged by: mids of quotes that are no wider than they usually are."""

from collections import deque

from engine.domain.ledger.valuation import mark_of
from engine.domain.quotes import Market, Quote
from engine.domain.risk.limits import Limits
from engine.domain.risk.reference import is_fresh
from engine.values import NANOS_PER_SECOND, Nanos, Price

SPREADS_KEPT = 31
"""Looks whose median is the usual spread: what lasts longer than half of them is usual."""
SPREADS_MIN = 5
"""Before that nobody knows what is usual, and every quote is believed."""
WIDE_FACTOR = 3
KEPT_FOR = 60 * NANOS_PER_SECOND
"""How long the last mark that was believed stands in for a quote that is not."""
UNKNOWN = Price(0)


class _Usual:
    """What is usual for one symbol, and its last mark that was believed."""

    __slots__ = ("at", "mark", "spreads")

    def __init__(self) -> None:
        self.spreads: deque[int] = deque(maxlen=SPREADS_KEPT)
        self.mark = UNKNOWN
        self.at = Nanos(0)


class BelievedMarks:
    """One a desk; keeps something of the symbols that it is asked about and of no others."""

    def __init__(self) -> None:
        self._usual: dict[str, _Usual] = {}

    def mark(self, quote: Quote | None, market: Market, limits: Limits, now: Nanos) -> Price:
        """The mid where it can be believed, else the last that could, else the last trade.

        0: there is none, or the feed has been silent for too long.
        """
        if quote is None or not is_fresh(quote, market, limits, now):
            return UNKNOWN
        bid, ask = quote.bid, quote.ask
        if not 0 < bid <= ask:
            return self._stand_in(quote, now)
        usual = self._usual.get(quote.symbol)
        if usual is None:
            usual = self._usual[quote.symbol] = _Usual()
        spread, spreads = ask - bid, usual.spreads
        spreads.append(spread)
        if len(spreads) >= SPREADS_MIN:
            median = sorted(spreads)[len(spreads) // 2]
            if spread >= WIDE_FACTOR * max(median, 1):
                return self._stand_in(quote, now)
        usual.mark, usual.at = Price((bid + ask) // 2), now
        return usual.mark

    def _stand_in(self, quote: Quote, now: Nanos) -> Price:
        usual = self._usual.get(quote.symbol)
        if usual is not None and usual.mark and 0 <= now - usual.at <= KEPT_FOR:
            return usual.mark
        return quote.last or mark_of(quote)

    def keep_only(self, held: set[str]) -> None:
        """What is held no more is forgotten: held again, it is looked at anew."""
        if len(self._usual) > len(held):
            self._usual = {symbol: u for symbol, u in self._usual.items() if symbol in held}
