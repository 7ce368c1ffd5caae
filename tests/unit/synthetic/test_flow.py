"""The synthetic flow from the open to the next morning, and again from a cursor."""

import msgspec
import pytest

from connectors.feeds.flow import FLOW_ORDER_IDS_FROM, OWN_ORDER_IDS_FROM, OWN_OWNER
from connectors.feeds.synthetic.calendar import closes_at, opens_at
from connectors.feeds.synthetic.crowd import IDS_MAX, RESTING_ORDERS_MAX
from connectors.feeds.synthetic.cursor import CursorError
from connectors.feeds.synthetic.flow import SyntheticFlow
from connectors.feeds.synthetic.measure import LoneExchange, run_until
from connectors.feeds.synthetic.symbols import LISTINGS
from engine.domain.quotes import Phase, Source
from engine.errors import InputError
from engine.exchange.messages import CancelOrder, NewOrder
from engine.values import NANOS_PER_SECOND, OrderType, Price, Side, TimeInForce

MONDAY, TUESDAY = 20260105, 20260106
CURSOR_BYTES_MAX = 4_096


def market(seed=1, symbols=None, **choices):
    flow = SyntheticFlow(seed, symbols, **choices)
    return flow, LoneExchange(flow.instruments)


def opened(seed=1, symbols=None, **choices):
    flow, sink = market(seed, symbols, **choices)
    flow.open(sink)
    return flow, sink


def seconds_on(flow, sink, seconds):
    return run_until(flow, sink, flow.next_at() + seconds * NANOS_PER_SECOND)


def transcript(seed, symbols, seconds):
    """Every operation of a run, with its time, as bytes."""
    flow, sink = market(seed, symbols)
    lines = []
    sink.listeners.append(lambda operations, _: lines.append((sink.now, operations)))
    flow.open(sink)
    seconds_on(flow, sink, seconds)
    return msgspec.msgpack.encode(lines)


def own_order(number, symbol, side, quantity, price, time_in_force=TimeInForce.GTC):
    order_id = OWN_ORDER_IDS_FROM + number
    kind = OrderType.LIMIT
    return NewOrder(
        order_id, symbol, side, kind, quantity, price, time_in_force=time_in_force, owner=OWN_OWNER
    )


def near_the_close(symbols=("AAPL", "F")):
    """A market a few seconds before the close, by a cursor whose clock was put forward."""
    flow, _ = opened(symbols=symbols)
    place = msgspec.msgpack.decode(flow.cursor())
    place[1] = closes_at(MONDAY) - 5 * NANOS_PER_SECOND
    flow, sink = market(1, symbols)
    flow.open(sink, msgspec.msgpack.encode(place))
    return flow, sink


def test_the_market_opens_at_half_past_nine_on_its_own_first_monday():
    flow, sink = market(1)
    assert flow.open(sink) == opens_at(MONDAY)
    assert flow.trade_date == MONDAY
    assert flow.source is Source.SYNTHETIC
    assert flow.description == "synthetic"
    assert {symbol for symbol, phase in sink.phases if phase is Phase.OPEN} == {
        instrument.symbol for instrument in flow.instruments
    }


def test_every_symbol_has_a_last_price_and_a_previous_close_before_the_first_step():
    flow, sink = opened()
    for listing in flow.listings:
        quote = sink.market.quotes[listing.symbol]
        assert quote.previous_close == listing.previous_close_cents * 100
        assert quote.last == quote.open == quote.high == quote.low > 0
        assert quote.trades == 1


def test_within_two_seconds_something_trades_and_most_books_have_changed():
    flow, sink = opened()
    depth = {symbol: book.depth(10) for symbol, book in sink.exchange.books.items()}
    seconds_on(flow, sink, 2)
    trades = sum(quote.trades - 1 for quote in sink.market.quotes.values())
    changed = [symbol for symbol in depth if sink.exchange.book(symbol).depth(10) != depth[symbol]]
    assert trades > 5
    assert len(changed) > len(LISTINGS) / 2


