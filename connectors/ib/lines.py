"""Market data lines and depth: which symbols have them, and what IB says where they have none."""

from collections import deque
from collections.abc import Callable

import msgspec

from connectors.ib import ticks
from connectors.ib.contracts import Listed
from connectors.ib.depth import Depth
from connectors.ib.slots import Slots
from connectors.ib.speaker import Speaker
from connectors.ib.turnstile import Lane
from engine.domain.quotes import Quote, Source
from engine.domain.views import TradePrint
from engine.values import NANOS_PER_SECOND, Nanos

LINES_MAX = 100
"""Market data lines that an account has unless it has bought more."""
DEPTHS_MAX = 3
DEPTH_ROWS = 20
TAPE_PRINTS_MAX = 500
GENERIC_TICKS = "233,236"
"""RTVolume, and how many shares can be borrowed."""
RESUMES_WITHIN = Nanos(10 * NANOS_PER_SECOND)
"""Data is back, and so long a line may still be silent before it is asked for anew."""
AGAIN_AFTER = Nanos(60 * NANOS_PER_SECOND)
"""What was refused is asked for again, if somebody still looks at it, and not before."""
BACK_AFTER = Nanos(2 * NANOS_PER_SECOND)
"""Who gave way asks again no sooner: terminals that look at many things do not take turns."""
LINES_USED_UP, DEPTHS_USED_UP, DEPTH_RESET, NO_DEPTH = 101, 309, 317, 10092
SHOWS_DELAYED, PARTIAL, NEEDS_MORE, COMPETING, NO_CONTRACT = 10167, 10090, 10089, 10197, 200
ENDS = frozenset({101, 200, 354, 420, 10089, 10168, 10186, 10197})
"""The line is over, or never was; any other word about one is told, and the line is kept."""
BENIGN = frozenset({300, 310, 322, 2152})
ELSEWHERE = "another session of this user has the market data: end it there, or go without"
NO_LINE = "it has no market data line, others were looked at later: the cursor on it asks for one"
ALL_IN_USE = (
    "no market data line of {} is free for {}: what is held and what works keeps its own; buy more"
    " lines at IB, or close something"
)


class SymbolData(msgspec.Struct):
    """One symbol of the feed."""

    listed: Listed
    con_id: int
    """Under which its line was asked for."""
    quote: Quote
    question: int = 0
    """Of its market data line; 0: it has none."""
    depth_question: int = 0
    depth: Depth = msgspec.field(default_factory=Depth)
    tape: deque[TradePrint] = msgspec.field(default_factory=lambda: deque(maxlen=TAPE_PRINTS_MAX))
    heard_at: Nanos = Nanos(0)
    tells_trades: bool = False
    """RTVolume tells every trade; without it the tape is the last prices that were sampled."""
    again_at: Nanos = Nanos(0)
    """Its line was refused, and is not asked for before."""
    depth_again_at: Nanos = Nanos(0)


