"""The line to a FIX venue in one sentence: since when, numbers, pace, gaps; or why it is down."""

from connectors.fix.client.caller import Caller
from connectors.fix.client.pulse import Pulse
from connectors.fix.line import Line
from engine.hosted import LineTold
from engine.values import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, Nanos


def line_told(caller: Caller, name: str, since: str) -> LineTold:
    """`name`: of the session. `since`: when it came up or went down, as people read it."""
    session, redial = caller.session, caller.redial
    place = f" over {redial.place}" if redial.place else ""
    numbers = f"next in {session.memory.next_in:,}, out {session.memory.next_out:,}"
    if caller.is_up:
        skew = session.skew.figure
        is_off = skew is not None and abs(skew) >= session.settings.skew_warning > 0
        pace = _pace(caller.pulse, caller.instant.monotonic)
        told = f"{numbers}; {pace}; {_clock(skew)}; {_troubles(session)}"
        words = f"{name}{place}, up since {since}: {told}"
        return LineTold(words, is_doubtful=is_off)
    if redial.stopped or session.stopped:
        next_try = "it is not dialled before a person says so (`link go`, `link reset`)"
    elif caller.is_dialling:
        next_try = "it is being dialled"
    else:
        wait = max(0, redial.due_at - caller.instant.monotonic)
        next_try = f"dialled again in {wait / NANOS_PER_SECOND:.0f} s"
    why = redial.stopped or session.stopped or caller.trouble or "nobody has answered yet"
    return LineTold(f"{name}{place}, down since {since}: {why}; {next_try}; {numbers}")


def _pace(pulse: Pulse, now: Nanos) -> str:
    """How soon the venue answers, and how much crosses the line."""
    trip = pulse.round_trip
    answers = f"answers in {trip / NANOS_PER_MILLISECOND:,.1f} ms, " if trip is not None else ""
    ins, outs = pulse.rate(now, is_ours=False), pulse.rate(now, is_ours=True)
    return f"{answers}{ins:,.1f} messages/s in, {outs:,.1f} out"


def _clock(skew: Nanos | None) -> str:
    """What the sending times say: a venue's clock, with the shortest way of late in it."""
    if skew is None:
        return "its clock is not known yet"
    side = "behind" if skew >= 0 else "ahead"
    return f"its clock is {abs(skew) / NANOS_PER_MILLISECOND:,.1f} ms {side} or as far away"


def _troubles(session: Line) -> str:
    gaps = f"{session.gaps:,} gap{'' if session.gaps == 1 else 's'}"
    resets = f"{session.resets:,} reset{'' if session.resets == 1 else 's'}"
    return f"{gaps} asked for, {session.garbled:,} garbled, {resets} of the numbers"
