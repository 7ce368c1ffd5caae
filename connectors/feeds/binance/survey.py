"""What a recording of a pair holds, found by reading all of it once before it is played."""

from datetime import UTC, datetime

import msgspec

from connectors.feeds.binance.depth import Gap, PairBook
from connectors.feeds.binance.lines import Message, PairLines, Said, Snapshot, Ticker, Trade, Update
from connectors.feeds.lobster_lines import Place
from connectors.feeds.lobster_names import RecordingError
from engine.instruments import Instrument
from engine.values import NANOS_PER_SECOND, Nanos


class Survey(msgspec.Struct):
    """Pair, span and everything about the recording that is not as it should be."""

    pair: Instrument
    first_at: Nanos
    """Of the line with which the levels are known."""
    last_at: Nanos
    lines: int
    known_from: int
    """The line with which the levels are known for the first time."""
    gaps: list[tuple[int, Gap]]
    """(line that showed it, ids that never came)."""
    stale: int
    """Messages that were older than what was known already; of updates, before the snapshot too."""
    turned_back: int
    """Lines whose time is before that of the line above: they are played when they came."""
    trades_missing: int
    trades_twice: int

    @property
    def trade_date(self) -> int:
        return date_of(self.first_at)

    @property
    def words(self) -> str:
        """What a person should know; empty where nothing is amiss."""
        parts = []
        if self.gaps:
            line, gap = self.gaps[0]
            times = "once" if len(self.gaps) == 1 else f"{len(self.gaps):,} times"
            parts.append(f"its depth has a gap {times}: {gap.words} (line {line:,})")
        if self.trades_missing:
            parts.append(f"{self.trades_missing:,} trades are missing from it")
        if self.trades_twice:
            parts.append(f"{self.trades_twice:,} trades stand in it twice and are played once")
        if self.turned_back:
            parts.append(f"the clock of {self.turned_back:,} lines was set back")
        return "; ".join(parts)


class Listener:
    """Applies messages in their order and counts what is wrong with them; nothing is told twice."""

    def __init__(self) -> None:
        self.book = PairBook()
        self.at = Nanos(0)
        self.turned_back = self.trades_missing = self.trades_twice = 0
        self._trade_id = 0

    def time_of(self, said: Said) -> Nanos:
        """Market time never runs backwards: a line that says so counts as of the one before."""
        if said.at < self.at:
            self.turned_back += 1
        else:
            self.at = said.at
        return self.at

    def is_new_trade(self, trade: Trade) -> bool:
        """Ids of trades follow each other; one that does not is missing, or was told already."""
        if trade.trade_id <= self._trade_id:
            self.trades_twice += 1
            return False
        if self._trade_id:
            self.trades_missing += trade.trade_id - self._trade_id - 1
        self._trade_id = trade.trade_id
        return True

    def hear(self, message: Message) -> None:
        """For a survey, that has no exchange to tell."""
        match message:
            case Trade():
                self.is_new_trade(message)
            case Ticker():
                self.book.ticker(message)
            case Update():
                self.book.update(message)
            case Snapshot():
                self.book.snapshot(message)


def survey(place: Place) -> Survey:
    """Reads the whole file. Raises RecordingError naming file and line."""
    lines, listener = PairLines(place), Listener()
    first_at, count, known_from = Nanos(0), 0, 0
    gaps: list[tuple[int, Gap]] = []
    for said in lines.read():
        listener.time_of(said)
        count = said.line
        knew = listener.book.knows_levels
        listener.hear(said.message)
        if listener.book.knows_levels and not known_from:
            first_at, known_from = listener.at, said.line
        gap = listener.book.gap
        if knew and gap is not None:
            gaps.append((said.line, gap))
    if lines.pair is None:
        raise RecordingError(f"{place.name} is empty")
    if not known_from:
        raise RecordingError(
            f"{place.name} holds no snapshot in its {count:,} lines, so nobody knows its book:"
            " record the answer of GET /api/v3/depth beside the streams"
        )
    return Survey(
        pair=lines.pair,
        first_at=first_at,
        last_at=listener.at,
        lines=count,
        known_from=known_from,
        gaps=gaps,
        stale=listener.book.stale,
        turned_back=listener.turned_back,
        trades_missing=listener.trades_missing,
        trades_twice=listener.trades_twice,
    )


def date_of(at: Nanos) -> int:
    """YYYYMMDD in UTC, which is the day of an exchange that never closes."""
    moment = datetime.fromtimestamp(at // NANOS_PER_SECOND, UTC)
    return moment.year * 10_000 + moment.month * 100 + moment.day
