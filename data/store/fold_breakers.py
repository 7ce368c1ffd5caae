"""Events of losses and breakers to alerts."""

from data.store.book import Book
from data.store.fold_desk import alert
from engine.domain.loss_facts import LossLevel, LossLimitReached
from engine.domain.losses import loss_in_words
from engine.domain.records import Record


def loss_limit(book: Book, record: Record, event: LossLimitReached) -> None:
    code = "loss_warning" if event.level is LossLevel.WARN else "loss_limit"
    text, account, symbol = loss_in_words(event), event.account, event.symbol
    alert(book, record, "attention", code, text, account=account, symbol=symbol)
