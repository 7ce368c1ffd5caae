"""What the paper venue shows: quotes, depth with own places, tape, what would fill, histories."""

from connectors.paper.history import POINTS_MAX, QueueHistory
from connectors.paper.quoting import TAPE_PRINTS_MAX
from engine.values import Nanos, Price, Quantity, Side

BID, ASK = 1_901_000, 1_901_200


def test_quotes_follow_the_book_and_the_trades(practice):
    practice.other(Side.BUY, 300, BID)
    practice.other(Side.SELL, 200, ASK)
    practice.other(Side.SELL, 50, BID)
    quote = practice.venue.market.quotes["AAPL"]
    assert (quote.bid, quote.bid_size, quote.ask, quote.ask_size) == (BID, 250, ASK, 200)
    assert (quote.last, quote.last_size, quote.volume, quote.trades) == (BID, 50, 50, 1)
    assert quote.at == practice.venue.now


def test_depth_shows_own_quantity_and_the_first_own_place(practice, asks):
    practice.other(Side.BUY, 300, BID)
    practice.send(asks.buy("A", 100, BID))
    practice.other(Side.BUY, 70, BID)
    practice.send(asks.buy("B", 10, BID))
    practice.other(Side.BUY, 40, BID - 100)
    (first, second), asks_side = practice.venue.depth("AAPL", 5)
    assert (first.price, first.quantity, first.orders) == (BID, 480, 4)
    assert (first.own, first.queue_ahead) == (110, 300)
    assert (second.own, second.queue_ahead) == (0, -1)
    assert asks_side == ()


def test_the_tape_marks_own_trades_and_is_bounded(practice, asks):
    practice.send(asks.buy("A", 10, BID))
    practice.other(Side.SELL, 10, BID)
    (own,) = practice.venue.tape("AAPL", 10)
    assert own.own and own.aggressor is Side.SELL and not own.hidden
    for _ in range(TAPE_PRINTS_MAX + 5):
        practice.venue.printed_hidden("AAPL", Price(BID + 50), Quantity(1), Side.BUY)
    assert len(practice.venue.tape("AAPL", 10_000)) == TAPE_PRINTS_MAX
    assert practice.venue.tape("AAPL", 1)[0].hidden
    assert practice.venue.market.quotes["AAPL"].volume == TAPE_PRINTS_MAX + 15


def test_what_would_fill_walks_the_levels_within_the_limit(practice, asks):
    practice.other(Side.SELL, 200, ASK)
    practice.other(Side.SELL, 300, ASK + 100)
    practice.send(asks.sell("A", 500, ASK))
    would_fill = practice.venue.would_fill
    assert would_fill("AAPL", Side.BUY, 0, 250) == [(ASK, 200), (ASK + 100, 50)]
    assert would_fill("AAPL", Side.BUY, ASK, 250) == [(ASK, 200)]
    assert would_fill("AAPL", Side.BUY, ASK - 100, 250) == []


def test_the_history_tells_the_queue_and_what_others_traded(practice, asks):
    practice.other(Side.BUY, 300, BID)
    practice.send(asks.buy("A", 100, BID))
    practice.other(Side.SELL, 120, BID)
    practice.other(Side.SELL, 200, BID)
    history = practice.venue.history("A")
    assert [point.queue_ahead for point in history.points] == [300, 180, 0, 0]
    assert history.traded_at_price == 300
    assert history.points[-1].what.endswith("180 ahead of you, you got 20")
    words = practice.venue.history_words("A")
    assert words[0].startswith("queue ahead: 300 at 09:30:00.000; 180 at ")
    assert words[-1] == "others traded 300 at its price while it waited"


def test_an_order_that_the_venue_never_had_has_no_history(practice):
    assert practice.venue.history("Z") is None
    assert practice.venue.history_words("Z") == ()


def test_a_long_wait_is_thinned_out_and_keeps_what_happened():
    history = QueueHistory()
    history.happened(Nanos(0), "entered", 5_000)
    for at in range(1, 5_000):
        history.waited(Nanos(at), 5_000 - at)
    history.happened(Nanos(5_000), "filled", 0)
    points = history.freeze().points
    assert len(points) <= POINTS_MAX
    assert (points[0].what, points[-1].what) == ("entered", "filled")
    assert [point.at for point in points] == sorted(point.at for point in points)


def test_a_checkpoint_names_every_own_place(practice, asks):
    practice.other(Side.BUY, 300, BID)
    practice.send(asks.buy("A", 100, BID), asks.buy("B", 100, BID - 100))
    checkpoint = practice.venue.checkpoint()
    assert checkpoint.cursor == b"quiet"
    assert checkpoint.queue_ahead == (("A", 300), ("B", 0))