def test_times_of_steps_rise_strictly():
    flow, sink = opened()
    before = opens_at(MONDAY)
    for _ in range(3_000):
        at = flow.next_at()
        assert type(at) is int
        assert at > before
        sink.now = before = at
        flow.step(sink)


def test_the_same_seed_and_symbols_give_the_same_bytes_and_another_seed_others():
    once = transcript(7, ["AAPL", "SPY"], 30)
    assert once == transcript(7, ["AAPL", "SPY"], 30)
    assert once != transcript(8, ["AAPL", "SPY"], 30)


def test_symbols_of_a_small_market_trade_as_lively_as_in_the_whole_one():
    _, whole = run = opened()
    seconds_on(*run, 120)
    _, small = run = opened(symbols=["AAPL"])
    seconds_on(*run, 120)
    trades = [sink.market.quotes["AAPL"].trades for sink in (whole, small)]
    assert max(trades) < 4 * min(trades)


def test_flow_orders_stay_below_the_ids_of_own_orders_and_have_no_owner():
    flow, sink = market(1)
    arrived = []
    sink.listeners.append(lambda operations, _: arrived.extend(operations))
    flow.open(sink)
    seconds_on(flow, sink, 5)
    orders = [operation for operation in arrived if type(operation) is NewOrder]
    assert orders[0].order_id == FLOW_ORDER_IDS_FROM
    assert all(order.owner == 0 and order.order_id < OWN_ORDER_IDS_FROM for order in orders)


def test_every_price_is_on_tick():
    flow, sink = opened()
    arrived = []
    sink.listeners.append(lambda operations, _: arrived.extend(operations))
    seconds_on(flow, sink, 20)
    by_symbol = {instrument.symbol: instrument for instrument in flow.instruments}
    prices = [(each.symbol, each.price) for each in arrived if type(each) is NewOrder]
    assert prices
    assert all(by_symbol[symbol].is_on_tick(price) for symbol, price in prices)


# ---- the trader in the market


def test_a_sweep_of_the_trader_moves_fair_value_and_the_book_fills_up_again():
    flow, sink = opened(symbols=["AAPL"])
    seconds_on(flow, sink, 5)
    book = sink.exchange.book("AAPL")
    before = book.best_ask
    fifth = book.depth(5)[1][-1][0]
    sink.submit([own_order(1, "AAPL", Side.BUY, 20_000, Price(fifth), TimeInForce.IOC)])
    assert book.best_ask > before
    seconds_on(flow, sink, 3)
    assert book.best_ask > before, "what was taken came back at the old price at once"
    seconds_on(flow, sink, 30)
    assert book.depth(1)[1][0][1] >= 100
    assert len(book.depth(10)[1]) == 10


def test_a_side_that_the_trader_emptied_is_quoted_again():
    flow, sink = opened(symbols=["KO"])
    book = sink.exchange.book("KO")
    sink.submit([own_order(1, "KO", Side.SELL, 10_000_000, Price(100), TimeInForce.IOC)])
    assert book.best_bid is None
    seconds_on(flow, sink, 10)
    assert book.best_bid is not None
    assert len(book.depth(10)[0]) == 10
    assert book.best_bid > 0.85 * book.best_ask


def test_a_wall_of_the_trader_trades_and_does_not_break_the_market():
    flow, sink = opened(symbols=["AAPL", "MSFT"])
    book = sink.exchange.book("AAPL")
    sink.submit([own_order(1, "AAPL", Side.BUY, 5_000_000, book.best_bid)])
    seconds_on(flow, sink, 600)
    wall = book.order(OWN_ORDER_IDS_FROM + 1)
    assert 4_000_000 < wall.quantity < 5_000_000
    assert book.best_ask is not None
    assert len(book.orders) <= RESTING_ORDERS_MAX + 20


