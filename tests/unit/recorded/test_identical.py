"""A recorded session replays to identical market data, the trader's own orders included."""

from connectors.feeds.recorded.blocks import read_frames
from connectors.feeds.recorded.flow import RecordedFlow
from connectors.feeds.recorded.frames import Carried
from connectors.paper.venue import PaperVenue
from engine.domain.quotes import Phase
from engine.exchange.messages import CancelOrder, NewOrder, ReplaceOrder
from engine.values import OrderType

OWN_FROM = 1 << 60


def assert_same(recorded: dict, replayed: dict) -> None:
    """At every time of the session; times at which nothing happened are no step of the replay."""
    assert set(replayed) <= set(recorded)
    assert len(replayed) > len(recorded) / 2
    now_there = None
    for at, there in recorded.items():
        now_there = replayed.get(at, now_there)
        if now_there is not None:
            assert now_there == there, at


def test_every_quote_trade_level_and_phase_is_there_at_the_same_nanosecond(session, replayed):
    _, seen = replayed(session.path)
    assert len(session.seen) > 500
    assert_same(session.seen, seen)
    first, last = min(session.seen), max(session.seen)
    assert session.seen[first] != session.seen[last]


def test_the_trader_was_really_in_it(session):
    own = [
        operation
        for _, body in read_frames(session.path)
        if isinstance(body, Carried)
        for operation in body.operations
        if operation.order_id >= OWN_FROM
    ]
    assert {type(operation) for operation in own} == {NewOrder, CancelOrder, ReplaceOrder}
    assert any(one.type is OrderType.STOP for one in own if isinstance(one, NewOrder))


def test_the_close_with_its_cross_and_the_next_open_come_again(tmp_path, recorder_of, replayed):
    night = 17 * 3_600 + 31 * 60 + 20
    recorded = recorder_of(tmp_path / "s.trec", start="15:59", seconds=night, warm_up=50)
    _, seen = replayed(recorded.path)
    assert_same(recorded.seen, seen)
    phases = {quote[1] for there in seen.values() for quote in there[1]}
    assert {Phase.OPEN, Phase.AUCTION, Phase.CLOSED} <= phases
    assert len({there[0] for there in seen.values()}) == 2


def test_the_market_closes_where_the_recording_ends(session, replayed):
    venue, _ = replayed(session.path)
    ends = venue.now
    venue.advance(venue.next_at())
    assert venue.now == ends + 1
    assert {quote.phase for quote in venue.market.quotes.values()} == {Phase.CLOSED}
    assert venue.next_at() is None


def test_a_reopened_replay_goes_on_where_it_stood(session):
    flow = RecordedFlow(session.path)
    venue = PaperVenue(flow)
    times = sorted(session.seen)
    for _ in times[: len(times) // 2]:
        venue.advance(venue.next_at())
        venue.collect()
    again = PaperVenue(RecordedFlow(session.path), cursor=flow.cursor())
    assert again.now == venue.now
    assert again.exchange.state_hash() == venue.exchange.state_hash()
    for symbol, quote in venue.market.quotes.items():
        other = again.market.quotes[symbol]
        assert (other.bid, other.ask, other.last, other.volume) == (
            quote.bid,
            quote.ask,
            quote.last,
            quote.volume,
        )
    assert again.next_at() == venue.next_at()


def test_the_ghosts_of_a_replay_are_nobodys_own(session, replayed):
    venue, _ = replayed(session.path)
    assert all(
        order_id < OWN_FROM for book in venue.exchange.books.values() for order_id in book.orders
    )
    bids, asks = venue.depth("AAPL", 100)
    assert not any(row.own for row in (*bids, *asks))
    assert not any(p.own for p in venue.tape("AAPL", 500))


def test_a_replay_is_reopened_behind_its_auctions(tmp_path, recorder_of):
    night = 17 * 3_600 + 31 * 60 + 20
    recorded = recorder_of(tmp_path / "s.trec", start="15:59", seconds=night, warm_up=50)
    flow = RecordedFlow(recorded.path)
    venue = PaperVenue(flow)
    venue.collect()
    while (at := venue.next_at()) is not None and at <= flow.span[1]:
        venue.advance(at)
        venue.collect()
    again = PaperVenue(RecordedFlow(recorded.path), cursor=flow.cursor())
    assert again.exchange.state_hash() == venue.exchange.state_hash()
    there, here = (one.market.quotes["AAPL"] for one in (venue, again))
    assert (there.last, there.volume, there.trades) == (here.last, here.volume, here.trades)
