"""What can be done with the marked orders: Enter looks, Ctrl+T acts on what is still working."""

from collections.abc import Callable
from typing import NamedTuple

from engine.domain.views import DeskView, OrderRow
from engine.instruments import Instrument
from tui.marks import Marks, tally_of
from tui.paint import Line
from tui.themes import Palette


class Offer(NamedTuple):
    """One row; without orders it is a way to leave that touches none."""

    words: str
    orders: tuple[OrderRow, ...] = ()


class Marked:
    """Counted anew with every look, so that what fills meanwhile is no longer offered."""

    hint = ""
    search: str | None = None
    chooses = True

    def __init__(
        self,
        marks: Marks,
        view: Callable[[], DeskView],
        *,
        send_key: str,
        cancel: Callable[[tuple[OrderRow, ...]], None],
        leave: Callable[[], None],
        say: Callable[[str], None],
        instrument: Callable[[str], Instrument],
    ) -> None:
        self._marks = marks
        self._view = view
        self._send_key = send_key
        self._cancel = cancel
        self._leave = leave
        self._say = say
        self._instrument = instrument

    @property
    def title(self) -> str:
        count = len(self._marks.rows(self._view()))
        return f"{count} marked order{'' if count == 1 else 's'}"

    def _offers(self) -> list[Offer]:
        rows = self._marks.rows(self._view())
        if not rows:
            return [Offer("none of them works any more: Esc leaves")]
        groups = [rows]
        buys = [row for row in rows if row.instruction.side > 0]
        if 0 < len(buys) < len(rows):
            groups += [buys, [row for row in rows if row.instruction.side < 0]]
        offers = [
            Offer(f"cancel {tally_of(group, self._instrument)}", tuple(group)) for group in groups
        ]
        return [*offers, Offer("take the marks away")]

    def rows(self, ink: Palette, width: int) -> list[Line]:
        lines = []
        for offer in self._offers():
            key = self._send_key if offer.orders else "Enter"
            line = Line().cell(key, 7, ink.key)
            lines.append(line.add(offer.words, ink.strong if offer.orders else ink.text))
        return lines

    def _at(self, row: int) -> Offer | None:
        offers = self._offers()
        return offers[row] if row < len(offers) else None

    def choose(self, row: int) -> None:
        """Enter, held or not, touches no order."""
        offer = self._at(row)
        if offer is None:
            return
        if offer.orders:
            self._say(f"{self._send_key} does it: {offer.words}")
            return
        self._marks.clear()
        self._leave()

    def transmit(self, row: int) -> None:
        """Ctrl+T on a row: acts once, and the page is gone."""
        offer = self._at(row)
        if offer is None or not offer.orders:
            self._say("nothing on this row acts on orders")
            return
        self._leave()
        self._cancel(offer.orders)