def test_orders_of_the_trader_are_never_cancelled_by_the_crowd():
    flow, sink = opened(symbols=["AAPL"])
    cancelled = []
    sink.listeners.append(
        lambda operations, _: cancelled.extend(
            each.order_id for each in operations if type(each) is CancelOrder
        )
    )
    best = sink.exchange.book("AAPL").best_bid
    sink.submit(
        [own_order(place, "AAPL", Side.BUY, 10, Price(best - 100 * place)) for place in range(40)]
    )
    seconds_on(flow, sink, 60)
    assert cancelled
    assert max(cancelled) < OWN_ORDER_IDS_FROM


# ---- the close and the next day


def test_at_the_close_one_cross_prints_at_one_price_and_the_symbol_is_closed():
    flow, sink = near_the_close()
    run_until(flow, sink, closes_at(MONDAY))
    sink.phases.clear()
    before = {symbol: sink.market.quotes[symbol].last for symbol in ("AAPL", "F")}
    run_until(flow, sink, closes_at(MONDAY) + 60 * NANOS_PER_SECOND)
    for symbol in ("AAPL", "F"):
        (cross,) = [cross for name, cross in sink.crosses if name == symbol]
        assert cross.quantity >= 5_000
        assert abs(cross.price - before[symbol]) <= before[symbol] * 0.01
        assert sink.market.quotes[symbol].last == cross.price
        assert not sink.exchange.book(symbol).called
        assert [phase for name, phase in sink.phases if name == symbol] == [
            Phase.AUCTION,
            Phase.CLOSED,
        ]


def test_after_the_close_the_next_step_is_the_next_weekday_at_half_past_nine():
    flow, sink = near_the_close()
    run_until(flow, sink, closes_at(MONDAY) + 60 * NANOS_PER_SECOND)
    closing = sink.market.quotes["AAPL"].last
    assert flow.next_at() == opens_at(TUESDAY)
    assert flow.trade_date == MONDAY
    run_until(flow, sink, opens_at(TUESDAY) + NANOS_PER_SECOND)
    quote = sink.market.quotes["AAPL"]
    assert flow.trade_date == TUESDAY
    assert quote.phase is Phase.OPEN
    assert quote.previous_close == closing
    assert 0.9 * closing < quote.open < 1.1 * closing
    assert quote.open != closing
    assert quote.trades < 200


def test_a_good_till_cancelled_order_of_the_trader_survives_the_night():
    flow, sink = near_the_close()
    book = sink.exchange.book("AAPL")
    sink.submit([own_order(1, "AAPL", Side.BUY, 100, Price(1_000_000))])
    yesterday = set(book.orders)
    run_until(flow, sink, opens_at(TUESDAY) + NANOS_PER_SECOND)
    assert set(book.orders) & yesterday == {OWN_ORDER_IDS_FROM + 1}


# ---- cursors


def test_a_cursor_opens_the_market_again_around_the_same_values():
    flow, sink = opened()
    seconds_on(flow, sink, 60)
    cursor = flow.cursor()
    assert len(cursor) <= CURSOR_BYTES_MAX
    again, fresh = market(1)
    at = again.open(fresh, cursor)
    assert opens_at(MONDAY) + 59 * NANOS_PER_SECOND < at < flow.next_at()
    assert again.next_at() > at
    for symbol, quote in fresh.market.quotes.items():
        old = sink.market.quotes[symbol]
        figures = ("last", "open", "high", "low", "volume", "trades", "previous_close")
        assert all(getattr(quote, name) == getattr(old, name) for name in figures)
        middle = sum(_touch(fresh, symbol)) / 2
        assert middle == pytest.approx(sum(_touch(sink, symbol)) / 2, rel=0.002)


def test_opening_twice_from_one_cursor_gives_the_same_market():
    flow, sink = opened(symbols=["AAPL", "T"])
    seconds_on(flow, sink, 10)
    cursor = flow.cursor()
    hashes = []
    for _ in range(2):
        again, fresh = market(1, ["AAPL", "T"])
        again.open(fresh, cursor)
        seconds_on(again, fresh, 10)
        hashes.append(fresh.exchange.state_hash())
    assert hashes[0] == hashes[1]
    assert hashes[0] != sink.exchange.state_hash()


