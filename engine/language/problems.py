"""Why a line cannot be read: a value with a place, a sentence and what would fit."""

import msgspec


class Misread(msgspec.Struct, frozen=True, gc=False):
    """What is wrong with a word, and what to write instead."""

    message: str
    hint: str = ""


class SyntaxProblem(msgspec.Struct, frozen=True, gc=False):
    """Why a line cannot be read: where, what is wrong, what to do, and what would fit there.

    `line` and `column` count from 1, in characters; `length` is how many the caret underlines.
    """

    line: int
    column: int
    length: int
    message: str
    text: str = ""
    hint: str = ""
    expected: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """One line for a status bar, a log or stderr."""
        return f"line {self.line}, column {self.column}: {self.message}" + (
            f" — {self.hint}" if self.hint else ""
        )

    def render(self) -> str:
        """The sentence, the line with a caret under what is wrong, and what would fit."""
        lines = [self.sentence, f"  {self.text}", f"  {' ' * (self.column - 1)}{'^' * self.length}"]
        if self.expected:
            lines.append(f"  fits here: {' · '.join(self.expected)}")
        return "\n".join(lines)
