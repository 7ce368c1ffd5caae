"""What the paper venue shows: quotes, depth with own places, tape, what would fill, histories."""

from connectors.paper.history import POINTS_MAX, QueueHistory
from connectors.paper.quoting import TAPE_PRINTS_MAX
from engine.values import Nanos, OrderType, Price, Quantity, Side

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


def test_how_an_order_waited_is_told_with_its_end(practice, asks):
    practice.other(Side.BUY, 300, BID)
    practice.send(asks.buy("A", 100, BID))
    practice.other(Side.SELL, 120, BID)
    practice.other(Side.SELL, 200, BID)
    assert practice.heard()[0].quantity == 20 and practice.waits == []
    assert [place[1:] for place in practice.venue.waited("A").places] == [
        (300, 0),
        (180, 120),
        (0, 300),
    ]
    practice.send(asks.cancel("A"))
    (told,) = practice.waits
    assert told == practice.venue.waited("A")
    assert (told.traded_at_price, told.nearest, told.is_estimate) == (300, BID, False)


def test_a_trade_that_came_near_is_remembered(practice, asks):
    practice.other(Side.BUY, 300, BID)
    practice.send(asks.buy("A", 100, BID - 500))
    practice.other(Side.SELL, 120, BID)
    told = practice.venue.waited("A")
    assert (told.traded_at_price, told.nearest) == (0, BID)


def test_a_waiting_stop_tells_how_near_trades_came(practice, asks):
    practice.other(Side.SELL, 300, ASK)
    practice.send(asks.buy("S", 100, stop=ASK + 500, kind=OrderType.STOP))
    practice.other(Side.BUY, 100, ASK)
    told = practice.venue.waited("S")
    assert (told.places, told.nearest) == ((), ASK)


def test_an_order_that_took_at_once_has_nothing_to_tell(practice, asks):
    practice.other(Side.SELL, 300, ASK)
    practice.send(asks.buy("A", 100, ASK))
    assert practice.waits == [] and practice.venue.waited("A") is None


def test_an_order_arrives_with_the_book_that_it_met(practice, asks):
    practice.other(Side.BUY, 300, BID)
    practice.other(Side.SELL, 200, ASK)
    practice.other(Side.SELL, 50, ASK + 100)
    accepted, _ = practice.send(asks.buy("A", 100, ASK))
    assert accepted.bids == ((BID, 300),)
    assert accepted.asks == ((ASK, 200), (ASK + 100, 50))


def test_no_more_than_five_prices_a_side_are_told(practice, asks):
    for offset in range(9):
        practice.other(Side.BUY, 10, BID - 100 * offset)
    (accepted,) = practice.send(asks.buy("A", 100, BID))
    assert [price for price, _ in accepted.bids] == [BID - 100 * offset for offset in range(5)]


def test_a_price_that_lost_its_last_order_takes_no_place_among_the_five(practice, asks):
    gone = [practice.other(Side.BUY, 10, BID - 100 * offset) for offset in range(9)][1:4]
    for order_id in gone:
        practice.other_cancels(order_id)
    (accepted,) = practice.send(asks.buy("A", 100, BID))
    offsets = [(BID - price) // 100 for price, _ in accepted.bids]
    assert offsets == [0, 4, 5, 6, 7]


def test_orders_that_still_stand_are_told_about_when_the_venue_is_left(practice, asks):
    practice.other(Side.BUY, 300, BID)
    practice.send(asks.buy("A", 100, BID), asks.buy("B", 100, BID - 100))
    assert [told.client_order_id for told in practice.venue.waits()] == ["A", "B"]


def test_an_order_that_the_venue_never_had_has_not_waited(practice):
    assert practice.venue.waited("Z") is None


def test_a_long_wait_is_thinned_out_and_keeps_its_ends():
    history = QueueHistory()
    for at in range(5_000):
        history.stands(Nanos(at), 5_000 - at)
    places = history.places()
    assert len(places) <= POINTS_MAX
    assert (places[0][1], places[-1][1]) == (5_000, 1)
    assert [at for at, _, _ in places] == sorted(at for at, _, _ in places)


def test_a_checkpoint_names_every_own_place(practice, asks):
    practice.other(Side.BUY, 300, BID)
    practice.send(asks.buy("A", 100, BID), asks.buy("B", 100, BID - 100))
    checkpoint = practice.venue.checkpoint()
    assert checkpoint.cursor == b"quiet"
    assert checkpoint.queue_ahead == (("A", 300), ("B", 0))


def test_what_the_market_does_not_list_shows_nothing_and_fills_nothing(practice):
    assert practice.venue.depth("YESBANK", 5) == ((), ())
    assert not practice.venue.would_fill("YESBANK", Side.BUY, 0, 10)
