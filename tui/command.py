"""The `:` line: text under edit, what it means so far, history, completion and staged lines."""

from collections import deque
from collections.abc import Callable, Sequence

from engine.language.parser import parse_line
from engine.language.problems import SyntaxProblem
from engine.language.syntax import (
    AdoptLine,
    ArmLine,
    BlankLine,
    CancelLine,
    CloseLine,
    CommentLine,
    ConvertLine,
    DisarmLine,
    EveryOrder,
    FlattenLine,
    HaltLine,
    KillLine,
    Line,
    LinkLine,
    OcoLine,
    OrderLine,
    PracticeLine,
    PreviewedLine,
    ReconcileLine,
    ReplaceLine,
    ReplayLine,
    ResolveLine,
    ResumeLine,
    ReverseLine,
    SetLine,
)
from engine.language.words import FIRST_WORDS, canonical, fits_after
from tui.actions import BY_WORD, Action
from tui.editor import Editor
from tui.sending import Sending

HISTORY_LINES_MAX = 200
REVIEW = "review"
STAGED_LINES_MAX = 200
FITS_SHOWN_MAX = 8

AT_ONCE = (CancelLine, HaltLine, DisarmLine, SetLine, ReplayLine, PracticeLine, ReconcileLine)
"""They only reduce risk, move the market's time, ask, or are a drill on paper: Enter does them."""
REVIEWED = (
    OrderLine,
    OcoLine,
    ReplaceLine,
    CloseLine,
    ReverseLine,
    ResumeLine,
    ArmLine,
    ConvertLine,
    ResolveLine,
    AdoptLine,
    LinkLine,
)
"""They can add risk, or say what is true: Enter reviews, Ctrl+T transmits."""
ASKED = (FlattenLine, KillLine)
"""They reduce risk, and a lot at once: one question."""


