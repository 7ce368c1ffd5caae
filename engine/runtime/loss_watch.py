"""Looks at what an account has lost on believable marks, and says so once it has held (R21–R23)."""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from engine.domain.commands import ALL_SYMBOLS
from engine.domain.ledger.currency import in_base
from engine.domain.ledger.figures import INTEREST, account_figures
from engine.domain.ledger.paid_in import paid_in
from engine.domain.ledger.valuation import NO_MARK, day_profit
from engine.domain.loss_facts import EquitySeen, LossLevel, LossMeasure, LossSeen, Marks
from engine.domain.loss_memory import LossMemory, key_of
from engine.domain.losses import NOTHING_TOLD, exceeds, threshold
from engine.domain.quotes import Market
from engine.domain.state import Account, State
from engine.runtime.believed_marks import BelievedMarks
from engine.values import NANOS_PER_SECOND, Money, Nanos, Price

HOLDS_FOR = 2 * NANOS_PER_SECOND
"""So long every look has to show a loss before it is told."""
MINUTE = 60 * NANOS_PER_SECOND
PEAK_STEP_BPS = 10
"""Of equity: what a peak has to grow, or what has to be lost from it, before it is written down;
what a crash can make the desk forget of it."""
LOOKS_KEPT_MAX = 256
BPS = 10_000
_SWITCHED_BY_THE_MINUTE = (LossMeasure.VELOCITY, LossMeasure.SWING)


class _Loss(msgspec.Struct, frozen=True, gc=False):
    """One figure to compare with its limit."""

    measure: LossMeasure
    level: LossLevel
    symbol: str
    loss: int
    base: int


class _Figures(NamedTuple):
    """An account at believable marks."""

    equity: int
    day: int
    lost: list[tuple[str, int]]
    """(symbol, what it lost today), in the account's currency."""


class _Book:
    """What is remembered of one account between looks, never longer than a run."""

    def __init__(self) -> None:
        self.minute: deque[tuple[Nanos, int]] = deque(maxlen=LOOKS_KEPT_MAX)
        """(when, earned)."""
        self.since: dict[str, Nanos] = {}
        """Since when a loss beyond its limit holds, by key."""
        self.peak: tuple[int, int] = (0, 0)
        """(trade date, most earned on it) as the looks of this run have seen it."""
        self.events = -1
        self.unjudged = ""
        """Why nothing can be judged; empty while it can."""
        self.highest = self.lowest = 0
        """Of the minute."""

    def note(self, now: Nanos, earned: int) -> None:
        """One look more; extremes are only looked for anew where one of them is a minute old."""
        minute = self.minute
        if minute and now < minute[-1][0]:
            minute.clear()  # another market, whose time is an earlier one
        minute.append((now, earned))
        is_stale = len(minute) == 1
        while now - minute[0][0] > MINUTE:
            gone = minute.popleft()[1]
            is_stale |= gone in (self.highest, self.lowest)
        if is_stale:
            figures = [each for _, each in minute]
            self.highest, self.lowest = max(figures), min(figures)
        else:
            self.highest, self.lowest = max(self.highest, earned), min(self.lowest, earned)


class LossWatch:
    """`look` at a bounded rate of market time; what comes back is for the desk to decide on."""

    def __init__(self) -> None:
        self._marks = BelievedMarks()
        self._books: dict[str, _Book] = {}

    @property
    def is_holding(self) -> bool:
        """A loss is beyond its limit and waits for the time that it has to hold."""
        return any(book.since for book in self._books.values())

    def unjudged(self, account: str) -> str:
        """Why the losses of an account cannot be judged; empty while they can."""
        book = self._books.get(account)
        return "" if book is None else book.unjudged

    def look(self, state: State, market: Market, now: Nanos) -> list[LossSeen | EquitySeen]:
        """Costs nothing while nothing is held and nothing happens."""
        found: list[LossSeen | EquitySeen] = []
        for account in state.accounts.values():
            if not account.positions:
                continue
            book = self._books.get(account.account)
            if book is None:
                book = self._books[account.account] = _Book()
            is_held = any(position.quantity for position in account.positions.values())
            if is_held or book.since or book.events != state.events:
                found += self._look_at(account, book, state, market, now)
                # What is said now is an event more.
                book.events = state.events if not found else -1
        return found

    def _look_at(
        self, account: Account, book: _Book, state: State, market: Market, now: Nanos
    ) -> Iterator[LossSeen | EquitySeen]:
        marks = self._marks_of(account, state, market, now)
        figures = _figures(account, state, marks, market)
        if figures is None:
            book.unjudged = f"no price that can be believed for {_unmarked(account, marks)}"
            book.since.clear()
            book.minute.clear()
            return
        book.unjudged = ""
        capital = paid_in(account, state)
        earned, began_with = figures.equity - capital, figures.equity - figures.day
        memory = state.losses.get(account.account, NOTHING_TOLD)
        before = began_with - capital
        peak = _peak(book, memory, state.trade_date, max(earned, before))
        told = tuple(sorted(marks.items()))
        known = memory.peaks.get(state.trade_date)
        figured = {"began": before, "peak": peak, "earned": earned, "equity": figures.equity}
        if _is_worth_keeping(known, **figured):
            yield EquitySeen(account.account, Money(peak + capital), Money(peak), told)
        losses = [
            *_of_the_day(figures, state, began_with),
            *_of_the_peaks(memory, peak, earned, capital),
            *_of_the_minute(book, earned, capital, now),
        ]
        yield from _held(account, book, state, losses, told, now)

    def _marks_of(
        self, account: Account, state: State, market: Market, now: Nanos
    ) -> dict[str, Price]:
        limits, quotes = state.limits, market.quotes
        marks = {
            symbol: self._marks.mark(quotes.get(symbol), market, limits, now)
            for symbol, position in account.positions.items()
            if position.quantity
        }
        self._marks.keep_only(set(marks))
        return marks


