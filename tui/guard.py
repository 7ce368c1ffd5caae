"""Who may send from this screen now: the second factor's question, the lock, and the idle hand."""

from typing import Protocol

import msgspec

from engine.domain.modes import is_live
from engine.domain.views import DeskView, Severity
from engine.ports import DeskRequest, LineAnswered, SendLine
from engine.second_factor import FactorWanted, Proof, UnlockDesk
from tui.screens.second_factor import TYPED_CHARACTERS_MAX, Asked, FactorPage, WordPage
from tui.settings import ScreenSettings
from tui.shell import Shell

READY_WORD = "ready"
SECONDS_A_MINUTE = 60.0
LINES_KEPT_MAX = 8


class Around(Protocol):
    """What the guard needs of the room."""

    view: DeskView
    settings: ScreenSettings
    shell: Shell

    @property
    def page(self) -> object: ...

    def clock(self) -> float: ...

    def ask(self, request: DeskRequest) -> bool: ...

    def say(self, text: str, severity: Severity = Severity.OK) -> None: ...

    def open_page(self, page: Asked) -> None: ...

    def close_page(self) -> None: ...

    def take_back_review(self) -> None:
        """What was reviewed is to be looked at again."""


class Guard:
    """Reducing risk is never its business: HALT, CANCEL and KILL pass it by."""

    def __init__(self, room: Around) -> None:
        self._room = room
        self._sent: dict[str, SendLine] = {}
        """The last few lines by their ticket: the desk may answer one with a question."""
        self._key_at = room.clock()
        self.is_disarmed = False
        """Too long without a key: nothing is sent before a person says that they are back."""
        self.is_locked = False
        self.typed = ""
        self.problem = ""
        self.wants_passphrase = False
        self._passphrase = ""
        self._unlocks = 0

    # ── time ───────────────────────────────────────────────────────────────────────────────────

    def key(self, at: float) -> None:
        """A key was pressed; the hand that comes back finds what idleness has closed."""
        self.tick(at)
        self._key_at = at

    def tick(self, now: float) -> None:
        idle = now - self._key_at
        settings = self._room.settings
        if settings.disarm_minutes and idle >= settings.disarm_minutes * SECONDS_A_MINUTE:
            self.is_disarmed = True
        if settings.lock_minutes and idle >= settings.lock_minutes * SECONDS_A_MINUTE:
            if self.is_locked or (self._holds_live() and not settings.lock_over_positions):
                return
            self.lock()

    def _holds_live(self) -> bool:
        view = self._room.view
        return is_live(view.mode) and any(row.quantity for row in view.positions)

    # ── the idle hand ──────────────────────────────────────────────────────────────────────────

    def stops_sending(self) -> bool:
        """Whether a person has to say first that they are back; asks them."""
        if not self.is_disarmed:
            return False
        minutes = self._room.settings.disarm_minutes
        why = f"Order entry disarmed itself: {minutes:g} min without a key."
        self._room.open_page(WordPage("order entry is off", (why,), READY_WORD, self._armed))
        return True

    def _armed(self) -> None:
        self.is_disarmed = False
        self._room.close_page()
        self._room.take_back_review()
        self._room.say("order entry is on: Enter reviews again, with the figures of now")

    # ── the second factor ──────────────────────────────────────────────────────────────────────

    def note(self, request: DeskRequest) -> None:
        """What has left, without its proof: nothing of that is kept."""
        if isinstance(request, SendLine) and request.proof is None:
            self._sent[request.ticket] = request
            while len(self._sent) > LINES_KEPT_MAX:
                del self._sent[next(iter(self._sent))]

    def asked(self, wanted: FactorWanted) -> None:
        if self.is_locked and wanted.ticket == self._unlock_ticket:
            self._ask_to_unlock(wanted)
            return
        sent, page = self._sent.get(wanted.ticket), self._room.page
        if sent is None:
            return
        if isinstance(page, FactorPage) and page.ticket == wanted.ticket:
            page.ask(needs_passphrase=wanted.needs_passphrase, problem=wanted.problem)
            return
        self._room.open_page(
            FactorPage(
                wanted.ticket,
                wanted.purpose,
                needs_passphrase=wanted.needs_passphrase,
                give=lambda proof: self._give(sent, proof),
                left=self._not_given,
            )
        )

    def _give(self, sent: SendLine, proof: Proof) -> None:
        self._room.ask(msgspec.structs.replace(sent, proof=proof))

    def _not_given(self) -> None:
        self._room.take_back_review()
        self._room.say("nothing was done: the second factor was not given", Severity.ATTENTION)

    def answered(self, answer: LineAnswered) -> None:
        """The line has its answer: what asked for it goes."""
        if self.is_locked and answer.ticket == self._unlock_ticket:
            self._unlock_answered(answer)
        page = self._room.page
        if isinstance(page, FactorPage) and page.ticket == answer.ticket:
            page.left = lambda: None
            self._room.close_page()

    # ── the lock ───────────────────────────────────────────────────────────────────────────────

    @property
    def _unlock_ticket(self) -> str:
        return f"unlock {self._unlocks}"

    def lock(self) -> None:
        self.is_locked, self.is_disarmed = True, True
        self.typed, self.problem, self._passphrase = "", "", ""
        self.wants_passphrase = False
        self._room.shell.relayout()

    def type(self, text: str) -> None:
        self.typed = (self.typed + text)[:TYPED_CHARACTERS_MAX]

    def rub_out(self) -> None:
        self.typed = self.typed[:-1]

    def clear(self) -> None:
        self.typed = ""

    def enter(self) -> None:
        """Asks the desk to open; the desk knows what it takes."""
        text, self.typed = self.typed, ""
        if self.wants_passphrase and text:
            self._passphrase, self.wants_passphrase, self.problem = text, False, "now the code"
        elif text.strip():
            self._unlocks += 1
            self.problem = "it is being checked …"
            self._room.ask(UnlockDesk(self._unlock_ticket, text, self._passphrase))

    def _ask_to_unlock(self, wanted: FactorWanted) -> None:
        self.problem = wanted.problem
        self.wants_passphrase = wanted.needs_passphrase
        if wanted.needs_passphrase:
            self.problem = "the vault is an encrypted file: its passphrase first, then the code"

    def _unlock_answered(self, answer: LineAnswered) -> None:
        self.problem = answer.text
        if answer.ok:
            self.is_locked = self.is_disarmed = False
            self._passphrase = ""
            self._room.take_back_review()
            self._room.shell.relayout()
