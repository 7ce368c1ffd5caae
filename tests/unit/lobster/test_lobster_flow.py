"""A recording with the trader in its book: who is met first, what stays, what comes into view."""

from itertools import count

import pytest

from connectors.feeds.lobster_file import NO_BOOK_NOTE, open_recording
from connectors.feeds.lobster_flow import LobsterFlow
from connectors.feeds.lobster_names import RecordingError
from connectors.paper.venue import PaperVenue
from engine.domain.quotes import Phase, Source
from engine.domain.reports import PhaseChanged, VenueExpired, VenueFilled
from engine.domain.requests import CancelRequest, NewOrderRequest
from engine.values import (
    NANOS_PER_SECOND,
    Instruction,
    Nanos,
    OrderType,
    Price,
    Quantity,
    Side,
    TimeInForce,
)

ASKS = [(1_001_000, 50), (1_002_000, 60), (1_003_000, 70)]
BIDS = [(1_000_000, 100), (999_000, 200), (998_000, 300)]
OPENS = Nanos(1_340_285_400 * NANOS_PER_SECOND)
FIRST = "0.1 1 11 100 1000000 1"
GOOG = "lobster/LOBSTER_SampleFile_GOOG_2012-06-21_10.zip"
MSFT = "lobster/MSFT_2012-06-21_message_50_first1950.csv.gz"


class Replayed:
    """A recording behind the paper venue; `to` lets market time pass, in seconds from 09:30."""

    def __init__(self, path, cursor=b""):
        self.flow = LobsterFlow(open_recording(path))
        self.venue = PaperVenue(self.flow, cursor=cursor)
        self.opening = self.venue.collect()
        self._ids = count(1)

    def buy(self, quantity, price, **more):
        return self._send(Instruction.BUY, quantity, price, **more)

    def sell(self, quantity, price, **more):
        return self._send(Instruction.SELL, quantity, price, **more)

    def to(self, seconds):
        until = Nanos(OPENS + round(seconds * NANOS_PER_SECOND))
        heard = []
        while self.venue.now < until:
            self.venue.advance(until)
            heard += self.venue.collect()
        return heard

    def fills(self, seconds):
        return [
            (fill.price, fill.quantity)
            for fill in self.to(seconds)
            if isinstance(fill, VenueFilled)
        ]

    def bids(self):
        return [(row.price, row.quantity) for row in self.venue.depth("GOOG", 9)[0]]

    def asks(self):
        return [(row.price, row.quantity) for row in self.venue.depth("GOOG", 9)[1]]

    def _send(self, instruction, quantity, price, lives=TimeInForce.DAY):
        name = f"O{next(self._ids)}"
        request = NewOrderRequest(
            name,
            "PAPER",
            self.flow.instruments[0].symbol,
            instruction,
            Quantity(quantity),
            OrderType.LIMIT,
            lives,
            Price(price),
        )
        self.venue.release([request], self.venue.stage([request]))
        return name


# --- without the trader


def test_the_opening_book_is_the_first_row_in_continuous_trading(plain):
    replayed = Replayed(plain.write())
    assert replayed.opening == [PhaseChanged("GOOG", Phase.OPEN)]
    assert (replayed.venue.now, replayed.bids(), replayed.asks()) == (OPENS, BIDS, ASKS)
    quote = replayed.venue.market.quotes["GOOG"]
    assert (quote.bid, quote.ask, quote.source) == (1_000_000, 1_001_000, Source.REPLAY)
    assert replayed.flow.description == "GOOG 2012-06-21 (LOBSTER, 3 levels)"


def test_rows_come_at_their_times(plain):
    replayed = Replayed(plain.write())
    assert replayed.venue.next_at() == OPENS + 200_000_000
    replayed.to(0.2)
    assert replayed.bids()[0] == (1_000_000, 140)
    replayed.to(0.3)
    assert replayed.bids()[0] == (1_000_000, 40)
    assert replayed.venue.tape("GOOG", 5)[0].aggressor is Side.SELL
    replayed.to(0.4)
    assert replayed.bids() == [*BIDS[1:], (997_000, 10)]
    assert replayed.flow.presence.sentence(shares_taken=0).startswith("You met nobody")


