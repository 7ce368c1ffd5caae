"""The first five minutes, one line at a time; gone for good when somebody goes their own way."""

from enum import IntEnum

from engine.domain.views import DeskView
from engine.instruments import Instrument
from tui.paint import money_text, protection_text

ORDER_TEXT = "b 100 {symbol} bid"
IMPATIENT_TEXT = "b 100 {symbol} mkt"
TOO_MUCH_TEXT = "b 5000 {symbol} mkt"
BRACKET_TEXT = "b 100 {symbol} mkt tp +1 sl -1"
EXITS_TEXT = "oco pos {symbol} tp +1 sl -1"
"""Where there is no second symbol: exits for the position that there is."""
PATIENCE_FRAMES = 150
"""So many frames (15 s) in the queue, and the coach shows the way to a certain fill."""
FAMILIAR_SYMBOL = "AAPL"


class Step(IntEnum):
    OPEN_LINE = 1
    TYPE_ORDER = 2
    SEND = 3
    QUEUE = 4
    WHY = 5
    TOO_MUCH = 6
    RESIZE = 7
    BRACKET = 8
    DANGER = 9
    FLATTEN = 10
    SUMMARY = 11
    OVER = 12


_NEUTRAL = frozenset(
    (
        "desk.command",
        "desk.send",
        "desk.back",
        "desk.next",
        "desk.previous",
        "desk.next_pane",
        "desk.redraw",
        "desk.interrupt",
        "desk.help",
        "desk.pane_1",
        "desk.pane_3",
        "desk.pane_6",
        "desk.danger",
        "orders.why",
    )
)
_NEUTRAL_SCOPES = ("line.", "page.", "ticket.", "list.", "danger.", "confirm.")


class Coach:
    """Sees each view and each action; never in the way of a key."""

    def __init__(self, *, is_on: bool, symbol: str) -> None:
        self.step = Step.OPEN_LINE if is_on else Step.OVER
        self._symbol = symbol
        self._fills_at_start = -1
        self._frames = 0
        self._key_why = "e"
        self._bracket = EXITS_TEXT.format(symbol=symbol)

    @property
    def is_over(self) -> bool:
        return self.step is Step.OVER

    def text(self, view: DeskView) -> str:
        """The line to show; empty when it is over."""
        words = _TEXTS.get(self.step, "").format(symbol=self._symbol, **self._figures(view))
        if self.step is Step.QUEUE and self._frames > PATIENCE_FRAMES:
            words += f" · in a hurry: : {IMPATIENT_TEXT.format(symbol=self._symbol)}"
        return words

    def ghost(self, text: str) -> str:
        """What is still to be typed of the line that the coach suggests."""
        if self.step in (Step.OPEN_LINE, Step.TYPE_ORDER, Step.QUEUE):
            template = IMPATIENT_TEXT if self.step is Step.QUEUE else ORDER_TEXT
        elif self.step is Step.TOO_MUCH:
            template = TOO_MUCH_TEXT
        elif self.step is Step.BRACKET:
            template = self._bracket
        else:
            return ""
        wanted = template.format(symbol=self._symbol)
        return wanted[len(text) :] if wanted.lower().startswith(text.lower()) else ""

    def see(
        self, view: DeskView, *, line_is_open: bool, is_reviewed: bool, is_denied: bool
    ) -> None:
        """Moves on when what was asked for has happened."""
        if self._fills_at_start < 0:
            self._fills_at_start = len(view.fills)
        working = any(not row.is_done for row in view.orders)
        filled = len(view.fills) > self._fills_at_start
        match self.step:
            case Step.OPEN_LINE if line_is_open:
                self.step = Step.TYPE_ORDER
            case Step.OPEN_LINE | Step.TYPE_ORDER | Step.SEND if filled:
                self.step = Step.WHY
            case Step.OPEN_LINE | Step.TYPE_ORDER | Step.SEND if working:
                self.step = Step.QUEUE
            case Step.TYPE_ORDER if is_reviewed:
                self.step = Step.SEND
            case Step.TYPE_ORDER if not line_is_open:
                self.step = Step.OPEN_LINE
            case Step.SEND if not is_reviewed:
                self.step = Step.TYPE_ORDER
            case Step.QUEUE if filled:
                self.step = Step.WHY
            case Step.QUEUE:
                self._frames += 1
            case Step.TOO_MUCH if is_denied:
                self.step = Step.RESIZE
            case Step.RESIZE if not is_denied:
                self.step = Step.BRACKET
                self._bracket = self._bracket_line(view)
            case Step.BRACKET if any(row.protected for row in view.positions):
                self.step = Step.DANGER
            case Step.FLATTEN if not any(row.quantity for row in view.positions) and not working:
                self.step = Step.SUMMARY
            case _:
                pass

    def notice(self, action_id: str) -> bool:
        """An action was taken; whether that dismissed the coach."""
        if self.is_over:
            return False
        if self.step is Step.WHY and action_id == "orders.why":
            self.step = Step.TOO_MUCH
            return False
        if self.step in (Step.BRACKET, Step.DANGER) and action_id == "desk.danger":
            self.step = Step.FLATTEN
            return False
        if self.step is Step.SUMMARY and action_id != "confirm.yes":
            self.step = Step.OVER
            return True
        if action_id in _NEUTRAL or action_id.startswith(_NEUTRAL_SCOPES):
            return False
        self.step = Step.OVER
        return True

    def _bracket_line(self, view: DeskView) -> str:
        """A symbol that is flat, so that its badge says 100/100."""
        held = {row.symbol for row in view.positions if row.quantity}
        flat = [row.symbol for row in view.quotes if row.symbol not in held and row.ask]
        if not flat:
            return EXITS_TEXT.format(symbol=self._symbol)
        return BRACKET_TEXT.format(symbol=flat[0])

    def _figures(self, view: DeskView) -> dict[str, str]:
        order = next((row for row in view.orders if not row.is_done), None)
        ahead = order.queue_ahead if order is not None else -1
        return {
            "bracket": self._bracket,
            "badge": _badge(view),
            "ahead": f"{ahead:,}" if ahead >= 0 else "—",
            "trades": str(len(view.fills)),
            "fees": money_text(view.account.fees_day),
            "day": money_text(view.account.day, signed=True),
        }


def _badge(view: DeskView) -> str:
    protected = (row for row in view.positions if row.protected)
    return next((protection_text(Instrument(row.symbol), row) for row in protected), "Protected")


_TEXTS = {
    Step.OPEN_LINE: "Prices move; no real money here. Press : and type  " + ORDER_TEXT,
    Step.TYPE_ORDER: "Type  " + ORDER_TEXT + "  — cost, queue and rules appear. Enter reviews.",
    Step.SEND: "Read it. Ctrl+T sends it; nothing else does.",
    Step.QUEUE: "It waits its turn: {ahead} ahead of you in the queue",
    Step.WHY: "Filled. Press e on the order: why, when, and what it cost.",
    Step.TOO_MUCH: "Esc leaves. Now too much: press : and type  " + TOO_MUCH_TEXT,
    Step.RESIZE: "Denied, with numbers. Ctrl+R resizes it to what the rules allow.",
    Step.BRACKET: "Ctrl+U clears the line. Now with exits:  {bracket}  Enter, Ctrl+T",
    Step.DANGER: "{badge}: its exits follow it. Now Ctrl+X: the danger strip.",
    Step.FLATTEN: "In the strip o flattens the account, y confirms. (Ctrl+X opens it again.)",
    Step.SUMMARY: "That was a day: {trades} trades, fees {fees}, day {day}."
    " :report judges it, ? shows all keys.",
}
