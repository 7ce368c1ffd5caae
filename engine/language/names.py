"""Words that name a symbol or an order; each is read or says why not."""

import re

from engine.language.problems import Misread
from engine.language.syntax import DOT, NumberRange, OrderNumber

SYMBOL_CHARACTERS_MAX = 24
ORDER_NUMBER_MAX = 1_000_000_000

_SYMBOL = re.compile(rf"(?:[A-Z0-9]{{4}}:)?[A-Z0-9.\-/^=&_]{{1,{SYMBOL_CHARACTERS_MAX}}}")
_DATE_NUMBER = re.compile(r"(\d{4})-(.+)")
_ORDER = re.compile(r"([1-9]\d*|[1-9]\d{0,2}(?:,\d{3})+)(?:\.([1-9]\d*))?", re.ASCII)
_DAYS_IN_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def read_symbol(word: str) -> str | Misread:
    """Upper case; `.` is the symbol on the screen; figures with a point are a price astray."""
    upper = word.upper()
    if upper == DOT:
        return upper
    if not _SYMBOL.fullmatch(upper):
        return Misread(f"'{word}' is no symbol", "a symbol has up to 24 of A-Z 0-9 . - / ^ = & _")
    ticker = upper.rpartition(":")[2]
    if not any(character.isalnum() for character in ticker) or _is_price_astray(ticker):
        return Misread(f"'{word}' is no symbol", "the symbol stands before the price")
    return upper


CURRENCY_LETTERS_MAX = 5


def read_currency(word: str) -> str | Misread:
    """Three letters, upper case; four or five of a coin that stands for one: USDT, FDUSD."""
    upper = word.upper()
    if 3 <= len(upper) <= CURRENCY_LETTERS_MAX and upper.isascii() and upper.isalpha():
        return upper
    return Misread(f"'{word}' is no currency", "write it as USD or INR")


def read_order(word: str) -> OrderNumber | Misread:
    """`7`, `7.1`, `1119-7`, `1119-7.1`."""
    dated = _DATE_NUMBER.fullmatch(word)
    day = dated[1] if dated and is_day(dated[1]) else None
    match = _ORDER.fullmatch(dated[2] if dated and day else word)
    if match is None:
        hint = "write 7, its leg 7.1, or 1119-7 for number 7 of 19 November"
        return Misread(f"'{word}' is no order number", hint)
    number, leg = int(match[1].replace(",", "")), int(match[2]) if match[2] else None
    if max(number, leg or 0) > ORDER_NUMBER_MAX:
        return Misread(f"an order number is at most {ORDER_NUMBER_MAX:,}")
    return OrderNumber(number, leg, day)


def read_orders(word: str) -> OrderNumber | NumberRange | Misread:
    """One order, or `3-7`.

    Four digits that are a month and a day before the dash name an earlier day: `1119-7`, and
    `1119-1125` too. The range from 1,119 to 1,125 is written with commas, which a day never has.
    """
    first, dash, last = word.partition("-")
    if not dash or is_day(first):
        return read_order(word)
    ends = read_order(first), read_order(last)
    if isinstance(ends[0], Misread) or isinstance(ends[1], Misread):
        return Misread(f"'{word}' is no range of orders", "write it as 3-7")
    if ends[0].leg or ends[1].leg or ends[1].day or ends[0].number >= ends[1].number:
        return Misread(f"'{word}' is no range of orders", "write it as 3-7, the lower number first")
    return NumberRange(ends[0].number, ends[1].number)


def is_day(text: str) -> bool:
    """Whether the text is MMDD; 29 February counts."""
    if len(text) != 4 or not (text.isascii() and text.isdigit()):
        return False
    month, day = int(text[:2]), int(text[2:])
    return 1 <= month <= 12 and 1 <= day <= _DAYS_IN_MONTH[month - 1]


def _is_price_astray(ticker: str) -> bool:
    return "." in ticker and not any(character.isalpha() for character in ticker)
