"""What the desk remembers of breakers and of its own last minute; bounded, and in the journal."""

import msgspec

from engine.domain.ledger.days import days_between
from engine.structs import set_directly
from engine.values import NANOS_PER_SECOND, Nanos

WINDOW_SECONDS = 60
ERRORS_KEPT_MAX = 101
"""As many as trip the breaker: more than a hundred within a second."""
RESTRICTIONS_MAX = 5_000
"""Symbols under Rule 201 that are remembered; the oldest go first."""
NEXT_DATE_WITHIN = 4
"""Calendar days: a longer pause than a long weekend has another trade date in it."""


class Tripped(msgspec.Struct, frozen=True, gc=False):
    """A breaker that stopped something, until a person resumes."""

    at: Nanos
    account: str
    scope: str
    code: str
    text: str
    actual: str
    limit: str


class MarketHalt(msgspec.Struct, frozen=True, gc=False):
    """The market-wide breaker, as the table of its exchange has it."""

    at: Nanos
    trade_date: int
    level: int
    until: Nanos
    rest_of_day: bool
    text: str

    def holds(self, trade_date: int, now: Nanos) -> bool:
        """Whether it stops new orders now."""
        if trade_date != self.trade_date:
            return False
        return self.rest_of_day or self.at <= now < self.until


class Restriction(msgspec.Struct, frozen=True, gc=False):
    """Rule 201: since which trade date."""

    at: Nanos
    trade_date: int
    by_venue: bool
    text: str
    second_date: int = 0
    """The trade date after, once the desk has seen it: the last on which it holds."""


class Slow(msgspec.Struct, frozen=True, gc=False):
    """Desk yellow, and why."""

    since: Nanos
    text: str
    actual: str
    limit: str


@set_directly
class Activity(msgspec.Struct):
    """Orders and rejects of the last minute by second, and the newest errors."""

    second: int = 0
    """The newest that was counted."""
    orders: list[int] = []
    rejects: list[int] = []
    orders_total: int = 0
    rejects_total: int = 0
    errors: list[Nanos] = []
    last_order_at: Nanos = Nanos(0)

    def pass_to(self, at: Nanos) -> None:
        """Seconds that fell out of the window count no more."""
        second = at // NANOS_PER_SECOND
        gone = second - self.second
        if not self.orders or gone < 0 or gone >= WINDOW_SECONDS:
            # The first ever, a long pause, or another market whose time is an earlier one.
            self.orders, self.rejects = [0] * WINDOW_SECONDS, [0] * WINDOW_SECONDS
            self.orders_total = self.rejects_total = 0
        elif gone:
            for passed in range(self.second + 1, second + 1):
                slot = passed % WINDOW_SECONDS
                self.orders_total -= self.orders[slot]
                self.rejects_total -= self.rejects[slot]
                self.orders[slot] = self.rejects[slot] = 0
        self.second = second

    def note_order(self, at: Nanos) -> None:
        """One that left the desk."""
        if at // NANOS_PER_SECOND != self.second or not self.orders:
            self.pass_to(at)
        self.orders[self.second % WINDOW_SECONDS] += 1
        self.orders_total += 1
        self.last_order_at = at

    def note_reject(self, at: Nanos) -> None:
        """One that the venue did not take; an error as well."""
        if at // NANOS_PER_SECOND != self.second or not self.orders:
            self.pass_to(at)
        self.rejects[self.second % WINDOW_SECONDS] += 1
        self.rejects_total += 1
        self.note_error(at)

    def note_error(self, at: Nanos) -> None:
        """A refusal of the venue, or a report that nobody understands."""
        self.errors.append(at)
        if len(self.errors) > ERRORS_KEPT_MAX:
            del self.errors[0]


class Breakers(msgspec.Struct):
    """Everything that a breaker has to remember."""

    tripped: dict[str, Tripped] = {}
    """By `code/scope/account`."""
    market: MarketHalt | None = None
    levels: list[int] = []
    """Of the market-wide table, reached on `levels_on`: each stops once a day."""
    levels_on: int = 0
    restricted: dict[str, Restriction] = {}
    """Symbols under Rule 201."""
    slow: Slow | None = None
    activity: Activity = msgspec.field(default_factory=Activity)

    def turn_day(self, trade_date: int) -> None:
        """A restriction holds on the date after its own and no longer."""
        kept: dict[str, Restriction] = {}
        for symbol, each in self.restricted.items():
            if trade_date in (each.trade_date, each.second_date):
                kept[symbol] = each
            elif not each.second_date and _follows(each.trade_date, trade_date):
                kept[symbol] = msgspec.structs.replace(each, second_date=trade_date)
        self.restricted = kept

    def restriction(self, symbol: str, trade_date: int) -> Restriction | None:
        """Whether shorts of the symbol are restricted on this date."""
        found = self.restricted.get(symbol)
        if found is None or trade_date not in (found.trade_date, found.second_date):
            return None
        return found


def _follows(before: int, after: int) -> bool:
    """The first later date that the desk sees is the next one, unless too long has passed."""
    return 0 < days_between(before, after) <= NEXT_DATE_WITHIN
