"""The danger strip and the one question it asks: pure, with the time as an argument."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from engine.domain.quotes import Phase
from engine.domain.views import DeskView, OrderRow, PositionRow
from engine.instruments import Instrument
from engine.ports import Act, DoAct
from engine.values import Money
from tui.paint import money_text, quantity_text

STRIP_SECONDS = 2.0
QUESTION_SECONDS = 15.0


class Strip(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    ASKING = "asking"


class Danger:
    """Open for two seconds; a question stays a little longer and is answered by `y` alone."""

    def __init__(self) -> None:
        self.state = Strip.CLOSED
        self.question = ""
        self._on_yes: Callable[[], None] | None = None
        self._until = 0.0

    def open(self, now: float) -> None:
        self.state, self._until = Strip.OPEN, now + STRIP_SECONDS

    def ask(self, question: str, on_yes: Callable[[], None], now: float) -> None:
        self.state, self._until = Strip.ASKING, now + QUESTION_SECONDS
        self.question, self._on_yes = question, on_yes

    def close(self) -> None:
        self.state, self.question, self._on_yes = Strip.CLOSED, "", None

    def yes(self) -> None:
        """Does what was asked, once."""
        on_yes = self._on_yes if self.state is Strip.ASKING else None
        self.close()
        if on_yes is not None:
            on_yes()

    def expire(self, now: float) -> bool:
        """Closes itself when its time is over; whether it just did."""
        if self.state is Strip.CLOSED or now < self._until:
            return False
        self.close()
        return True


def is_entry(order: OrderRow, view: DeskView) -> bool:
    """Whether a working order opens or increases a position rather than reducing one."""
    if order.reduce_only:
        return False
    held = next((row.quantity for row in view.positions if row.symbol == order.symbol), 0)
    return held * order.instruction.side >= 0


def question(
    act: Act, view: DeskView, symbol: str, instrument: Callable[[str], Instrument] = Instrument
) -> str:
    """What an act would do now, with count and amount."""
    working = [row for row in view.orders if not row.is_done]
    entries = [row for row in working if is_entry(row, view)]
    held = [row for row in view.positions if row.quantity]
    match act:
        case Act.CANCEL_EVERYTHING:
            return f"Cancel {_count(working)}, exits too?{_naked(held, instrument)}"
        case Act.FLATTEN_SYMBOL:
            here = [row for row in held if row.symbol == symbol]
            known = instrument(symbol)
            held_now = sum(row.quantity for row in here)
            noun = known.unit if known.quantity_digits else "shares"
            size = f"{quantity_text(known, held_now, signed=True)} {noun}, "
            shares = f"{size}{_worth(view, symbol)}" if here else "no position"
            own = [row for row in working if row.symbol == symbol]
            if here and (why := _why_later(view, symbol)):
                # What protects it stays meanwhile: only entries go at once.
                return f"Flatten {symbol} once it can ({why}): {shares}; entries go now?"
            orders = f"cancel its {_count(own)}" if own else "no order to cancel"
            return f"Flatten {symbol}: {shares}, and {orders}?"
        case Act.FLATTEN_ACCOUNT:
            positions = f"{len(held)} position{'s' if len(held) != 1 else ''}"
            later = sum(bool(_why_later(view, row.symbol)) for row in held)
            if later:
                positions += f" ({later} later)"
            return f"Flatten all: {positions}, {_worth(view)}, and cancel {_count(working)}?"
        case Act.KILL:
            stay = len(working) - len(entries)
            entry = "entry" if len(entries) == 1 else "entries"
            leave = "exit" if stay == 1 else "exits"
            return f"KILL: halt, cancel {len(entries)} {entry}, keep {stay} {leave}?"
        case _:
            return f"{act.name.replace('_', ' ').capitalize()}?"


def _why_later(view: DeskView, symbol: str) -> str:
    """What keeps a position from being closed now, in a word or two; empty where nothing does."""
    if any(link.is_down for link in view.links):
        return "line down"
    phase = next((row.phase for row in view.quotes if row.symbol == symbol), view.phase)
    return "" if phase in (Phase.OPEN, Phase.PRE_OPEN) else phase.word


def request(act: Act, symbol: str) -> DoAct:
    return DoAct(act=act, symbol=symbol if act is Act.FLATTEN_SYMBOL else "")


def _count(orders: Sequence[OrderRow]) -> str:
    return f"{len(orders)} order{'s' if len(orders) != 1 else ''}"


def _naked(held: Sequence[PositionRow], instrument: Callable[[str], Instrument]) -> str:
    """` Leaves +100 GOOG without a stop`: what loses its protection by cancelling everything."""
    losing = []
    for row in (row for row in held if row.protected):
        size = row.protected if row.quantity > 0 else -row.protected
        losing.append(f"{quantity_text(instrument(row.symbol), size, signed=True)} {row.symbol}")
    return f" Leaves {', '.join(losing)} without a stop" if losing else ""


def _worth(view: DeskView, symbol: str = "") -> str:
    """The market value of what is held, without sign; missing marks make it a dash."""
    values = [
        row.market_value
        for row in view.positions
        if row.quantity and (not symbol or row.symbol == symbol)
    ]
    if any(value is None for value in values):
        return "value unknown"
    return money_text(Money(sum(abs(value) for value in values if value is not None)))
