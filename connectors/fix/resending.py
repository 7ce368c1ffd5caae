"""Answers a ResendRequest: what may be sent again, and a gap for everything else."""

from connectors.fix.dictionary.arranging import arrange, flatten
from connectors.fix.dictionary.checks import Problem, RejectReason
from connectors.fix.line import Instant, Line, Repeats
from connectors.fix.message import Field, Message, parse
from connectors.fix.rejecting import reject
from connectors.fix.settings import Sent
from connectors.fix.stamps import format_stamp
from connectors.fix.tags import Tag, Type
from engine.values import Nanos

STORM_WINDOW = Nanos(10_000_000_000)
_OWN_HEAD = frozenset(
    {
        Tag.MSG_TYPE,
        Tag.MSG_SEQ_NUM,
        Tag.SENDER_COMP_ID,
        Tag.TARGET_COMP_ID,
        Tag.SENDING_TIME,
        Tag.POSS_DUP,
        Tag.ORIG_SENDING_TIME,
        Tag.LAST_PROCESSED,
    }
)


def answer(line: Line, message: Message, now: Instant) -> None:
    """In order, without anything new between; runs of what is not sent again are one gap."""
    first, last = message.number(Tag.BEGIN_SEQ_NO), message.number(Tag.END_SEQ_NO)
    newest = line.memory.next_out - 1
    if first is None or last is None or first < 1 or (0 < last < first) or first > newest:
        reject(line, message, Problem(RejectReason.BAD_VALUE, Tag.BEGIN_SEQ_NO), now)
        return
    if _is_a_storm(line, first, now):
        line.say_goodbye(now, f"message {first} was sent again {line.repeats.times} times")
        line.close("the other side asks for the same again and again", now)
        return
    again(line, first, newest if last == 0 else min(last, newest), now)


def _is_a_storm(line: Line, first: int, now: Instant) -> bool:
    before, line.repeats = line.repeats, Repeats(first, now.monotonic)
    if first <= before.first and now.monotonic - before.at < STORM_WINDOW:
        line.repeats.times = before.times + 1
    return line.repeats.times >= line.settings.repeats_max


def again(line: Line, first: int, last: int, now: Instant) -> None:
    """Those numbers once more, or the gap that is left of them."""
    gap = first
    for sent in line.memory.between(first, last):
        if sent.type in line.settings.never_resent:
            continue
        if gap < sent.number:
            _fill(line, gap, sent.number, now)
        _once_more(line, sent, now)
        gap = sent.number + 1
    if gap <= last:
        _fill(line, gap, last + 1, now)


def _fill(line: Line, number: int, following: int, now: Instant) -> None:
    """A SequenceReset-GapFill from `number` up to before `following`."""
    stamp = format_stamp(now.utc, line.settings.stamp_digits)
    head = [(Tag.POSS_DUP, b"Y"), (Tag.ORIG_SENDING_TIME, stamp)]
    body = [(Tag.NEW_SEQ_NO, b"%d" % following), (Tag.GAP_FILL, b"Y")]
    data = line.encoded(Type.SEQUENCE_RESET, body, number, now, head)
    line.let_out(data, Type.SEQUENCE_RESET, number, now)


def _once_more(line: Line, sent: Sent, now: Instant) -> None:
    message = parse(sent.data)
    assert isinstance(message, Message), "what was sent was well formed"
    arranged = arrange(message, line.known, line.app_known)
    head: list[Field] = [
        (node.tag, node.value) for node in arranged.header if node.tag not in _OWN_HEAD
    ]
    head.append((Tag.POSS_DUP, b"Y"))
    head.append((Tag.ORIG_SENDING_TIME, message.get(Tag.SENDING_TIME) or b""))
    data = line.encoded(sent.type, flatten(arranged.body), sent.number, now, head)
    line.let_out(data, sent.type, sent.number, now)
