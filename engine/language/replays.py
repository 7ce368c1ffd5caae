"""Lines that control the market's time: replay pause, play, step, speed, jump and restart."""

from engine.language.figures import decimal
from engine.language.problems import Misread, SyntaxProblem
from engine.language.reader import Reader
from engine.language.syntax import ReplayLine, ReplayVerb
from engine.language.times import read_duration, read_time

SPEED_MIN, SPEED_MAX = 0.1, 1_000.0
SPEED_PLACES_MAX = 3
AS_FAST_AS_IT_GOES = "max"

_VERBS = {
    "pause": ReplayVerb.PAUSE,
    "play": ReplayVerb.PLAY,
    "step": ReplayVerb.STEP,
    "speed": ReplayVerb.SPEED,
    "jump": ReplayVerb.JUMP,
    "restart": ReplayVerb.RESTART,
}


def read_replay(reader: Reader) -> ReplayLine | SyntaxProblem:
    """`pause`, `play`, `step [trade|10s]`, `speed 20|max`, `jump 10:30[:00]|fill`, `restart`."""
    verb = reader.choose("a replay control", _VERBS)
    if isinstance(verb, SyntaxProblem):
        return verb
    if verb is ReplayVerb.STEP:
        return _step(reader)
    if verb is ReplayVerb.SPEED:
        speed = reader.read("a speed", _read_speed)
        if isinstance(speed, SyntaxProblem):
            return speed
        return reader.done(ReplayLine(verb, speed=speed))
    if verb is ReplayVerb.JUMP:
        return _jump(reader)
    return reader.done(ReplayLine(verb))


def _step(reader: Reader) -> ReplayLine | SyntaxProblem:
    if reader.peek() is None:
        return ReplayLine(ReplayVerb.STEP)
    if reader.next_is("trade"):
        reader.skip()
        return reader.done(ReplayLine(ReplayVerb.STEP_TRADE))
    span = reader.read("a duration", read_duration)
    if isinstance(span, SyntaxProblem):
        return span
    return reader.done(ReplayLine(ReplayVerb.STEP, nanos=span))


def _jump(reader: Reader) -> ReplayLine | SyntaxProblem:
    if reader.next_is("fill"):
        reader.skip()
        return reader.done(ReplayLine(ReplayVerb.JUMP_FILL))
    time = reader.read("a time", read_time)
    if isinstance(time, SyntaxProblem):
        return time
    return reader.done(ReplayLine(ReplayVerb.JUMP, nanos=time))


def _read_speed(word: str) -> str | Misread:
    """`20`, `0.5` as decimal text, or `max`."""
    if word.lower() == AS_FAST_AS_IT_GOES:
        return AS_FAST_AS_IT_GOES
    digits = decimal(word)
    if digits is None or len(digits.partition(".")[2]) > SPEED_PLACES_MAX:
        return Misread(f"'{word}' is no speed", "write it as 20, 0.5 or max")
    if not SPEED_MIN <= float(digits) <= SPEED_MAX:
        return Misread(f"a speed is from {SPEED_MIN:g} to {SPEED_MAX:,.0f}, or max")
    return digits
