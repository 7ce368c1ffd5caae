"""What a session does with each message: the rules of the FIX session layer, in one place.

Source: FIX session layer test cases, and the answers of QuickFIX to them, which counterparties
take as the measure.
"""

from connectors.fix import numbers, rejecting, resending
from connectors.fix.dictionary.arranging import Arranged, arrange
from connectors.fix.dictionary.checks import Problem, RejectReason, find_problem
from connectors.fix.line import Instant, Line, Phase, Refused
from connectors.fix.message import Field, Message, whole
from connectors.fix.settings import HEARTBEAT_MAX_SECONDS
from connectors.fix.stamps import parse_stamp
from connectors.fix.tags import ADMIN_TYPES, Tag, Type
from engine.errors import TraderError
from engine.values import Nanos

UNSUPPORTED_TYPE = Refused(3, "Unsupported Message Type")
LOGON_OF_OTHERS = "a logon with other names than were agreed on"
LOGON_OF_ANOTHER_TIME = (
    "a logon whose sending time is too far from the clock here: look at the clock of this machine"
)


def log_on(line: Line, now: Instant) -> None:
    """The initiator's first message."""
    settings = line.settings
    numbers.before_logon(line)
    body: list[Field] = [
        (Tag.ENCRYPT_METHOD, b"0"),
        (Tag.HEART_BT_INT, b"%d" % settings.heartbeat_seconds),
        *settings.logon_fields,
        *numbers.expected(line, with_logon=False),
    ]
    try:
        body += settings.logon_extra(line.logon_moment(now)) if settings.logon_extra else ()
    except TraderError as error:
        # A secret that cannot be had now: nothing left, no number is used, a person has to look.
        line.stop(str(error))
        line.close(str(error), now)
        return
    if numbers.asks_for_reset(line):
        body.append((Tag.RESET_SEQ_NUM, b"Y"))
        line.sent_reset = True
    if settings.appl_ver_id:
        body.append((Tag.DEFAULT_APPL_VER_ID, settings.appl_ver_id.encode("ascii")))
    line.logon_sent(now)
    line.emit(Type.LOGON, sorted(body, key=lambda field: field[0]), now)


def take(line: Line, message: Message, now: Instant) -> None:
    """One message, and after it those that waited for it."""
    _take_one(line, message, now)
    while line.phase is not Phase.DISCONNECTED:
        waiting = line.queued.pop(line.memory.next_in, None)
        if waiting is None:
            _look_what_is_missing(line, now)
            return
        if waiting.type in (Type.LOGON, Type.RESEND_REQUEST):
            # Both were answered when they came: only their number was out of turn.
            line.memory.next_in += 1
        else:
            _take_one(line, waiting, now)


def _take_one(line: Line, message: Message, now: Instant) -> None:
    if message.begin != line.settings.begin.encode("ascii"):
        _other_version(line, message, now)
        return
    if not _may_come_now(line, message):
        line.close(f"a message of type {message.type} where none may come", now)
        return
    if message.get(Tag.MSG_SEQ_NUM) is None:
        if line.phase is not Phase.CONNECTED:
            line.say_goodbye(now, "Received message without MsgSeqNum")
        line.close("a message without a number", now)
        return
    app_known = line.known if message.type in ADMIN_TYPES else line.app_known
    arranged = arrange(message, line.known, app_known)
    absent = _absent_party(message)
    if absent:
        rejecting.absent_party(line, message, absent, now)
    elif problem := find_problem(
        arranged, line.known, app_known, is_tolerant=line.settings.is_tolerant
    ):
        _rejected(line, message, problem, now)
    else:
        _dispatch(line, message, arranged, now)


def _absent_party(message: Message) -> int:
    """A message that does not say between whom it is cannot be looked at any further."""
    for tag in (Tag.SENDER_COMP_ID, Tag.TARGET_COMP_ID):
        if message.get(tag) is None:
            return tag
    return 0


