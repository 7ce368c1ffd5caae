"""Cancel on disconnect: who is gone for longer than a grace has no orders here any more."""

from connectors.fix.codes import Exec
from connectors.fix.line import Phase, Reply
from connectors.fix.practice.desk import Desk
from connectors.fix.practice.floor import Floor
from connectors.fix.practice.telling import plain
from connectors.fix.session import Session
from connectors.fix.tags import Tag
from engine.domain.requests import CancelRequest
from engine.values import NANOS_PER_SECOND, Nanos

ON_LOSS_SP2, ON_LOGOUT_SP2, ON_FAILURE_44 = b"12", b"13", b"7"
"""ExecRestatementReason (378): on connection loss, on logout; before 5.0 SP2 there is only "cancel
on system failure", and before 4.4 none."""
GOODBYE = "logged out"


class Leaving:
    """Watches who is connected. Nobody knows since when those of before a restart are gone, so
    their grace begins with it."""

    def __init__(self, grace: Nanos) -> None:
        self._grace = grace
        self._gone: dict[str, tuple[Nanos, bool]] = {}
        """Since when, and whether after a logout."""
        self._is_done: set[str] = set()

    def look(self, name: str, session: Session, desk: Desk, floor: Floor, now: Nanos) -> int:
        """Takes the orders back of who is gone for too long; how many. `now` is monotonic."""
        if session.phase in (Phase.ACTIVE, Phase.LOGOUT_SENT):
            self._gone.pop(name, None)
            self._is_done.discard(name)
            return 0
        # Who calls and does not log on is still gone.
        since, is_goodbye = self._gone.setdefault(name, (now, session.ended_by == GOODBYE))
        if name in self._is_done or now - since < self._grace:
            return 0
        self._is_done.add(name)
        how = "the logout" if is_goodbye else "the connection was lost"
        text = f"cancelled {self._grace // NANOS_PER_SECOND} s after {how}"
        reason = _reason(session.settings.version, is_goodbye=is_goodbye)
        return take_back(desk, floor, text, reason)


def take_back(desk: Desk, floor: Floor, text: str, reason: bytes) -> int:
    """Cancels what is open of a client, and says why in each report; how many."""
    open_orders = desk.open_orders()
    before = len(desk.outbox)
    for order in open_orders:
        floor.serve(CancelRequest(f"{desk.client}/{order.client_id}"))
    desk.outbox[before:] = [_explained(reply, text, reason) for reply in desk.outbox[before:]]
    return len(open_orders)


def _reason(version: str, *, is_goodbye: bool) -> bytes:
    if version == "FIX.5.0SP2":
        return ON_LOGOUT_SP2 if is_goodbye else ON_LOSS_SP2
    return ON_FAILURE_44 if version == "FIX.4.4" else b""


def _explained(reply: Reply, text: str, reason: bytes) -> Reply:
    fields = dict(reply.body)
    if fields.get(Tag.EXEC_TYPE) != Exec.CANCELLED:
        return reply
    fields[Tag.TEXT] = plain(text)
    if reason:
        fields[Tag.EXEC_RESTATEMENT_REASON] = reason
    return Reply(reply.type, sorted(fields.items()), reply.head)
