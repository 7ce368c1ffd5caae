"""One seed from beginning to end: what happens, in which order, and what is looked at after it."""

from collections.abc import Callable

from connectors.faults.rates import Faults
from connectors.faults.venue import FaultyVenue
from data.errors import JournalDamagedError
from engine.domain.commands import CancelOrder, Command, Reconcile
from engine.domain.reports import SessionEnded
from engine.domain.state import DEFAULT_ACCOUNT
from engine.runtime.session import DeskStoppedError
from engine.values import NANOS_PER_MILLISECOND, NANOS_PER_SECOND
from simulation.broken import hold
from simulation.chance import Chance
from simulation.clock import Clock
from simulation.crowd import Crowd
from simulation.desk import Desk, InjectedBugError
from simulation.disk import Disk, SimJournal
from simulation.fate import Fate, ProcessDied
from simulation.misfortunes import Misfortunes
from simulation.person import Person
from simulation.plan import Plan
from simulation.promises import Promises
from simulation.trace import Trace
from simulation.trader import Trader
from simulation.venue import SimVenue
from simulation.wire import Wire

SECOND, MILLISECOND = NANOS_PER_SECOND, NANOS_PER_MILLISECOND
PAUSES = (0, 0, 0, MILLISECOND, 20 * MILLISECOND, 300 * MILLISECOND, 2 * SECOND, 10 * SECOND)
LAST_LOOKS = 360 * SECOND
"""Longer than it takes to ask about a request until it is known, and to compare all books twice."""
STARTS_MAX = 40
"""Starts that may die in a row before one is spared."""
BACK_AFTER = 400
"""Thousandths a step: a process that is gone is started again."""
FOREVER = 1 << 62
JUMPS = (-60, -40, -25, -10, 10, 25, 40, 60)
"""Thousandths of the price."""
LAST_DELAYS = 65 * SECOND
"""Longer than anything that was delayed before the faults stopped."""


