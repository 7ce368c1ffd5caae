"""Market data lines: which symbols have one, how deep, and what is heard over them."""

from collections import deque
from collections.abc import Callable, Iterable

import msgspec

from connectors.ib import ticks
from connectors.ib.contracts import Contracts, Listed
from connectors.ib.depth import ASK, BID, Depth
from connectors.ib.hours import phase_at
from connectors.ib.numbers import scaled
from connectors.ib.speaker import Speaker
from connectors.ib.turnstile import Lane
from connectors.ib.wire import Ticks
from engine.domain.quotes import Market, Phase, Quote, Source
from engine.domain.reports import PhaseChanged, Report
from engine.domain.views import DepthRow, TradePrint
from engine.values import FIGURE_MAX, Nanos, Price, Quantity, Side

LINES_MAX = 100
"""Market data lines that an account has unless it has bought more."""
DEPTHS_MAX = 3
DEPTH_ROWS = 20
TAPE_PRINTS_MAX = 500
GENERIC_TICKS = "233,236"
"""RTVolume, and how many shares can be borrowed."""
NO_DATA = {354, 10089, 10090, 10167, 10168, 10186, 10197, 420}
LINES_USED_UP, DEPTHS_USED_UP, DEPTH_RESET, NO_DEPTH = 101, 309, 317, 10092
BENIGN = {300, 310, 322, 2152}
COMPETING = "another session of this user has the market data: end it there, or go without"


class _Data(msgspec.Struct):
    """One symbol of the feed."""

    listed: Listed
    quote: Quote
    question: int = 0
    """Of its market data line; 0: it has none."""
    depth_question: int = 0
    depth: Depth = msgspec.field(default_factory=Depth)
    tape: deque[TradePrint] = msgspec.field(default_factory=lambda: deque(maxlen=TAPE_PRINTS_MAX))
    no_data: str = ""
    """Why it has none, as IB says."""
    shortable: float = -1.0
    tells_trades: bool = False
    """RTVolume tells every trade; without it the tape is the last prices that were sampled."""
    is_deep: bool = True
    """False: IB has no depth of it."""