def test_the_session_closes_at_its_end_and_the_market_with_it(plain):
    replayed = Replayed(plain.write())
    replayed.buy(10, 990_000)
    heard = replayed.to(23_400)
    assert isinstance(heard[-2], VenueExpired)
    assert heard[-1] == PhaseChanged("GOOG", Phase.CLOSED)
    assert replayed.venue.next_at() is None
    replayed.venue.advance(Nanos(1 << 62))
    assert replayed.venue.now == OPENS + 23_400 * NANOS_PER_SECOND


def test_where_the_recording_knows_better_its_orders_go_first(writer):
    path = (
        writer()
        .row(FIRST, BIDS, ASKS)
        .row("0.2 1 12 40 1000000 1", [(1_000_000, 140), *BIDS[1:]], ASKS)
        .row("0.3 4 12 40 1000000 1", BIDS, ASKS)
        .row("0.4 3 11 100 1000000 1", [*BIDS[1:], (997_000, 10)], ASKS)
        .write()
    )
    replayed = Replayed(path)
    replayed.to(0.5)
    assert replayed.bids() == [*BIDS[1:], (997_000, 10)]


def test_a_recorded_halt_goes_through_its_phases(writer):
    path = (
        writer()
        .row(FIRST, BIDS, ASKS)
        .row("1 7 0 0 -1 -1", BIDS, ASKS)
        .row("2 7 0 0 0 -1", BIDS, ASKS)
        .row("3 7 0 0 1 -1", BIDS, ASKS)
        .write()
    )
    replayed = Replayed(path)
    phases = [replayed.to(at)[0] for at in (1, 2, 3)]
    assert [told.phase for told in phases] == [Phase.HALTED, Phase.QUOTATION, Phase.OPEN]
    assert [bool(told.text) for told in phases] == [True, True, False]


def test_an_auction_print_is_volume_and_meets_nobody(writer):
    path = writer().row(FIRST, BIDS, ASKS).row("1 6 -1 500 1000500 -1", BIDS, ASKS).write()
    replayed = Replayed(path)
    replayed.buy(10, 1_000_500)
    assert replayed.fills(1) == []
    assert replayed.venue.market.quotes["GOOG"].volume == 500


# --- the trader rests


def test_an_improved_bid_is_met_first_and_the_recorded_order_stays(plain):
    replayed = Replayed(plain.write())
    replayed.buy(60, 1_000_100)
    (fill,) = [report for report in replayed.to(0.3) if isinstance(report, VenueFilled)]
    assert (fill.price, fill.quantity) == (1_000_100, 60)
    assert fill.explanation.startswith("aggressive sell 100 at 100.01 met you first")
    assert replayed.bids()[0] == (1_000_000, 100), "60 of order 11 were not executed"
    presence = replayed.flow.presence
    assert (presence.executions_displaced, presence.shares_displaced) == (1, 60)
    assert presence.shares_provided == 60


def test_what_was_displaced_stands_for_the_next_aggressor(writer):
    bids = [(1_000_000, 140), *BIDS[1:]]
    path = (
        writer()
        .row(FIRST, BIDS, ASKS)
        .row("0.2 1 12 40 1000000 1", bids, ASKS)
        .row("0.3 4 11 100 1000000 1", [(1_000_000, 40), *BIDS[1:]], ASKS)
        .row("0.4 4 12 40 1000000 1", [*BIDS[1:], (997_000, 10)], ASKS)
        .write()
    )
    replayed = Replayed(path)
    replayed.buy(60, 1_000_100)
    replayed.to(0.35)
    replayed.to(0.4)
    at_price = replayed.venue.exchange.book("GOOG").orders_at(Side.BUY, 1_000_000)
    assert [(order.order_id, order.quantity) for order in at_price] == [(11, 20), (12, 40)]


