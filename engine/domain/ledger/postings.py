"""Double-entry postings: every movement of money as pairs that sum to zero."""

from collections.abc import Iterable
from functools import lru_cache

from engine.domain.events import FillReversed, OrderFilled
from engine.values import Money

CASH = "cash"
CAPITAL = "capital"
FEES = "fees"
EXCHANGE = "exchange"
"""What changed hands against another currency: in each of the two, the other side of cash."""

SYMBOLS_NAMED_MAX = 4_096
"""Symbols whose ledger accounts' names are remembered: every fill needs two."""

Posting = tuple[str, Money]
"""(ledger account, amount): above zero a debit, below a credit."""


def securities_of(symbol: str) -> str:
    """The ledger account that holds a symbol at cost."""
    return f"securities:{symbol}"


def realised_of(symbol: str) -> str:
    """The ledger account that collects a symbol's realised profit as a credit."""
    return f"realised:{symbol}"


def postings_of_opening(cash: Money) -> list[Posting]:
    """Cash paid in is owed to the owner's capital."""
    return [(CASH, cash), (CAPITAL, Money(-cash))]


def post_fill(
    ledger: dict[str, Money], symbol: str, event: OrderFilled | FillReversed, cost_delta: int
) -> Money:
    """What a trade, or one that is taken back, moves; `cost_delta` of the lots. Returns the cash.

    Its cash has the fee in it, and profit before fees is a credit. Every fill posts these four, so
    it does without a list of them.
    """
    cash_delta, realised, fee = event.cash_delta, event.realised, event.fee
    assert cash_delta + cost_delta - realised + fee == 0, "postings of one movement sum to zero"
    securities, profit = _names_of(symbol)
    try:
        earned, fees = ledger[profit], ledger[FEES]
    except KeyError:
        for name in (CASH, securities, profit, FEES):
            ledger.setdefault(name, Money(0))
        earned, fees = ledger[profit], ledger[FEES]
    cash: Money = ledger[CASH] + cash_delta  # type: ignore[assignment]  # as in `post`
    ledger[CASH] = cash
    ledger[securities] += cost_delta  # type: ignore[assignment]
    if realised:
        ledger[profit] = earned - realised  # type: ignore[assignment]
    ledger[FEES] = fees + fee  # type: ignore[assignment]
    return cash


def postings_of_fee(change: Money) -> list[Posting]:
    """A fee that turned out to be so much more, or less, than was booked."""
    return [(CASH, Money(-change)), (FEES, change)]


def postings_of_carry(kind: str, symbol: str, amount: Money) -> list[Posting]:
    """Interest, borrow fees, dividends: cash against the account of its kind and symbol."""
    return [(CASH, amount), (f"{kind}:{symbol}" if symbol else kind, Money(-amount))]


def postings_of_sale(amount: Money, fee: Money) -> list[Posting]:
    """One side of a conversion: currency that was given away, with the fee where it is paid."""
    postings = [(CASH, Money(-amount - fee)), (EXCHANGE, amount)]
    return [*postings, (FEES, fee)] if fee else postings


def postings_of_purchase(amount: Money, fee: Money) -> list[Posting]:
    """The other side: currency that came in, with the fee where it is paid."""
    postings = [(CASH, Money(amount - fee)), (EXCHANGE, Money(-amount))]
    return [*postings, (FEES, fee)] if fee else postings


@lru_cache(maxsize=SYMBOLS_NAMED_MAX)
def _names_of(symbol: str) -> tuple[str, str]:
    return securities_of(symbol), realised_of(symbol)


def post(ledger: dict[str, Money], postings: Iterable[Posting]) -> None:
    """Adds the postings to the balances; they must sum to zero."""
    total, none = 0, Money(0)
    for name, amount in postings:
        total += amount
        # Sums of money are money; calling the type for each costs more than the sum itself.
        ledger[name] = ledger.get(name, none) + amount  # type: ignore[assignment]
    assert total == 0, "postings of one movement sum to zero"
