"""Promises about hard limits: what the venue's fills can come to, against what was allowed."""

import msgspec

from engine.domain.commands import SubmitOrder
from engine.domain.risk.limits import Limits
from engine.domain.risk.margin import terms_under
from engine.domain.risk.regimes import Rates, tier_of
from engine.values import Money
from simulation.broken import hold
from simulation.reach import MONEY_PER_TICK, OPENING, Reach, Standing

BPS = 10_000
ANSWERED_FACTOR = 2
"""R02: up to so many times the limit an answer lets the order out."""


class Moment(msgspec.Struct):
    """What an entry is held against, as things stood when it was let out."""

    reach: Reach
    """The order itself is in it."""
    limits: Limits
    worth: int
    """Net liquidation value, as far as the desk had heard."""
    true_worth: int
    """With everything that has traded at the venue; fees as far as they are known."""
    trade_date: int
    opening_worth: int
    marks: dict[str, int]
    marks_then: dict[int, int]
    """By order id: the mark when it was let out."""
    excused: dict[tuple[str, int], int]
    """By symbol and side: what moved the position that way and cannot be known to the desk yet."""
    drift: int
    """What marks have moved since the orders were let out that are open or not heard of."""

    def mark_then(self, order_id: int, symbol: str) -> int:
        return self.marks_then.get(order_id, self.marks[symbol])

    def held(self, symbol: str) -> int:
        """Signed, without what nobody could have told the desk."""
        unheard = self.excused.get((symbol, 1), 0) - self.excused.get((symbol, -1), 0)
        return self.reach.held.get(symbol, 0) - unheard

    def worst(self, symbol: str, side: int) -> int:
        """Held on that side once everything open on it has filled, and nothing else."""
        return self.held(symbol) * side + self.reach.open_on(symbol, side)


class Entry(msgspec.Struct, frozen=True):
    """One order that opens, or a change of it, as it was let out."""

    order_id: int
    order: SubmitOrder
    standing: Standing
    """At the worse of before and after, where it is a change."""
    asked: int
    """The total that was asked for now; what was let out before was held against its own limits."""
    asked_price: int
    is_new: bool
    grows: bool
    """It opens more than before."""
    is_answered: bool
    """Somebody said that he means it, with the second factor where one is wanted."""
    mark: int

    @property
    def side(self) -> int:
        return self.order.instruction.side

    @property
    def value(self) -> int:
        """Of what is open, at the dearer of its own price and the mark."""
        return self.standing.quantity * self.price * MONEY_PER_TICK

    @property
    def price(self) -> int:
        return max(self.standing.price, self.mark)


class Kept(msgspec.Struct, frozen=True):
    """One limit, what it was held against, and what one more such order would add."""

    rule: str
    what: str
    actual: int
    limit: int
    again: int

    @property
    def is_near(self) -> bool:
        return self.actual + self.again > self.limit


def i29_a_limit_is_kept(kept: Kept, entry: Entry) -> None:
    """I-29: whatever fills, and in whatever order, the limit is not passed."""
    seen = (
        f"{kept.rule} {kept.what} of {kept.limit:,} could come to {kept.actual:,} at the venue"
        f" with order {entry.order_id}: {entry.order.ticket} {entry.standing}"
    )
    hold(kept.actual <= kept.limit, "I-29", seen)


def limits_of(entry: Entry, moment: Moment) -> list[Kept]:
    """Everything hard that an entry answers to; exits answer to none of it."""
    found = [order_quantity(entry, moment), order_notional(entry, moment), position(entry, moment)]
    if entry.is_new:
        found += open_orders(entry, moment)
    if entry.is_new or entry.grows:
        found += exposures(entry, moment)
    if not any(moment.excused.values()):
        found.append(backing(entry, moment))
    return found


def order_quantity(entry: Entry, moment: Moment) -> Kept:
    """R01: the whole order, filled part included."""
    return Kept("R01", "quantity", entry.asked, moment.limits.order_quantity_max, entry.asked)


def order_notional(entry: Entry, moment: Moment) -> Kept:
    """R02: its value at its own price; a market order's is where its protection ends."""
    limits = moment.limits
    share = moment.worth * limits.order_notional_share_max // BPS
    most = min(limits.order_notional_max, Money(share))
    value = entry.asked * (entry.asked_price or entry.mark) * MONEY_PER_TICK
    return Kept(
        "R02", "notional", value, most * (ANSWERED_FACTOR if entry.is_answered else 1), value
    )