def test_a_joining_order_waits_its_turn(writer):
    path = (
        writer()
        .row(FIRST, BIDS, ASKS)
        .row("0.2 4 11 100 1000000 1", [*BIDS[1:], (997_000, 10)], ASKS)
        .row("0.3 4 9 150 999000 1", [(999_000, 50), (998_000, 300), (997_000, 10)], ASKS)
        .write()
    )
    replayed = Replayed(path)
    name = replayed.buy(30, 1_000_000)
    assert replayed.venue.queue_ahead(name) == 100
    assert replayed.fills(0.2) == [] and replayed.venue.queue_ahead(name) == 0
    assert replayed.fills(0.3) == [(1_000_000, 30)]


def test_a_hidden_execution_meets_an_equal_or_better_own_order_first(writer):
    path = (
        writer()
        .row(FIRST, BIDS, ASKS)
        .row("1 5 0 50 1000400 1", BIDS, ASKS)
        .row("2 5 0 50 1000500 1", BIDS, ASKS)
        .write()
    )
    replayed = Replayed(path)
    replayed.buy(80, 1_000_400)
    assert replayed.fills(1) == [(1_000_400, 50)]
    assert replayed.fills(2) == [], "the hidden order had the better price"
    assert replayed.bids() == [(1_000_400, 30), *BIDS]
    tape = replayed.venue.tape("GOOG", 5)
    assert [(trade.price, trade.quantity, trade.hidden) for trade in tape] == [
        (1_000_400, 50, False),
        (1_000_500, 50, True),
    ]


def test_what_an_own_order_leaves_of_a_hidden_execution_prints_hidden(writer):
    path = writer().row(FIRST, BIDS, ASKS).row("1 5 0 50 1000600 -1", BIDS, ASKS).write()
    replayed = Replayed(path)
    replayed.sell(20, 1_000_500)
    assert replayed.fills(1) == [(1_000_500, 20)]
    assert replayed.venue.tape("GOOG", 1)[0].quantity == 30
    assert replayed.asks() == ASKS and replayed.venue.market.quotes["GOOG"].volume == 50


@pytest.mark.parametrize(
    ("price", "direction", "filled"),
    [
        (1_000_400, -1, [(1_000_400, 10)]),  # below the mid: somebody sold
        (1_000_600, 1, []),  # above the mid: somebody bought
        (1_000_500, 1, []),  # at the mid nobody can tell
    ],
)
def test_newer_hidden_rows_take_the_side_from_the_mid(writer, price, direction, filled):
    name = "GOOG_2015-12-24_34200000_57600000_{kind}_{levels}.csv"
    path = (
        writer(name=name)
        .row(FIRST, BIDS, ASKS)
        .row(f"1 5 0 50 {price} {direction}", BIDS, ASKS)
        .write()
    )
    replayed = Replayed(path)
    replayed.buy(10, 1_000_400)
    opened = replayed.venue.now
    assert replayed.fills((opened - OPENS) / NANOS_PER_SECOND + 2) == filled


def test_in_newer_files_a_hidden_row_between_does_not_part_an_arriving_order(writer):
    less = [(1_000_000, 40), *BIDS[1:]]
    path = (
        writer(name="GOOG_2015-12-24_34200000_57600000_{kind}_{levels}.csv")
        .row(FIRST, BIDS, ASKS)
        .row("1 4 11 60 1000000 1", less, ASKS)
        .row("1 5 0 10 1000000 -1", less, ASKS)
        .row("1 4 11 40 1000000 1", [*BIDS[1:], (997_000, 10)], ASKS)
        .write()
    )
    replayed = Replayed(path)
    replayed.buy(10, 1_000_100)
    (fill,) = [
        report
        for report in replayed.to((replayed.venue.now - OPENS) / NANOS_PER_SECOND + 2)
        if isinstance(report, VenueFilled)
    ]
    assert fill.explanation.startswith("aggressive sell 100 at 100.01")


