"""A position as its fills make it in the venue's order, whatever order they were heard in."""

from collections.abc import Sequence

import msgspec

from engine.domain.events import LotChange
from engine.domain.ledger.fill_memory import HALF, BookedFill
from engine.domain.ledger.positions import Lot, Position, apply_lot, fill_effect
from engine.instruments import Instrument
from engine.values import Money, Quantity, Side


class Restated(msgspec.Struct, frozen=True, gc=False):
    """What a position holds after its fills, and what they realised together."""

    lots: tuple[LotChange, ...]
    lot_next: int
    realised: Money
    position: Quantity


def fold(
    base: Sequence[LotChange], base_next: int, fills: Sequence[BookedFill], instrument: Instrument
) -> Restated:
    """Plays the fills over the lots of before, first in first out, one by one."""
    scratch = Position(symbol=instrument.symbol, lots=lots_of(base), lot_next=base_next)
    scratch.quantity = Quantity(sum(lot.quantity for lot in base))
    scratch.cost = Money(sum(lot.cost for lot in base))
    realised = 0
    for fill in fills:
        side = Side.BUY if fill.quantity > 0 else Side.SELL
        quantity = Quantity(abs(fill.quantity))
        effect = fill_effect(scratch, side, fill.price, quantity, instrument, fill.at)
        for change in effect.lots:
            apply_lot(scratch, change)
        scratch.quantity = effect.position_after
        realised += effect.realised
    return Restated(scratch.held_lots(), scratch.lot_next, Money(realised), scratch.quantity)


def lots_of(held: Sequence[LotChange]) -> list[Lot]:
    """Lots that can change, from lots as they were written down."""
    return [Lot(lot.lot_id, lot.opened_at, lot.quantity, lot.cost) for lot in held]


def set_lots(position: Position, lots: Sequence[LotChange], lot_next: int) -> None:
    """The position holds exactly these from now on."""
    position.lots, position.lot_next = lots_of(lots), lot_next
    position.cost = Money(sum(lot.cost for lot in lots))
    position.quantity = Quantity(sum(lot.quantity for lot in lots))


def remember(position: Position, fills: list[BookedFill], instrument: Instrument) -> None:
    """These are its fills from now on; what is kept of their halves follows."""
    memory = position.memory
    memory.fills = fills
    if len(fills) >= HALF:
        first = fold(memory.base, memory.base_next, fills[:HALF], instrument)
        memory.half, memory.half_next = first.lots, first.lot_next
    if len(fills) >= 2 * HALF:
        memory.turn(position.held_lots(), position.lot_next)


def settle(position: Position) -> None:
    """The fills of before count as they stand: a market with another time begins."""
    position.memory.begin_again(position.held_lots(), position.lot_next)
