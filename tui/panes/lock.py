"""The locked screen: nothing of the market or the account, only what must not be missed."""

from textual.strip import Strip

from engine.domain.views import DeskView, Severity
from tui.host import Host
from tui.notices import Notices
from tui.paint import Line, clean, wrap
from tui.panes.base import LinePane
from tui.panes.status import ACTIVE, mode_style

ALARMS_SHOWN_MAX = 8
HOW = "the code of the second factor unlocks; where none is enrolled: the word unlock"
WORKS = "orders keep working; halt, cancel and KILL act from here as ever"


class LockPane(LinePane):
    """Alarms stay painted while everything else is blank."""

    def __init__(self, host: Host, notices: Notices) -> None:
        super().__init__(host, id="lock")
        self._notices = notices

    def concerns(self, old: DeskView, new: DeskView) -> bool:
        return self.host.guard.is_locked

    def draw(self, width: int, height: int) -> list[Strip]:
        lines = self._lines(width)[:height]
        lines += [Line() for _ in range(height - len(lines))]
        return [line.pad(width, self.ink.text).strip() for line in lines]

    def _lines(self, width: int) -> list[Line]:
        host, ink, guard = self.host, self.ink, self.host.guard
        view = host.view
        state = view.trading_state.upper()
        head = Line().add(f" {view.mode.upper()} ", mode_style(host)).add("  LOCKED  ", ink.strong)
        head.add(f" {state} ", ink.ok if state == ACTIVE else ink.alarm)
        if host.standing.alarm:
            head.add("  ", ink.text).add(f" {host.standing.alarm} ", ink.alarm)
        field = Line().add("  › ", ink.key).add("•" * min(len(guard.typed), width - 8), ink.strong)
        field.add(" ", ink.caret)
        lines = [head, Line(), Line().add(f"  {HOW}", ink.quiet), field]
        if guard.problem:
            lines += [Line().add(f"  {row}", ink.caution) for row in wrap(guard.problem, width - 4)]
        danger = host.key("desk.danger")
        lines += [Line(), Line().add(f"  {danger}: {WORKS}", ink.quiet), Line()]
        return lines + self._alarms(width)

    def _alarms(self, width: int) -> list[Line]:
        """Conditions and links as they are, then what was said, newest first."""
        view, ink = self.host.view, self.ink
        words = [(c.severity, c.text) for c in view.conditions if c.severity > Severity.OK]
        words += [(one.severity, one.name) for one in view.links if one.severity > Severity.OK]
        said = [one for one in self._notices.said if one.severity > Severity.OK]
        words += [(one.severity, f"{one.market}  {one.text}") for one in said[:ALARMS_SHOWN_MAX]]
        return [
            Line().add(
                f"  {clean(text, limit=width - 4)}",
                ink.caution if severity is Severity.ATTENTION else ink.alarm,
            )
            for severity, text in words
        ]