def _rejected(line: Line, message: Message, problem: Problem, now: Instant) -> None:
    if line.phase in (Phase.CONNECTED, Phase.LOGON_SENT):
        line.close(f"a logon that is none: field {problem.tag}", now)
        return
    is_undated = problem.tag == Tag.SENDING_TIME
    rejecting.reject(line, message, problem, now)
    if is_undated:
        line.say_goodbye(now)


def _other_version(line: Line, message: Message, now: Instant) -> None:
    if line.phase is Phase.CONNECTED:
        line.close("another version of FIX", now)
    elif message.type == Type.LOGOUT:
        _goodbye(line, message, now)
    else:
        line.say_goodbye(now, "Incorrect BeginString")
        line.memory.next_in += 1


def _may_come_now(line: Line, message: Message) -> bool:
    """Nothing before a Logon, and no Logon after one but to begin anew."""
    if line.phase in (Phase.CONNECTED, Phase.LOGON_SENT):
        if line.phase is Phase.LOGON_SENT and message.type in (Type.LOGOUT, Type.REJECT):
            return True
        return message.type == Type.LOGON
    return message.type != Type.LOGON or message.is_set(Tag.RESET_SEQ_NUM)


def _dispatch(line: Line, message: Message, arranged: Arranged, now: Instant) -> None:
    match message.type:
        case Type.LOGON:
            _logon(line, message, now)
        case Type.HEARTBEAT:
            if is_good(line, message, now):
                line.memory.next_in += 1
        case Type.TEST_REQUEST:
            if is_good(line, message, now):
                test_id = message.get(Tag.TEST_REQ_ID)
                line.emit(Type.HEARTBEAT, [(Tag.TEST_REQ_ID, test_id)] if test_id else [], now)
                line.memory.next_in += 1
        case Type.SEQUENCE_RESET:
            _sequence_reset(line, message, now)
        case Type.LOGOUT:
            if is_good(line, message, now, may_be_high=True, may_be_low=True):
                _goodbye(line, message, now)
        case Type.RESEND_REQUEST:
            if is_good(line, message, now, may_be_high=True, may_be_low=True):
                resending.answer(line, message, now)
                if line.phase is Phase.DISCONNECTED:
                    return
                line.memory.next_in += message.number(Tag.MSG_SEQ_NUM) == line.memory.next_in
        case Type.REJECT:
            # Of our Logon: what is missing besides is asked for once somebody is logged on.
            if is_good(line, message, now, may_be_high=line.phase is Phase.LOGON_SENT):
                line.note(f"the other side rejects: {message.text(Tag.TEXT)}")
                line.memory.next_in += message.number(Tag.MSG_SEQ_NUM) == line.memory.next_in
        case _:
            _application(line, message, arranged, now)


def _application(line: Line, message: Message, arranged: Arranged, now: Instant) -> None:
    if not is_good(line, message, now):
        return
    if not _may_come_so_fast(line, message, now):
        rejecting.refuse(line, message, rejecting.too_fast(line, message), now)
        return
    answer = line.application.take(arranged, message)
    if isinstance(answer, Refused):
        rejecting.refuse(line, message, answer, now)
        return
    for reply in answer:
        line.emit(reply.type, reply.body, now, head=reply.head)
    line.memory.next_in += 1


def _may_come_so_fast(line: Line, message: Message, now: Instant) -> bool:
    """A repeat was slow enough when it came first."""
    if line.pace is None or message.is_set(Tag.POSS_DUP):
        return True
    return line.pace.may_send(now.monotonic)


