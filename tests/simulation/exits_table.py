"""A protected position at a venue whose every message waits until a test lets it through."""

from collections.abc import Iterator, Sequence

import msgspec

from connectors.faults.rates import Faults
from engine.domain import commands as cmd
from engine.domain.commands import ExitTerm, SubmitOrder
from engine.domain.events import FlattenStep
from engine.domain.reports import Report
from engine.domain.requests import Request
from engine.exchange.messages import NewOrder
from engine.values import (
    NANOS_PER_MILLISECOND,
    NANOS_PER_SECOND,
    Instruction,
    OrderType,
    Price,
    Quantity,
    Side,
    TimeInForce,
)
from simulation.chance import Chance
from simulation.clock import Clock
from simulation.desk import Desk
from simulation.disk import Disk
from simulation.families import EXITS, FAMILIES
from simulation.fate import Fate
from simulation.plan import NEVER, Plan
from simulation.venue import SimVenue

SYMBOL, HELD = "AAPL", 100
BID, ASK = Price(1_899_900), Price(1_900_100)
STOP, TARGET = Price(1_895_000), Price(1_905_000)
DEEP = 10_000
WAIT = 7 * NANOS_PER_SECOND
"""Longer than evidence is waited for, and than an answer may take."""
MESSAGES_NEXT = 2
"""Of those that wait, so many from the front are let through in any order."""
ROUNDS_MAX = 60


def plan(*, groups: bool) -> Plan:
    calm = {
        name: NEVER
        for name, value in msgspec.structs.asdict(FAMILIES[EXITS](1)).items()
        if type(value) is int and name not in ("seed", "steps", "cash")
    }
    return msgspec.structs.replace(
        FAMILIES[EXITS](1),
        **calm,
        line=Faults(),
        groups=groups,
        shorts=True,
        fee_table="zero",
        tight=(),
        factor=False,
        consents=False,
    )


