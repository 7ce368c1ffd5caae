"""What was measured beside the trading to rows: marks around fills, and the tape of a run."""

from data.store.book import PRICE_DIGITS, Book
from data.store.schema import MARKOUTS, SESSIONS, TAPE
from engine.domain import events as ev
from engine.domain.records import Record


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
        row = (*key, tape.volume, tape.trades, tape.own_volume, event.at)
        book.touch(TAPE, key, row)
    if event.displaced is not None:
        session.executions_displaced = event.displaced.executions
        session.shares_displaced = event.displaced.shares
        session.shares_unfilled = event.displaced.unfilled
        book.touch(SESSIONS, session.first_sequence, session)
