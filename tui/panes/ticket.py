"""The ticket: fields, live panel, review, and what became of it."""

from functools import partial

from textual import events
from textual.strip import Strip

from engine.domain.views import DeskView, OrderRow
from tui.command import CommandLine
from tui.host import Host
from tui.layout import PaneName
from tui.paint import Line, clean, wrap
from tui.panes.base import FramedPane
from tui.panes.panel import panel, review_words, taken_words
from tui.panes.status import mode_style
from tui.sending import Sending, Stage, stops_sending
from tui.themes import Palette
from tui.ticket import Field, TicketForm, working_size


class Ticket(FramedPane):
    """Shows the draft of its own fields, or that of the `:` line while it is open."""

    NAME = PaneName.TICKET

    def __init__(
        self, host: Host, command: CommandLine, form: TicketForm, sending: Sending
    ) -> None:
        super().__init__(host)
        self.command = command
        self.form = form
        self.sending = sending
        self.has_draft = False
        self._lines: list[Line] = []

    @property
    def shown(self) -> Sending:
        """The intent whose figures stand in the panel."""
        line = self.command
        if line.is_open and (line.wants_preview or line.sending.stage is not Stage.EDITING):
            return line.sending
        if not self.has_draft and line.sending.is_spent:
            return line.sending
        return self.sending

    def concerns(self, old: DeskView, new: DeskView) -> bool:
        return self.shown.is_spent and old.orders != new.orders

    def title(self, width: int) -> Line:
        style = self.ink.title_focus if self.is_focused else self.ink.title
        title = Line().add("ticket ", style)
        return title.add(f" {self.host.view.mode.upper()} ", mode_style(self.host))

    def draw_inside(self, width: int, height: int) -> list[Strip]:
        lines = self._content(width)
        end = self._ending(width)
        if len(lines) + len(end) > height:
            lines = lines[: max(height - len(end), 0)]
        lines += [Line() for _ in range(height - len(lines) - len(end))]
        strips = []
        for place, line in enumerate([*lines, *end]):
            line.pad(width, self.ink.text)
            key = (line.key, self.is_focused)
            strips.append(self.slot(place, key, partial(self.inside, line)))
        return strips

    def _content(self, width: int) -> list[Line]:
        sending, ink = self.shown, self.ink
        if sending.is_spent:
            return self._spent(sending, width)
        lines = self._head(sending, width)
        if sending.answer is not None and not sending.answer.ok:
            for row in wrap(f"✗ {clean(sending.answer.text)}", width - 1):
                lines.append(Line().add(f" {row}", ink.caution))
            lines.append(Line().add(" change it, or Enter to try again", ink.quiet))
        figures = sending.newest or sending.preview
        if figures is not None:
            symbol = figures.symbol or sending.symbol
            known, own = self.host.instrument(symbol), self.host.view.account.currency
            is_reviewed = sending.stage is Stage.REVIEWED
            lines += panel(figures, known, ink, width, own=own, has_echo=not is_reviewed)
        elif sending.text and sending.stage is Stage.REVIEWING:
            lines.append(Line().add(" working out the figures", ink.quiet))
        return lines

    def _head(self, sending: Sending, width: int) -> list[Line]:
        ink = self.ink
        if sending is self.command.sending:
            rows = wrap(f": {clean(sending.text)}", width - 1)
            return [Line().add(f" {row}", ink.own) for row in rows]
        if not self.has_draft:
            buy, sell = self.host.key("symbol.buy"), self.host.key("symbol.sell")
            colon = self.host.key("desk.command")
            return [
                Line(),
                Line().add(f" {buy}", ink.key).add(" buy ticket", ink.quiet),
                Line().add(f" {sell}", ink.key).add(" sell ticket", ink.quiet),
                Line().add(f" {colon}", ink.key).add(" an order in words", ink.quiet),
                Line().add(f"   b {self._working_size()} . bid", ink.quiet),
            ]
        return field_lines(self.form, ink, width, has_keys=self.is_focused)

    def _working_size(self) -> str:
        known = self.host.instrument(self.host.symbol)
        return known.plain_quantity(working_size(known))

    def _spent(self, sending: Sending, width: int) -> list[Line]:
        ink = self.ink
        words = review_words(sending, self.host)
        lines = [Line().add(f" {row}", ink.text) for row in wrap(words, width - 1)]
        order = self._order_of(sending)
        if order is not None:
            style = ink.ok if order.cumulative else ink.strong
            known = self.host.instrument(order.symbol)
            words = taken_words(order, known, self.host.view.trade_date)
            lines.append(Line().add(f" {words}", style))
            lines += [
                Line().add(f" {row}", ink.quiet) for row in wrap(clean(order.text), width - 1)
            ]
        elif sending.answer is not None:
            rows = wrap(clean(sending.answer.text), width - 1)
            lines += [Line().add(f" {row}", ink.strong) for row in rows]
        else:
            lines.append(Line().add(" sent, the desk has it in hand", ink.strong))
        return lines

    def _order_of(self, sending: Sending) -> OrderRow | None:
        if sending.answer is None or not sending.answer.order_id:
            return None
        order_id = sending.answer.order_id
        return next((row for row in self.host.view.orders if row.order_id == order_id), None)

    def _ending(self, width: int) -> list[Line]:
        """The review, or the keys that lead there."""
        sending, ink = self.shown, self.ink
        send = self.host.key("desk.send")
        if sending.stage is Stage.REVIEWED:
            words = review_words(sending, self.host)
            rows = [*wrap(words, width - 2), f"{send} sends it, once"]
            return [Line().add(f" {row}", ink.review).pad(width, ink.review) for row in rows]
        if sending.is_spent or (not self.has_draft and sending is self.sending):
            return []
        if sending is self.sending and not self.is_focused:
            line = Line().add(f" {self.host.key('desk.pane_3')}", ink.key)
            return [line.add(" goes on with this draft", ink.quiet)]
        review, resize = self.host.key("ticket.review"), self.host.key("ticket.resize")
        line = Line().add(f" {review}", ink.key).add(" review  ", ink.quiet)
        if sending.preview is not None and sending.preview.resized:
            line.add(resize, ink.key).add(" resize", ink.quiet)
        elif sending.preview is None or not stops_sending(sending.preview):
            line.add(send, ink.key).add(" send", ink.quiet)
        else:
            return [Line().add(" change it, or Esc leaves", ink.quiet)]
        return [line]

    def on_click(self, event: events.Click) -> None:
        """A click chooses a field; it never sends."""
        if not self.has_draft or event.y not in (1, 2):
            return
        for field, start, end in _places(self.form, self.cells - 2)[event.y - 1]:
            if start <= event.x - 1 < end:
                self.form.focus = field
                self.redraw()