class CommandLine:
    """Only `sending` can leave the screen, and only after a review."""

    def __init__(self, mint: Callable[[], str]) -> None:
        self.mint = mint
        self.is_open = False
        self.editor = Editor()
        self.sending = Sending(mint, from_ticket=False)
        self.parsed: Line | SyntaxProblem = BlankLine()
        self.staged: deque[str] = deque(maxlen=STAGED_LINES_MAX)
        self._history: deque[str] = deque(maxlen=HISTORY_LINES_MAX)
        self._place = -1
        self._kept = ""
        self._candidates: tuple[str, ...] = ()
        self._candidate = 0

    def open(self, text: str = "") -> None:
        """With this text; without any, with what was half typed, which goes when typing begins.

        What goes is in the history. A staged line is none that typing may replace.
        """
        self.is_open = True
        kept = self.editor.text
        if text or not self.staged:
            self._remember(kept)
        self.editor.put(text or kept, is_fresh=not text and bool(kept) and not self.staged)
        self._place = -1

    def close(self) -> None:
        """What was half typed comes back with the next `:`."""
        self.is_open = False
        self._candidates = ()

    def changed(self, symbol: str) -> bool:
        """Reads the text again; whether it differs from before."""
        self._candidates = ()
        return self._read(symbol)

    def _read(self, symbol: str) -> bool:
        self.parsed = parse_line(self.editor.text)
        return self.sending.edit(self.editor.text, symbol)

    def finish(self) -> None:
        """The line is done with: into the history, and the next staged one takes its place."""
        self._remember(self.editor.text)
        self._place = -1
        self.editor.put(self.staged.popleft() if self.staged else "")

    @property
    def action(self) -> tuple[Action, str] | None:
        """An action of the screen by its `:` word, with what follows; the language goes first."""
        word, _, rest = self.editor.text.strip().partition(" ")
        if canonical(word) in FIRST_WORDS:
            return None
        action = BY_WORD.get(word.lower())
        return None if action is None else (action, rest.strip())

    @property
    def problem(self) -> SyntaxProblem | None:
        """What is wrong, once it is more than not finished yet."""
        if not isinstance(self.parsed, SyntaxProblem) or self.action is not None:
            return None
        return self.parsed

    @property
    def is_unfinished(self) -> bool:
        """Whether the problem may go away by typing on."""
        problem = self.problem
        text = self.editor.text
        if problem is None:
            return False
        last_word_starts = text.rfind(" ") + 1
        return problem.column > last_word_starts

    @property
    def wants_preview(self) -> bool:
        return is_reviewed(self.parsed) or isinstance(self.parsed, (*ASKED, PreviewedLine))

    @property
    def enter_words(self) -> str:
        """What Enter does with the line as it stands: it reviews, asks, or does it at once."""
        parsed = self.parsed
        if isinstance(parsed, ASKED) or takes_everything(parsed):
            return "asks once"
        is_act = isinstance(parsed, AT_ONCE) and not is_reviewed(parsed)
        return "does it" if is_act or self.action is not None else REVIEW

    # ---- history

    def _remember(self, text: str) -> None:
        text = text.strip()
        if text and (not self._history or self._history[0] != text):
            self._history.appendleft(text)

    def older(self) -> None:
        if self._place == -1:
            self._kept = self.editor.text
        self._recall(min(self._place + 1, len(self._history) - 1))

    def newer(self) -> None:
        self._recall(max(self._place - 1, -1))

    def _recall(self, place: int) -> None:
        if place == self._place:
            return
        self._place = place
        self.editor.put(self._kept if place == -1 else self._history[place])

    # ---- completion

    def fits(self, symbols: Sequence[str], orders: Sequence[str]) -> tuple[str, ...]:
        """Words that may stand where the caret is, complete words first."""
        head = self.editor.text[: self.editor.caret]
        words = tuple(head.split())
        partial = "" if not head or head.endswith(" ") else words[-1]
        before = words[:-1] if partial else words
        fits = fits_after(before)
        found = [fit for fit in fits if not fit.startswith("<")]
        if "<symbol>" in fits:
            found += symbols
        if "<order>" in fits:
            found += orders
        if not before:
            found += [word for word in BY_WORD if word not in FIRST_WORDS]
        lower = partial.lower()
        return tuple(fit for fit in found if fit.lower().startswith(lower))

    def complete(self, symbols: Sequence[str], orders: Sequence[str], symbol: str) -> None:
        """Puts the next fitting word where the caret is; again: the one after."""
        if not self._candidates:
            self._candidates = self.fits(symbols, orders)
            self._candidate = -1
        if not self._candidates:
            return
        self._candidate = (self._candidate + 1) % len(self._candidates)
        head = self.editor.text[: self.editor.caret]
        start = head.rfind(" ", 0, len(head.rstrip(" ")) if self._candidate else len(head)) + 1
        kept = self._candidates
        space = " " if len(kept) == 1 else ""
        self.editor.put(head[:start] + kept[self._candidate] + space)
        self._read(symbol)
        self._candidates = kept if len(kept) > 1 else ()

    # ---- paste

    def paste(self, lines: Sequence[str]) -> int:
        """Text goes to the caret; further lines are staged. How many were."""
        if not lines:
            return 0
        self.editor.type(lines[0])
        further = [line for line in lines[1:] if line.strip()]
        taken = further[: self.staging_room]
        self.staged.extend(taken)
        return len(taken)

    @property
    def staging_room(self) -> int:
        """So many lines more can wait."""
        return STAGED_LINES_MAX - len(self.staged)


def is_reviewed(line: Line | SyntaxProblem) -> bool:
    """Whether Enter only reviews it; a limit with a reason is one that may become looser."""
    is_looser = isinstance(line, SetLine) and line.reason is not None
    return is_looser or isinstance(line, REVIEWED)


def takes_everything(line: Line | SyntaxProblem) -> bool:
    """`cancel *` takes protective exits too, so it is asked once as in the danger strip."""
    return isinstance(line, CancelLine) and isinstance(line.selector, EveryOrder)


def is_comment(line: Line | SyntaxProblem) -> bool:
    return isinstance(line, (BlankLine, CommentLine))
