"""Known bugs of this industry as patches of the desk: each has to be caught by some promise."""

from itertools import count
from typing import Any
from unittest.mock import patch

from msgspec.structs import replace

from data.errors import JournalDamagedError
from engine.domain import commands as cmd
from engine.domain import (
    decide,
    events,
    flatten,
    moves,
    orders,
    outbox,
    second_factor,
    submission,
)
from engine.domain import reports as rep
from engine.domain.contingent import exits, groups, turns
from engine.domain.factor_facts import SecondFactorChecked
from engine.domain.identity import client_order_id
from engine.domain.requests import NewOrderRequest, StatusRequest
from engine.domain.risk import frame, proposal
from engine.domain.risk.rules import flow, holdings, margin, quantities, sessions
from engine.exchange.book import Book
from engine.exchange.messages import SelfMatch
from engine.exchange.settings import BookSettings
from engine.runtime.session import Session
from engine.values import OrderType, TimeInForce
from simulation import desk as sim_desk
from simulation import floor as sim_floor
from simulation import venue as sim_venue
from simulation.desk import Desk
from simulation.disk import Disk, SimJournal
from simulation.families import EXITS, LIMITS, LOSSES
from tests.simulation import limit_mutants as limits
from tests.simulation.patches import Mutant, Patches, changes, decides, without, without_rule

UNSYNCED_ROWS = 2

# ---- what is unknown is guessed ----------------------------------------------------------------


def no_answer_is_a_rejection() -> Patches:
    """timeout → REJECTED"""

    def make(usual: Any) -> Any:
        def guess(state: Any, report: Any, market: Any, now: Any) -> Any:
            happened = usual(state, report, market, now)
            if report.state is not rep.LinkState.DOWN:
                return happened
            sent = [state.orders[i] for i in state.live if state.orders[i].pending_new]
            return [*happened, *(events.OrderRejected(now, o.order_id, "timeout") for o in sent)]

        return guess

    return [decides(rep.LinkChanged, make)]


def no_answer_is_sent_again() -> Patches:
    """timeout → resend"""
    usual_release = sim_desk.Wire.release

    def release(self: Any, requests: Any, staged: Any) -> None:
        released: dict[str, NewOrderRequest] = self.__dict__.setdefault("released", {})
        again = []
        for request in requests:
            if type(request) is NewOrderRequest:
                released[request.client_order_id] = request
            asked = type(request) is StatusRequest and released.get(request.client_order_id)
            again.append(asked or request)
        usual_release(self, again, self.stage(again))

    return [patch.object(sim_desk.Wire, "release", release)]


def a_restart_sends_again() -> Patches:
    """What was released and never answered leaves once more, where it should be asked about."""

    usual = outbox._REQUESTS[events.StatusRequested]

    def resend(event: Any, state: Any) -> Any:
        o = state.orders[event.order_id]
        if o.pending_new is None:
            return usual(event, state)
        return NewOrderRequest(
            o.client_order_id,
            o.order.account,
            o.order.symbol,
            o.order.instruction,
            o.quantity,
            o.order.type,
            o.order.time_in_force,
            o.price,
            o.stop,
            o.order.trigger,
            o.order.post_only,
        )

    return [patch.dict(outbox._REQUESTS, {events.StatusRequested: resend})]


def asking_to_cancel_is_proof() -> Patches:
    """cancel treated as proof"""

    def make(usual: Any) -> Any:
        def believe(state: Any, command: Any, market: Any, now: Any) -> Any:
            happened = usual(state, command, market, now)
            asked = [e for e in happened if type(e) is events.CancelRequested]
            gone = [
                events.OrderCancelled(now, e.order_id, state.orders[e.order_id].leaves, "", True)
                for e in asked
            ]
            return [*happened, *gone]

        return believe

    return [decides(cmd.CancelOrder, make)]


