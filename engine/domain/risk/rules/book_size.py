"""What the books could not hold of an order, whatever limits a person has set; asked by R03."""

from engine.domain.contingent.terms import KINDS, price_of
from engine.domain.ledger.currency import PAR, in_base_up
from engine.domain.reasons import Finding
from engine.domain.risk.findings import R03, deny, whole_lots
from engine.domain.risk.proposal import Proposal
from engine.instruments import Instrument, format_money_rounded
from engine.values import FIGURE_MAX, ORDER_VALUE_MAX, Money, Price, Quantity

COMFORTABLE = ORDER_VALUE_MAX // 1_000_000
"""Price × size of an order that is within bounds in every scale: nearly all are."""
HALF_FULL = FIGURE_MAX // 2
"""Below it one more order of any size is within bounds as well."""


def beyond_books(p: Proposal) -> Finding | None:
    """More than state, journal and store can write, at the dearest price that it could stand at."""
    account, instrument, order = p.account, p.instrument, p.order
    assert account is not None and instrument is not None
    dear = (p.price + p.stop + p.worst_price + p.mark) * p.quantity * instrument.multiplier
    if (
        -COMFORTABLE <= dear <= COMFORTABLE
        and order.target is None
        and order.stop_loss is None
        and p.rate == PAR
        and account.open_value <= HALF_FULL
        and abs(p.held) + p.open_same <= HALF_FULL
    ):
        return None
    return _too_much(p, instrument, account.open_value)


def _too_much(p: Proposal, instrument: Instrument, open_value: Money) -> Finding | None:
    price = _dearest(p, instrument)
    if price > instrument.price_max:
        most = instrument.format_price(instrument.round_to_tick(instrument.price_max, up=False))
        actual = instrument.format_price(price)
        return deny(R03, f"{actual} is above the highest price there is, {most}", actual=actual)
    total = Quantity(max(p.quantity, p.worst_leaves + p.filled))
    room = FIGURE_MAX - abs(p.held) - p.open_same - 1
    value = instrument.notional(price, total)
    limit = min(ORDER_VALUE_MAX, FIGURE_MAX - open_value)
    in_base = value if p.rate == PAR else in_base_up(value, p.rate)
    if total <= room and max(value, in_base) <= limit:
        return None
    if price > 0:
        local = limit if p.rate <= PAR else limit * PAR // p.rate
        room = min(room, instrument.bought_by(local, price))
    room = max(0, whole_lots(room, instrument.lot_size))
    actual, most = format_money_rounded(max(value, in_base)), format_money_rounded(Money(limit))
    return deny(
        R03,
        f"{p.size(total)} at {instrument.format_price(price)} would be worth {actual}, and the"
        f" books can hold {most} of it: {p.size(room)} at most",
        actual=actual,
        limit=most,
        room=f"{p.size(room)} at most",
        room_quantity=room,
    )


def _dearest(p: Proposal, instrument: Instrument) -> Price:
    """Of the order and of its exits, as far as they are known."""
    dearest = max(p.price, p.stop, p.worst_price, p.mark)
    entry, side = p.price or p.mark, p.side.opposite
    for kind, term in zip(KINDS, (p.order.target, p.order.stop_loss), strict=True):
        if term is not None:
            dearest = max(dearest, price_of(term, entry, kind, side, instrument))
    return Price(dearest)
