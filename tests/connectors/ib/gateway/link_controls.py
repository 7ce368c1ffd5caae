"""A test's hand on the connection: scripted faults, lost links, restarts, and what was counted."""

from collections import Counter
from collections.abc import Callable
from time import monotonic, sleep
from typing import Any

from tests.connectors.ib.gateway.faults import Fault
from tests.connectors.ib.gateway.hub import GatewayHub
from tests.connectors.ib.gateway.session import Session

WORDS = {
    1100: "Connectivity between IBKR and Trader Workstation has been lost.",
    1101: (
        "Connectivity between IBKR and Trader Workstation has been restored - data lost."
        "*Market and account data subscription requests must be resubmitted*"
    ),
    1102: ("Connectivity between IBKR and Trader Workstation has been restored - data maintained."),
    2103: "Market data farm connection is broken:usfarm",
    2104: "Market data farm connection is OK:usfarm",
    2105: "HMDS data farm connection is broken:ushmds",
    2106: "HMDS data farm connection is OK:ushmds",
    2107: "HMDS data farm connection is inactive but should be available upon demand.ushmds",
    2108: "Market data farm connection is inactive but should be available upon demand.usfarm",
    2110: "Connectivity between Trader Workstation and server is broken. It will be restored "
    "automatically.",
    2119: "Market data farm is connecting:usfarm",
    2157: "Sec-def data farm connection is broken:secdefnj",
    2158: "Sec-def data farm connection is OK:secdefnj",
}
"""What TWS says of its own connections."""


MARKET_DATA = ("lines", "depth", "ticks", "bars", "real_time")
ACCOUNT_DATA = ("account", "positions", "multi", "summaries", "pnl", "pnl_single")
"""The subscriptions that a session keeps, by the names that their families gave them."""


def forget(session: Session, *kinds: str) -> None:
    """End subscriptions without a word."""
    for kind in kinds:
        session.subscriptions.pop(kind, None)


class LinkControls:
    """A mixin of Gateway."""

    hub: GatewayHub
    do: Callable[..., Any]
    listen: Callable[[], None]
    stop_listening: Callable[[], None]

    def script(self, *faults: Fault) -> None:
        """Faults to come, beside those that still wait."""
        self.do(self.hub.script.add, *faults)

    @property
    def waiting_faults(self) -> list[Fault]:
        """Scripted and not struck yet; a test that ends with some proved nothing."""
        return self.do(lambda: list(self.hub.script.faults))

    def system(self, code: int, text: str = "") -> None:
        """1100, 1101, 1102, 2103 … to every client. KeyError for an unknown code without a text.

        1101 also forgets every subscription of market and account data, as it says.
        """
        words = text or WORDS[code]

        def act() -> None:
            for session in self._ready():
                if code == 1101:
                    forget(session, *MARKET_DATA, *ACCOUNT_DATA)
                session.error(-1, code, words)

        self.do(act)

    def forget_market_data(self) -> None:
        """Every market data line is dead and nobody is told: a farm that came back empty."""
        self.do(lambda: [forget(session, *MARKET_DATA) for session in self.hub.sessions])

    def bulletin(self, text: str, exchange: str = "NASDAQ") -> None:
        """A news bulletin, to who asked for them."""

        def act() -> None:
            for session in self._ready():
                if session.subscriptions.get("bulletins"):
                    session.say("updateNewsBulletin", 1, 1, 1, text, exchange)

        self.do(act)

    def when(self, kind: str, act: Callable[[], Any], *, nth: int = 1) -> None:
        """Do something in the gateway's thread just before the nth message of a kind, once.

        The message is a request that comes in or an answer that goes out: so a fill can be made to
        fall in the middle of a recovery. Controls may be used in `act`. ValueError for no message.
        """
        self.do(self.hub.script.when, kind, act, nth)

    def wait(self, condition: Callable[[], Any], seconds: float = 10.0) -> Any:
        """For synchronous tests: wait until something is true and return it. AssertionError."""
        deadline = monotonic() + seconds
        while not (value := condition()):
            assert monotonic() < deadline, "waited in vain"
            sleep(0.002)
        return value

    def say_error(self, about: int, code: int, text: str, json: str = "") -> None:
        """Any error to every client."""
        self.do(lambda: [session.error(about, code, text, json) for session in self._ready()])

    def _ready(self) -> list[Session]:
        return [session for session in self.hub.sessions if session.is_ready]

    @property
    def clients(self) -> list[int]:
        """The ids of the clients that are connected and past the handshake."""
        return self.do(lambda: [session.client_id for session in self._ready()])

    @property
    def sockets(self) -> int:
        """How many connections are open, those without a client id among them."""
        return self.do(lambda: len(self.hub.sessions))

    def drop(self) -> None:
        """Every socket dies at once, as when the process is killed; it still listens."""
        self.do(lambda: [session.hang_up() for session in list(self.hub.sessions)])

    def half_open(self, *, hears: bool = False) -> None:
        """The sockets stay open and say nothing more; what is sent is lost, or (hears) acted on."""

        def act() -> None:
            for session in self.hub.sessions:
                session.speaks = False
                session.hears = hears

        self.do(act)

    def down(self) -> None:
        """The gateway is not there: sockets die, new ones are refused. `listen` brings it back."""
        self.stop_listening()
        self.drop()

    def restart(self, *, roll_ids_back: bool = False, new_day: bool = False) -> None:
        """Down and up on the same port: orders and permIds stay at the broker.

        roll_ids_back: nextValidId starts again. new_day: executions and completed orders of before
        are not told of any more.
        """
        self.down()
        self.come_back(roll_ids_back=roll_ids_back, new_day=new_day)

    def come_back(self, *, roll_ids_back: bool = False, new_day: bool = False) -> None:
        """The second half of a restart, for tests that do something while it is down."""

        def act() -> None:
            if roll_ids_back:
                self.hub.broker.roll_ids_back()
            if new_day:
                self.hub.broker.begin_day()

        self.do(act)
        self.listen()

    # ── what was counted ───────────────────────────────────────────────────────────────────────

    @property
    def peak(self) -> int:
        """The most messages that any one client certainly sent within one second."""
        return self.do(lambda: max((pace.peak for pace in self.hub.paces), default=0))

    @property
    def lag_max(self) -> float:
        """How late a message was read at most, in seconds: by this `peak` may be too kind."""
        return self.do(lambda: max((pace.lag_max for pace in self.hub.paces), default=0.0))

    @property
    def violations(self) -> int:
        """How often the pacing limit was broken, by all clients."""
        return self.do(lambda: sum(pace.violations for pace in self.hub.paces))

    @property
    def received(self) -> list[str]:
        """The kinds of all requests of all clients, each client's in its order."""
        return self.do(lambda: [kind for pace in self.hub.paces for kind in pace.kinds])

    def count(self, kind: str) -> int:
        """How many requests of a kind came in."""
        return Counter(self.received)[kind]

    @property
    def orders_sent(self) -> int:
        """How often an order, or a change of one, came in: previews are none."""

        def counted() -> int:
            kinds = [kind for pace in self.hub.paces for kind in pace.kinds]
            return kinds.count("placeOrder") - self.hub.previews

        return self.do(counted)

    @property
    def bad(self) -> list[str]:
        """What clients said that the protocol does not allow."""
        return self.do(lambda: list(self.hub.bad))