def a_larger_order_on_its_way_does_not_count() -> Patches:
    """The worst case forgets the change in flight."""
    quantity = property(lambda self: self.quantity)
    return [
        patch.object(orders.Order, "worst_quantity", quantity),
        patch.object(orders.Order, "worst_leaves", property(lambda self: self.leaves)),
    ]


# ---- things happen twice, or not at all --------------------------------------------------------


def executions_are_not_remembered() -> Patches:
    """no execution dedupe"""

    def again(usual: Any) -> Any:
        return lambda state, report, market, now: without(
            state, "executions", usual, report, market, now
        )

    return [decides(rep.VenueFilled, again)]


def a_ticket_is_sent_twice() -> Patches:
    """replay accepted"""

    def again(usual: Any) -> Any:
        return lambda state, command, market, now: without(
            state, "tickets", usual, command, market, now
        )

    return [decides(cmd.SubmitOrder, again)]


def late_fills_are_dropped() -> Patches:
    """A fill of an order that is over is taken for a repeat, also when it is told again."""

    def make(usual: Any) -> Any:
        dropped: set[tuple[int, str]] = set()

        def drop(state: Any, report: Any, market: Any, now: Any) -> Any:
            order = state.orders.get(state.by_client_id.get(report.client_order_id, 0))
            is_late = order is not None and order.has_ended
            name = (state.seed, report.execution_id)
            if name in dropped or is_late:
                dropped.add(name)
                return [events.DuplicateIgnored(now, "late")]
            return usual(state, report, market, now)

        return drop

    return [decides(rep.VenueFilled, make)]


def a_fill_before_its_acceptance_is_dropped() -> Patches:
    """For good: a list of executions that tells of it again changes nothing."""

    def make(usual: Any) -> Any:
        dropped: set[tuple[int, str]] = set()

        def drop(state: Any, report: Any, market: Any, now: Any) -> Any:
            order = state.orders.get(state.by_client_id.get(report.client_order_id, 0))
            is_early = order is not None and not order.venue_order_id
            name = (state.seed, report.execution_id)
            if name in dropped or is_early:
                dropped.add(name)
                return [events.DuplicateIgnored(now, "early")]
            return usual(state, report, market, now)

        return drop

    return [decides(rep.VenueFilled, make)]


def a_correction_is_one_fill_more() -> Patches:
    """execId .01 → .02 appended as a new fill beside the one that it corrects"""

    def make(usual: Any) -> Any:
        def append(state: Any, report: Any, market: Any, now: Any) -> Any:
            name = f"{report.execution_id}.{report.revision}"
            fill = rep.VenueFilled(
                report.client_order_id,
                name,
                report.price,
                report.quantity,
                report.liquidity,
                at=report.at,
            )
            return decide._DECISIONS[rep.VenueFilled](state, fill, market, now)

        return append

    return [decides(rep.VenueTradeCorrected, make)]


def a_correction_is_a_repeat() -> Patches:
    """A trade that is known is not looked at again, whatever revision comes of it."""

    def make(usual: Any) -> Any:
        def ignore(state: Any, report: Any, market: Any, now: Any) -> Any:
            if report.execution_id in state.executions:
                return [events.DuplicateIgnored(now, "known")]
            return usual(state, report, market, now)

        return ignore

    return [decides(rep.VenueTradeCorrected, make)]


# ---- exits -------------------------------------------------------------------------------------


def both_exits_stand_alone() -> Patches:
    """The group is forgotten on the wire: no exit ends the other, and both can fill."""
    usual = outbox._REQUESTS[events.OrderReleased]

    def alone(event: Any, state: Any) -> Any:
        return replace(usual(event, state), oca_group="")

    return [patch.dict(outbox._REQUESTS, {events.OrderReleased: alone})]


def exits_are_for_what_was_ordered() -> Patches:
    """The whole quantity of an entry, whatever it has filled, and nobody asks what is held."""

    def whole(state: Any, group: int, bracket: Any) -> Any:
        entry = state.orders.get(group)
        return bracket.quantity if entry is None else entry.quantity if entry.cumulative else 0

    return [patch.object(exits, "covered_by", whole), *without_rule(holdings.reduce_only)]


