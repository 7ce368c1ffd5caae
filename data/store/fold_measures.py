"""What was measured beside the trading to rows: marks around fills, and the tape of a run."""

from data.store.book import PRICE_DIGITS, QUANTITY_DIGITS, Book
from data.store.schema import MARKOUTS, SESSIONS, TAPE
from engine.domain import events as ev
from engine.domain.records import Record

WHOLE = 10**QUANTITY_DIGITS
"""A share: only recordings of whole shares tell what the trader displaced."""


def marked(book: Book, record: Record, event: ev.FillsMarked) -> None:
    """A row a mark; the fill that it belongs to has the same execution id."""
    session = book.session.first_sequence if book.session is not None else None
    for mark in event.marks:
        digits = PRICE_DIGITS - book.instrument(mark.symbol).price_digits
        mid = mark.twice_mid * int(10**digits) // 2
        row = (record.sequence, event.at, session, mark.execution_id, mark.symbol, mark.seconds)
        book.add(MARKOUTS, (*row, mid))


def tape_measured(book: Book, record: Record, event: ev.TapeMeasured) -> None:
    """Totals of the run replace those that were told before."""
    session = book.session
    if session is None:
        return
    for tape in event.tape:
        key = (session.first_sequence, tape.symbol)
        volume, own = (book.size(tape.symbol, size) for size in (tape.volume, tape.own_volume))
        row = (*key, volume, tape.trades, own, event.at)
        book.touch(TAPE, key, row)
    if event.displaced is not None:
        session.executions_displaced = event.displaced.executions
        session.shares_displaced = event.displaced.shares * WHOLE
        session.shares_unfilled = event.displaced.unfilled * WHOLE
        book.touch(SESSIONS, session.first_sequence, session)
