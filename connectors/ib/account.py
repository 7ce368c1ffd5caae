"""What IB says that the account is worth: its own figures, with their age, beside the desk's."""

from connectors.ib.numbers import is_number
from engine.values import NANOS_PER_SECOND, Nanos

BASE = "BASE"
TOLD = {
    "NetLiquidation": "net liquidation",
    "TotalCashBalance": "cash",
    "BuyingPower": "buying power",
    "InitMarginReq": "initial margin",
    "MaintMarginReq": "maintenance margin",
    "ExcessLiquidity": "excess liquidity",
    "RealizedPnL": "realised P&L",
    "UnrealizedPnL": "unrealised P&L",
}
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

    def number(self, key: str, currency: str) -> float | None:
        """None where IB has not said it, or says that it does not know."""
        value = self._values.get((key, currency), ("", Nanos(0)))[0]
        return float(value) if is_number(value) else None

    def base_currency(self) -> str:
        """In which the account counts."""
        return next((c for key, c in self._values if key == "NetLiquidation"), "USD")

    def lines(self, now: Nanos) -> tuple[str, ...]:
        """A figure a line, with how old it is."""
        currency = self.base_currency()
        found: list[str] = []
        for key, words in TOLD.items():
            value, at = self._values.get((key, currency), ("", Nanos(0)))
            if is_number(value):
                age = max(0, now - at) // NANOS_PER_SECOND
                found.append(f"{words} {float(value):,.2f} {currency}, told {age:,} s ago")
        return tuple(found)
