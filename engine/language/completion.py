"""What would fit at the cursor of a half-typed line, for the `:` line and the ticket."""

import msgspec

from engine.language.lexer import lex
from engine.language.problems import SyntaxProblem
from engine.language.words import fits_after


class Completion(msgspec.Struct, frozen=True, gc=False):
    """Text from `start` (0-based) to the cursor may become any of `words`.

    `placeholders` say in angle brackets what else may be typed there, such as `<price>`.
    """

    start: int
    words: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()


def complete(text: str, cursor: int | None = None) -> Completion:
    """What fits at `cursor` (0-based, default the end); nothing inside quotes and comments."""
    end = len(text) if cursor is None else max(0, min(cursor, len(text)))
    head = text[:end]
    lexed = lex(head, 1)
    if isinstance(lexed, SyntaxProblem) or lexed.comment is not None:
        return Completion(end)
    words = lexed.words
    is_inside_word = bool(words) and words[-1].end > len(head)
    if is_inside_word and words[-1].is_quoted:
        return Completion(end)
    typed = words[-1].text if is_inside_word else ""
    before = words[:-1] if is_inside_word else words
    fits = fits_after(tuple(word.text for word in before))
    return Completion(
        end - len(typed),
        tuple(fit for fit in fits if not _is_placeholder(fit) and fit.startswith(typed.lower())),
        tuple(fit for fit in fits if _is_placeholder(fit)),
    )


def _is_placeholder(fit: str) -> bool:
    return len(fit) > 2 and fit.startswith("<") and fit.endswith(">")
