"""Words that carry sizes, prices, offsets and money; each is read or says why not."""

import re

from engine.instruments import (
    MONEY_DIGITS,
    MONEY_END,
    PRICE_DIGITS_MAX,
    PRICE_END,
    parse_exact,
)
from engine.language.problems import Misread
from engine.language.syntax import (
    CashTerm,
    LimitPrice,
    MarketPrice,
    Offset,
    OffsetUnit,
    PercentTerm,
    PriceTerm,
    QuantityTerm,
    ReferencePrice,
    SharesTerm,
    Size,
    TouchPrice,
    WordTerm,
)
from engine.language.words import LATER_SIZE, MARKET, REFERENCES, SIZE_WORDS

SHARES_MAX = 1_000_000_000_000
WHOLE_DIGITS_MAX = 15

_PLAIN = r"(?:\d+(?:\.\d+)?|\.\d+)"
_GROUPED = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?"
_DECIMAL = re.compile(rf"{_PLAIN}|{_GROUPED}")
_OFFSET = re.compile(rf"([+-])({_PLAIN})(t|%)?")
_REFERENCE = re.compile(r"([a-z]+)([+-].*)?")
_RISK = re.compile(rf"r{_PLAIN}%?")
_LETTERS_FOR_DIGITS = str.maketrans("lIOo", "1100")


def starts_figure(word: str) -> bool:
    """Whether the word sets out to be a number, a price or an offset."""
    return word[:1] in "0123456789@+-.,$"


def read_quantity(word: str) -> QuantityTerm | Misread:
    """`100`, `1,000`, `5k`, `$10k`, `25%`, `max`, `pos`, `half`."""
    lower = word.lower()
    if lower in SIZE_WORDS:
        return WordTerm(SIZE_WORDS[lower])
    if _RISK.fullmatch(lower):
        return Misread(f"not available yet: {LATER_SIZE}", "write the number of shares")
    if lower.startswith("$"):
        return _read_cash(word)
    if lower.endswith("%"):
        return read_percent(word)
    shares = read_size(word)
    return shares if isinstance(shares, Misread) else SharesTerm(shares)


def read_size(word: str, *, is_zero_fine: bool = False) -> Size | Misread:
    """A number of shares: `100`, `1,000`, `5k`, or decimal text where it has decimals, `0.015`.

    Whether a part of a share can be traded at all, its instrument knows.
    """
    if word[:1] in ("-", "+"):
        hint = "say sell or short for the other side" if word[0] == "-" else f"write {word[1:]}"
        return Misread("a quantity has no sign", hint)
    amount = _thousands(word)
    if amount is None:
        return Misread(f"'{word}' is no quantity", _mistyped(word) or _plain_quantity(word))
    if amount == "0" and not is_zero_fine:
        return Misread("a quantity is above zero")
    if int(amount.partition(".")[0]) >= SHARES_MAX and amount != str(SHARES_MAX):
        return Misread(f"a quantity is at most {SHARES_MAX:,}")
    return amount if "." in amount else int(amount)


def read_percent(word: str) -> PercentTerm | Misread:
    """`25%`: above 0, up to 100."""
    digits = decimal(word[:-1]) if word.endswith("%") and "," not in word else None
    if digits is None:
        return Misread(f"'{word}' is no percentage", "write it as 25%")
    if not 0 < parse_exact(digits, PRICE_DIGITS_MAX) <= 100 * 10**PRICE_DIGITS_MAX:
        return Misread(f"{word} is not above 0% and up to 100%")
    return PercentTerm(_without_end_zeros(digits))


def read_price(word: str) -> PriceTerm | Misread:
    """`190.12`, `@190.12`, `mkt`, `bid`, `mid+5t`, `-0.5%`."""
    lower = word.lower()
    if lower == MARKET:
        return MarketPrice()
    if lower[:1] in ("+", "-"):
        offset = read_offset(word)
        return offset if isinstance(offset, Misread) else TouchPrice(offset)
    named = _REFERENCE.fullmatch(lower)
    if named and named[1] in REFERENCES:
        if named[2] is None:
            return ReferencePrice(REFERENCES[named[1]])
        offset = read_offset(named[2])
        return (
            offset if isinstance(offset, Misread) else ReferencePrice(REFERENCES[named[1]], offset)
        )
    return _read_limit(word)


def _read_cash(word: str) -> CashTerm | Misread:
    amount = _thousands(word[1:])
    if amount is None:
        return Misread(f"'{word}' is no amount", _mistyped(word[1:]) or "write it as $10k")
    if amount == "0":
        return Misread("an amount is above zero")
    return _no_money(amount) or CashTerm(amount)


