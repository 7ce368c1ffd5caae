"""What losses and breakers say on stdout and to whoever sits at the desk."""

from typing import Any

from engine.domain import breaker_facts as facts
from engine.domain.loss_facts import LossLevel, LossLimitReached
from engine.domain.losses import loss_in_words
from engine.domain.risk.findings import percent
from engine.instruments import format_money
from engine.runtime.market_time import iso_utc

Fields = dict[str, Any]
Told = (
    LossLimitReached
    | facts.BreakerTripped
    | facts.MarketHalted
    | facts.MarketResumed
    | facts.ShortSaleRestricted
    | facts.ShortSaleFreed
    | facts.SlowModeChanged
)


def breaker_fields(event: Told) -> Fields:
    """The figures that were judged, and the sentence."""
    match event:
        case LossLimitReached():
            return {**_loss(event), "text": loss_in_words(event)}
        case facts.BreakerTripped():
            fields = {"event": "breaker_tripped", "breaker": event.code, "symbol": event.scope}
            return {**fields, "actual": event.actual, "limit": event.limit, "text": event.text}
        case facts.MarketHalted():
            until = iso_utc(event.until) if event.until else None
            return {
                "event": "market_halt",
                "level": event.level,
                "index": event.symbol,
                "until": until,
                "text": event.text,
            }
        case facts.MarketResumed():
            return {"event": "market_resumed", "text": event.text}
        case facts.ShortSaleRestricted():
            return {"event": "short_restricted", "symbol": event.symbol, "text": event.text}
        case facts.ShortSaleFreed():
            return {"event": "short_freed", "symbol": event.symbol, "text": event.text}
        case facts.SlowModeChanged():
            word = "slow_mode" if event.is_slow else "slow_mode_over"
            return {
                "event": word,
                "actual": event.actual,
                "limit": event.limit,
                "text": event.text,
            }


def _loss(event: LossLimitReached) -> Fields:
    return {
        "event": "loss_warning" if event.level is LossLevel.WARN else "loss_limit",
        "account": event.account,
        "symbol": event.symbol,
        "measure": event.measure.name.lower(),
        "loss": format_money(event.loss),
        "share": percent(event.share),
        "limit": percent(event.limit),
    }


_BEGINNINGS = {
    "loss_warning": "loss warning: ",
    "loss_limit": "loss limit: ",
    "breaker_tripped": "breaker tripped: ",
    "market_halt": "market halted: ",
    "market_resumed": "market-wide halt over: ",
    "short_restricted": "shorts restricted: ",
    "short_freed": "shorts free again: ",
    "slow_mode": "slow mode: ",
    "slow_mode_over": "slow mode over: ",
}
BREAKER_EVENTS = frozenset(_BEGINNINGS)


def breaker_words(fields: Fields) -> str:
    """The same for people."""
    return f"{_BEGINNINGS[fields['event']]}{fields['text']}"
