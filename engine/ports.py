"""The doors of the engine: what it needs from the outside, and what the outside may ask of it."""

from collections.abc import Callable, Iterator, Sequence
from enum import IntEnum
from typing import Protocol

import msgspec

from engine.attachment import AttachmentAnswer, AttachmentRequest
from engine.domain.commands import CancelScope, ExitsOnKill
from engine.domain.preview_view import Preview
from engine.domain.reports import Report
from engine.domain.requests import Request
from engine.domain.views import (
    DeskView,
    SymbolMatch,
)
from engine.instruments import Instrument
from engine.limits_told import LimitsTold, TellLimits
from engine.lookup import LookupAnswer, LookupRequest
from engine.second_factor import FactorWanted, Proof, UnlockDesk
from engine.values import Nanos, OrderId
from engine.values import Sequence as RecordSequence


class Block(msgspec.Struct, frozen=True):
    """One committed group of records."""

    number: int
    first: RecordSequence
    last: RecordSequence
    payload: bytes


class Snapshot(msgspec.Struct, frozen=True):
    """What a start can go on from instead of the first block: true of all records up to one."""

    sequence: RecordSequence
    state_hash: str
    body: bytes


class Journal(Protocol):
    """Append-only truth; `append` returns only when the block is durable."""

    @property
    def last_sequence(self) -> RecordSequence: ...

    def append(
        self, first: RecordSequence, last: RecordSequence, payload: bytes, staged: Sequence[bytes]
    ) -> None:
        """Raises JournalError; after one nothing more is accepted (never retry-and-assume)."""

    def blocks(self, after: RecordSequence) -> Iterator[Block]:
        """Those with records beyond `after`; verified against the chain while reading."""

    def snapshot(self) -> Snapshot | None:
        """The newest whose seal holds and which fits this journal; None where there is none."""


class Replay(Protocol):
    """Hears a journal while it is verified, so that its bytes are read once."""

    def begin(self, instance: str, epoch: int, snapshot: Snapshot | None) -> None:
        """Before the first block: whose journal it is, and what it can go on from."""

    def take(self, block: Block) -> None:
        """The next one, verified; also such as the snapshot covers."""


class Venue(Protocol):
    """Where orders live. Silent until `release`; answers only through `collect`."""

    @property
    def name(self) -> str: ...

    @property
    def has_oca(self) -> bool:
        """Whether orders of one group share one quantity there: what fills in one is taken off the
        others in the same instant. Elsewhere the desk lets one exit out at a time."""

    def stage(self, requests: Sequence[Request]) -> Sequence[bytes]:
        """The bytes that will leave, for the journal; pure."""

    def release(self, requests: Sequence[Request], staged: Sequence[bytes]) -> None:
        """They leave now: the journal has them."""

    def collect(self) -> list[Report]:
        """What the venue has said since the last call; never blocks."""

    def queue_ahead(self, client_order_id: str) -> int:
        """Quantity ahead of a resting order now; −1 where the venue cannot know."""


class QuestionResult(msgspec.Struct, frozen=True):
    """Columns and rows as text, ready to be shown; bounded."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    truncated: bool = False


class Questions(Protocol):
    """Read-only questions to the audit store, caught up first."""

    def ask(self, sql: str, rows_max: int) -> QuestionResult: ...


class Frames(Protocol):
    """What the screen showed when a ticket was sent, for `why --screen`."""

    def keep(self, ticket: str, columns: int, rows: int, draw: Callable[[], str]) -> None:
        """Never waits: `draw` gives the frame as terminal text, and is called later, elsewhere."""


class Reference(Protocol):
    """Symbols and their instruments."""

    def search(self, text: str, limit: int) -> list[SymbolMatch]: ...

    def instrument(self, symbol: str) -> Instrument | None: ...


class Act(IntEnum):
    """The danger strip: identical on paper and live."""

    HALT = 1
    CANCEL_ENTRIES = 2
    CANCEL_EVERYTHING = 3
    FLATTEN_SYMBOL = 4
    FLATTEN_ACCOUNT = 5
    KILL = 6


class SendLine(msgspec.Struct, frozen=True, tag="send_line"):
    """One line of the order language; `ticket` makes a second transmission harmless."""

    text: str
    ticket: str
    symbol: str = ""
    """What `.` means."""
    from_ticket: bool = False
    proof: Proof | None = None
    """The second factor, where a FactorWanted asked for it under this ticket."""


class PreviewLine(msgspec.Struct, frozen=True, tag="preview_line"):
    text: str
    request: int
    """Comes back in the answer; only the newest answer matters."""
    symbol: str = ""


class CancelById(msgspec.Struct, frozen=True, tag="cancel_by_id"):
    order_id: OrderId


class CancelMarked(msgspec.Struct, frozen=True, tag="cancel_marked"):
    """Several orders in one step; each is answered as if it stood alone."""

    order_ids: tuple[OrderId, ...]


class DoAct(msgspec.Struct, frozen=True, tag="act"):
    act: Act
    symbol: str = ""
    exits: ExitsOnKill = ExitsOnKill.KEEP
    scope: CancelScope = CancelScope.ENTRIES
    reason: str = ""
    ticket: str = ""
    """Where somebody waits for a word that it was done: comes back in a LineAnswered."""


class FocusSymbol(msgspec.Struct, frozen=True, tag="focus"):
    """Depth and tape of this symbol are published from now on, and its bars where it says how long
    they are."""

    symbol: str
    levels: int = 20
    bar_seconds: int = 0
    """One of `engine.domain.bars.INTERVALS`; 0: nobody looks at a chart."""


class ExplainOrder(msgspec.Struct, frozen=True, tag="explain"):
    order_id: OrderId


class TellRealism(msgspec.Struct, frozen=True, tag="tell_realism"):
    """How far the session so far can be believed: paper against tape."""


class TellBooks(msgspec.Struct, frozen=True, tag="tell_books"):
    """How the books compared with the venue's, and what needs attention."""