def _read_limit(word: str) -> LimitPrice | Misread:
    bare = word[1:] if word.startswith("@") else word
    if "," in bare and "." not in bare:
        joined = bare.replace(",", "")
        return Misread(
            f"'{bare}' could be two prices",
            f"write {bare.replace(',', '.')} or {joined}" if bare.count(",") == 1 else "",
        )
    digits = decimal(bare)
    if digits is None:
        return Misread(f"'{word}' is no price", _mistyped(bare) or _plain_price(bare))
    if not parse_exact(digits, PRICE_DIGITS_MAX):
        return Misread("a price is above zero", "say mkt if you mean market")
    if _whole(digits) >= PRICE_END:
        return Misread(f"a price is below {PRICE_END:,}")
    return LimitPrice(digits)


def read_offset(word: str) -> Offset | Misread:
    """`+0.05`, `-5t`, `-0.5%`: signed, never zero, whole ticks, less than 100 percent."""
    match = _OFFSET.fullmatch(word.lower())
    digits = decimal(match[2]) if match else None
    if match is None or digits is None:
        return Misread(f"'{word}' is no offset", "write +0.05, -5t or -0.5%")
    unit = OffsetUnit(match[3] or "")
    size = parse_exact(digits, PRICE_DIGITS_MAX)
    if not size:
        return Misread("an offset is not zero", "leave it out")
    if unit is OffsetUnit.TICKS and "." in digits:
        return Misread("ticks are whole")
    if unit is not OffsetUnit.PERCENT and _whole(digits) >= PRICE_END:
        return Misread(f"an offset is below {PRICE_END:,}")
    if unit is OffsetUnit.PERCENT and size >= 100 * 10**PRICE_DIGITS_MAX:
        return Misread("an offset is below 100%")
    return Offset(match[1] == "+", digits, unit)


def read_money(word: str) -> str | Misread:
    """A signed amount as decimal text: `980000`, `980,000.50`, `-12.50`."""
    sign = "-" if word.startswith("-") else ""
    digits = decimal(word.removeprefix("-").removeprefix("$"))
    if digits is None:
        return Misread(f"'{word}' is no amount", "write it as 980000.50")
    signed = f"{sign}{digits}" if parse_exact(digits, PRICE_DIGITS_MAX) else digits
    return _no_money(digits) or signed


def _whole(digits: str) -> int:
    return int(digits.partition(".")[0])


def _no_money(digits: str) -> Misread | None:
    if _whole(digits) >= MONEY_END:
        return Misread(f"an amount is below {MONEY_END:,}")
    if len(digits.partition(".")[2]) > MONEY_DIGITS:
        return Misread(f"an amount has at most {MONEY_DIGITS} decimals")
    return None


def decimal(text: str) -> str | None:
    """Digits as typed without grouping and leading zeros; None if it is no decimal or too long."""
    if not text.isascii() or not _DECIMAL.fullmatch(text):
        return None
    whole, dot, part = text.replace(",", "").partition(".")
    whole = whole.lstrip("0") or "0"
    if len(whole) > WHOLE_DIGITS_MAX or len(part) > PRICE_DIGITS_MAX:
        return None
    return f"{whole}{dot}{part}"


def _thousands(text: str) -> str | None:
    """An amount with `k` for thousands, without needless zeros behind the point; None if none."""
    lower = text.lower()
    digits = decimal(lower.removesuffix("k"))
    if digits is None:
        return None
    value = parse_exact(digits, PRICE_DIGITS_MAX) * (1000 if lower.endswith("k") else 1)
    whole, part = divmod(value, 10**PRICE_DIGITS_MAX)
    return _without_end_zeros(f"{whole}.{part:0{PRICE_DIGITS_MAX}d}")


def _plain_quantity(word: str) -> str:
    return "a comma only groups thousands: 1,000" if "," in word else "write it as 100 or 5k"


def _without_end_zeros(digits: str) -> str:
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _mistyped(word: str) -> str:
    """The letters l, I and O typed for digits: `l00` is offered as 100, never read as it."""
    guess = word.translate(_LETTERS_FOR_DIGITS)
    return f"did you mean {guess}?" if guess != word and decimal(guess) is not None else ""


def _plain_price(word: str) -> str:
    if word.lower() in ("market", "m"):
        return "say mkt if you mean market"
    if word.startswith("$") and decimal(word[1:]) is not None:
        return f"write {word[1:]}"
    return "write it as 190.12, mkt, bid, mid+5t or -0.5%"
