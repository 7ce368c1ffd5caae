"""How far paper fills can be believed: sums of one group, and the warnings that follow from them.

A group is one epoch, one source of market data and one currency: statistics never mix them.
"""

from typing import SupportsInt

import msgspec

from engine.domain.luck import is_of_bars
from engine.domain.measures import BEFORE, Displaced, Tape
from engine.instruments import POWERS_OF_TEN, format_scaled
from engine.structs import set_directly
from engine.values import Money

OWN_SHARE_PERCENT_MAX = 10
"""Of what printed in a symbol: with more, the tape would have been another one."""
DISPLACED_PERCENT_MAX = 10
"""Of the executions that printed: with more, the recording is no longer that day."""
ASSUMED_PERCENT_MAX = 25
"""Of the shares that resting orders got under the luckiest assumption and that are not booked."""
FILL_RATE_PERCENT_MAX = 90
"""Of passive orders that were filled: with more, the queue is too kind."""
ENOUGH = 20
"""Fills or orders below which an average says little; rates are then told and not judged."""
ADVERSE_SECONDS = 10
"""Whoever is filled while resting should have lost something by then."""
HUNDREDTHS = 100
BPS = 10_000


@set_directly
class Sum(msgspec.Struct):
    """A gain or cost over a base, both in doubled money units: a mid may lie on half a tick."""

    fills: int = 0
    amount: int = 0
    base: int = 0

    def add(self, amount: int, base: int) -> None:
        self.fills, self.amount, self.base = self.fills + 1, self.amount + amount, self.base + base

    @property
    def bps(self) -> int | None:
        """In hundredths of a basis point, half away from zero; None without a base."""
        return ratio(self.amount, self.base, BPS * HUNDREDTHS)


@set_directly
class Filled(msgspec.Struct):
    """Fills of orders that rested (maker) or that arrived (taker)."""

    fills: int = 0
    shares: int = 0
    slippage: Sum = msgspec.field(default_factory=Sum)
    """Cost against the mid when the order was released; positive is worse."""
    marks: dict[int, Sum] = msgspec.field(default_factory=dict)
    """By seconds after the fill: gain against the mid then; negative is worse."""

    def mark(self, seconds: int) -> Sum:
        marks = self.marks.get(seconds)
        if marks is None:
            marks = self.marks[seconds] = Sum()
        return marks


@set_directly
class Passive(msgspec.Struct):
    """Orders that came to rest in a queue."""

    orders: int = 0
    orders_filled: int = 0
    """Those of them that got anything."""
    shares: int = 0
    shares_filled: int = 0


class Assumptions(msgspec.Struct):
    """What orders that are done got under each assumption, of queues or of bars."""

    booked: list[str] = msgspec.field(default_factory=list)
    """One; two where a market of quotes and one of bars are told together."""
    orders: int = 0
    differ: int = 0
    shares: dict[str, int] = msgspec.field(default_factory=dict)


@set_directly
class Realism(msgspec.Struct):
    """Everything that is known of one group."""

    epoch: int | None
    source: str
    currency: str
    sessions: int = 0
    fees: Money = Money(0)
    notional: Money = Money(0)
    sides: dict[str, Filled] = msgspec.field(default_factory=dict)
    """By `maker` and `taker`."""
    tape: dict[str, Tape] = msgspec.field(default_factory=dict)
    displaced: Displaced | None = None
    recorded: int = 0
    """Executions that printed in sessions that count displaced ones."""
    passive: Passive = msgspec.field(default_factory=Passive)
    assumptions: Assumptions = msgspec.field(default_factory=Assumptions)
    missed: Sum = msgspec.field(default_factory=Sum)
    """Of remainders that left the market unfilled: how far the mid had gone from the arrival mid,
    times what was not filled; positive was missed. `fills` counts remainders."""
    remainders: int = 0
    """All of them; of those that are not in `missed` a mid is not known."""
    quantity_digits: int = 0
    """Decimals of every size here: all that trades in one currency has as many."""

    def units(self, shares: SupportsInt) -> int:
        """A number of shares or coins in the units that sizes have here."""
        return int(shares * POWERS_OF_TEN[self.quantity_digits])  # type: ignore[operator]

    def size_text(self, units: int) -> str:
        """'1,000' or '0.015'."""
        return format_scaled(units, self.quantity_digits, grouped=True)

    def size_field(self, units: int) -> int | str:
        """For JSON, as `Instrument.quantity_field`."""
        if not self.quantity_digits:
            return units
        return format_scaled(units, self.quantity_digits)

    def side(self, liquidity: str) -> Filled:
        side = self.sides.get(liquidity)
        if side is None:
            side = self.sides[liquidity] = Filled()
        return side

    @property
    def fills(self) -> int:
        return sum(side.fills for side in self.sides.values())

    @property
    def shares(self) -> int:
        return sum(side.shares for side in self.sides.values())

    @property
    def slippage(self) -> Sum:
        """Of all fills whose order had an arrival mid."""
        total = Sum()
        for side in self.sides.values():
            total.fills += side.slippage.fills
            total.amount += side.slippage.amount
            total.base += side.slippage.base
        return total

    @property
    def paid_bps(self) -> int | None:
        """Slippage and fees over the filled part, in hundredths of a basis point."""
        slippage = self.slippage
        return ratio(slippage.amount + 2 * self.fees, slippage.base, BPS * HUNDREDTHS)

    @property
    def shortfall_bps(self) -> int | None:
        """What was paid and what was missed over all that was asked for, in the same unit.

        Implementation shortfall: execution cost and opportunity cost against a paper portfolio
        that has everything at the price of the decision (Perold, "The Implementation Shortfall:
        Paper versus Reality", Journal of Portfolio Management 14(3), 1988). The price of the
        decision is the arrival mid; what was not filled is judged when it was given up.
        """
        slippage, missed = self.slippage, self.missed
        cost = slippage.amount + 2 * self.fees + missed.amount
        return ratio(cost, slippage.base + missed.base, BPS * HUNDREDTHS)


