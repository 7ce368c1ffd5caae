"""Trades by the part of IB's execution ids that a correction keeps; each counted as it is now."""

from collections import deque

import msgspec

from connectors.ib.numbers import MONEY_DIGITS, is_number, scaled
from engine.domain.statements import Execution
from engine.values import Instruction, Liquidity, Money, Nanos, Price, Quantity

TRADES_KEPT_MAX = 100_000


class Trade(msgspec.Struct, frozen=True, gc=False):
    """One trade as its newest report has it."""

    base: str
    """`0000e0d5.65a1b2c3.01` of `0000e0d5.65a1b2c3.01.02`."""
    revision: int
    """0 as it was made, n after its n-th correction."""
    ref: str
    symbol: str
    instruction: Instruction
    price: Price
    quantity: Quantity
    liquidity: Liquidity
    at: Nanos
    account: str
    exec_id: str
    currency: str = ""
    """In which its contract counts."""
    order_ref: str = ""
    """What its order bears as orderRef, whoever sent it."""

    def as_execution(self, name: str, fee: Money | None) -> Execution:
        return Execution(
            name,
            self.base,
            self.symbol,
            self.instruction,
            self.price,
            self.quantity,
            self.liquidity,
            self.revision,
            self.at,
            fee,
        )


class Commission(msgspec.Struct, frozen=True, gc=False):
    """What IB says that an execution cost."""

    amount: float
    currency: str


def base_of(exec_id: str) -> tuple[str, int]:
    """(the part that a correction keeps, which report of the trade this is, from 0)."""
    base, mark, number = exec_id.rpartition(".")
    if not mark or not number.isdigit():
        return exec_id, 0
    return base, max(0, int(number) - 1)


class Trades:
    """The newest trades; what a correction replaces is gone, and never counted beside it."""

    def __init__(self) -> None:
        self._by_base: dict[str, Trade] = {}
        self._order: deque[str] = deque()
        self._sums: dict[str, int] = {}
        self.commissions: dict[str, Commission] = {}
        """By execution id; a report may come twice, late or never."""
        self._told: dict[str, tuple[int, Commission]] = {}
        """By trade, what the desk was told of its commission, and of which report of it."""

    def find(self, base: str) -> Trade | None:
        return self._by_base.get(base)

    def is_news(self, trade: Trade) -> bool:
        """Neither heard before nor replaced already by a later report; kept from now on."""
        known = self._by_base.get(trade.base)
        if known is not None and known.revision >= trade.revision:
            return False
        if known is None:
            self._order.append(trade.base)
        self._by_base[trade.base] = trade
        less = known.quantity if known is not None else 0
        self._sums[trade.ref] = self._sums.get(trade.ref, 0) + trade.quantity - less
        if len(self._order) > TRADES_KEPT_MAX:
            gone = self._by_base.pop(self._order.popleft())
            self.commissions.pop(gone.exec_id, None)
            self._told.pop(gone.base, None)
        return True

    def told_of(self, ref: str) -> Quantity:
        """The sum of what was traded for one order."""
        return Quantity(self._sums.get(ref, 0))

    def charged(self, exec_id: str, commission: Commission) -> None:
        self.commissions[exec_id] = commission

    def fee_of(self, trade: Trade) -> Money | None:
        """What IB says that it cost; None before it has, and in a currency that is not its own."""
        commission = self.commissions.get(trade.exec_id)
        is_told = commission is not None and is_number(commission.amount)
        if commission is None or not is_told or commission.currency != trade.currency:
            return None
        return Money(scaled(commission.amount, MONEY_DIGITS).value)

    def fee_news(self, base: str) -> tuple[Trade, Commission] | None:
        """What its newest report cost, where that is known and was not given out before."""
        trade = self._by_base.get(base)
        commission = self.commissions.get(trade.exec_id) if trade is not None else None
        if trade is None or commission is None or not is_number(commission.amount):
            return None
        if self._told.get(base) == (trade.revision, commission):
            return None
        self._told[base] = trade.revision, commission
        return trade, commission

    def every(self) -> tuple[Trade, ...]:
        return tuple(self._by_base.values())
