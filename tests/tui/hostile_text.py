"""Two thousand texts that a stranger could send, and a desk that puts them in every field."""

import random
import sys
from collections.abc import Iterator

import msgspec

from engine.domain.reasons import Finding, Verdict
from engine.domain.views import Condition, LinkView, Severity
from engine.ports import (
    DeskRequest,
    FocusSymbol,
    Notice,
    OrderExplained,
    SendLine,
    TellBooks,
)
from engine.values import OrderId, Price, Quantity
from tests.tui.fake_desk import FakeDesk

TEXTS = 2_000
FRAME_SECONDS = 0.08
ROWS_OF_ATTACKS = 5

# What each part would do where it got through: steer the terminal, act, hide, or look like ours.
STEERS = (
    "\x1b[2J", "\x1b[31m", "\x1b[?1049l", "\x1b[?1000l", "\x1b[6n", "\x1b[c", "\x1b[5i", "\x1bc",
    "\x1b[201~", "\x1b[8;1;1t", "\x1b[21t", "\x1b[>4;2m", "\x1b7", "\x1b8", "\x1b(0", "\x1b#8",
    "\x1b]52;c;cm0gLXJm\x07", "\x1b]52;c;?\x07", "\x1b]0;owned\x07", "\x1b]2;owned\x1b\\",
    "\x1b]8;;http://127.0.0.1/\x07click\x1b]8;;\x07", "\x1b]1337;File=:AAAA\x07",
    "\x1b]777;notify;a;b\x07", "\x1b]9;4;1\x07", "\x1b]10;?\x07", "\x1b]50;?\x07",
    "\x1bP$q\"p\x1b\\", "\x1bP+q544e\x1b\\", "\x1bPq#0~\x1b\\", "\x1b_Gi=1;AAAA\x1b\\",
    "\x1b^secret\x1b\\", "\x1bX\x1b\\", "\x9b2J", "\x9d52;c;eA==\x9c", "\x90q\x9c", "\x8d", "\x84",
    "\x85", "\x00", "\x05", "\x07", "\x08" * 8, "\t", "\n", "\r", "\r\n", "\x0b", "\x0c", "\x0e",
    "\x0f", "\x11", "\x13", "\x18", "\x1a", "\x7f", "\x1b", "\x1b[", "\x1b]", "\x1bP",
)  # fmt: skip
ACTS = (
    "[@click=app.quit]x[/]", "[@click=app.leave(0)]x[/]", "[@click=screen.dismiss]x[/]",
    "[@click=app.bell]x[/]", "[@click=\"app.exit(1)\"]x[/]", "[link=http://127.0.0.1]x[/link]",
    "[/nope]", "[/]", "[", "]", "[[", "[AAPL]", "[red]", "[b]", "[on red blink]", "[$alarm]",
    "[not closed", "\\[", "\\", ":warning:", "[@click]", "[@mouse.over=app.quit]x[/]", "{x!r}",
    "%s%n", "${jndi:ldap://127.0.0.1}", "$(reboot)", "`reboot`", "=cmd|' /C calc'!A0",
)  # fmt: skip
HIDES = (
    "\u202eDLOS\u202c", "\u2066x\u2069", "\u200b", "\u200d", "\u200e", "\u200f", "\ufeff", "\u00ad",
    "\u2028", "\u2029", "\U000e0041\U000e0042", "\U000e0001", "\u061c", "\u180e", "\u3164",
    "\u00a0", "e" + "\u0301" * 30, "\u0e01" + "\u0e49" * 20, "\u20dd", "\ufe0f", "\ufffe",
    "\ue000", "\U0010ffff",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1ee\U0001f1f3", "漢" * 20, "\u1100\u1161",
    "\uff21\uff21", "\u0430\u0440\u0440le", "W" * 300, "\u2800" * 8, "\ud7b0", "\u115f",
)  # fmt: skip
LOOKS = (
    "Quit? y / n", "type ready", "second factor ›", "HALTED", "ACTIVE", " LIVE ", "┌──┐", "│", "╭╮",
    "order 7 sent", "filled 100/100", "y", "Enter confirms", "^T transmits", "› ", "KILL",
    "room 43",
)  # fmt: skip


