"""What the venue does to trades and orders that nobody asked for, and how its date turns."""

from engine.domain.reports import (
    TradeDateRolled,
    VenueRestated,
    VenueTradeBusted,
    VenueTradeCorrected,
)
from engine.exchange.messages import ReduceOrder
from engine.values import Price, Quantity
from simulation.account import Trade, VenueOrder
from simulation.floor import value_of
from simulation.venue import SimVenue


def bust(venue: SimVenue, order: VenueOrder, trade: Trade) -> None:
    """The trade never was; what was over stays over, and what is open stays as much."""
    venue.account.amended(order, trade, None, value=-value_of(trade))
    venue.say(
        VenueTradeBusted(
            order.client_order_id,
            trade.execution_id,
            trade.price,
            trade.quantity,
            "clearly erroneous",
            Quantity(order.open),
            venue.stamp(),
        )
    )


def correct(
    venue: SimVenue, order: VenueOrder, trade: Trade, price: Price, quantity: Quantity
) -> None:
    """It stands at another price, or for less."""
    revision = trade.revision + 1 if type(trade) is VenueTradeCorrected else 1
    after = VenueTradeCorrected(
        order.client_order_id,
        trade.execution_id,
        revision,
        price,
        quantity,
        trade.liquidity,
        "corrected",
        Quantity(order.open),
        trade.at,
    )
    venue.account.amended(order, trade, after, value=value_of(after) - value_of(trade))
    venue.say(after)


def restate(venue: SimVenue, order: VenueOrder, quantity: Quantity) -> None:
    """Less of the order stands, because the venue says so."""
    taken = Quantity(order.total - quantity)
    order.total = quantity
    name, at = order.client_order_id, venue.stamp()
    order.restated = VenueRestated(name, order.price, quantity, "less of it stands", at)
    venue.say(order.restated)
    venue.submit([ReduceOrder(order.number, order.asked.symbol, taken)])


def roll(venue: SimVenue) -> None:
    """The day is over and the next begins: a new date, and no DAY order of the old one."""
    venue.expire_the_day()
    venue.trade_date += 1
    marks = [(quote.symbol, quote.last or quote.mid) for quote in venue.market.quotes.values()]
    venue.say(TradeDateRolled(venue.trade_date, tuple(mark for mark in marks if mark[1])))