def exits_stay_as_they_left() -> Patches:
    """What an entry fills later, or a bust takes from it, changes no exit."""
    return [patch.object(exits._Step, "_resize", lambda self, leg: [])]


def spent_exits_have_no_successor() -> Patches:
    """The second fill of an entry is left without a stop when the first was stopped out."""
    modules = (exits, turns, groups)
    return [patch.object(module, "has_successor", lambda bracket, leg: False) for module in modules]


# ---- identity ----------------------------------------------------------------------------------


def ids_are_counted_in_memory() -> Patches:
    """id rollback: the counter begins anew with the process"""
    counter = count(1)
    usual = Desk.__init__

    def begin(self: Any, *arguments: Any) -> None:
        nonlocal counter
        counter = count(1)
        usual(self, *arguments)

    def name(*, instance: str, epoch: int, order_id: Any, revision: int) -> str:
        number = next(counter)  # type: ignore[call-overload]
        return client_order_id(instance=instance, epoch=epoch, order_id=number, revision=revision)

    return [
        patch.object(Desk, "__init__", begin),
        patch.object(submission, "client_order_id", name),
    ]


def orders_are_found_by_their_place() -> Patches:
    """index-based order lookup: the n-th report of the venue is about the n-th live order"""

    def make(usual: Any) -> Any:
        def misread(state: Any, report: Any, market: Any, now: Any) -> Any:
            live = list(state.live)
            known = state.by_client_id.get(report.client_order_id)
            if known not in live:
                return usual(state, report, market, now)
            place = int(report.client_order_id.split("-")[2], 36) % len(live)
            kept = state.by_client_id
            state.by_client_id = {**kept, report.client_order_id: live[place]}
            try:
                return usual(state, report, market, now)
            finally:
                state.by_client_id = kept

        return misread

    return [decides(rep.VenueFilled, make)]


# ---- the disk ----------------------------------------------------------------------------------


def requests_leave_before_the_commit() -> Patches:
    """commit (fsync) removed from the way of an order"""
    usual = Session._commit

    def commit(self: Any, step: Any, outbox: Any) -> None:
        if outbox:
            self.venue.release(outbox, self.venue.stage(outbox))
        usual(self, step, [])

    return [patch.object(Session, "_commit", commit)]


def commits_are_not_synced() -> Patches:
    """fsync removed: what was acknowledged last is gone with the process"""
    usual = Desk.__init__

    def begin(self: Any, plan: Any, disk: Disk, *rest: Any) -> None:
        if len(disk.rows) > UNSYNCED_ROWS:
            del disk.rows[-UNSYNCED_ROWS:]
            disk.point_head()
        usual(self, plan, disk, *rest)

    return [patch.object(Desk, "__init__", begin)]


def the_chain_is_not_checked() -> Patches:
    """chain unchecked"""

    def trust(self: Any) -> None:
        return None

    return [patch.object(SimJournal, "_verify", trust)]


def the_head_is_not_checked() -> Patches:
    """A journal whose end is gone passes for whole."""
    usual = SimJournal._verify

    def trust(self: Any) -> None:
        try:
            usual(self)
        except JournalDamagedError as error:
            if "head" not in str(error):
                raise

    return [patch.object(SimJournal, "_verify", trust)]


def a_snapshot_loses_a_block_behind_it() -> Patches:
    """The first one behind it only tells what the market lists, which is no news."""

    def blocks(self: Any, after: Any) -> Any:
        rows = [row.block for row in self._disk.rows if row.block.last > after]
        return iter([*rows[:1], *rows[2:]] if after else rows)

    return [patch.object(SimJournal, "blocks", blocks)]


# ---- limits, money, acts -----------------------------------------------------------------------


