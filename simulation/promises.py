"""Which promise is looked at when: the cheap ones after every step, all of them at rest."""

from collections.abc import Sequence

from engine.domain.apply import state_hash
from engine.domain.commands import ExitsOnKill
from engine.domain.events import (
    CancelRequested,
    EntriesCancelled,
    Event,
    FillReversed,
    FlattenStarted,
    Killed,
    OrderCancelled,
    OrderFilled,
    PositionAdopted,
)
from engine.domain.records import Record
from engine.domain.state import DEFAULT_ACCOUNT, State
from simulation.broken import Broken, hold
from simulation.desk import Desk, opening_cash
from simulation.disk import Disk
from simulation.evidence import Evidence
from simulation.fate import Fate
from simulation.invariants import exits, money, orders, rest, risk
from simulation.invariants.book import Mirror
from simulation.limits import LimitsKept
from simulation.losses import LossesKept
from simulation.plan import Plan
from simulation.trace import Trace
from simulation.venue import SimVenue
from simulation.wire import Wire


class Promises:
    """Holds what has been seen so far of one seed against what was promised."""

    def __init__(
        self, plan: Plan, disk: Disk, venue: SimVenue, wire: Wire, fate: Fate, trace: Trace
    ) -> None:
        self._plan, self._opening = plan, opening_cash(plan)
        self._disk, self._venue, self._wire = disk, venue, wire
        self._fate, self._trace = fate, trace
        self.limits = LimitsKept(venue, wire.line, lambda: self.evidence, self._opening)
        self.losses = LossesKept(venue, self.limits, self._opening) if plan.watches else None
        self.evidence = Evidence(disk, trace.note, self._heed)
        self.names: dict[str, bytes] = {}
        """Every order and change that ever left, with its bytes."""
        self.mirror = Mirror(instrument.symbol for instrument in venue.instruments)
        # A cancel that is heard before the fill that came first is not told apart yet.
        self._is_told_in_order = not plan.line.reports.reorder
        self._looked_at = 0
        self._memory: tuple[int, str] | None = None
        """How many rows there were when the last process died, and what it had in memory."""

    def _heed(self, record: Record) -> None:
        self.limits.heed(record)
        if self.losses is not None:
            self.losses.heed(record)

    def hold_at_a_moment(self, desk: Desk | None) -> None:
        """What a stretch of time can break; the cheapest, whenever something may have changed."""
        if self.losses is not None:
            self.losses.hold_now(desk, self.evidence)

    def hold_after_a_step(self, desk: Desk | None) -> None:
        """What is cheap, after everything that happens."""
        evidence = self.evidence
        evidence.read()
        self._look_at_the_wire()
        self._look_at_the_books()
        self.limits.hold_after_a_step()
        self.hold_at_a_moment(desk)
        if desk is None or DEFAULT_ACCOUNT not in desk.state.accounts:
            return
        state = desk.state
        orders.i09_nothing_alive_is_shown_dead(state, self._venue.account, evidence)
        if not evidence.touched:
            return
        for order_id in sorted(evidence.touched):
            order = state.orders.get(order_id)
            if order is not None:
                orders.i01_quantities_add_up(order, evidence)
                orders.i04_a_done_order_has_nothing_in_flight(order)
                orders.i05_one_change_at_a_time(order)
        evidence.touched.clear()
        orders.i25_reserves_add_up(state, DEFAULT_ACCOUNT)
        orders.i29_openings_add_up(state, DEFAULT_ACCOUNT)
        orders.live_lists_are_what_lives(state)
        account = state.accounts[DEFAULT_ACCOUNT]
        if self._venue.account.is_as_the_desk_made_it and not self._plan.shorts:
            if not self.limits.has_tightened_margin:
                money.i29_cash_covers_what_is_held(account)
            risk.i29_no_fills_spend_more_than_there_is(self._venue.account, evidence, self._opening)
        risk.what_is_held_can_be_closed(state, self._venue.market, desk.clock.now)
        money.i21_the_ledger_sums_to_zero(account)
        money.i22_cash_and_positions_follow_from_the_fills(account, evidence, self._opening)

    def _look_at_the_wire(self) -> None:
        log = self._wire.log
        for sent in log[self._looked_at :]:
            self._trace.note(sent.bytes)
            orders.i06_every_name_leaves_once(sent, self.names)
            orders.i07_nothing_leaves_that_is_not_durable(sent, self.evidence)
            self.limits.hold_on_the_wire(sent)
        self._looked_at = len(log)

    def _look_at_the_books(self) -> None:
        venue = self._venue
        for order in venue.arrivals:
            self.mirror.asked(order)
        self.mirror.follow(venue.events)
        venue.arrivals.clear()
        venue.events.clear()
        if venue.account.is_as_the_desk_made_it:
            orders.i51_nothing_that_closes_crosses_zero(venue.account)
            orders.i12_exits_fill_no_more_than_their_entry(venue.account, self.evidence)

    def heed_answers(self, open_ones: set[int], happened: Sequence[Event], state: State) -> None:
        """What must follow from a command in the same step."""
        # What is held back on the desk is withdrawn at once.
        taken = (each for each in happened if isinstance(each, CancelRequested | OrderCancelled))
        asked = {int(each.order_id) for each in taken}
        orders.i31_cancels_always_pass(open_ones, asked)
        for place, event in enumerate(happened):
            if isinstance(event, Killed):
                orders.i11_a_kill_leaves_no_entry_uncancelled(event, state)
            elif isinstance(event, FlattenStarted) and not (
                any(map(_takes_exits, happened)) or any(map(_is_booked, happened[place:]))
            ):
                orders.i11_exits_stay_while_nothing_can_close(event, state, asked - open_ones)

    def remember_memory(self, desk: Desk | None) -> None:
        """At a death: what memory held is what the journal gives, if it had reached the disk."""
        self._memory = None
        if desk is None:
            return
        rows = self._disk.rows
        if desk.journal.last_sequence == self._disk.last_sequence and not desk.is_halfway:
            self._memory = (len(rows), state_hash(desk.state))

    def compare_memory(self, desk: Desk) -> None:
        """I-35, I-38: a start has back what the last process had, bit for bit."""
        if self._memory is None or self._memory[0] != len(self._disk.rows):
            return
        again = state_hash(desk.state)
        hold(again == self._memory[1], "I-38", "a start gives another state than memory had")

    def hold_at_rest(self, desk: Desk | None) -> None:
        """Everything, once faults are over and time has passed."""
        if desk is None:
            raise Broken("I-10", "without a fault the desk does not stay up")
        self.hold_after_a_step(desk)
        state, there = desk.state, self._venue.account
        account = state.accounts[DEFAULT_ACCOUNT]
        rest.i10_nothing_is_left_open(state)
        rest.i10_protocols_have_ended_or_ask(state)
        rest.i18_what_does_not_rest_is_gone(there)
        rest.i17_what_traded_is_what_was_filled(there, self.mirror.traded)
        self.mirror.same_as(self._venue.exchange.books)
        rest.i02_orders_are_the_venues(state, there, self.evidence)
        rest.i06_tickets_and_orders_match(self.evidence, self.names)
        rest.i06_the_venue_has_each_once(there, self.names)
        rest.i10_foreign_orders_are_shown(state, there, self.evidence)
        rest.i25_nothing_open_nothing_held(state, DEFAULT_ACCOUNT)
        money.i23_lots_are_the_position(account)
        exits.what_is_left_has_its_exits(state, there)
        exits.exits_share_what_is_held(state, there)
        money.i10_holdings_are_the_venues(
            account, there, self.evidence, self._opening, state.recon.breaks
        )
        live_hash = state_hash(state)
        rest.i35_the_journal_gives_the_same_state(self._disk, live_hash, self._fate)


def _is_booked(event: Event) -> bool:
    """Behind it nobody can say any more which orders had been exits."""
    return isinstance(event, OrderFilled | FillReversed | PositionAdopted)


def _takes_exits(event: Event) -> bool:
    """An act beside it that may mean exits."""
    if isinstance(event, Killed):
        return event.exits is ExitsOnKill.CANCEL
    return isinstance(event, EntriesCancelled)
