"""What a Logon says of numbers besides its own: 141 (begin anew) and 789 (expected next)."""

from connectors.fix import resending
from connectors.fix.line import BY_HAND, Instant, Line, Phase
from connectors.fix.message import Field, Message
from connectors.fix.settings import UnaskedReset
from connectors.fix.tags import Tag

TOO_LOW = "too low"
"""What the other side's Logout says where our numbers are behind its own."""


def before_logon(line: Line) -> None:
    """The initiator is about to log on."""
    if line.settings.resets_on_logon:
        line.begin_anew("every logon does")
    elif line.reset_wanted:
        line.begin_anew(BY_HAND)


def asks_for_reset(line: Line) -> bool:
    """Whether the first message of two fresh counts says that they are (141=Y)."""
    settings = line.settings
    is_usual = (
        settings.resets_on_logon or settings.resets_on_logout or settings.resets_on_disconnect
    )
    return (is_usual or line.reset_wanted) and _are_fresh(line)


def _are_fresh(line: Line) -> bool:
    return (line.memory.next_in, line.memory.next_out) == (1, 1)


def taken_back(line: Line, message: Message, now: Instant) -> bool:
    """Does what a Logon's 141=Y says; False where the session ended over it."""
    settings = line.settings
    if message.is_set(Tag.RESET_SEQ_NUM):
        if message.number(Tag.MSG_SEQ_NUM) != 1:
            text = "MsgSeqNum of a Logon with ResetSeqNumFlag must be 1"
            line.say_goodbye(now, text)
            line.close(text, now)
            return False
        if not line.sent_reset:
            return _unasked(line, now)
    elif not settings.is_initiator and line.reset_wanted:
        line.begin_anew(BY_HAND)
    if not settings.is_initiator and settings.resets_on_logon:
        line.begin_anew("every logon does")
    return True


def _unasked(line: Line, now: Instant) -> bool:
    settings = line.settings
    is_answer = settings.is_initiator and line.phase is Phase.LOGON_SENT
    if is_answer and settings.unasked_reset is UnaskedReset.REFUSE:
        text = "ResetSeqNumFlag was not asked for"
        line.stop("the other side began both numbers anew though nobody asked for it")
        line.say_goodbye(now, text)
        line.close(text, now)
        return False
    line.begin_anew("the other side begins both")
    if is_answer and settings.unasked_reset is UnaskedReset.COUNT:
        line.memory.next_out = 2
    return True


def must_answer(line: Line, *, is_reset: bool) -> bool:
    """Whether a Logon is to be answered with one."""
    settings = line.settings
    if not settings.is_initiator:
        return True
    if not is_reset or line.sent_reset:
        return False
    return line.phase is not Phase.LOGON_SENT or settings.unasked_reset is UnaskedReset.ANSWER


def expected(line: Line, *, with_logon: bool) -> list[Field]:
    """789 of our Logon: with the other side's Logon counted, once that came in its turn."""
    if not line.settings.tells_next_expected:
        return []
    return [(Tag.NEXT_EXPECTED, b"%d" % (line.memory.next_in + with_logon))]


def is_expected_known(line: Line, message: Message, now: Instant) -> bool:
    """False, and the session ended, where the other side has seen numbers that we never used."""
    wanted = _wanted(line, message)
    if wanted is None or wanted <= line.memory.next_out:
        return True
    text = f"NextExpectedMsgSeqNum too high, expecting {line.memory.next_out} but received {wanted}"
    line.stop(text)
    line.say_goodbye(now, text)
    line.close(text, now)
    return False


def send_expected(line: Line, message: Message, now: Instant, *, has_answered: bool) -> None:
    """What the other side has not had leaves at once, up to our own Logon; who logged on before
    our Logon left expects that one at most."""
    wanted, newest = _wanted(line, message), line.memory.next_out - 1
    if wanted is not None and 1 <= wanted <= newest - has_answered:
        resending.again(line, wanted, newest, now)


def will_be_sent(line: Line, message: Message) -> bool:
    """Whether the other side sends what we miss without being asked: it knows what we expect."""
    return _wanted(line, message) is not None


def _wanted(line: Line, message: Message) -> int | None:
    if not line.settings.tells_next_expected or message.is_set(Tag.RESET_SEQ_NUM):
        return None
    return message.number(Tag.NEXT_EXPECTED)
