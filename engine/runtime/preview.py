"""What would happen if a line were sent now: the same rules, the same fees, nothing changed."""

from typing import Any

import msgspec

from engine.domain.commands import SubmitOrder
from engine.domain.ledger.fees import fee_parts
from engine.domain.preview_view import FeeRow, Preview, RuleCount
from engine.domain.quotes import Market, Phase, Quote
from engine.domain.reasons import Finding
from engine.domain.risk.frame import Assessment, evaluate, room_of
from engine.domain.risk.margin import buying_power
from engine.domain.risk.off import RULES_WITH_SOURCES
from engine.domain.risk.proposal import Proposal, propose
from engine.domain.risk.protection import protection_price
from engine.domain.risk.reference import NEVER_FRESH, why_not_fresh
from engine.domain.risk.reserve import reserve_for
from engine.domain.settling import free_settled, is_settled_account
from engine.domain.slices import slices_of, warning_of
from engine.domain.state import Account, State
from engine.domain.views import AuctionView
from engine.hosted import HostedVenue
from engine.instruments import Instrument
from engine.language import syntax as syn
from engine.language.echo import describe
from engine.language.printer import print_line
from engine.runtime.preview_exits import exit_in_figures, exits_in_words
from engine.runtime.preview_venue import venue_says
from engine.runtime.resolve import Context, UnresolvedError, resolve_order, size_term
from engine.runtime.why_facts import off_reasons
from engine.values import Money, Nanos, OrderType, Price, Quantity, Side, TimeInForce

BPS = 10_000


def room_for(order: SubmitOrder, state: State, market: Market) -> int:
    """Largest quantity that every rule would let pass without a question; 0 when none."""
    return max(0, room_of(propose(order, state, market), state)[0])


class Take(msgspec.Struct, frozen=True):
    """What an order would take from the book now."""

    quantity: Quantity
    value: Money
    average: Price


NOTHING_TAKEN = Take(Quantity(0), Money(0), Price(0))


def judged(assessment: Assessment, proposal: Proposal, state: State) -> dict[str, Any]:
    """The fields of a preview that say what the rules think; the room also where they all pass."""
    room, rule = assessment.room_quantity, assessment.room_rule
    if room < 0:
        room, rule = room_of(proposal, state, assessment.findings)
    return {
        "is_valid": assessment.is_allowed,
        "problem": "" if assessment.is_allowed else first_sentence(assessment.findings),
        "room": room,
        "room_rule": rule,
        "findings": assessment.findings,
        "rules": RuleCount(assessment.passed, assessment.off, _off_because(assessment)),
    }


def _off_because(assessment: Assessment) -> tuple[str, ...]:
    """`R37 no earnings file`, of every rule that is off or of which a part is: first those that
    a file would bring back."""
    reasons = off_reasons(assessment.off_bits, assessment.off_because)
    told = sorted(reasons.items(), key=lambda reason: reason[0] not in RULES_WITH_SOURCES)
    return tuple(f"{rule} {words}" for rule, words in told)


def would_take(
    order: SubmitOrder, venue: HostedVenue, instrument: Instrument, limit: Price
) -> Take:
    """What the order takes from the book as it stands; nothing for one that cannot take."""
    if order.post_only or order.type.has_stop:
        return NOTHING_TAKEN
    taken = venue.would_fill(order.symbol, order.instruction.side, limit, order.quantity)
    quantity = sum(q for _, q in taken)
    value = sum(instrument.notional(Price(p), Quantity(q)) for p, q in taken)
    average = sum(p * q for p, q in taken) // quantity if quantity else 0
    return Take(Quantity(quantity), Money(value), Price(average))


def preview_line(
    line: syn.OrderLine, text: str, context: Context, venue: HostedVenue, now: Nanos
) -> Preview:
    """The whole live panel of a ticket for one order line."""
    echo = describe(line, context.symbol or None)
    try:
        order = resolve_order(line, context, "preview")
    except UnresolvedError as problem:
        return Preview(text=text, is_valid=False, echo=echo, problem=str(problem))
    line = spelled_out(line, order, context)
    return preview_order(order, text, describe(line), line, context, venue, now)


