"""The process under test: the real recovery and the real session, for as long as it lives."""

from collections.abc import Sequence

from engine.domain.breaker_events import BreakerReport
from engine.domain.contingent.turns import exits_reached
from engine.domain.events import Event
from engine.domain.factor_facts import SecondFactorKnown
from engine.domain.margin_facts import MarginSeen
from engine.domain.quotes import Source
from engine.domain.records import Inbound, Step, decode_records
from engine.domain.reports import (
    InstrumentsListed,
    LinkChanged,
    LinkState,
    Report,
    SessionOpened,
    SessionResumed,
    TimerFired,
)
from engine.domain.risk.limits import default_pairs
from engine.domain.state import DEFAULT_ACCOUNT, State
from engine.runtime.failstop import fail_stop
from engine.runtime.recovery import Recovered, recover
from engine.runtime.session import Session, StepListener
from engine.runtime.watch import Watch
from engine.values import MONEY_SCALE, NANOS_PER_SECOND, Money, Nanos
from simulation.clock import Clock, DeskClock
from simulation.disk import INSTANCE, Disk, SimJournal
from simulation.fate import Fate
from simulation.plan import Plan
from simulation.venue import SimVenue
from simulation.wire import Wire

MARKET = "simulated"
LIMITS = default_pairs("paper")
ENROLMENT = "simulated"
CONSENTING = "SANDBOX"
"""A mode that is neither paper nor live: what is found at the venue waits for a person."""
ROUNDS_MAX = 200
"""Answers that cause answers at one instant; more can only be a loop of ours."""


LOOKS_ON = 10 * NANOS_PER_SECOND
"""After a position was closed: what it lost is still to be told."""


class InjectedBugError(Exception):
    """Stands for any fault of our own code in the middle of a step."""


class Desk:
    """One life of the engine; `recover` of a later one finds what this one made durable."""

    def __init__(
        self,
        plan: Plan,
        disk: Disk,
        fate: Fate,
        wire: Wire,
        venue: SimVenue,
        clock: Clock,
        watch: StepListener,
    ) -> None:
        """Up to the verified journal and the replayed state; nothing has left yet.

        `watch` sees each step once it is durable and before anything of it leaves.
        Raises JournalDamagedError where the disk has changed what it was given.
        """
        self._plan, self._wire, self._venue = plan, wire, venue
        self.journal = SimJournal(disk, fate)
        fate.passes("before the replay")
        self.recovered: Recovered = recover(self.journal, instance=INSTANCE, epoch=1)
        self.clock = DeskClock(clock, _last_time(disk))
        self.session = Session(
            state=self.recovered.state,
            market=venue.market,
            journal=self.journal,
            venue=wire,
            now=self.clock.now,
        )
        self.session.listen_to_steps(watch)
        self._watch = Watch() if plan.watches else None
        self._held_at = self.clock.now
        wire.journal = self.journal
        self._fate = fate

    @property
    def state(self) -> State:
        return self.session.state

    @property
    def is_halfway(self) -> bool:
        """Inside a step: memory may be ahead of the disk."""
        return self.session.is_stopped

    def open(self) -> None:
        """What a start tells the desk, and what it asks about requests without an answer."""
        venue = self._venue
        phases = venue.phases()
        opening: list[Report] = [
            InstrumentsListed(venue.instruments),
            self._session_opened(),
            LinkChanged(venue.name, LinkState.UP, MARKET),
            *phases,
        ]
        if self._plan.factor:
            opening.append(SecondFactorKnown(ENROLMENT))
        self.ask(opening)
        self._fate.passes("before asking about requests in doubt")
        self.ask([SessionResumed()])

    def ask(self, inbounds: Sequence[Inbound]) -> list[Event]:
        """One step at the desk's own time."""
        self.session.now = Nanos(max(self.session.now, self.clock.now))
        self.session.market.feed_heard_at = self._wire.now = self.session.now
        return self.session.step(inbounds)

    def settle(self) -> list[Event]:
        """Everything that waits at this instant: reports, and timers that are due."""
        happened: list[Event] = []
        for _ in range(ROUNDS_MAX):
            inbounds: list[Inbound] = [*self._wire.collect(), *self._due_timers(), *self._looks()]
            inbounds = inbounds or [*exits_reached(self.state, self.session.market)]
            if not inbounds:
                return happened
            happened += self.ask(inbounds)
        raise AssertionError("reports and timers at one instant do not come to an end")

    def next_timer_in(self) -> int | None:
        """Nanoseconds until the next timer; None where none is set."""
        now = self.clock.now
        dues = [*self.state.timers.values()]
        if self._watch is not None:
            # The market goes on all the time; whoever has nothing in it loses nothing more.
            self._held_at = now if _is_held(self.state) else self._held_at
            market_at = now if now - self._held_at <= LOOKS_ON else None
            look_at = self._watch.next_at(market_at, now)
            dues += [] if look_at is None else [look_at]
        return max(0, min(dues) - now) if dues else None

    def plant_bug(self) -> None:
        """The next step breaks after its commit, before anything of it leaves."""
        self.session.listen_to_steps(_break)

    def fail_stop(self, fault: Exception) -> None:
        """A step broke: what a process does before it ends."""
        self._wire.is_stopping = True
        fail_stop(self.session, fault)

    def _looks(self) -> list[BreakerReport | MarginSeen]:
        """At the market, for losses and breakers; its feed is heard all the time."""
        if self._watch is None:
            return []
        market, now = self.session.market, self.clock.now
        market.feed_heard_at = now
        return self._watch.look(self.state, market, now)

    def _due_timers(self) -> list[TimerFired]:
        now = self.clock.now
        due = sorted((due, name) for name, due in self.state.timers.items() if due <= now)
        return [TimerFired(name) for _, name in due]

    def _session_opened(self) -> SessionOpened:
        state = self.state
        run = int(state.run.removeprefix("R") or "0") + 1 if state.run else 1
        return SessionOpened(
            run=f"R{run}",
            mode=CONSENTING if self._plan.consents else "PAPER",
            market=MARKET,
            source=Source.SYNTHETIC,
            trade_date=self._venue.trade_date,
            account=DEFAULT_ACCOUNT,
            opening_cash=opening_cash(self._plan),
            currency="USD",
            fee_table=self._plan.fee_table,
            limits=tuple({**dict(LIMITS), **dict(self._plan.tight)}.items()),
            seed=self._plan.seed,
            has_oca=self._venue.has_oca,
        )


def opening_cash(plan: Plan) -> Money:
    """What a new account begins with."""
    return Money(plan.cash * MONEY_SCALE)


def _is_held(state: State) -> bool:
    positions = state.accounts[DEFAULT_ACCOUNT].positions if state.accounts else {}
    return any(position.quantity for position in positions.values())


def _break(step: Step) -> None:
    raise InjectedBugError("a listener broke")


def _last_time(disk: Disk) -> Nanos:
    if not disk.rows:
        return Nanos(0)
    return decode_records(disk.rows[-1].block.payload)[-1].at
