"""Lines that steer a script: at, wait and expect."""

import re

from engine.language.choices import Size
from engine.language.figures import read_money, read_size
from engine.language.names import read_currency, read_order, read_symbol
from engine.language.problems import Misread, SyntaxProblem
from engine.language.reader import Reader
from engine.language.syntax import (
    AtLine,
    ExpectCashLine,
    ExpectDeniedLine,
    ExpectFeesLine,
    ExpectLine,
    ExpectOrderLine,
    ExpectPositionLine,
    ExpectProtectedLine,
    WaitLine,
)
from engine.language.times import read_duration, read_time
from engine.language.words import COMPARISONS, STATES

_RULE_ID = re.compile(r"R\d{2}")
_RULE_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")


def read_at(reader: Reader) -> AtLine | SyntaxProblem:
    """`09:31:00`."""
    time = reader.read("a time", read_time)
    if isinstance(time, SyntaxProblem):
        return time
    return reader.done(AtLine(time), hint="what is done then stands on the next line")


def read_wait(reader: Reader) -> WaitLine | SyntaxProblem:
    """`order 1 filled [within 5s]`."""
    if reader.next_is("order"):
        reader.skip()
    else:
        return reader.refuse("'order' stands here", hint="write wait order 1 filled within 5s")
    order = reader.read("an order", read_order)
    if isinstance(order, SyntaxProblem):
        return order
    state = reader.choose("a state", STATES)
    if isinstance(state, SyntaxProblem):
        return state
    if not reader.next_is("within"):
        return reader.done(WaitLine(order, state), hint="write within 5s")
    reader.skip()
    within = reader.read("a duration", read_duration)
    if isinstance(within, SyntaxProblem):
        return within
    return reader.done(WaitLine(order, state, within))


def read_expect(reader: Reader) -> ExpectLine | SyntaxProblem:
    """`order 1 filled 100`, `position AAPL 100`, `cash >= 980000`, `denied 2 price_collar`."""
    read = reader.choose("an expectation", _EXPECTATIONS)
    return read if isinstance(read, SyntaxProblem) else read(reader)


def _expect_order(reader: Reader) -> ExpectLine | SyntaxProblem:
    order = reader.read("an order", read_order)
    if isinstance(order, SyntaxProblem):
        return order
    state = reader.choose("a state", STATES)
    if isinstance(state, SyntaxProblem):
        return state
    if reader.peek() is None:
        return ExpectOrderLine(order, state)
    quantity: Size | SyntaxProblem = reader.read("a quantity", _read_filled)
    if isinstance(quantity, SyntaxProblem):
        return quantity
    return reader.done(ExpectOrderLine(order, state, quantity))


def _expect_position(reader: Reader) -> ExpectLine | SyntaxProblem:
    symbol = reader.read("a symbol", read_symbol)
    if isinstance(symbol, SyntaxProblem):
        return symbol
    quantity: Size | SyntaxProblem = reader.read("a quantity", _read_position)
    if isinstance(quantity, SyntaxProblem):
        return quantity
    return reader.done(ExpectPositionLine(symbol, quantity))


def _expect_protected(reader: Reader) -> ExpectLine | SyntaxProblem:
    symbol = reader.read("a symbol", read_symbol)
    if isinstance(symbol, SyntaxProblem):
        return symbol
    quantity: Size | SyntaxProblem = reader.read("a quantity", _read_filled)
    if isinstance(quantity, SyntaxProblem):
        return quantity
    return reader.done(ExpectProtectedLine(symbol, quantity))


def _expect_cash(reader: Reader) -> ExpectLine | SyntaxProblem:
    comparison = reader.choose("a comparison", COMPARISONS)
    if isinstance(comparison, SyntaxProblem):
        return comparison
    amount = reader.read("an amount", read_money)
    if isinstance(amount, SyntaxProblem):
        return amount
    if reader.peek() is None:
        return ExpectCashLine(comparison, amount)
    currency = reader.read("a currency", read_currency)
    if isinstance(currency, SyntaxProblem):
        return currency
    return reader.done(ExpectCashLine(comparison, amount, currency))


def _expect_fees(reader: Reader) -> ExpectLine | SyntaxProblem:
    comparison = reader.choose("a comparison", COMPARISONS)
    if isinstance(comparison, SyntaxProblem):
        return comparison
    amount = reader.read("an amount", read_money)
    if isinstance(amount, SyntaxProblem):
        return amount
    return reader.done(ExpectFeesLine(comparison, amount))


def _expect_denied(reader: Reader) -> ExpectLine | SyntaxProblem:
    order = reader.read("an order", read_order)
    if isinstance(order, SyntaxProblem):
        return order
    code = reader.read("a rule", _read_rule)
    return code if isinstance(code, SyntaxProblem) else reader.done(ExpectDeniedLine(order, code))


_EXPECTATIONS = {
    "order": _expect_order,
    "position": _expect_position,
    "protected": _expect_protected,
    "cash": _expect_cash,
    "fees": _expect_fees,
    "denied": _expect_denied,
}


def _read_filled(text: str) -> Size | Misread:
    return read_size(text, is_zero_fine=True)


def _read_position(text: str) -> Size | Misread:
    """Signed: short positions are below zero, flat is 0."""
    size = read_size(text.removeprefix("-"), is_zero_fine=True)
    if isinstance(size, Misread) or not text.startswith("-"):
        return size
    return -size if isinstance(size, int) else f"-{size}"


def _read_rule(text: str) -> str | Misread:
    if _RULE_ID.fullmatch(text.upper()):
        return text.upper()
    if _RULE_CODE.fullmatch(text.lower()):
        return text.lower()
    return Misread(f"'{text}' is no rule", "write its code, price_collar, or its id, R04")