class Lines:
    """Asks for lines; who looks at a symbol gives it one."""

    def __init__(
        self,
        speaker: Speaker,
        note: Callable[[str], None],
        doubt: Callable[[str], None],
        *,
        lines_max: int,
        data_type: int,
    ) -> None:
        """`doubt`: IB does not know the contract of a symbol. `data_type`: 1 live alone, 3 delayed
        where there is no live."""
        self._speaker, self._note, self._doubt = speaker, note, doubt
        self._data_type = data_type
        self.data: dict[str, SymbolData] = {}
        self.by_question: dict[int, SymbolData] = {}
        self.is_in_use: Callable[[str], bool] = lambda symbol: False
        """Something is held in it, or an order works: its line is never given away."""
        self.slots = Slots(lines_max, lambda symbol: self.is_in_use(symbol))
        self.deep = Slots(DEPTHS_MAX, lambda symbol: False)
        self.is_up = False
        self.now = Nanos(0)
        self._resumed_at: Nanos | None = None
        self._lacks_told: set[str] = set()

    @property
    def trouble(self) -> str:
        """Why no symbol has data, where one reason holds for all of them."""
        is_elsewhere = any(each.quote.source_text == ELSEWHERE for each in self.data.values())
        return ELSEWHERE if is_elsewhere else ""

    # Who has a line.

    def add(self, data: SymbolData) -> None:
        symbol = data.quote.symbol
        self.data[symbol] = data
        if self.is_up and (self.slots.has_room or self.is_in_use(symbol)):
            self.look_at(symbol)
        elif self.is_up:
            ticks.forget(data.quote, Source.MISSING, NO_LINE)

    def remove(self, symbol: str) -> None:
        """It is listed no more."""
        self._close_depth(symbol)
        self._close(symbol)
        del self.data[symbol]

    def reopen(self, symbol: str) -> None:
        """Asked for anew, if it has a line."""
        was_deep, had_line = symbol in self.deep, symbol in self.slots
        if was_deep:
            self._close_depth(symbol)
        if had_line:
            self._close(symbol)
            self._open(symbol)
        if was_deep:
            self._open_depth(symbol)

    def subscribe(self, *, is_new_session: bool) -> None:
        """On a line that is new, or whose data was lost: everything again, under new ids; what a
        session that stands still has is taken back first."""
        self.is_up = True
        self._resumed_at = None
        if not is_new_session:
            for symbol in self.deep:
                self._cancel_depth(symbol)
            for symbol in self.slots:
                self._cancel(symbol)
        self.by_question.clear()
        kept, deep = self.slots.clear(), self.deep.clear()
        self._lacks_told.clear()
        for data in self.data.values():
            data.question = data.depth_question = 0
            data.again_at = data.depth_again_at = Nanos(0)
            data.depth.clear()
        self._speaker.ask(Lane.MARKET, "reqMarketDataType", self._data_type)
        others = [symbol for symbol in self.data if symbol not in kept]
        wanted = sorted(kept + others, key=lambda symbol: not self.is_in_use(symbol))
        chosen = set(wanted[: self.slots.most])
        for symbol in [s for s in kept + others if s in chosen]:
            self._open(symbol)
        for symbol in set(self.data) - chosen:
            ticks.forget(self.data[symbol].quote, Source.MISSING, NO_LINE)
        for symbol in deep:
            self._open_depth(symbol)

    def look_at(self, symbol: str) -> None:
        """Somebody looks at it: it has a line, and the one not looked at for longest gives way."""
        data = self.data.get(symbol)
        if data is None or not self.is_up or self.now < data.again_at:
            return
        if symbol in self.slots:
            self.slots.touch(symbol)
        elif self._has_room_for(symbol):
            self._open(symbol)

    def look_deep(self, symbol: str) -> None:
        self.look_at(symbol)
        data = self.data.get(symbol)
        if data is None or not self.is_up or self.now < data.depth_again_at:
            return
        if symbol in self.deep:
            self.deep.touch(symbol)
            return
        if not self.deep.has_room:
            self._gives_depth_back()
        self._open_depth(symbol)

    def _gives_depth_back(self) -> None:
        """Whose depth was looked at longest ago has none now."""
        symbol = self.deep.gives_way()
        self._close_depth(symbol)
        self.data[symbol].depth_again_at = Nanos(self.now + BACK_AFTER)

    def _has_room_for(self, symbol: str) -> bool:
        """After somebody has given way, where one had to."""
        if self.slots.has_room:
            return True
        leaves = self.slots.gives_way()
        if leaves:
            self._close(leaves)
            self.data[leaves].again_at = Nanos(self.now + BACK_AFTER)
            ticks.forget(self.data[leaves].quote, Source.MISSING, NO_LINE)
            return True
        if symbol not in self._lacks_told:
            self._lacks_told.add(symbol)
            self._note(ALL_IN_USE.format(len(self.slots), symbol))
        return False

    def _open(self, symbol: str) -> None:
        data = self.data[symbol]
        data.question = self._speaker.new_id(self._refused)
        data.con_id = data.listed.con_id
        data.tells_trades = False
        data.quote.source_text = ""
        if data.quote.source is Source.MISSING:
            data.quote.source = Source.LIVE
        self.by_question[data.question] = data
        self.slots.touch(symbol)
        contract = data.listed.contract
        self._speaker.ask(
            Lane.MARKET, "reqMktData", data.question, contract, GENERIC_TICKS, False, False, []
        )

    def _close(self, symbol: str) -> None:
        if symbol in self.slots:
            self._cancel(symbol)
            self._end(self.data[symbol])

    def _cancel(self, symbol: str) -> None:
        question = self.data[symbol].question
        self._speaker.forget(question)
        self._speaker.ask(Lane.MARKET, "cancelMktData", question)

    def _end(self, data: SymbolData) -> None:
        self.slots.leave(data.quote.symbol)
        self.by_question.pop(data.question, None)
        data.question = 0

    def _open_depth(self, symbol: str) -> None:
        data = self.data[symbol]
        data.depth_question = self._speaker.new_id(self._depth_refused)
        data.depth.clear()
        self.by_question[data.depth_question] = data
        self.deep.touch(symbol)
        contract = data.listed.contract
        self._speaker.ask(
            Lane.MARKET, "reqMktDepth", data.depth_question, contract, DEPTH_ROWS, True, []
        )

    def _close_depth(self, symbol: str) -> None:
        if symbol in self.deep:
            self._cancel_depth(symbol)
            self._end_depth(self.data[symbol])

    def _cancel_depth(self, symbol: str) -> None:
        question = self.data[symbol].depth_question
        self._speaker.forget(question)
        self._speaker.ask(Lane.MARKET, "cancelMktDepth", question, True)

    def _end_depth(self, data: SymbolData) -> None:
        self.deep.leave(data.quote.symbol)
        self.by_question.pop(data.depth_question, None)
        data.depth_question = 0
        data.depth.clear()

    def depth_anew(self, symbol: str) -> None:
        """What was told of it does not fit together."""
        self._close_depth(symbol)
        self._open_depth(symbol)

    # What IB says of them.

    def resume(self, at: Nanos) -> None:
        """A farm is back, or the line with all its data: what stays silent from now on is asked for
        anew."""
        self.is_up, self._resumed_at = True, at

    def look(self, now: Nanos) -> None:
        """Time passes: what stayed silent behind a farm that came back is asked for anew."""
        self.now = now
        back = self._resumed_at
        if back is None or not self.is_up or now - back < RESUMES_WITHIN:
            return
        self._resumed_at = None
        silent = [symbol for symbol in self.slots if self.data[symbol].heard_at < back]
        for symbol in silent:
            self.reopen(symbol)
        if silent:
            lines = "1 line" if len(silent) == 1 else f"{len(silent)} lines"
            self._note(f"market data is back and {lines} stayed silent: asked for anew")

    def _refused(self, question: int, code: int, text: str) -> None:
        data = self.by_question.get(question)
        if data is None or code in BENIGN:
            return
        symbol, quote, words = data.quote.symbol, data.quote, f"{text} ({code})"
        if code == SHOWS_DELAYED:
            quote.source, quote.source_text = Source.DELAYED, words
        elif code == PARTIAL:
            quote.source_text = words
        if code not in ENDS:
            self._note(f"{symbol}: {words}")
            return
        self._end(data)
        data.again_at = Nanos(self.now + AGAIN_AFTER)
        if code == COMPETING:
            words = ELSEWHERE
        elif code == NEEDS_MORE:
            words += "; `trader config set ib.delayed true` shows it late"
        is_known = code == COMPETING and bool(self.trouble)
        ticks.forget(quote, Source.MISSING, words)
        if not is_known:  # it is of all symbols, and said once
            of = "" if code == COMPETING else f" of {symbol}"
            self._note(f"no live data{of}: {words}")
        if code == NO_CONTRACT:
            self._doubt(symbol)
        elif code == LINES_USED_UP:
            self._has_fewer(data)

    def _has_fewer(self, data: SymbolData) -> None:
        """There are fewer lines than was thought; what is in use takes somebody else's."""
        self.slots.are_fewer()
        data.again_at = Nanos(self.now + BACK_AFTER)
        if self.is_in_use(data.quote.symbol) and self.slots.gives_way():
            data.again_at = Nanos(0)
            self.look_at(data.quote.symbol)

    def _depth_refused(self, question: int, code: int, text: str) -> None:
        data = self.by_question.get(question)
        if data is None or code in BENIGN:
            return
        if code == DEPTH_RESET:
            data.depth.clear()
            return
        self._end_depth(data)
        data.depth_again_at = Nanos(self.now + AGAIN_AFTER)
        if code == DEPTHS_USED_UP and len(self.deep):
            self.deep.are_fewer()
            self._gives_depth_back()
            data.depth_again_at = Nanos(0)
            self._open_depth(data.quote.symbol)
            return
        self._note(f"no depth of {data.quote.symbol}: {text} ({code})")
