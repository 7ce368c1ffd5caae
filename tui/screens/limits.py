"""Every limit with what is used of it; tightened by one key, loosened with reason and code."""

from collections.abc import Callable

from engine.domain.limits_view import LimitRow, LimitsView
from engine.domain.standing_view import StandingRow
from engine.domain.views import Severity
from tui.host import Host
from tui.paint import Line, clean, wrap
from tui.screens.limit_rows import columns_of, heading, limit_line, seen, words_of
from tui.screens.standing_rows import breaker_facts, breaker_line, breakers_of, standing_lines
from tui.themes import Palette

ABOUT_LINES = 3
"""Below the list, always as many: the list does not jump as the cursor moves."""
Row = LimitRow | StandingRow


class LimitsPage:
    """The list sticks to its limit; what is typed finds one by id, name, formula or mode."""

    title = "limits"
    hint = "type to find: R08, position, rate, off, breaker …"
    chooses = True

    def __init__(
        self, host: Host, send: Callable[[str], None], begin: Callable[[str], None]
    ) -> None:
        """`send` takes a line that goes at once; `begin` one that a person finishes."""
        self._host = host
        self._send = send
        self._begin = begin
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
        lines = standing_lines(self._host.view, self._host.zone, ink, width)
        for room in view.rooms:
            line = Line().add(f"{clean(view.symbol, limit=24)} {room.instruction.word} ", ink.quiet)
            style = ink.text if room.quantity else ink.caution
            lines.append(line.add(clean(room.words), style))
        if not view.rooms:
            words = f"{clean(view.symbol, limit=24)} has no quote: no room can be told"
            lines.append(Line().add(words, ink.caution))
        return [*lines, heading(columns_of(width), ink)]

    # ---- the list

    def _shown(self) -> list[Row]:
        """Every limit, then every breaker, those that stand ready or are off as well."""
        wanted = (self.search or "").lower().split()
        if self.view is None:
            return []
        rows: list[Row] = [*self.view.rows, *breakers_of(self._host.view)]
        return [row for row in rows if all(word in words_of(row) for word in wanted)]

    def keys(self) -> list[object]:
        """What each row of the list is, for a cursor that stays where it is."""
        return [
            (row.code, row.scope, row.name) if isinstance(row, StandingRow) else row.key or row.id
            for row in self._shown()
        ]

    def rows(self, ink: Palette, width: int) -> list[Line]:
        columns, at = columns_of(width), self._host.view.market_at
        return [
            breaker_line(row, columns, ink, at)
            if isinstance(row, StandingRow)
            else limit_line(row, columns, ink, self._at_of_view)
            for row in self._shown()
        ]

    @property
    def _at_of_view(self) -> int:
        return self.view.at if self.view is not None else 0

    # ---- what stands below it

    def foot(self, ink: Palette, width: int, row: int) -> list[Line]:
        """What is under the cursor: what it compares, where it is from, what the keys do."""
        one = self._at(row)
        if one is None:
            return [Line().add("nothing of that name", ink.quiet)] if self.view else []
        if isinstance(one, StandingRow):
            words, facts = clean(one.name), [clean(part) for part in breaker_facts(one)]
            offers = Line().add("nothing to set here", ink.quiet)
        else:
            words, facts = f"{one.id} {one.code}: {clean(one.formula)}", _facts(one)
            offers = self._offers(one, ink)
        lines = [Line().add(text, ink.text) for text in wrap(words, width)]
        lines += [Line().add(text, ink.quiet) for text in wrap(" · ".join(facts), width)]
        lines += [Line()] * ABOUT_LINES
        return [*lines[:ABOUT_LINES], offers]

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

    def _at(self, row: int) -> Row | None:
        shown = self._shown()
        return shown[row] if 0 <= row < len(shown) else None

    def choose(self, row: int) -> None:
        """Enter opens the line: a tighter value goes at once, a looser one wants a reason.

        Without a value in it, so that a held Enter goes no further.
        """
        one = self._at(row)
        if one is None:
            return
        if isinstance(one, StandingRow):
            self._host.say(f"{clean(one.name)} has nothing to set", Severity.ATTENTION)
            return
        if not one.name:
            self._host.say(f"{one.id} {one.code} has nothing to set", Severity.ATTENTION)
            return
        self._begin(f"set {one.name} ")

    def transmit(self, row: int) -> None:
        """Ctrl+T tightens by one step, or takes back a looser value that waits."""
        one = self._at(row)
        if not isinstance(one, LimitRow) or not one.name:
            self._host.say("nothing on this row can be set", Severity.ATTENTION)
        elif one.waiting is not None:
            self._send(f"set {one.name} {one.value}")
        elif one.tighter:
            self._send(f"set {one.name} {one.tighter}")
        else:
            self._host.say(f"{one.name} is as tight as it can be")


def _facts(row: LimitRow) -> list[str]:
    facts = [f"off: {clean(row.off)}"] if row.off else [row.mode, clean(row.source)]
    if row.waiting is not None:
        facts.insert(0, f"asked for {row.waiting.who}: {clean(row.waiting.reason)}")
    facts += [f"used {seen(row, row.used)}"] if row.used else []
    return [*facts, f"room {seen(row, row.room)}"] if row.room else facts
