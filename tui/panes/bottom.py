"""The three lines under the desk: what is being said, the `:` line, and the keys."""

import re

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from engine.domain.views import DeskView, Severity
from tui.actions import BY_ID, Scope
from tui.coach import Coach
from tui.command import FITS_SHOWN_MAX, REVIEW, CommandLine
from tui.danger import Danger
from tui.danger import Strip as Showing
from tui.host import Host
from tui.keyboard import Keymap
from tui.layout import PaneName
from tui.notices import Notices, Said
from tui.paint import Line, clean, joined, money_text
from tui.panes.base import LinePane
from tui.panes.panel import review_words
from tui.sending import Stage, stops_sending, why_not

_SEVERITY_WORDS = {
    Severity.OK: "",
    Severity.ATTENTION: "attention: ",
    Severity.DEGRADED: "degraded: ",
    Severity.UNAVAILABLE: "unavailable: ",
}
_CLOCK = re.compile(r"^\d\d:\d\d:\d\d\.\d{3}  ")
"""What a told event begins with."""
MORE = " more"


class MessageLine(LinePane):
    """Danger first, then a fresh notice that is bad, the line under edit, any notice, the coach."""

    def __init__(
        self, host: Host, danger: Danger, command: CommandLine, notices: Notices, coach: Coach
    ) -> None:
        super().__init__(host, id="message")
        self.danger = danger
        self.command = command
        self.notices = notices
        self.coach = coach
        self.now = 0.0

    def concerns(self, old: DeskView, new: DeskView) -> bool:
        return False  # time passes here: it is drawn in every frame, whatever the view says

    def draw(self, width: int, height: int) -> list[Strip]:
        return [self._line(width).pad(width, self.ink.text).strip()]

    def _line(self, width: int) -> Line:
        ink = self.ink
        if self.danger.state is Showing.OPEN:
            return self._danger_keys(width)
        if self.danger.state is Showing.ASKING:
            words = f" {clean(self.danger.question)}  y or Esc "
            return Line().add(words, ink.danger).pad(width, ink.danger)
        said = self.notices.current(self.now)
        if said is not None and said.severity > Severity.OK:
            style = ink.caution if said.severity is Severity.ATTENTION else ink.alarm
            return self._said(said, width, style)
        if self.host.guard.is_locked:
            return Line()
        if self.command.is_open and self.command.editor.text:
            return self._line_in_words(width)
        if said is not None:
            return self._said(said, width, ink.strong)
        if not self.coach.is_over:
            return Line().add(f" {self.coach.text(self.host.view)}", ink.coach)
        return Line()

    def _said(self, said: Said, width: int, style: Style) -> Line:
        """What does not fit ends with the key of the list that has the whole sentence."""
        words = f" {_SEVERITY_WORDS[said.severity]}{said.text}"
        if cell_len(words) > width:
            # What has happened is worth more than when, which the list of notices keeps.
            words = f" {_SEVERITY_WORDS[said.severity]}{_CLOCK.sub('', said.text)}"
        if cell_len(words) <= width or self._types_text:
            return Line().add(words, style)
        key = self.host.key("desk.notices")
        line = Line().cell(words, width - cell_len(key) - len(MORE) - 1, style)
        return line.add(" ", style).add(key, self.ink.key).add(MORE, self.ink.quiet)

    @property
    def _types_text(self) -> bool:
        """A field or a page has the keys: there the key of the list is a letter."""
        return not any(self.host.has_keys(p) for p in PaneName if p is not PaneName.TICKET)

    def _danger_keys(self, width: int) -> Line:
        words = " DANGER  halt and cancel entries act at once, the others ask once; Esc leaves "
        return Line().add(words, self.ink.danger).pad(width, self.ink.danger)

    def _line_in_words(self, width: int) -> Line:
        ink, command = self.ink, self.command
        sending = command.sending
        if sending.stage is Stage.REVIEWED:
            words = review_words(sending, self.host)
            send = self.host.key("desk.send")
            return Line().add(f" {words} — {send} sends ", ink.review)
        if command.action is not None:
            return Line().add(f" {command.action[0].help or command.action[0].words}", ink.quiet)
        problem = command.problem
        if problem is not None and not command.is_unfinished:
            return self._caret(problem.column, problem.message, problem.hint)
        preview = sending.preview
        if preview is not None and command.wants_preview:
            if stops_sending(preview):
                return Line().add(f" ✗ {clean(why_not(preview))}", ink.caution)
            words = joined(
                (
                    clean(preview.echo),
                    *(clean(change) for change in preview.changes),
                    clean(preview.outcome),
                    f"{money_text(preview.notional)} + {money_text(preview.fee)}"
                    if preview.notional
                    else "",
                )
            )
            return Line().add(f" {words}", ink.text)
        return self._fits()

    def _caret(self, column: int, message: str, hint: str) -> Line:
        """The words begin under the mark where that leaves room, and before it where not."""
        words = joined((clean(message), clean(hint)), by=" — ")
        at = min(column, 24)
        return Line().add(" " * at, self.ink.text).add(f"▾ {words}", self.ink.caution)

    def _fits(self) -> Line:
        """What may be typed next."""
        fits = self.command.fits((), ())[:FITS_SHOWN_MAX]
        problem = self.command.problem
        expected = problem.expected if problem is not None else ()
        shown = fits or expected[:FITS_SHOWN_MAX]
        if not shown:
            words = clean(problem.message) if problem is not None else ""
            return Line().add(f" {words}", self.ink.caution)
        return Line().add(f" next: {'  '.join(shown)}", self.ink.quiet)