def market_orders_have_no_value() -> Patches:
    """missing market-order value check"""

    def only_limits(check: Any) -> Any:
        def pass_market(p: Any, *rest: Any) -> Any:
            return None if p.order.type is OrderType.MARKET else check(p, *rest)

        return pass_market

    of_value = (margin.buying_power, quantities.order_notional)
    return [
        patch.object(
            frame,
            "_ENTRY_CHECKS",
            tuple(only_limits(c) if c in of_value else c for c in frame._ENTRY_CHECKS),
        )
    ]


def reserves_are_not_released() -> Patches:
    """reserve not released"""
    usual = moves.hold

    def hold(state: Any, order: Any) -> None:
        if not order.is_done:
            usual(state, order)

    return [patch.object(moves, "hold", hold)]


def a_flatten_waits_for_nothing() -> Patches:
    """crossing zero on flatten"""

    def nothing_open(*arguments: Any, **more: Any) -> tuple[int, int]:
        return 0, 0

    return [
        patch.object(flatten, "_is_awaited", lambda order: False),
        patch.object(flatten, "open_quantities", nothing_open),
        patch.object(proposal, "open_quantities", nothing_open),
    ]


def a_flatten_takes_exits_it_cannot_replace() -> Patches:
    """The stop goes in a halt, and at the reopening nobody protects what is held."""
    return [patch.object(flatten, "_why_it_waits", lambda *arguments: "")]


def a_halt_holds_nothing_back() -> Patches:
    return without_rule(sessions.trading_state)


def orders_leave_over_a_broken_link() -> Patches:
    return without_rule(sessions.not_ready)


def exits_are_judged_like_entries() -> Patches:
    """A breaker that keeps a trader from closing what it was meant to protect him from."""
    checks = tuple(check for check in frame._ENTRY_CHECKS if check not in frame._OFF_BY)
    return [
        patch.object(frame, "_EXIT_CHECKS", checks),
        patch.object(frame, "_CALM_EXIT_CHECKS", checks),
        patch.object(frame, "_EXIT_BITS", frame._ENTRY_BITS),
    ]


def hands_are_not_throttled() -> Patches:
    return without_rule(flow.order_rate)


def a_code_passes_twice() -> Patches:
    """replay accepted TOTP"""

    def make(usual: Any) -> Any:
        def forget(state: Any, report: Any, market: Any, now: Any) -> Any:
            kept = state.factor
            state.factor = replace(kept, last_step=0)
            try:
                return usual(state, report, market, now)
            finally:
                state.factor = kept

        return forget

    return [decides(SecondFactorChecked, make)]


def a_pass_is_kept_for_later() -> Patches:
    """Once a code was right, everything that wants one has it."""

    def passed(state: Any) -> bool:
        return state.factor.last_step > 0

    return [patch.object(second_factor, "has_passed", passed)]


def a_kill_forgets_to_cancel() -> Patches:
    def make(usual: Any) -> Any:
        return lambda *arguments: [
            e for e in usual(*arguments) if type(e) is not events.CancelRequested
        ]

    return [decides(cmd.Kill, make)]


def a_halted_desk_refuses_cancels() -> Patches:
    def make(usual: Any) -> Any:
        def refuse(state: Any, command: Any, market: Any, now: Any) -> Any:
            halted = any(
                a.trading.state > events.TradingState.ACTIVE for a in state.accounts.values()
            )
            happened = usual(state, command, market, now)
            return [e for e in happened if not halted or type(e) is not events.CancelRequested]

        return refuse

    return [decides(cmd.CancelOrder, make)]


def a_fill_is_booked_on_the_wrong_side() -> Patches:
    """Cash moves the other way for sales."""

    def make(usual: Any) -> Any:
        def book(state: Any, event: Any) -> None:
            usual(state, event)
            account = state.accounts["PAPER"]
            account.ledger["fees"] = account.ledger.get("fees", 0) + 1

        return book

    return [changes(events.OrderFilled, make)]


