"""Holds whatever the desk lets out against its hard limits, by the venue's truth alone."""

from collections.abc import Callable
from typing import Any

import msgspec

from connectors.faults.venue import FaultyVenue
from engine.domain import events as ev
from engine.domain.commands import Origin
from engine.domain.ledger.valuation import mark_of
from engine.domain.message_facts import ENTRIES_PERCENT, MESSAGES_COUNTED_MAX
from engine.domain.reasons import Finding, Verdict
from engine.domain.records import Record, Step
from engine.domain.requests import NewOrderRequest
from engine.domain.risk.limits import Limits
from engine.domain.state import State
from engine.values import NANOS_PER_SECOND
from simulation.account import VenueOrder
from simulation.denials import hold_denial, is_by_count
from simulation.evidence import Evidence
from simulation.invariants import limits as promises
from simulation.invariants.limits import Entry, Moment
from simulation.reach import MONEY_PER_TICK, OPENING, Reach, Standing
from simulation.venue import SimVenue
from simulation.wire import Sent

HANDS = (Origin.TICKET, Origin.LINE)
SECOND, MINUTE = NANOS_PER_SECOND, 60 * NANOS_PER_SECOND
NO_ROW = 1 << 62
MARGIN_KEYS = ("risk.leverage_max", "risk.leverage_overnight_max", "risk.short_margin")


class Count(msgspec.Struct):
    """How often a limit mattered: without these a promise that holds says nothing."""

    kept: int = 0
    """Entries that were let out and held against it."""
    near: int = 0
    """Of these: the same order once more would have passed it."""
    denied: int = 0
    """Orders and changes that the desk kept back for it; of R13: that had to wait."""

    def add(self, other: "Count") -> None:
        self.kept += other.kept
        self.near += other.near
        self.denied += other.denied


