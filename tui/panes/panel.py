"""The live panel: what a line would do, its cost, its rules, as rows for the ticket."""

from collections.abc import Iterator

from engine.domain.preview_view import Preview
from engine.domain.reasons import Finding, Verdict
from engine.domain.views import OrderRow
from engine.instruments import Instrument
from engine.values import Money
from tui.host import Host
from tui.paint import (
    Line,
    clean,
    joined,
    money_text,
    order_number,
    price_text,
    quantity_text,
    wrap,
)
from tui.sending import Sending, stops_sending
from tui.themes import Palette

FINDINGS_SHOWN_MAX = 12
_MARKS = {
    Verdict.PASS: "✓",
    Verdict.OFF: "·",
    Verdict.WARN: "!",
    Verdict.ASK: "?",
    Verdict.ASK_SECOND_FACTOR: "?",
    Verdict.DENY: "✗",
}


def panel(
    preview: Preview,
    instrument: Instrument,
    ink: Palette,
    width: int,
    *,
    own: str,
    has_echo: bool = True,
) -> Iterator[Line]:
    """Most important first: a small pane shows as many as fit; `own` is the account's currency.

    A review says the order itself in its words; without the echo above it there is room for what
    its exits may bring and cost.
    """
    if preview.echo and has_echo:
        yield from (
            Line().add(f" {row}", ink.strong) for row in wrap(clean(preview.echo), width - 1)
        )
    if not preview.is_valid and not preview.findings:
        for row in wrap(f"✗ {clean(preview.problem)}", width - 1):
            yield Line().add(f" {row}", ink.caution)
        return
    stopped = stops_sending(preview)
    if stopped:
        yield from findings(preview, ink, width)
    for change in preview.changes:
        for row in wrap(clean(change), width - 1):
            yield Line().add(f" {row}", ink.text)
    if not preview.symbol:
        return  # an act, or a symbol that nobody trades: there are no figures
    if preview.outcome:
        for row in wrap(clean(preview.outcome), width - 1):
            yield Line().add(f" {row}", ink.text)
    for phrase in preview.exits:
        yield from (Line().add(f" {row}", ink.text) for row in wrap(clean(phrase), width - 1))
    if preview.session_note:
        for row in wrap(clean(preview.session_note), width - 1):
            yield Line().add(f" {row}", ink.caution)
    yield from _figures(preview, instrument, ink, width, own)
    if not stopped:
        yield from findings(preview, ink, width)
    for row in wrap(_rules(preview, instrument), width - 1):
        if not preview.rules.passed and not preview.findings:
            return  # a flatten is no order: its own orders are judged when they leave
        yield Line().add(f" {row}", ink.caution if stopped else ink.ok)
    for row in wrap(clean(preview.venue_says), width - 1) if preview.venue_says else ():
        yield Line().add(f" {row}", ink.quiet)
    if len(preview.fee_parts) > 1 or any(part.note for part in preview.fee_parts):
        for row in wrap(f"fee: {_fee_words(preview)}", width - 1):
            yield Line().add(f" {row}", ink.quiet)
    if preview.rules.off_because:
        told = "; ".join(clean(each, limit=60) for each in preview.rules.off_because)
        for row in wrap(f"off: {told}", width - 1):
            yield Line().add(f" {row}", ink.quiet)


def _figures(
    preview: Preview, instrument: Instrument, ink: Palette, width: int, own: str
) -> Iterator[Line]:
    """What trades in another currency is paid in that, and what is left to trade with is not."""
    is_foreign = instrument.currency != own
    yield _pair(
        ink, width, ("notional", money_text(preview.notional)), ("fee", money_text(preview.fee))
    )
    if preview.average:
        slippage = clean(preview.slippage_bps, limit=12)
        average = price_text(instrument, preview.average)
        yield _pair(
            ink, width, ("average", average), ("slip", f"{slippage} bps" if slippage else "—")
        )
    cash, power = (instrument.currency, f"pwr {own}") if is_foreign else ("cash", "power")
    yield _change(ink, width, cash, preview.cash_before, preview.cash_after)
    if preview.settled_before is not None:
        yield _change(ink, width, "settled", preview.settled_before, preview.settled_after)
    yield _change(ink, width, power, preview.buying_power_before, preview.buying_power_after)
    before = quantity_text(instrument, preview.position_before, signed=True)
    after = quantity_text(instrument, preview.position_after, signed=True)
    line = Line().cell(" position", 10, ink.quiet).add(f"{before} → {after}", ink.text)
    yield line


