"""A line cut into words and quoted texts, each with its column; no word has a meaning here yet."""

import msgspec

from engine.language.problems import SyntaxProblem

LINE_CHARACTERS_MAX = 1_000
QUOTED_CHARACTERS_MAX = 200

_SPACES = " \t"
_LOOKALIKES = {
    **dict.fromkeys("‐‑‒–—−", "type - for minus"),
    **dict.fromkeys("“”„«»″", 'use straight quotes: "…"'),
    **dict.fromkeys("\u00a0\u2007\u202f", "use an ordinary space"),
}


class Word(msgspec.Struct, frozen=True, gc=False):
    """A word or a quoted text (without its quotes); `column` counts from 1, `length` as typed."""

    text: str
    column: int
    length: int
    is_quoted: bool = False

    @property
    def end(self) -> int:
        """The column just after it."""
        return self.column + self.length


class Lexed(msgspec.Struct, frozen=True, gc=False):
    """The words of a line, and the comment that ends it, if any."""

    text: str
    line_number: int
    words: tuple[Word, ...]
    comment: str | None = None

    def problem(
        self,
        word: Word,
        message: str,
        *,
        hint: str = "",
        expected: tuple[str, ...] = (),
    ) -> SyntaxProblem:
        """A refusal that points at `word`."""
        return SyntaxProblem(
            line=self.line_number,
            column=word.column,
            length=word.length,
            message=message,
            text=self.text,
            hint=hint,
            expected=expected,
        )


def printable(text: str) -> str:
    """The text with everything that could steer a terminal replaced, column for column."""
    return "".join(_shown(character) for character in text)


def lex(text: str, line_number: int) -> Lexed | SyntaxProblem:
    """The words of one line, or the first thing in it that can be no word."""
    shown = printable(text[:LINE_CHARACTERS_MAX])
    words: list[Word] = []
    blank = Lexed(shown, line_number, ())
    if len(text) > LINE_CHARACTERS_MAX:
        end = Word("", LINE_CHARACTERS_MAX, 1)
        return blank.problem(end, f"a line holds at most {LINE_CHARACTERS_MAX:,} characters")
    position = 0
    while position < len(text):
        character = text[position]
        if character in _SPACES:
            position += 1
            continue
        if character == "#":
            comment = "".join(filter(str.isprintable, text[position + 1 :])).strip()
            return Lexed(shown, line_number, tuple(words), comment)
        read = _quoted(text, position) if character == '"' else _bare(text, position)
        if isinstance(read, _Fault):
            return blank.problem(Word("", read.column, read.length), read.message, hint=read.hint)
        words.append(read)
        position = read.end - 1
    return Lexed(shown, line_number, _split_preview(words))


class _Fault(msgspec.Struct, frozen=True, gc=False):
    column: int
    length: int
    message: str
    hint: str = ""


def _bare(text: str, start: int) -> Word | _Fault:
    end = start
    while end < len(text) and text[end] not in _SPACES:
        if text[end] == '"':
            return _Fault(end + 1, 1, "a quoted text is a word of its own", "put a space before it")
        if not ("!" <= text[end] <= "~"):
            return _Fault(end + 1, 1, _foreign(text[end]), _LOOKALIKES.get(text[end], ""))
        end += 1
    return Word(text[start:end], start + 1, end - start)


def _quoted(text: str, start: int) -> Word | _Fault:
    end = text.find('"', start + 1)
    if end < 0:
        return _Fault(start + 1, len(text) - start, "this quote is not closed", 'end it with "')
    inside, length = text[start + 1 : end], end + 1 - start
    for offset, character in enumerate(inside):
        if not character.isprintable():
            return _Fault(start + 2 + offset, 1, _foreign(character))
    if len(inside) > QUOTED_CHARACTERS_MAX:
        message = f"a quoted text holds at most {QUOTED_CHARACTERS_MAX} characters"
        return _Fault(start + 1, length, message)
    if not inside.strip():
        return _Fault(start + 1, length, "this quote is empty")
    after = text[end + 1 : end + 2]
    if after and after not in " \t?":
        return _Fault(end + 2, 1, "a quoted text is a word of its own", "put a space after it")
    return Word(inside, start + 1, length, is_quoted=True)


def _split_preview(words: list[Word]) -> tuple[Word, ...]:
    """`bid?` at the end of a line is `bid ?`; no word of the language ends in a question mark."""
    last = words[-1] if words else None
    if last is None or last.is_quoted or len(last.text) < 2 or not last.text.endswith("?"):
        return tuple(words)
    head = Word(last.text[:-1], last.column, last.length - 1)
    return (*words[:-1], head, Word("?", last.end - 1, 1))


def _foreign(character: str) -> str:
    name = f"'{character}'" if character.isprintable() else "an invisible character"
    return f"{name} (U+{ord(character):04X}) cannot stand here"


def _shown(character: str) -> str:
    if character == "\t":
        return " "
    return character if character.isprintable() else "\N{REPLACEMENT CHARACTER}"
