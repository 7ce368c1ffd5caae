"""Books, quotes and tape from market data messages, and what is subscribed of a long list."""

from typing import Any

import pytest

from connectors.fix.client.books import ENTRIES_MAX, SymbolBook
from connectors.fix.client.feed import DEEP_MAX, SYMBOLS_MAX, Feed
from connectors.fix.client.listing import Listing
from connectors.fix.client.sessions import Sessions
from connectors.fix.dictionary.arranging import arrange
from connectors.fix.dictionary.reading import shipped
from connectors.fix.message import Message, encode, parse
from connectors.fix.tags import Tag
from engine.domain.bars import BarSeries
from engine.domain.quotes import Market, Phase, Source
from engine.domain.reports import PhaseChanged
from engine.domain.risk.limits import Limits
from engine.domain.risk.reference import is_fresh
from engine.instruments import Instrument
from engine.values import NANOS_PER_SECOND, Nanos, Price, Side

AT = Nanos(1_780_000_000_000_000_000)
KNOWN = shipped("FIX.4.4")
TOUCH = [("0", "190.10", "300"), ("1", "190.12", "500")]


def told(type: str, *fields: tuple[int, str]) -> tuple[Any, Message]:
    head = [(34, b"1"), (49, b"V"), (52, b"20260105-10:00:00"), (56, b"D")]
    body = [(tag, value.encode()) for tag, value in fields]
    message = parse(encode("FIX.4.4", type, head, body))
    assert isinstance(message, Message)
    return arrange(message, KNOWN, KNOWN), message


class Line:
    """A feed, and the messages of a venue that answers it."""

    def __init__(self, *symbols: str) -> None:
        self.market, self.notes = Market(), list[str]()
        instruments = {symbol: Instrument(symbol) for symbol in symbols or ("AAPL",)}
        self.feed = Feed(instruments, self.market, self.notes.append)
        self.feed.lists(instruments)
        self.feed.subscribe()
        self.asked = self.requests()

    def requests(self) -> list[dict[int, str]]:
        asks = self.feed.wanted()
        return [{tag: value.decode() for tag, value in ask.body} for ask in asks]

    def snapshot(
        self,
        entries: list[tuple[str, str, str]],
        id: str = "M1",
        at: Nanos = AT,
        **more: str,
    ) -> None:
        fields = [(55, "AAPL"), (262, id), (268, str(len(entries)))]
        for kind, price, size in entries:
            fields += [(269, kind), (270, price), (271, size)]
        arranged, message = told("W", *fields)
        if more:
            message.fields.append((43, b"Y"))
        self.feed.snapshot(arranged, message, at)

    def change(self, *entries: dict[int, str], id: str = "M1", **more: str) -> None:
        fields = [(262, id), (268, str(len(entries)))]
        for entry in entries:
            fields += list(entry.items())
        arranged, message = told("X", *fields)
        if more:
            message.fields.append((43, b"Y"))
        self.feed.increment(arranged, message, AT)

    @property
    def touch(self) -> tuple[int, int, int, int]:
        quote = self.market.quotes["AAPL"]
        return quote.bid, quote.bid_size, quote.ask, quote.ask_size


def test_a_snapshot_is_the_touch_and_the_depth() -> None:
    line = Line()
    line.snapshot([*TOUCH, ("0", "190.09", "40"), ("2", "190.11", "7")])
    assert line.touch == (1_901_000, 300, 1_901_200, 500)
    bids, asks = line.feed.depth("AAPL", 5)
    assert [(row.price, row.quantity) for row in bids] == [(1_901_000, 300), (1_900_900, 40)]
    assert [row.price for row in asks] == [1_901_200]
    assert line.market.quotes["AAPL"].last == 1_901_100 and not line.feed.tape("AAPL", 5)


