"""Drives a session against a market: one whose time we own, or one that follows the wall."""

from collections.abc import Callable, Sequence
from typing import Protocol

from engine.domain.contingent.turns import exits_reached, exits_waiting
from engine.domain.desk_breakers import SLOW_TIMER
from engine.domain.events import Event
from engine.domain.quotes import Phase
from engine.domain.recon import BACKGROUND
from engine.domain.records import Inbound
from engine.domain.reports import (
    PhaseChanged,
    Report,
    SessionResumed,
    TimerFired,
    TradeDateRolled,
    VenueAccepted,
    VenueFilled,
)
from engine.hosted import HostedVenue, SimulatedVenue
from engine.language.syntax import PracticeLine
from engine.runtime.resolve import Context, UnresolvedError, symbol_of
from engine.runtime.session import Session
from engine.runtime.watch import Watch
from engine.values import NANOS_PER_SECOND, Nanos

CHECKPOINT_EVERY = 10 * NANOS_PER_SECOND
"""Market time between two checkpoints while own orders rest: what a crash can age a queue place."""
CHECKPOINT_IDLE_EVERY = 60 * NANOS_PER_SECOND
"""The same while nothing rests: what of the market a crash can play again."""
EXITS_EVERY = NANOS_PER_SECOND // 10
"""Market time between two looks for exits that the desk itself has to send."""
STRIDE = 10 * NANOS_PER_SECOND
"""Market time between two looks at what wants attention, as fast as it goes."""
BOOKS_WAIT = 10 * NANOS_PER_SECOND
"""Market time that a start gives the venue to state its books."""
OPENING_TAKES = NANOS_PER_SECOND // 1_000
"""Market time in which every symbol of a new day has opened."""
SETTLE_ROUNDS_MAX = 1_000
"""Answers that cause answers at one instant; more can only be a loop of ours."""
FOREVER = Nanos(1 << 62)
NO_DRILLS = "drills are for a simulated venue: one that can misbehave by itself is asked there"


_ONCE = (VenueAccepted, VenueFilled, TradeDateRolled)


class Pace(Protocol):
    """How market time follows the wall."""

    def allowed(self, now: Nanos) -> Nanos:
        """The market time that may be reached now."""

    def wait(self, target: Nanos) -> None:
        """Sleeps until `target` may be reached, or something else wants attention."""


class AsFastAsItGoes:
    """No pacing: `--speed max`, and every script by default.

    In strides of market time all the same, so that the loop comes round for what wants attention;
    the strides are no matter of the wall clock, and so the same in every run.
    """

    def allowed(self, now: Nanos) -> Nanos:
        return Nanos(now + STRIDE)

    def wait(self, target: Nanos) -> None:
        return None


