"""What every venue's other end has to let a test do, so that one suite can hold all venues."""

from collections.abc import Sequence
from typing import Protocol

from engine.domain.reports import Report
from engine.domain.requests import Request
from engine.domain.statements import Statement
from engine.ports import Venue
from engine.values import Instruction, Price


class FarEnd(Protocol):
    """A venue under test and everybody behind it; a connector's test writes one of these.

    `hear` lets as much time pass as answers need and gives what was reported meanwhile, in the
    order in which the desk would hear it. A bad line may repeat and reorder, and loses nothing.
    """

    venue: Venue
    in_order: bool
    """The line keeps the order and repeats nothing."""
    states: frozenset[Statement]
    """What the venue can be asked to state of itself."""
    tells_fills_again: bool
    """Asked about an order, it tells the order's fills once more, and not only their sum."""

    tells_busts: bool
    """It says so when a trade is taken back."""

    def send(self, *requests: Request) -> Sequence[bytes]:
        """Stages and releases; the staged bytes come back."""

    def hear(self) -> list[Report]: ...

    def fill(self, client_order_id: str, quantity: int) -> None:
        """Somebody trades so much with a working order, at its limit."""

    def bust(self, execution_id: str) -> None: ...

    def correct(self, execution_id: str, price: Price, quantity: int) -> None: ...

    def let_go(self, client_order_id: str) -> None:
        """A cancel that nobody asked for."""

    def restate(self, client_order_id: str, price: Price, quantity: int) -> None:
        """Price or total quantity changed by the venue."""

    def enter(self, name: str, side: Instruction, quantity: int, price: Price) -> None:
        """An order for the same account that does not come from this desk."""

    def disconnect(self, seconds: int) -> None:
        """The line breaks for so long; orders stay."""

    def close(self) -> None:
        """The test is over."""
