"""One statement of the venue held against the state: collects what is not the same, in order."""

from engine.domain import events as ev
from engine.domain.answers import lowered
from engine.domain.orders import Order
from engine.domain.recon import Run
from engine.domain.recon_events import DifferenceKind
from engine.domain.state import State
from engine.values import Nanos, OrderId, Quantity

NOBODY = OrderId(0)
UNSAID = Nanos(0)
BREAK = "RECON_BREAK"
LOOK = "nothing was changed: a person has to look"


class Comparison:
    """One statement against the state; collects what is found, in order."""

    def __init__(self, state: State, now: Nanos, as_of: Nanos = UNSAID) -> None:
        """`as_of`: when the venue stated it, by its own clock; 0 where it does not say."""
        run = state.recon.run
        assert run is not None, "statements are compared while somebody waits for them"
        self.state, self.now, self.as_of = state, now, as_of
        self.run: Run = run
        self.found: list[ev.Event] = []
        self._lowered: set[str] = set()

    def differs(
        self,
        kind: DifferenceKind,
        *,
        symbol: str,
        ours: str,
        venues: str,
        action: str,
        is_break: bool,
        order_id: int = NOBODY,
        venue_quantity: int = 0,
        our_quantity: int = 0,
    ) -> None:
        self.found.append(
            ev.DifferenceFound(
                self.now,
                self.run.query,
                kind,
                self.run.account,
                symbol,
                OrderId(order_id),
                ours,
                venues,
                action,
                is_break,
                Quantity(venue_quantity),
                Quantity(our_quantity),
            )
        )
        if is_break and symbol and symbol not in self._lowered:
            self._lowered.add(symbol)
            why = f"{BREAK}: {ours} here, {venues} at the venue"
            account, reducing = self.run.account, ev.TradingState.REDUCING
            self.found += lowered(self.state, account, symbol, reducing, why, self.now)

    def is_older_than(self, order: Order) -> bool:
        """The venue has changed the order since it stated this, and that was heard first: the
        statement says nothing of it."""
        return UNSAID < self.as_of < order.restated_at

    def seen_before(self, key: str) -> int:
        return self.state.recon.suspected.get(key, 0)

    def agrees(self, key: str, text: str) -> None:
        """A break or a suspicion of before is over."""
        recon = self.state.recon
        if key in recon.breaks or key in recon.suspected:
            self.found.append(ev.BreakEnded(self.now, key, text))


def size_of(state: State, symbol: str, quantity: int, *, signed: bool = False) -> str:
    """As people read it; of what is not listed here, in the smallest unit."""
    known = state.instruments.get(symbol)
    if known is None:
        return f"{quantity:+,}" if signed else f"{quantity:,}"
    return known.format_quantity(quantity, signed=signed)
