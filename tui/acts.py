"""What each action of the table does to the room."""

from collections.abc import Callable

from engine.domain.views import Severity, SymbolMatch
from engine.language.syntax import OrderLine
from engine.ports import Act, Reference, SendLine, SetSpeed
from engine.values import Instruction
from tui.actions import Action
from tui.command import AT_ONCE, ASKED, REVIEWED, is_comment
from tui.danger import question, request
from tui.layout import PaneName
from tui.paint import clean
from tui.room import Room
from tui.screens.detail import Detail
from tui.screens.help import Help
from tui.screens.notices import NoticesPage
from tui.screens.symbols import SymbolPage
from tui.sending import Stage
from tui.settings import ThemeName

SPEEDS = (0.0, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0)
LATER = "not available yet: {}"


class DeskActs:
    """Leaving, finding, looking: nothing here transmits but `do_send`."""

    def __init__(self, room: Room, reference: Reference | None) -> None:
        self.room = room
        self._reference = reference

    def do_send(self) -> None:
        self.room.transmit()

    def do_danger(self) -> None:
        self.room.danger.open(self.room.clock())

    def do_help(self) -> None:
        self.room.open_page(Help(self.room.keymap))

    do_help_mark = do_help

    def do_notices(self) -> None:
        self.room.open_page(NoticesPage(self.room.notices))

    def do_symbol(self) -> None:
        self.room.open_page(SymbolPage(self._find, self._take_symbol))

    def _find(self, text: str) -> list[SymbolMatch]:
        """The reference knows names and typing errors; without one the desk's own symbols do."""
        if self._reference is not None and text:
            return self._reference.search(text, 50)
        known = self.room.instruments.values()
        return [
            SymbolMatch(one.symbol, one.name, one.mic)
            for one in known
            if text.upper() in one.symbol or text.lower() in one.name.lower()
        ]

    def _take_symbol(self, symbol: str) -> None:
        self.room.close_page()
        if symbol in self.room.instruments:
            self.room.look_at(symbol)
        else:
            self.room.say(f"{clean(symbol)} does not trade in this market", Severity.ATTENTION)

    def do_command(self) -> None:
        self.room.open_line()

    def do_back(self) -> None:
        """One thing at a time; from any field to the desk in two presses at most."""
        room = self.room
        room.notices.dismiss()
        if room.page is not None:
            room.close_page()
        elif room.command.is_open:
            sending = room.command.sending
            if sending.stage in (Stage.REVIEWED, Stage.REVIEWING):
                sending.open(sending.text, sending.symbol)
                room.draft_changed(sending)
                room.command.close()
            else:
                room.command.close()
        elif room.focus is PaneName.TICKET:
            if room.ticket.stage in (Stage.REVIEWED, Stage.REVIEWING):
                room.ticket.open(room.ticket.text, room.ticket.symbol)
            room.drop_ticket()
        elif room.zoomed is not None:
            room.zoom()

    def do_next(self) -> None:
        self.room.turn(1)

    def do_previous(self) -> None:
        self.room.turn(-1)

    def do_next_pane(self) -> None:
        self.room.command.close()
        self.room.turn(1)

    def do_zoom(self) -> None:
        self.room.zoom()

    def do_redraw(self) -> None:
        self.room.shell.recolour()

    def do_interrupt(self) -> None:
        leave = self.room.key("desk.quit")
        self.room.say(f"nothing was stopped: {leave} leaves, y copies a row")

    def do_quit(self) -> None:
        """Names what goes on without the screen."""
        view = self.room.view
        working = [row for row in view.orders if not row.is_done]
        held = [row for row in view.positions if row.quantity]
        stays = f"{len(working)} working and {len(held)} held stay as they are"
        text = f"Quit? {stays}." if working or held else "Quit? Nothing is working, nothing is held."
        self.room.danger.ask(text, lambda: self.room.shell.leave(0), self.room.clock())

    def _go(self, pane: PaneName) -> None:
        self.room.focus_on(pane)

    def do_pane_1(self) -> None:
        self._go(PaneName.WATCHLIST)

    def do_pane_2(self) -> None:
        self._go(PaneName.DEPTH)

    def do_pane_3(self) -> None:
        self._go(PaneName.TICKET)

    def do_pane_5(self) -> None:
        self._go(PaneName.TAPE)

    def do_pane_6(self) -> None:
        self._go(PaneName.ORDERS)

    def do_pane_7(self) -> None:
        self._go(PaneName.PROFIT)

    def do_theme(self, name: str = "") -> None:
        names = list(ThemeName)
        if name and name not in names:
            self.room.say(f"themes are {', '.join(names)}", Severity.ATTENTION)
            return
        place = names.index(self.room.theme)
        self.room.set_theme(ThemeName(name) if name else names[(place + 1) % len(names)])

    def do_faster(self) -> None:
        self._speed(1)

    def do_slower(self) -> None:
        self._speed(-1)

    def _speed(self, step: int) -> None:
        """The next speed of the list; the desk says where it stands now."""
        word = self.room.view.speed.strip("× ")
        now = 0.0 if word == "paused" else SPEEDS[-1] if word == "max" else _number(word)
        place = min(range(len(SPEEDS)), key=lambda index: abs(SPEEDS[index] - now))
        self.room.ask(SetSpeed(SPEEDS[min(max(place + step, 0), len(SPEEDS) - 1)]))


