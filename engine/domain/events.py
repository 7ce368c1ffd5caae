"""What became true on the desk: each event carries all that `apply` needs, decided once."""

from engine.domain.amendment_events import (
    BUSTED,
    EvidenceHeard,
    FeeConfirmed,
    FillReversed,
    OrderResolved,
    OrderRestated,
)
from engine.domain.arming_facts import ArmingSuspended, LiveArmed, LiveDisarmed
from engine.domain.breaker_events import BreakerEvent
from engine.domain.cost_events import (
    BorrowKnown,
    CarryBooked,
    CurrencyConverted,
    DividendsKnown,
    FxRatesKnown,
)
from engine.domain.desk_events import (
    AccountOpened,
    ClockMoved,
    CommandRefused,
    DateRolled,
    DiskSpaceChanged,
    DuplicateIgnored,
    EntriesCancelled,
    Faulted,
    FlattenFinished,
    FlattenMoved,
    FlattenStarted,
    FlattenStep,
    InstrumentsKnown,
    Killed,
    LimitLoosened,
    LimitLooseningAsked,
    LimitLooseningDropped,
    LimitTightened,
    LinkMoved,
    LinkOperated,
    MachineWoke,
    PhaseEntered,
    ReportOrphaned,
    SessionClosed,
    SessionStarted,
    TimerCleared,
    TimerSet,
    TradingState,
    TradingStateChanged,
    VenueCheckpointed,
)
from engine.domain.factor_facts import (
    SecondFactorChanged,
    SecondFactorFailed,
    SecondFactorPassed,
)
from engine.domain.luck import OrderCompared
from engine.domain.margin_facts import MarginEvent
from engine.domain.measures import FillsMarked, TapeMeasured
from engine.domain.message_facts import MessageQueued, MessageSent
from engine.domain.order_events import (
    CancelDenied,
    CancelRejected,
    CancelRequested,
    ExitReduced,
    ExitsSwapped,
    LotChange,
    OrderCancelled,
    OrderDenied,
    OrderExpired,
    OrderFilled,
    OrderHeld,
    OrderRejected,
    OrderReleased,
    OrderReplaced,
    OrderTriggered,
    OrderWaited,
    OrderWorking,
    OutcomeUnknown,
    QuoteSeen,
    ReplaceDenied,
    ReplaceRejected,
    ReplaceRequested,
    StatusRequested,
)
from engine.domain.recon_events import (
    BreakEnded,
    DifferenceFound,
    ForeignOrderFound,
    OrderAdopted,
    PositionAdopted,
    ReconcileFinished,
    ReconcileStarted,
    StatementAsked,
    StatementHeard,
)
from engine.domain.reference_facts import ReferenceKnown
from engine.domain.strategy_facts import StrategyDisabled, StrategyEnabled

Event = (
    SessionStarted
    | AccountOpened
    | InstrumentsKnown
    | PhaseEntered
    | DateRolled
    | LinkMoved
    | LinkOperated
    | SessionClosed
    | OrderReleased
    | OrderHeld
    | ExitReduced
    | ExitsSwapped
    | OrderDenied
    | OrderWorking
    | OrderRejected
    | OrderTriggered
    | OrderWaited
    | OrderFilled
    | OrderCancelled
    | OrderExpired
    | CancelRequested
    | CancelDenied
    | CancelRejected
    | ReplaceRequested
    | ReplaceDenied
    | ReplaceRejected
    | OrderReplaced
    | OutcomeUnknown
    | StatusRequested
    | OrderCompared
    | CommandRefused
    | DuplicateIgnored
    | ReportOrphaned
    | TradingStateChanged
    | EntriesCancelled
    | LimitTightened
    | FlattenStarted
    | FlattenMoved
    | FlattenFinished
    | Killed
    | TimerSet
    | TimerCleared
    | VenueCheckpointed
    | FillsMarked
    | TapeMeasured
    | Faulted
    | BorrowKnown
    | DividendsKnown
    | FxRatesKnown
    | ReferenceKnown
    | CarryBooked
    | CurrencyConverted
    | DiskSpaceChanged
    | FillReversed
    | FeeConfirmed
    | OrderRestated
    | OrderResolved
    | EvidenceHeard
    | BreakEnded
    | DifferenceFound
    | ForeignOrderFound
    | OrderAdopted
    | PositionAdopted
    | ReconcileFinished
    | ReconcileStarted
    | StatementAsked
    | StatementHeard
    | ClockMoved
    | MachineWoke
    | LimitLooseningAsked
    | LimitLooseningDropped
    | LimitLoosened
    | SecondFactorChanged
    | SecondFactorPassed
    | SecondFactorFailed
    | LiveArmed
    | ArmingSuspended
    | LiveDisarmed
    | MessageQueued
    | MessageSent
    | StrategyDisabled
    | StrategyEnabled
    | BreakerEvent
    | MarginEvent
)

__all__ = [
    "BUSTED",
    "FeeConfirmed",
    "FillReversed",
    "OrderRestated",
    "OrderResolved",
    "EvidenceHeard",
    "BreakEnded",
    "DifferenceFound",
    "ForeignOrderFound",
    "MessageQueued",
    "MessageSent",
    "OrderAdopted",
    "PositionAdopted",
    "ReconcileFinished",
    "ReconcileStarted",
    "StatementAsked",
    "StatementHeard",
    "BorrowKnown",
    "DividendsKnown",
    "FxRatesKnown",
    "CarryBooked",
    "CurrencyConverted",
    "AccountOpened",
    "ArmingSuspended",
    "LiveArmed",
    "LiveDisarmed",
    "CancelDenied",
    "CancelRejected",
    "CancelRequested",
    "CommandRefused",
    "DateRolled",
    "DuplicateIgnored",
    "EntriesCancelled",
    "Event",
    "DiskSpaceChanged",
    "ClockMoved",
    "MachineWoke",
    "ExitReduced",
    "ExitsSwapped",
    "Faulted",
    "FillsMarked",
    "FlattenFinished",
    "FlattenMoved",
    "FlattenStarted",
    "FlattenStep",
    "InstrumentsKnown",
    "Killed",
    "LimitLoosened",
    "LimitLooseningAsked",
    "LimitLooseningDropped",
    "LimitTightened",
    "LinkMoved",
    "LinkOperated",
    "LotChange",
    "OrderCancelled",
    "OrderCompared",
    "OrderDenied",
    "OrderExpired",
    "OrderFilled",
    "OrderHeld",
    "OrderRejected",
    "OrderReleased",
    "OrderReplaced",
    "OrderTriggered",
    "OrderWaited",
    "OrderWorking",
    "OutcomeUnknown",
    "PhaseEntered",
    "QuoteSeen",
    "ReplaceDenied",
    "ReplaceRejected",
    "ReplaceRequested",
    "ReportOrphaned",
    "SecondFactorChanged",
    "SecondFactorFailed",
    "SecondFactorPassed",
    "ReferenceKnown",
    "SessionClosed",
    "SessionStarted",
    "StatusRequested",
    "StrategyDisabled",
    "StrategyEnabled",
    "TapeMeasured",
    "TimerCleared",
    "TimerSet",
    "TradingState",
    "TradingStateChanged",
    "VenueCheckpointed",
]