class Feed:
    """Writes the market that rules and screen read; who looks at a symbol gives it a line."""

    def __init__(
        self,
        speaker: Speaker,
        contracts: Contracts,
        market: Market,
        note: Callable[[str], None],
        *,
        lines_max: int = LINES_MAX,
        data_type: int = 3,
    ) -> None:
        """`data_type`: 1 live alone, 3 delayed where there is no live."""
        self._speaker, self._contracts, self._market = speaker, contracts, market
        self._note, self._lines_max, self._data_type = note, lines_max, data_type
        self._data: dict[str, _Data] = {}
        self._by_question: dict[int, _Data] = {}
        self._recent: dict[str, None] = {}
        """Symbols with a line, the one that was looked at longest ago first."""
        self._deep: dict[str, None] = {}
        self.own: Callable[[str], dict[int, int]] = lambda symbol: {}
        self.reports: list[Report] = []
        self._is_up = False
        self.ticks_count = 0

    # Lines.

    def lists(self, now: Nanos) -> None:
        """What was listed since: each has a quote from now on, and a line while there are any."""
        for listed in self._contracts.every():
            symbol = listed.instrument.symbol
            if symbol in self._data:
                continue
            phase = phase_at(now, listed.hours)
            quote = Quote(symbol, source=Source.LIVE, phase=phase)
            self._data[symbol] = _Data(listed, quote)
            self._market.quotes[symbol] = quote
            self.reports.append(PhaseChanged(symbol, phase))
            if self._is_up and len(self._recent) < self._lines_max:
                self._open(symbol)

    def awaits(self, symbols: Iterable[str]) -> None:
        """These were traded here once: each has a quote, empty until its contract is looked up."""
        for symbol in symbols:
            self._market.quotes.setdefault(symbol, Quote(symbol, source=Source.LIVE))

    def subscribe(self) -> None:
        """On a line that is new, or whose data was lost: everything again, under new ids."""
        self._is_up = True
        self._by_question.clear()
        kept, deep = list(self._recent), list(self._deep)
        self._recent.clear()
        self._deep.clear()
        self._speaker.ask(Lane.MARKET, "reqMarketDataType", self._data_type)
        others = [symbol for symbol in self._data if symbol not in kept]
        for data in self._data.values():
            data.question = data.depth_question = 0
            data.depth.clear()
        for symbol in (kept + others)[: self._lines_max]:
            self._open(symbol)
        for symbol in deep:
            self._open_depth(symbol)

    @property
    def is_settled(self) -> bool:
        """Every line has said something of its market, or that it will not."""
        lines = [self._data[symbol] for symbol in self._recent]
        return all(data.quote.updates or data.no_data for data in lines)

    def lost(self, at: Nanos) -> None:
        """What the line said of the market is old from now on."""
        self._is_up = False
        self._market.doubted_at = at

    def look_at(self, symbol: str) -> None:
        """Somebody looks at it: it has a line, and the one not looked at for longest gives way."""
        data = self._data.get(symbol)
        if data is None or not self._is_up:
            return
        if symbol not in self._recent:
            if len(self._recent) >= self._lines_max:
                self._close(next(iter(self._recent)))
            self._open(symbol)
        self._recent[symbol] = self._recent.pop(symbol)

    def look_deep(self, symbol: str) -> None:
        self.look_at(symbol)
        data = self._data.get(symbol)
        if data is None or not self._is_up or symbol in self._deep or not data.is_deep:
            return
        if len(self._deep) >= DEPTHS_MAX:
            self._close_depth(next(iter(self._deep)))
        self._open_depth(symbol)

    def _open(self, symbol: str) -> None:
        data = self._data[symbol]
        data.question = self._speaker.new_id(self._refused)
        data.no_data = ""
        self._by_question[data.question] = data
        self._recent[symbol] = None
        contract = data.listed.contract
        self._speaker.ask(
            Lane.MARKET, "reqMktData", data.question, contract, GENERIC_TICKS, False, False, []
        )

    def _close(self, symbol: str) -> None:
        data = self._data[symbol]
        self._recent.pop(symbol, None)
        self._by_question.pop(data.question, None)
        self._speaker.forget(data.question)
        self._speaker.ask(Lane.MARKET, "cancelMktData", data.question)
        data.question = 0
        ticks.forget(data.quote, data.quote.at)

    def _open_depth(self, symbol: str) -> None:
        data = self._data[symbol]
        data.depth_question = self._speaker.new_id(self._depth_refused)
        data.depth.clear()
        self._by_question[data.depth_question] = data
        self._deep[symbol] = None
        contract = data.listed.contract
        self._speaker.ask(
            Lane.MARKET, "reqMktDepth", data.depth_question, contract, DEPTH_ROWS, True, []
        )

    def _close_depth(self, symbol: str) -> None:
        data = self._data[symbol]
        self._deep.pop(symbol, None)
        self._by_question.pop(data.depth_question, None)
        self._speaker.ask(Lane.MARKET, "cancelMktDepth", data.depth_question, True)
        data.depth_question = 0
        data.depth.clear()

    # What is heard.

    def heard(self, found: Ticks, at: Nanos) -> None:
        """The newest of each kind since the last look."""
        if found:
            self._market.feed_heard_at = at
        traded: dict[str, _Data] = {}
        for (question, kind), tick in found.items():
            data = self._by_question.get(question)
            if data is None:
                continue
            self._tick(data, kind, tick, at)
            if ticks.DELAYED_TO_LIVE.get(kind, kind) == ticks.LAST and not data.tells_trades:
                traded[data.quote.symbol] = data
        for data in traded.values():
            self._print(data, data.quote.last, data.quote.last_size, at)
        self.ticks_count += len(found)

    def _tick(self, data: _Data, kind: int, tick: tuple[float, float], at: Nanos) -> None:
        live = ticks.DELAYED_TO_LIVE.get(kind, kind)
        quote = data.quote
        if live != kind and quote.source is Source.LIVE:
            quote.source = Source.DELAYED
        if live == ticks.HALTED:
            if ticks.halt(quote, tick[0], phase_at(at, data.listed.hours)):
                self.reports.append(PhaseChanged(quote.symbol, quote.phase, quote.phase_text))
        elif live in (ticks.SHORTABLE, ticks.SHORTABLE_SHARES):
            data.shortable = max(tick)
        elif ticks.write(quote, data.listed.instrument, live, tick):
            quote.at = at
            quote.updates += 1

    def text(self, question: int, kind: int, value: str, at: Nanos) -> None:
        """tickString: RTVolume is the tape, `price;size;time;volume;vwap;single`."""
        data = self._by_question.get(question)
        fields = value.split(";")
        if data is None or kind != ticks.RT_VOLUME or len(fields) < 2 or not fields[0]:
            return
        instrument = data.listed.instrument
        price = Price(scaled(fields[0], instrument.price_digits).value)
        size = Quantity(scaled(fields[1], instrument.quantity_digits).value)
        data.tells_trades = True
        self._print(data, price, size, at)

    def _print(self, data: _Data, price: Price, size: Quantity, at: Nanos) -> None:
        """On the tape. IB does not say who came: who paid the ask did, else whoever moved it."""
        if not 0 < price <= data.listed.instrument.price_max or not 0 < size < FIGURE_MAX:
            return
        quote = data.quote
        is_bought = price >= quote.ask > 0 or (not price <= quote.bid and price >= quote.last)
        data.tape.append(TradePrint(at, price, size, Side.BUY if is_bought else Side.SELL))

    def row(
        self, question: int, position: int, operation: int, side: int, price: float, size: float
    ) -> None:
        """updateMktDepth and updateMktDepthL2."""
        data = self._by_question.get(question)
        if data is None or question != data.depth_question:
            return
        instrument = data.listed.instrument
        data.depth.change(
            position,
            operation,
            side,
            scaled(price, instrument.price_digits).value,
            scaled(size, instrument.quantity_digits).value,
        )
        if data.depth.is_doubtful:
            symbol = instrument.symbol
            self._note(f"the depth of {symbol} had a row that fits nothing: it is asked for anew")
            self._close_depth(symbol)
            self._open_depth(symbol)

    def data_type(self, question: int, kind: int) -> None:
        """Whether what comes is live, delayed or frozen."""
        data = self._by_question.get(question)
        if data is not None:
            data.quote.source = ticks.DATA_TYPES.get(kind, Source.LIVE)

    def turn(self, now: Nanos) -> None:
        """Hours begin and end."""
        for data in self._data.values():
            phase, quote = phase_at(now, data.listed.hours), data.quote
            if quote.phase is not Phase.HALTED and phase is not quote.phase:
                quote.phase = phase
                self.reports.append(PhaseChanged(quote.symbol, phase))

    def farm_broken(self, at: Nanos) -> None:
        """A market data farm is gone: what it said is old."""
        self._market.doubted_at = at

    def _refused(self, question: int, code: int, text: str) -> None:
        data = self._by_question.get(question)
        if data is None or code in BENIGN:
            return
        symbol = data.listed.instrument.symbol
        if code in (10167, 10090):
            self._note(f"{symbol}: {text} ({code})")
            return
        data.no_data = f"{text} ({code})"
        self._note(f"no live data of {symbol}: {COMPETING if code == 10197 else data.no_data}")
        if code == LINES_USED_UP:
            self._lines_max = max(1, len(self._recent) - 1)
        if code in (LINES_USED_UP, 200, 354, 10168):
            self._recent.pop(symbol, None)
            self._by_question.pop(question, None)
            data.question = 0

    def _depth_refused(self, question: int, code: int, text: str) -> None:
        data = self._by_question.get(question)
        if data is None or code in BENIGN:
            return
        if code == DEPTH_RESET:
            data.depth.clear()
            return
        symbol = data.listed.instrument.symbol
        self._note(f"no depth of {symbol}: {text} ({code})")
        self._deep.pop(symbol, None)
        self._by_question.pop(question, None)
        data.depth_question = 0
        data.is_deep = code == DEPTHS_USED_UP

    # What is asked of it.

    def depth(self, symbol: str, levels: int) -> tuple[tuple[DepthRow, ...], tuple[DepthRow, ...]]:
        """(bids, asks): the book where there is one, else the touch alone."""
        data = self._data.get(symbol)
        if data is None:
            return (), ()
        own = self.own(symbol)
        if not data.depth.is_empty:
            return data.depth.rows(BID, levels, own), data.depth.rows(ASK, levels, own)
        quote = data.quote
        return _touch(quote.bid, quote.bid_size, own), _touch(quote.ask, quote.ask_size, own)

    def tape(self, symbol: str, prints: int) -> tuple[TradePrint, ...]:
        data = self._data.get(symbol)
        return tuple(data.tape)[-prints:] if data is not None and prints > 0 else ()

    def taken_by(self, symbol: str, side: Side, price: int, quantity: int) -> list[tuple[int, int]]:
        """(price, size) that an order would take now; `price` 0: no limit."""
        data = self._data.get(symbol)
        if data is None:
            return []
        if not data.depth.is_empty:
            return data.depth.taken(ASK if side is Side.BUY else BID, price, quantity)
        quote = data.quote
        at, size = (quote.ask, quote.ask_size) if side is Side.BUY else (quote.bid, quote.bid_size)
        is_beyond = price and (at - price) * side > 0
        return [] if not at or is_beyond else [(at, min(size, quantity))]


def _touch(price: Price, size: Quantity, own: dict[int, int]) -> tuple[DepthRow, ...]:
    if price <= 0:
        return ()
    return (DepthRow(price, size, 1, Quantity(own.get(price, 0)), -1),)
