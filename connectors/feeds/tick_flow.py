"""Ticks of a consolidated tape (LEAN): trades with their conditions, and the best bid and ask."""

from array import array
from collections.abc import Sequence

from connectors.feeds.columns import FIGURE_MAX, Row, read_columns
from connectors.feeds.flow import FlowSink
from connectors.feeds.lean_names import DayFiles
from connectors.feeds.lobster_lines import Place
from connectors.feeds.quote_day import QuoteDay, quoted_house
from connectors.feeds.sessions import US, session_of, start_of
from engine.exchange.quoted.assumptions import Assumptions
from engine.exchange.quoted.house import QuotedExchange
from engine.instruments import Instrument
from engine.values import NANOS_PER_MILLISECOND, Nanos, Price, Quantity, Side

REGULAR_FLAGS = 1 << 0 | 1 << 4 | 1 << 5 | 1 << 28 | 1 << 29 | 1 << 31
"""Conditions of a trade that an order on an exchange could have met: regular, yellow flag,
intermarket sweep, automatic, trade-through exempt, odd lot (bits of LEAN's TradeConditionFlags)."""
REPRINT_FLAGS = 1 << 24 | 1 << 26
"""Official open and close: they say a price once more and are no trade."""
OFF_EXCHANGE = ord("D")
"""Trades reported to FINRA's facility: they happened on no exchange."""

TRADE_COLUMNS = ("time", "price", "size", "exchange", "condition", "suspicious")
QUOTE_COLUMNS = ("time", "bid", "bid size", "ask", "ask size", "exchange", "suspicious")
NO_QUOTES = "no quotes were recorded: nothing can be taken, resting orders fill from trades only"
NO_TRADES = "no trades were recorded: resting orders fill only where a quote crosses them"


class TickTape:
    """Trades and best quotes of one symbol and day.

    Within one millisecond trades come before quotes: nobody can tell, and then no queue is
    shortened by a quote that already shows a trade which is only read afterwards.
    """

    __slots__ = ("_midnight", "_quotes", "_quotes_done", "_trades", "_trades_done", "instrument")

    def __init__(self, files: DayFiles, midnight: Nanos) -> None:
        """Reads and checks both files. Raises RecordingError."""
        self.instrument = Instrument(files.symbol, name=files.symbol)
        self._midnight = midnight
        self._trades = _trade_columns(files.trades)
        self._quotes = _quote_columns(files.quotes)
        self._trades_done = self._quotes_done = 0

    def rewind(self) -> None:
        self._trades_done = self._quotes_done = 0

    def next_at(self) -> Nanos | None:
        ms = self._next_ms()
        return None if ms is None else Nanos(self._midnight + ms * NANOS_PER_MILLISECOND)

    def step(self, sink: FlowSink) -> None:
        ms, house = self._next_ms(), quoted_house(sink)
        times, done = self._trades[0], self._trades_done
        while done < len(times) and times[done] == ms:
            self._trade(done, house, sink)
            done += 1
        self._trades_done = done
        times, done = self._quotes[0], self._quotes_done
        while done < len(times) and times[done] == ms:
            self._quote(done, house, sink)
            done += 1
        self._quotes_done = done

    def _next_ms(self) -> int | None:
        trades, quotes = self._trades[0], self._quotes[0]
        at_trade = trades[self._trades_done] if self._trades_done < len(trades) else None
        at_quote = quotes[self._quotes_done] if self._quotes_done < len(quotes) else None
        if at_trade is None or at_quote is None:
            return at_quote if at_trade is None else at_trade
        return min(at_trade, at_quote)

    def _trade(self, row: int, house: QuotedExchange, sink: FlowSink) -> None:
        _, prices, sizes, exchanges, conditions, suspicious = self._trades
        if suspicious[row] or conditions[row] & REPRINT_FLAGS:
            return
        symbol, price, size = self.instrument.symbol, prices[row], sizes[row]
        if exchanges[row] == OFF_EXCHANGE:
            side = house.quoted(symbol).side_of(price)
            sink.printed_hidden(symbol, Price(price), Quantity(size), Side(side))
            return
        is_regular = not conditions[row] & ~REGULAR_FLAGS
        sink.took_place(house.traded(symbol, price, size, is_regular=is_regular))

    def _quote(self, row: int, house: QuotedExchange, sink: FlowSink) -> None:
        _, bids, bid_sizes, asks, ask_sizes, _, suspicious = self._quotes
        if suspicious[row]:
            return
        events = house.shown(
            self.instrument.symbol,
            _side(bids[row], bid_sizes[row]),
            _side(asks[row], ask_sizes[row]),
        )
        if events:
            sink.took_place(events)


def tick_day(days: Sequence[DayFiles], *, start: str | None = None) -> QuoteDay:
    """The market of these files, all of one day. Raises RecordingError."""
    session = session_of(US, days[0].day)
    tapes = [TickTape(files, session.midnight) for files in days]
    symbols = ", ".join(files.symbol for files in days)
    notes = {NO_QUOTES for files in days if files.quotes is None}
    notes |= {NO_TRADES for files in days if files.trades is None}
    return QuoteDay(
        tapes,
        session,
        description=f"{symbols} {days[0].day.isoformat()} (ticks)",
        assumptions=Assumptions(),
        note="; ".join(sorted(notes)) or "only the best bid and ask are known",
        starts_at=start_of(US, session, start),
    )


def _side(price: int, size: int) -> tuple[tuple[int, int], ...] | None:
    """A row carries 0 for the side that did not change."""
    if not price:
        return None
    return ((price, size),) if size else ()


def _trade_columns(place: Place | None) -> list["array[int]"]:
    if place is None:
        return [array("q") for _ in TRADE_COLUMNS]
    return read_columns(place, _read_trade, TRADE_COLUMNS, _check_trade)


def _quote_columns(place: Place | None) -> list["array[int]"]:
    if place is None:
        return [array("q") for _ in QUOTE_COLUMNS]
    return read_columns(place, _read_quote, QUOTE_COLUMNS, _check_quote)


def _read_trade(f: list[bytes]) -> Row:
    return int(f[0]), int(f[1]), int(f[2]), ord(f[3][:1] or b" "), int(f[4] or b"0", 16), int(f[5])


def _read_quote(f: list[bytes]) -> Row:
    venue = ord(f[5][:1] or b" ")
    return int(f[0]), int(f[1]), int(f[2]), int(f[3]), int(f[4]), venue, int(f[7])


def _check_trade(row: Row) -> str:
    _, price, size, *_ = row
    if not 0 < price <= FIGURE_MAX:
        return f"{price} is no price"
    return "" if 0 < size <= FIGURE_MAX else f"{size} is no number of shares"


def _check_quote(row: Row) -> str:
    _, bid, bid_size, ask, ask_size, *_ = row
    figures = bid, bid_size, ask, ask_size
    if min(figures) < 0:
        return "prices and sizes of a quote are not below 0"
    if max(figures) > FIGURE_MAX:
        return f"{max(figures)} is no price and no size"
    return "" if bid or ask else "neither side of the quote is said"
