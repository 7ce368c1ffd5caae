"""How fast a venue answers on a line, and how many messages cross it: pure."""

from collections import deque
from statistics import median

from connectors.fix.message import Message
from connectors.fix.tags import SOH, Tag, Type
from engine.values import NANOS_PER_SECOND, Nanos

MEASURES_KEPT = 16
WAITING_MAX = 256
SECONDS_COUNTED = 10
"""Messages a second are those of so many whole seconds."""
_NAMED_BY: dict[str, int] = {
    Type.NEW_ORDER_SINGLE: Tag.CL_ORD_ID,
    Type.CANCEL_REQUEST: Tag.CL_ORD_ID,
    Type.REPLACE_REQUEST: Tag.CL_ORD_ID,
    Type.STATUS_REQUEST: Tag.CL_ORD_ID,
    Type.MASS_STATUS_REQUEST: Tag.MASS_STATUS_REQ_ID,
    Type.TEST_REQUEST: Tag.TEST_REQ_ID,
}
"""What of ours is answered at once, and which field of it an answer repeats."""
_ANSWERED_IN: dict[str, tuple[int, ...]] = {
    Type.EXECUTION_REPORT: (Tag.CL_ORD_ID, Tag.MASS_STATUS_REQ_ID),
    Type.CANCEL_REJECT: (Tag.CL_ORD_ID,),
    Type.HEARTBEAT: (Tag.TEST_REQ_ID,),
    Type.BUSINESS_REJECT: (Tag.REF_SEQ_NUM,),
    Type.REJECT: (Tag.REF_SEQ_NUM,),
}
_Name = tuple[int, bytes]


class Pulse:
    """Of one line, over its breaks; times are monotonic."""

    def __init__(self) -> None:
        self._waiting: dict[_Name, Nanos] = {}
        self._measures: deque[int] = deque(maxlen=MEASURES_KEPT)
        self._counts: dict[bool, deque[tuple[int, int]]] = {True: deque(), False: deque()}

    @property
    def round_trip(self) -> Nanos | None:
        """From a request of ours to the first word about it, the middle one of the newest; None
        before the first."""
        return Nanos(int(median(self._measures))) if self._measures else None

    def rate(self, now: Nanos, *, is_ours: bool) -> float:
        """Messages a second, lately."""
        second = now // NANOS_PER_SECOND
        since = second - SECONDS_COUNTED
        counted = (n for at, n in self._counts[is_ours] if since <= at < second)
        return sum(counted) / SECONDS_COUNTED

    def said(self, type: str, number: int, data: bytes, now: Nanos) -> None:
        """A message of ours leaves."""
        self._count(now, is_ours=True)
        tag = _NAMED_BY.get(type)
        if tag is None:
            return
        if name := _value(data, tag):
            self._waiting[tag, name] = now
        self._waiting[Tag.REF_SEQ_NUM, b"%d" % number] = now
        while len(self._waiting) > WAITING_MAX:
            del self._waiting[next(iter(self._waiting))]

    def heard(self, message: Message, now: Nanos) -> None:
        """A message came; told again it answers nothing."""
        self._count(now, is_ours=False)
        if not self._waiting or message.is_set(Tag.POSS_DUP):
            return
        for tag in _ANSWERED_IN.get(message.type, ()):
            value = message.get(tag)
            asked_at = self._waiting.pop((tag, value), None) if value else None
            if asked_at is not None:
                self._measures.append(now - asked_at)

    def lost(self) -> None:
        """The connection is gone: what was asked on it is answered on another, if at all."""
        self._waiting.clear()

    def _count(self, now: Nanos, *, is_ours: bool) -> None:
        second, counts = now // NANOS_PER_SECOND, self._counts[is_ours]
        if counts and counts[-1][0] == second:
            counts[-1] = (second, counts[-1][1] + 1)
            return
        counts.append((second, 1))
        if len(counts) > SECONDS_COUNTED + 1:
            counts.popleft()


def _value(data: bytes, tag: int) -> bytes:
    """Of a message of ours, which holds no data field before its names."""
    _, mark, rest = data.partition(b"\x01%d=" % tag)
    return rest.partition(SOH)[0] if mark else b""
