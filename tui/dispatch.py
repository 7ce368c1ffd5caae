"""Every key press ends here, and becomes at most one action of the table."""

from collections.abc import Mapping
from typing import NamedTuple

from engine.domain.views import Severity
from engine.ports import Reference
from tui.actions import BY_ID, Action, Scope
from tui.acts import LATER, DangerActs, DeskActs, SymbolActs
from tui.danger import Strip
from tui.editor import TEXT_CHARACTERS_MAX
from tui.field_acts import LineActs, TicketActs
from tui.layout import PaneName
from tui.lock_acts import LockActs
from tui.paint import clean
from tui.panes.base import FramedPane
from tui.panes.depth import SAFE
from tui.panes.orders import Orders
from tui.panes.page import PagePane
from tui.replay_acts import ReplayActs
from tui.room import Room
from tui.screens.palette import ActionPalette

FRAME_SECONDS_MAX = 0.3
"""A key that sends is refused when what the person saw is older than this."""
TOO_LONG = "a pasted line has {has:,} characters, {most} fit: nothing was taken"
TOO_MANY = "{has:,} more lines pasted, {most} fit: nothing was taken, use a script"
PASTED = "that looks like a paste: nothing was sent"
WITH_WORDS = ("desk.theme", "desk.symbol", "chart.show")
"""Actions that read what stands behind their word on the line."""
STALE = "the screen was {age:.1f} s behind: nothing was sent, look again"

_CHAINS: Mapping[PaneName, tuple[Scope, ...]] = {
    PaneName.WATCHLIST: (Scope.LIST, Scope.SYMBOL, Scope.DESK, Scope.EVERYWHERE),
    PaneName.DEPTH: (Scope.DEPTH, Scope.EVERYWHERE),
    PaneName.TICKET: (Scope.SYMBOL, Scope.DESK, Scope.EVERYWHERE),
    PaneName.CHART: (Scope.CHART, Scope.SYMBOL, Scope.DESK, Scope.EVERYWHERE),
    PaneName.TAPE: (Scope.TAPE, Scope.SYMBOL, Scope.DESK, Scope.EVERYWHERE),
    PaneName.ORDERS: (Scope.ORDERS, Scope.LIST, Scope.SYMBOL, Scope.DESK, Scope.EVERYWHERE),
    PaneName.PROFIT: (Scope.LIST, Scope.SYMBOL, Scope.DESK, Scope.EVERYWHERE),
}

_PANE_OF: Mapping[Scope, PaneName] = {
    Scope.DEPTH: PaneName.DEPTH,
    Scope.ORDERS: PaneName.ORDERS,
    Scope.TAPE: PaneName.TAPE,
    Scope.CHART: PaneName.CHART,
}


class Press(NamedTuple):
    """One key with the frame that the person saw: times in seconds on the screen's clock."""

    key: str
    character: str | None
    at: float
    painted_at: float

    @property
    def text(self) -> str:
        """What the key types; empty for a key that types nothing."""
        if self.character is not None and self.character.isprintable():
            return self.character
        return ""


