"""Where orders may go, in whose name, and what a live desk must have said yes to."""

from functools import lru_cache

from engine.domain.modes import is_live
from engine.domain.quotes import Market
from engine.domain.reasons import Finding
from engine.domain.risk.findings import RuleName, deny
from engine.domain.risk.kinds import Kind
from engine.domain.risk.limits import Limits
from engine.domain.risk.lists import EVERYTHING
from engine.domain.risk.off import OFF_REASONS
from engine.domain.risk.proposal import Proposal
from engine.domain.state import State
from engine.values import Nanos

R41 = RuleName("R41", "not_ready", "risk.off_accepted")
R44 = RuleName("R44", "venue_not_allowed", "risk.venues_allowed")
R44_ACCOUNT = RuleName("R44", "venue_not_allowed", "risk.accounts_allowed")
ACCOUNTS_KEPT_MAX = 64
"""Answers that are remembered: a desk has few accounts, and asks with every order."""
LIVE_PREFIXES = ("U", "F", "I")
PAPER_PREFIXES = ("DU", "DF", "DI")
"""Of account names at Interactive Brokers: individual, advisor's master, and its clients."""


def venue_not_allowed(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Exits answer to it as well: at the wrong venue or in the wrong account none is one."""
    limits = p.limits
    return _objection(
        p.order.account, state.venue, state.mode, limits.venues_allowed, limits.accounts_allowed
    )


@lru_cache(maxsize=ACCOUNTS_KEPT_MAX)
def _objection(
    account: str, venue: str, mode: str, allowed: tuple[str, ...], accounts: tuple[str, ...]
) -> Finding | None:
    """Of these alone, which are the same for order after order."""
    if venue not in allowed and allowed != EVERYTHING:
        return deny(
            R44,
            f"The venue {venue} is not on your list of venues: set venues_allowed with the second "
            "factor adds it",
            actual=venue,
            limit=", ".join(allowed) or "none",
        )
    is_real = is_live(mode)
    if (is_real or accounts != EVERYTHING) and account not in accounts:
        named = "live, it has to be named there" if accounts == EVERYTHING else "add it"
        return deny(
            R44_ACCOUNT,
            f"The account {account} is not on your list of accounts: {named} "
            "(set accounts_allowed)",
            actual=account,
            limit=", ".join(accounts) or "none",
        )
    if account[-1:].isdecimal() and _is_of_the_other_kind(account, is_live=is_real):
        kind, mode = ("paper", "live") if is_real else ("live", "on paper")
        return deny(
            R44_ACCOUNT,
            f"{account} is the name of a {kind} account and this desk trades {mode}",
            actual=account,
            limit=f"no {kind} account",
        )
    return None


def _is_of_the_other_kind(account: str, *, is_live: bool) -> bool:
    if is_live:
        return account.startswith(PAPER_PREFIXES) and account[2:].isdecimal()
    return account.startswith(LIVE_PREFIXES) and account[1:].isdecimal()


def is_on_paper(state: State, kind: Kind) -> bool:
    """Nobody has to accept what is missing."""
    return not is_live(state.mode)


def unaccepted_inputs(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Live, what nobody looks at is known to somebody: each input without a source is accepted
    once, with the second factor that a looser limit takes."""
    if not is_live(state.mode):
        return None
    accepted = p.limits.off_accepted
    missing = [name for name in missing_sources(state, p.limits) if name not in accepted]
    if not missing:
        return None
    words = {off.source: f"{off.words} ({off.rule})" for off in OFF_REASONS.values()}
    told = ", ".join(words[name] for name in missing)
    everything = ",".join(sorted({*accepted, *missing}))
    return deny(
        R41,
        f"Rules are off and nobody has accepted that: {told}; give the files, or "
        f'`set off_accepted {everything} "reason"`',
        actual=", ".join(missing),
        limit=", ".join(accepted) or "none",
    )


def missing_sources(state: State, limits: Limits) -> list[str]:
    """The inputs that this desk has no source for, in the order of the rules."""
    reference = state.reference
    has = {
        "average_volume": reference.volumes is not None,
        "sectors": reference.sectors is not None,
        "restricted": reference.restricted is not None
        or bool(limits.restricted_list or limits.watch_list),
        "borrow": bool(state.borrow),
        "earnings": reference.earnings is not None,
        "dividends": bool(state.dividends),
    }
    return [name for name, there in has.items() if not there]