def test_a_recorded_order_that_reaches_the_trader_trades(writer):
    bids = [(1_000_500, 70), *BIDS[:2]]
    path = (
        writer()
        .row(FIRST, BIDS, ASKS)
        .row("0.2 1 12 70 1000500 1", bids, ASKS)
        .row("0.3 3 12 70 1000500 1", BIDS, ASKS)
        .write()
    )
    replayed = Replayed(path)
    replayed.sell(50, 1_000_500)
    assert replayed.fills(0.2) == [(1_000_500, 50)]
    assert replayed.bids()[0] == (1_000_500, 20)
    replayed.to(0.3)
    assert replayed.bids() == BIDS, "its cancel takes what is left"


# --- the trader takes


def test_what_the_trader_took_is_gone_for_later_executions(plain):
    replayed = Replayed(plain.write())
    replayed.to(0.2)
    replayed.sell(120, 1_000_000, lives=TimeInForce.IOC)
    assert replayed.bids()[0] == (1_000_000, 20)
    replayed.to(0.3)
    assert replayed.bids()[0] == BIDS[1], "100 shares found 20, within their limit"
    presence = replayed.flow.presence
    assert (presence.shares_unfilled, presence.shares_displaced) == (80, 100)
    assert replayed.venue.shares_taken == 120
    replayed.to(0.4)
    assert replayed.bids() == [*BIDS[1:], (997_000, 10)], "a cancel of nothing takes nothing"


def test_an_unannounced_cancel_takes_from_behind_and_never_the_trader(writer):
    less = [(1_000_000, 40), *BIDS[1:]]
    path = (
        writer()
        .row("0.1 3 5 5 1000000 1", BIDS, ASKS)
        .row("0.2 3 9 60 1000000 1", less, ASKS)
        .row("0.3 3 8 90 1000000 1", [*BIDS[1:], (997_000, 10)], ASKS)
        .write()
    )
    replayed = Replayed(path)
    name = replayed.buy(30, 1_000_000)
    replayed.to(0.2)
    assert replayed.venue.queue_ahead(name) == 40
    replayed.to(0.3)
    assert replayed.bids()[0] == (1_000_000, 30)


# --- what slides out of view and into it


def views(writer):
    """One level: 1,000,000 leaves the view at 0.2, comes back at 0.4 with 400 shares."""
    return (
        writer(levels=1)
        .row("0.1 3 5 5 1000000 1", BIDS[:1], ASKS[:1])
        .row("0.2 1 12 10 1000500 1", [(1_000_500, 10)], ASKS[:1])
        .row("0.3 1 13 10 1000500 1", [(1_000_500, 20)], ASKS[:1])
        .row("0.4 4 12 10 1000500 1", [(1_000_500, 10)], ASKS[:1])
        .row("0.5 3 13 10 1000500 1", [(1_000_000, 400)], ASKS[:1])
        .row("0.6 4 9 250 1000000 1", [(1_000_000, 150)], ASKS[:1])
        .write()
    )


def test_out_of_view_the_queue_ahead_stays_and_in_view_it_cannot_be_longer(writer):
    replayed = Replayed(views(writer))
    name = replayed.buy(30, 1_000_000)
    replayed.to(0.2)
    assert replayed.venue.queue_ahead(name) == 100
    replayed.to(0.5)
    assert replayed.venue.queue_ahead(name) == 100
    assert replayed.bids() == [(1_000_000, 430)]
    assert replayed.fills(0.6) == [(1_000_000, 30)]
    assert replayed.bids() == [(1_000_000, 180)]


def test_an_order_at_an_unseen_price_stands_behind_all_that_comes_into_view(writer):
    replayed = Replayed(views(writer))
    replayed.to(0.3)
    name = replayed.buy(30, 1_000_000)
    assert replayed.venue.queue_ahead(name) == 0
    replayed.to(0.5)
    assert replayed.venue.queue_ahead(name) == 400
    assert replayed.fills(0.6) == [] and replayed.venue.queue_ahead(name) == 150