def test_changes_find_an_entry_by_its_id_or_by_its_price() -> None:
    line = Line()
    line.snapshot(TOUCH)
    line.change({279: "1", 269: "0", 278: "0@1901000", 55: "AAPL", 270: "190.10", 271: "250"})
    assert line.touch[:2] == (1_901_000, 250)
    line.change({279: "0", 269: "0", 278: "a", 55: "AAPL", 270: "190.11", 271: "10"})
    line.change({279: "1", 269: "0", 278: "a", 55: "AAPL", 270: "190.105", 271: "11"})
    assert line.touch[:2] == (1_901_050, 11)
    line.change({279: "2", 269: "0", 278: "a", 55: "AAPL", 270: "190.105"})
    line.change({279: "2", 269: "1", 278: "x", 55: "AAPL", 270: "190.12"})
    assert line.touch == (1_901_000, 250, 0, 0) and not line.notes


def test_orders_at_one_price_are_one_row_with_their_count() -> None:
    line = Line()
    for name in ("a", "b"):
        line.change({279: "0", 269: "0", 278: name, 55: "AAPL", 270: "190", 271: "10"})
    bids, _ = line.feed.depth("AAPL", 5)
    assert [(row.quantity, row.orders) for row in bids] == [(20, 2)]


def test_a_change_that_fits_nothing_asks_for_the_book_anew() -> None:
    line = Line()
    line.snapshot(TOUCH)
    line.change({279: "2", 269: "0", 278: "never", 55: "AAPL", 270: "1"})
    off, on = line.requests()
    assert (off[262], off[263], on[262], on[263]) == ("M1", "2", "M2", "1")
    assert "in doubt" not in line.notes[0] and "asked for anew" in line.notes[0]
    line.snapshot([("0", "5", "1")], id="M1")
    assert line.touch[0] == 1_901_000, "of a subscription that has ended"
    line.snapshot([("0", "191", "1")], id="M2")
    assert line.touch[0] == 1_910_000


def test_trades_print_with_the_side_that_came() -> None:
    line = Line()
    line.snapshot(TOUCH)
    for price in ("190.12", "190.10"):
        line.change({279: "0", 269: "2", 55: "AAPL", 270: price, 271: "5"})
    prints = line.feed.tape("AAPL", 5)
    assert [(each.price, each.aggressor) for each in prints] == [
        (1_901_200, Side.BUY),
        (1_901_000, Side.SELL),
    ]
    (bar,) = line.market.bars.of("AAPL").bars(60, 9)
    assert (bar.open, bar.high, bar.low, bar.close) == (1_901_200, 1_901_200, 1_901_000, 1_901_000)
    assert bar.volume == 10
    assert line.market.quotes["AAPL"].volume == 10


def test_what_is_sent_again_is_no_market_of_now() -> None:
    line = Line()
    line.snapshot(TOUCH)
    line.snapshot([("0", "1", "1")], poss_dup="Y")
    assert line.touch[0] == 1_901_000


def test_what_was_lost_on_a_line_that_stands_has_the_book_asked_for_anew() -> None:
    line = Line()
    line.snapshot(TOUCH)
    line.snapshot(TOUCH, id="M0", poss_dup="Y")
    assert line.requests() == [], "of a line of before"
    lost = {279: "2", 269: "0", 55: "AAPL", 270: "190.10"}
    line.change(lost, lost, poss_dup="Y")
    off, on = line.requests()
    assert (off[262], off[263], on[262], on[263]) == ("M1", "2", "M2", "1")


def test_an_order_that_comes_takes_what_is_on_show_up_to_its_limit() -> None:
    line = Line()
    line.snapshot([*TOUCH, ("1", "190.13", "100")])
    assert line.feed.taken_by("AAPL", Side.BUY, 0, 550) == [(1_901_200, 500), (1_901_300, 50)]
    assert line.feed.taken_by("AAPL", Side.BUY, 1_901_200, 550) == [(1_901_200, 500)]
    assert line.feed.taken_by("AAPL", Side.SELL, 1_901_100, 5) == []


def test_a_long_list_is_subscribed_as_far_as_there_is_room_and_a_person_hears_it() -> None:
    line = Line(*(f"S{number}" for number in range(SYMBOLS_MAX + 5)))
    assert len(line.asked) == SYMBOLS_MAX and "--symbols" in line.notes[0]


