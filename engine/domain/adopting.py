"""Takes over what was found at the venue: orders with numbers of their own, and positions."""

from engine.domain import commands as cmd
from engine.domain import events as ev
from engine.domain.bounds import fits
from engine.domain.commands import Origin, SubmitOrder
from engine.domain.ledger.positions import Position, fill_effect
from engine.domain.ledger.valuation import mark_of
from engine.domain.quotes import Market
from engine.domain.reasons import Refusal
from engine.domain.recon_events import DifferenceKind
from engine.domain.risk.exposure import open_quantities
from engine.domain.risk.proposal import propose
from engine.domain.risk.reserve import reserve_for
from engine.domain.state import State
from engine.domain.statements import OpenOrder
from engine.values import Nanos, OrderId, Quantity, Side


def adopted_order(
    state: State,
    row: OpenOrder,
    account: str,
    reason: str,
    market: Market,
    now: Nanos,
    others: int = 0,
) -> ev.OrderAdopted:
    """`others`: how many were adopted before it in the same decision."""
    order = SubmitOrder(
        f"external-{row.client_order_id}",
        account,
        row.symbol,
        row.instruction,
        row.quantity,
        row.type,
        row.price,
        row.stop,
        row.time_in_force,
        origin=Origin.EXTERNAL,
        note=reason,
    )
    number = state.number_next.get(state.trade_date, 1)
    return ev.OrderAdopted(
        now,
        OrderId(state.order_next + others),
        state.trade_date,
        number + others,
        row.client_order_id,
        row.venue_order_id,
        order,
        reserve_for(propose(order, state, market)),
        reason,
    )


def can_be_adopted(state: State, row: OpenOrder) -> bool:
    """Whether the books can count it. One of no listed symbol has nothing to be counted by."""
    instrument = state.instruments.get(row.symbol)
    return instrument is None or fits(instrument, max(row.price, row.stop), row.quantity)


def adopt_order(
    state: State, command: cmd.AdoptOrder, market: Market, now: Nanos
) -> list[ev.Event]:
    """A person consents to a foreign order, by its name at the venue."""
    row = state.recon.foreign.get(command.name)
    if row is None:
        return [ev.CommandRefused(now, "adopt", Refusal.NOTHING_FOREIGN, command.name)]
    if not command.reason:
        return [ev.CommandRefused(now, "adopt", Refusal.WHY_MISSING, command.name)]
    if not can_be_adopted(state, row):
        return [ev.CommandRefused(now, "adopt", Refusal.BEYOND_BOOKS, command.name)]
    return [adopted_order(state, row, command.account, command.reason, market, now)]


def adopt_position(
    state: State, command: cmd.AdoptPosition, market: Market, now: Nanos
) -> list[ev.Event]:
    """The venue's figure becomes ours, at the mark, against the owner's capital and never cash."""
    symbol = command.symbol
    found = state.recon.breaks.get(f"position/{symbol}")
    if found is None or found.difference is not DifferenceKind.POSITION:
        # A trade of nobody's is a break as well, and says nothing of what is held.
        return [ev.CommandRefused(now, "adopt", Refusal.NO_BREAK, symbol)]
    if not command.reason:
        return [ev.CommandRefused(now, "adopt", Refusal.WHY_MISSING, symbol)]
    if symbol in state.recon.outdated:
        # Nobody knows whether the venue's figure is of before those trades or of after them.
        return [ev.CommandRefused(now, "adopt", Refusal.BREAK_OUTDATED, symbol)]
    if any(row.symbol == symbol and row.cumulative for row in state.recon.foreign.values()):
        # What it has filled is in the venue's figure, and would be booked once more with the order.
        return [ev.CommandRefused(now, "adopt", Refusal.ORDERS_FIRST, symbol)]
    mark = mark_of(market.quote(symbol))
    if not mark:
        return [ev.CommandRefused(now, "adopt", Refusal.NO_MARK, symbol)]
    position = state.accounts[command.account].positions.get(symbol) or Position(symbol)
    missing = found.venue_quantity - position.quantity
    if not missing:
        return [ev.CommandRefused(now, "adopt", Refusal.NO_BREAK, symbol)]
    if _would_cross(state, command, position.quantity, found.venue_quantity):
        return [ev.CommandRefused(now, "adopt", Refusal.EXITS_TOO_LARGE, symbol)]
    side = Side.BUY if missing > 0 else Side.SELL
    instrument = state.instruments[symbol]
    if not (fits(instrument, mark, missing) and fits(instrument, mark, found.venue_quantity)):
        return [ev.CommandRefused(now, "adopt", Refusal.BEYOND_BOOKS, symbol)]
    effect = fill_effect(position, side, mark, Quantity(abs(missing)), instrument, now)
    return [
        ev.PositionAdopted(
            now,
            command.account,
            symbol,
            position.quantity,
            effect.position_after,
            mark,
            effect.lots,
            effect.realised,
            command.reason,
            command.origin,
        )
    ]


def _would_cross(state: State, command: cmd.AdoptPosition, before: int, after: int) -> bool:
    """Whether orders that close what we hold would open the other side of what is really there."""
    if not before:
        return False
    side = 1 if before > 0 else -1
    buys, sells = open_quantities(state, command.account, command.symbol)
    return (sells if before > 0 else buys) > max(0, after * side)
