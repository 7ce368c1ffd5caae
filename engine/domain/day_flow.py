"""How much of a trade date has gone by: orders, changes and trades, counted where they happen."""

import msgspec

from engine.structs import set_directly
from engine.values import Money


@set_directly
class SymbolFlow(msgspec.Struct, gc=False):
    """One symbol of one account on one trade date."""

    orders: int = 0
    """Orders that left."""
    withdrawn: int = 0
    """Cancels and changes that were asked for; one that is repeated counts once."""
    fills: int = 0


@set_directly
class DayFlow(msgspec.Struct):
    """One account on one trade date: what the limits of the day are compared with."""

    orders: int = 0
    traded: Money = Money(0)
    """Value of all fills, purchases and sales alike, in the account's currency."""
    symbols: dict[str, SymbolFlow] = {}
    """Only what had an order: never more than the market lists."""

    def of(self, symbol: str) -> SymbolFlow:
        """The symbol's figures, to be counted on."""
        found = self.symbols.get(symbol)
        if found is None:
            found = self.symbols[symbol] = SymbolFlow()
        return found
