"""The top line: mode, market, clock, trading state, conditions, day figures, links."""

from rich.style import Style
from textual.strip import Strip

from engine.domain.modes import LIVE, REPLAY
from engine.domain.quotes import Phase
from engine.domain.views import DeskView, LinkView, Severity
from tui.clock import seconds_text
from tui.host import Host
from tui.paint import Line, clean, compact_count, money_text, signed_style
from tui.panes.base import LinePane

PHASE_WORDS = {
    Phase.CLOSED: "closed",
    Phase.PRE_OPEN: "pre-open",
    Phase.AUCTION: "auction",
    Phase.OPEN: "open",
    Phase.HALTED: "halted",
    Phase.QUOTATION: "quotation",
}
_DOTS = {
    Severity.OK: "●",
    Severity.ATTENTION: "◐",
    Severity.DEGRADED: "◌",
    Severity.UNAVAILABLE: "○",
}
_WORDS = {
    Severity.OK: "ok",
    Severity.ATTENTION: "attention",
    Severity.DEGRADED: "degraded",
    Severity.UNAVAILABLE: "unavailable",
}
ACTIVE = "ACTIVE"
"""Its progress is always shown; that of a day where there is room."""


class Status(LinePane):
    """Parts leave from the least important on until the rest fits."""

    def __init__(self, host: Host) -> None:
        super().__init__(host, id="status")

    def draw(self, width: int, height: int) -> list[Strip]:
        for level in range(5):
            line = self._line(level)
            if line.used <= width:
                break
        return [line.pad(width, self.ink.text).strip()]

    def _line(self, level: int) -> Line:
        """`level` 0 says everything; each further one leaves something out."""
        view, ink, account = self.host.view, self.ink, self.host.view.account
        line = Line().add(f" {view.mode.upper()} ", mode_style(self.host)).add("  ", ink.text)
        market = clean(view.market, limit=40 if level < 2 else 14)
        speed = view.speed if view.speed.startswith(("×", "p", "▸", "live")) else f"×{view.speed}"
        line.add(f"{market} {speed}" if view.speed else market, ink.text)
        line.add("  ", ink.text).add(seconds_text(view.market_at, self.host.zone), ink.strong)
        line.add(f" {PHASE_WORDS[view.phase]}", _phase_style(view.phase, self.host))
        if view.progress >= 0 and (view.mode.upper() == REPLAY or level < 1):
            line.add(f" {view.progress // 10}%", ink.quiet)
        is_active = view.trading_state.upper() == ACTIVE
        line.add("  ", ink.text)
        state = f" {view.trading_state.upper()} "
        line.add(state.strip() if is_active else state, ink.ok if is_active else ink.alarm)
        self._standing(line)
        if view.trading_reason and not is_active and level < 3:
            line.add(f" {clean(view.trading_reason, limit=40)}", ink.caution)
        self._conditions(line, view, level)
        self._money(line, "day", account.day, signed=True)
        if level < 1:
            self._money(line, "real", account.realised_day, signed=True)
            self._money(line, "open", account.unrealised, signed=True)
            fees = "fees ~" if account.fees_pending else "fees"
            self._money(line, fees, -account.fees_day, signed=True, style=ink.quiet)
        if level < 4:
            line.add(f"  {compact_count(view.updates_per_second).lower()}/s", ink.quiet)
        self._links(line, view, level)
        return line

    def _standing(self, line: Line) -> None:
        """Never left out: keys that do nothing, an engine that does not answer, eyes of others."""
        standing = self.host.standing
        if standing.alarm:
            line.add("  ", self.ink.text).add(f" {standing.alarm} ", self.ink.alarm)
        elif not standing.has_control:
            line.add("  ", self.ink.text).add("WATCHING", self.ink.caution)
        if self.host.is_shared:
            line.add("  ", self.ink.text).add("SHARED", self.ink.caution)
        if self.host.guard.is_disarmed:
            line.add("  ", self.ink.text).add("ENTRY OFF", self.ink.caution)

    def _money(
        self, line: Line, word: str, value: int | None, *, signed: bool, style: Style | None = None
    ) -> None:
        money = None if value is None else type(self.host.view.account.cash)(value)
        line.add(f"  {word} ", self.ink.quiet)
        line.add(money_text(money, signed=signed), style or signed_style(self.ink, value))

    def _conditions(self, line: Line, view: DeskView, level: int) -> None:
        shown = view.conditions if level < 2 else view.conditions[:1]
        for condition in shown:
            style = self.ink.quiet if condition.severity is Severity.OK else self.ink.caution
            text = clean(condition.text, limit=36 if level < 3 else 16)
            line.add("  ", self.ink.text).add(text, style)
        if len(shown) < len(view.conditions):
            line.add(f" +{len(view.conditions) - len(shown)}", self.ink.caution)

    def _links(self, line: Line, view: DeskView, level: int) -> None:
        line.add(" ", self.ink.text)
        for link in view.links:
            line.add(f" {_DOTS[link.severity]}", _severity_style(link.severity, self.host))
            if level < 1 or (link.severity is not Severity.OK and level < 4):
                line.add(f" {_link_words(link)}", self.ink.quiet)


def _link_words(link: LinkView) -> str:
    name = clean(link.name, limit=12)
    return name if link.severity is Severity.OK else f"{name} {_WORDS[link.severity]}"


def mode_style(host: Host) -> Style:
    """Cyan for paper, red for live, magenta for replay; the word stands there as well."""
    return {LIVE: host.ink.live, REPLAY: host.ink.replay}.get(
        host.view.mode.upper(), host.ink.paper
    )


def _phase_style(phase: Phase, host: Host) -> Style:
    return host.ink.text if phase is Phase.OPEN else host.ink.caution


def _severity_style(severity: Severity, host: Host) -> Style:
    if severity is Severity.OK:
        return host.ink.ok
    return host.ink.caution if severity is Severity.ATTENTION else host.ink.alarm