def findings(preview: Preview, ink: Palette, width: int) -> Iterator[Line]:
    """What any rule says beyond passing, with actual, limit and room; worst first."""
    told = [row for row in preview.findings if row.verdict not in (Verdict.PASS, Verdict.OFF)]
    told.sort(key=lambda row: -row.verdict)
    for row in told[:FINDINGS_SHOWN_MAX]:
        style = ink.caution if row.verdict >= Verdict.ASK else ink.quiet
        yield Line().add(f" {_MARKS[row.verdict]} {row.rule} {clean(row.code, limit=40)}", style)
        numbers = _numbers(row)
        for text in wrap(numbers or clean(row.sentence), width - 4):
            yield Line().add(f"   {text}", ink.text)


def _numbers(row: Finding) -> str:
    if row.actual.isalpha() and row.limit.isalpha():
        return ""  # "down against up": two words are no figures, the sentence says it better
    return joined(
        (
            f"{clean(row.actual, limit=24)} against {clean(row.limit, limit=24)}"
            if row.actual and row.limit
            else "",
            _room(row),
        )
    )


def _room(row: Finding) -> str:
    words = clean(row.room, limit=24)
    return words if not words or "room" in words else f"room {words}"


def _rules(preview: Preview, instrument: Instrument) -> str:
    stopped = stops_sending(preview)
    parts = [f"✓ {preview.rules.passed}"] if not stopped else ["✗ cannot be sent"]
    if preview.rules.off:
        parts.append(f"{preview.rules.off} off")
    if preview.room >= 0:
        rule = clean(preview.room_rule, limit=8)
        by = f", {rule} stops you first" if rule else ""
        parts.append(f"room {quantity_text(instrument, preview.room)}{by}")
    return joined(parts)


def _fee_words(preview: Preview) -> str:
    """commission 1.00 (minimum) · Section 31 1.29 · TAF 0.01"""
    return joined(
        tuple(
            f"{clean(part.name, limit=24)} {money_text(part.amount)}"
            + (f" ({clean(part.note, limit=24)})" if part.note else "")
            for part in preview.fee_parts
        )
    )


def _pair(ink: Palette, width: int, *pairs: tuple[str, str]) -> Line:
    """Two labelled figures in one row where they fit, aligned with the rows below."""
    line = Line()
    for place, (word, figure) in enumerate(pairs):
        if place and line.used + len(word) + len(figure) + 3 > width:
            break
        if place:
            line.add("  ", ink.text).add(f"{word} ", ink.quiet).add(figure, ink.text)
        else:
            line.cell(f" {word}", 10, ink.quiet).add(figure, ink.text)
    return line


def _change(ink: Palette, width: int, word: str, before: Money | None, after: Money | None) -> Line:
    """Before → after; the cents go first where the pane is narrow."""
    texts = money_text(before), money_text(after)
    if len(texts[0]) + len(texts[1]) + 13 > width:
        texts = texts[0].partition(".")[0], texts[1].partition(".")[0]
    return Line().cell(f" {word}", 10, ink.quiet).add(f"{texts[0]} → {texts[1]}", ink.text)


def review_words(sending: Sending, host: Host) -> str:
    """BUY 100 GOOG LMT 576.98 DAY — PAPER — 57,698.00 + 1.00"""
    preview = sending.preview
    echo = clean(preview.echo) if preview is not None and preview.echo else clean(sending.text)
    if preview is not None and preview.changes:
        echo = f"{echo}: {clean('; '.join(preview.changes))}"
    words = f"{echo} — {host.view.mode.upper()}"
    if preview is None or not preview.notional:
        return words
    currency = host.instrument(preview.symbol or sending.symbol).currency
    unit = "" if currency == host.view.account.currency else f" {currency}"
    return f"{words} — {money_text(preview.notional)} + {money_text(preview.fee)}{unit}"


def taken_words(row: OrderRow, instrument: Instrument, trade_date: int) -> str:
    """An order in one line: number, state, filled and the queue ahead."""
    filled = (
        f"{quantity_text(instrument, row.cumulative)}/{quantity_text(instrument, row.quantity)}"
    )
    queue = ""
    if not row.is_done and row.queue_ahead >= 0:
        queue = f"{quantity_text(instrument, row.queue_ahead)} ahead"
    return joined(
        (
            f"#{order_number(row.label, row.number, trade_date)} {clean(row.state, limit=20)}",
            filled,
            queue,
        )
    )
