"""How an order waited, in words: places in the queue, what traded meanwhile, what was missing."""

from engine.domain.events import OrderCancelled, OrderExpired, OrderWaited
from engine.domain.order_events import Places
from engine.domain.orders import Order
from engine.domain.reports import VenueOrderWaited
from engine.instruments import Instrument
from engine.runtime.market_time import exchange_clock
from engine.values import OrderType, TimeInForce

PLACES_TOLD_MAX = 12
"""Places in the queue that one sentence names, the first and the last among them."""
_SAID_ALREADY = ("FILLED", "DENIED", "REJECTED", "STAGED", "HELD")
"""States in which nothing is open, or the reason stands with it."""

_BARS = " bars)"
"""How the description of a market of bars ends, minute and daily ones alike."""

Waited = OrderWaited | VenueOrderWaited
Ended = OrderCancelled | OrderExpired


def waiting_in_words(waited: Waited, instrument: Instrument) -> list[str]:
    """Queue ahead over time and the volume at its price; nothing for one that stood in no queue."""
    if not waited.places:
        return []
    size = instrument.format_quantity
    told = "; ".join(f"{size(ahead)} at {exchange_clock(at)}" for at, ahead, _ in _spread(waited))
    lines = [f"queue ahead: {told}"]
    if waited.is_estimate:
        lines.append("its place was set up again after a restart: the queue ahead is an estimate")
    lines.append(f"others traded {size(waited.traded_at_price)} at its price while it waited")
    return lines


def _spread(waited: Waited) -> Places:
    """Changes of place only, and of many some that are evenly apart."""
    places = waited.places
    changes = tuple(
        place
        for before, place in zip((None, *places), places, strict=False)
        if before is None or before[1] != place[1]
    )
    if len(changes) <= PLACES_TOLD_MAX:
        return changes
    last, steps = len(changes) - 1, PLACES_TOLD_MAX - 1
    return tuple(changes[step * last // steps] for step in range(PLACES_TOLD_MAX))


def what_was_missing(
    order: Order,
    waited: Waited | None,
    instrument: Instrument,
    *,
    ahead_on_arrival: int,
    ended: Ended | None = None,
) -> str:
    """For an order that stands or ended with something unfilled; empty for every other.

    `ahead_on_arrival` is −1 for one that never stood in a queue; `ended` is how it left the venue.
    """
    if order.status.name in _SAID_ALREADY:
        return ""
    size = instrument.format_quantity
    open_part = size(order.quantity - order.cumulative)
    if order.order.type.has_stop and not order.is_triggered:
        return _stop_not_reached(order, waited, instrument)
    if waited is None or not waited.places:
        if ahead_on_arrival >= 0:
            return f"{open_part} not filled: {size(ahead_on_arrival)} stood ahead of it on arrival"
        return f"{open_part} not filled: {_without_a_queue(order, ended)}"
    ahead = waited.places[-1][1]
    if not waited.traded_at_price and _stayed_away(order, waited):
        return f"{open_part} not filled: {_how_near(order, waited, instrument)}"
    queue = f"{size(ahead)} stood ahead of it" if ahead else "it was first in its queue"
    needed = size(ahead + order.quantity - order.cumulative)
    return (
        f"{open_part} not filled: {queue} at last, so {needed} more at its price,"
        " or a trade through it, would have filled it"
    )


def _without_a_queue(order: Order, ended: Ended | None) -> str:
    """The venue's own word comes first; what it waits for, or waited for, is known by its kind."""
    is_asked = isinstance(ended, OrderCancelled) and ended.requested
    if ended is not None and ended.text and not is_asked:
        return ended.text
    if order.order.time_in_force.is_for_auction:
        name = "opening" if order.order.time_in_force is TimeInForce.OPG else "closing"
        return _waits_for(order, f"the {name} auction")
    if order.market.endswith(_BARS):
        return _without_a_bar(order)
    return "nothing had filled it when it ended" if order.is_done else "nothing has filled it yet"


def _waits_for(order: Order, what: str) -> str:
    return f"it was cancelled before {what}" if order.is_done else f"it waits for {what}"


def _without_a_bar(order: Order) -> str:
    at_once = order.order.time_in_force in (TimeInForce.IOC, TimeInForce.FOK)
    if at_once or order.order.type in (OrderType.MARKET, OrderType.STOP):
        return _waits_for(order, "the open of the next bar")
    if order.is_done:
        return "no bar traded through its limit before it was cancelled"
    return "it waits for a bar that trades through its limit"


def _stop_not_reached(order: Order, waited: Waited | None, instrument: Instrument) -> str:
    stop = instrument.format_price(order.stop)
    near = ""
    if waited is not None and waited.nearest:
        near = f"; the nearest trade was at {instrument.format_price(waited.nearest)}"
    return f"not filled: the market did not reach its stop {stop}{near}"


def _stayed_away(order: Order, waited: Waited) -> bool:
    """Nothing traded at its price or through it."""
    if not waited.nearest:
        return True
    return (waited.nearest - order.price) * order.side > 0


def _how_near(order: Order, waited: Waited, instrument: Instrument) -> str:
    if not waited.nearest:
        return "nothing traded while it waited"
    away = abs(waited.nearest - order.price)
    ticks = away // instrument.tick_at(order.price)
    return (
        f"nothing traded at {instrument.format_price(order.price)}; the nearest trade was at"
        f" {instrument.format_price(waited.nearest)}, {ticks:,} {'tick' if ticks == 1 else 'ticks'}"
        " away"
    )
