"""What trades in another currency needs a rate, or nothing about it can be valued."""

from engine.domain.ledger.currency import NO_RATE
from engine.domain.quotes import Market
from engine.domain.reasons import Finding
from engine.domain.risk.findings import RuleName, deny
from engine.domain.risk.proposal import Proposal
from engine.domain.state import State
from engine.values import Nanos

R38 = RuleName("R38", "stale_rate")


def stale_rate(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Rates are journaled tables with dates: one is in force, or there is none."""
    if p.rate != NO_RATE:
        return None
    assert p.instrument is not None and p.account is not None
    return deny(
        R38,
        f"There is no exchange rate for {p.instrument.currency} in {p.account.currency} on "
        f"{state.trade_date}: add a row to fx_rates.csv in the home",
    )