class Concern(msgspec.Struct, frozen=True):
    """Why an experiment is not believable: a number, the threshold it passed, and both in words."""

    name: str
    actual: str
    threshold: str
    sentence: str


def ratio(amount: int, base: int, scale: int) -> int | None:
    """`amount ÷ base × scale`, half away from zero; None without a base."""
    if not base:
        return None
    negative = (amount < 0) is not (base < 0)
    rounded = (2 * abs(amount) * scale + abs(base)) // (2 * abs(base))
    return -rounded if negative else rounded


def in_hundredths(value: int | None, *, signed: bool = False) -> str:
    """`12.34` from 1234; a dash where nothing is known."""
    if value is None:
        return "—"
    sign = "−" if value < 0 else "+" if signed and value else ""
    return f"{sign}{abs(value) // HUNDREDTHS:,}.{abs(value) % HUNDREDTHS:02d}"


def percent(part: int, whole: int) -> str:
    """`12.34 %`."""
    return f"{in_hundredths(ratio(part, whole, 100 * HUNDREDTHS))} %"


def concerns(realism: Realism) -> tuple[Concern, ...]:
    """Every reason not to believe this group; empty where there is none."""
    return (
        *_own_share(realism),
        *_displaced(realism),
        *_assumed(realism),
        *_fill_rate(realism),
        *_no_adverse_selection(realism),
    )


def verdict(realism: Realism) -> str:
    """In words: believable, not believable and why, or that there is nothing to judge."""
    if not realism.fills:
        return "nothing to judge: no fills"
    found = concerns(realism)
    if found:
        return "not believable because " + "; ".join(concern.sentence for concern in found)
    if realism.fills < ENOUGH:
        return f"believable, as far as {_counted(realism.fills, 'fill')} can tell"
    return "believable"


def _own_share(realism: Realism) -> tuple[Concern, ...]:
    found = []
    for tape in realism.tape.values():
        if tape.own_volume * 100 > tape.volume * OWN_SHARE_PERCENT_MAX:
            share = percent(tape.own_volume, tape.volume)
            sentence = (
                f"you were {share} of what traded in {tape.symbol},"
                f" above {OWN_SHARE_PERCENT_MAX} %: it would not have traded like this"
            )
            found.append(Concern("own_share", share, f"{OWN_SHARE_PERCENT_MAX} %", sentence))
    return tuple(found)


def _displaced(realism: Realism) -> tuple[Concern, ...]:
    displaced, trades = realism.displaced, realism.recorded
    if displaced is None or displaced.executions * 100 <= trades * DISPLACED_PERCENT_MAX:
        return ()
    share = percent(displaced.executions, trades)
    sentence = (
        f"{_counted(displaced.executions, 'recorded execution')} went elsewhere, {share} of all,"
        f" above {DISPLACED_PERCENT_MAX} %: this is no longer the recorded day"
    )
    return (Concern("displaced", share, f"{DISPLACED_PERCENT_MAX} %", sentence),)


def _assumed(realism: Realism) -> tuple[Concern, ...]:
    """Queues and bars are judged apart: their orders are others."""
    found = []
    for booked in realism.assumptions.booked:
        of_bars = is_of_bars(booked)
        shares = {n: s for n, s in realism.assumptions.shares.items() if is_of_bars(n) is of_bars}
        most = max(shares.values(), default=0)
        open_to_luck = most - shares.get(booked, 0)
        if open_to_luck * 100 <= most * ASSUMED_PERCENT_MAX:
            continue
        share = percent(open_to_luck, most)
        which = (
            "orders could have got depends on how their bars are read"
            if of_bars
            else "resting orders could have got depends on the queue assumption"
        )
        sentence = f"{share} of what {which}, above {ASSUMED_PERCENT_MAX} %"
        found.append(Concern("assumption", share, f"{ASSUMED_PERCENT_MAX} %", sentence))
    return tuple(found)


def _fill_rate(realism: Realism) -> tuple[Concern, ...]:
    passive = realism.passive
    is_kind = passive.orders_filled * 100 > passive.orders * FILL_RATE_PERCENT_MAX
    if passive.orders < ENOUGH or not is_kind:
        return ()
    share = percent(passive.orders_filled, passive.orders)
    sentence = (
        f"{share} of {_counted(passive.orders, 'passive order')} got filled,"
        f" above {FILL_RATE_PERCENT_MAX} %: queues are not that kind"
    )
    return (Concern("fill_rate", share, f"{FILL_RATE_PERCENT_MAX} %", sentence),)


def _no_adverse_selection(realism: Realism) -> tuple[Concern, ...]:
    """Resting orders are hit by those who know more (Glosten and Milgrom, JFE 14, 1985)."""
    maker = realism.sides.get("maker", Filled())
    before, after = maker.marks.get(BEFORE, Sum()), maker.marks.get(ADVERSE_SECONDS, Sum())
    first, later = before.bps, after.bps
    if first is None or later is None or after.fills < ENOUGH or later <= first:
        return ()
    actual, threshold = in_hundredths(later, signed=True), in_hundredths(first, signed=True)
    sentence = (
        f"resting orders stood at {actual} bps {ADVERSE_SECONDS} s after their fills, better than"
        f" the {threshold} bps at the fill: nobody who knew more ever traded with you"
    )
    return (Concern("adverse_selection", f"{actual} bps", f"{threshold} bps", sentence),)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