class Host:
    """The loop around a session: market, timers, reports, checkpoints; one thread, no surprises."""

    def __init__(self, session: Session, venue: HostedVenue, pace: Pace | None = None) -> None:
        self.session = session
        self.venue = venue
        self._simulated = venue.simulated
        self.pace: Pace = pace or AsFastAsItGoes()
        self.attend: Callable[[], None] = lambda: None
        """Called once a round, so that a live desk can answer requests in between."""
        self.watch = Watch()
        session.now = Nanos(max(session.now, venue.now))
        self._checkpoint_at = session.now

    @property
    def now(self) -> Nanos:
        return self.session.now

    def settle(self) -> list[Event]:
        """Handles everything that waits at this instant: reports, and timers that are due."""
        happened: list[Event] = []
        for _ in range(SETTLE_ROUNDS_MAX):
            reports, timers = self._collected(), self._due_timers()
            inbounds: list[Inbound] = [*reports, *timers]
            if not inbounds:
                inbounds += exits_reached(self.session.state, self.session.market)
            if not inbounds:
                return happened
            happened += self.session.step(inbounds)
        raise AssertionError("reports and timers at one instant do not come to an end")

    def _collected(self) -> list[Report]:
        """What must not happen twice is one commit with the place in the market where it happened.

        Otherwise a crash would play the same minute again: its orders would fill twice, and its
        night would be paid for twice.
        """
        reports, simulated = self.venue.collect(), self._simulated
        if simulated is None:
            return reports
        if any(type(report) in _ONCE or self._is_of_a_halt(report) for report in reports):
            reports.append(simulated.checkpoint())
        return reports

    def _is_of_a_halt(self, report: Report) -> bool:
        """One that begins, goes on or ends: a market may draw its halts anew after a restart."""
        if type(report) is not PhaseChanged:
            return False
        is_halted = report.phase in (Phase.HALTED, Phase.QUOTATION)
        return is_halted or report.symbol in self.session.state.halts

    def submit(self, *commands: Inbound) -> list[Event]:
        """One step with these inbounds, and everything that follows from it at this instant; at a
        venue whose time is everybody's that is now."""
        live = self.venue.live
        if live is not None:
            self.venue.advance(live.clock())
            self.session.now = Nanos(max(self.now, self.venue.now))
        happened = self.session.step(commands)
        return happened + self.settle()

    def _due_timers(self) -> list[TimerFired]:
        now, timers = self.now, self.session.state.timers
        if not timers:
            return []
        due = sorted((due, name) for name, due in timers.items() if due <= now)
        return [TimerFired(name) for _, name in due]

    def run_until(self, when: Nanos, done: Callable[[], bool] = lambda: False) -> bool:
        """Lets market time pass up to and including `when`; True as soon as `done()` holds.

        Returns False at `when`, or where a market without an end in sight has nothing left.
        """
        while not done():
            self.attend()
            target = min(when, self._next_timer(), self._next_look())
            allowed = self.pace.allowed(self.now)
            if not self._advance(min(target, allowed)):
                return done()
            if self.now >= when:
                return done()
            if allowed < target:
                self.pace.wait(target)
        return True

    def _next_timer(self) -> Nanos:
        timers = self.session.state.timers
        return min(timers.values()) if timers else FOREVER

    def _next_look(self) -> Nanos:
        """When the market is looked at: for losses and breakers, and for exits that wait here,
        where the venue has no groups."""
        look_at = self.watch.next_at(self.venue.next_at(), self.now) or FOREVER
        if not exits_waiting(self.session.state):
            return look_at
        return min(look_at, Nanos(self.now + EXITS_EVERY))

    def _is_awaited(self) -> bool:
        """A timer is set that has more to do than to look whether all is well."""
        timers = self.session.state.timers
        return any(not name.startswith((BACKGROUND, SLOW_TIMER)) for name in timers)

    def _advance(self, target: Nanos) -> bool:
        """Runs the market towards `target`, stopping where it has a report; False at its end."""
        has_ended = self.venue.next_at() is None and not self._is_awaited()
        if target > self.now:
            self.venue.advance(target)
        stays = has_ended or target == FOREVER or self.venue.has_reports()
        reached = self.venue.now if stays else target
        self.session.now = Nanos(max(self.now, reached))
        self.settle()
        self._look()
        self._checkpoint()
        return not has_ended

    def _look(self) -> None:
        """What nobody sends: the market itself can lower the trading state."""
        seen = self.watch.look(self.session.state, self.session.market, self.now)
        if seen:
            self.submit(*seen)

    def _checkpoint(self) -> None:
        """Own resting orders move up the queue without a word: their places are kept at times."""
        waited = self.now - self._checkpoint_at
        if waited < CHECKPOINT_EVERY or self._simulated is None:
            return
        if self.session.state.live or waited >= CHECKPOINT_IDLE_EVERY:
            self._keep_place(self._simulated, at_the_end=False)

    def leave(self) -> None:
        """The venue is left: its place in time, how each order that stays has waited, and what
        was measured."""
        if self._simulated is not None:
            self._keep_place(self._simulated, self._simulated.waits(), at_the_end=True)

    def _keep_place(
        self, venue: SimulatedVenue, waits: Sequence[Report] = (), *, at_the_end: bool
    ) -> None:
        self._checkpoint_at = self.now
        measured = venue.measured(at_the_end=at_the_end)
        self.session.step([*waits, *measured, venue.checkpoint()])

    def measure(self) -> None:
        """What was measured since the last checkpoint, for somebody who asks now."""
        measured = self._simulated.measured() if self._simulated is not None else []
        if measured:
            self.session.step(measured)

    def wake_up(self) -> None:
        """A market that was left closed opens its next day: nobody starts in the night."""
        phases = self.session.state.phases.values()
        next_at = self.venue.next_at()
        is_closed = bool(phases) and all(phase is Phase.CLOSED for phase in phases)
        if is_closed and next_at is not None:
            self.run_until(Nanos(next_at + OPENING_TAKES))

    def ask_about_orders_in_doubt(self, *, may_cancel: bool = True) -> list[Event]:
        """After a restart: what has no answer is asked about, never sent again.

        A cancel without an answer is repeated, unless `may_cancel` is denied: then it waits.
        """
        return self.submit(SessionResumed(may_cancel))

    def wait_for_the_books(self) -> None:
        """Lets market time pass until the venue's books have come and were compared, or for
        `BOOKS_WAIT`: then the desk opens not ready, and says so to every order (R41). A venue that
        is not there states nothing."""
        state, until = self.session.state, Nanos(self.now + BOOKS_WAIT)

        def is_over() -> bool:
            return bool(state.links_down) or not state.recon.holds_orders

        self.run_until(until, is_over)

    def practise(self, line: PracticeLine, context: Context) -> list[Event]:
        """A drill at the simulated venue. Raises UnresolvedError where it cannot be done here."""
        symbol = "" if line.symbol is None else symbol_of(line.symbol, context)
        if self._simulated is None:
            raise UnresolvedError(NO_DRILLS)
        refusal = self._simulated.practise(line.drill, symbol, line.span or Nanos(0))
        if refusal:
            raise UnresolvedError(refusal)
        return self.settle()

    def reports(self, *reports: Report) -> list[Event]:
        """The same door for what the host itself has to say."""
        return self.submit(*reports)