def test_only_what_was_looked_at_last_is_subscribed_deep() -> None:
    symbols = [f"S{number}" for number in range(DEEP_MAX + 1)]
    line = Line(*symbols)
    assert {each[264] for each in line.asked} == {"1"}
    for symbol in symbols[:DEEP_MAX]:
        line.feed.look_at(symbol)
        line.feed.look_at(symbol)
    assert len(line.requests()) == 2 * DEEP_MAX
    line.feed.look_at(symbols[-1])
    deep_off, deep_on, shallow_off, shallow_on = line.requests()
    assert (deep_on[55], deep_on[264], deep_off[263]) == (symbols[-1], "50", "2")
    assert (shallow_on[55], shallow_on[264], shallow_off[263]) == (symbols[0], "1", "2")


def test_a_line_that_is_lost_makes_the_quotes_old() -> None:
    line = Line()
    line.feed.lost(AT)
    assert line.market.doubted_at == AT


def test_the_same_book_told_again_behind_a_break_is_a_quote_of_now() -> None:
    line = Line()
    line.snapshot(TOUCH)
    quote = line.market.quotes["AAPL"]
    quote.source = Source.LIVE
    line.market.feed_heard_at = AT
    assert is_fresh(quote, line.market, Limits(), AT)
    line.feed.lost(AT)
    later = line.market.feed_heard_at = Nanos(AT + NANOS_PER_SECOND)
    assert not is_fresh(quote, line.market, Limits(), later)
    line.feed.subscribe()
    line.snapshot(TOUCH, id=line.requests()[0][262], at=later)
    assert is_fresh(quote, line.market, Limits(), later)


def test_a_book_has_a_bound() -> None:
    book = SymbolBook(Instrument("AAPL"), BarSeries())
    for number in range(ENTRIES_MAX + 10):
        entry = {Tag.MD_ENTRY_TYPE: b"0", Tag.MD_ENTRY_ID: b"%d" % number}
        book.changed_by(entry | {Tag.MD_ENTRY_PX: b"1", Tag.MD_ENTRY_SIZE: b"1"}, AT)
    book.settle(AT)
    assert book.is_overfull and book.quote.bid_size == ENTRIES_MAX


# ── when it trades ─────────────────────────────────────────────────────────────────────────────


class Bell:
    """Sessions of two symbols, and the phase of each."""

    def __init__(self) -> None:
        market = Market()
        for symbol in ("AAPL", "MSFT"):
            market.quotes[symbol] = SymbolBook(Instrument(symbol), market.bars.of(symbol)).quote
        self.sessions, self._market = Sessions(market), market

    def tells(self, status: str) -> list[Any]:
        return self.sessions.session(Message(b"", "h", [(340, status.encode())]))

    def tells_of(self, symbol: str, status: str, text: str = "") -> list[Any]:
        fields = [(55, symbol.encode()), (326, status.encode()), (58, text.encode())]
        return self.sessions.security(Message(b"", "f", fields))

    def is_gone(self, symbol: str) -> None:
        del self._market.quotes[symbol]

    @property
    def phases(self) -> list[Phase]:
        return [quote.phase for quote in self._market.quotes.values()]


def test_the_venues_phase_is_that_of_all_symbols_but_of_those_that_are_halted() -> None:
    bell = Bell()
    assert bell.tells("4") == [PhaseChanged("*", Phase.PRE_OPEN)]
    bell.tells("2")
    assert bell.tells("2") == [] and bell.phases == [Phase.OPEN] * 2
    halted = PhaseChanged("MSFT", Phase.HALTED, "news")
    assert bell.tells_of("MSFT", "2", "news") == [halted]
    assert bell.tells("5") == [PhaseChanged("*", Phase.AUCTION), halted]
    assert bell.phases == [Phase.AUCTION, Phase.HALTED]
    assert bell.tells_of("MSFT", "3") == [PhaseChanged("MSFT", Phase.AUCTION)]


