"""Keeps what other assumptions would have given today's orders, for view and result."""

from collections import deque
from collections.abc import Callable

from engine.domain.events import DateRolled
from engine.domain.ledger import valuation
from engine.domain.luck import Luck, OrderCompared, luck_of
from engine.domain.quotes import Market
from engine.domain.records import Record
from engine.instruments import Instrument

ORDERS_COMPARED_MAX = 2_000
"""Orders of a day whose outcomes are kept; the oldest are forgotten first."""


class LuckTally:
    """Listens to a session; `luck` is the sum at the marks of the moment."""

    def __init__(self, market: Market, instrument_of: Callable[[str], Instrument]) -> None:
        self._market = market
        self._instrument_of = instrument_of
        self._compared: deque[OrderCompared] = deque(maxlen=ORDERS_COMPARED_MAX)

    def note(self, record: Record) -> None:
        body = record.body
        if type(body) is OrderCompared:
            self._compared.append(body)
        elif type(body) is DateRolled:
            self._compared.clear()

    def luck(self) -> Luck | None:
        """None while no order is done whose fills rest on an assumption."""
        return luck_of(
            self._compared,
            self._instrument_of,
            lambda symbol: valuation.mark_of(self._market.quote(symbol)),
        )
