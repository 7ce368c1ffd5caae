"""What a `?` line says about an order that was not sent, and what a rule says about any."""

from typing import Any

from engine.domain.preview_view import Preview
from engine.domain.reasons import Finding
from engine.instruments import Instrument, format_money, quantity_words
from engine.runtime.market_time import iso_utc
from engine.values import Nanos


def preview_fields(told: Preview, known: Instrument, now: Nanos) -> dict[str, Any]:
    """What a `?` line says: the figures of the ticket; those that an act has not are null.

    `known` is what the line is about: its money is told in what that trades in, its sizes as it
    counts them.
    """
    has_figures = bool(told.symbol)
    fields: dict[str, Any] = {
        "at": iso_utc(now),
        "event": "preview",
        "line": told.echo,
        "allowed": told.is_valid,
        "changes": list(told.changes),
        "outcome": told.outcome,
    }
    money = ("notional", "fee", "cash_before", "cash_after")
    fields |= {k: format_money(getattr(told, k)) if has_figures else None for k in money}
    fields["currency"] = known.currency if has_figures else None
    fields["fee_parts"] = {part.name: format_money(part.amount) for part in told.fee_parts}
    counts = ("position_before", "position_after")
    size = known.quantity_field
    fields |= {k: size(getattr(told, k)) if has_figures else None for k in counts}
    rules = [finding_fields(found) for found in told.findings]
    room = size(told.room) if told.room >= 0 else None
    return {**fields, "room": room, "rules": rules, "text": told.problem}


def preview_words(fields: dict[str, Any], own: str) -> str:
    """The same for people; `own` is the account's currency."""
    changes = "; ".join(part for part in (*fields["changes"], fields["outcome"]) if part)
    words = f"{fields['line']}: {changes}" if changes else fields["line"]
    if fields["notional"] is not None:
        said = said_in(fields["currency"], own)
        words += (
            f"; worth {fields['notional']}{said}, fee {fields['fee']}{said}"
            f", cash after {fields['cash_after']}{said}"
            f", position {quantity_words(fields['position_before'], signed=True)} →"
            f" {quantity_words(fields['position_after'], signed=True)}"
        )
    return words if fields["allowed"] else f"{words}: {fields['text']}"


def finding_fields(finding: Finding) -> dict[str, Any]:
    """One rule's word with its numbers."""
    return {
        "rule": finding.rule,
        "code": finding.code,
        "verdict": finding.verdict.name.lower(),
        "text": finding.sentence,
        "actual": finding.actual,
        "limit": finding.limit,
        "room": finding.room,
    }


def said_in(currency: str, own: str) -> str:
    """` INR` behind money that is not the account's own; nothing behind what is."""
    return "" if currency == own else f" {currency}"
