"""Market time in a person's hands: pause, play, step, speed, jump; forward only.

Everything between here and where a jump leads is played through the book, and orders may fill on
the way. Backwards there is no way: market time never runs backwards in a home. A recording can
begin anew instead, with positions kept and working orders expired by the rule of recorded days.
"""

from collections.abc import Callable

import msgspec

from engine.domain import events as ev
from engine.domain.modes import is_live
from engine.domain.quotes import Phase, Source
from engine.domain.records import Record
from engine.language.replays import AS_FAST_AS_IT_GOES
from engine.language.syntax import ReplayLine, ReplayVerb
from engine.runtime.host import FOREVER, AsFastAsItGoes, Host
from engine.runtime.market_time import at_time_of_day, exchange_clock
from engine.values import NANOS_PER_SECOND, Nanos

OURS = (Source.SYNTHETIC, Source.REPLAY)
"""Sources whose time is made here; paper orders on live quotes wait like everybody."""
LIVE_REFUSAL = "a live market cannot be paused, stepped or jumped: its time is everybody's"
ENDED = "the market has ended: nothing is left to play"
NEVER_ANEW = "this market never begins anew in its home; another home does, --home DIR"
NOT_IN_SCRIPTS = "a script begins anew by being run again"
STANDS_STILL = "the market is paused: `replay play` lets it go on"
_EVERYTHING_PLAYED = "the market ended on the way"


class Refused(Exception):  # noqa: N818 - a sentence for a person, not a fault of ours
    """What was asked cannot be; the message says why and what can."""


class Goal(msgspec.Struct, frozen=True):
    """Where market time is to go: to `until`, or as soon as `is_reached`."""

    words: str
    """What was done once it is reached: `jumped to 10:30:00`."""
    until: Nanos
    is_reached: Callable[[], bool]
    is_fine: bool = False
    """One event at a time: what is waited for is nothing that the venue stops at by itself."""


class Journey:
    """What happened to the desk's orders since a goal was set."""

    def __init__(self) -> None:
        self.fills = self.ended = 0

    def note(self, record: Record) -> None:
        if isinstance(record.body, ev.OrderFilled):
            self.fills += 1
        elif isinstance(record.body, ev.OrderExpired | ev.OrderCancelled | ev.OrderRejected):
            self.ended += 1

    def sentence(self, ghost_fills: int) -> str:
        """`; on the way: 2 fills, 1 ghost fill`, or nothing."""
        counts = (
            (self.fills, "fill"),
            (ghost_fills, "ghost fill"),
            (self.ended, "cancelled or expired"),
        )
        said = [
            f"{count:,} {word}{'s' if count > 1 and word.endswith('fill') else ''}"
            for count, word in counts
            if count
        ]
        return f"; on the way: {', '.join(said)}" if said else ""