class CommandPane(LinePane):
    """A quiet prompt until `:` is pressed."""

    def __init__(self, host: Host, command: CommandLine, coach: Coach) -> None:
        super().__init__(host, id="command")
        self.command = command
        self.coach = coach

    def concerns(self, old: DeskView, new: DeskView) -> bool:
        return False

    def draw(self, width: int, height: int) -> list[Strip]:
        ink, command = self.ink, self.command
        line = Line()
        if not command.is_open:
            kept = (
                f"  (kept: {clean(command.editor.text, limit=40)})" if command.editor.text else ""
            )
            line.add(" :", ink.quiet).add(kept, ink.quiet)
            return [line.pad(width, ink.text).strip()]
        line.add(" ", ink.text).add(":", ink.key)
        editor = command.editor
        room = width - 4
        first = max(editor.caret - room + 1, 0)
        shown, at = clean(editor.text)[first:], editor.caret - first
        line.add(shown[:at], ink.caret if editor.is_fresh else ink.strong)
        ghost = self.coach.ghost(editor.text) if editor.caret == len(editor.text) else ""
        after = shown[at:] or ghost or " "
        line.add(after[0], ink.caret)
        line.add(after[1:], ink.strong if shown[at:] else ink.quiet)
        if command.staged:
            line.add(f"  {len(command.staged)} more staged", ink.caution)
        return [line.pad(width, ink.text).strip()]


class Footer(LinePane):
    """The keys that mean something where the keys go now, straight from the action table."""

    def __init__(self, host: Host) -> None:
        super().__init__(host, id="footer")
        self.keymap = Keymap()
        self.chain: tuple[Scope, ...] = ()
        self.is_reviewed = False
        self.enter_words = REVIEW
        """What Enter does with the line as it stands."""
        self.page_chooses = True
        """Whether Enter takes a row of the page over the desk; of a page to read it takes none."""

    def concerns(self, old: DeskView, new: DeskView) -> bool:
        return False

    def draw(self, width: int, height: int) -> list[Strip]:
        key = (self.chain, self.is_reviewed, self.enter_words, self.page_chooses, width)
        return [self.slot(0, key, lambda: self._keys(width))]

    def _keys(self, width: int) -> Strip:
        ink = self.ink
        ending = Line()
        if self.chain and self.chain[0] in (Scope.DANGER, Scope.CONFIRM):
            return self._strip_keys(width)
        for action_id, words in (("desk.danger", "k KILL"), ("desk.palette", "all")):
            ending.add(self.keymap.shown(action_id), ink.key).add(f" {words}  ", ink.quiet)
        line = Line()
        for key, words in self._offers():
            if line.used + len(key) + len(words) + 3 + ending.used > width:
                break
            line.add(" ", ink.text).add(key, ink.key).add(f" {words} ", ink.quiet)
        line.pad(width - ending.used, ink.text)
        line.extend(ending)
        return line.pad(width, ink.text).strip()

    def _offers(self) -> list[tuple[str, str]]:
        """After a review the next key is the one that sends."""
        offers = self.keymap.footer(self.chain)
        if self.chain and self.chain[0] is Scope.PAGE:
            choose = self.keymap.shown("page.choose"), BY_ID["page.choose"].words
            kept = [offer for offer in offers if self.page_chooses or offer != choose]
            return [*kept, (self.keymap.shown("desk.back"), BY_ID["desk.back"].words)]
        if not self.is_reviewed:
            return [(key, self.enter_words if words == REVIEW else words) for key, words in offers]
        review = self.keymap.shown("ticket.review"), self.keymap.shown("line.review")
        others = [offer for offer in offers if offer[0] not in review]
        return [
            (self.keymap.shown(name), BY_ID[name].words) for name in ("desk.send", "desk.back")
        ] + others

    def _strip_keys(self, width: int) -> Strip:
        """The danger strip's keys, or those that answer its question."""
        danger = self.ink.danger
        line = Line()
        for key, words in self.keymap.footer(self.chain):
            offer = f" {key} {words} "
            if line.used + len(offer) > width:
                break  # the least of them last: half a word is of no use
            line.add(offer, danger)
        return line.pad(width, danger).strip()
