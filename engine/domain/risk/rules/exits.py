"""Exits that an order brings with it: on tick, on their side of it, and of an order that opens."""

from engine.domain.commands import ExitTerm
from engine.domain.contingent.terms import STOP, TARGET, price_of
from engine.domain.quotes import Market
from engine.domain.reasons import Finding
from engine.domain.risk.findings import RuleName, deny
from engine.domain.risk.proposal import Proposal
from engine.domain.state import State
from engine.instruments import Instrument
from engine.values import Nanos, OrderType, Price, TimeInForce

D04 = RuleName("D04", "exits")


def exits(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Said before the entry leaves: an exit that is refused after it leaves a naked position."""
    if p.order.target is None and p.order.stop_loss is None:
        return None
    assert p.instrument is not None
    if p.exit_room or p.order.reduce_only:
        return deny(D04, "`tp` and `sl` belong to an order that opens: this one reduces")
    if p.order.time_in_force is TimeInForce.CLS:
        return deny(D04, "An order for the close leaves no time for `tp` and `sl`")
    entry = _entry_price(p)
    for term, word, sign in ((p.order.target, "tp", p.side), (p.order.stop_loss, "sl", -p.side)):
        if term is None:
            continue
        if term.price and not p.instrument.is_on_tick(term.price):
            tick = p.instrument.format_price(p.instrument.tick_at(term.price))
            at = p.instrument.format_price(term.price)
            return deny(D04, f"`{word} {at}` is no multiple of the tick {tick}")
        if _distance(term, entry) * sign <= 0 and (entry or not term.price):
            return deny(D04, _wrong_side(p, word, term, entry, is_above=sign > 0))
        kind = TARGET if word == "tp" else STOP
        if entry and not price_of(term, entry, kind, p.side.opposite, p.instrument):
            return deny(D04, _no_price(p.instrument, word, entry))
    return None


def _no_price(instrument: Instrument, word: str, entry: Price) -> str:
    least, of = instrument.tick_at(Price(0)), instrument.format_price(entry)
    least_text = instrument.format_price(least)
    return f"`{word}` of an entry at {of} would stand below the least price, {least_text}"


def _entry_price(p: Proposal) -> Price:
    """What the exits are compared with: the order's own price, else the touch that it would take;
    0 where nothing is known."""
    if p.order.type is OrderType.STOP:
        return p.stop
    if p.order.type.has_limit:
        return p.price
    if p.quote is None:
        return Price(0)
    return (p.quote.ask if p.side > 0 else p.quote.bid) or p.quote.last


def _distance(term: ExitTerm, entry: Price) -> int:
    return term.price - entry if term.price else term.offset + term.percent


def _wrong_side(p: Proposal, word: str, term: ExitTerm, entry: Price, *, is_above: bool) -> str:
    assert p.instrument is not None
    where = "above" if is_above else "below"
    what = "target" if word == "tp" else "stop"
    belongs = f"the {what} of a {p.order.instruction.word} belongs {where} it"
    if not term.price:
        return f"That `{word}` is {'below' if is_above else 'above'} the entry: {belongs}"
    at, of = p.instrument.format_price(term.price), p.instrument.format_price(entry)
    return f"`{word} {at}` against an entry at {of}: {belongs}"