_FIELD_ROWS: tuple[tuple[tuple[Field, int], ...], ...] = (
    ((Field.SIDE, 6), (Field.QUANTITY, 8), (Field.SYMBOL, 0)),
    ((Field.PRICE, 10), (Field.MORE, 0)),
)
_LABELS = {
    Field.SIDE: "",
    Field.QUANTITY: "qty ",
    Field.SYMBOL: "",
    Field.PRICE: "price ",
    Field.MORE: "more ",
}


def _places(form: TicketForm, width: int) -> list[list[tuple[Field, int, int]]]:
    """(field, first cell, end) of every field, row by row; the last of a row takes what is left."""
    rows = []
    for row in _FIELD_ROWS:
        places, x = [], 1
        for field, cells in row:
            x += len(_LABELS[field])
            end = x + cells if cells else width - 1
            places.append((field, x, end))
            x = end + 1
        rows.append(places)
    return rows


def field_lines(form: TicketForm, ink: Palette, width: int, *, has_keys: bool) -> list[Line]:
    lines = []
    for places in _places(form, width):
        line = Line()
        for field, start, end in places:
            label = _LABELS[field]
            line.pad(start - len(label), ink.text).add(label, ink.quiet)
            editor = form.fields[field]
            style = ink.field_focus if has_keys and field is form.focus else ink.field
            text = clean(editor.text)
            if field is Field.SIDE:
                text = text.upper()
            room = end - start
            first = max(editor.caret - room + 1, 0) if field is form.focus else 0
            shown = text[first : first + room].ljust(room)
            if has_keys and field is form.focus and field is not Field.SIDE:
                at = min(editor.caret - first, room - 1)
                line.add(shown[:at], style).add(shown[at], ink.caret).add(shown[at + 1 :], style)
            else:
                line.add(shown, style)
        lines.append(line)
    return lines