class Dispatcher:
    """Finds the action in the innermost scope that knows the key, and who carries it out."""

    def __init__(
        self,
        room: Room,
        panes: Mapping[PaneName, FramedPane],
        page: PagePane,
        reference: Reference | None,
    ) -> None:
        self._room = room
        self._panes = panes
        self._page = page
        self._symbol_acts = SymbolActs(room)
        danger = DangerActs(room)
        self._owners: dict[str, object] = {
            "desk": DeskActs(room, reference),
            "symbol": self._symbol_acts,
            "replay": ReplayActs(room),
            "ticket": TicketActs(room),
            "line": LineActs(room, self._by_name),
            "page": page,
            "danger": danger,
            "confirm": danger,
            "depth": panes[PaneName.DEPTH],
            "lock": LockActs(room.guard),
            "orders": panes[PaneName.ORDERS],
            "tape": panes[PaneName.TAPE],
            "chart": panes[PaneName.CHART],
        }

    # ---- from a key to an action

    @property
    def chain(self) -> tuple[Scope, ...]:
        """The scopes that the keys go through now, innermost first."""
        room = self._room
        if room.danger.state is Strip.ASKING:
            return (Scope.CONFIRM,)
        if room.danger.state is Strip.OPEN:
            return (Scope.DANGER,)
        if room.guard.is_locked:
            return (Scope.LOCK,)
        if room.page is not None:
            return (Scope.PAGE, Scope.EVERYWHERE)
        if room.command.is_open:
            return (Scope.LINE, Scope.EVERYWHERE)
        if room.focus is PaneName.TICKET and room.has_draft:
            return (Scope.TICKET, Scope.EVERYWHERE)
        return _CHAINS[room.focus]

    def press(self, press: Press) -> None:
        room = self._room
        room.cadence.press(press.at)
        room.guard.key(press.at)
        room.danger.expire(press.at)
        chain = self.chain
        action = room.keymap.find(press.key, chain)
        if action is None:
            self._unbound(press, chain)
            return
        refusal = self._refusal(action, press)
        if refusal:
            room.say(refusal, Severity.ATTENTION)
            return
        self.perform(action)

    def _refusal(self, action: Action, press: Press) -> str:
        """Why a key that touches orders is not obeyed: too fast, or too late."""
        is_asked_back = action.id.startswith(("danger.", "confirm."))
        if not action.increases_risk and not is_asked_back:
            return ""
        if self._room.cadence.is_paste:
            return PASTED
        age = press.at - press.painted_at
        if action.increases_risk and age > FRAME_SECONDS_MAX:
            return STALE.format(age=age)
        return ""

    def _unbound(self, press: Press, chain: tuple[Scope, ...]) -> None:
        room = self._room
        if Scope.DANGER in chain or Scope.CONFIRM in chain:
            return  # the strip eats every other key
        if Scope.LOCK in chain:
            room.guard.type(press.text)
        elif press.text and Scope.TICKET in chain and press.text in "+-":
            self._step_or_type(press.text, chain)
        elif press.text and any(scope in chain for scope in (Scope.TICKET, Scope.LINE, Scope.PAGE)):
            self._type(press.text, chain)
        elif Scope.DEPTH in chain and press.text:
            room.say(SAFE)

    def _step_or_type(self, sign: str, chain: tuple[Scope, ...]) -> None:
        form = self._room.form
        if not form.steps_with_signs:
            self._type(sign, chain)
            return
        form.step(1 if sign == "+" else -1, self._room.instruments.get(form.symbol))
        self._room.form_changed()

    def _type(self, text: str, chain: tuple[Scope, ...]) -> None:
        room = self._room
        if Scope.PAGE in chain:
            self._page.type(text)
        elif Scope.LINE in chain:
            room.command.editor.type(text)
            room.line_changed()
        else:
            room.form.type(text)
            room.form_changed()

    # ---- from an action to what it does

    def perform(self, action: Action, rest: str = "") -> None:
        room = self._room
        if action.later:
            room.say(LATER.format(action.later))
            return
        action = BY_ID[action.same_as] if action.same_as else action
        room.coach.notice(action.id)
        if action.id == "desk.send" and room.page is not None and self._page.transmit():
            return
        if action.id == "desk.palette":
            room.open_page(ActionPalette(room.keymap, self._from_palette))
            return
        owner_name, _, name = action.id.partition(".")
        if owner_name == "list":
            owner: object = self._panes[room.focus]
        else:
            owner = self._owners[owner_name]
        if owner_name == "symbol":
            self._symbol_acts.symbol = self._symbol_here()
        if action.id == "symbol.copy":
            room.copy(self._copied())
            return
        handler = getattr(owner, f"do_{name}")
        handler(rest) if rest and action.id in WITH_WORDS else handler()

    def _from_palette(self, action: Action) -> None:
        room = self._room
        room.close_page()
        if action.acts_on_orders and room.cadence.is_paste:
            room.say(PASTED, Severity.ATTENTION)
            return
        self._by_name(action)

    def _by_name(self, action: Action, rest: str = "") -> None:
        """An action chosen by its word; one of a pane acts where a person can see on what."""
        room = self._room
        pane = _PANE_OF.get(action.scope)
        if pane is not None and pane is not room.focus:
            room.focus_on(pane)
            if action.acts_on_orders:
                key = room.key(action.id)
                room.say(f"{key} {action.words}: look at the row under the cursor first")
                return
        self.perform(action, rest)

    def _symbol_here(self) -> str:
        """The symbol of the row under the cursor; elsewhere the one on the screen."""
        room = self._room
        pane = self._panes[room.focus]
        if isinstance(pane, Orders):
            row = pane.selected()
            if row is not None:
                return row.symbol
        return room.symbol

    def _copied(self) -> str:
        copied = getattr(self._panes[self._room.focus], "copied", None)
        return clean(copied()) if copied is not None else ""

    # ---- text that was not typed

    def _paste_lines(self, lines: list[str], longest: int) -> None:
        """All of it or nothing: a line that was cut, or left out, would be another order."""
        room = self._room
        longest = max(longest, len(room.command.editor.text) + len(lines[0]))
        if longest > TEXT_CHARACTERS_MAX:
            room.say(TOO_LONG.format(has=longest, most=TEXT_CHARACTERS_MAX), Severity.ATTENTION)
            return
        further = sum(bool(line.strip()) for line in lines[1:])
        if further > room.command.staging_room:
            most = room.command.staging_room
            room.say(TOO_MANY.format(has=further, most=most), Severity.ATTENTION)
            return
        staged = room.command.paste(lines)
        room.line_changed()
        if staged:
            room.say(f"{staged} more lines are staged: each is reviewed and sent by itself")

    def paste(self, text: str) -> None:
        """A paste fills a field, or stages lines; it never does anything else."""
        room, chain = self._room, self.chain
        pasted = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        longest = max(map(len, pasted))
        lines = [clean(line) for line in pasted]
        if Scope.LOCK in chain:
            room.guard.type(lines[0])
        elif Scope.LINE in chain:
            self._paste_lines(lines, longest)
        elif Scope.TICKET in chain or Scope.PAGE in chain:
            self._type(lines[0], chain)
        else:
            room.say("pasted text goes into : or a field", Severity.ATTENTION)
