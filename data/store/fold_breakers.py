"""Events of losses and breakers to alerts."""

from data.store.book import Book
from data.store.fold_desk import alert
from engine.domain import breaker_facts as facts
from engine.domain.loss_facts import LossLevel, LossLimitReached
from engine.domain.losses import loss_in_words
from engine.domain.margin_facts import (
    GoodFaithViolated,
    MarginCalled,
    MarginCallLate,
    MarginCallMet,
    MarginEvent,
    MarginLevel,
    MarginMoved,
)
from engine.domain.margin_words import margin_in_words
from engine.domain.records import Record


def loss_limit(book: Book, record: Record, event: LossLimitReached) -> None:
    code = "loss_warning" if event.level is LossLevel.WARN else "loss_limit"
    text, account, symbol = loss_in_words(event), event.account, event.symbol
    alert(book, record, "attention", code, text, account=account, symbol=symbol)


def margin(book: Book, record: Record, event: MarginEvent) -> None:
    """Levels, calls and violations; what is over again is told as good news."""
    symbol = event.symbol if isinstance(event, MarginCallLate | GoodFaithViolated) else ""
    is_good = isinstance(event, MarginCallMet)
    if isinstance(event, MarginMoved):
        is_good = event.level is MarginLevel.AMPLE
    code, text = _MARGIN_CODES[type(event)], margin_in_words(event)
    severity = "ok" if is_good else "attention"
    alert(book, record, severity, code, text, account=event.account, symbol=symbol)


_MARGIN_CODES: dict[type, str] = {
    MarginMoved: "margin_level",
    MarginCalled: "margin_call",
    MarginCallMet: "margin_call_met",
    MarginCallLate: "margin_call_late",
    GoodFaithViolated: "good_faith",
}


def tripped(book: Book, record: Record, event: facts.BreakerTripped) -> None:
    code, account, symbol = f"breaker_{event.code}", event.account, event.scope
    alert(book, record, "attention", code, event.text, account=account, symbol=symbol)


def market_halted(book: Book, record: Record, event: facts.MarketHalted) -> None:
    alert(book, record, "attention", "market_halt", event.text, symbol=event.symbol)


def market_resumed(book: Book, record: Record, event: facts.MarketResumed) -> None:
    alert(book, record, "ok", "market_resumed", event.text)


def short_restricted(book: Book, record: Record, event: facts.ShortSaleRestricted) -> None:
    alert(book, record, "attention", "short_restricted", event.text, symbol=event.symbol)


def short_freed(book: Book, record: Record, event: facts.ShortSaleFreed) -> None:
    alert(book, record, "ok", "short_freed", event.text, symbol=event.symbol)


def slow_mode(book: Book, record: Record, event: facts.SlowModeChanged) -> None:
    severity = "degraded" if event.is_slow else "ok"
    alert(book, record, severity, "slow_mode", event.text)
