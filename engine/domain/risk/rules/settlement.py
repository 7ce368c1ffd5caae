"""Cash accounts: what is bought with cash that has not settled, and when that is not allowed."""

from engine.domain.ledger.currency import PAR, in_base
from engine.domain.margin_words import date_words
from engine.domain.reasons import Finding, Verdict
from engine.domain.risk.exposure import NO_ORDER, reserved_total
from engine.domain.risk.findings import RuleName, finding
from engine.domain.risk.margin import terms_under
from engine.domain.risk.proposal import Proposal
from engine.domain.risk.room import room_within
from engine.domain.settling import VIOLATIONS_MAX, free_settled, last_receipt, recent_violations
from engine.domain.state import State
from engine.instruments import CRYPTO, format_money_rounded
from engine.values import Money

R29 = RuleName("R29", "buying_power", "risk.buying_power")
ANY = Money(10**24)
"""More cash than there is."""


def unsettled(p: Proposal, state: State, need: Money) -> Finding | None:
    """Bought with proceeds on their way: a person is asked, or it is not allowed at all.

    Sold before those have settled it breaks good faith; paid later than it settles it would be
    free-riding. Both are 12 CFR 220.8, and selling is never kept from anybody.
    """
    free = settled_limit(p, state)
    if need <= free:
        return None
    account, instrument = p.account, p.instrument
    assert account is not None and instrument is not None
    memory, verdict = account.margin, Verdict.DENY
    settled = Money(max(free, 0))
    actual, most, room = format_money_rounded(need), format_money_rounded(settled), 0
    if settled:
        room = room_within(p, settled)
    if instrument.asset_class == CRYPTO:
        why = "coins settle at once, and to pay later would be free-riding"
    elif p.trade_date <= memory.settled_only_until:
        last = date_words(memory.settled_only_until)
        why = f"after {VIOLATIONS_MAX} good-faith violations only settled cash buys up to {last}"
    else:
        verdict, until = Verdict.ASK, date_words(last_receipt(account, instrument.currency))
        count = recent_violations(memory, p.trade_date)
        why = (
            f"sold before the rest settles on {until} it is a good-faith violation"
            f" ({count} of {VIOLATIONS_MAX} within a year so far)"
        )
    return finding(
        R29,
        verdict,
        f"The order needs {actual} with fees and {most} of your cash is settled: {why}",
        actual=actual,
        limit=most,
        room=f"{p.size(room)} at most",
        room_quantity=room,
    )


def settled_limit(p: Proposal, state: State) -> Money:
    """Settled cash of the instrument's currency that nothing else has taken; other regimes do not
    ask for it."""
    if not terms_under(p.limits, p.trade_date).is_settled:
        return ANY
    assert p.account is not None and p.instrument is not None
    excluding = p.replaces.order_id if p.replaces is not None else NO_ORDER
    free = free_settled(p.account, p.instrument.currency)
    if p.rate != PAR:
        free = in_base(free, p.rate)
    return Money(free - reserved_total(p.account, state, excluding=excluding))
