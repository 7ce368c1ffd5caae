"""Promises about cash, positions and lots."""

from collections.abc import Iterable

from engine.domain.state import Account
from simulation.account import VenueAccount
from simulation.broken import hold
from simulation.evidence import Evidence
from simulation.floor import value_of


def i21_the_ledger_sums_to_zero(account: Account) -> None:
    """I-21: double entry, always."""
    total = sum(account.ledger.values())
    hold(total == 0, "I-21", f"the ledger sums to {total}")
    hold(account.ledger["cash"] == account.cash, "I-21", "ledger and cash differ")


def i22_cash_and_positions_follow_from_the_fills(
    account: Account, evidence: Evidence, opening: int
) -> None:
    """I-22: recomputed from the journal they are what the desk has."""
    hold(account.cash == opening + evidence.cash, "I-22", f"cash is {account.cash}")
    for symbol, position in account.positions.items():
        held = evidence.held.get(symbol, 0)
        hold(position.quantity == held, "I-22", f"{symbol}: {position.quantity}, not {held}")


def i29_cash_covers_what_is_held(account: Account) -> None:
    """I-29: whoever only buys can be filled in everything that is open, fees included."""
    free = account.cash - account.reserved
    hold(free >= 0, "I-29", f"{account.reserved} is held of {account.cash}")


def i23_lots_are_the_position(account: Account) -> None:
    """I-23: quantities and costs of open lots are those of the position."""
    for symbol, position in account.positions.items():
        lots = position.lots
        quantity, cost = sum(lot.quantity for lot in lots), sum(lot.cost for lot in lots)
        hold(quantity == position.quantity, "I-23", f"{symbol}: lots hold {quantity}")
        hold(cost == position.cost, "I-23", f"{symbol}: lots cost {cost}")
        one_sided = all(lot.quantity * position.quantity > 0 for lot in lots)
        hold(one_sided, "I-23", f"{symbol}: lots of both sides")
        opened = [lot.lot_id for lot in lots]
        hold(opened == sorted(opened), "I-23", f"{symbol}: lots out of order")


def i10_holdings_are_the_venues(
    account: Account, venue: VenueAccount, evidence: Evidence, opening: int, breaks: Iterable[str]
) -> None:
    """I-10, I-02: positions and cash are what the venue says, fees apart.

    Where trades were taken back, or others traded, what could not be explained is a break that a
    person is shown. A position that was adopted has moved no cash here.
    """
    if not venue.is_as_the_desk_made_it and any(key.startswith("position/") for key in breaks):
        return
    symbols = {*account.positions, *venue.positions}
    for symbol in sorted(symbols):
        position = account.positions.get(symbol)
        here = position.quantity if position is not None else 0
        there = venue.positions.get(symbol, 0)
        hold(here == there, "I-10", f"{symbol}: {here} here, {there} at the venue")
    if evidence.adopted_symbols or venue.has_been_misjudged:
        return
    unbooked = _cash_of_nobodys_trades(venue, evidence)
    here, there = account.cash + evidence.fees, opening + venue.cash - unbooked
    hold(here == there, "I-10", f"cash: {here} here, {there} at the venue")


def _cash_of_nobodys_trades(venue: VenueAccount, evidence: Evidence) -> int:
    """What foreign orders moved that the desk was never told of: it is told of the difference."""
    booked = {name for name, _ in evidence.executions}
    return sum(
        -order.asked.instruction.side * value_of(trade)
        for order in venue.orders()
        if order.is_foreign
        for trade in order.fills
        if trade.execution_id not in booked
    )