class Conductor:
    """Makes goals of replay lines and knows when one is reached; who drives the host runs them."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.goal: Goal | None = None
        self._journey = Journey()
        self._fills = self._ghosts_before = 0
        host.session.listen(self._note)

    def _note(self, record: Record) -> None:
        self._journey.note(record)
        if isinstance(record.body, ev.OrderFilled):
            self._fills += 1

    # --- goals

    def check_control(self) -> None:
        """Raises Refused where market time is in nobody's hands."""
        state = self._host.session.state
        if is_live(state.mode) or state.source not in OURS:
            raise Refused(LIVE_REFUSAL)

    def aim(self, line: ReplayLine) -> Goal:
        """The goal of a step or a jump becomes the one that counts. Raises Refused."""
        self.check_control()
        if self._host.venue.next_at() is None:
            raise Refused(ENDED)
        makers = {
            ReplayVerb.STEP: self._step,
            ReplayVerb.STEP_TRADE: self._step_trade,
            ReplayVerb.JUMP: self._jump,
            ReplayVerb.JUMP_FILL: self._jump_fill,
        }
        self.goal = makers[line.verb](line)
        self._journey = Journey()
        self._ghosts_before = self._ghost_fills()
        return self.goal

    def next_stop(self, now: Nanos) -> Nanos | None:
        """For the pace: how far the market may run at once towards the goal."""
        goal = self.goal
        if goal is None:
            return None
        if not goal.is_fine:
            return goal.until
        following = self._host.venue.next_at()
        return goal.until if following is None else min(goal.until, _after(now, following))

    def arrived(self) -> str:
        """What to say once the goal is reached, which it then is no longer; '' until then."""
        goal = self.goal
        if goal is None:
            return ""
        host = self._host
        has_ended = host.venue.next_at() is None
        if not (goal.is_reached() or host.now >= goal.until or has_ended):
            return ""
        self.goal = None
        short = has_ended and not goal.is_reached() and host.now < goal.until
        ghosts = self._ghost_fills() - self._ghosts_before
        where = _EVERYTHING_PLAYED if short else goal.words
        return f"{exchange_clock(host.now)}: {where}{self._journey.sentence(ghosts)}"

    def give_up(self) -> None:
        """Somebody took the time into their hands again."""
        self.goal = None

    def _step(self, line: ReplayLine) -> Goal:
        host = self._host
        if line.nanos:
            until = Nanos(host.now + line.nanos)
            return Goal(f"stepped {line.nanos / NANOS_PER_SECOND:g} s", until, _never)
        following = host.venue.next_at()
        assert following is not None, "a market that has ended was refused"
        return Goal("stepped one event", _after(host.now, following), _never)

    def _step_trade(self, line: ReplayLine) -> Goal:
        before = self._trades()
        return Goal("stepped one trade", FOREVER, lambda: self._trades() != before, is_fine=True)

    def _jump(self, line: ReplayLine) -> Goal:
        host = self._host
        until = at_time_of_day(host.session.state.trade_date, line.nanos)
        if until < host.now:
            anew = "`replay restart` begins the day anew" if self._is_recorded() else NEVER_ANEW
            raise Refused(
                f"it is {exchange_clock(host.now)}, and market time never runs backwards: {anew}"
            )
        return Goal(f"jumped to {exchange_clock(until, digits=0)}", until, _never)

    def _jump_fill(self, line: ReplayLine) -> Goal:
        host, before = self._host, (self._fills, self._ghost_fills())
        simulated = host.venue.simulated
        ghost_at = simulated.next_ghost_fill() if simulated is not None else None
        if ghost_at is None and not host.session.state.live:
            raise Refused("no order of yours is working, and the recording has no further fill")

        def reached() -> bool:
            now = (self._fills, self._ghost_fills())
            return now != before or (ghost_at is None and self._is_closed())

        return Goal("jumped to the next fill", FOREVER if ghost_at is None else ghost_at, reached)

    # --- what it looks at

    def _is_recorded(self) -> bool:
        return self._host.session.state.source is Source.REPLAY

    def _is_closed(self) -> bool:
        phases = self._host.session.state.phases.values()
        return all(phase is Phase.CLOSED for phase in phases)

    def _ghost_fills(self) -> int:
        simulated = self._host.venue.simulated
        return simulated.ghost_fills_seen if simulated is not None else 0

    def _trades(self) -> int:
        return sum(quote.trades for quote in self._host.session.market.quotes.values())

    def check_restart(self) -> None:
        """Raises Refused where the market cannot begin anew."""
        self.check_control()
        if not self._is_recorded():
            raise Refused(NEVER_ANEW)


def _never() -> bool:
    return False


def _after(now: Nanos, following: Nanos) -> Nanos:
    """Time has to move for the market to do so: what is due now is reached a nanosecond later."""
    return Nanos(max(following, now + 1))


def factor_of(speed: str) -> float:
    """The factor of a speed as the language reads it."""
    return float("inf") if speed == AS_FAST_AS_IT_GOES else float(speed)


class ScriptTime:
    """Replay lines in a script: the market runs in the lines that say so, and nowhere else."""

    def __init__(
        self,
        host: Host,
        run_to: Callable[[Nanos, Callable[[], bool]], bool],
        set_speed: Callable[[float], None],
    ) -> None:
        """`run_to` lets market time pass in the script's own bounds."""
        self._host = host
        self._run_to = run_to
        self._set_speed = set_speed
        self._conductor = Conductor(host)
        self.is_paused = False

    def check_goes_on(self) -> None:
        """Raises Refused while the script holds the market still: nothing would ever come."""
        if self.is_paused:
            raise Refused(STANDS_STILL)

    def carry_out(self, line: ReplayLine) -> str:
        """Does what the line says, to its end; what came of it in words. Raises Refused."""
        conductor = self._conductor
        conductor.check_control()
        match line.verb:
            case ReplayVerb.PAUSE | ReplayVerb.PLAY:
                self.is_paused = line.verb is ReplayVerb.PAUSE
                return ""
            case ReplayVerb.SPEED:
                self._set_speed(factor_of(line.speed))
                return ""
            case ReplayVerb.RESTART:
                raise Refused(NOT_IN_SCRIPTS)
        goal = conductor.aim(line)
        host, pace, was_paused = self._host, self._host.pace, self.is_paused
        host.pace, self.is_paused = AsFastAsItGoes(), False
        try:
            return self._travel(goal)
        finally:
            host.pace, self.is_paused = pace, was_paused
            conductor.give_up()

    def _travel(self, goal: Goal) -> str:
        while True:
            before = self._host.now
            stop = self._conductor.next_stop(before)
            assert stop is not None, "a goal stays until it is reached"
            self._run_to(stop, goal.is_reached)
            said = self._conductor.arrived()
            if said:
                return said
            if self._host.now == before:
                raise Refused(f"the session ended before the market had {goal.words}")
