"""A venue that misbehaves on request: what is refused, late, lost, said twice, or taken back."""

from collections.abc import Callable

import msgspec

from connectors.fix.line import Instant, Outgoing, Output
from connectors.fix.session import Session
from connectors.fix.tags import ADMIN_TYPES
from engine.values import NANOS_PER_MILLISECOND, Nanos

COUNT_MAX = 1_000
DELAY_MAX_MS = 600_000
WORDS = """reject N          the next N orders are rejected
delay MS          what is said from now on leaves MS milliseconds late; 0 ends it
drop N            the next N messages are lost on their way; asked for, they come
duplicate N       the next N messages are sent twice
gap N             N numbers are left out
bust [ID]         a trade is taken back: the newest, or the one with that ExecID
disconnect [NAME] the line of that client is cut, or of everybody
reset [NAME]      its numbers begin anew after a logout: the next Logon is answered with 141=Y
honest            no more of all that"""


class MischiefError(ValueError):
    """A line that says nothing that can be done; the sentence says what would be."""


class Mischief(msgspec.Struct):
    """What is still to go wrong."""

    rejects: int = 0
    drops: int = 0
    duplicates: int = 0
    delay: Nanos = Nanos(0)
    late: list[tuple[Nanos, Session, list[Output]]] = []
    gap: Callable[[int], None] | None = None
    bust: Callable[[str], str] | None = None
    disconnect: Callable[[str], None] | None = None
    reset: Callable[[str], None] | None = None

    def heed(self, line: str) -> str:
        """One line of a script or of the keyboard; what will happen, in words.

        Raises MischiefError.
        """
        word, _, rest = line.strip().partition(" ")
        match word:
            case "reject":
                self.rejects += _count(rest)
                return f"the next {self.rejects} orders are rejected"
            case "drop":
                self.drops += _count(rest)
                return f"the next {self.drops} messages are lost"
            case "duplicate":
                self.duplicates += _count(rest)
                return f"the next {self.duplicates} messages are sent twice"
            case "delay":
                self.delay = Nanos(_number(rest, DELAY_MAX_MS) * NANOS_PER_MILLISECOND)
                return f"what is said leaves {rest} ms late"
            case "gap" if self.gap is not None:
                self.gap(_count(rest))
                return f"{_count(rest)} numbers are left out"
            case "bust" if self.bust is not None:
                return self.bust(rest.strip())
            case "disconnect" if self.disconnect is not None:
                self.disconnect(rest.strip())
                return "the line is cut"
            case "reset" if self.reset is not None:
                self.reset(rest.strip())
                return "numbers begin anew"
            case "honest":
                self.rejects = self.drops = self.duplicates = 0
                self.delay = Nanos(0)
                return "no more of all that"
        raise MischiefError(f"'{line.strip()}' is nothing this venue can do; it can:\n{WORDS}")

    def objection(self) -> str:
        """Why the next order is rejected; empty where it is not."""
        if self.rejects <= 0:
            return ""
        self.rejects -= 1
        return "rejected for practice"

    def throw(self, session: Session, outputs: list[Output], now: Instant) -> list[Output]:
        """What of a session's outputs leaves now; administrative messages always do."""
        if not (self.drops or self.duplicates or self.delay or self.late):
            return outputs
        kept: list[Output] = []
        for output in outputs:
            if not isinstance(output, Outgoing) or output.type in ADMIN_TYPES:
                kept.append(output)
            elif self.drops > 0:
                self.drops -= 1
            elif self.duplicates > 0:
                self.duplicates -= 1
                kept += [output, output]
            else:
                kept.append(output)
        is_held = self.delay or any(held is session for _, held, _ in self.late)
        if is_held and kept:
            self.late.append((Nanos(now.monotonic + self.delay), session, kept))
            return []
        return kept

    def due(self, now: Instant) -> list[tuple[Session, list[Output]]]:
        """What was held back and may leave now, in the order in which it was said."""
        found = [(s, outputs) for at, s, outputs in self.late if at <= now.monotonic]
        self.late = [held for held in self.late if held[0] > now.monotonic]
        return found


def _count(text: str) -> int:
    return _number(text or "1", COUNT_MAX)


def _number(text: str, most: int) -> int:
    text = text.strip()
    if not text.isdigit() or int(text) > most:
        raise MischiefError(f"'{text}' is no number from 0 to {most:,}")
    return int(text)