def test_an_order_that_came_unseen_stays_so_when_the_view_narrows_further(writer):
    path = (
        writer(levels=1)
        .row("0.1 3 5 5 1000000 1", BIDS[:1], ASKS[:1])
        .row("0.2 1 12 10 1000400 1", [(1_000_400, 10)], ASKS[:1])
        .row("0.3 1 13 10 1000500 1", [(1_000_500, 10)], ASKS[:1])
        .row("0.4 3 13 10 1000500 1", [(1_000_400, 10)], ASKS[:1])
        .row("0.5 3 12 10 1000400 1", [(1_000_000, 400)], ASKS[:1])
        .write()
    )
    replayed = Replayed(path)
    replayed.to(0.2)
    name = replayed.buy(30, 1_000_000)
    replayed.to(0.5)
    assert replayed.venue.queue_ahead(name) == 400


def test_a_level_that_comes_into_view_at_the_traders_price_trades(writer):
    path = (
        writer(levels=1)
        .row("0.1 1 11 100 1000000 1", BIDS[:1], ASKS[:1])
        .row("0.2 3 8 50 1001000 -1", BIDS[:1], [(1_002_000, 60)])
        .write()
    )
    replayed = Replayed(path)
    replayed.buy(70, 1_002_000)
    replayed.venue.collect()
    assert replayed.fills(0.2) == [(1_002_000, 20)]
    assert replayed.asks() == [(1_002_000, 40)] and replayed.bids() == BIDS[:1]


# --- without an orderbook file, at a cursor


def test_without_a_book_file_unannounced_orders_still_go_first(plain):
    replayed = Replayed(plain.write("message"))
    assert replayed.flow.note == NO_BOOK_NOTE
    assert replayed.bids() == [(1_000_000, 100)]
    plain.messages[2] = plain.messages[2].replace(",11,", ",99,")
    replayed = Replayed(plain.write("message"))
    name = replayed.buy(30, 1_000_000)
    assert replayed.fills(0.3) == [] and replayed.venue.queue_ahead(name) == 100


def test_a_book_file_with_fewer_levels_than_the_messages_is_only_the_seed(writer):
    name = "GOOG_2012-06-21_34200000_57600000_{kind}_50.csv"
    path = (
        writer(levels=1, name=name)
        .row(FIRST, BIDS[:1], ASKS[:1])
        .row("0.2 1 12 40 999000 1", BIDS[:1], ASKS[:1])
        .row("0.3 1 13 10 1000500 1", [(1_000_500, 10)], ASKS[:1])
        .row("0.4 3 13 10 1000500 1", BIDS[:1], ASKS[:1])
        .row("0.5 4 11 100 1000000 1", [(999_000, 40)], ASKS[:1])
        .row("0.6 4 9 30 1001000 -1", [(999_000, 40)], [(1_001_000, 20)])
        .write()
    )
    replayed = Replayed(path)
    assert replayed.flow.note == f"{NO_BOOK_NOTE} below level 1"
    replayed.to(0.4)
    assert replayed.bids() == [BIDS[0], (999_000, 40)], "announced depth stays known"
    replayed.to(0.6)
    assert (replayed.bids(), replayed.asks()) == ([(999_000, 40)], [(1_001_000, 20)])


def test_a_session_opens_again_where_it_stood(plain):
    path = plain.write()
    first = Replayed(path)
    first.to(0.3)
    again = Replayed(path, cursor=first.venue.checkpoint().cursor)
    assert again.bids() == first.bids() and again.venue.now == OPENS + 300_000_000
    now, before = again.venue.market.quotes["GOOG"], first.venue.market.quotes["GOOG"]
    assert (now.last, now.volume, now.trades) == (before.last, before.volume, before.trades)
    assert again.to(0.4) == [] and again.bids() == [*BIDS[1:], (997_000, 10)]


