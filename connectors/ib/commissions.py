"""What IB says that executions cost, told once for each word of it and never before its trade."""

from collections.abc import Callable
from typing import Any

from connectors.ib.numbers import MONEY_DIGITS, scaled
from connectors.ib.roll import Roll
from connectors.ib.trades import Commission, Trades, base_of
from engine.domain.reports import Report, VenueFeeCharged
from engine.values import Money


class Commissions:
    """`note` is told what a person should know."""

    def __init__(self, roll: Roll, trades: Trades, note: Callable[[str], None]) -> None:
        self._roll, self._trades, self._note = roll, trades, note

    def heard(self, report: Any) -> list[Report]:
        """It may come before its execution, again, otherwise, or never."""
        exec_id = str(report.execId)
        self._trades.charged(exec_id, Commission(float(report.commission), str(report.currency)))
        return self.of_trade(base_of(exec_id)[0])

    def of_trade(self, base: str) -> list[Report]:
        """What is known of the newest report of a trade and was not told before."""
        news = self._trades.fee_news(base)
        if news is None:
            return []
        trade, commission = news
        order = self._roll.of_ref(trade.ref)
        if order is not None and order.is_foreign:
            return []
        # One that was over before this desk was started is known by the name that it was born with.
        name = order.name if order is not None else trade.order_ref
        if not name:
            return []
        if commission.currency != trade.currency:
            self._note(
                f"IB charged {commission.amount} {commission.currency} for a trade of"
                f" {trade.symbol}, which counts in {trade.currency}: it is not booked"
            )
            return []
        fee = Money(scaled(commission.amount, MONEY_DIGITS).value)
        return [VenueFeeCharged(name, base, trade.revision, fee, trade.at)]