class SymbolActs:
    """On the symbol under the cursor."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.symbol = ""
        """Set by the dispatcher: the symbol of the row under the cursor."""

    def do_buy(self) -> None:
        self.room.open_ticket(Instruction.BUY, self.symbol)

    def do_sell(self) -> None:
        self.room.open_ticket(Instruction.SELL, self.symbol)

    def do_ladder(self) -> None:
        self.room.look_at(self.symbol)
        self.room.focus_on(PaneName.DEPTH)

    def do_detail(self) -> None:
        room = self.room
        room.open_page(Detail(room.instrument(self.symbol), room.quote(self.symbol)))


class TicketActs:
    """Keys of the ticket's fields."""

    def __init__(self, room: Room) -> None:
        self.room = room

    def do_review(self) -> None:
        self.room.form_changed()
        words = self.room.ticket.review()
        if words:
            self.room.say(words, Severity.ATTENTION)

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
            self.room.say("there is nothing to resize", Severity.ATTENTION)
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
    """Keys of the `:` line. Enter never transmits an order; what only reduces risk it carries out."""

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
            hint = f" — {line.problem.hint}" if line.problem.hint else ""
            room.say(f"{line.problem.message}{hint}", Severity.ATTENTION)
        elif isinstance(parsed, OrderLine) and parsed.preview:
            room.say("a line that ends in ? only previews")
        elif isinstance(parsed, REVIEWED):
            self._review()
        elif isinstance(parsed, AT_ONCE):
            self._do_now()
        elif isinstance(parsed, ASKED):
            self._ask_once()
        else:
            room.say("at, wait and expect stand in scripts", Severity.ATTENTION)

    def _review(self) -> None:
        words = self.room.command.sending.review()
        if words:
            self.room.say(words, Severity.ATTENTION)

    def _do_now(self) -> None:
        """Reducing risk is fast: the line goes at once, under a ticket of its own."""
        room, line = self.room, self.room.command
        room.ask(SendLine(text=line.editor.text, ticket=line.mint(), symbol=room.symbol))
        line.finish()
        room.line_changed()
        if not line.editor.text:
            line.close()

    def _ask_once(self) -> None:
        room, line = self.room, self.room.command
        text = clean(line.editor.text.strip())
        room.danger.ask(f"{text}: sure?", self._do_now, room.clock())

    def do_complete(self) -> None:
        room = self.room
        symbols = [row.symbol for row in room.view.quotes]
        orders = [clean(row.label) for row in room.view.orders if not row.is_done]
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
            self.room.say("there is nothing to resize", Severity.ATTENTION)
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


class DangerActs:
    """`h` and `c` act at once, the others ask once."""

    def __init__(self, room: Room) -> None:
        self.room = room

    def _now(self, act: Act, words: str) -> None:
        self.room.danger.close()
        if self.room.ask(request(act, self.room.symbol)):
            self.room.say(words, Severity.ATTENTION)

    def _asked(self, act: Act) -> None:
        room = self.room
        symbol = room.symbol
        text = question(act, room.view, symbol)
        room.danger.ask(text, lambda: self._sent(act, symbol), room.clock())

    def _sent(self, act: Act, symbol: str) -> None:
        if self.room.ask(request(act, symbol)):
            self.room.say(f"{act.name.replace('_', ' ').lower()} asked for", Severity.ATTENTION)

    def do_halt(self) -> None:
        self._now(Act.HALT, "halt asked for: nothing new leaves")

    def do_cancel_entries(self) -> None:
        self._now(Act.CANCEL_ENTRIES, "cancel of all entries asked for")

    def do_cancel_everything(self) -> None:
        self._asked(Act.CANCEL_EVERYTHING)

    def do_flatten_symbol(self) -> None:
        self._asked(Act.FLATTEN_SYMBOL)

    def do_flatten_account(self) -> None:
        self._asked(Act.FLATTEN_ACCOUNT)

    def do_kill(self) -> None:
        self._asked(Act.KILL)

    def do_close(self) -> None:
        self.room.danger.close()

    def do_yes(self) -> None:
        self.room.danger.yes()

    def do_no(self) -> None:
        self.room.danger.close()


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return 1.0
