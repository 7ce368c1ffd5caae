"""Every limit with what is used of it; tightened by one key, loosened with reason and code."""

from collections.abc import Callable

from engine.domain.limits_view import LimitRow, LimitsView, StateRow
from engine.domain.views import DeskView, Severity
from tui.clock import seconds_text
from tui.host import Host
from tui.paint import Line, clean, wrap
from tui.privacy import PRIVACY
from tui.screens.limit_rows import columns_of, heading, limit_line
from tui.themes import Palette

STATES_SHOWN_MAX = 3
CONDITIONS_SHOWN_MAX = 3
ABOUT_LINES = 3
"""Below the list, always as many: the list does not jump as the cursor moves."""
ACTIVE = "ACTIVE"


class LimitsPage:
    """The list sticks to its limit; what is typed finds one by id, name, formula or mode."""

    title = "limits"
    hint = "type to find: R08, position, rate, off …"
    chooses = True

    def __init__(self, host: Host, send: Callable[[str], None], close: Callable[[], None]) -> None:
        """`send` takes a line that goes at once; `close` leaves the page."""
        self._host = host
        self._send = send
        self._close = close
        self.search: str | None = ""
        self.view: LimitsView | None = None

    def take(self, view: LimitsView) -> None:
        """The newest figures; those of another symbol have been overtaken."""
        if view.symbol == self._host.symbol:
            self.view = view

    # ---- what stands above the list

    def head(self, ink: Palette, width: int) -> list[Line]:
        view = self.view
        if view is None:
            return [Line().add("asking the desk …", ink.quiet)]
        lines = [self._state(state, ink) for state in view.states[:STATES_SHOWN_MAX]]
        lines += _conditions(self._host.view, ink, width)
        for room in view.rooms:
            line = Line().add(f"{clean(view.symbol, limit=24)} {room.instruction.word} ", ink.quiet)
            style = ink.text if room.quantity else ink.caution
            lines.append(line.add(clean(room.words), style))
        if not view.rooms:
            words = f"{clean(view.symbol, limit=24)} has no quote: no room can be told"
            lines.append(Line().add(words, ink.caution))
        return [*lines, heading(columns_of(width), ink)]

    def _state(self, state: StateRow, ink: Palette) -> Line:
        scope = "desk" if state.scope == "*" else clean(state.scope, limit=24)
        line = Line().add(f"{scope} ", ink.quiet)
        line.add(state.state, ink.ok if state.state == ACTIVE else ink.alarm)
        if state.at:
            since = f" since {seconds_text(state.at, self._host.zone)} {state.who}"
            line.add(since, ink.text)
        if state.latched:
            line.add(", latched", ink.caution)
        if state.reason:
            line.add(f": {clean(state.reason, limit=60)}", ink.text)
        if state.state != ACTIVE:
            line.add('  :resume "why" ends it', ink.quiet)
        return line

    # ---- the list

    def _shown(self) -> list[LimitRow]:
        wanted = (self.search or "").lower().split()
        rows = self.view.rows if self.view is not None else ()
        return [row for row in rows if all(word in _words(row) for word in wanted)]

    def keys(self) -> list[object]:
        """What each row of the list is, for a cursor that stays where it is."""
        return [row.key or row.id for row in self._shown()]

    def rows(self, ink: Palette, width: int) -> list[Line]:
        view = self.view
        at = view.at if view is not None else 0
        columns = columns_of(width)
        return [limit_line(row, columns, ink, at) for row in self._shown()]

    # ---- what stands below it

    def foot(self, ink: Palette, width: int, row: int) -> list[Line]:
        """The limit under the cursor: what it compares, where it is from, what the keys do."""
        shown = self._shown()
        if not 0 <= row < len(shown):
            return [Line().add("nothing of that name", ink.quiet)] if self.view else []
        one = shown[row]
        words = f"{one.id} {one.code}: {clean(one.formula)}"
        lines = [Line().add(text, ink.text) for text in wrap(words, width)]
        facts = [one.mode, clean(one.source)] if not one.off else [f"off: {clean(one.off)}"]
        facts += [f"used {PRIVACY.hides(clean(one.used))}"] if one.used else []
        facts += [f"room {PRIVACY.hides(clean(one.room))}"] if one.room else []
        lines += [Line().add(text, ink.quiet) for text in wrap(" · ".join(facts), width)]
        lines += [Line()] * ABOUT_LINES
        return [*lines[:ABOUT_LINES], self._offers(one, ink)]

    def _offers(self, row: LimitRow, ink: Palette) -> Line:
        line = Line()
        if not row.name:
            return line.add("nothing to set here", ink.quiet)
        send = self._host.key("desk.send")
        if row.waiting is not None:
            line.add(send, ink.key).add(f" takes {row.waiting.after} back  ", ink.quiet)
        elif row.tighter:
            line.add(send, ink.key).add(f" tightens to {row.tighter} at once  ", ink.quiet)
        else:
            line.add("it is as tight as it can be  ", ink.quiet)
        return line.add("Enter", ink.key).add(' another value, looser with "why"', ink.quiet)

    # ---- keys

    def _at(self, row: int) -> LimitRow | None:
        shown = self._shown()
        return shown[row] if 0 <= row < len(shown) else None

    def choose(self, row: int) -> None:
        """Enter opens the line: a tighter value goes at once, a looser one wants a reason.

        Without a value in it, so that a held Enter goes no further.
        """
        one = self._at(row)
        if one is None:
            return
        if not one.name:
            self._host.say(f"{one.id} {one.code} has nothing to set", Severity.ATTENTION)
            return
        self._close()
        self._host.open_line(f"set {one.name} ")

    def transmit(self, row: int) -> None:
        """Ctrl+T tightens by one step, or takes back a looser value that waits."""
        one = self._at(row)
        if one is None or not one.name:
            self._host.say("nothing on this row can be set", Severity.ATTENTION)
        elif one.waiting is not None:
            self._send(f"set {one.name} {one.value}")
        elif one.tighter:
            self._send(f"set {one.name} {one.tighter}")
        else:
            self._host.say(f"{one.name} is as tight as it can be")


def _words(row: LimitRow) -> str:
    """What a search looks at."""
    parts = (row.id, row.code, row.name, row.formula, row.mode, row.source)
    off = f"off {row.off}" if row.off else "on"
    waiting = "waiting" if row.waiting is not None else ""
    return " ".join((*parts, off, waiting)).lower()


def _conditions(view: DeskView, ink: Palette, width: int) -> list[Line]:
    """What comes and goes with evidence; one line each, and how many more there are."""
    shown = view.conditions[:CONDITIONS_SHOWN_MAX]
    lines = [
        Line().add("condition ", ink.quiet).add(clean(one.text, limit=width - 12), ink.caution)
        for one in shown
    ]
    if lines and (more := len(view.conditions) - len(shown)):
        lines[-1].add(f" +{more}", ink.caution)
    return lines
