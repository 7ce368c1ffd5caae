"""How this gateway and its broker behave: every knob with its default, changeable while it runs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic, time

from tests.connectors.ib.gateway.order_writing import Margins
from tests.connectors.ib.gateway.wire import VERSION_MAX


@dataclass
class House:
    """One gateway's ways; a test may set a field at any time through `Gateway.set`."""

    accounts: tuple[str, ...] = ("DU1234567",)
    server_version: int = VERSION_MAX
    """The highest that it speaks; a client's own highest wins where that is lower."""
    read_only: bool = False
    """Orders and questions for orders are answered with 321, and no end marker comes."""
    silent: bool = False
    """Sockets are accepted and nothing is ever said, not even the handshake."""
    first_id: int = 1
    clock: Callable[[], float] = time
    """Seconds since the epoch, for the times of executions and `currentTime`."""
    monotonic: Callable[[], float] = monotonic
    """Seconds by which messages are counted."""
    time_style: str = "named US/Eastern"
    """`named ZONE`, `bare ZONE` or `utc`: how times of executions are written."""

    # orders
    acknowledges: bool = True
    """False: orders are taken and nothing is said of them until `Gateway.acknowledge`."""
    echoes: int = 1
    """How often openOrder and orderStatus are said of each change: TWS likes to repeat itself."""
    tif_preset: str = "DAY"
    """What an order without a time in force gets, with warning 10349; empty: nothing is said."""
    first_without_perm_id: bool = False
    """The first openOrder and orderStatus of an order say permId 0."""
    held_is_said: bool = False
    """Whether an order with transmit=False is told of at all; where it is, as ApiPending."""
    confirms_cancels: bool = True
    """False: a cancelled order stays PendingCancel until `Gateway.confirm_cancel`."""
    inactive_on_reject: bool = False
    """Whether a rejected new order also gets orderStatus Inactive, beside its error."""
    active_orders_max: int = 20
    """Working orders for each contract, side and account."""
    matches: bool = False
    """Orders that a quote makes marketable are filled by themselves: matching.py."""
    margins: Margins = field(default_factory=Margins)
    what_if_twice: bool = False
    """Preview answers come twice, the first without a number in it."""
    previews_use_ids: bool = True
    """Whether the order id of a preview counts as used from then on, as that of an order does."""
    commission: str = "1.0"
    commission_delay: float = 0.0
    """Seconds between an execution and its commission report."""

    # pacing
    messages_max: int = 50
    """In any second; above: error 100, and at the third time the socket is closed. 0: no limit."""

    # market data
    lines_max: int = 100
    depth_max: int = 3
    depth_style: str = "shift"
    """Or `in_place`: depth_requests.py says what they are."""
    paces_history: bool = False
    """Whether IB's limits on historical requests are enforced: 162."""
    sample_seconds: float = 0.0
    """Above zero, a line says only its newest values and so often at most: 0.25 as for stocks."""
    has_delayed: bool = True
    """Whether delayed data is enabled at all: without it, 10168."""
    competing_session: bool = False
    """Live data is taken by another session of the same user: 10197."""
