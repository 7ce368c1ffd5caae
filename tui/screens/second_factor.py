"""The question for the second factor, or for a word, laid over the desk: pure, until Enter."""

from collections.abc import Callable

from engine.second_factor import Proof
from tui.paint import Line, clean, wrap
from tui.themes import Palette

TYPED_CHARACTERS_MAX = 256
CODE_HINT = "the code that your phone shows, or a recovery code"
PASSPHRASE_HINT = "the passphrase of the vault, for its encrypted file is not open yet"


class Asked:
    """A page with one field; Esc leaves it with nothing done."""

    chooses = True
    prompt = "›"

    def __init__(self, title: str, hint: str, lines: tuple[str, ...], left: Callable[[], None]):
        """`left` is called where the page is closed before it had what it asked for."""
        self.title = title
        self.hint = hint
        self.search: str | None = ""
        self.is_hidden = False
        self.problem = ""
        self.left = left
        self._lines = lines

    def rows(self, ink: Palette, width: int) -> list[Line]:
        rows = []
        for words in self._lines:
            rows += [Line().add(row, ink.text) for row in wrap(clean(words), width)]
        if self.problem:
            rows.append(Line())
            rows += [Line().add(row, ink.caution) for row in wrap(clean(self.problem), width)]
        return rows

    def choose(self, row: int) -> None:
        raise NotImplementedError

    def taken(self) -> str:
        """What was typed; the field is empty again."""
        text, self.search = (self.search or "")[:TYPED_CHARACTERS_MAX], ""
        return text


class FactorPage(Asked):
    """Asks for the passphrase where it is needed, then for the code."""

    def __init__(
        self,
        ticket: str,
        purpose: str,
        *,
        needs_passphrase: bool,
        give: Callable[[Proof], None],
        left: Callable[[], None],
    ) -> None:
        raises = f"It raises risk: {purpose}"
        super().__init__(
            "second factor", CODE_HINT, (raises, "", "Enter gives it, Esc does not"), left
        )
        self.ticket = ticket
        self._give = give
        self._passphrase = ""
        self.ask(needs_passphrase=needs_passphrase, problem="")

    def ask(self, *, needs_passphrase: bool, problem: str) -> None:
        """Again, with what was wrong."""
        self.search, self.problem = "", problem
        self.is_hidden = needs_passphrase
        self.hint = PASSPHRASE_HINT if needs_passphrase else CODE_HINT
        if needs_passphrase:
            self._passphrase = ""

    def choose(self, row: int) -> None:
        text = self.taken()
        if not text.strip():
            return
        if self.is_hidden:
            self._passphrase, self.is_hidden, self.hint = text, False, CODE_HINT
            return
        self.problem = "it is being checked …"
        self._give(Proof(text, self._passphrase))


class WordPage(Asked):
    """A word that nobody types by accident."""

    def __init__(
        self, title: str, lines: tuple[str, ...], word: str, done: Callable[[], None]
    ) -> None:
        super().__init__(
            title, f"type {word}", (*lines, "", "Esc leaves it as it is"), lambda: None
        )
        self._word = word
        self._done = done

    def choose(self, row: int) -> None:
        if self.taken().strip().lower() == self._word:
            self._done()
            return
        self.problem = f"type {self._word}, then Enter"
