"""What the desk is told of its line: up, lost, away as planned, or quiet before a restart."""

from collections.abc import Callable, Sequence

from connectors.ib.line import Line
from connectors.ib.quiet import AWAY_BY_WEEK, Quiet
from engine.domain.reports import (
    LinkChanged,
    LinkState,
    Report,
    VenueCancelled,
    VenueExpired,
    VenueFilled,
    VenueRejected,
)
from engine.values import NANOS_PER_SECOND, Nanos

ENDINGS = (VenueCancelled, VenueExpired, VenueRejected)

NOT_BACK = (
    "the gateway has not come back from its restart: look at it, it may want a login; the line is"
    " dialled until it is back"
)


class LineTeller:
    """Asked at each look; it tells what changed, and once what a person has to see to."""

    def __init__(
        self, name: str, line: Line, quiet: Quiet, up_words: Callable[[], str], now: Nanos
    ) -> None:
        """`up_words`: what stands beside a line that is up."""
        self._name, self._line, self._quiet, self._up_words = name, line, quiet, up_words
        self._up_since = self._fell_at = now
        self._was_up = self._is_open = self._is_away = self._is_fallen = False
        self._awaits_login = False
        """It went for the weekly login, which a person may be late with."""
        self._fills = self._endings = 0
        """Heard of while it was not up."""
        self._held = ""
        """Why nothing that opens is to leave, though the line stands."""
        self._wanted = ""
        """What a person has to see to before the line can stand, as far as that was told."""

    def opens(self) -> None:
        """From now on somebody listens."""
        self._is_open = True

    def opens_without(self, why: str, now: Nanos) -> LinkChanged:
        """The desk opens though its line is down. `why`: with what to do."""
        self._is_open = True
        return self._down(f"not reached: {why}", now)

    def heard(self, reports: Sequence[Report]) -> None:
        """What came true while the line did not stand is counted, and told when it is back."""
        if not self._was_up:
            self._fills += sum(isinstance(each, VenueFilled) for each in reports)
            self._endings += sum(isinstance(each, ENDINGS) for each in reports)

    def look(self, now: Nanos) -> list[LinkChanged]:
        is_up, was_up = self._line.is_up, self._was_up
        wanted, self._wanted = self._wanted, self._wants_a_person(now)
        self._was_up = is_up
        if is_up:
            return self._stands(was_up, now)
        self._held = ""
        if was_up or (self._is_open and self._wanted and self._wanted != wanted):
            return [self._down(f"lost: {self._wanted or self._line.trouble}", now)]
        may_wait = self._awaits_login and self._quiet.may_wait(now)
        if self._is_away and not self._quiet.planned(now) and not may_wait:
            return [self._down(f"lost: {NOT_BACK}", now)]
        return []

    def _stands(self, was_up: bool, now: Nanos) -> list[LinkChanged]:
        """Around a planned restart nothing that opens is to leave; exits may try."""
        back = ""
        if not was_up:
            back = self._back(now)
            self._up_since, self._fills, self._endings = now, 0, 0
            self._is_fallen = False
        was_held, self._held = self._held, self._quiet.held(now, self._up_since)
        told: list[LinkChanged] = []
        if not was_up or (was_held and not self._held):
            told.append(LinkChanged(self._name, LinkState.UP, self._up_words() + back))
        if self._held and not was_held:
            told.append(LinkChanged(self._name, LinkState.QUIET, f"quiet: {self._held}"))
        return told

    def _back(self, now: Nanos) -> str:
        """How long it was away and what happened meanwhile; nothing of the first time."""
        if not self._is_fallen:
            return ""
        seconds = max(1, (now - self._fell_at) // NANOS_PER_SECOND)
        away = f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"
        found = [f"{self._fills} {'fill' if self._fills == 1 else 'fills'}"] if self._fills else []
        if self._endings:
            found.append(f"{self._endings} {'order' if self._endings == 1 else 'orders'} ended")
        return f", {away} away: {' and '.join(found) or 'nothing happened'}"

    def _down(self, words: str, now: Nanos) -> LinkChanged:
        """What was planned is a state of its own, and no alarm."""
        planned = self._quiet.planned(now)
        if not self._is_fallen:
            self._fell_at, self._is_fallen = now, True
        self._is_away = bool(planned) and self._line.may_come_yet
        self._awaits_login = planned == AWAY_BY_WEEK
        if self._is_away:
            return LinkChanged(self._name, LinkState.AWAY, f"away: {planned}")
        return LinkChanged(self._name, LinkState.DOWN, words)

    def _wants_a_person(self, now: Nanos) -> str:
        """A gateway that restarts as planned may take calls and say nothing for a while."""
        if self._line.may_come_yet and self._quiet.planned(now):
            return ""
        return self._line.wants_a_person
