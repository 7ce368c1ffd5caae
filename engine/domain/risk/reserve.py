"""What an order needs at worst of the equity that is left, and what is held for it."""

from engine.domain.ledger.currency import PAR, in_base_up
from engine.domain.ledger.fees import order_fee
from engine.domain.risk.exposure import share_minimum, short_beyond
from engine.domain.risk.opening import MARKET_WORST_PERCENT
from engine.domain.risk.proposal import Proposal
from engine.domain.risk.protection import protection_price
from engine.domain.risk.regimes import BPS
from engine.instruments import EQUITY
from engine.values import Money, Price, Quantity

_NOTHING = Money(0)
_LEAST_PERCENT = 200 - MARKET_WORST_PERCENT
"""A short sale without a limit: as far below the touch as the worst purchase is above it."""


def requirement(proposal: Proposal, quantity: int) -> Money:
    """Worst need of the whole order at `quantity`; 0 for what provably reduces a position.

    A purchase costs its value and its fee, less what the regime lends on the shares at their mark.
    A short sale brings its proceeds and must be backed by a share of its value more, and by what it
    loses if it is sold below the mark. So what is left after any fill is never below zero while
    marks stand still (I-29).
    """
    if quantity - proposal.filled <= proposal.exit_room:
        return _NOTHING
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
        opening,  # type: ignore[arg-type]  # a difference of quantities
        value,
        account.month_volume,
    )
    need: int = value
    if proposal.side < 0:
        need = _short_need(proposal, opening, fee)
    elif proposal.rates.long != BPS and instrument.asset_class == EQUITY:
        need = _lent_need(proposal, opening, value, fee)
    if proposal.rate == PAR:
        return need + fee  # type: ignore[return-value]  # sums of money are money
    return in_base_up(need + fee, proposal.rate)


def _lent_need(proposal: Proposal, opening: int, value: int, fee: int) -> int:
    """The value less the loan, which is a share of the mark where that is below the price; where
    settings ask for more than the whole value, that is a share of the dearer of the two."""
    assert proposal.instrument is not None
    is_lent = proposal.rates.long < BPS
    mark = (min if is_lent else max)(proposal.mark, proposal.worst_price)
    at_mark = proposal.instrument.notional(mark, Quantity(opening))
    rates = proposal.rates
    need = value - at_mark * (BPS - rates.long) // BPS
    if not rates.concentrated:
        return int(need)
    # The order may be the largest position, and what it loses lowers NLV and so moves the quarter
    # of it from which a position counts as concentrated.
    return int(need - (-at_mark * rates.concentrated // BPS) + (value - at_mark) + fee)


def _short_need(proposal: Proposal, opening: int, fee: int) -> int:
    """A share of the dearer of worst price and mark, and the loss of a sale below the mark."""
    instrument, rates, mark = proposal.instrument, proposal.rates, proposal.mark
    assert instrument is not None
    quantity = Quantity(opening)
    value = instrument.notional(max(proposal.worst_price, mark), quantity)
    need = -(-value * rates.short // BPS)
    if rates.has_share_minimums and proposal.rate == PAR:
        need += short_beyond(value, share_minimum(value, opening, instrument), rates)
    least = _least_price(proposal)
    loss = 0
    if least < mark:
        loss = instrument.notional(mark, quantity) - instrument.notional(least, quantity)
    if rates.concentrated:
        need += -(-value * rates.concentrated // BPS) + loss + fee
    return need + loss


def _least_price(proposal: Proposal) -> Price:
    """The lowest price at which it may be sold."""
    if proposal.order.type.has_limit:
        return proposal.price
    if proposal.order.leaves_protected:
        return protection_price(proposal)
    quote = proposal.quote
    touch = proposal.mark if quote is None else quote.bid or quote.last or proposal.mark
    if proposal.stop:
        touch = min(touch, proposal.stop)
    return Price(touch * _LEAST_PERCENT // 100)


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
