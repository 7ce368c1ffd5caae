"""A cursor over the words of one line; every reading gives a value or the problem that stops it."""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from engine.language.figures import read_offset, read_price
from engine.language.lexer import Lexed, Word
from engine.language.problems import Misread, SyntaxProblem
from engine.language.syntax import PriceTerm, ReferencePrice
from engine.language.words import PREVIEW, fits_after

NAME_CHARACTERS_MAX = 64

_NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._:/%\-]{{0,{NAME_CHARACTERS_MAX - 1}}}")

T = TypeVar("T")


class Reader:
    """Reads left to right and never back; `peek` is None at the end of the line."""

    def __init__(self, lexed: Lexed) -> None:
        self._lexed = lexed
        self._index = 0

    def peek(self) -> Word | None:
        words = self._lexed.words
        return words[self._index] if self._index < len(words) else None

    def next_is(self, *texts: str) -> bool:
        """Whether the next word, unquoted and in any case, is one of `texts`."""
        word = self.peek()
        return word is not None and not word.is_quoted and word.text.lower() in texts

    def skip(self) -> None:
        self._index += 1

    def refuse(self, message: str, *, hint: str = "", at: Word | None = None) -> SyntaxProblem:
        """A problem at the word `at`, else at the next word, else just after the last."""
        before = self._lexed.words[: self._index]
        word = at or self.peek() or self._end()
        expected = () if at else fits_after(tuple(word.text for word in before))
        return self._lexed.problem(word, message, hint=hint, expected=expected)

    def read(self, what: str, read: Callable[[str], T | Misread]) -> T | SyntaxProblem:
        """The next word as `read` understands it; `what` names it if it is not there."""
        word = self.peek()
        if word is None:
            return self.refuse(f"{what} is missing")
        if word.is_quoted:
            return self.refuse(f"{what} stands here, without quotes")
        value = read(word.text)
        if isinstance(value, Misread):
            return self.refuse(value.message, hint=value.hint)
        self.skip()
        return value

    def choose(self, what: str, table: Mapping[str, T]) -> T | SyntaxProblem:
        """The next word's value in a closed table."""
        word = self.peek()
        if word is None:
            return self.refuse(f"{what} is missing")
        if word.is_quoted or word.text.lower() not in table:
            return self.refuse(f"'{word.text}' is no {what.partition(' ')[2]}")
        self.skip()
        return table[word.text.lower()]

    def keyword(self, keyword: str) -> SyntaxProblem | None:
        """Takes exactly this word."""
        if not self.next_is(keyword):
            return self.refuse(f"'{keyword}' stands here")
        self.skip()
        return None

    def quoted(self, what: str, example: str) -> str | SyntaxProblem:
        """The next word, which must be quoted."""
        word = self.peek()
        if word is None:
            return self.refuse(f"{what} is missing", hint=f"write it in quotes: {example}")
        if not word.is_quoted:
            return self.refuse(f"{what} stands in quotes", hint=f"write {example}")
        self.skip()
        return word.text

    def name(self, what: str) -> str | SyntaxProblem:
        """A bare word that names something outside the language, kept as typed."""
        return self.read(what, _read_name)

    def price(self, what: str = "a price") -> PriceTerm | SyntaxProblem:
        """A price of one word, or `mid +5t` of two."""
        price: PriceTerm | SyntaxProblem = self.read(what, read_price)
        if not isinstance(price, ReferencePrice) or price.offset is not None:
            return price
        word = self.peek()
        if word is None or word.is_quoted or word.text[0] not in "+-":
            return price
        offset = self.read("an offset", read_offset)
        if isinstance(offset, SyntaxProblem):
            return offset
        return ReferencePrice(price.reference, offset)

    def done(self, line: T, *, hint: str = "") -> T | SyntaxProblem:
        """The line, if no word is left over; `hint` says where such a word belongs."""
        word = self.peek()
        if word is None:
            return line
        if self.next_is(PREVIEW):
            return self.refuse("'?' previews orders, and changes of them")
        shown = f'"{word.text}"' if word.is_quoted else f"'{word.text}'"
        return self.refuse(f"{shown} is left over", hint=hint)

    def _end(self) -> Word:
        words = self._lexed.words
        return Word("", words[-1].end + 1 if words else 1, 1)


def _read_name(text: str) -> str | Misread:
    if _NAME.fullmatch(text):
        return text
    return Misread(
        f"'{text}' is no name",
        f"a name has up to {NAME_CHARACTERS_MAX} letters, digits and . _ : / % -",
    )
