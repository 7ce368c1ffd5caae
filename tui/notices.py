"""What the desk has said, newest first, bounded, and which of it still asks for attention."""

from collections import deque
from typing import NamedTuple

from engine.domain.views import Severity

NOTICES_KEPT_MAX = 500
SECONDS_SHOWN = {
    Severity.OK: 3.0,
    Severity.ATTENTION: 12.0,
    Severity.DEGRADED: 20.0,
    Severity.UNAVAILABLE: 60.0,
}


class Said(NamedTuple):
    """`at`: seconds on the screen's steady clock; `market`: market time as text."""

    at: float
    market: str
    severity: Severity
    text: str
    is_advice: bool = False
    """About the text under edit: of no use once that has changed."""


class Notices:
    """A worse notice is not covered by a lesser one while it is fresh."""

    def __init__(self) -> None:
        self.said: deque[Said] = deque(maxlen=NOTICES_KEPT_MAX)
        self._shown: Said | None = None

    def add(self, said: Said) -> None:
        self.said.appendleft(said)
        shown = self.current(said.at)
        if shown is None or said.severity >= shown.severity:
            self._shown = said

    def current(self, now: float) -> Said | None:
        shown = self._shown
        if shown is None or now - shown.at >= SECONDS_SHOWN[shown.severity]:
            return None
        return shown

    def dismiss_advice(self) -> None:
        if self._shown is not None and self._shown.is_advice:
            self._shown = None

    def dismiss(self) -> None:
        self._shown = None
