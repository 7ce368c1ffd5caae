"""What losses and breakers say on stdout and to whoever sits at the desk."""

from typing import Any

from engine.domain.loss_facts import LossLevel, LossLimitReached
from engine.domain.losses import loss_in_words
from engine.domain.risk.findings import percent
from engine.instruments import format_money

Fields = dict[str, Any]
TOLD = (LossLimitReached,)
TEXT_SAYS_IT = frozenset({"loss_warning", "loss_limit"})
"""Events whose text is the whole sentence."""


def breaker_fields(event: LossLimitReached) -> Fields:
    """The figures that were judged, and the sentence."""
    match event:
        case LossLimitReached():
            is_warning = event.level is LossLevel.WARN
            return {
                "event": "loss_warning" if is_warning else "loss_limit",
                "account": event.account,
                "symbol": event.symbol,
                "measure": event.measure.name.lower(),
                "loss": format_money(event.loss),
                "share": percent(event.share),
                "limit": percent(event.limit),
                "text": loss_in_words(event),
            }