def spelled_out(line: syn.OrderLine, order: SubmitOrder, context: Context) -> syn.OrderLine:
    """The line in figures: what is reviewed is what leaves, however the market moves meanwhile."""
    known = context.state.instruments.get(order.symbol)
    if known is None:
        return line
    limit = syn.LimitPrice(known.format_price(order.price))
    stop = None
    if line.stop is not None:
        has_limit = order.type is OrderType.STOP_LIMIT
        stop_price = syn.LimitPrice(known.format_price(order.stop))
        stop = syn.StopClause(stop_price, limit if has_limit else None)
    return msgspec.structs.replace(
        line,
        symbol=order.symbol,
        quantity=size_term(order.quantity, known),
        price=limit if order.type is OrderType.LIMIT else line.price,
        stop=stop,
        target=exit_in_figures(line.target, order.target, known),
        stop_loss=exit_in_figures(line.stop_loss, order.stop_loss, known),
    )


def preview_order(
    order: SubmitOrder,
    text: str,
    echo: str,
    line: syn.OrderLine | None,
    context: Context,
    venue: HostedVenue,
    now: Nanos,
) -> Preview:
    """The live panel for an order whose numbers are already resolved."""
    state, market = context.state, context.market
    proposal = propose(order, state, market)
    assessment = evaluate(proposal, state, market, now)
    if sizes := slices_of(proposal):
        told = (*assessment.findings, warning_of(proposal, sizes))
        assessment = msgspec.structs.replace(assessment, findings=told)
    instrument = state.instruments.get(order.symbol)
    if instrument is None:
        problem, findings = first_sentence(assessment.findings), assessment.findings
        return Preview(text=text, is_valid=False, echo=echo, problem=problem, findings=findings)
    account, quote = state.accounts[order.account], market.quote(order.symbol)
    # A market order leaves under a limit, so it takes no more than that lets it.
    is_market = order.type is OrderType.MARKET
    limit = protection_price(proposal) if is_market else order.price
    take = would_take(order, venue, instrument, limit)
    rest = Quantity(order.quantity - take.quantity)
    value = Money(take.value + instrument.notional(rest_price(order, quote), rest))
    parts = fee_rows(order, value, state, instrument)
    fee = Money(sum(part.amount for part in parts))
    side, held = order.instruction.side, context.held(order.symbol)
    power, cash = buying_power(account, state, market), account.cash_in(instrument.currency)
    return Preview(
        text=text,
        echo=echo,
        outcome=outcome_of(order, take, venue, instrument, quote),
        average=take.average,
        slippage_bps=slippage_of(take, quote, side),
        notional=value,
        fee=fee,
        cash_before=cash,
        cash_after=Money(cash - side * value - fee),
        buying_power_before=power,
        buying_power_after=buying_power(account, state, market, less=reserve_for(proposal)),
        **settled_of(account, instrument, state, reserve_for(proposal)),
        position_before=Quantity(held),
        position_after=Quantity(held + side * order.quantity),
        session_note=session_note(quote),
        **judged(assessment, proposal, state),
        symbol=order.symbol,
        instruction=order.instruction,
        resized=_resized(order, line, assessment, instrument),
        resolved="" if line is None else print_line(line),
        fee_parts=parts,
        exits=exits_in_words(order, take.average, instrument),
        venue_says=venue_says(order, venue, now) if assessment.is_allowed else "",
    )


def settled_of(
    account: Account, instrument: Instrument, state: State, need: Money
) -> dict[str, Any]:
    """Settled cash that is free, before and after; nothing where purchases need none."""
    if not is_settled_account(state):
        return {}
    free = free_settled(account, instrument.currency) - account.reserved
    return {"settled_before": Money(free), "settled_after": Money(free - need)}


def fee_rows(
    order: SubmitOrder, value: Money, state: State, instrument: Instrument
) -> tuple[FeeRow, ...]:
    """The function that books fills, asked for the whole order at once."""
    account = state.accounts[order.account]
    table = account.fee_table_for(instrument)
    parts = fee_parts(
        table, state.trade_date, order.instruction, order.quantity, value, account.month_volume
    )
    return tuple(FeeRow(part.name, part.amount, part.note) for part in parts)