def test_a_closed_session_opens_closed(plain):
    path = plain.write()
    first = Replayed(path)
    first.to(23_400)
    again = Replayed(path, cursor=first.venue.checkpoint().cursor)
    assert again.opening == [PhaseChanged("GOOG", Phase.CLOSED)]
    assert again.venue.next_at() is None


@pytest.mark.parametrize("cursor", [b"99", b"0", b"x", b"1" * 99])
def test_a_cursor_of_another_recording_is_refused(plain, cursor):
    with pytest.raises(RecordingError):
        Replayed(plain.write(), cursor=cursor)


def test_a_bad_row_far_behind_is_found_before_the_session_starts(plain):
    plain.messages[3] = "nonsense"
    with pytest.raises(RecordingError, match="row 4"):
        LobsterFlow(open_recording(plain.write()))


def test_a_cancel_between_rows_is_in_time_or_too_late(plain):
    replayed = Replayed(plain.write())
    name = replayed.buy(10, 1_000_100)
    replayed.to(0.25)
    request = CancelRequest(name)
    replayed.venue.release([request], replayed.venue.stage([request]))
    assert type(replayed.venue.collect()[-1]).__name__ == "VenueCancelled"
    assert replayed.fills(0.3) == []


# --- recorded days


@pytest.mark.parametrize(("name", "levels", "steps"), [(GOOG, 10, 8_000), (MSFT, 50, 2_000)])
def test_without_the_trader_the_book_is_the_files_after_every_step(
    market_data, name, levels, steps
):
    recording = open_recording(market_data / name)
    flow = LobsterFlow(recording)
    venue = PaperVenue(flow)
    venue.collect()
    book = venue.exchange.book(flow.instruments[0].symbol)
    rows = _first_books(recording, 2 * steps)
    for _ in range(steps):
        at = venue.next_at()
        venue.advance(at)
        if venue.collect():
            break
        row = rows[int(flow.cursor()) - 1]
        bids, asks = book.depth(levels)
        assert [level[:2] for level in bids] == _side(row, 2)
        assert [level[:2] for level in asks] == _side(row, 0)


def test_an_improved_bid_is_filled_by_exactly_the_recorded_sell_flow(market_data):
    """Counted from the rows alone: all that sells at or below the bid, visible or hidden."""
    recording = open_recording(market_data / GOOG)
    venue = PaperVenue(LobsterFlow(recording))
    opened = venue.now
    price, wanted = venue.market.quotes["GOOG"].bid + 100, 2_500
    request = NewOrderRequest(
        "A",
        "PAPER",
        "GOOG",
        Instruction.BUY,
        Quantity(wanted),
        OrderType.LIMIT,
        TimeInForce.DAY,
        Price(price),
    )
    venue.release([request], venue.stage([request]))
    venue.collect()
    filled = {}
    while venue.queue_ahead("A") >= 0:
        venue.advance(Nanos(opened + 3_600 * NANOS_PER_SECOND))
        for fill in venue.collect():
            if isinstance(fill, VenueFilled):
                filled[venue.now] = filled.get(venue.now, 0) + fill.quantity
    assert filled == _sold_at_or_below(recording, price, wanted)
    assert len(filled) > 5


def _first_books(recording, rows):
    books = []
    for chunk in recording.chunks():
        books += chunk.books
        if len(books) >= rows:
            break
    return books


def _side(row, first):
    pairs = zip(row[first::4], row[first + 1 :: 4], strict=True)
    return [pair for pair in pairs if pair[1]]


def _sold_at_or_below(recording, price, wanted):
    sold = {}
    midnight = recording.identity().midnight
    messages = [message for chunk in recording.chunks() for message in chunk.messages]
    for at, kind, _, size, row_price, direction in messages[1:]:
        is_execution_of_a_buyer = kind in (4, 5) and direction == 1
        is_offer = kind == 1 and direction == -1
        if row_price > price or not (is_execution_of_a_buyer or is_offer):
            continue
        part = min(size, wanted)
        wanted -= part
        sold[midnight + at] = sold.get(midnight + at, 0) + part
        if not wanted:
            break
    return sold