def cash_drifts() -> Patches:
    """A cent a fill, in the books on both sides."""

    def make(usual: Any) -> Any:
        def book(state: Any, event: Any) -> None:
            usual(state, event)
            account = state.accounts["PAPER"]
            account.cash += 10_000
            account.ledger["cash"] += 10_000
            account.ledger["fees"] = account.ledger.get("fees", 0) - 10_000

        return book

    return [changes(events.OrderFilled, make)]


def the_desk_raises_itself() -> Patches:
    """Room on the disk opens the door again without a person."""

    def make(usual: Any) -> Any:
        def raise_again(state: Any, report: Any, market: Any, now: Any) -> Any:
            happened = usual(state, report, market, now)
            if report.level is not rep.SpaceLevel.AMPLE:
                return happened
            active = (now, "PAPER", "*", events.TradingState.ACTIVE, False, "room", cmd.Origin.DESK)
            return [*happened, events.TradingStateChanged(*active)]

        return raise_again

    return [decides(rep.DiskSpaceSeen, make)]


# ---- the exchange ------------------------------------------------------------------------------


def late_orders_stand_in_front() -> Patches:
    """A queue is taken from its end."""
    usual = Book.join

    def jump(self: Any, resting: Any, before: Any = None) -> None:
        usual(self, resting, before or resting.level.first)

    slow_way = BookSettings(self_match=SelfMatch.CANCEL_AGGRESSIVE, orders_max=1_000_000)
    return [patch.object(Book, "join", jump), patch.object(sim_floor, "SETTINGS", slow_way)]


def the_trader_trades_with_himself() -> Patches:
    return [patch.object(sim_floor, "SETTINGS", BookSettings())]


def what_should_not_rest_rests() -> Patches:
    usual = sim_venue.operation_of

    def lasting(request: Any, order: Any) -> Any:
        arrival = usual(request, order)
        is_ioc = arrival.time_in_force is TimeInForce.IOC
        return replace(arrival, time_in_force=TimeInForce.DAY) if is_ioc else arrival

    return [patch.object(sim_venue, "operation_of", lasting)]


