"""Lines about the line to a venue itself: its numbers, and trades that nobody here knows."""

from engine.language.choices import LinkAct
from engine.language.problems import SyntaxProblem
from engine.language.reader import Reader
from engine.language.syntax import LinkLine
from engine.language.words import LINK_ACTS

NUMBER_DIGITS_MAX = 18
_NUMBERS = (LinkAct.IN, LinkAct.OUT)
_BARE = (LinkAct.GO, LinkAct.RESET, LinkAct.SWEEP)


def read_link(reader: Reader) -> LinkLine | SyntaxProblem:
    """`go "reason"`, `reset "reason"`, `in N "reason"`, `out N "reason"`, `dispute ID "reason"`,
    `sweep "reason"`."""
    what: LinkAct | SyntaxProblem = reader.choose("what to do with the line", LINK_ACTS)
    if isinstance(what, SyntaxProblem):
        return what
    value = ""
    if what not in _BARE:
        word = reader.peek()
        named = reader.name("a number" if what in _NUMBERS else "the trade's id")
        if isinstance(named, SyntaxProblem):
            return named
        value = named
        if what in _NUMBERS and not _is_number(value):
            return reader.refuse("a sequence number is above 0", hint="link out 45", at=word)
    reason = reader.quoted("the reason", f'link {what.value} … "agreed with the venue"')
    if isinstance(reason, SyntaxProblem):
        return reason
    return reader.done(LinkLine(what, value, reason))


def _is_number(text: str) -> bool:
    is_whole = text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS_MAX
    return is_whole and int(text) > 0 and not text.startswith("0")
