"""Keys of the two places where text is under edit: the ticket and the `:` line."""

from collections.abc import Callable

from engine.language.syntax import (
    DOT,
    CancelLine,
    FlattenLine,
    OrderLine,
    PreviewedLine,
    ReplayLine,
    ReplayVerb,
)
from engine.ports import Act, SendLine
from tui.actions import BY_ID, Action
from tui.command import ASKED, AT_ONCE, FITS_SHOWN_MAX, is_comment, is_reviewed, takes_everything
from tui.danger import question
from tui.paint import order_number
from tui.room import Room


class TicketActs:
    """Keys of the ticket's fields."""

    def __init__(self, room: Room) -> None:
        self.room = room

    def do_review(self) -> None:
        self.room.form_changed()
        words = self.room.ticket.review()
        if words:
            self.room.advise(words)

    def do_next(self) -> None:
        self.room.form.turn(1)

    def do_previous(self) -> None:
        self.room.form.turn(-1)

    def _step(self, steps: int) -> None:
        form = self.room.form
        form.step(steps, self.room.instruments.get(form.symbol))
        self.room.form_changed()

    def do_up(self) -> None:
        self._step(1)

    def do_down(self) -> None:
        self._step(-1)

    def do_page_up(self) -> None:
        self._step(10)

    def do_page_down(self) -> None:
        self._step(-10)

    def do_resize(self) -> None:
        preview = self.room.ticket.preview
        if preview is None or not preview.resized:
            self.room.advise("there is nothing to resize")
            return
        self.room.form.set_size(preview.resized)
        self.room.form_changed()

    def do_left(self) -> None:
        self.room.form.editor.left()

    def do_right(self) -> None:
        self.room.form.editor.right()

    def do_home(self) -> None:
        self.room.form.editor.home()

    def do_end(self) -> None:
        self.room.form.editor.end()

    def do_rub_out(self) -> None:
        self.room.form.editor.rub_out()
        self.room.form_changed()

    def do_delete(self) -> None:
        self.room.form.editor.delete()
        self.room.form_changed()

    def do_clear(self) -> None:
        self.room.form.editor.clear()
        self.room.form_changed()

    def do_rub_out_word(self) -> None:
        self.room.form.editor.rub_out_word()
        self.room.form_changed()


class LineActs:
    """Keys of the `:` line. Enter transmits no order; what only reduces risk it carries out."""

    def __init__(self, room: Room, perform: Callable[[Action, str], None]) -> None:
        self.room = room
        self._perform = perform

    def do_review(self) -> None:
        room, line = self.room, self.room.command
        if line.action is not None:
            action, rest = line.action
            line.finish()
            line.close()
            self._perform(action, rest)
            return
        parsed = line.parsed
        if is_comment(parsed):
            line.finish()
            room.line_changed()
        elif line.problem is not None:
            room.notices.dismiss()
            fits = line.problem.expected[:FITS_SHOWN_MAX]
            hint = line.problem.hint or (f"here fits {' · '.join(fits)}" if fits else "")
            room.advise(f"{line.problem.message} — {hint}" if hint else line.problem.message)
        elif isinstance(parsed, PreviewedLine) or (
            isinstance(parsed, OrderLine) and parsed.preview
        ):
            room.say("a line that ends in ? only previews")
        elif is_reviewed(parsed):
            self._review()
        elif isinstance(parsed, ASKED) or takes_everything(parsed):
            self._ask_once()
        elif isinstance(parsed, ReplayLine) and parsed.verb is ReplayVerb.RESTART:
            self._perform(BY_ID["replay.restart"], "")
        elif isinstance(parsed, AT_ONCE):
            self._do_now()
        else:
            room.advise("at, wait and expect stand in scripts")

    def _review(self) -> None:
        words = self.room.command.sending.review()
        if words:
            self.room.advise(words)

    def _do_now(self) -> None:
        """Reducing risk is fast: the line goes at once, under a ticket of its own."""
        room, line = self.room, self.room.command
        room.ask(SendLine(text=line.editor.text, ticket=line.mint(), symbol=room.symbol))
        line.finish()
        room.line_changed()
        if not line.editor.text:
            room.line_taken()

    def _ask_once(self) -> None:
        """The question of the danger strip, for the same act."""
        room, parsed = self.room, self.room.command.parsed
        act, symbol = Act.KILL, ""
        if isinstance(parsed, CancelLine):
            act = Act.CANCEL_EVERYTHING
        elif isinstance(parsed, FlattenLine):
            act = Act.FLATTEN_ACCOUNT if parsed.symbol is None else Act.FLATTEN_SYMBOL
            symbol = room.symbol if parsed.symbol == DOT else parsed.symbol or ""
        room.danger.ask(
            question(act, room.view, symbol, room.instrument), self._do_now, room.clock()
        )

    def do_complete(self) -> None:
        room = self.room
        symbols = [row.symbol for row in room.view.quotes]
        orders = [
            order_number(row.label, row.number, room.view.trade_date)
            for row in room.view.orders
            if not row.is_done
        ]
        room.command.complete(symbols, orders, room.symbol)
        if room.command.wants_preview:
            room.draft_changed(room.command.sending)

    def do_older(self) -> None:
        self.room.command.older()
        self.room.line_changed()

    def do_newer(self) -> None:
        self.room.command.newer()
        self.room.line_changed()

    def do_resize(self) -> None:
        preview = self.room.command.sending.preview
        if preview is None or not preview.resized:
            self.room.advise("there is nothing to resize")
            return
        self.room.command.editor.put(preview.resized)
        self.room.line_changed()

    def do_left(self) -> None:
        self.room.command.editor.left()

    def do_right(self) -> None:
        self.room.command.editor.right()

    def do_home(self) -> None:
        self.room.command.editor.home()

    def do_end(self) -> None:
        self.room.command.editor.end()

    def do_rub_out(self) -> None:
        """On an empty line it leaves, as in every pager."""
        if not self.room.command.editor.text:
            self.room.close_line()
            return
        self.room.command.editor.rub_out()
        self.room.line_changed()

    def do_delete(self) -> None:
        self.room.command.editor.delete()
        self.room.line_changed()

    def do_clear(self) -> None:
        self.room.command.editor.clear()
        self.room.line_changed()

    def do_rub_out_word(self) -> None:
        self.room.command.editor.rub_out_word()
        self.room.line_changed()