def test_ids_go_on_after_a_cursor_so_that_none_is_used_twice():
    flow, sink = opened(symbols=["AAPL"])
    seconds_on(flow, sink, 10)
    highest = max(sink.exchange.book("AAPL").orders)
    again, fresh = market(1, ["AAPL"])
    again.open(fresh, flow.cursor())
    assert min(fresh.exchange.book("AAPL").orders) > highest


def test_a_cursor_after_the_close_opens_a_closed_market_that_goes_on_next_morning():
    flow, sink = near_the_close()
    run_until(flow, sink, closes_at(MONDAY) + 60 * NANOS_PER_SECOND)
    again, fresh = market(1, ["AAPL", "F"])
    again.open(fresh, flow.cursor())
    assert fresh.market.quotes["AAPL"].phase is Phase.CLOSED
    assert again.next_at() == opens_at(TUESDAY)
    run_until(again, fresh, opens_at(TUESDAY) + NANOS_PER_SECOND)
    assert again.trade_date == TUESDAY
    assert fresh.market.quotes["F"].phase is Phase.OPEN


def test_a_symbol_that_the_cursor_does_not_know_opens_fresh():
    flow, _ = opened(symbols=["AAPL"])
    again, fresh = market(1, ["AAPL", "KO"])
    again.open(fresh, flow.cursor())
    assert all(_touch(fresh, "KO"))


@pytest.mark.parametrize("damage", [b"\xc1", b"\x93\x01\x02\x03", b"not a cursor"])
def test_a_damaged_cursor_is_an_error_and_not_a_new_market(damage):
    flow, sink = market()
    with pytest.raises(CursorError):
        flow.open(sink, damage)


def test_a_cursor_of_another_version_is_refused():
    place = msgspec.msgpack.decode(opened(symbols=["AAPL"])[0].cursor())
    place[0] += 1
    flow, sink = market(symbols=["AAPL"])
    with pytest.raises(CursorError, match="version"):
        flow.open(sink, msgspec.msgpack.encode(place))


# ---- arguments


@pytest.mark.parametrize(
    ("start", "words"),
    [
        ("09:24", "its pre-open begins at 09:25"),
        ("before", "cannot start at 'before': say pre-open, 09:30 or later"),
        ("16:00", "closed at 16:00"),
        ("25:00", "cannot start at"),
        ("09:30:00.5", "cannot start at"),
    ],
)
def test_a_start_outside_continuous_trading_is_refused_in_words(start, words):
    with pytest.raises(InputError, match=words):
        SyntheticFlow(1, start=start)


def test_a_later_start_opens_the_books_then():
    flow, sink = market(symbols=["AAPL"], start="10:15:30")
    assert flow.open(sink) == opens_at(MONDAY) + (45 * 60 + 30) * NANOS_PER_SECOND
    assert all(_touch(sink, "AAPL"))
    assert seconds_on(flow, sink, 10) > 10


def test_a_weekend_is_refused():
    with pytest.raises(InputError, match="20260110"):
        SyntheticFlow(1, trade_date=20260110)


def test_another_trade_date_opens_in_its_own_time_zone():
    flow, sink = market(1, ["AAPL"], trade_date=20260309)
    assert flow.open(sink) == opens_at(20260309)


# ---- bounds


def test_ids_that_a_crowd_remembers_are_bounded():
    flow, sink = opened(symbols=["SPY", "NVDA"])
    seconds_on(flow, sink, 900)
    for pit in flow._pits:
        assert len(pit.crowd.live) <= IDS_MAX + 20
        assert len(pit.book.orders) <= RESTING_ORDERS_MAX + 20


def _touch(sink, symbol):
    book = sink.exchange.book(symbol)
    return book.best_bid, book.best_ask
