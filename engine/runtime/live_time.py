"""Market time at the screen: what keys and `:` lines ask of it while the desk goes on working."""

import math
import threading
from collections.abc import Callable

from engine.language.syntax import ReplayLine, ReplayVerb
from engine.runtime.host import Host
from engine.runtime.pace import ClockPace, HurryingPace, WallPace
from engine.runtime.replay import LIVE_REFUSAL, Conductor, factor_of
from engine.values import Nanos

REAL_TIME = 1.0


class LiveTime:
    """The pace of a live host, a goal on the way, and whether the day is to begin anew."""

    def __init__(
        self, host: Host, speed: float, wake: threading.Event, say: Callable[[str], None]
    ) -> None:
        """`say` tells a person where a step or a jump has led."""
        self._host = host
        self._say = say
        live = host.venue.live
        self._is_everybodys = live is not None
        self._wall = WallPace(speed, wake) if live is None else ClockPace(live, wake)
        self._conductor = Conductor(host)
        self._before_pause = speed or REAL_TIME
        self.begins_anew = False
        host.pace = HurryingPace(self._wall, self._conductor)

    @property
    def factor(self) -> float:
        return self._wall.factor

    @property
    def word(self) -> str:
        """For the top line."""
        if self._is_everybodys:
            return "live"
        if self._conductor.goal is not None:
            return "▸▸"
        if self.factor == 0:
            return "paused"
        return "max" if math.isinf(self.factor) else f"×{self.factor:g}"

    def set_speed(self, factor: float) -> None:
        """0 stands still; whatever was on the way is given up."""
        if self._is_everybodys:
            self._say(LIVE_REFUSAL)
            return
        self._conductor.give_up()
        self._turn_to(factor)

    def _turn_to(self, factor: float) -> None:
        """Whoever stops the market, a pause or a step: playing goes on as it was."""
        if self.factor:
            self._before_pause = self.factor
        self._wall.set_factor(factor, self._host.now)

    def carry_out(self, line: ReplayLine) -> str:
        """Begins what a line asks for; its answer in words. Raises replay.Refused."""
        conductor = self._conductor
        conductor.check_control()
        match line.verb:
            case ReplayVerb.PAUSE:
                self.set_speed(0)
                return "paused: `replay play` or the same key goes on"
            case ReplayVerb.PLAY:
                self.set_speed(self.factor or self._before_pause)
                return f"playing {self.word}"
            case ReplayVerb.SPEED:
                self.set_speed(factor_of(line.speed))
                return f"playing {self.word}"
            case ReplayVerb.RESTART:
                conductor.check_restart()
                self.begins_anew = True
                return "the day begins anew"
            case ReplayVerb.STEP | ReplayVerb.STEP_TRADE:
                goal = conductor.aim(line)
                self._turn_to(0)
            case _:
                goal = conductor.aim(line)
        return f"going on until it has {goal.words}"

    def look(self) -> None:
        """Once a round: a goal that is reached is told, and the wall counts from there."""
        said = self._conductor.arrived()
        if said:
            self._wall.set_factor(self.factor, self._host.now)
            self._say(said)

    def skip_to(self, at: Nanos) -> None:
        """Nobody sits through the night: time goes on from `at`."""
        self._wall.skip_to(at)
