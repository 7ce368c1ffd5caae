"""What IB says of the market over its lines, as the quotes, tape and depth that the desk reads."""

from collections.abc import Callable, Iterable

from connectors.ib import ticks
from connectors.ib.contracts import Contracts
from connectors.ib.depth import ASK, BID
from connectors.ib.hours import phase_at
from connectors.ib.lines import LINES_MAX, Lines, SymbolData
from connectors.ib.numbers import scaled
from connectors.ib.speaker import Speaker
from connectors.ib.wire import Ticks
from engine.domain.quotes import Market, Phase, Quote, Source
from engine.domain.reports import PhaseChanged, Report
from engine.domain.views import DepthRow, TradePrint
from engine.values import FIGURE_MAX, NANOS_PER_SECOND, Nanos, Price, Quantity, Side


class Feed:
    """Writes the market that rules and screen read."""

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
        self._contracts, self._market, self._note = contracts, market, note
        self.lines = Lines(speaker, note, contracts.doubt, lines_max=lines_max, data_type=data_type)
        self.own: Callable[[str], dict[int, int]] = lambda symbol: {}
        self.reports: list[Report] = []
        self.ticks_count = 0
        self._second = 0
        self._doubted_at = market.doubted_at
        """As this feed has set it: another time was set by somebody else."""

    # What is listed.

    def lists(self, now: Nanos) -> None:
        """What is listed now, and nothing else: each has a quote, and a line while there are any;
        one whose contract is another since is asked for anew."""
        every = {listed.instrument.symbol: listed for listed in self._contracts.every()}
        for symbol in self.lines.data.keys() - every.keys():
            self.lines.remove(symbol)
            del self._market.quotes[symbol]
        for symbol, listed in every.items():
            data = self.lines.data.get(symbol)
            if data is None:
                phase = phase_at(now, listed.hours)
                quote = Quote(symbol, source=Source.LIVE, phase=phase)
                self._market.quotes[symbol] = quote
                self.reports.append(PhaseChanged(symbol, phase))
                self.lines.add(SymbolData(listed, listed.con_id, quote))
            elif data.con_id != listed.con_id or data.listed is not listed:
                data.listed, data.con_id = listed, listed.con_id
                data.quote = Quote(symbol, source=Source.LIVE, phase=data.quote.phase)
                self._market.quotes[symbol] = data.quote
                self.lines.reopen(symbol)

    def awaits(self, symbols: Iterable[str]) -> None:
        """These were traded here once: each has a quote, empty until its contract is looked up."""
        for symbol in symbols:
            self._market.quotes.setdefault(symbol, Quote(symbol, source=Source.LIVE))

    @property
    def is_settled(self) -> bool:
        """Every line has said something of its market, or that it will not."""
        return all(self.lines.data[symbol].quote.updates for symbol in self.lines.slots)

    def lost(self, at: Nanos) -> None:
        """What the line said of the market is old from now on."""
        self.lines.is_up = False
        self._market.doubted_at = self._doubted_at = at

    def farm_broken(self, at: Nanos) -> None:
        """A market data farm is gone: what it said is old."""
        self._market.doubted_at = self._doubted_at = at

    def turn(self, now: Nanos) -> None:
        """Hours begin and end, by the second; what stays silent is asked for anew."""
        self.lines.look(now)
        second = now // NANOS_PER_SECOND
        if second == self._second:
            return
        self._second = second
        if self._market.doubted_at != self._doubted_at:
            # The machine slept, and the line stood: what stays silent is asked for anew.
            self._doubted_at = self._market.doubted_at
            self.lines.resume_if_up(now)
        for data in self.lines.data.values():
            phase, quote = phase_at(now, data.listed.hours), data.quote
            if quote.phase is not Phase.HALTED and phase is not quote.phase:
                quote.phase = phase
                self.reports.append(PhaseChanged(quote.symbol, phase))

    # What is heard.

    def heard(self, found: Ticks, at: Nanos) -> None:
        """The newest of each kind since the last look."""
        if found:
            self._market.feed_heard_at = at
        traded: dict[str, SymbolData] = {}
        for (question, kind), tick in found.items():
            data = self.lines.by_question.get(question)
            if data is None:
                continue
            self._tick(data, kind, tick, at)
            if ticks.DELAYED_TO_LIVE.get(kind, kind) == ticks.LAST and not data.tells_trades:
                traded[data.quote.symbol] = data
        for data in traded.values():
            self._print(data, data.quote.last, data.quote.last_size, at)
        self.ticks_count += len(found)

    def _tick(self, data: SymbolData, kind: int, tick: tuple[float, float], at: Nanos) -> None:
        live = ticks.DELAYED_TO_LIVE.get(kind, kind)
        quote = data.quote
        data.heard_at = at
        if live != kind and quote.source is Source.LIVE:
            quote.source = Source.DELAYED
        if live == ticks.HALTED:
            if ticks.halt(quote, tick[0], phase_at(at, data.listed.hours)):
                self.reports.append(PhaseChanged(quote.symbol, quote.phase, quote.phase_text))
        elif live in (ticks.SHORTABLE, ticks.SHORTABLE_SHARES):
            ticks.lend(quote, data.listed.instrument, live, tick)
        elif ticks.write(quote, data.listed.instrument, live, tick):
            # Said again is as good as new: after a break the same price is a price of now.
            quote.at = at
            quote.updates += 1

    def text(self, question: int, kind: int, value: str, at: Nanos) -> None:
        """tickString: RTVolume is the tape, `price;size;time;volume;vwap;single`."""
        data = self.lines.by_question.get(question)
        fields = value.split(";")
        if data is None or kind != ticks.RT_VOLUME or len(fields) < 2 or not fields[0]:
            return
        instrument = data.listed.instrument
        price = Price(scaled(fields[0], instrument.price_digits).value)
        size = Quantity(scaled(fields[1], instrument.quantity_digits).value)
        data.tells_trades = True
        self._print(data, price, size, at)

    def _print(self, data: SymbolData, price: Price, size: Quantity, at: Nanos) -> None:
        """On the tape. IB does not say who came: who paid the ask did, else whoever moved it."""
        if not 0 < price <= data.listed.instrument.price_max or not 0 < size < FIGURE_MAX:
            return
        quote = data.quote
        is_bought = price >= quote.ask > 0 or (not price <= quote.bid and price >= quote.last)
        data.tape.append(TradePrint(at, price, size, Side.BUY if is_bought else Side.SELL))
        self._market.bars.of(quote.symbol).add(at, price, size)

    def row(
        self, question: int, position: int, operation: int, side: int, price: float, size: float
    ) -> None:
        """updateMktDepth and updateMktDepthL2."""
        data = self.lines.by_question.get(question)
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
            self.lines.depth_anew(symbol)

    def data_type(self, question: int, kind: int) -> None:
        """Whether what comes is live, delayed or frozen."""
        data = self.lines.by_question.get(question)
        if data is not None:
            data.quote.source = ticks.DATA_TYPES.get(kind, Source.LIVE)

    # What is asked of it.

    def depth(self, symbol: str, levels: int) -> tuple[tuple[DepthRow, ...], tuple[DepthRow, ...]]:
        """(bids, asks): the book where there is one, else the touch alone."""
        data = self.lines.data.get(symbol)
        if data is None:
            return (), ()
        own = self.own(symbol)
        if not data.depth.is_empty:
            return data.depth.rows(BID, levels, own), data.depth.rows(ASK, levels, own)
        quote = data.quote
        return _touch(quote.bid, quote.bid_size, own), _touch(quote.ask, quote.ask_size, own)

    def tape(self, symbol: str, prints: int) -> tuple[TradePrint, ...]:
        data = self.lines.data.get(symbol)
        return tuple(data.tape)[-prints:] if data is not None and prints > 0 else ()

    def taken_by(self, symbol: str, side: Side, price: int, quantity: int) -> list[tuple[int, int]]:
        """(price, size) that an order would take now; `price` 0: no limit."""
        data = self.lines.data.get(symbol)
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