def position(entry: Entry, moment: Moment) -> Kept:
    """R08: each side for itself, as if everything open on it had filled and nothing else."""
    worst = max(0, moment.worst(entry.order.symbol, entry.side))
    value = worst * entry.price * MONEY_PER_TICK
    limit = moment.worth * moment.limits.position_max // BPS
    return Kept("R08", "position", value, limit, entry.value)


def open_orders(entry: Entry, moment: Moment) -> list[Kept]:
    """R17: how many stand or are on their way, exits counted as well."""
    standing, limits = moment.reach.standing.values(), moment.limits
    of_symbol = sum(1 for order in standing if order.symbol == entry.order.symbol)
    return [
        Kept("R17", "open orders of a symbol", of_symbol, limits.open_orders_symbol_max, 1),
        Kept("R17", "open orders", len(standing), limits.open_orders_max, 1),
    ]


def exposures(entry: Entry, moment: Moment) -> list[Kept]:
    """R09: of the symbols together, each with the side filled that is worse for the measure."""
    gross = net = of_side = 0
    side, marks = entry.side, moment.marks
    for symbol in moment.reach.symbols():
        value = marks[symbol] * MONEY_PER_TICK
        held = moment.held(symbol) * value
        up = _opened(moment, symbol, 1)
        down = _opened(moment, symbol, -1)
        gross += max(abs(held), held + up, down - held)
        net += held * side + (up if side > 0 else down)
        if held * side < 0:
            # What weighs against it may be closed by what is open already.
            net += min(abs(moment.held(symbol)), moment.reach.closing(symbol, side)) * value
        of_side += max(0, held + up if side > 0 else down - held)
    limits, worth, drift = moment.limits, moment.worth, moment.drift
    most = limits.exposure_long_max if side > 0 else limits.exposure_short_max
    return [
        Kept("R09", what, value - drift, worth * bps // BPS, entry.value)
        for what, value, bps in (
            ("gross exposure", gross, limits.exposure_max),
            ("net exposure", net, limits.exposure_net_max),
            ("exposure of one side", of_side, most),
        )
    ]


def _opened(moment: Moment, symbol: str, side: int) -> int:
    """Value of what orders of the side open, at the dearer of their price and the mark they were
    let out at."""
    value = sum(
        order.quantity * max(order.price, moment.mark_then(order_id, symbol))
        for order_id, order in moment.reach.opening(symbol, side)
    )
    return value * MONEY_PER_TICK


def backing(entry: Entry, moment: Moment) -> Kept:
    """R29 and R10: what positions ask of equity once either side of each symbol has filled, each
    order at its own price; a leverage of L asks for 1/L of every position."""
    terms = terms_under(moment.limits, moment.trade_date)
    rates = tier_of(terms, moment.opening_worth).day
    need = sum(_need(symbol, moment, rates) for symbol in moment.reach.symbols())
    share = rates.long if entry.side > 0 else rates.short
    again = entry.value * share // BPS
    return Kept("R29", "equity", need - 2 * moment.drift, moment.true_worth, again)


def _need(symbol: str, moment: Moment, rates: Rates) -> int:
    held, mark = moment.reach.held.get(symbol, 0), moment.marks[symbol]
    needs = [_asked(held, mark, rates)]
    for side in (1, -1):
        orders = [order for _, order in moment.reach.opening(symbol, side)]
        filled = sum(order.quantity for order in orders)
        lost = sum(order.quantity * (order.price - mark) * side for order in orders if order.price)
        needs.append(_asked(held + side * filled, mark, rates) + lost * MONEY_PER_TICK)
    return max(needs)


def _asked(quantity: int, mark: int, rates: Rates) -> int:
    share = rates.long if quantity > 0 else rates.short
    return abs(quantity) * mark * MONEY_PER_TICK * share // BPS


def i29_no_fill_passes_what_was_allowed(
    symbol: str, side: int, held: int, allowed: int, excused: int
) -> None:
    """I-29: what is really held is what the last entry of its side left room for, whenever and in
    whatever order it was filled; beside it another hand's trades and what was taken back."""
    seen = f"{held} {symbol} held on side {side}, {allowed} were allowed and {excused} excused"
    hold(held <= allowed + excused, "I-29", seen)


def i33_messages_keep_their_rate(sent: int, limit: int, what: str) -> None:
    """I-33: in no second does more leave than the limit of it, cancels and questions too."""
    hold(sent <= limit, "I-33", f"{sent} {what} within a second, {limit} may leave")


def may_open(order: SubmitOrder) -> bool:
    return order.instruction in OPENING
