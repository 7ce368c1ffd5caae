"""Orders work and a person wants to go: what stays, where each lives, and the choices."""

from collections.abc import Callable
from typing import NamedTuple

from engine.domain.identity import by_group
from engine.domain.residence import FATES, order_in_words, place_in_words, residence_of
from engine.domain.views import OrderRow
from tui.host import Host
from tui.paint import Line, clean
from tui.themes import Palette


class Choice(NamedTuple):
    """One way to go on; what acts on orders wants the key that sends."""

    words: str
    take: Callable[[], None]
    acts: bool = False


class Leaving:
    """Counted anew with every look: orders fill while a person thinks."""

    hint = ""
    search: str | None = None
    chooses = True

    def __init__(
        self,
        host: Host,
        *,
        send_key: str,
        go: Callable[[], None],
        stop: Callable[[bool], None],
        back: Callable[[], None],
    ) -> None:
        """`stop` is told whether every order is to be cancelled first."""
        self._host = host
        self._send_key = send_key
        self._go = go
        self._stop = stop
        self._back = back

    @property
    def title(self) -> str:
        count = len(self._working())
        return f"leaving: {count} order{'' if count == 1 else 's'} work{'s' if count == 1 else ''}"

    def _working(self) -> list[OrderRow]:
        rows = [row for row in self._host.view.orders if not row.is_done]
        return sorted(rows, key=lambda row: by_group(row.order_id))

    def _choices(self) -> list[Choice]:
        count = len(self._working())
        orders = f"{count} order{'' if count == 1 else 's'}"
        choices = [Choice("leave the engine running: what works, works on", self._go)]
        if self._host.standing.has_control:
            stays = "stop the engine: orders stay and stand again at the next start"
            cancels = f"cancel {orders}, then stop the engine"
            choices += [
                Choice(stays, lambda: self._stop(False), acts=True),
                Choice(cancels, lambda: self._stop(True), acts=True),
            ]
        return [*choices, Choice("back to the desk", self._back)]

    def rows(self, ink: Palette, width: int) -> list[Line]:
        lines = []
        for choice in self._choices():
            key = self._send_key if choice.acts else "Enter"
            lines.append(Line().cell(key, 7, ink.key).add(choice.words, ink.strong))
        lines += [Line(), Line().add("What stays, and if this machine dies now:", ink.quiet)]
        for row in self._working():
            lines += self._order(row, ink)
        for held in self._host.view.positions:
            if held.quantity:
                known = self._host.instrument(held.symbol)
                words = (
                    f"{clean(held.symbol)} {known.format_quantity(held.quantity, signed=True)} held"
                )
                lines.append(Line().cell("·", 2, ink.quiet).add(words, ink.text))
        return lines

    def _order(self, row: OrderRow, ink: Palette) -> list[Line]:
        words = clean(order_in_words(row, self._host.instrument(row.symbol)))
        place = residence_of(row, self._host.view.mode)
        where = clean(place_in_words(row, self._host.view.mode))
        return [
            Line().cell("·", 2, ink.quiet).add(words, ink.text),
            Line().cell("", 2, ink.quiet).add(where, ink.caution),
            Line().cell("", 2, ink.quiet).add(FATES[place], ink.quiet),
        ]

    def choose(self, row: int) -> None:
        """Enter, held or not, touches no order."""
        choices = self._choices()
        if row >= len(choices):
            return
        if choices[row].acts:
            self._host.say(f"{self._send_key} does it: {choices[row].words}")
        else:
            choices[row].take()

    def transmit(self, row: int) -> None:
        """The key that sends, on a row: acts once."""
        choices = self._choices()
        if row < len(choices) and choices[row].acts:
            choices[row].take()
        else:
            self._host.say("nothing on this row acts on orders")
