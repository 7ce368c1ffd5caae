"""Events of carry, conversions and exchange rates to rows."""

from data.store.book import Book
from data.store.schema import CASH_MOVEMENTS, FX_RATES
from engine.domain import events as ev
from engine.domain.records import Record


def carry_booked(book: Book, record: Record, event: ev.CarryBooked) -> None:
    kind, symbol = event.carry.word, event.symbol
    _moved(book, record, event.account, symbol, kind, event.currency, event.amount, event.text)


def converted(book: Book, record: Record, event: ev.CurrencyConverted) -> None:
    """Three movements: what went, what came, and what it cost."""
    text = f"{event.sold} to {event.bought}"
    account = event.account
    _moved(book, record, account, "", "conversion", event.sold, -event.sold_amount, text)
    _moved(book, record, account, "", "conversion", event.bought, event.bought_amount, text)
    if event.fee:
        _moved(book, record, account, "", "fee", event.fee_currency, -event.fee, text)


def fx_known(book: Book, record: Record, event: ev.FxRatesKnown) -> None:
    for row in event.rows:
        stored = (row.from_date, row.currency, event.base, row.rate, record.sequence)
        book.touch(FX_RATES, (row.currency, row.from_date), stored)


def _moved(
    book: Book,
    record: Record,
    account: str,
    symbol: str,
    kind: str,
    currency: str,
    amount: int,
    text: str,
) -> None:
    row = (record.sequence, record.at, None, account, "", symbol, kind, currency, amount, text)
    book.add(CASH_MOVEMENTS, row)
