"""Lines that act on orders, positions and the desk: cancel to kill, `set` included."""

import re

from engine.language.drills import Drill
from engine.language.figures import read_money, read_percent, read_size
from engine.language.names import read_currency, read_order, read_orders, read_symbol
from engine.language.problems import Misread, SyntaxProblem
from engine.language.reader import Reader
from engine.language.syntax import (
    CancelLine,
    CloseLine,
    ConvertLine,
    EveryOrder,
    FlattenLine,
    HaltLine,
    KillLine,
    MarketPrice,
    NumberRange,
    OrderGroup,
    OrderNumber,
    PercentTerm,
    PracticeLine,
    ReplaceLine,
    RestingPrice,
    ResumeLine,
    ReverseLine,
    SetLine,
    Size,
    SizeWord,
    SymbolOrders,
    WordTerm,
)
from engine.language.times import read_duration
from engine.language.words import ALL_OF_IT, DRILLS, EVERYTHING, GROUPS, NEXT

MONEY_DIGITS = 6

_NUMBERS = re.compile(r"[,.\-]*\d[\d,.\-]*", re.ASCII)
_LIMIT_VALUE = re.compile(r"[A-Za-z0-9.$\-][A-Za-z0-9.,%_:/^=&\-]{0,255}")
_LIMIT_NAME = re.compile(r"[a-z][a-z0-9_.]{0,63}")


def read_cancel(reader: Reader) -> CancelLine | SyntaxProblem:
    """`3`, `3-7`, `3.1`, `1119-7`, `AAPL [buys|sells|entries|exits]`, `*`.

    A word of figures is order numbers; a symbol that is all figures needs its `MIC:`.
    """
    word = reader.peek()
    if reader.next_is(EVERYTHING):
        reader.skip()
        return reader.done(CancelLine(EveryOrder()))
    if word is not None and _NUMBERS.fullmatch(word.text):
        orders: OrderNumber | NumberRange | SyntaxProblem = reader.read("an order", read_orders)
        return orders if isinstance(orders, SyntaxProblem) else reader.done(CancelLine(orders))
    symbol = reader.read("an order or a symbol", read_symbol)
    if isinstance(symbol, SyntaxProblem):
        return symbol
    group: OrderGroup | SyntaxProblem = OrderGroup.ALL
    if reader.peek() is not None:
        group = reader.choose("a group of orders", GROUPS)
    if isinstance(group, SyntaxProblem):
        return group
    return reader.done(CancelLine(SymbolOrders(symbol, group)))


def read_replace(reader: Reader) -> ReplaceLine | SyntaxProblem:
    """`3 [price 190.20] [stop 189.50] [qty 50] [override "…"]`, at least one of the first three."""
    order = reader.read("an order", read_order)
    if isinstance(order, SyntaxProblem):
        return order
    price: RestingPrice | None = None
    stop: RestingPrice | None = None
    quantity: Size | None = None
    override: str | None = None
    while (word := reader.peek()) is not None:
        if reader.next_is("price") and price is None:
            read_price = _new_price(reader)
            if isinstance(read_price, SyntaxProblem):
                return read_price
            price = read_price
        elif reader.next_is("stop", "stp") and stop is None:
            read_stop = _new_price(reader)
            if isinstance(read_stop, SyntaxProblem):
                return read_stop
            stop = read_stop
        elif reader.next_is("qty") and quantity is None:
            reader.skip()
            read_quantity: Size | SyntaxProblem = reader.read("a quantity", read_size)
            if isinstance(read_quantity, SyntaxProblem):
                return read_quantity
            quantity = read_quantity
        elif reader.next_is("override") and override is None:
            read_override = _override(reader)
            if isinstance(read_override, SyntaxProblem):
                return read_override
            override = read_override
        elif reader.next_is("price", "stop", "stp", "qty", "override"):
            return reader.refuse(f"'{word.text}' stands twice")
        else:
            return reader.refuse(f"'{word.text}' is left over", hint="write price 190.20 or qty 50")
    if price is None and quantity is None and stop is None:
        hint = "write price 190.20, stop 189.50, qty 50 or several of them"
        return reader.refuse("say what changes", hint=hint)
    return ReplaceLine(order, price, quantity, override, stop)


def _new_price(reader: Reader) -> RestingPrice | SyntaxProblem:
    reader.skip()
    word = reader.peek()
    price = reader.price()
    if isinstance(price, MarketPrice):
        hint = "write figures, or ask to cross the spread"
        return reader.refuse("'mkt' is no price that can rest", hint=hint, at=word)
    return price


def read_close(reader: Reader) -> CloseLine | SyntaxProblem:
    """`AAPL [half|25%] [override "…"]`."""
    symbol = reader.read("a symbol", read_symbol)
    if isinstance(symbol, SyntaxProblem):
        return symbol
    fraction: WordTerm | PercentTerm | SyntaxProblem | None = None
    if reader.peek() is not None and not reader.next_is("override"):
        fraction = reader.read("a part", _read_part)
    if isinstance(fraction, SyntaxProblem):
        return fraction
    override = _optional_override(reader)
    if isinstance(override, SyntaxProblem):
        return override
    return reader.done(CloseLine(symbol, fraction, override))