def _unmarked(account: Account, marks: dict[str, Price]) -> str:
    named = [symbol for symbol, mark in marks.items() if not mark]
    opened = [p.symbol for p in account.positions.values() if p.day_open_quantity]
    return ", ".join(sorted(named or opened)[:3])


def _peak(book: _Book, memory: LossMemory, trade_date: int, earned: int) -> int:
    """The most that was earned on this date: as written down, and as seen since."""
    known = memory.peaks.get(trade_date, earned)
    seen = book.peak[1] if book.peak[0] == trade_date else earned
    book.peak = (trade_date, max(known, seen, earned))
    return book.peak[1]


def _is_worth_keeping(
    known: Money | None, *, began: int, peak: int, earned: int, equity: int
) -> bool:
    """A restart has to know a peak that has grown, and the first one once something is lost."""
    step = max(1, abs(equity) * PEAK_STEP_BPS // BPS)
    if known is not None:
        return peak - known >= step
    return peak - began >= step or peak - earned >= step


def _figures(
    account: Account, state: State, marks: dict[str, Price], market: Market
) -> _Figures | None:
    """In one pass; None where something held has no price, or the day began without one."""
    equity, day = int(account.cash), 0
    lost: list[tuple[str, int]] = []
    for symbol, position in account.positions.items():
        instrument = state.instruments[symbol]
        local = day_profit(position, marks.get(symbol, NO_MARK), instrument)
        if local is None:
            return None
        if local < 0:
            lost.append((symbol, -local))
        day += local
        if position.quantity:
            equity += instrument.notional(marks[symbol], position.quantity)
    if not account.purses:
        day += account.day_carry.get(INTEREST, 0) - account.day_conversion_fees
        return _Figures(equity, day, lost)
    # More than one currency: the sums of the screen, and each loss at today's rate.
    figures = account_figures(account, state, market, marks)
    if figures.equity is None or figures.day is None:
        return None
    return _Figures(figures.equity, figures.day, [_in_base(account, state, *x) for x in lost])


def _in_base(account: Account, state: State, symbol: str, loss: int) -> tuple[str, int]:
    currency = state.instruments[symbol].currency
    return symbol, in_base(Money(loss), state.rate_of(currency, account.currency))


def _of_the_day(figures: _Figures, state: State, base: int) -> Iterator[_Loss]:
    """Of the account, and of each symbol alone; what is within every limit is not looked into."""
    least = min(state.limits.daily_loss_max, state.limits.daily_loss_warn)
    losses = [(ALL_SYMBOLS, -figures.day), *figures.lost]
    for symbol, loss in losses:
        if exceeds(loss, base, least):
            yield _Loss(LossMeasure.DAY, LossLevel.LIMIT, symbol, loss, base)
            yield _Loss(LossMeasure.DAY, LossLevel.WARN, symbol, loss, base)


def _of_the_peaks(memory: LossMemory, peak: int, earned: int, capital: int) -> Iterator[_Loss]:
    limit = LossLevel.LIMIT
    yield _Loss(LossMeasure.DRAWDOWN_DAY, limit, ALL_SYMBOLS, peak - earned, peak + capital)
    highest = max(peak, memory.peak or peak)
    yield _Loss(LossMeasure.DRAWDOWN, limit, ALL_SYMBOLS, highest - earned, highest + capital)


def _of_the_minute(book: _Book, earned: int, capital: int, now: Nanos) -> Iterator[_Loss]:
    book.note(now, earned)
    highest, limit = book.highest, LossLevel.LIMIT
    yield _Loss(LossMeasure.VELOCITY, limit, ALL_SYMBOLS, highest - earned, highest + capital)
    swing = highest - book.lowest
    yield _Loss(LossMeasure.SWING, limit, ALL_SYMBOLS, swing, highest + capital)


def _held(
    account: Account, book: _Book, state: State, losses: list[_Loss], marks: Marks, now: Nanos
) -> Iterator[LossSeen]:
    """Those beyond their limit at every look for long enough; the others begin anew."""
    memory = state.losses.get(account.account, NOTHING_TOLD)
    before, book.since = book.since, {}
    forget_minute = False
    for each in losses:
        if each.loss <= 0:
            continue
        key = key_of(each.measure, each.level, each.symbol)
        if each.level is LossLevel.WARN and key in memory.told:
            continue
        beyond = threshold(state.limits, memory, each.measure, each.level, each.symbol)
        if not exceeds(each.loss, each.base, beyond):
            continue
        since = before.get(key, now)
        if now - since < HOLDS_FOR:
            book.since[key] = since
            continue
        forget_minute |= each.measure in _SWITCHED_BY_THE_MINUTE
        yield LossSeen(
            account.account,
            each.symbol,
            each.measure,
            each.level,
            Money(each.loss),
            Money(each.base),
            since,
            marks,
        )
    if forget_minute:
        # What was told counts no second time: the next minute begins with what is left.
        book.minute.clear()
