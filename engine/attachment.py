"""What a terminal and its engine say about each other: who has control, and whether it answers."""

import msgspec

from engine.domain.views import OrderRow
from engine.values import Money, OrderId


class Standing(msgspec.Struct, frozen=True):
    """How a terminal stands to its engine."""

    has_control: bool = True
    """Its keys send; exactly one terminal of an engine has this."""
    is_separate: bool = False
    """The engine is a process of its own and outlives this terminal."""
    is_viewer: bool = False
    """Attached to look only: it cannot take control."""
    keeps_running: bool = False
    """The engine stays when the last terminal quits, also with nothing working."""
    others: int = 0
    """Terminals attached beside this one."""
    alarm: str = ""
    """In two words, why nothing can be sent now: the engine is stalled or gone."""


class StandingChanged(msgspec.Struct, frozen=True, tag="standing"):
    standing: Standing


class Missed(msgspec.Struct, frozen=True):
    """Something that a terminal would have been told, had there been one."""

    severity: int
    """`views.Severity`."""
    code: str
    text: str
    order_id: OrderId = OrderId(0)


class SinceYouLeft(msgspec.Struct, frozen=True, tag="since_you_left"):
    """What happened since the last terminal of this home went."""

    seconds: int
    """Of the wall's clock."""
    equity: Money | None
    """What the account was worth then; None where no mark told it."""
    missed: tuple[Missed, ...]
    """Oldest first, bounded."""
    forgotten: int = 0
    """How many before those are only in the journal."""


class TakeControl(msgspec.Struct, frozen=True, tag="take_control"):
    """The keys of this terminal send from now on; the one that had control watches."""


class StopEngine(msgspec.Struct, frozen=True, tag="stop_engine"):
    """Ends the engine in order; what works stays where it lives, or is cancelled first."""

    cancel: bool = False
    ticket: str = ""
    """Comes back in the answer, where somebody waits for one."""


class TellKilled(msgspec.Struct, frozen=True, tag="tell_killed"):
    """What became of each order that was open when the kill switch was last thrown."""

    ticket: str


class KilledTold(msgspec.Struct, frozen=True, tag="killed_told"):
    """Every one of them as it stands now; none where nobody has thrown it at this engine."""

    ticket: str
    orders: tuple[OrderRow, ...]
    kept: tuple[OrderId, ...]
    """Those that were not to be cancelled: they only reduce."""


AttachmentRequest = TakeControl | StopEngine | TellKilled
AttachmentAnswer = StandingChanged | SinceYouLeft | KilledTold
