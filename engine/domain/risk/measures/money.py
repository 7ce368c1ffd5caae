"""What the account has, and what is held back of it."""

from engine.domain.risk.exposure import cash_in_base
from engine.domain.risk.reference import BPS
from engine.domain.risk.reserve import buying_power
from engine.domain.risk.uses import Ground, Measure, Use, money
from engine.instruments import format_money_rounded
from engine.values import Money


def short_margin(g: Ground) -> Use | None:
    """What open short positions tie up beyond their proceeds."""
    if g.worth.net_liquidation is None or not g.worth.short_value:
        return None
    tied = Money(-(-g.worth.short_value * g.state.limits.short_margin // BPS))
    return Use(format_money_rounded(tied))


def power(g: Ground) -> Use | None:
    """Cash that is held for orders and short positions, of all cash."""
    free = buying_power(g.account, g.state, g.market)
    if free is None:
        return None
    cash = cash_in_base(g.account, g.state)
    return money(cash - free, cash)


MONEY: dict[str, Measure] = {
    "risk.short_margin": short_margin,
    "risk.buying_power": power,
}
