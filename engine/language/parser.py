"""Text to lines: one line at a time, or a whole script before anything of it is done."""

from collections.abc import Callable
from difflib import get_close_matches

from msgspec import structs

from engine.language.acts import (
    read_cancel,
    read_close,
    read_convert,
    read_flatten,
    read_halt,
    read_kill,
    read_practice,
    read_replace,
    read_resume,
    read_reverse,
    read_set,
)
from engine.language.arming import read_arm, read_disarm
from engine.language.controls import read_at, read_expect, read_wait
from engine.language.exits import read_oco
from engine.language.lexer import Lexed, lex
from engine.language.linking import read_link
from engine.language.orders import read_order_line
from engine.language.problems import SyntaxProblem
from engine.language.reader import Reader
from engine.language.replays import read_replay
from engine.language.resolving import read_adopt, read_reconcile, read_resolve
from engine.language.syntax import (
    BlankLine,
    CancelLine,
    CloseLine,
    CommentLine,
    FlattenLine,
    Line,
    OcoLine,
    PreviewedLine,
    ReplaceLine,
    ReverseLine,
    Script,
    ScriptLine,
)
from engine.language.words import (
    FIRST_WORDS,
    LATER_FIRST_WORDS,
    PREVIEW,
    PREVIEWED_ACTS,
    SIDES,
    canonical,
)

SCRIPT_LINES_MAX = 100_000
SCRIPT_PROBLEMS_MAX = 20
"""After so many bad lines the rest of a script is not read: it is no script."""

_READERS: dict[str, Callable[[Reader], Line | SyntaxProblem]] = {
    "cancel": read_cancel,
    "replace": read_replace,
    "close": read_close,
    "flatten": read_flatten,
    "reverse": read_reverse,
    "halt": read_halt,
    "practice": read_practice,
    "resume": read_resume,
    "arm": read_arm,
    "disarm": read_disarm,
    "kill": read_kill,
    "set": read_set,
    "convert": read_convert,
    "oco": read_oco,
    "resolve": read_resolve,
    "adopt": read_adopt,
    "reconcile": read_reconcile,
    "link": read_link,
    "at": read_at,
    "wait": read_wait,
    "expect": read_expect,
    "replay": read_replay,
}


def parse_line(text: str, *, line_number: int = 1) -> Line | SyntaxProblem:
    """One line without its end. Never raises: what cannot be read is a problem with a place."""
    lexed = lex(text, line_number)
    if isinstance(lexed, SyntaxProblem):
        return lexed
    if not lexed.words:
        return BlankLine() if lexed.comment is None else CommentLine(lexed.comment)
    reader = Reader(lexed)
    first = lexed.words[0]
    word = canonical(first.text)
    if first.is_quoted or (word not in SIDES and word not in _READERS):
        return _refuse_first(reader, word)
    reader.skip()
    if word in SIDES:
        return read_order_line(reader, SIDES[word])
    if word in PREVIEWED_ACTS and lexed.words[-1].text == PREVIEW and not lexed.words[-1].is_quoted:
        return _previewed(lexed, word)
    return _READERS[word](reader)


def _previewed(lexed: Lexed, word: str) -> Line | SyntaxProblem:
    reader = Reader(structs.replace(lexed, words=lexed.words[:-1]))
    reader.skip()
    act = _READERS[word](reader)
    if isinstance(act, CancelLine | ReplaceLine | CloseLine | FlattenLine | ReverseLine | OcoLine):
        return PreviewedLine(act)
    return act


def parse_script(text: str) -> Script | list[SyntaxProblem]:
    """A whole script, or what is wrong with it, line by line. Never raises."""
    raw_lines = text.removeprefix("\N{BYTE ORDER MARK}").split("\n")
    if raw_lines[-1] == "":
        raw_lines.pop()
    if len(raw_lines) > SCRIPT_LINES_MAX:
        message = f"a script has at most {SCRIPT_LINES_MAX:,} lines"
        return [SyntaxProblem(SCRIPT_LINES_MAX + 1, 1, 1, message)]
    lines: list[ScriptLine] = []
    problems: list[SyntaxProblem] = []
    for number, raw in enumerate(raw_lines, start=1):
        line = parse_line(raw.removesuffix("\r"), line_number=number)
        if not isinstance(line, SyntaxProblem):
            lines.append(ScriptLine(number, line))
            continue
        problems.append(line)
        if len(problems) == SCRIPT_PROBLEMS_MAX:
            break
    return problems or Script(tuple(lines))


def _refuse_first(reader: Reader, word: str) -> SyntaxProblem:
    if word in LATER_FIRST_WORDS:
        return reader.refuse(f"not available yet: {word}")
    close = get_close_matches(word[:16], FIRST_WORDS, n=1)
    hint = f"did you mean {close[0]}?" if close else ""
    return reader.refuse(f"no line begins with '{word}'", hint=hint)
