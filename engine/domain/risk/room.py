"""What is left of an account's equity for one order, and how large that lets it be."""

from collections.abc import Callable

from engine.domain.risk.exposure import reserved_total
from engine.domain.risk.findings import whole_lots
from engine.domain.risk.margin import entry_requirement
from engine.domain.risk.proposal import Proposal
from engine.domain.risk.reserve import held_with
from engine.domain.state import State
from engine.values import Money

UNBOUND = 10**18
"""More than any other rule allows."""


def equity_before(p: Proposal, state: State) -> Money | None:
    """NLV less what other live orders hold; None without a needed mark."""
    account, worth = p.account, p.worth.net_liquidation
    assert account is not None
    if worth is None:
        return None
    if p.replaces is None:
        return worth - account.reserved  # type: ignore[return-value]  # sums of money are money
    return Money(worth - reserved_total(account, state, excluding=p.replaces.order_id))


def equity_after(p: Proposal, state: State) -> Money | None:
    """The same less what this order needs at worst; two rules ask, and it is counted once."""
    if p.left is None:
        before = equity_before(p, state)
        if before is not None:
            p.left = before - held_with(p, p.quantity)  # type: ignore[assignment]
    return p.left


def available_to(p: Proposal, state: State) -> Money | None:
    """The same less what positions need; None without a needed mark."""
    before = equity_before(p, state)
    return None if before is None else Money(before - entry_requirement(p.worth, p.rates))


def room_within(p: Proposal, available: Money) -> int:
    """The largest quantity whose need is not above `available`."""
    return room_that(p, lambda quantity: held_with(p, quantity) <= available)


def room_that(p: Proposal, fits_it: Callable[[int], bool]) -> int:
    """Found by halving: the need grows with the quantity, fee steps included."""
    assert p.instrument is not None
    lot = p.instrument.lot_size
    if not p.worst_price or not fits_it(p.filled + lot):
        return 0
    fits, fails = 1, 2
    while fits_it(p.filled + fails * lot) and fails < UNBOUND:
        fits, fails = fails, fails * 2
    while fails - fits > 1:
        middle = (fits + fails) // 2
        if fits_it(p.filled + middle * lot):
            fits = middle
        else:
            fails = middle
    return whole_lots(p.filled + fits * lot, lot)


def no_mark(p: Proposal) -> str:
    """Why equity is not known, for a sentence."""
    unmarked = p.worth.unmarked or p.order.symbol
    return f"Your short {unmarked} has no price, so buying power is unknown"