def hostile_texts(count: int = TEXTS, seed: int = 9) -> list[str]:
    """Every part alone first, then parts in a row, by chance; no text twice."""
    chance = random.Random(seed)
    parts = (*STEERS, *ACTS, *HIDES, *LOOKS)
    found = dict.fromkeys((*parts, *(f"venue: {part} after" for part in parts)))
    while len(found) < count:
        size = chance.choice((2, 2, 3, 3, 4, 8))
        words = [chance.choice(chance.choice((STEERS, ACTS, HIDES, LOOKS))) for _ in range(size)]
        found["".join(words) + chance.choice(("", " tail", "A" * 90))] = None
    return list(found)[:count]


class CorpusDesk(FakeDesk):
    """Shows some of the texts in each frame: as symbols, reasons, notes, names and news."""

    def __init__(self, texts: list[str], symbols: int = 6) -> None:
        self._texts = texts
        self._shown = 0
        self._now_shown: list[str] = []
        self._looked_at = ""
        super().__init__(symbols)

    def send(self, request: DeskRequest) -> None:
        """A click into the watchlist looks at a symbol that a stranger gave."""
        self._looked_at = ""
        if isinstance(request, FocusSymbol) and request.symbol in self._texts:
            self._looked_at = request.symbol
            return
        super().send(request)

    def instruments(self):
        """Names that strangers gave, for symbols that strangers gave."""
        known, one = super().instruments(), next(iter(super().instruments().values()))
        for text in self._texts:
            known[text] = msgspec.structs.replace(one, symbol=text, name=text)
        return known

    def batches(self) -> Iterator[None]:
        """The next texts are in the next view."""
        while self._shown < len(self._texts):
            self._now_shown = self._texts[self._shown : self._shown + ROWS_OF_ATTACKS]
            self._shown += len(self._now_shown)
            self.step()
            for text in self._now_shown:
                self.tell(Notice(Severity.UNAVAILABLE, text, text))
            yield
            self.tell(OrderExplained(OrderId(1), text, tuple(self._now_shown)))
            yield
        self._now_shown = []
        self.step()
        self._note(TellBooks())  # by this the test knows that all have been shown

    def _build(self):
        view = super()._build()
        texts = self._now_shown
        if not texts or not view.orders or not view.fills:
            return view
        order, fill, position = view.orders[0], view.fills[0], view.positions[0]
        first = texts[0]
        return msgspec.structs.replace(
            view,
            market=first,
            trading_state="HALTED",
            trading_reason=first,
            account=msgspec.structs.replace(view.account, account=first, currency=first),
            conditions=tuple(Condition(text, text, Severity.ATTENTION) for text in texts),
            links=tuple(LinkView(text, Severity.DEGRADED, text) for text in texts),
            depth=msgspec.structs.replace(
                view.depth, note=first, symbol=self._looked_at or view.depth.symbol
            ),
            quotes=view.quotes
            + tuple(msgspec.structs.replace(view.quotes[0], symbol=text) for text in texts),
            orders=tuple(_order(order, text, place) for place, text in enumerate(texts)),
            fills=tuple(
                msgspec.structs.replace(fill, symbol=text, explanation=text) for text in texts
            ),
            positions=tuple(
                msgspec.structs.replace(
                    position,
                    symbol=text,
                    quantity=Quantity(100),
                    average_cost=Price(1_900_000),
                )
                for text in texts
            ),
        )


def _order(row, text: str, place: int):
    finding = Finding(text, text, Verdict.DENY, text, text, text, text)
    return msgspec.structs.replace(
        row,
        order_id=OrderId(place + 1),
        symbol=text,
        label=text,
        text=text,
        origin=text,
        state=text,
        findings=(finding,),
    )


def main() -> int:
    """The screen over these texts: `python -m tests.tui.hostile_text FIRST COUNT`."""
    from tui.app import TraderApp
    from tui.settings import ScreenSettings

    first, count = int(sys.argv[1]), int(sys.argv[2])
    desk = CorpusDesk(hostile_texts()[first : first + count])
    for number, line in enumerate(("b 100 AAPL mkt", "b 100 AAPL bid")):
        desk.send(SendLine(line, f"mine-{number}"))

    class Showing(TraderApp):
        def on_mount(self) -> None:
            self.batches = desk.batches()
            self.set_interval(FRAME_SECONDS, self.next_texts)

        def next_texts(self) -> None:
            self.room.close_page()
            next(self.batches, None)
            self.show_frame()

    return Showing(desk, None, None, ScreenSettings(coach=False)).run_desk()


if __name__ == "__main__":
    sys.exit(main())
