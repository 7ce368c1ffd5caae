"""What is used of each limit now: a figure, a share and the room, for one symbol of an account."""

from collections.abc import Callable

import msgspec

from engine.domain.limits_view import NOT_MEASURED, THOUSANDTHS
from engine.domain.quotes import Market, Quote
from engine.domain.risk.exposure import Worth, worth_of
from engine.domain.risk.findings import counted
from engine.domain.state import Account, State
from engine.instruments import Instrument, format_money_rounded
from engine.values import Money, Nanos


class Use(msgspec.Struct, frozen=True, gc=False):
    """Texts for the eye; `share` in thousandths, NOT_MEASURED where no figure stands behind it."""

    used: str
    room: str = ""
    share: int = NOT_MEASURED
    is_private: bool = False
    """Its texts are amounts of the account, or its name: not for every eye."""


class Ground(msgspec.Struct, frozen=True, gc=False):
    """What every measure looks at."""

    state: State
    market: Market
    account: Account
    symbol: str
    now: Nanos
    instrument: Instrument | None
    quote: Quote | None
    worth: Worth


Measure = Callable[[Ground], Use | None]
"""None: nothing can be said now, and a missing figure is never a zero."""


def ground_of(state: State, market: Market, account: str, symbol: str, now: Nanos) -> Ground:
    """Raises KeyError for an account nobody opened."""
    of = state.accounts[account]
    instrument, quote = state.instruments.get(symbol), market.quotes.get(symbol)
    return Ground(state, market, of, symbol, now, instrument, quote, worth_of(of, state, market))


def counts(used: int, limit: int) -> Use:
    """A count against its limit."""
    return Use(counted(used), f"{counted(max(0, limit - used))} more", share_of(used, limit))


def money(used: int, limit: int) -> Use:
    """An amount of the account's currency against its limit."""
    room = Money(max(0, limit - used))
    room_text = f"{format_money_rounded(room)} more"
    return Use(format_money_rounded(Money(used)), room_text, share_of(used, limit), True)


def share_of(used: int, limit: int) -> int:
    """Thousandths, rounded up so that a limit that is reached looks reached; nothing of nothing
    is all of it."""
    if limit <= 0:
        return THOUSANDTHS
    return max(0, -(-used * THOUSANDTHS // limit))
