"""What there is to borrow of a symbol: by its venue's own word, else by the desk's table."""

from typing import NamedTuple

from engine.domain.carrying import terms_of
from engine.domain.quotes import Lending, Quote
from engine.domain.state import State


class Loan(NamedTuple):
    """`available` 0 of what is easy to borrow: nobody counts it."""

    available: int
    is_easy: bool
    is_on_request: bool = False
    """Somebody at the venue would have to look for it first."""
    counts_ours: bool = True
    """What this account has borrowed already is part of it; a venue tells what is left."""

    @property
    def is_uncounted(self) -> bool:
        return self.is_easy and not self.available


def is_told(quote: Quote | None) -> bool:
    """The venue itself says what it lends of the symbol."""
    return quote is not None and quote.lending is not Lending.UNSAID


def loan_of(quote: Quote | None, state: State, symbol: str) -> Loan | None:
    """None where nobody says anything of it."""
    if quote is None or not is_told(quote):
        terms = terms_of(state, symbol)
        return None if terms is None else Loan(terms.available, terms.is_easy)
    is_on_request = quote.lending is Lending.ON_REQUEST
    is_easy = quote.lending is Lending.EASY
    if quote.lendable >= 0:
        # None left of what is easy is none, whereas no figure of it at all is plenty.
        return Loan(quote.lendable, is_easy and quote.lendable > 0, is_on_request, False)
    return Loan(0, is_easy, is_on_request, False)