def _logon(line: Line, message: Message, now: Instant) -> None:
    settings = line.settings
    is_reset = message.is_set(Tag.RESET_SEQ_NUM)
    must_answer = numbers.must_answer(line, is_reset=is_reset)
    if not numbers.taken_back(line, message, now):
        return
    if settings.appl_ver_id and message.text(Tag.DEFAULT_APPL_VER_ID) != settings.appl_ver_id:
        line.close("a logon without the application version that was agreed on", now)
        return
    heartbeat = message.number(Tag.HEART_BT_INT)
    if heartbeat is None or not 0 <= heartbeat <= HEARTBEAT_MAX_SECONDS:
        line.close(f"a logon with a heartbeat of {message.text(Tag.HEART_BT_INT)}", now)
        return
    if not is_good(line, message, now, may_be_high=True):
        return
    if not numbers.is_expected_known(line, message, now):
        return
    number = message.number(Tag.MSG_SEQ_NUM)
    assert number is not None, "is_good has read it"
    # A reset that we announce counts the Logon that it answers, whatever its number.
    is_anew = is_reset or (line.reset_wanted and not settings.is_initiator)
    is_in_turn = is_anew or number <= line.memory.next_in
    line.logged_on(heartbeat, now)
    if must_answer:
        told = numbers.expected(line, with_logon=is_in_turn)
        _answer_logon(line, heartbeat, now, is_reset=is_anew, told=told)
    numbers.send_expected(line, message, now, has_answered=must_answer)
    line.sent_reset = line.reset_wanted = False
    if is_in_turn:
        line.memory.next_in += 1
    else:
        ask_for_missing(line, message, number, now, quietly=numbers.will_be_sent(line, message))


def _answer_logon(
    line: Line, heartbeat: int, now: Instant, *, is_reset: bool, told: list[Field]
) -> None:
    body: list[Field] = [(Tag.ENCRYPT_METHOD, b"0"), (Tag.HEART_BT_INT, b"%d" % heartbeat)]
    if is_reset:
        body.append((Tag.RESET_SEQ_NUM, b"Y"))
    body += told
    if line.settings.appl_ver_id:
        body.append((Tag.DEFAULT_APPL_VER_ID, line.settings.appl_ver_id.encode("ascii")))
    line.emit(Type.LOGON, body, now)


def _goodbye(line: Line, message: Message, now: Instant) -> None:
    text = message.text(Tag.TEXT)
    if text:
        line.note(f"the other side logs out: {text}")
    if numbers.TOO_LOW in text.lower():
        line.stop(f"the other side says that our number is too low: {text}")
    if line.phase is not Phase.LOGOUT_SENT:
        line.say_goodbye(now)
    # A Logout out of turn must not use up the number of a message that is still missing.
    line.memory.next_in += message.number(Tag.MSG_SEQ_NUM) == line.memory.next_in
    if line.settings.resets_on_logout:
        line.begin_anew("a logout does")
    line.close("logged out", now)


def _sequence_reset(line: Line, message: Message, now: Instant) -> None:
    is_gap = message.is_set(Tag.GAP_FILL)
    if not is_good(line, message, now, may_be_high=not is_gap, may_be_low=not is_gap):
        return
    number = message.number(Tag.NEW_SEQ_NO)
    if number is None or number > line.memory.next_in:
        line.memory.next_in = number or line.memory.next_in
        for passed in [queued for queued in line.queued if queued < line.memory.next_in]:
            del line.queued[passed]
    elif number < line.memory.next_in:
        rejecting.reject(line, message, Problem(RejectReason.BAD_VALUE), now)


def is_good(
    line: Line,
    message: Message,
    now: Instant,
    *,
    may_be_high: bool = False,
    may_be_low: bool = False,
) -> bool:
    """Time, names and number of a message are right; what is wrong was answered."""
    sent_at = parse_stamp(message.get(Tag.SENDING_TIME) or b"")
    if not _is_timely(line, message, sent_at, now):
        _mistaken(line, message, Problem(RejectReason.SENDING_TIME), now)
        return False
    if not _are_we_meant(line, message):
        _mistaken(line, message, Problem(RejectReason.COMP_ID), now)
        return False
    number = whole(message.get(Tag.MSG_SEQ_NUM))
    assert number is not None, "the dictionary has looked at its format"
    if number > line.memory.next_in and not may_be_high:
        ask_for_missing(line, message, number, now)
        return False
    if number < line.memory.next_in and not may_be_low:
        _too_low(line, message, number, now, sent_at=sent_at)
        return False
    return True


def _is_timely(line: Line, message: Message, sent_at: Nanos | None, now: Instant) -> bool:
    """A repeat may be as old as it wants."""
    if sent_at is None:
        return False
    if message.is_set(Tag.POSS_DUP):
        return True
    if told := line.skew.measured(received=now.utc, sent=sent_at):
        line.note(told)
    line.latency = Nanos(now.utc - sent_at)
    bound = line.settings.latency_max
    return not bound or abs(line.latency) <= bound


