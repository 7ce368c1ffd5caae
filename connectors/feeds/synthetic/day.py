"""How one symbol's day begins and ends: figures, opening book, opening and closing print."""

from connectors.feeds.flow import OWN_ORDER_IDS_FROM, FlowSink
from connectors.feeds.synthetic.crowd import Crowd
from connectors.feeds.synthetic.cursor import SymbolCursor
from connectors.feeds.synthetic.opening import opening_orders, opening_touch
from connectors.feeds.synthetic.symbols import TICK
from engine.domain.quotes import Quote, Source
from engine.exchange.messages import CancelOrder
from engine.values import Nanos, Price, Quantity, Side

OPENING_LOTS, CLOSING_LOTS = 60, 120
"""Usual size of the prints of the opening and the closing cross, in lots of the symbol."""


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


def print_closing(sink: FlowSink, crowd: Crowd) -> None:
    """The closing cross at one price between the best prices, or at the bid where they touch.

    Whoever stands at that price is served first; nobody trades at another.
    """
    book = sink.exchange.book(crowd.listing.symbol)
    bid, ask = book.best_bid, book.best_ask
    if bid is None or ask is None:
        return
    price = bid + (ask - bid) // (2 * TICK) * TICK
    waiting = sum(quantity for level, quantity, _ in book.depth(1)[0] if level == price)
    size = _size(crowd, CLOSING_LOTS)
    sink.submit(
        [
            crowd.resting(Side.SELL, price // TICK, size + waiting),
            crowd.taker(Side.BUY, price, size),
        ]
    )


def clear_book(sink: FlowSink, crowd: Crowd) -> None:
    """Yesterday's orders of the crowd go; the trader's stay where they are."""
    symbol = crowd.listing.symbol
    resting = sorted(sink.exchange.book(symbol).orders)
    sink.submit(
        [CancelOrder(order_id, symbol) for order_id in resting if order_id < OWN_ORDER_IDS_FROM]
    )
    crowd.live.clear()


def _size(crowd: Crowd, lots: int) -> Quantity:
    return Quantity(crowd.listing.lot * int(lots * (0.5 + crowd.random.random())))