class World:
    """Everything there is in a seed. Whoever plays against the desk has a stream of his own."""

    def __init__(self, plan: Plan, trace: Trace) -> None:
        self.plan, self.trace = plan, trace
        self.clock = Clock()
        self.fate = Fate(Chance(plan.seed, "fate"), plan.dies_at)
        self.disk = Disk(Chance(plan.seed, "disk"))
        self.venue = SimVenue(plan, Chance(plan.seed, "venue"))
        self.venue.now = self.clock.now
        now, phases = self.clock.now, self.venue.phases
        self.line = FaultyVenue(self.venue, plan.line, seed=plan.seed, now=now, anew=phases)
        self.wire = Wire(self.line, self.fate, self.disk)
        self.crowd = Crowd(self.venue, Chance(plan.seed, "crowd"))
        self.trader = Trader(plan, Chance(plan.seed, "trader"))
        self.person = Person(plan, Chance(plan.seed, "person"), self.venue)
        self.misfortunes = Misfortunes(
            plan, self.clock, self.fate, self.disk, self.venue, self.line, trace
        )
        self.promises = Promises(plan, self.disk, self.venue, self.wire, self.fate, trace)
        self.desk: Desk | None = None
        self.step = self._ends = 0
        self._chance, self._news = Chance(plan.seed, "world"), Chance(plan.seed, "news")

    def run(self) -> None:
        """Raises Broken where a promise is not kept."""
        self.crowd.open()
        self._start()
        for step in range(1, self.plan.steps + 1):
            self.step = step
            self._something_happens()
            self.promises.hold_after_a_step(self.desk)
        self._come_to_rest()
        self.promises.hold_at_rest(self.desk)

    # --- what happens

    def _something_happens(self) -> None:
        chance = self._chance
        self._pass(chance.pick(PAUSES))
        if self.desk is None:
            self.crowd.act()
            if chance.happens(BACK_AFTER):
                self._start()
            return
        self.misfortunes.strike(self.step, self.desk)
        if self._news.happens(self.plan.shocks):
            self._jump()
        for _ in range(chance.between(0, 2)):
            self.crowd.act()
        if chance.happens(self.plan.leaves):
            self._alive(self._leave)
        elif chance.happens(800):
            self._alive(self._trade)
        else:
            self._alive(self._settle)

    def _jump(self) -> None:
        symbol, mille = self._news.pick(self.plan.symbols), self._news.pick(JUMPS)
        self.trace.say(self.step, f"{symbol} jumps by {mille / 10} %")
        self.crowd.jump(symbol, mille)

    def _trade(self) -> None:
        desk = self.desk
        assert desk is not None
        if self._chance.happens(self.plan.hurried):
            commands: list[Command] = [*self.trader.burst(desk.state)]
        else:
            commands = [self.trader.command(desk.state)]
        while self._chance.happens(150):
            commands.append(self.trader.command(desk.state))
        commands += self.person.says(desk.state)
        for command in commands:
            self.trace.asked(self.step, command)
        cancels = [each for each in commands if isinstance(each, CancelOrder)]
        open_ones = {int(each.order_id) for each in cancels if _can_be_cancelled(desk, each)}
        asked = self.trader.with_codes(commands)
        happened = desk.ask([*self.misfortunes.noticed(), *asked])
        self.promises.heed_answers(open_ones, happened, desk.state)
        desk.settle()

    def _leave(self) -> None:
        """A clean end, which takes the same way back in."""
        desk = self.desk
        assert desk is not None
        desk.ask([SessionEnded("done for now", clean=True)])
        self._dead("after a clean end")

    def _settle(self) -> None:
        if self.desk is not None:
            self.desk.settle()

    # --- time

    def _pass(self, span: int) -> None:
        """Market time passes in hops, so that every timer and message meets the desk in time."""
        end = self.clock.now + span
        while self.clock.now < end:
            self.clock.move(min(end, self._next_at()) - self.clock.now)
            self._arrive()
            if self.desk is not None:
                self._alive(self._settle)
            self.promises.hold_at_a_moment(self.desk)

    def _next_at(self) -> int:
        """When the desk hears or does something next by itself; never without one."""
        if self.desk is None:
            return FOREVER
        timer, due = self.desk.next_timer_in(), self.line.next_at()
        timed = FOREVER if timer is None else self.clock.now + timer
        return max(self.clock.now + 1, min(timed, FOREVER if due is None else due))

    def _arrive(self) -> None:
        self.venue.now = self.clock.now
        self.line.pass_to(self.clock.now)

    # --- lives and deaths of the process

    def _alive(self, work: Callable[[], None]) -> None:
        """Does it, as a process that can die of it."""
        try:
            try:
                work()
            except (DeskStoppedError, InjectedBugError) as fault:
                self.trace.say(self.step, f"the desk stops: {fault}")
                if self.desk is not None:
                    self.desk.fail_stop(fault)
                self._dead("stopped")
        except ProcessDied as death:
            self._dead(str(death))

    def _dead(self, point: str) -> None:
        self.trace.say(self.step, f"dies {point}")
        self.promises.remember_memory(self.desk)
        self.desk = None
        self._ends += 1
        self.fate.spare()
        self.wire.desk_died()

    def _start(self) -> None:
        """Until one is up, or the world goes on without it."""
        if self.disk.head[0] and self._chance.happens(self.plan.rot):
            self._rot_is_noticed()
        if self._chance.happens(700):
            self.disk.is_full = self.disk.is_failing = False
        if self._chance.happens(self.plan.crash_again):
            self.fate.seal()
        self.trace.say(self.step, "starts")
        self._alive(self._start_once)

    def _start_once(self) -> None:
        desk = self.desk = self._new_desk()
        self.promises.compare_memory(desk)
        if self._chance.happens(self.plan.snapshot):
            self.disk.kept_snapshot = desk.recovered.snapshot()
        desk.open()
        desk.settle()

    def _new_desk(self) -> Desk:
        watch = self.promises.limits.hold_before_anything_leaves
        desk = Desk(self.plan, self.disk, self.fate, self.wire, self.venue, self.clock, watch)
        self.promises.limits.state = desk.state
        return desk

    def _rot_is_noticed(self) -> None:
        """I-37: changed bytes stop a start; a person puts the backup back."""
        whole = self.disk.rot()
        try:
            SimJournal(self.disk, self.fate)
        except JournalDamagedError:
            self.trace.say(self.step, "the journal is damaged, and that is noticed")
        else:
            hold(False, "I-37", "changed bytes came back as if nothing were wrong")
        self.disk.rows = whole

    # --- the end

    def _come_to_rest(self) -> None:
        """Faults stop; then everything has to be resolved within a bounded time (I-10)."""
        self.step += 1
        self.misfortunes.end()
        self.line.change(Faults(keeps_reports=self.plan.line.keeps_reports))
        for _ in range(STARTS_MAX):
            # What was planted before can still end a process; then all of this is for the next.
            self._ensure_a_desk()
            ends = self._ends
            self._pass(LAST_DELAYS)
            self.crowd.settle_down()
            self._pass(LAST_LOOKS)
            if self._ends == ends and self._is_compared():
                return

    def _is_compared(self) -> bool:
        """Where nobody knows of a foreign order a person asks, and hears; False where that ended
        the process."""
        ends = self._ends
        if self.plan.foreign or self.plan.attends:
            self._alive(self._compare)
            self._pass(2 * LAST_DELAYS)
        return self._ends == ends

    def _compare(self) -> None:
        if self.desk is not None:
            self.desk.ask([Reconcile(DEFAULT_ACCOUNT)])

    def _ensure_a_desk(self) -> None:
        for _ in range(STARTS_MAX):
            if self.desk is not None:
                return
            self.trace.say(self.step, "starts")
            self._alive(self._start_once)


def _can_be_cancelled(desk: Desk, command: CancelOrder) -> bool:
    order = desk.state.orders.get(command.order_id)
    return order is not None and not order.is_done and not order.is_cancelling
