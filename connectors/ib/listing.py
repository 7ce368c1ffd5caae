"""What IB says of a contract as an instrument of the desk, and what it is called here: pure."""

import re
from collections.abc import Sequence
from typing import Any

from connectors.ib.numbers import digits_of, is_number, scaled
from engine.instruments import Instrument, TickBand
from engine.values import Price, Quantity

STOCK, SMART, DOLLARS = "STK", "SMART", "USD"
SYMBOL_CHARACTERS_MAX = 24
PRICE_DIGITS_MIN = 4
NAME_MAX = 60
NAMED_MAX = 5
"""Of several contracts, in one sentence."""
MICS = {
    "NASDAQ": "XNAS",
    "ISLAND": "XNAS",
    "NYSE": "XNYS",
    "ARCA": "ARCX",
    "AMEX": "XASE",
    "BATS": "BATS",
    "IEX": "IEXG",
    "NSE": "XNSE",
    "BSE": "XBOM",
    "LSE": "XLON",
    "IBIS": "XETR",
    "PINK": "OTCM",
}
"""IB's names of exchanges as ISO 10383 codes: clocks, halts and short-sale rules go by those."""
ASSET_CLASSES = {
    "STK": "equity",
    "CRYPTO": "crypto",
    "CASH": "fx",
    "FUT": "future",
    "OPT": "option",
}

_STRANGE = re.compile(r"[^A-Z0-9.\-/^=&_]+")


def plain_name(contract: Any) -> str:
    """What a contract is called here while nothing else is: the stock's symbol, with its currency
    where that is not the dollar (`VOD.GBP`); of options and futures IB's local name."""
    is_stock = str(contract.secType) in (STOCK, "")
    name = str(contract.symbol if is_stock else contract.localSymbol or contract.symbol)
    plain = _STRANGE.sub(".", name.upper()).strip(".")
    currency = str(contract.currency)
    if is_stock and currency not in (DOLLARS, ""):
        plain = f"{plain}.{currency}"
    return plain[:SYMBOL_CHARACTERS_MAX]


def mic_of(exchange: str) -> str:
    """The market identifier of an exchange as IB calls it, with its tier or without
    (`NASDAQ.NMS`); its own word where none is known."""
    return MICS.get(exchange.partition(".")[0], exchange)


def instrument_of(symbol: str, details: Any, increments: Sequence[Any]) -> Instrument:
    """`increments`: the price steps of its market rule (`lowEdge`, `increment`); empty: minTick."""
    contract = details.contract
    rows = [(row.lowEdge, row.increment) for row in increments]
    rows = [row for row in rows if is_number(row[1]) and row[1] > 0] or [(0.0, details.minTick)]
    digits = max(PRICE_DIGITS_MIN, *(digits_of(step) for _, step in rows))
    bands = tuple(
        TickBand(Price(scaled(edge, digits).value), Price(max(1, scaled(step, digits).value)))
        for edge, step in sorted(rows)
    )
    increment = getattr(details, "sizeIncrement", 1.0)
    has_parts = contract.secType == "CRYPTO" and is_number(increment) and 0 < increment < 1
    return Instrument(
        symbol,
        name=str(details.longName)[:NAME_MAX],
        mic=mic_of(str(contract.primaryExchange or contract.exchange)),
        currency=str(contract.currency),
        asset_class=ASSET_CLASSES.get(contract.secType, str(contract.secType).lower()),
        price_digits=digits,
        lot_size=Quantity(1),
        multiplier=int(float(contract.multiplier)) if contract.multiplier else 1,
        tick_bands=bands,
        quantity_digits=digits_of(increment) if has_parts else 0,
    )


def rule_of(details: Any) -> int:
    """The market rule of orders routed by IB: the entry beside SMART, else the first; 0: none."""
    rules = [text for text in str(details.marketRuleIds).split(",") if text]
    exchanges = str(details.validExchanges).split(",")
    for exchange, rule in zip(exchanges, rules, strict=False):
        if exchange == SMART and rule.isdigit():
            return int(rule)
    return int(rules[0]) if rules and rules[0].isdigit() else 0


def objection(symbol: str, found: Sequence[Any]) -> str:
    if not found:
        return f"IB knows no US stock {symbol}"
    named = ", ".join(
        f"{each.contract.primaryExchange or each.contract.exchange} {each.contract.currency}"
        f" (conId {each.contract.conId})"
        for each in found[:NAMED_MAX]
    )
    return (
        f"{symbol} can be {len(found)} contracts at IB: {named}. Say which you mean: / finds them"
        f' on the screen, or ib.contracts = ["{symbol}=CONID"] in the settings'
    )
