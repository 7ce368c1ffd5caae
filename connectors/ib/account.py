"""What IB says that the account is worth: its own figures, with their age, beside the desk's."""

from collections.abc import Iterable

from connectors.ib.numbers import is_number
from connectors.ib.trades import Commission
from engine.hosted import VenueFigure
from engine.values import MONEY_SCALE, Money, Nanos

DAILY = "DailyPnL"
"""Told by reqPnL, as no account value is."""
TOLD = (
    ("equity", "NetLiquidation", "net liquidation"),
    ("cash", "TotalCashBalance", "cash"),
    ("day", DAILY, "P&L of the day"),
    ("realised", "RealizedPnL", "realised P&L"),
    ("unrealised", "UnrealizedPnL", "unrealised P&L"),
    ("", "BuyingPower", "buying power"),
    ("", "InitMarginReq", "initial margin"),
    ("", "MaintMarginReq", "maintenance margin"),
    ("", "ExcessLiquidity", "excess liquidity"),
)
"""(figure of the desk that it is compared with, key of IB's, what people call it)."""
VALUES_MAX = 2_000


class AccountValues:
    """By key and currency; the newest word counts, and when it came."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, str], tuple[str, Nanos]] = {}
        self.is_complete = False

    def forget(self) -> None:
        """A new session tells everything again."""
        self.is_complete = False

    def heard(self, key: str, value: str, currency: str, at: Nanos) -> None:
        if len(self._values) < VALUES_MAX or (key, currency) in self._values:
            self._values[key, currency] = value, at

    def profits(self, daily: float, unrealised: float, realised: float, at: Nanos) -> None:
        """reqPnL: in the currency of the account; the largest double is one that is not known."""
        currency = self.base_currency()
        for key, value in (
            (DAILY, daily),
            ("UnrealizedPnL", unrealised),
            ("RealizedPnL", realised),
        ):
            if is_number(value):
                self.heard(key, str(value), currency, at)

    def number(self, key: str, currency: str) -> float | None:
        """None where IB has not said it, or says that it does not know."""
        value = self._values.get((key, currency), ("", Nanos(0)))[0]
        return float(value) if is_number(value) else None

    def base_currency(self) -> str:
        """In which the account counts."""
        return next((c for key, c in self._values if key == "NetLiquidation"), "USD")

    def figures(
        self, trades: int, commissions: Iterable[Commission], now: Nanos
    ) -> tuple[VenueFigure, ...]:
        """`trades`: how many there are, `commissions`: those that were told of them."""
        currency = self.base_currency()
        found: list[VenueFigure] = []
        for key, of_ib, words in TOLD:
            value, at = self._values.get((of_ib, currency), ("", Nanos(0)))
            if is_number(value):
                found.append(VenueFigure(key, words, _money(value), currency, at))
        charged = [each for each in commissions if each.currency == currency]
        if trades:
            total = sum(each.amount for each in charged if is_number(each.amount))
            missing = trades - len(charged)
            text = f"of {trades:,} trades" + (f", {missing:,} not charged yet" if missing else "")
            found.append(VenueFigure("fees", "commissions", _money(total), currency, now, text))
        return tuple(found)


def _money(value: object) -> Money:
    return Money(round(float(str(value)) * MONEY_SCALE))
