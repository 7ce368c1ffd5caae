"""A session keeps its hours: nobody logs on outside them, and numbers begin anew once in each."""

from connectors.fix.line import Instant, Line, Phase
from connectors.fix.link.schedule import Period
from connectors.fix.settings import DatedMemory
from engine.values import Nanos

ENDED = "the hours of this session are over"
_NEVER = Nanos((1 << 63) - 1)


def refusal(line: Line, now: Instant) -> str:
    """Why nobody may log on now, with the next opening; empty where somebody may."""
    schedule = line.settings.schedule
    if schedule is None or _period(line, now) is not None:
        return ""
    return f"this session opens {schedule.opening_words(now.utc)}"


def turn(line: Line, now: Instant) -> None:
    """Numbers that are from before the period of now begin anew. Not while a connection stands.

    What counts is when numbers began, not in which period somebody has seen them last: a clock
    that is set back, or hours that are set otherwise during a period, reset nothing.
    """
    period = _period(line, now)
    if period is None:
        return
    memory = line.memory
    assert isinstance(memory, DatedMemory), "with hours, a memory knows since when its numbers are"
    if not memory.numbers_since:
        memory.numbers_since = now.utc
    elif memory.numbers_since < period.opens:
        line.begin_anew("another period of the session has begun")
        memory.numbers_since = now.utc


def opened(line: Line, now: Instant) -> None:
    """A connection stands: it lasts no longer than the period that it belongs to."""
    period = _period(line, now)
    line.closes_at = period.closes if period is not None else _NEVER


def is_over(line: Line, now: Instant) -> bool:
    """Whether the period that the connection began in has ended, also in a sleep."""
    return now.utc >= line.closes_at


def end(line: Line, now: Instant) -> None:
    """Says goodbye and waits for the answer; who has not logged on is let go."""
    if line.phase is Phase.ACTIVE:
        line.note(ENDED)
        line.say_goodbye(now, ENDED)
    elif line.phase in (Phase.CONNECTED, Phase.LOGON_SENT):
        line.close(ENDED, now)


def _period(line: Line, now: Instant) -> Period | None:
    """The period of now; looked up once for each stretch of time with the same answer."""
    schedule = line.settings.schedule
    if schedule is None:
        return None
    since, until, period = line.stretch
    if not since <= now.utc < until:
        period = schedule.period_at(now.utc)
        if period is not None:
            line.stretch = (period.opens, period.closes, period)
        else:
            following = schedule.next_after(now.utc)
            line.stretch = (now.utc, following.opens if following else _NEVER, None)
    return period
