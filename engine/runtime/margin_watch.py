"""Looks at the margin of accounts that owe something, and says what has held for two seconds."""

from engine.domain.margin_calls import is_at_stake, is_news, level_of, seen_at
from engine.domain.margin_facts import MarginSeen
from engine.domain.quotes import Market
from engine.domain.state import Account, State
from engine.runtime.believed_marks import BelievedMarks
from engine.values import NANOS_PER_SECOND, Nanos, Price

HOLDS_FOR = 2 * NANOS_PER_SECOND


class MarginWatch:
    """`look` at the rate of the loss watch; costs nothing for who borrows nothing."""

    def __init__(self) -> None:
        self._marks = BelievedMarks()
        self._since: dict[str, tuple[int, Nanos]] = {}
        """By account: (level, since when it holds)."""

    @property
    def is_holding(self) -> bool:
        """Something has changed and waits for the time that it has to hold."""
        return bool(self._since)

    def look(self, state: State, market: Market, now: Nanos) -> list[MarginSeen]:
        """What the desk should decide on."""
        found: list[MarginSeen] = []
        for account in state.accounts.values():
            memory = account.margin
            if not (is_at_stake(account) or memory.calls or memory.level):
                self._since.pop(account.account, None)
                continue
            seen = self._seen(account, state, market, now)
            if seen is None or not is_news(state, account, seen, now):
                self._since.pop(account.account, None)
            elif self._has_held(account.account, int(level_of(state.limits, seen)), now):
                found.append(seen)
        return found

    def _has_held(self, account: str, level: int, now: Nanos) -> bool:
        before, since = self._since.get(account, (level, now))
        if before != level or since > now:
            since = now
        self._since[account] = (level, since)
        if now - since < HOLDS_FOR:
            return False
        del self._since[account]
        return True

    def _seen(
        self, account: Account, state: State, market: Market, now: Nanos
    ) -> MarginSeen | None:
        marks: list[tuple[str, Price]] = []
        for symbol, position in account.positions.items():
            if not position.quantity:
                continue
            mark = self._marks.mark(market.quotes.get(symbol), market, state.limits, now)
            if not mark:
                return None  # a price that nobody believes calls for nobody's money
            marks.append((symbol, mark))
        self._marks.keep_only({symbol for symbol, _ in marks})
        return seen_at(state, account, tuple(sorted(marks)))