MUTANTS = (
    Mutant("pending forgotten", ("I-29",), limits.what_is_not_acknowledged_does_not_count, LIMITS),
    Mutant("unknown is nothing", ("I-29",), limits.what_is_unknown_counts_as_nothing, LIMITS),
    Mutant("part filled forgotten", ("I-29",), limits.part_filled_orders_do_not_count, LIMITS),
    Mutant("part filled twice", ("in vain",), limits.part_filled_orders_count_twice, LIMITS),
    Mutant("fills taken off twice", ("I-29",), limits.fills_are_taken_off_twice, LIMITS),
    Mutant("a smaller change at once", ("I-29",), limits.a_smaller_change_counts_at_once, LIMITS),
    Mutant("change by its addition", ("I-29",), limits.a_change_is_judged_by_what_it_adds, LIMITS),
    Mutant("tightening unused", ("I-29",), limits.a_tightening_is_told_and_not_used, LIMITS),
    Mutant("tightening from now on", ("I-29",), limits.a_tightening_counts_for_what_is_new, LIMITS),
    Mutant("exposure of positions", ("I-29",), limits.exposure_is_what_is_held, LIMITS),
    Mutant(
        "open means acknowledged",
        ("I-29",),
        limits.only_confirmed_orders_are_open,
        LIMITS,
    ),
    Mutant("a loss without effect", ("I-29",), limits.a_loss_is_told_and_nothing_follows, LOSSES),
    Mutant("no open losses", ("I-29",), limits.what_is_held_has_lost_nothing, LOSSES),
    Mutant("messages not paced", ("I-33",), limits.messages_are_not_paced, LIMITS),
    Mutant("a correction counts twice", ("I-02", "I-10", "I-22"), a_correction_is_one_fill_more),
    Mutant("a correction is a repeat", ("I-02", "I-10"), a_correction_is_a_repeat),
    Mutant("exits stay as they left", ("exits", "I-51"), exits_stay_as_they_left, EXITS),
    Mutant("no successor", ("exits",), spent_exits_have_no_successor, EXITS),
    Mutant("both exits fill", ("I-12", "I-51", "I-09"), both_exits_stand_alone),
    Mutant("exits for what was ordered", ("I-12", "I-51"), exits_are_for_what_was_ordered),
    Mutant("a code passes twice", ("I-48",), a_code_passes_twice),
    Mutant("a pass is kept", ("I-48",), a_pass_is_kept_for_later),
    Mutant("cash drifts", ("I-22",), cash_drifts),
    Mutant("the desk raises itself", ("I-34",), the_desk_raises_itself),
    Mutant("queues from behind", ("I-15",), late_orders_stand_in_front),
    Mutant("trades with oneself", ("I-19",), the_trader_trades_with_himself),
    Mutant("an ioc rests", ("I-18",), what_should_not_rest_rests),
    Mutant(
        "timeout is a rejection",
        ("I-09", "I-08", "I-10", "I-02", "I-51", "F42"),
        no_answer_is_a_rejection,
    ),
    Mutant("timeout resends", ("I-06",), no_answer_is_sent_again),
    Mutant("a restart resends", ("I-06", "I-07"), a_restart_sends_again),
    Mutant("cancel is proof", ("I-09", "I-02"), asking_to_cancel_is_proof),
    Mutant(
        "a change in flight does not count",
        ("I-09", "F42"),
        a_larger_order_on_its_way_does_not_count,
    ),
    Mutant("no execution dedupe", ("I-03",), executions_are_not_remembered),
    Mutant("replay accepted", ("I-06",), a_ticket_is_sent_twice),
    Mutant("late fills dropped", ("I-02", "I-10"), late_fills_are_dropped),
    Mutant(
        "early fills dropped", ("I-02", "I-10", "I-09"), a_fill_before_its_acceptance_is_dropped
    ),
    Mutant("id rollback", ("I-06", "F42"), ids_are_counted_in_memory),
    Mutant(
        "index-based lookup",
        ("I-51", "I-02", "I-09", "I-10", "I-01", "F42"),
        orders_are_found_by_their_place,
    ),
    Mutant("release before commit", ("I-07",), requests_leave_before_the_commit),
    Mutant(
        "commit not synced",
        ("I-36", "I-06", "I-07", "I-09", "I-10", "I-35"),
        commits_are_not_synced,
    ),
    Mutant("chain unchecked", ("I-37",), the_chain_is_not_checked),
    Mutant("head unchecked", ("I-37",), the_head_is_not_checked),
    Mutant(
        "snapshot without its tail", ("I-38", "I-35", "F42"), a_snapshot_loses_a_block_behind_it
    ),
    Mutant("market order without value check", ("I-29",), market_orders_have_no_value),
    Mutant("reserve not released", ("I-25",), reserves_are_not_released),
    Mutant("crossing zero on flatten", ("I-51", "I-29"), a_flatten_waits_for_nothing),
    Mutant("flatten bares in a halt", ("I-11",), a_flatten_takes_exits_it_cannot_replace),
    Mutant("halt ignored", ("I-08",), a_halt_holds_nothing_back),
    Mutant("sends over a broken link", ("I-08",), orders_leave_over_a_broken_link),
    Mutant("no exit lane", ("exit lane",), exits_are_judged_like_entries),
    Mutant("hands not throttled", ("I-33",), hands_are_not_throttled),
    Mutant("kill cancels nothing", ("I-11",), a_kill_forgets_to_cancel),
    Mutant("halted desk refuses cancels", ("I-31",), a_halted_desk_refuses_cancels),
    Mutant("ledger does not balance", ("I-21",), a_fill_is_booked_on_the_wrong_side),
)