class TellMessages(msgspec.Struct, frozen=True, tag="tell_messages"):
    """What crossed the line to the venue, message by message."""


class SetSpeed(msgspec.Struct, frozen=True, tag="speed"):
    """Market speed: 0 pauses, 1 is real time."""

    factor: float


DeskRequest = (
    SendLine
    | PreviewLine
    | CancelById
    | CancelMarked
    | DoAct
    | FocusSymbol
    | ExplainOrder
    | TellRealism
    | TellBooks
    | TellMessages
    | TellLimits
    | SetSpeed
    | UnlockDesk
    | LookupRequest
    | AttachmentRequest
)


class LineAnswered(msgspec.Struct, frozen=True, tag="line_answered"):
    """What a line led to: durable before it is said."""

    ticket: str
    ok: bool
    text: str
    order_id: OrderId = OrderId(0)
    column: int = 0
    expected: tuple[str, ...] = ()


class PreviewAnswered(msgspec.Struct, frozen=True, tag="preview_answered"):
    request: int
    preview: Preview


class RealismTold(msgspec.Struct, frozen=True, tag="realism_told"):
    """Lines to read, columns and bars in place, the verdict first."""

    title: str
    lines: tuple[str, ...]


class BooksTold(msgspec.Struct, frozen=True, tag="books_told"):
    """Lines to read, the newest difference first."""

    title: str
    lines: tuple[str, ...]
    compared_at: Nanos = Nanos(0)
    """When all of them were last compared to the end; 0: not yet."""


class MessagesTold(msgspec.Struct, frozen=True, tag="messages_told"):
    """The newest last; the fields of a message on lines that are set in behind it."""

    title: str
    lines: tuple[str, ...]
    line: str = ""
    """How the line is, in figures."""


class InstrumentsTold(msgspec.Struct, frozen=True, tag="instruments_told"):
    """Everything that this market trades from now on; a venue may say it after the desk opened."""

    instruments: dict[str, Instrument]


class OrderExplained(msgspec.Struct, frozen=True, tag="explained"):
    """`why`: one paragraph a line, in the order in which it happened."""

    order_id: OrderId
    title: str
    lines: tuple[str, ...]


class Notice(msgspec.Struct, frozen=True, tag="notice"):
    """Must interrupt: a fill, a denial, a rejection, a state change, a fault."""

    severity: int
    """`views.Severity`."""
    code: str
    text: str
    order_id: OrderId = OrderId(0)


class EngineStopped(msgspec.Struct, frozen=True, tag="stopped"):
    """The engine is gone; `text` says why and what to do."""

    text: str
    exit_code: int = 0
    begins_anew: bool = False
    """It opens again at once: a recorded day from its beginning."""


DeskAnswer = (
    LineAnswered
    | PreviewAnswered
    | OrderExplained
    | RealismTold
    | BooksTold
    | MessagesTold
    | InstrumentsTold
    | LimitsTold
    | Notice
    | EngineStopped
    | FactorWanted
    | LookupAnswer
    | AttachmentAnswer
)


class Desk(Protocol):
    """The only door to a running engine; everything that crosses it is encoded."""

    def send(self, request: DeskRequest) -> None:
        """Hands a request over; a full inbox raises InboxFull, it is never dropped in silence."""

    def latest(self) -> DeskView:
        """The newest published view; the same object until a newer one is there."""

    def instruments(self) -> dict[str, Instrument]:
        """Everything that this market trades."""

    def listen(self, listener: Callable[[DeskAnswer], None]) -> None:
        """Called, from the engine's side, for everything that must not be missed."""

    def close(self) -> None:
        """Lets go: ends an engine in this process, leaves one of its own process running.

        Working orders stay where they live.
        """