def _are_we_meant(line: Line, message: Message) -> bool:
    settings = line.settings
    return (message.text(Tag.SENDER_COMP_ID), message.text(Tag.TARGET_COMP_ID)) == (
        settings.target,
        settings.sender,
    )


def _mistaken(line: Line, message: Message, problem: Problem, now: Instant) -> None:
    """A time or a name that cannot be: rejected, and the conversation ends."""
    if line.phase in (Phase.CONNECTED, Phase.LOGON_SENT):
        is_late = problem.reason is RejectReason.SENDING_TIME
        line.close(LOGON_OF_ANOTHER_TIME if is_late else LOGON_OF_OTHERS, now)
        return
    rejecting.reject(line, message, problem, now)
    line.say_goodbye(now)


def _too_low(
    line: Line, message: Message, number: int, now: Instant, *, sent_at: Nanos | None
) -> None:
    if not message.is_set(Tag.POSS_DUP):
        text = f"MsgSeqNum too low, expecting {line.memory.next_in} but received {number}"
        line.stop(text)
        line.say_goodbye(now, text)
        line.close(text, now)
        return
    if message.type == Type.SEQUENCE_RESET:
        return
    first_sent = message.get(Tag.ORIG_SENDING_TIME)
    if first_sent is None:
        missing = Problem(RejectReason.REQUIRED_MISSING, Tag.ORIG_SENDING_TIME)
        rejecting.reject(line, message, missing, now)
        return
    first_at = parse_stamp(first_sent)
    if first_at is None or sent_at is None or first_at > sent_at:
        _mistaken(line, message, Problem(RejectReason.SENDING_TIME), now)


def ask_for_missing(
    line: Line, message: Message, number: int, now: Instant, *, quietly: bool = False
) -> None:
    """Keeps a message for its turn and asks for those before it, once; `quietly`: only where they
    do not come by themselves."""
    settings = line.settings
    line.queued_bytes = len(message.raw) + (line.queued_bytes if line.queued else 0)
    if len(line.queued) >= settings.queued_max or line.queued_bytes > settings.queued_bytes_max:
        line.close(f"{len(line.queued):,} messages wait for one that does not come", now)
        return
    line.queued[number] = message
    if line.missing is None:
        line.missing = (line.memory.next_in, number - 1)
        line.asked_times = 0
        if quietly:
            line.asked_at, line.asked_to = now.monotonic, number - 1
        else:
            _ask(line, now)


def ask_again(line: Line, now: Instant) -> None:
    """The answer to a ResendRequest takes too long."""
    settings = line.settings
    if line.missing is None or now.monotonic - line.asked_at < settings.resend_wait:
        return
    if line.asked_times >= settings.resend_tries_max:
        number = line.memory.next_in
        line.say_goodbye(now, f"message {number} was asked for {line.asked_times} times")
        return
    line.missing = (line.memory.next_in, line.missing[1])
    _ask(line, now)


def _look_what_is_missing(line: Line, now: Instant) -> None:
    if line.missing is None:
        return
    first, last = line.missing
    expected = line.memory.next_in
    if expected > last:
        line.note(f"messages {first} to {last} are here")
        line.missing = None
    elif line.settings.resend_chunk and expected > line.asked_to:
        line.missing = (expected, last)
        line.asked_times = 0
        _ask(line, now)


def _ask(line: Line, now: Instant) -> None:
    assert line.missing is not None, "something is asked for"
    first, last = line.missing
    chunk = line.settings.resend_chunk
    line.asked_to = min(last, first + chunk - 1) if chunk else last
    line.asked_at, line.asked_times = now.monotonic, line.asked_times + 1
    line.gaps += 1
    end = line.asked_to if chunk else 0
    body = [(Tag.BEGIN_SEQ_NO, b"%d" % first), (Tag.END_SEQ_NO, b"%d" % end)]
    line.emit(Type.RESEND_REQUEST, body, now)
