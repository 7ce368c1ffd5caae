"""One intent on its way out: edited, reviewed in words, transmitted once, answered."""

from collections.abc import Callable
from enum import StrEnum

from engine.domain.preview_view import Preview
from engine.domain.reasons import Finding, Verdict
from engine.ports import LineAnswered, SendLine

CROSSES_ZERO = "R26"


class Stage(StrEnum):
    """`REVIEWING` waits for the figures of the review; a spent intent is SENT, then TAKEN."""

    EDITING = "editing"
    REVIEWING = "reviewing"
    REVIEWED = "reviewed"
    SENT = "sent"
    TAKEN = "taken"
    REFUSED = "refused"


def stops_sending(preview: Preview) -> bool:
    """Whether this order cannot leave as it stands."""
    if preview.findings:
        return bool(_stopping(preview))
    return not preview.is_valid


def _stopping(preview: Preview) -> list[Finding]:
    """A rule that asks is answered by a reason in the line; one that denies by nothing."""
    has_reason = " override " in preview.text
    least = Verdict.DENY if has_reason else Verdict.ASK
    return [finding for finding in preview.findings if finding.verdict >= least]


class Sending:
    """Holding a key cannot send twice: a transmitted intent is spent until its text changes."""

    def __init__(self, mint: Callable[[], str], *, from_ticket: bool) -> None:
        self._mint = mint
        self._from_ticket = from_ticket
        self.text = ""
        self.symbol = ""
        self.ticket = ""
        self.stage = Stage.EDITING
        self.preview: Preview | None = None
        self.newest: Preview | None = None
        """Of the line that the review showed: what it would do by now; it changes nothing."""
        self.answer: LineAnswered | None = None

    def open(self, text: str, symbol: str) -> None:
        """A new intent, whatever became of the one before."""
        self.text, self.symbol, self.ticket = text, symbol, ""
        self.stage, self.preview, self.newest, self.answer = Stage.EDITING, None, None, None

    def edit(self, text: str, symbol: str) -> bool:
        """The text as it stands now; whether it changed. A change takes a review back."""
        if text == self.text and symbol == self.symbol:
            return False
        self.open(text, symbol)
        return True

    @property
    def is_spent(self) -> bool:
        return self.stage in (Stage.SENT, Stage.TAKEN)

    def take_preview(self, preview: Preview) -> None:
        """The newest figures; those of another text are of no use."""
        if self.stage is Stage.REVIEWED:
            # What was reviewed stays what will be sent, whatever the market does meanwhile.
            self.newest = preview if preview.text == self.asks_about else self.newest
            return
        if preview.text != self.text or self.is_spent:
            return
        self.preview = preview
        if self.stage is Stage.REVIEWING:
            self.review()

    def review(self) -> str:
        """Asks for the review; says why not, or nothing."""
        if self.is_spent:
            return "this one was sent: change it, or open a new ticket"
        if not self.text.strip():
            return "nothing to review yet"
        if self.preview is None:
            self.stage = Stage.REVIEWING
            return ""
        if stops_sending(self.preview):
            self.stage = Stage.EDITING
            return why_not(self.preview)
        if not self.ticket or self.stage is Stage.REFUSED:
            self.ticket = self._mint()
        self.stage, self.newest, self.answer = Stage.REVIEWED, None, None
        return ""

    def transmit(self) -> SendLine | str:
        """What leaves now, or why nothing does."""
        if self.is_spent:
            return "already sent, once: a ticket never transmits twice"
        if self.stage is Stage.REVIEWING:
            return "the review is not on the screen yet"
        if self.stage is not Stage.REVIEWED and self.preview and stops_sending(self.preview):
            return why_not(self.preview)
        if self.stage is not Stage.REVIEWED:
            return "nothing is reviewed: Enter reviews, then ^T sends"
        self.stage = Stage.SENT
        return SendLine(
            text=self.sends, ticket=self.ticket, symbol=self.symbol, from_ticket=self._from_ticket
        )

    @property
    def sends(self) -> str:
        """The line that will leave: with the prices and sizes that the review showed."""
        resolved = self.preview.resolved if self.preview is not None else ""
        return resolved or self.text

    @property
    def asks_about(self) -> str:
        """The line whose figures are wanted: under review, exactly what will leave."""
        return self.sends if self.stage is Stage.REVIEWED else self.text

    def take_answer(self, answer: LineAnswered) -> bool:
        """Whether the answer was for this intent."""
        if not self.ticket or answer.ticket != self.ticket or self.stage is not Stage.SENT:
            return False
        self.answer = answer
        self.stage = Stage.TAKEN if answer.ok else Stage.REFUSED
        return True


def why_not(preview: Preview) -> str:
    """The first reason that stops this line, as one sentence."""
    stopping = _stopping(preview)
    if not stopping:
        return preview.problem or "this line cannot be sent"
    more = f" (and {len(stopping) - 1} more)" if len(stopping) > 1 else ""
    # To sell what is not held is another order than was meant: how much of it comes after that.
    first = next((found for found in stopping if found.rule == CROSSES_ZERO), stopping[0])
    return f"{first.sentence}{more}"