def read_flatten(reader: Reader) -> FlattenLine | SyntaxProblem:
    """`AAPL`, or `*` for the account; never nothing."""
    if reader.next_is(EVERYTHING):
        reader.skip()
        return reader.done(FlattenLine(None))
    symbol = reader.read("a symbol or *", read_symbol)
    return symbol if isinstance(symbol, SyntaxProblem) else reader.done(FlattenLine(symbol))


def read_reverse(reader: Reader) -> ReverseLine | SyntaxProblem:
    """`AAPL [override "…"]`."""
    symbol = reader.read("a symbol", read_symbol)
    if isinstance(symbol, SyntaxProblem):
        return symbol
    override = _optional_override(reader)
    if isinstance(override, SyntaxProblem):
        return override
    return reader.done(ReverseLine(symbol, override))


def read_practice(reader: Reader) -> PracticeLine | SyntaxProblem:
    """`disconnect 5s`, `reject next`, `halt AAPL 2m`."""
    drill: Drill | SyntaxProblem = reader.choose("a drill", DRILLS)
    if isinstance(drill, SyntaxProblem):
        return drill
    if drill is Drill.REJECT:
        if not reader.next_is(NEXT):
            return reader.refuse("'next' stands here", hint="write practice reject next")
        reader.skip()
        return reader.done(PracticeLine(drill))
    symbol: str | SyntaxProblem | None = None
    if drill is Drill.HALT:
        symbol = reader.read("a symbol", read_symbol)
    if isinstance(symbol, SyntaxProblem):
        return symbol
    span = reader.read("a duration", read_duration)
    if isinstance(span, SyntaxProblem):
        return span
    return reader.done(PracticeLine(drill, symbol, span))


def read_halt(reader: Reader) -> HaltLine | SyntaxProblem:
    """`["reason"]`."""
    reason = _optional_reason(reader, 'halt "…"')
    return reason if isinstance(reason, SyntaxProblem) else reader.done(HaltLine(reason))


def read_resume(reader: Reader) -> ResumeLine | SyntaxProblem:
    """`["reason"]`."""
    reason = _optional_reason(reader, 'resume "…"')
    return reason if isinstance(reason, SyntaxProblem) else reader.done(ResumeLine(reason))


def read_kill(reader: Reader) -> KillLine | SyntaxProblem:
    """Nothing follows."""
    return reader.done(KillLine())


def read_convert(reader: Reader) -> ConvertLine | SyntaxProblem:
    """`50000 USD INR`, `all INR USD`: what is sold, then what is bought."""
    amount: str | SyntaxProblem | None = None
    if reader.next_is(ALL_OF_IT):
        reader.skip()
    else:
        amount = reader.read("an amount", _read_converted)
    if isinstance(amount, SyntaxProblem):
        return amount
    sold = reader.read("a currency", read_currency)
    if isinstance(sold, SyntaxProblem):
        return sold
    bought = reader.read("a currency", read_currency)
    if isinstance(bought, SyntaxProblem):
        return bought
    return reader.done(ConvertLine(amount, sold, bought))


def read_set(reader: Reader) -> SetLine | SyntaxProblem:
    """`NAME VALUE ["reason"]`; whether that is a limit, and which way it goes, is the desk's."""
    name = reader.read("a limit", _read_limit_name)
    if isinstance(name, SyntaxProblem):
        return name
    value = reader.read("a value", _read_limit_value)
    if isinstance(value, SyntaxProblem):
        return value
    reason = _optional_reason(reader, 'set NAME VALUE "…"')
    if isinstance(reason, SyntaxProblem):
        return reason
    return reader.done(SetLine(name, value, reason))


def _read_part(text: str) -> WordTerm | PercentTerm | Misread:
    if text.lower() == SizeWord.HALF:
        return WordTerm(SizeWord.HALF)
    if text.endswith("%"):
        return read_percent(text)
    return Misread(f"'{text}' is no part of a position", "write half or 25%")


def _read_converted(text: str) -> str | Misread:
    amount = read_money(text)
    if isinstance(amount, Misread):
        return amount
    whole, _, part = amount.partition(".")
    if amount.startswith("-") or not (whole + part).strip("0") or len(part) > MONEY_DIGITS:
        hint = f"write it as 50000, above zero and with at most {MONEY_DIGITS} decimals"
        return Misread(f"'{text}' is no amount to convert", hint)
    return amount


def _read_limit_name(text: str) -> str | Misread:
    lower = text.lower()
    if _LIMIT_NAME.fullmatch(lower):
        return lower
    return Misread(f"'{text}' is no name of a limit", "write it as order_quantity_max")


def _read_limit_value(text: str) -> str | Misread:
    if _LIMIT_VALUE.fullmatch(text):
        return text
    return Misread(f"'{text}' is no value of a limit", "write it as 1000, 1,000, $250k, 3% or on")


def _optional_reason(reader: Reader, example: str) -> str | SyntaxProblem | None:
    return None if reader.peek() is None else reader.quoted("a reason", example)


def _optional_override(reader: Reader) -> str | SyntaxProblem | None:
    return _override(reader) if reader.next_is("override") else None


def _override(reader: Reader) -> str | SyntaxProblem:
    reader.skip()
    return reader.quoted("the reason", 'override "…"')
