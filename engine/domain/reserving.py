"""What is held for orders that are open already, when the account's margin becomes stricter."""

from engine.domain.ledger.currency import PAR
from engine.domain.moves import hold
from engine.domain.orders import Order
from engine.domain.risk.exposure import share_minimum, short_beyond
from engine.domain.risk.margin import terms_under
from engine.domain.risk.opening import opening_of
from engine.domain.risk.regimes import BPS, Rates, Tier, tier_of
from engine.domain.state import State
from engine.instruments import EQUITY
from engine.values import Money, TimeInForce

_FOR_CLOSE = TimeInForce.CLS


def tiers(state: State) -> dict[str, Tier]:
    """What each account is asked for now, by its limits, the date and the equity of the morning."""
    terms = terms_under(state.limits, state.trade_date)
    return {name: tier_of(terms, a.day_open_equity or 0) for name, a in state.accounts.items()}


def hold_more(state: State, before: dict[str, Tier]) -> None:
    """Open orders hold what they would have to hold now; `before`: what was asked until now.

    Never less: a looser margin counts for what is entered after it. Orders that hold nothing
    close, and are asked for nothing.
    """
    now = tiers(state)
    if now == before:
        return
    for order_id in state.live:
        order = state.orders[order_id]
        was = before.get(order.order.account)
        if was is None or not order.reserved_total:
            continue
        change = _asked(state, order, now[order.order.account]) - _asked(state, order, was)
        if change > 0:
            order.reserved_total = Money(order.reserved_total + change)
            hold(state, order)


def _asked(state: State, order: Order, tier: Tier) -> int:
    """The share of the whole order's worst value that has to be equity; fees and what it loses at
    its price are the same under every regime."""
    asked = order.order
    instrument, account = state.instruments.get(asked.symbol), state.accounts[asked.account]
    rates = tier.night if asked.time_in_force is _FOR_CLOSE else tier.day
    value = opening_of(state, account, order, order.worst_quantity)
    if instrument is None:
        return 0
    if order.side > 0:
        return _share(value, rates.long if instrument.asset_class == EQUITY else BPS, rates)
    need = _share(value, rates.short, rates)
    is_own = state.rate_of(instrument.currency, account.currency) == PAR
    if rates.has_share_minimums and is_own:
        least = share_minimum(value, order.worst_quantity, instrument)
        need += short_beyond(value, least, rates)
    return need


def _share(value: int, share: int, rates: Rates) -> int:
    return -(-value * (share + rates.concentrated) // BPS)
