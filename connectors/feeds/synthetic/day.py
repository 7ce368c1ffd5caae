"""How one symbol's day begins: figures, opening book, and the opening print without an auction."""

from connectors.feeds.flow import OWN_ORDER_IDS_FROM, FlowSink
from connectors.feeds.synthetic.crowd import Crowd
from connectors.feeds.synthetic.cursor import SymbolCursor
from connectors.feeds.synthetic.opening import opening_orders, opening_touch
from connectors.feeds.synthetic.symbols import TICK
from engine.domain.quotes import Quote, Source
from engine.exchange.messages import CancelOrder
from engine.values import Nanos, Price, Quantity, Side

OPENING_LOTS = 60
"""Usual size of the opening print, in lots of the symbol."""


def begin_figures(quote: Quote, previous_close: Price, at: Nanos) -> None:
    """The day's figures start anew; only the previous close is known."""
    quote.previous_close, quote.source, quote.at = previous_close, Source.SYNTHETIC, at
    quote.open = quote.high = quote.low = quote.last = Price(0)
    quote.volume = quote.last_size = Quantity(0)
    quote.trades = quote.last_direction = 0


def restore_figures(quote: Quote, known: SymbolCursor, at: Nanos) -> None:
    """The day's figures as a cursor kept them."""
    begin_figures(quote, Price(known.previous_close), at)
    quote.last, quote.open = Price(known.last), Price(known.open)
    quote.high, quote.low = Price(known.high), Price(known.low)
    quote.volume, quote.trades = Quantity(known.volume), known.trades


def build_book(sink: FlowSink, crowd: Crowd) -> None:
    """Resting orders of both sides around fair value."""
    placed = opening_orders(crowd.listing, crowd.belief.fair, crowd.random)
    sink.submit([crowd.resting(side, price, size) for side, price, size in placed])


def print_opening(sink: FlowSink, crowd: Crowd) -> None:
    """The opening cross as one print, before the book is there: it meets nobody else."""
    bid, ask = opening_touch(crowd.listing, crowd.belief.fair)
    price = bid + (ask - bid) // 2
    size = _size(crowd, OPENING_LOTS)
    sink.submit(
        [
            crowd.resting(Side.BUY, price, size),
            crowd.taker(Side.SELL, price * TICK, size),
        ]
    )


def clear_book(sink: FlowSink, crowd: Crowd) -> None:
    """Yesterday's orders of the crowd go; the trader's stay where they are."""
    symbol = crowd.listing.symbol
    book = sink.exchange.book(symbol)
    resting = sorted([*book.orders, *book.called])
    sink.submit(
        [CancelOrder(order_id, symbol) for order_id in resting if order_id < OWN_ORDER_IDS_FROM]
    )
    crowd.live.clear()


def _size(crowd: Crowd, lots: int) -> Quantity:
    return Quantity(crowd.listing.lot * int(lots * (0.5 + crowd.random.random())))