def test_a_venue_that_tells_no_sessions_is_taken_as_open() -> None:
    refuses, silent = Bell(), Bell()
    assert refuses.sessions.refused() == [PhaseChanged("*", Phase.OPEN)]
    assert refuses.sessions.refused() == []
    silent.sessions.ask(AT)
    assert silent.sessions.late(AT) == []
    assert silent.sessions.late(Nanos(AT + 4_000_000_000)) == [PhaseChanged("*", Phase.OPEN)]


def test_a_halt_that_ended_while_the_line_was_down_is_over() -> None:
    """A venue that is asked again names who is halted, and says nothing of who was."""
    bell, later = Bell(), Nanos(AT + 4_000_000_000)
    bell.tells("2")
    for symbol in ("AAPL", "MSFT"):
        bell.tells_of(symbol, "2", "news")
    bell.sessions.ask(AT)
    assert bell.tells("2") == [] and bell.tells_of("MSFT", "2", "news")
    assert bell.sessions.late(AT) == []
    assert bell.sessions.late(later) == [PhaseChanged("AAPL", Phase.OPEN)]
    assert bell.phases == [Phase.OPEN, Phase.HALTED] and bell.sessions.late(later) == []


def test_a_halted_symbol_that_is_listed_no_more_ends_nothing() -> None:
    bell, later = Bell(), Nanos(AT + 4_000_000_000)
    bell.tells("2")
    for symbol in ("AAPL", "MSFT"):
        bell.tells_of(symbol, "2", "news")
    bell.is_gone("MSFT")
    halted = PhaseChanged("AAPL", Phase.HALTED, "news")
    assert bell.tells("5") == [PhaseChanged("*", Phase.AUCTION), halted]
    bell.sessions.ask(AT)
    assert bell.sessions.late(later) == [PhaseChanged("AAPL", Phase.AUCTION)]


# ── what is traded ─────────────────────────────────────────────────────────────────────────────


def test_a_list_comes_in_parts_and_only_what_is_wanted_of_it_counts() -> None:
    listing = Listing("FIX.4.4", ("AAPL", "MSFT"), [].append)
    first = [(320, "L1"), (322, "1"), (560, "0"), (893, "N"), (146, "2"), (55, "AAPL"), (55, "X")]
    listing.heard(*told("y", *first))
    assert not listing.is_complete
    listing.heard(*told("y", (320, "L1"), (322, "2"), (560, "0"), (146, "1"), (55, "MSFT")))
    assert listing.is_complete and [each.symbol for each in listing.instruments] == ["AAPL", "MSFT"]


def test_a_venue_that_never_answers_has_no_list_either() -> None:
    listing = Listing("FIX.4.4", ("AAPL",), [].append)
    listing.ask(AT)
    listing.late(Nanos(AT + 4_000_000_000))
    assert not listing.is_complete
    listing.late(Nanos(AT + 6_000_000_000))
    assert [each.symbol for each in listing.instruments] == ["AAPL"]


@pytest.mark.parametrize(("wanted", "is_open"), [((), False), (("AAPL",), True)])
def test_a_venue_without_a_list_trades_what_was_named(wanted: Any, is_open: bool) -> None:
    listing = Listing("FIX.4.4", wanted, [].append)
    listing.refused("Unsupported Message Type")
    assert bool(listing.instruments) is is_open
    assert ("--symbols" in listing.objection) is not is_open


def test_a_price_is_exact_or_it_is_none() -> None:
    line = Line()
    line.snapshot([("0", "nonsense", "5"), ("0", "190.1", "5")])
    assert line.market.quotes["AAPL"].bid == Price(1_901_000)


def test_a_level_at_no_possible_price_is_none() -> None:
    line = Line("AAPL")
    line.snapshot([*TOUCH, ("0", "1000000000000", "40"), ("1", "999999999999999999999", "7")])
    before = Line("AAPL")
    before.snapshot(TOUCH)
    assert line.touch == before.touch
