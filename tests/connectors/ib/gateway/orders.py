"""An order and an execution as the broker holds them: the truth that a test compares with."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from tests.connectors.ib.gateway.listings import Listing
from tests.connectors.ib.gateway.wire import number_of


class Status(StrEnum):
    """The states of the API, as `orderStatus` and `openOrder` spell them."""

    API_PENDING = "ApiPending"
    PENDING_SUBMIT = "PendingSubmit"
    PRE_SUBMITTED = "PreSubmitted"
    SUBMITTED = "Submitted"
    PENDING_CANCEL = "PendingCancel"
    CANCELLED = "Cancelled"
    API_CANCELLED = "ApiCancelled"
    FILLED = "Filled"
    INACTIVE = "Inactive"


DONE = frozenset({Status.CANCELLED, Status.API_CANCELLED, Status.FILLED, Status.INACTIVE})
HELD_TYPES = frozenset({"STP", "STP LMT", "TRAIL", "TRAIL LIMIT", "MIT", "LIT"})
"""What waits at IB for a trigger and reads PreSubmitted until then."""


@dataclass(frozen=True)
class Terms:
    """What the client asked for: every field of placeOrder by its API name, as text."""

    fields: dict[str, str]
    algo_params: tuple[tuple[str, str], ...] = ()
    conditions: tuple[tuple[str, ...], ...] = ()
    legs: tuple[tuple[str, ...], ...] = ()

    def text(self, name: str) -> str:
        return self.fields.get(name, "")

    def number(self, name: str) -> Decimal | None:
        return number_of(self.text(name))

    def flag(self, name: str) -> bool:
        return self.text(name) == "1"

    @property
    def action(self) -> str:
        return self.text("action")

    @property
    def quantity(self) -> Decimal:
        return self.number("totalQuantity") or Decimal(0)

    @property
    def kind(self) -> str:
        return self.text("orderType")

    @property
    def limit_price(self) -> Decimal | None:
        return self.number("lmtPrice")

    @property
    def aux_price(self) -> Decimal | None:
        """The trigger of a stop, the trail of a trailing order, the offset of a relative one."""
        return self.number("auxPrice")

    @property
    def tif(self) -> str:
        return self.text("tif")

    @property
    def ref(self) -> str:
        return self.text("orderRef")

    @property
    def account(self) -> str:
        return self.text("account")

    @property
    def parent_id(self) -> int:
        return int(self.text("parentId") or 0)

    @property
    def oca_group(self) -> str:
        return self.text("ocaGroup")

    @property
    def oca_type(self) -> int:
        return int(self.text("ocaType") or 0)

    @property
    def transmit(self) -> bool:
        return self.flag("transmit")

    @property
    def what_if(self) -> bool:
        return self.flag("whatIf")

    def but(self, **changes: str) -> "Terms":
        return Terms(self.fields | changes, self.algo_params, self.conditions, self.legs)


@dataclass
class BrokerOrder:
    """One order in the broker's book; `revisions` are the terms that held before."""

    perm_id: int
    client_id: int
    order_id: int
    account: str
    listing: Listing
    exchange: str
    terms: Terms
    status: Status = Status.PENDING_SUBMIT
    filled: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)
    """The sum of price × quantity of what was filled."""
    last_price: Decimal = Decimal(0)
    quantity: Decimal = Decimal(0)
    """The total that holds now: an OCA group may have reduced it."""
    why_held: str = ""
    group: str = ""
    group_type: int = 0
    """Its OCA group: the client's own, or the one that the broker puts a bracket's children in."""
    completed_at: str = ""
    completed_status: str = ""
    acknowledged: bool = False
    parked: bool = False
    """Inactive without being over: held by IB or the exchange until something is done."""
    revisions: list[Terms] = field(default_factory=list)

    @property
    def ref(self) -> str:
        return self.terms.ref

    @property
    def remaining(self) -> Decimal:
        return self.quantity - self.filled

    @property
    def is_done(self) -> bool:
        return self.status in DONE and not self.parked

    @property
    def is_live(self) -> bool:
        """Working at IB: neither done nor held back at the gateway."""
        return not self.is_done and self.status is not Status.API_PENDING

    @property
    def average_price(self) -> Decimal:
        return self.paid / self.filled if self.filled else Decimal(0)

    @property
    def key(self) -> tuple[int, int]:
        return self.client_id, self.order_id


@dataclass(frozen=True)
class Execution:
    """One fill; a correction has the id of what it replaces but for the last number."""

    exec_id: str
    perm_id: int
    client_id: int
    order_id: int
    account: str
    listing: Listing
    exchange: str
    side: str
    shares: Decimal
    price: Decimal
    cumulative: Decimal
    average: Decimal
    ref: str
    at: float
    """Seconds since the epoch."""
    commission: str
    commission_currency: str = "USD"
    realized: str = ""
    """Empty where the report says unset."""
    liquidity: int = 2
    pending_revision: bool = False

    @property
    def base(self) -> str:
        """The part of the id that a correction keeps."""
        return self.exec_id.rpartition(".")[0]

    @property
    def signed(self) -> Decimal:
        return self.shares if self.side == "BOT" else -self.shares