def first_sentence(findings: tuple[Finding, ...]) -> str:
    """The worst finding in words; empty where nothing was found."""
    return max(findings, key=lambda f: f.verdict).sentence if findings else ""


def rest_price(order: SubmitOrder, quote: Quote | None) -> Price:
    """What the part that does not trade at once is valued at."""
    if order.price or order.stop:
        return order.price or order.stop
    if quote is None:
        return Price(0)
    return quote.ask if order.instruction.side is Side.BUY else quote.bid


def outcome_of(
    order: SubmitOrder,
    take: Take,
    venue: HostedVenue,
    instrument: Instrument,
    quote: Quote | None,
) -> str:
    """ "rests, 300 ahead" · "fills 100 at 577.10" · "fills 60 at 577.10, then rests at 577.12"."""
    if order.time_in_force.is_for_auction:
        return _in_auction(venue.indication(order.symbol), order, instrument)
    if order.type.has_stop:
        return f"waits for {instrument.format_price(order.stop)}"
    rest, size = order.quantity - take.quantity, instrument.format_quantity
    fills = f"fills {size(take.quantity)} at {instrument.format_price(take.average)}"
    if rest == 0:
        return fills
    if order.type is OrderType.MARKET or order.time_in_force is TimeInForce.IOC:
        return (
            f"{fills}, {size(rest)} cancelled" if take.quantity else "finds nothing to trade with"
        )
    if order.time_in_force is TimeInForce.FOK:
        return "cannot fill whole: cancelled"
    if order.post_only and _would_cross(order, quote):
        return "would take: refused as post-only"
    if take.quantity:
        return f"{fills}, {size(rest)} rests first in line"
    bids, asks = venue.depth(order.symbol, 50)
    same = next(
        (
            r
            for r in (bids if order.instruction.side is Side.BUY else asks)
            if r.price == order.price
        ),
        None,
    )
    return f"rests, {size(same.quantity)} ahead" if same else "rests, first in line"


def _in_auction(auction: AuctionView | None, order: SubmitOrder, instrument: Instrument) -> str:
    """ "waits for the closing auction: 41,300 at 190.12 now, imbalance 2,300 buy"."""
    name = "opening" if order.time_in_force is TimeInForce.OPG else "closing"
    waits = f"waits for the {name} auction"
    if auction is None or auction.name != name or not auction.paired:
        return waits
    size = instrument.format_quantity
    words = f"{waits}: {size(auction.paired)} at {instrument.format_price(auction.price)} now"
    if auction.imbalance:
        side = "buy" if auction.imbalance > 0 else "sell"
        words += f", imbalance {size(abs(auction.imbalance))} {side}"
    return words


def _would_cross(order: SubmitOrder, quote: Quote | None) -> bool:
    if quote is None:
        return False
    if order.instruction.side is Side.BUY:
        return 0 < quote.ask <= order.price
    return quote.bid >= order.price > 0


def slippage_of(take: Take, quote: Quote | None, side: Side) -> str:
    """Signed against the mid, in basis points with one decimal; empty without a mid or a fill."""
    if quote is None or not take.quantity or not quote.mid:
        return ""
    tenths = side * (take.average - quote.mid) * BPS * 10 // quote.mid
    return f"{tenths / 10:+.1f}"


def session_note(quote: Quote | None) -> str:
    """Why the market may not answer now, and what is wrong with what is shown of it; empty while
    it is open and live."""
    if quote is None:
        return ""
    notes = []
    if quote.phase is not Phase.OPEN:
        why = f"halted: {quote.phase_text}" if quote.phase_text else ""
        notes.append(why or f"the market is {quote.phase.word}")
    if quote.source in NEVER_FRESH:
        notes.append(why_not_fresh(quote))
    elif quote.source_text:
        notes.append(quote.source_text)
    return "; ".join(notes)


def _resized(
    order: SubmitOrder, line: syn.OrderLine | None, assessment: Assessment, known: Instrument
) -> str:
    """The line at the largest allowed quantity; empty when it is allowed, or when none is."""
    if assessment.is_allowed or line is None:
        return ""
    room = assessment.room_quantity
    if not 0 < room < order.quantity:
        return ""
    return print_line(msgspec.structs.replace(line, quantity=size_term(room, known)))
