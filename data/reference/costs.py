"""Tables of borrow terms, dividends and exchange rates: the home's own, else what is shipped."""

from pathlib import Path

from data.reference.rows import (
    BadCell,
    Words,
    read_date,
    read_rows,
    read_scaled,
    read_symbol,
    without_repeats,
)
from engine.domain.cost_facts import (
    BORROW_ROWS_MAX,
    DIVIDEND_ROWS_MAX,
    EVERY_SYMBOL,
    FX_ROWS_MAX,
    BorrowTerms,
    Dividend,
    FxRate,
)
from engine.values import Money, Quantity

SHIPPED = Path(__file__).resolve().parent
BORROW, DIVIDENDS, FX_RATES = "borrow.csv", "dividends.csv", "fx_rates.csv"
KINDS = ("easy", "hard")
RATE_DIGITS = 9
CURRENCY_LETTERS_MAX = 5
"""Coins that stand for a currency have names of four or five: USDT, FDUSD."""
PERCENT_DIGITS = RATE_DIGITS - 2


def load_borrow(home: Path) -> tuple[BorrowTerms, ...]:
    """`symbol,rate_percent,available,kind`. Raises SettingsError (exit 4) naming file and line."""
    path = _file(home, BORROW)
    columns = ("symbol", "rate_percent", "available", "kind")
    rows = read_rows(path, columns, BORROW_ROWS_MAX, _borrow)
    return without_repeats(path, rows, lambda row: row.symbol)


def load_dividends(home: Path) -> tuple[Dividend, ...]:
    """`symbol,ex_date,per_share`; none are shipped: the synthetic market prices none in."""
    path = _file(home, DIVIDENDS)
    if not path.exists():
        return ()
    rows = read_rows(path, ("symbol", "ex_date", "per_share"), DIVIDEND_ROWS_MAX, _dividend)
    return without_repeats(path, rows, lambda row: f"{row.symbol} {row.ex_date}")


def load_fx_rates(home: Path, base: str) -> tuple[FxRate, ...]:
    """`from_date,currency,usd_per_unit`, the oldest first."""
    path = _file(home, FX_RATES)
    columns = ("from_date", "currency", f"{base.lower()}_per_unit")
    rows = read_rows(path, columns, FX_ROWS_MAX, _fx_rate)
    named = without_repeats(path, rows, lambda row: f"{row.currency} {row.from_date}")
    return tuple(sorted(named, key=lambda row: (row.currency, row.from_date)))


def _file(home: Path, name: str) -> Path:
    own = home / name
    return own if own.exists() else SHIPPED / name


def _borrow(words: Words) -> BorrowTerms:
    if words["kind"] not in KINDS:
        raise BadCell("kind", f"must be one of {', '.join(KINDS)}")
    symbol = read_symbol(words)
    is_easy = words["kind"] == "easy"
    if symbol == EVERY_SYMBOL and not is_easy:
        raise BadCell("kind", "of * must be easy: a locate is for one symbol")
    return BorrowTerms(
        symbol,
        read_scaled(words, "rate_percent", PERCENT_DIGITS, "a percentage a year such as 2.5"),
        Quantity(read_scaled(words, "available", 0, "a whole number of shares, 0 or more")),
        is_easy,
    )


def _dividend(words: Words) -> Dividend:
    per_share = read_scaled(words, "per_share", 6, "an amount above zero such as 0.24", least=1)
    return Dividend(read_symbol(words), read_date(words, "ex_date"), Money(per_share))


def _fx_rate(words: Words) -> FxRate:
    currency = words["currency"]
    if (
        not 3 <= len(currency) <= CURRENCY_LETTERS_MAX
        or not currency.isascii()
        or not currency.isupper()
    ):
        raise BadCell("currency", "must be three to five capital letters such as INR or USDT")
    column = next(name for name in words if name.endswith("_per_unit"))
    rate = read_scaled(words, column, RATE_DIGITS, "a rate above zero such as 0.0111", least=1)
    return FxRate(read_date(words, "from_date"), currency, rate)
