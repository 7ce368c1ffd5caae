"""Buying power: what an order needs at worst, what is held for it, and what is left."""

from engine.domain.ledger.currency import PAR, in_base_up
from engine.domain.ledger.fees import order_fee
from engine.domain.quotes import Market
from engine.domain.risk.exposure import cash_in_base, reserved_total, worth_of
from engine.domain.risk.proposal import Proposal
from engine.domain.risk.reference import BPS
from engine.domain.state import Account, State
from engine.values import Money, Quantity


def requirement(proposal: Proposal, quantity: int) -> Money:
    """Worst cost of the whole order at `quantity`; 0 for what provably reduces a position.

    A purchase costs its value and its fee. A short sale brings its proceeds and must be backed by
    half its value more (Reg T initial margin, 12 CFR 220.12(c)) and its fee.
    """
    if quantity - proposal.filled <= proposal.exit_room:
        return Money(0)
    opening = quantity - proposal.exit_room
    account, instrument = proposal.account, proposal.instrument
    assert account is not None and instrument is not None
    value = proposal.local_notional(opening)
    # By the currency and not by the rate: a coin that is worth a dollar pays a coin's fees.
    is_own = instrument.currency == account.currency
    fee = order_fee(
        account.fee_table if is_own else account.fee_table_for(instrument),
        proposal.trade_date,
        proposal.order.instruction,
        Quantity(opening),
        value,
        account.month_volume,
    )
    need = value if proposal.side > 0 else -(-value * proposal.limits.short_margin // BPS)
    if proposal.rate == PAR:
        return Money(need + fee)
    return in_base_up(need + fee, proposal.rate)


def reserve_for(proposal: Proposal) -> Money:
    """Buying power to hold for the whole order (or the replaced order as it would be)."""
    if proposal.reserve is None:
        proposal.reserve = requirement(proposal, proposal.quantity)
    return proposal.reserve


def held_with(proposal: Proposal, quantity: int) -> Money:
    """Buying power held right after this leaves with `quantity`: the worse of old and new."""
    is_whole = quantity == proposal.quantity
    needed = reserve_for(proposal) if is_whole else requirement(proposal, quantity)
    old = proposal.replaces
    if old is None:
        return needed
    total, whole = max(needed, old.reserved_total), max(quantity, old.quantity)
    return Money(-(-total * (whole - proposal.filled) // whole))


def short_collateral(short_value: Money, short_margin_bps: int) -> Money:
    """Cash that open short positions tie up: what covering costs and the margin beyond it."""
    return Money(-(-short_value * (BPS + short_margin_bps) // BPS))


def buying_power(account: Account, state: State, market: Market) -> Money | None:
    """Cash less short collateral less what live orders hold; None without a needed mark."""
    worth = worth_of(account, state, market)
    if worth.net_liquidation is None:
        return None
    collateral = short_collateral(worth.short_value, state.limits.short_margin)
    return Money(cash_in_base(account, state) - collateral - reserved_total(account, state))