class LimitsKept:
    """Hears of every event in the journal's order, and of each step before anything leaves.

    Nothing is held against the desk any more once a person has told it what is not so.
    """

    def __init__(
        self, venue: SimVenue, line: FaultyVenue, evidence: Callable[[], Evidence], opening: int
    ) -> None:
        self.counts: dict[str, Count] = {}
        self.limits = Limits()
        """In force, as the journal tells."""
        self.state: State | None = None
        """Of the desk that is up: what it knows."""
        self._venue, self._line, self._evidence, self._opening = venue, line, evidence, opening
        self._trade_date = 0
        self._row_from = NO_ROW
        self._is_still = False
        """Nothing of the step has ended an order or moved a position: the desk knows after it what
        it knew before a denial."""
        self._reach: Reach | None = None
        self._let_out: set[int] = set()
        """Orders of this step: they have not left yet."""
        self._marks: dict[str, int] = {}
        self._marks_then: dict[int, int] = {}
        self._allowed: dict[tuple[str, int], int] = {}
        """By symbol and side: how much may be held, by the last entry of that side."""
        self.has_tightened_margin = False
        """What was let out before holds more since: at once more may be held than there is."""
        self._hands: list[int] = []
        self._sent: list[int] = []
        self._sent_entries: list[int] = []

    def count(self, rule: str) -> Count:
        return self.counts.setdefault(rule, Count())

    def hold_before_anything_leaves(self, step: Step) -> None:
        """The step is durable: whatever it lets out is judged in the world as it is now."""
        self._row_from = step.first
        self._is_still = not any(type(body) in _MOVES for body in step.bodies)
        self._reach = None
        self._let_out.clear()
        self._marks = {
            symbol: int(mark_of(quote)) for symbol, quote in self._venue.market.quotes.items()
        }
        self._evidence().read()
        self._row_from = NO_ROW

    def heed(self, record: Record) -> None:
        """One event of the journal. What is read later than its step never left: the process died
        in between."""
        look = _LOOKS.get(type(record.body))
        if look is not None:
            look(self, record.body, is_now=record.sequence >= self._row_from)

    def hold_after_a_step(self) -> None:
        """What is really held, on either side of every symbol."""
        account = self._venue.account
        if self._cannot_be_judged:
            return
        for symbol, held in account.positions.items():
            side = 1 if held > 0 else -1
            excused = account.undone.get((symbol, -side), 0)
            excused += sum(
                fill.quantity
                for name, of_side, fill in account.foreign_fills
                if name == symbol and of_side == side
            )
            allowed = self._allowed.get((symbol, side), 0)
            promises.i29_no_fill_passes_what_was_allowed(symbol, side, abs(held), allowed, excused)

    def hold_on_the_wire(self, sent: Sent) -> None:
        """R13 and I-33, by the desk's own clock; a desk that breaks lets out everything at once:
        nobody would be there to do it later."""
        limit = self.limits.message_rate_max
        if sent.of_a_stop or limit > MESSAGES_COUNTED_MAX:
            return
        since = sent.at - SECOND
        self._sent = [at for at in self._sent if at > since]
        self._sent.append(sent.at)
        count = self.count("R13")
        count.kept += 1
        count.near += len(self._sent) + 1 > limit
        promises.i33_messages_keep_their_rate(len(self._sent), max(1, limit), "messages")
        if isinstance(sent.request, NewOrderRequest) and self._opens(sent.request.client_order_id):
            self._sent_entries = [at for at in self._sent_entries if at > since]
            self._sent_entries.append(sent.at)
            share = limit * ENTRIES_PERCENT // 100
            promises.i33_messages_keep_their_rate(len(self._sent_entries), share, "entries")

    def _opens(self, client_order_id: str) -> bool:
        return self._evidence().released[client_order_id].reserved > 0

    # --- what the journal tells

    def started(self, event: ev.SessionStarted, *, is_now: bool) -> None:
        self.limits, self._trade_date = Limits.from_pairs(event.limits), event.trade_date

    def rolled(self, event: ev.DateRolled, *, is_now: bool) -> None:
        self._trade_date = event.trade_date

    def limit_changed(self, event: ev.LimitTightened | ev.LimitLoosened, *, is_now: bool) -> None:
        pairs = dict(self.limits.pairs()) | {event.key: event.after}
        self.limits = Limits.from_pairs(tuple(pairs.items()))
        self.has_tightened_margin |= event.key in MARGIN_KEYS

    def denied(self, event: ev.OrderDenied, *, is_now: bool) -> None:
        self._count_denied(event.findings)
        is_judged = is_now and self._is_still and not self._cannot_be_judged
        if is_judged and self.state is not None and is_by_count(event):
            hold_denial(event, self._moment(), self.state)

    def change_denied(self, event: ev.ReplaceDenied, *, is_now: bool) -> None:
        self._count_denied(event.findings)

    def _count_denied(self, findings: tuple[Finding, ...]) -> None:
        for rule in {found.rule for found in findings if found.verdict is not Verdict.WARN}:
            self.count(rule).denied += 1

    def queued(self, event: ev.MessageQueued, *, is_now: bool) -> None:
        self.count("R13").denied += not event.behind

    def adopted(self, event: ev.OrderAdopted, *, is_now: bool) -> None:
        self._marks_then[event.order_id] = self._marks.get(event.order.symbol, 0)

    def released(self, event: ev.OrderReleased, *, is_now: bool) -> None:
        order = event.order
        if order.origin in HANDS and event.reserved:
            self._hold_rate(event.at)
        if not is_now:
            return
        price = max(order.price, order.stop, event.protection)
        total, group = order.quantity, event.oca_group
        standing = Standing(order.symbol, order.instruction, total, price, group, total)
        self._reach_now().standing[event.order_id] = standing
        self._let_out.add(event.order_id)
        mark = self._marks_then[event.order_id] = self._marks[order.symbol]
        self._judge(
            Entry(
                event.order_id,
                order,
                standing,
                asked=total,
                asked_price=price,
                is_new=True,
                grows=True,
                is_answered=order.override != "" and self._evidence().may_answer,
                mark=mark,
            )
        )

    def replaced(self, event: ev.ReplaceRequested, *, is_now: bool) -> None:
        if not is_now:
            return
        standing = self._reach_now().standing.get(event.order_id)
        if standing is None:
            return  # it is over at the venue, which will say so
        order = self._evidence().by_order[event.order_id].order
        # The desk may not have heard yet that less of it stands.
        known = self.state.orders[event.order_id].quantity if self.state is not None else 0
        price, before = max(event.price, event.stop), max(standing.total, known)
        if event.quantity <= before and price <= standing.price:
            return  # less of it, as where it would meet an own order: nothing can fill for that
        # A fill that was taken back counts as held, until that is told.
        filled = self._evidence().filled.get(event.order_id, 0)
        filled = max(before - standing.quantity, filled)
        standing.at_least(event.quantity - filled, price)
        standing.total = max(before, event.quantity)
        self._judge(
            Entry(
                event.order_id,
                order,
                standing,
                asked=event.quantity,
                asked_price=price,
                is_new=False,
                grows=event.quantity > before,
                is_answered=self._evidence().may_answer,
                mark=self._marks[order.symbol],
            )
        )

    def withdrawn(self, event: ev.OrderCancelled, *, is_now: bool) -> None:
        """What waited for its turn, and was taken back in the step that let it out."""
        if is_now and event.order_id in self._let_out:
            self._reach_now().standing.pop(event.order_id, None)

    # --- what is held against it

    def _hold_rate(self, at: int) -> None:
        """I-33: hands send no faster than their limits; exits hold nothing and have no limit."""
        limits = self.limits
        self._hands = [each for each in self._hands if each > at - MINUTE]
        self._hands.append(at)
        within = sum(1 for each in self._hands if each > at - SECOND)
        for sent, limit in (
            (within, limits.order_rate_max),
            (len(self._hands), limits.order_rate_minute_max),
        ):
            count = self.count("R12")
            count.kept += 1
            count.near += sent + 1 > limit
            promises.i33_messages_keep_their_rate(sent, limit, "orders by hand")

    def _judge(self, entry: Entry) -> None:
        if self._cannot_be_judged or not promises.may_open(entry.order):
            return
        moment = self._moment()
        symbol, side = entry.order.symbol, entry.side
        is_exit = self._evidence().held.get(symbol, 0) * side < 0
        if is_exit and moment.worst(symbol, side) <= 0:
            return  # whatever fills, it does no more than close: the exit lane
        for kept in promises.limits_of(entry, moment):
            count = self.count(kept.rule)
            count.kept += 1
            count.near += kept.is_near
            promises.i29_a_limit_is_kept(kept, entry)
        limit = moment.worth * self.limits.position_max // promises.BPS
        self._allowed[symbol, side] = max(0, limit // (entry.price * MONEY_PER_TICK))

    @property
    def _cannot_be_judged(self) -> bool:
        """A person has said what is not so, or took a figure over that may have in it already what
        the desk will be told of as taken back."""
        account, adopted = self._venue.account, self._evidence().adopted_symbols
        is_both = any(trade.symbol in adopted for trade in account.amendments.values())
        return account.has_been_misjudged or is_both

    def _reach_now(self) -> Reach:
        if self._reach is None:
            on_the_way = self._line.on_the_way()
            self._reach = Reach(self._venue.account, on_the_way, self._evidence())
        return self._reach

    def _moment(self) -> Moment:
        evidence, account = self._evidence(), self._venue.account
        marks = self._marks
        return Moment(
            self._reach_now(),
            self.limits,
            self._opening + evidence.cash + _value(evidence.held, marks),
            self._opening + account.cash - evidence.fees + _value(account.positions, marks),
            self._trade_date,
            self._opening,
            marks,
            self._marks_then,
            self._excused(),
            self._drift(),
        )

    def _excused(self) -> dict[tuple[str, int], int]:
        """What has been taken back, and what another hand has traded, that the desk has not heard:
        nobody can count it."""
        account, booked = self._venue.account, self._evidence().booked
        excused: dict[tuple[str, int], int] = {}
        for name, trade in account.amendments.items():
            unheard = booked.get(name, 0) - trade.quantity
            if unheard > 0:
                key = (trade.symbol, -trade.side)
                excused[key] = excused.get(key, 0) + unheard
        for symbol, side, fill in account.foreign_fills:
            unheard = fill.quantity - booked.get(fill.execution_id, 0)
            if unheard > 0:
                excused[symbol, side] = excused.get((symbol, side), 0) + unheard
        for order in account.orders() if account.undone else ():
            # What closed more than there was, because a trade had been taken back by then.
            symbol, side = order.asked.symbol, order.asked.instruction.side
            undone = account.undone.get((symbol, -side), 0)
            is_counted = order.is_foreign  # with its fills, above
            if undone and order.asked.instruction not in OPENING and not is_counted:
                unheard = min(undone, self._unheard(order))
                excused[symbol, side] = excused.get((symbol, side), 0) + unheard
        return excused

    def _unheard(self, order: VenueOrder) -> int:
        """What it has filled and the desk has not been told of."""
        evidence = self._evidence()
        order_id = evidence.find(order.asked.client_order_id)
        if order_id is None:
            return 0
        return max(0, order.cumulative - evidence.filled.get(order_id, 0))

    def _drift(self) -> int:
        """Values are told as of the moment when an order was let out; no fill moves a mark."""
        evidence, moved = self._evidence(), 0
        for order in self._venue.account.orders():
            order_id = evidence.find(order.asked.client_order_id)
            then = None if order_id is None else self._marks_then.get(order_id)
            if order_id is None or then is None:
                continue
            moves = abs(self._marks[order.asked.symbol] - then)
            moved += (self._unheard(order) + order.open) * moves
        return moved * MONEY_PER_TICK


def _value(held: dict[str, int], marks: dict[str, int]) -> int:
    return sum(count * marks[symbol] for symbol, count in held.items()) * MONEY_PER_TICK


_MOVES = frozenset(
    {
        ev.OrderFilled,
        ev.FillReversed,
        ev.OrderCancelled,
        ev.OrderRejected,
        ev.OrderExpired,
        ev.OrderReplaced,
        ev.OrderRestated,
        ev.OrderResolved,
        ev.OrderAdopted,
        ev.PositionAdopted,
        ev.ExitReduced,
    }
)
_LOOKS: dict[type, Callable[..., Any]] = {
    ev.SessionStarted: LimitsKept.started,
    ev.DateRolled: LimitsKept.rolled,
    ev.LimitTightened: LimitsKept.limit_changed,
    ev.LimitLoosened: LimitsKept.limit_changed,
    ev.OrderReleased: LimitsKept.released,
    ev.OrderAdopted: LimitsKept.adopted,
    ev.ReplaceRequested: LimitsKept.replaced,
    ev.OrderCancelled: LimitsKept.withdrawn,
    ev.OrderDenied: LimitsKept.denied,
    ev.ReplaceDenied: LimitsKept.change_denied,
    ev.MessageQueued: LimitsKept.queued,
}
