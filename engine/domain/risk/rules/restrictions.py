"""What is not to be entered, or not without a thought: lists, hard to borrow, penny shares."""

from engine.domain.carrying import terms_of
from engine.domain.ledger.interest import percent_words
from engine.domain.quotes import Market
from engine.domain.reasons import Finding, Verdict
from engine.domain.risk.findings import OFF, RuleName, deny, finding
from engine.domain.risk.off import OffReason, off
from engine.domain.risk.proposal import Proposal
from engine.domain.state import State
from engine.instruments import CRYPTO, POWERS_OF_TEN, format_money_rounded
from engine.values import MONEY_SCALE, Instruction, Nanos, Quantity

R28 = RuleName("R28", "restricted_list", "risk.restricted_list")
R28_WATCH = RuleName("R28", "restricted_list", "risk.watch_list")
R28_BORROW = RuleName("R28", "restricted_list", "risk.hard_to_borrow")
R28_COUNTER = RuleName("R28", "restricted_list", "risk.over_the_counter")
R28_PENNY = RuleName("R28", "restricted_list", "risk.price_min")
NO_LIST = off(OffReason.NO_RESTRICTED)
NO_BORROW = off(OffReason.NO_BORROW)
OVER_THE_COUNTER = frozenset(
    {"OTCM", "OTCQ", "OTCB", "PINX", "PINL", "PINC", "XOTC", "PSGM", "EXPM"}
)
"""Market identifier codes (ISO 10383) of the OTC Markets Group's tiers and bulletin boards."""
_SHORT = Instruction.SHORT


def no_list(state: State) -> Finding | None:
    """Neither a file nor the settings name a symbol."""
    limits = state.limits
    is_listed = limits.restricted_list or limits.watch_list
    return None if is_listed or state.reference.restricted is not None else NO_LIST


def restricted(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """The lists of the settings and of the file are one: a symbol on any of them is on it."""
    limits, listed = p.limits, state.reference.restricted
    mine, watched = limits.restricted_list, limits.watch_list
    symbol = p.order.symbol
    row = listed.get(symbol) if listed is not None else None
    because = f" ({row.reason})" if row is not None and row.reason else ""
    if symbol in mine or (row is not None and not row.is_watched):
        return deny(
            R28,
            f"{symbol} is on the restricted list{because}: nothing is opened in it, exits leave",
            actual=symbol,
            limit="not on the list",
        )
    is_watched = row is not None or symbol in watched
    if not is_watched or p.replaces is not None:
        return None
    return finding(
        R28_WATCH,
        Verdict.ASK,
        f'{symbol} is on the watch list{because}: `override "reason"` if you mean it',
        actual=symbol,
        limit="not on the list",
    )


def hard_to_borrow(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """A short costs its fee every night and can be called back: somebody should mean it."""
    if p.order.instruction is not _SHORT:
        return None
    if not p.limits.hard_to_borrow:
        return OFF
    if not state.borrow:
        return NO_BORROW
    terms = terms_of(state, p.order.symbol)
    if terms is None or terms.is_easy or p.replaces is not None:
        return None
    rate = percent_words(terms.rate)
    return finding(
        R28_BORROW,
        Verdict.ASK,
        f"{p.order.symbol} is hard to borrow and costs {rate} a year: "
        '`override "reason"` if you mean it',
        actual=rate,
        limit="easy to borrow",
    )


def penny(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Shares alone, in the currency they trade in: a coin below a dollar is no penny stock."""
    instrument, limits = p.instrument, p.limits
    assert instrument is not None
    if instrument.asset_class == CRYPTO or p.replaces is not None:
        return None
    if limits.over_the_counter and instrument.mic in OVER_THE_COUNTER:
        return finding(
            R28_COUNTER,
            Verdict.ASK,
            f"{p.order.symbol} trades over the counter ({instrument.mic}): "
            '`override "reason"` if you mean it',
            actual=instrument.mic,
            limit="listed",
        )
    price = p.mark or p.worst_price
    if price * MONEY_SCALE >= limits.price_min * POWERS_OF_TEN[instrument.price_digits]:
        return None
    if not price:
        return None  # R02 says that there is none
    value = instrument.notional(price, Quantity(instrument.quantity_scale))
    actual, least = format_money_rounded(value), format_money_rounded(limits.price_min)
    return finding(
        R28_PENNY,
        Verdict.ASK,
        f"{p.order.symbol} trades at {instrument.format_price(price)}, below {least}: "
        '`override "reason"` if you mean it',
        actual=actual,
        limit=least,
    )
