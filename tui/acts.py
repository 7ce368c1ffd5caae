"""What each action of the table does to the room."""

from engine.attachment import TakeControl
from engine.domain.views import Severity, SymbolMatch
from engine.lookup import DropSymbol, ListSymbol
from engine.ports import Act, Reference, SetSpeed, TellBooks, TellMessages, TellRealism
from engine.values import Instruction
from tui.danger import question, request
from tui.layout import PaneName
from tui.leaving import leave
from tui.paint import clean
from tui.privacy import PRIVACY
from tui.room import Room
from tui.screens.detail import Detail
from tui.screens.help import Help
from tui.screens.notices import NoticesPage
from tui.screens.symbols import SymbolPage
from tui.sending import Stage
from tui.settings import ThemeName

SPEEDS = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 1_000.0)
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

    def do_notices(self) -> None:
        self.room.open_page(NoticesPage(self.room.notices))

    def do_report(self) -> None:
        self.room.ask(TellRealism())

    def do_books(self) -> None:
        self.room.ask(TellBooks())

    def do_messages(self) -> None:
        self.room.ask(TellMessages())

    def do_limits(self) -> None:
        self.room.open_limits()

    def do_symbol(self, text: str = "") -> None:
        room = self.room
        room.open_page(SymbolPage(self._find, self._take_symbol, room.ask, room.shell.later, text))

    def _find(self, text: str) -> list[SymbolMatch]:
        """The reference knows names and typing errors; without one the desk's own symbols do.

        What has left the watchlist is found at the venue again, and not here.
        """
        shown = {row.symbol for row in self.room.view.quotes}
        if self._reference is not None and text:
            found = self._reference.search(text, 50)
        else:
            found = [
                SymbolMatch(one.symbol, one.name, one.mic, one.currency)
                for one in self.room.instruments.values()
                if text.upper() in one.symbol or text.lower() in one.name.lower()
            ]
        return [match for match in found if match.symbol in shown or not shown]

    def _take_symbol(self, match: SymbolMatch) -> None:
        room, symbol = self.room, match.symbol
        room.close_page()
        if match.key:
            if room.ask(ListSymbol(match)):
                room.say(f"{clean(symbol)} is added: the venue is asked for its terms")
        elif symbol in room.instruments:
            room.look_at(symbol)
        else:
            room.say(f"{clean(symbol)} does not trade in this market", Severity.ATTENTION)

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
        elif room.focus is PaneName.ORDERS and room.marks:
            room.marks.clear()
            room.say("no order is marked any more")
        elif room.zoomed is not None:
            room.zoom()
        elif room.focus in (PaneName.DEPTH, PaneName.CHART):
            room.focus_on(PaneName.WATCHLIST)

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
        """Names what goes on without the screen, and asks."""
        leave(self.room)

    def do_take_control(self) -> None:
        room = self.room
        if not room.standing.is_separate or room.standing.has_control:
            room.say("this terminal has control")
        elif room.ask(TakeControl()):
            room.say("control asked for: from now on the keys of this terminal send")

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

    def do_privacy(self) -> None:
        is_on = not PRIVACY.is_on
        self.room.set_privacy(is_on=is_on)
        self.room.say("money and account numbers are hidden" if is_on else "money is shown again")

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

    def do_watch(self) -> None:
        if self.symbol:
            self.room.ask(DropSymbol(self.symbol))

    def do_ladder(self) -> None:
        self.room.look_at(self.symbol)
        self.room.focus_on(PaneName.DEPTH)

    def do_detail(self) -> None:
        room = self.room
        room.open_page(Detail(room.instrument(self.symbol), room.quote(self.symbol)))


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
        if room.guard.is_locked and act in (Act.FLATTEN_SYMBOL, Act.FLATTEN_ACCOUNT):
            # It trades: whoever may not look may stop everything, and close nothing.
            room.danger.close()
            room.say("unlock first: flatten trades; halt, cancel and KILL act", Severity.ATTENTION)
            return
        symbol = room.symbol
        text = question(act, room.view, symbol, room.instrument)
        room.danger.ask(text, lambda: self._sent(act, symbol), room.clock())

    def _sent(self, act: Act, symbol: str) -> None:
        if self.room.ask(request(act, symbol)):
            words = act.name.replace("_", " ").lower()
            if act is Act.FLATTEN_SYMBOL:
                words = f"flatten {symbol}"
            # Nothing more than that: what comes of it is told behind it, and must not be covered.
            self.room.say(f"{words} asked for")

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

    def do_lock(self) -> None:
        self.room.danger.close()
        self.room.guard.lock()

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