class Table:
    """The desk, the venue, and what lies between them in both directions."""

    name = "simulated"

    def __init__(self, *, groups: bool) -> None:
        self._plan, self.has_oca = plan(groups=groups), groups
        self.clock, self.disk = Clock(), Disk(Chance(1, "disk"))
        self.venue = SimVenue(self._plan, Chance(1, "venue"))
        self.venue.now = self.clock.now
        self.out: list[tuple[Request, bytes]] = []
        self.back: list[Report] = []
        self._told: list[Report] = []
        self._others = 0
        self.desk = self._begin()
        self.quote(BID, ASK)
        self.protect()

    # --- the port that the desk holds

    journal = None

    def stage(self, requests: Sequence[Request]) -> Sequence[bytes]:
        return self.venue.stage(requests)

    def release(self, requests: Sequence[Request], staged: Sequence[bytes]) -> None:
        self.out += zip(requests, staged, strict=True)

    def collect(self) -> list[Report]:
        told, self._told = self._told, []
        return told

    def queue_ahead(self, client_order_id: str) -> int:
        return self.venue.queue_ahead(client_order_id)

    # --- what can happen next

    def moves(self) -> Iterator[str]:
        """Everything that may come next; names are short, for a path is a list of them."""
        yield from (f"r{place}" for place in range(min(len(self.out), MESSAGES_NEXT)))
        yield from (f"p{place}" for place in range(min(len(self.back), MESSAGES_NEXT)))

    def do(self, move: str) -> None:
        self._pass(NANOS_PER_MILLISECOND)
        if move == "crash":
            self.desk = self._begin()
        elif move == "wait":
            self._pass(WAIT)
        elif move in MARKET:
            MARKET[move](self)
        elif move[0] == "r":
            self._arrive(int(move[1:]))
        else:
            self._tell(int(move[1:]))
        self.desk.settle()
        assert not self.venue.account.crossings, self.venue.account.crossings

    def come_to_rest(self) -> None:
        """Everything that waits is let through in its order, and time passes."""
        for _ in range(ROUNDS_MAX):
            self._cross()
            self._pass(NANOS_PER_SECOND)
            self.desk.settle()

    # --- the same in pieces

    def _begin(self) -> Desk:
        desk = Desk(
            self._plan,
            self.disk,
            Fate(Chance(1, "fate")),
            self,  # type: ignore[arg-type]
            self.venue,
            self.clock,
            lambda step: None,
        )
        self.desk = desk
        desk.open()
        return desk

    def _pass(self, span: int) -> None:
        end = self.clock.now + span
        while self.clock.now < end:
            due = self.desk.next_timer_in()
            left = end - self.clock.now
            self.clock.move(left if due is None else max(1, min(left, due)))
            self.venue.now = self.clock.now
            self.desk.settle()

    def _arrive(self, place: int) -> None:
        request, sent = self.out.pop(place)
        self.venue.release([request], [sent])
        self.back += self.venue.collect()

    def _tell(self, place: int) -> None:
        self._told.append(self.back.pop(place))

    def other(self, side: Side, quantity: int, price: int) -> None:
        """Somebody trades or leaves; what is left of it goes."""
        self._others += 1
        lives = TimeInForce.GTC
        order = (Quantity(quantity), Price(price), Price(0), lives)
        self.venue.submit([NewOrder(self._others, SYMBOL, side, OrderType.LIMIT, *order)])
        self.back += self.venue.collect()

    def quote(self, bid: int, ask: int, size: int = DEEP) -> None:
        self.other(Side.BUY, size, bid)
        self.other(Side.SELL, size, ask)

    def protect(self) -> None:
        """100 long, with a target and a stop for all of it; everything is known on both sides."""
        self._cross()  # a start compares the books before anything new leaves
        entry = SubmitOrder(
            "entry",
            "PAPER",
            SYMBOL,
            Instruction.BUY,
            Quantity(HELD),
            OrderType.LIMIT,
            ASK,
            target=ExitTerm(TARGET),
            stop_loss=ExitTerm(STOP),
        )
        self.desk.ask([entry])
        self._cross()
        assert self.held_there() == HELD

    def _cross(self) -> None:
        """What waits on either side crosses, in its order."""
        while self.out or self.back:
            self.do("r0" if self.out else "p0")

    # --- what is so

    def held_there(self) -> int:
        return self.venue.account.positions.get(SYMBOL, 0)

    def held_here(self) -> int:
        position = self.desk.state.accounts["PAPER"].positions.get(SYMBOL)
        return position.quantity if position is not None else 0

    def standing(self) -> dict[OrderType, int]:
        """What is open at the venue, by type."""
        live = self.venue.account.live()
        return {order.asked.type: order.open for order in live}

    def is_asking(self) -> bool:
        runs = self.desk.state.flattening.values()
        return any(run.step is FlattenStep.ASKING for run in runs)

    def exits_filled(self) -> int:
        """What the orders that left as legs of the entry have filled at the venue."""
        state = self.desk.state
        return sum(
            order.cumulative
            for order in self.venue.account.orders()
            if (known := state.by_client_id.get(order.client_order_id)) is not None
            and state.orders[known].leg
        )


def _falls(table: Table, size: int) -> None:
    """The market is at the stop: so much is bid there, and after it somewhat lower again."""
    book = table.venue.exchange.book(SYMBOL)
    assert book.best_bid is not None
    table.other(Side.SELL, DEEP, BID)
    table.other(Side.BUY, size + 1, STOP)
    table.other(Side.SELL, 1, STOP)
    table.other(Side.BUY, DEEP, STOP - 100)


def _rises(table: Table, size: int) -> None:
    """Somebody takes what is asked, and so much at the target."""
    table.other(Side.BUY, DEEP, ASK)
    table.other(Side.BUY, size, TARGET)


MARKET = {
    "stop": lambda table: _falls(table, DEEP),
    "stop, in part": lambda table: _falls(table, 60),
    "target": lambda table: _rises(table, HELD),
    "target, in part": lambda table: _rises(table, 40),
}
"""What the market does to the exits, once."""

ACTS: dict[str, tuple[cmd.Command, ...]] = {
    "flatten": (cmd.Flatten("PAPER", SYMBOL),),
    "reverse": (cmd.Reverse("PAPER", SYMBOL, override="test"),),
    "kill, flattened": (cmd.Kill("PAPER", cmd.ExitsOnKill.FLATTEN, "test"),),
    "kill, exits kept": (cmd.Kill("PAPER", cmd.ExitsOnKill.KEEP, "test"),),
    "cancel everything": (cmd.CancelMany("PAPER"),),
    "close by hand": (
        cmd.CancelMany("PAPER", SYMBOL, cmd.CancelScope.EXITS),
        SubmitOrder(
            "close",
            "PAPER",
            SYMBOL,
            Instruction.SELL,
            Quantity(HELD),
            OrderType.MARKET,
            override="test",
        ),
    ),
}
