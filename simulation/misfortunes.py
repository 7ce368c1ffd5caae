"""What goes wrong between two steps: lines, disks, clocks, venues and our own code."""

from connectors.faults.venue import FaultyVenue
from engine.domain.quotes import Phase
from engine.domain.reports import ClockStepped, DiskSpaceSeen, MachineSlept, Report, SpaceLevel
from engine.values import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, Nanos, Price, Quantity
from simulation.chance import Chance
from simulation.clock import Clock
from simulation.crowd import TICK
from simulation.desk import Desk
from simulation.disk import Disk
from simulation.fate import Fate
from simulation.plan import Plan
from simulation.strangers import Stranger
from simulation.trace import Trace
from simulation.venue import SimVenue
from simulation.whims import bust, correct, restate, roll

SECOND = NANOS_PER_SECOND
BREAKS = (SECOND, 5 * SECOND, 40 * SECOND)
CLOCK_STEPS = (-3_600 * SECOND, -2 * SECOND, 2 * SECOND, 3_600 * SECOND)
SLEEPS = (5 * SECOND, 600 * SECOND)


class Misfortunes:
    """Each by its own rate in the plan; together they are a swarm."""

    def __init__(
        self,
        plan: Plan,
        clock: Clock,
        fate: Fate,
        disk: Disk,
        venue: SimVenue,
        line: FaultyVenue,
        trace: Trace,
    ) -> None:
        self._plan, self._clock, self._fate, self._disk = plan, clock, fate, disk
        self._venue, self._line, self._trace = venue, line, trace
        self._chance = Chance(plan.seed, "misfortunes")
        self._stranger = Stranger(plan, Chance(plan.seed, "stranger"), venue)
        self._step = 0
        self._words: list[Report] = []

    def strike(self, step: int, desk: Desk) -> None:
        """Whatever this step brings; the desk hears of most of it later or never."""
        self._step = step
        plan, happens = self._plan, self._chance.happens
        if happens(plan.crash):
            self._fate.seal()
        if happens(plan.disconnect):
            self._break_line()
        if happens(plan.venue_restart):
            self._restart_venue()
        if happens(plan.disk_full):
            self._disk.is_full = True
        if happens(plan.disk_error):
            self._disk.is_failing = True
        if happens(plan.clock_step):
            step_by = self._chance.pick(CLOCK_STEPS)
            self._clock.step_wall(step_by)
            self._words.append(ClockStepped(Nanos(step_by)))
        if happens(plan.suspend):
            self._sleep()
        if happens(plan.venue_cancels):
            self._venue_lets_go()
        if happens(plan.busts):
            self._amend()
        if happens(plan.restates):
            self._restate()
        if happens(plan.halts):
            self._halt()
        if happens(plan.rolls):
            self._trace.say(step, "the trade date rolls")
            roll(self._venue)
        if happens(plan.foreign):
            self._trace.say(step, self._stranger.act())
        if happens(plan.bug):
            self._trace.say(step, "a bug of ours waits in the next step")
            desk.plant_bug()

    def noticed(self) -> list[Report]:
        """What the host has to say of the machine: its clock, its sleep, the room on its disk."""
        words, self._words = self._words, []
        if self._chance.happens(self._plan.disk_low):
            level = self._chance.pick(tuple(SpaceLevel))
            text = "" if level is SpaceLevel.AMPLE else f"room is {level.name}"
            words.append(DiskSpaceSeen(level, text))
        return words

    def end(self) -> None:
        """No fault goes on: what was drawn for messages on their way is all that is left."""
        self._fate.spare()
        self._disk.is_full = self._disk.is_failing = False
        self._venue.calm = True
        for symbol in self._plan.symbols:
            self._venue.enter_phase(symbol, Phase.OPEN)

    def _break_line(self) -> None:
        until = Nanos(self._clock.now + self._chance.pick(BREAKS))
        self._trace.say(self._step, f"the line is down until {until}")
        self._line.disconnect(until, "the cable")

    def _restart_venue(self) -> None:
        """It comes back with its orders, and counts them from the beginning again (F23)."""
        until = Nanos(self._clock.now + self._chance.pick(BREAKS))
        self._trace.say(self._step, f"the venue is gone until {until}")
        if self._plan.line.keeps_reports:
            self._line.disconnect(until, "the venue restarts")
        else:
            self._line.restart(until, "the venue restarts")
        self._venue.restart()

    def _sleep(self) -> None:
        """The machine sleeps and the world goes on; the host then knows that its link is stale."""
        span = self._chance.pick(SLEEPS)
        self._trace.say(self._step, f"the machine sleeps for {span}")
        self._clock.move(span)
        self._venue.now = self._clock.now
        self._line.pass_to(self._clock.now)
        self._words.append(MachineSlept(Nanos(span), is_suspend=True))
        soon = Nanos(self._clock.now + NANOS_PER_MILLISECOND)
        self._line.disconnect(soon, "the machine slept")

    def _venue_lets_go(self) -> None:
        live = self._venue.account.live()
        if live:
            order = self._chance.pick(live)
            self._trace.say(self._step, f"the venue lets {order.client_order_id} go")
            self._venue.let_go(order, "the venue's own decision")

    def _amend(self) -> None:
        """What it takes back of an order that is open is not open again: less of it is left."""
        orders = self._venue.account.orders()
        traded = [o for o in orders if o.fills and not o.is_foreign]
        if not traded:
            return
        order = self._chance.pick(traded)
        trade = self._chance.pick(order.fills)
        self._trace.say(self._step, f"the venue amends {trade.execution_id}")
        if self._chance.happens(400):
            bust(self._venue, order, trade)
            return
        price = Price(trade.price + self._chance.between(-5, 5) * TICK)
        quantity = Quantity(self._chance.between(1, trade.quantity))
        correct(self._venue, order, trade, price, quantity)

    def _restate(self) -> None:
        live = [o for o in self._venue.account.live() if o.open > 1]
        if live:
            order = self._chance.pick(live)
            quantity = Quantity(order.cumulative + self._chance.between(1, order.open - 1))
            self._trace.say(self._step, f"the venue restates {order.client_order_id}: {quantity}")
            restate(self._venue, order, quantity)

    def _halt(self) -> None:
        symbol = self._chance.pick(self._plan.symbols)
        halted = self._venue.keeper.phase(symbol) is Phase.HALTED
        self._trace.say(self._step, f"{symbol} halts: {not halted}")
        self._venue.enter_phase(symbol, Phase.OPEN if halted else Phase.HALTED)
